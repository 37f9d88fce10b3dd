//! Imports run one way, the analysis knows nothing of the machine, and each foreign crate has
//! one door.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, lowest layer first. A room may use those of its own layer and of those before it.
const LAYERS: [&[&str]; 8] = [
    &["exponential", "units"],
    &["config", "event"],
    &["audio", "cloud", "speech", "tone", "dialogue", "language", "coach", "models"],
    &["engine"],
    &["session"],
    &["archive", "call", "report", "ui"],
    &["commands"],
    &["main"],
];

/// Rooms that see only what is passed to them.
const ANALYSIS: [&str; 6] = ["speech", "tone", "dialogue", "language", "coach", "engine"];
/// What those rooms can't know of: threads, files, clocks, queues.
const MACHINE: [&str; 8] = [
    "std::thread",
    "std::fs",
    "Instant",
    "SystemTime",
    "Zoned",
    "Timestamp",
    "crossbeam",
    "crossbeam_channel",
];

/// Foreign crates and the only files, or the only folder, that name each: sound devices have a door in
/// and a door out.
const DOORS: [(&str, &[&str]); 20] = [
    ("age", &["call/key.rs"]),
    ("rpassword", &["commands/keys.rs"]),
    ("rubato", &["audio/resample.rs"]),
    ("symphonia", &["audio/codec.rs"]),
    ("ct2rs", &["speech/ctranslate2/"]),
    ("whisper_rs", &["speech/whisper.rs"]),
    ("timestretch", &["audio/tempo.rs"]),
    ("ebur128", &["tone/level.rs"]),
    ("cpal", &["audio/capture.rs", "audio/playback.rs"]),
    ("hound", &["audio/write.rs"]),
    ("eframe", &["ui/"]),
    ("glob", &["archive/intake.rs"]),
    ("askama", &["report/page/"]),
    ("base64", &["report/page/frame.rs"]),
    ("icalendar", &["report/calendar.rs"]),
    ("object_store", &["cloud/bucket.rs"]),
    ("tokio", &["cloud/bucket.rs"]),
    ("futures_util", &["cloud/bucket.rs"]),
    ("rusqlite", &["archive/"]),
    ("parquet", &["report/export/tables/as_parquet.rs"]),
];

/// A source file without comments, texts and tests; its lines are where they were.
struct Source {
    /// Below `src`, as `audio/wav.rs`.
    name: String,
    code: String,
}

impl Source {
    /// The first folder or file below `src`.
    fn room(&self) -> &str {
        let end = self.name.find(['/', '.']).unwrap();
        &self.name[..end]
    }

    /// Whether it is this file, or in this folder.
    fn is_in(&self, door: &str) -> bool {
        self.name == door || (door.ends_with('/') && self.name.starts_with(door))
    }

    /// The file and line of a place in the code.
    fn place(&self, at: usize) -> String {
        format!("src/{}:{}", self.name, self.code[..at].matches('\n').count() + 1)
    }

    /// Where `path` is named: the whole of it, not a part of a longer name.
    fn names(&self, path: &str) -> Vec<usize> {
        let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
        let whole = |at: usize| {
            let before = self.code[..at].chars().next_back();
            let after = self.code[at + path.len()..].chars().next();
            !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
        };
        self.code.match_indices(path).map(|(at, _)| at).filter(|&at| whole(at)).collect()
    }

    /// The rooms that the file uses, with the place of each use.
    fn uses(&self) -> Vec<(String, usize)> {
        let root = if self.room() == "main" { "evenkeel" } else { "crate" };
        let mut uses = Vec::new();
        for at in self.names(root) {
            let Some(path) = self.code[at + root.len()..].strip_prefix("::") else { continue };
            uses.extend(heads(path).into_iter().map(|head| (head, at)));
        }
        // `super` as often as the file is deep is the root as well.
        let depth = self.name.trim_end_matches("/mod.rs").split('/').count();
        let up = "super::".repeat(depth);
        for at in self.names("super") {
            let inner = self.code[..at].ends_with("super::");
            if let Some(path) = self.code[at..].strip_prefix(&up).filter(|_| !inner) {
                uses.extend(heads(path).into_iter().map(|head| (head, at)));
            }
        }
        uses
    }
}

/// The first names of a path, several where it begins with braces.
fn heads(path: &str) -> Vec<String> {
    let name = |text: &str| {
        let text = text.trim_start();
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        text[..end].to_owned()
    };
    let Some(list) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut depth, mut from, mut heads) = (0, 0, Vec::new());
    for (i, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                heads.push(name(&list[from..i]));
                from = i + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

/// `text` with comments and literals blanked out.
fn without_prose(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = String::with_capacity(text.len());
    let blank = |code: &mut String, part: &str| {
        code.extend(part.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
    };
    let mut i = 0;
    while i < text.len() {
        let rest = &text[i..];
        let in_name = i > 0 && (bytes[i - 1].is_ascii_alphanumeric() || bytes[i - 1] == b'_');
        let hashes = |from: &str| from.bytes().take_while(|b| *b == b'#').count();
        let raw = rest.strip_prefix('r').or_else(|| rest.strip_prefix("br"));
        let raw = raw.filter(|raw| !in_name && raw[hashes(raw)..].starts_with('"'));
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(raw) = raw {
            let close = format!("\"{}", "#".repeat(hashes(raw)));
            let opening = rest.find('"').unwrap() + 1;
            opening + rest[opening..].find(&close).unwrap() + close.len()
        } else if rest.starts_with('"') {
            quoted(rest, '"')
        } else if rest.starts_with("'\\") {
            quoted(rest, '\'')
        } else if rest.starts_with('\'') {
            // A character, or a lifetime, which stays.
            let mut chars = rest.char_indices().skip(2);
            chars.next().filter(|(_, c)| *c == '\'').map_or(0, |(end, _)| end + 1)
        } else {
            0
        };
        if length > 0 {
            blank(&mut code, &rest[..length]);
            i += length;
        } else {
            let c = rest.chars().next().unwrap();
            code.push(c);
            i += c.len_utf8();
        }
    }
    code
}

/// Length of the block comment with which `text` begins; they nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut i) = (0, 0);
    loop {
        if text[i..].starts_with("/*") {
            (depth, i) = (depth + 1, i + 2);
        } else if text[i..].starts_with("*/") {
            (depth, i) = (depth - 1, i + 2);
            if depth == 0 {
                return i;
            }
        } else {
            i += text[i..].chars().next().expect("a comment ends").len_utf8();
        }
    }
}

/// Length of the literal with which `text` begins, its quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = true;
    for (i, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return i + c.len_utf8(),
            _ => {}
        }
    }
    panic!("a literal without an end")
}

/// `code` with its test modules blanked out, and the names of those in files of their own.
fn without_tests(mut code: String) -> (String, Vec<String>) {
    const MARK: &str = "#[cfg(test)]";
    let mut files = Vec::new();
    while let Some(start) = code.find(MARK) {
        let item = start + MARK.len();
        let end = item + code[item..].find(['{', ';']).unwrap();
        let end = if code[end..].starts_with('{') {
            let mut depth = 0;
            let close = code[end..].char_indices().find(|(_, c)| {
                depth += i32::from(*c == '{') - i32::from(*c == '}');
                depth == 0
            });
            end + close.unwrap().0
        } else {
            files.extend(code[item..end].trim().rsplit(' ').next().map(str::to_owned));
            end
        };
        let blank = code[start..=end].replace(|c| c != '\n', " ");
        code.replace_range(start..=end, &blank);
    }
    (code, files)
}

/// The program's sources; the measurements in `src/bin` are programs of their own.
fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut sources, mut tests) = (Vec::new(), BTreeSet::new());
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.extend((path != src.join("bin")).then_some(path));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = without_prose(&fs::read_to_string(&path).unwrap());
                let (code, files) = without_tests(text);
                let own = path.with_extension("");
                let beside: PathBuf = match own.file_name().and_then(|name| name.to_str()) {
                    Some("mod" | "lib" | "main") => own.parent().unwrap().to_owned(),
                    _ => own,
                };
                tests.extend(files.iter().map(|file| beside.join(file).with_extension("rs")));
                sources.push((path, code));
            }
        }
    }
    sources.retain(|(path, _)| !tests.contains(path));
    let name = |path: &Path| {
        let parts = path.strip_prefix(&src).unwrap().iter().map(|part| part.to_str().unwrap());
        parts.collect::<Vec<_>>().join("/")
    };
    let mut sources: Vec<Source> =
        sources.into_iter().map(|(path, code)| Source { name: name(&path), code }).collect();
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(sources.len() > 40, "only {} files", sources.len());
    sources
}

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&room))
}

#[track_caller]
fn assert_none(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn imports_run_one_way() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.room() != "lib") {
        let room = source.room();
        let Some(own) = layer(room) else {
            broken.push(format!("src/{}: which layer is `{room}` in?", source.name));
            continue;
        };
        for (used, at) in source.uses() {
            if layer(&used).is_none_or(|used| used > own) {
                broken.push(format!("{}: `{room}` may not use `{used}`", source.place(at)));
            }
        }
    }
    assert_none(&broken);
}

#[test]
fn no_room_uses_itself_by_way_of_others() {
    let mut uses = BTreeMap::<String, BTreeSet<String>>::new();
    for source in sources() {
        let used = source.uses().into_iter().map(|(used, _)| used);
        let others = used.filter(|used| used != source.room());
        uses.entry(source.room().to_owned()).or_default().extend(others);
    }
    // Takes away what uses nothing that is left, and what nothing that is left uses, until
    // only circles are left.
    loop {
        let before = uses.len();
        let left: BTreeSet<String> = uses.keys().cloned().collect();
        let used: BTreeSet<String> = uses.values().flatten().cloned().collect();
        uses.retain(|room, uses| used.contains(room) && !uses.is_disjoint(&left));
        uses.values_mut().for_each(|uses| uses.retain(|used| left.contains(used)));
        if uses.len() == before {
            break;
        }
    }
    assert!(uses.is_empty(), "these use each other in a circle: {uses:#?}");
}

#[test]
fn the_analysis_knows_nothing_of_threads_files_and_clocks() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| ANALYSIS.contains(&source.room())) {
        for name in MACHINE {
            for at in source.names(name) {
                broken.push(format!("{}: `{}` names {name}", source.place(at), source.room()));
            }
        }
        // `use std::{fs, thread}`.
        for at in source.names("std") {
            let Some(list) = source.code[at..].strip_prefix("std::{") else { continue };
            for head in heads(&format!("{{{list}")) {
                if MACHINE.contains(&format!("std::{head}").as_str()) {
                    broken.push(format!("{}: names std::{head}", source.place(at)));
                }
            }
        }
    }
    assert_none(&broken);
}

#[test]
fn one_foreign_crate_has_one_door() {
    let mut broken = Vec::new();
    for source in sources() {
        let shut = |doors: &[&str]| !doors.iter().any(|door| source.is_in(door));
        for (name, doors) in DOORS.iter().filter(|(_, doors)| shut(doors)) {
            for at in source.names(name) {
                let doors = doors.join(" and src/");
                broken.push(format!("{}: only src/{doors} names {name}", source.place(at)));
            }
        }
    }
    assert_none(&broken);
    let sources = sources();
    for (name, door) in DOORS.iter().flat_map(|(name, doors)| doors.iter().map(move |d| (name, d)))
    {
        let named = |source: &Source| source.is_in(door) && !source.names(name).is_empty();
        assert!(sources.iter().any(named), "nothing in src/{door} names {name}");
    }
}

/// But in the crates behind `cloud/bucket.rs`, which the default build does without.
#[test]
fn there_is_no_network_code() {
    let mut broken = Vec::new();
    for source in sources() {
        for name in ["net", "TcpStream", "TcpListener", "UdpSocket", "UnixStream", "ToSocketAddrs"]
        {
            for at in source.names(name) {
                broken.push(format!("{}: `{name}`: nothing may use a network", source.place(at)));
            }
        }
    }
    assert_none(&broken);
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    let manifest = manifest.unwrap();
    let line = |start: &str| manifest.lines().find(|line| line.starts_with(start)).unwrap();
    assert!(!line("default = ").contains("cloud"));
    assert!(line("object_store = ").contains("optional = true"));
}

#[test]
fn comments_texts_and_tests_are_no_code() {
    let text = r##"
use crate::{units, event::{Body, Event}}; // crate::commands
/* crate::ui /* crate::call */ crate::report */
fn f<'a>(x: &'a str) -> char { let _ = (r#"crate::"session""#, "\"crate::call", '"', '\''); 'c' }
fn g() { crate::audio::wav::h() }
#[cfg(test)]
mod tests { fn f() { if true { crate::commands::run() } } }
#[cfg(test)]
mod fixture;
fn last() { super::super::config::load() }
"##;
    let (code, files) = without_tests(without_prose(text));
    assert_eq!(code.lines().count(), text.lines().count());
    let source = Source { name: "tone/pace.rs".into(), code };
    let uses: Vec<(String, String)> =
        source.uses().into_iter().map(|(used, at)| (used, source.place(at))).collect();
    let found: Vec<(&str, &str)> = uses.iter().map(|(u, p)| (u.as_str(), p.as_str())).collect();
    assert_eq!(
        found,
        [
            ("units", "src/tone/pace.rs:2"),
            ("event", "src/tone/pace.rs:2"),
            ("audio", "src/tone/pace.rs:5"),
            ("config", "src/tone/pace.rs:10")
        ]
    );
    assert_eq!(files, ["fixture"]);
    assert_eq!(source.names("aud"), []);
}
