//! Manifests: lists of recordings with what the telephone system knows of each call.
//!
//! A CSV file with a heading, or JSON Lines with the same keys:
//!
//! | column | |
//! | --- | --- |
//! | `path` | the recording, from the manifest's own folder; or a URL of object storage |
//! | `agent_path`, `customer_path` | instead of it: a file for each party |
//! | `layout` | of a stereo recording: `agent-left` (as without) or `agent-right` |
//! | `started` | when the call began, as 2026-11-25T14:30:00+01:00 |
//! | `agent`, `customer`, `queue` | who, with whom, by which queue |
//!
//! All but the recording may be missing or empty. Other columns are passed over, which is said.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::intake::Job;
use crate::audio::source::{CallFiles, Side};
use crate::cloud::ObjectUrl;
use crate::event::About;

/// The columns that are read.
const COLUMNS: [&str; 8] =
    ["path", "agent_path", "customer_path", "layout", "started", "agent", "customer", "queue"];

/// What `layout` says where the agent is on the right.
const AGENT_RIGHT: &str = "agent-right";

/// Why a manifest can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It can't be read.
    #[error("{}: can't be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A row that is none.
    #[error("{}, line {line}: {why}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// No column says where the recordings are.
    #[error("{}: needs the column `path`, or `agent_path` and `customer_path`", path.display())]
    NoPath {
        /// The file.
        path: PathBuf,
    },
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Row {
    path: Option<String>,
    agent_path: Option<String>,
    customer_path: Option<String>,
    layout: Option<String>,
    started: Option<String>,
    agent: Option<String>,
    customer: Option<String>,
    queue: Option<String>,
}

/// Reads a manifest: the jobs, in order, and what the user should know of it. A row that makes no
/// sense becomes a job that says so: it must not stop the others.
///
/// # Errors
/// Where the file can't be read, or isn't a table of these columns at all.
pub fn read(path: &Path) -> Result<(Vec<Job>, Vec<String>), ManifestError> {
    let content =
        fs::read(path).map_err(|source| ManifestError::Read { path: path.to_owned(), source })?;
    read_content(path, &content)
}

/// Reads the `content` of a manifest that lies at `path`, which may be a URL.
///
/// # Errors
/// As [`read`].
pub fn read_content(path: &Path, content: &[u8]) -> Result<(Vec<Job>, Vec<String>), ManifestError> {
    let json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("jsonl"));
    let (rows, columns) = if json { json_rows(path, content)? } else { csv_rows(path, content)? };
    let folder = path.parent().unwrap_or(Path::new(""));
    let unused: Vec<String> =
        columns.into_iter().filter(|column| !COLUMNS.contains(&column.as_str())).collect();
    let notes = match unused.is_empty() {
        true => Vec::new(),
        false => vec![format!(
            "{}: not used: {} (used are {})",
            path.display(),
            unused.join(", "),
            COLUMNS.join(", ")
        )],
    };
    Ok((rows.into_iter().map(|row| row.job(folder)).collect(), notes))
}

fn csv_rows(path: &Path, content: &[u8]) -> Result<(Vec<Row>, BTreeSet<String>), ManifestError> {
    let failed = |error: csv::Error| {
        let line = error.position().map_or(1, |position| position.line());
        match error.into_kind() {
            csv::ErrorKind::Io(source) => ManifestError::Read { path: path.to_owned(), source },
            kind => ManifestError::Row { path: path.to_owned(), line, why: why(&kind) },
        }
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(content);
    let headers: BTreeSet<String> =
        reader.headers().map_err(failed)?.iter().map(str::to_owned).collect();
    let two = ["agent_path", "customer_path"];
    if !headers.contains("path") && !two.iter().all(|column| headers.contains(*column)) {
        return Err(ManifestError::NoPath { path: path.to_owned() });
    }
    let rows = reader.deserialize().map(|row| row.map_err(failed)).collect::<Result<_, _>>()?;
    Ok((rows, headers))
}

/// What is wrong with a row of CSV.
fn why(kind: &csv::ErrorKind) -> String {
    match kind {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} columns where the heading has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "not UTF-8; save it as UTF-8".to_owned(),
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        _ => "not a row of comma-separated values".to_owned(),
    }
}

fn json_rows(path: &Path, content: &[u8]) -> Result<(Vec<Row>, BTreeSet<String>), ManifestError> {
    let text = std::str::from_utf8(content).map_err(|error| ManifestError::Read {
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidData, error),
    })?;
    let mut keys = BTreeSet::new();
    let mut rows = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |error: serde_json::Error| ManifestError::Row {
            path: path.to_owned(),
            line: number,
            why: error.to_string(),
        };
        let mut object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).map_err(wrong)?;
        keys.extend(object.keys().cloned());
        // Telephone systems number their agents and queues.
        for name in ["agent", "customer", "queue"] {
            if let Some(number) = object.get_mut(name).filter(|value| value.is_number()) {
                *number = number.to_string().into();
            }
        }
        rows.push(serde_json::from_value(object.into()).map_err(wrong)?);
    }
    Ok((rows, keys))
}

/// The line of a manifest (`.jsonl`) that says all that is known of a call, wherever it is read:
/// with whole paths. `None` for what can't be said so: a file name that is not UTF-8, a call that
/// was refused.
pub fn line(job: &Job) -> Option<String> {
    if job.refused.is_some() {
        return None;
    }
    let whole = |path: &Path| match ObjectUrl::of(path) {
        Ok(None) => Some(std::path::absolute(path).ok()?.to_str()?.to_owned()),
        // The same wherever it is read.
        Ok(Some(_)) | Err(_) => path.to_str().map(str::to_owned),
    };
    let mut row = Row {
        started: job.began.as_ref().map(|began| began.text.clone()),
        agent: job.about.agent.clone(),
        customer: job.about.customer.clone(),
        queue: job.about.queue.clone(),
        ..Row::default()
    };
    match &job.files {
        CallFiles::One { path, agent } => {
            row.path = Some(whole(path)?);
            row.layout = (*agent == Side::Right).then(|| AGENT_RIGHT.to_owned());
        }
        CallFiles::Two { agent, customer } => {
            (row.agent_path, row.customer_path) = (Some(whole(agent)?), Some(whole(customer)?));
        }
    }
    serde_json::to_string(&row).ok()
}

impl Row {
    fn job(self, folder: &Path) -> Job {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let mut refused = None;
        let mut at = |text: Option<String>| {
            given(text).map(|text| match ObjectUrl::of(Path::new(&text)) {
                Ok(None) => folder.join(text),
                Ok(Some(_)) => text.into(),
                Err(why) => {
                    refused = Some(why.to_string());
                    text.into()
                }
            })
        };
        let paths = (at(self.path), at(self.agent_path), at(self.customer_path));
        let agent_side = match given(self.layout).as_deref() {
            None | Some("agent-left") => Side::Left,
            Some(AGENT_RIGHT) => Side::Right,
            Some(other) => {
                refused = Some(format!("no layout `{other}`; use agent-left or agent-right"));
                Side::Left
            }
        };
        let files = match paths {
            (Some(path), None, None) => CallFiles::One { path, agent: agent_side },
            (None, Some(agent), Some(customer)) => CallFiles::Two { agent, customer },
            (one, agent, customer) => {
                let why = "needs path, or agent_path and customer_path, and not both";
                refused = Some(why.into());
                let path = one.or(agent).or(customer).unwrap_or_default();
                CallFiles::One { path, agent: agent_side }
            }
        };
        let began = match given(self.started).map(|text| text.parse()) {
            None => None,
            Some(Ok(began)) => Some(began),
            Some(Err(why)) => {
                refused = Some(format!("started: {why}"));
                None
            }
        };
        let about = About {
            agent: given(self.agent),
            customer: given(self.customer),
            queue: given(self.queue),
        };
        Job { began, about, refused, ..Job::of(files) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, text: &str) -> Result<(Vec<Job>, Vec<String>), ManifestError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        read(&path).map(|(mut jobs, notes)| {
            for job in &mut jobs {
                if let CallFiles::One { path, .. } = &mut job.files {
                    *path = path.strip_prefix(dir.path()).unwrap_or(path).to_owned();
                }
            }
            (jobs, notes)
        })
    }

    fn one(path: &str, agent: Side) -> CallFiles {
        CallFiles::One { path: path.into(), agent }
    }

    #[test]
    fn a_table_says_who_called_whom() {
        let (jobs, notes) = manifest(
            "calls.csv",
            "path,agent,queue,started,layout,extension\n\
             a.wav,Ana,returns,2026-11-25T14:30:00+01:00,agent-right,17\n\
             \"b, \"\"c\"\".wav\",,,,,\n",
        )
        .unwrap();
        assert_eq!(jobs[0].files, one("a.wav", Side::Right));
        assert_eq!(jobs[0].about.agent.as_deref(), Some("Ana"));
        assert_eq!(jobs[0].about.queue.as_deref(), Some("returns"));
        assert_eq!(jobs[0].began.as_ref().unwrap().text, "2026-11-25T14:30:00+01:00");
        assert_eq!(jobs[1], Job::of(one("b, \"c\".wav", Side::Left)));
        assert!(notes[0].contains("not used: extension"), "{notes:?}");
    }

    #[test]
    fn a_row_of_another_length_is_named_in_plain_words() {
        let error =
            manifest("calls.csv", "path,agent\na.wav,Ana\nb.wav\n").unwrap_err().to_string();
        assert!(error.ends_with("line 3: 1 columns where the heading has 2"), "{error}");
    }

    #[test]
    fn json_lines_say_the_same() {
        let (jobs, notes) = manifest(
            "calls.jsonl",
            "{\"agent_path\":\"/a.wav\",\"customer_path\":\"/c.wav\",\"customer\":\"4711\"}\n\n",
        )
        .unwrap();
        let two = CallFiles::Two { agent: "/a.wav".into(), customer: "/c.wav".into() };
        assert_eq!((&jobs[0].files, notes.len()), (&two, 0));
        assert_eq!(jobs[0].about.customer.as_deref(), Some("4711"));
    }

    #[test]
    fn a_path_may_be_a_url_in_any_list_and_is_what_it_is_in_one_of_object_storage() {
        let text = "path,agent\ns3://calls/a b.wav,Ana\nc.wav,\nhttps://h/d.wav,\n";
        let (jobs, _) = manifest("calls.csv", text).unwrap();
        assert_eq!(jobs[0].files, one("s3://calls/a b.wav", Side::Left));
        assert!(jobs[2].refused.as_ref().unwrap().contains("is to begin with s3://"));
        let again = line(&jobs[0]).unwrap();
        assert_eq!(manifest("again.jsonl", &again).unwrap().0[0], jobs[0]);
        let far = Path::new("gs://calls/night/calls.csv");
        let (jobs, _) = read_content(far, text.as_bytes()).unwrap();
        let paths: Vec<String> =
            jobs[..2].iter().map(|job| job.paths()[0].display().to_string()).collect();
        assert_eq!(paths, ["s3://calls/a b.wav", "gs://calls/night/c.wav"]);
    }

    #[test]
    fn a_line_says_all_that_is_known_of_a_call() {
        let (jobs, _) = manifest(
            "calls.csv",
            "path,agent_path,customer_path,layout,started,agent,customer,queue\n\
             \"/x/b, \"\"c\"\".wav\",,,agent-right,2026-11-25T14:30:00+01:00,Ana,4711,returns\n\
             ,/x/a.wav,/x/c.wav,,,,,\n\
             /x/d.wav,,,,,,,\n",
        )
        .unwrap();
        let lines: Vec<String> = jobs.iter().map(|job| line(job).unwrap()).collect();
        assert_eq!(manifest("again.jsonl", &lines.join("\n")).unwrap().0, jobs);
        let relative = Job::of(one("d.wav", Side::Left));
        let (jobs, _) = manifest("again.jsonl", &line(&relative).unwrap()).unwrap();
        let CallFiles::One { path, .. } = &jobs[0].files else { panic!() };
        assert!(path.is_absolute() && path.ends_with("d.wav"), "{}", path.display());
        assert_eq!(line(&Job { refused: Some("no".into()), ..relative }), None);
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_row_or_as_a_whole() {
        let text = "path,agent_path,layout,started\n\
                    a.wav,b.wav,,\na.wav,,upside-down,\na.wav,,,Tuesday\n";
        let (jobs, _) = manifest("calls.csv", text).unwrap();
        let why = |i: usize| jobs[i].refused.clone().unwrap();
        assert!(why(0).contains("and not both"));
        assert!(why(1).contains("no layout `upside-down`"));
        assert!(why(2).contains("`Tuesday` is no date"));
        let (jobs, _) = manifest("calls.jsonl", "{\"path\":\"a.wav\",\"agent\":4711}\n").unwrap();
        assert_eq!(jobs[0].about.agent.as_deref(), Some("4711"));
        let refused = |name, text| manifest(name, text).unwrap_err().to_string();
        assert!(refused("calls.csv", "file\na.wav\n").contains("needs the column `path`"));
        assert!(refused("calls.csv", "path,queue\na.wav\n").contains("line 2"));
        assert!(refused("calls.jsonl", "{\"path\":1}\n").contains("line 1"));
        assert!(refused("calls.jsonl", "\n[]\n").contains("line 2"));
    }
}
