//! `evenkeel models`: what models there are, whether they are whole, and adding one.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::models::{
    AddOutcome, ModelDirs, ModelEntry, ModelError, ModelKind, ModelStore, add, ggml, verify,
};

/// The arguments of `evenkeel models`.
#[derive(Args, Debug)]
pub struct ModelsArgs {
    /// What to do; without it, the models are listed
    #[command(subcommand)]
    pub action: Option<Action>,
    /// Write JSON, for other programs
    #[arg(long, global = true)]
    pub json: bool,
}

/// What `evenkeel models` can do.
#[derive(Subcommand, Debug)]
pub enum Action {
    /// List the models (the same as without a word)
    List,
    /// Read every model from end to end and compare it with its hash
    Verify,
    /// Copy a Whisper model (a `ggml-….bin` file) into your own folder of models
    Add {
        /// The file
        file: PathBuf,
        /// What to call it; otherwise its published name, or else its file name
        #[arg(long)]
        name: Option<String>,
    },
    /// Print where a model's file is
    Path {
        /// The model's name
        name: String,
    },
}

/// Runs `evenkeel models` on this machine's folders, writing to standard output.
///
/// # Errors
/// As the models have it; `verify` fails when any model does.
pub fn run(args: ModelsArgs) -> anyhow::Result<()> {
    run_in(args, ModelDirs::from_env(), &mut std::io::stdout().lock())
}

/// [`run`] with given folders and output.
fn run_in(args: ModelsArgs, dirs: ModelDirs, out: &mut impl Write) -> anyhow::Result<()> {
    let mut store = ModelStore::open(dirs)?;
    match args.action.unwrap_or(Action::List) {
        Action::List if args.json => list_json(&store, out),
        Action::List => list(&store, out),
        Action::Verify => verify_all(&store, args.json, out),
        Action::Add { file, name } => {
            let outcome = add(&file, name.as_deref(), &mut store)?;
            say_added(&outcome, args.json, out)
        }
        Action::Path { name } => {
            let entry = store.find_any(&name)?;
            if args.json {
                return write_json(out, &json!({ "name": entry.name, "path": entry.path }));
            }
            Ok(writeln!(out, "{}", entry.path.display())?)
        }
    }
}

/// How a model is, as far as can be said without hashing it.
fn state(checked: &Result<(), ModelError>) -> &'static str {
    match checked {
        Ok(()) => "ok",
        Err(ModelError::Missing { .. }) => "missing",
        Err(_) => "damaged",
    }
}

/// What a model understands, as far as its file says.
fn languages(entry: &ModelEntry) -> String {
    match entry.kind {
        ModelKind::Whisper => ggml::inspect(&entry.path)
            .map_or_else(|_| "unknown".into(), |header| header.languages.to_string()),
        ModelKind::VoiceActivity | ModelKind::VoiceTone => "any".into(),
        ModelKind::Language | ModelKind::Practices | ModelKind::Reflections => "English".into(),
    }
}

fn list(store: &ModelStore, out: &mut impl Write) -> anyhow::Result<()> {
    let mut rows = vec![["name", "kind", "size", "languages", "state", ""].map(str::to_owned)];
    let mut problems = Vec::new();
    for entry in store.list() {
        let checked = entry.check();
        rows.push([
            entry.name.clone(),
            entry.kind.to_string(),
            megabytes(entry.bytes),
            languages(entry),
            state(&checked).into(),
            if entry.is_default { "default" } else { "" }.into(),
        ]);
        problems.extend(checked.err());
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..6).map(|column| width(column).unwrap_or(0)).collect();
    for row in &rows {
        let [name, kind, size, languages, state, default] = row;
        let line = format!(
            "{name:<0$}  {kind:<1$}  {size:>2$}  {languages:<3$}  {state:<4$}  {default}",
            widths[0], widths[1], widths[2], widths[3], widths[4],
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out)?;
    for problem in problems {
        writeln!(out, "{problem}")?;
    }
    for path in store.unlisted() {
        let path = path.display();
        writeln!(out, "{path}: not listed; take it in with `evenkeel models add {path}`")?;
    }
    writeln!(
        out,
        "A larger Whisper model understands more: `evenkeel models add FILE` takes in its \
         `ggml-….bin` file.\nOfficial files are listed in `models/README.md` of the whisper.cpp \
         repository; Evenkeel itself never downloads anything."
    )?;
    Ok(())
}

fn list_json(store: &ModelStore, out: &mut impl Write) -> anyhow::Result<()> {
    let models: Vec<Value> = store
        .list()
        .iter()
        .map(|entry| {
            let checked = entry.check();
            let mut model = describe(entry);
            model["languages"] = languages(entry).into();
            model["state"] = state(&checked).into();
            model["problem"] = checked.err().map(|e| e.to_string()).into();
            model
        })
        .collect();
    write_json(out, &json!({ "models": models, "unlisted": store.unlisted() }))
}

fn verify_all(store: &ModelStore, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let mut results = Vec::new();
    let mut failed = 0;
    for entry in store.list() {
        let result = verify(entry);
        failed += usize::from(result.is_err());
        if json {
            let problem = result.as_ref().err().map(ToString::to_string);
            let found = result.as_ref().ok().map(ToString::to_string);
            results.push(json!({
                "name": entry.name, "path": entry.path, "ok": result.is_ok(),
                "sha256": found, "problem": problem,
            }));
            continue;
        }
        match result {
            Ok(sum) => writeln!(out, "{}: ok, SHA-256 {sum}", entry.name)?,
            Err(problem) => writeln!(out, "{}: {problem}", entry.name)?,
        }
    }
    if json {
        write_json(out, &json!({ "models": results }))?;
    }
    match (failed, store.list().len()) {
        (_, 0) => bail!("there are no models; set EVENKEEL_MODELS to the folder that has them"),
        (0, _) => Ok(()),
        (_, all) => bail!("{failed} of {all} models can't be relied on; what to do is said above"),
    }
}

fn say_added(outcome: &AddOutcome, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let (word, entry, official) = match outcome {
        AddOutcome::Added { entry, official } => ("added", entry, Some(*official)),
        AddOutcome::Restored(entry) => ("restored", entry, None),
        AddOutcome::AlreadyThere(entry) => ("already-there", entry, None),
    };
    if json {
        let model = describe(entry);
        return write_json(out, &json!({ "outcome": word, "official": official, "model": model }));
    }
    let (name, path) = (&entry.name, entry.path.display());
    match outcome {
        AddOutcome::Added { official, .. } => {
            let header = ggml::inspect(&entry.path)?;
            let (size, understands, weights) = (header.size, header.languages, header.weights);
            writeln!(out, "Added `{name}` ({size}, {understands}, {weights}): {path}")?;
            if *official {
                writeln!(out, "This is {}.", entry.origin)?;
            } else {
                writeln!(
                    out,
                    "Its hash is not in whisper.cpp's list of published files, so nothing is \
                     known of its origin; use it if you trust where you got it."
                )?;
            }
            writeln!(out, "Use it with `--model {name}`.")?;
        }
        AddOutcome::Restored(_) => writeln!(out, "`{name}` is whole again: {path}")?,
        AddOutcome::AlreadyThere(_) => {
            writeln!(out, "This very file is already there as `{name}`: {path}")?;
        }
    }
    Ok(())
}

/// A model's manifest entry for machines.
fn describe(entry: &ModelEntry) -> Value {
    json!({
        "name": entry.name,
        "kind": entry.kind,
        "path": entry.path,
        "bytes": entry.bytes,
        "sha256": entry.sha256.map(|sum| sum.to_string()),
        "licence": entry.licence,
        "origin": entry.origin,
        "default": entry.is_default,
    })
}

fn write_json(out: &mut impl Write, value: &Value) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value).context("can't write the JSON")?;
    Ok(writeln!(out)?)
}

/// A size as people read it, in millions of bytes.
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: ModelsArgs,
    }

    /// Runs a command line with the folder `shipped` (and a `user` one in it that is not there
    /// yet); returns its output and error.
    fn command(shipped: &Path, line: &[&str]) -> (String, Option<String>) {
        let dirs = ModelDirs {
            chosen: None,
            user: Some(shipped.join("user")),
            shipped: vec![shipped.into()],
        };
        let args = Line::try_parse_from([&["models"], line].concat()).unwrap().args;
        let mut out = Vec::new();
        let result = run_in(args, dirs, &mut out);
        (String::from_utf8(out).unwrap(), result.err().map(|e| e.to_string()))
    }

    /// A folder whose manifest lists one voice-activity model of four bytes, and one that is gone.
    fn folder() -> tempfile::TempDir {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join("vad.bin"), b"abcd").unwrap();
        // The SHA-256 of "abcd".
        let sum = "88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589";
        let model = |name: &str, file: &str, kind: &str| {
            format!(
                "[[model]]\nname = \"{name}\"\nfile = \"{file}\"\nkind = \"{kind}\"\n\
                 bytes = 4\nsha256 = \"{sum}\"\nlicence = \"MIT\"\norigin = \"the test\"\n"
            )
        };
        let manifest = format!(
            "schema = \"evenkeel.models/1\"\n{}default = true\n{}",
            model("vad", "vad.bin", "voice-activity"),
            model("gone.en", "gone.bin", "whisper"),
        );
        std::fs::write(temp.path().join("manifest.toml"), manifest).unwrap();
        temp
    }

    #[test]
    fn the_list_says_how_each_model_is_and_how_to_add_one() {
        let temp = folder();
        let (out, error) = command(temp.path(), &[]);
        assert_eq!(error, None);
        let lines: Vec<_> = out.lines().collect();
        assert_eq!(
            lines[..3],
            [
                "name     kind              size  languages  state",
                "vad      voice-activity  0.0 MB  any        ok       default",
                "gone.en  whisper         0.0 MB  unknown    missing",
            ]
        );
        assert!(lines[4].contains("gone.bin: there is no such file"), "{out}");
        assert!(out.contains("evenkeel models add FILE"), "{out}");
        assert!(out.contains("never downloads"), "{out}");
        assert_eq!(command(temp.path(), &["list"]).0, out);
    }

    #[test]
    fn the_list_is_there_for_machines() {
        let temp = folder();
        for line in [["--json"].as_slice(), &["list", "--json"]] {
            let list: Value = serde_json::from_str(&command(temp.path(), line).0).unwrap();
            assert_eq!(list["models"][0]["state"], "ok");
            assert_eq!(list["models"][0]["kind"], "voice-activity");
            assert_eq!(list["models"][1]["state"], "missing");
            assert_eq!(list["models"][1]["default"], false);
        }
    }

    #[test]
    fn verify_fails_when_any_model_does() {
        let temp = folder();
        let (out, error) = command(temp.path(), &["verify"]);
        assert!(out.starts_with("vad: ok, SHA-256 88d4266f"), "{out}");
        assert!(error.unwrap().starts_with("1 of 2 models"));
        let (out, _) = command(temp.path(), &["verify", "--json"]);
        let verified: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(verified["models"][0]["ok"], true);
        assert_eq!(verified["models"][1]["ok"], false);
    }

    #[test]
    fn a_path_is_printed_alone() {
        let temp = folder();
        let expected = format!("{}\n", temp.path().join("vad.bin").display());
        assert_eq!(command(temp.path(), &["path", "vad"]), (expected, None));
        let (out, error) = command(temp.path(), &["path", "vat"]);
        assert_eq!(out, "");
        assert!(error.unwrap().contains("did you mean `vad`?"));
    }

    #[test]
    fn what_is_no_model_is_not_added() {
        let temp = folder();
        let file = temp.path().join("vad.bin");
        let (out, error) = command(temp.path(), &["add", file.to_str().unwrap()]);
        assert_eq!(out, "");
        assert!(error.unwrap().contains("this is no ggml file"));
    }
}
