//! What is kept of calls, and how: removed when it is old enough, locked with a key, and whole after
//! whatever ends the program.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use evenkeel::archive::index::INDEX_NAME;
use evenkeel::archive::purge::{PURGED_NAME, Purged, plan, purge};
use evenkeel::archive::{Archive, Index};
use evenkeel::call::file::is_locked;
use evenkeel::call::folder::{FolderError, read_log, read_log_with};
use evenkeel::call::key::Key;
use evenkeel::call::lock::{Changed, lock, unlock};
use evenkeel::call::notes::{About, Note, Notes, Said, add, add_with};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::json;

const SECRET_WORD: &str = "zebrafish";

/// A call in an archive, begun on this day, or at an unknown time.
fn call(root: &Path, id: &str, started: Option<&str>) -> PathBuf {
    let folder = root.join("calls").join(id);
    fs::create_dir_all(&folder).unwrap();
    let lines = [
        json!({"at": 0.0, "type": "call", "schema": "evenkeel.call/1", "id": id, "started": started,
               "source": [], "layout": "stereo", "config_sha256": "", "models": [], "version": "0.1.0"}),
        json!({"at": 3.0, "type": "utterance", "party": "customer", "start": 1.0, "end": 3.0,
               "text": format!("The {SECRET_WORD} never came."), "words": [], "confidence": 0.9, "redo": false}),
        json!({"at": 60.0, "type": "summary", "duration": 60.0, "silence": {"seconds": 0.0, "share": 0.0},
               "overlap": {"seconds": 0.0, "share": 0.0}, "scorecard": {}}),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(folder.join("events.jsonl"), text).unwrap();
    fs::write(folder.join("report.html"), format!("<p>{SECRET_WORD}</p>")).unwrap();
    folder
}

fn remark(text: &str) -> Note {
    let said = Said::Noted { text: text.to_owned() };
    Note::new(Timestamp::from_second(1_764_000_000).unwrap(), "Kim", About::Call, said)
}

/// Everything in a folder, by name.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    files.map(|f| (f.file_name().into_string().unwrap(), fs::read(f.path()).unwrap())).collect()
}

fn evenkeel(args: &[&str], typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(args)
        .env_remove("EVENKEEL_KEY_FILE")
        .env("USER", "Kim")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[track_caller]
fn told(output: &Output, code: i32) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let all = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{all}");
    all
}

#[test]
fn only_old_calls_go_whole_and_are_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    call(root, "old", Some("2026-01-05T09:00:00+01:00"));
    call(root, "edge", Some("2026-01-31"));
    call(root, "young", Some("2026-02-01"));
    let kept = call(root, "kept", Some("2025-01-01"));
    add(&kept, &remark("Keep: a complaint is open")).unwrap();
    let remarked = call(root, "remarked", Some("2025-01-01"));
    add(&remarked, &remark("Keep an eye on the tone")).unwrap();
    // Its age is that of its file: today.
    call(root, "undated", None);
    // What is no call.
    fs::create_dir_all(root.join("calls/photos")).unwrap();
    fs::write(root.join("calls/photos/cat.jpg"), "cat").unwrap();
    fs::create_dir_all(root.join("calls/other")).unwrap();
    fs::write(
        root.join("calls/other/events.jsonl"),
        "{\"at\":0,\"type\":\"silence\",\"start\":0,\"end\":4}\n",
    )
    .unwrap();
    fs::write(root.join("calls/list.txt"), "a list").unwrap();
    let outside = tempfile::tempdir().unwrap();
    let linked = call(outside.path(), "linked", Some("2025-01-01"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&linked, root.join("calls/link")).unwrap();
        // A link in a call goes, and what it leads to stays.
        std::os::unix::fs::symlink(outside.path(), root.join("calls/old/link")).unwrap();
    }
    let until = date(2026, 1, 31);
    let found = plan(root, until, None).unwrap();
    let ids: Vec<&str> = found.old.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids, ["remarked", "old", "edge"]);
    assert_eq!((found.kept.as_slice(), found.young), (&["kept".to_owned()][..], 2));
    assert_eq!(found.left.len(), 3 + usize::from(cfg!(unix)), "{:?}", found.left);
    assert!(found.bytes() > 600);
    // Nothing has happened yet.
    assert!(root.join("calls/old/events.jsonl").is_file() && !root.join(PURGED_NAME).exists());
    let (gone, troubles) = purge(root, &found, until, "Kim", None).unwrap();
    assert_eq!((gone, troubles), (3, vec![]));
    for id in ["young", "kept", "undated", "photos", "other", "list.txt"] {
        assert!(root.join("calls").join(id).exists(), "{id}");
    }
    for id in ["old", "edge", "remarked"] {
        assert!(!root.join("calls").join(id).exists(), "{id}");
    }
    assert!(linked.join("events.jsonl").is_file());
    let record = fs::read_to_string(root.join(PURGED_NAME)).unwrap();
    let lines: Vec<Purged> =
        record.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line.call.as_str()).collect::<Vec<_>>(), ids);
    assert!(lines.iter().all(|line| line.by == "Kim" && line.until == until));
    assert!(!record.contains(SECRET_WORD));
    assert!(fs::read_dir(root.join(".unfinished")).unwrap().next().is_none());
}

#[test]
fn a_note_that_came_after_the_list_keeps_a_call() {
    let dir = tempfile::tempdir().unwrap();
    let folder = call(dir.path(), "a", Some("2025-01-01"));
    let until = date(2026, 1, 1);
    let found = plan(dir.path(), until, None).unwrap();
    add(&folder, &remark("keep")).unwrap();
    assert_eq!(purge(dir.path(), &found, until, "Kim", None).unwrap(), (0, vec![]));
    assert!(folder.is_dir() && !dir.path().join(PURGED_NAME).exists());
}

#[test]
fn a_call_taken_out_by_a_program_that_was_killed_does_not_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let folder = call(dir.path(), "a", Some("2025-01-01"));
    let aside = dir.path().join(".unfinished/4711-0");
    fs::create_dir_all(&aside).unwrap();
    fs::write(aside.join("lock"), "").unwrap();
    fs::rename(&folder, aside.join("a.removed")).unwrap();
    let archive = Archive::open(dir.path()).unwrap();
    assert!(!archive.has("a") && !aside.exists());
}

#[test]
fn the_command_lists_first_and_leaves_no_words_behind() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().to_str().unwrap();
    call(dir.path(), "old", Some("2020-01-01"));
    drop(Index::open(dir.path()).unwrap());
    fs::write(dir.path().join("trends.html"), SECRET_WORD).unwrap();
    let purge = |more: &[&str]| {
        let args = [&["archive", "purge", root, "--older-than", "90d"], more].concat();
        evenkeel(&args, "")
    };
    let listed = told(&purge(&[]), 0);
    assert!(listed.contains("2020-01-01") && listed.contains("--yes does it"), "{listed}");
    assert!(dir.path().join("calls/old").is_dir());
    let done = told(&purge(&["--yes"]), 0);
    assert!(done.contains("1 of 1 call") && done.contains(PURGED_NAME), "{done}");
    assert!(!dir.path().join("calls/old").exists());
    for (name, bytes) in contents_of_files(dir.path()) {
        assert!(!holds(&bytes, SECRET_WORD), "{name}");
    }
    let wrong = told(&evenkeel(&["archive", "purge", root, "--older-than", "soon"], ""), 1);
    assert!(wrong.contains("write it as 90d"), "{wrong}");
}

fn contents_of_files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let files = files.filter(|file| file.file_type().unwrap().is_file());
    files.map(|f| (f.file_name().into_string().unwrap(), fs::read(f.path()).unwrap())).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn a_locked_call_reads_with_its_key_and_comes_back_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let folder = call(dir.path(), "a", Some("2026-01-01"));
    add(&folder, &remark("first")).unwrap();
    let (before, lines) = (contents(&folder), read_log(&folder).unwrap());
    let key = Key::generate();
    let changed = lock(&folder, &key).unwrap();
    assert_eq!(changed.files, 3);
    let locked = contents(&folder);
    assert_eq!(
        locked.keys().map(String::as_str).collect::<Vec<_>>(),
        ["events.jsonl.age", "notes.jsonl.age", "report.html.age"]
    );
    assert!(locked.values().all(|bytes| !holds(bytes, SECRET_WORD) && !holds(bytes, "first")));
    assert!(matches!(read_log(&folder), Err(FolderError::Locked { .. })));
    assert_eq!(read_log_with(&folder, Some(&key)).unwrap(), lines);
    assert_eq!(read_log_with(&folder.join("events.jsonl.age"), Some(&key)).unwrap(), lines);
    // Notes come to it under the lock.
    assert!(add(&folder, &remark("in the clear")).is_err());
    add_with(&folder, &remark("second"), Some(&key)).unwrap();
    assert!(!folder.join("notes.jsonl").exists());
    assert_eq!(Notes::read_with(&folder, Some(&key)).unwrap().standing().len(), 2);
    assert_eq!(lock(&folder, &key).unwrap(), Changed::default());
    unlock(&folder, &key).unwrap();
    let mut after = contents(&folder);
    let notes = after.insert("notes.jsonl".into(), before["notes.jsonl"].clone()).unwrap();
    assert_eq!(after, before);
    assert!(notes.starts_with(&before["notes.jsonl"]) && holds(&notes, "second"));
    assert_eq!(unlock(&folder, &key).unwrap(), Changed::default());
}

#[test]
fn a_wrong_key_a_flipped_byte_and_a_cut_file_say_so_and_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let folder = call(dir.path(), "a", None);
    // Of several chunks, so that it can be cut between two.
    let long: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
    fs::write(folder.join("audio.wav"), &long).unwrap();
    let key = Key::generate();
    lock(&folder, &key).unwrap();
    let whole = contents(&folder);
    let other = Key::generate();
    let error = unlock(&folder, &other).unwrap_err();
    assert!(matches!(error, FolderError::WrongKey { .. }), "{error}");
    assert!(matches!(read_log_with(&folder, Some(&other)), Err(FolderError::WrongKey { .. })));
    assert!(matches!(lock(&folder, &other), Err(FolderError::WrongKey { .. })));
    assert!(add_with(&folder, &remark("x"), Some(&other)).is_err());
    assert_eq!(contents(&folder), whole);

    let path = folder.join("audio.wav.age");
    let bytes = &whole["audio.wav.age"];
    let chunk = 64 * 1024 + 16;
    let header = bytes.len() - (300_000 + 5 * 16);
    let mut damaged: Vec<Vec<u8>> =
        [10, header - 3, header + 5, header + chunk + 9, bytes.len() - 1]
            .into_iter()
            .map(|at| {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1;
                bytes
            })
            .collect();
    for length in [0, 12, header - 1, header, header + chunk, header + 2 * chunk, bytes.len() - 1] {
        damaged.push(bytes[..length].to_vec());
    }
    for bytes in damaged {
        fs::write(&path, &bytes).unwrap();
        let error = unlock(&folder, &key).unwrap_err();
        assert!(
            matches!(error, FolderError::Damaged { .. } | FolderError::WrongKey { .. }),
            "{} bytes: {error}",
            bytes.len()
        );
        assert!(error.to_string().contains("audio.wav.age"), "{error}");
        let mut now = contents(&folder);
        assert_eq!(now.insert("audio.wav.age".into(), whole["audio.wav.age"].clone()), Some(bytes));
        assert_eq!(now, whole);
    }
    fs::write(&path, bytes).unwrap();
    unlock(&folder, &key).unwrap();
    assert_eq!(fs::read(folder.join("audio.wav")).unwrap(), long);
    // A damaged log is no shorter log.
    lock(&folder, &key).unwrap();
    let log = folder.join("events.jsonl.age");
    let bytes = fs::read(&log).unwrap();
    fs::write(&log, &bytes[..bytes.len() - 20]).unwrap();
    assert!(matches!(read_log_with(&folder, Some(&key)), Err(FolderError::Damaged { .. })));
}

/// The states in which a kill can leave a folder: for each file, the plain one, then both, then the
/// locked one; with or without a file half made.
#[test]
fn whatever_a_kill_leaves_is_whole_and_goes_on_either_way() {
    let dir = tempfile::tempdir().unwrap();
    let folder = call(dir.path(), "a", None);
    add(&folder, &remark("first")).unwrap();
    let plain = contents(&folder);
    let key = Key::generate();
    lock(&folder, &key).unwrap();
    let locked = contents(&folder);
    let names: Vec<&String> = plain.keys().collect();
    for state in 0..3_usize.pow(names.len() as u32) {
        for then_locked in [true, false] {
            fs::remove_dir_all(&folder).unwrap();
            fs::create_dir(&folder).unwrap();
            let mut left = state;
            for name in &names {
                let form = left % 3;
                left /= 3;
                if form != 2 {
                    fs::write(folder.join(name), &plain[*name]).unwrap();
                }
                if form != 0 {
                    let name = format!("{name}.age");
                    fs::write(folder.join(&name), &locked[&name]).unwrap();
                }
            }
            fs::write(folder.join(".report.html.age.part"), "half").unwrap();
            assert_eq!(read_log_with(&folder, Some(&key)).unwrap().len(), 3);
            assert_eq!(Notes::read_with(&folder, Some(&key)).unwrap().standing().len(), 1);
            if then_locked {
                lock(&folder, &key).unwrap();
                assert_eq!(contents(&folder).len(), 3, "{state}");
                assert!(contents(&folder).keys().all(|name| name.ends_with(".age")));
            }
            unlock(&folder, &key).unwrap();
            assert_eq!(contents(&folder), plain, "state {state}");
        }
    }
}

#[cfg(unix)]
#[test]
fn of_notes_that_are_killed_half_way_none_that_was_confirmed_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let folder = call(dir.path(), "a-call", None);
    let (mut confirmed, mut killed) = (Vec::new(), 0);
    for round in 0..120_u32 {
        let text = format!("note {round}");
        let mut child = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
            .args(["notes", "add", folder.to_str().unwrap(), &text, "--by", "Kim"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The others are let go on for longer and longer: some are killed as they write.
        if round % 6 > 0 {
            std::thread::sleep(std::time::Duration::from_micros(u64::from(round) * 150));
            if child.try_wait().unwrap().is_none() {
                child.kill().unwrap();
                killed += 1;
            }
        }
        if child.wait().unwrap().success() {
            confirmed.push(text);
        }
    }
    assert!(killed > 0 && confirmed.len() >= 20, "{killed} killed, {} not", confirmed.len());
    let said: Vec<String> = Notes::read(&folder)
        .unwrap()
        .standing()
        .into_iter()
        .filter_map(|note| match &note.said {
            Said::Noted { text } => Some(text.clone()),
            _ => None,
        })
        .collect();
    let lost: Vec<&String> = confirmed.iter().filter(|text| !said.contains(text)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[cfg(unix)]
#[test]
fn a_program_killed_while_it_locks_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().to_str().unwrap();
    let key_file = dir.path().join("team.key");
    let key = Key::generate();
    key.write_new(&key_file, None).unwrap();
    let long: Vec<u8> = (0..2_000_000_u32).map(|i| (i % 249) as u8).collect();
    let mut before = BTreeMap::new();
    for id in 0..30 {
        let folder = call(dir.path(), &format!("call-{id:02}"), Some("2026-01-01"));
        fs::write(folder.join("audio.wav"), &long).unwrap();
        before.insert(folder.clone(), contents(&folder));
    }
    let mut killed = 0;
    for (round, way) in ["lock", "unlock", "lock", "unlock", "lock"].into_iter().enumerate() {
        let mut child = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
            .args(["archive", way, root, "--key", key_file.to_str().unwrap()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Killed when some of the calls are done, whenever that is.
        let turned = |folder: &PathBuf| is_locked(&folder.join("events.jsonl")) == (way == "lock");
        while before.keys().filter(|folder| turned(folder)).count() < 3 + 4 * round {
            if child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::yield_now();
        }
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        for folder in before.keys() {
            assert_eq!(read_log_with(folder, Some(&key)).unwrap().len(), 3, "{way}");
        }
    }
    assert!(killed > 0, "no round was cut short");
    told(&evenkeel(&["archive", "unlock", root, "--key", key_file.to_str().unwrap()], ""), 0);
    for (folder, before) in before {
        assert!(contents(&folder) == before, "{}", folder.display());
    }
}

#[test]
fn a_locked_archive_holds_no_words_and_is_searched_with_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let archive = dir.path().join("archive");
    let root = archive.to_str().unwrap();
    for id in ["a", "b"] {
        call(&archive, id, Some("2026-01-01"));
    }
    let key_file = dir.path().join("team.key");
    let key = key_file.to_str().unwrap();
    let made = told(&evenkeel(&["archive", "key", "new", key], ""), 0);
    assert!(made.contains("age1") && made.contains("copy"), "{made}");
    told(&evenkeel(&["archive", "key", "new", key], ""), 1);
    drop(Index::open(&archive).unwrap());
    fs::write(archive.join("index.html"), SECRET_WORD).unwrap();
    let no_key = told(&evenkeel(&["archive", "lock", root], ""), 1);
    assert!(no_key.contains("--key") && no_key.contains("key new"), "{no_key}");
    let locked = told(&evenkeel(&["archive", "lock", root, "--key", key], ""), 0);
    assert!(locked.contains("Locked: 2 calls"), "{locked}");
    assert!(!archive.join(INDEX_NAME).exists() && !archive.join("index.html").exists());

    let find = |more: &[&str]| {
        evenkeel(
            &[&["find", SECRET_WORD, "--archive", root, "--format", "paths"], more].concat(),
            "",
        )
    };
    let without = told(&find(&[]), 0);
    assert!(without.contains("locked and left out: 2"), "{without}");
    let with = told(&find(&["--key", key]), 0);
    assert_eq!(with.lines().count(), 2, "{with}");
    for (name, bytes) in contents_of_files(&archive) {
        assert!(!holds(&bytes, SECRET_WORD), "{name}");
    }
    // The other readers, by the option or by the environment.
    let call = archive.join("calls/a");
    let call = call.to_str().unwrap();
    let vtt = ["export", call, "--as", "vtt"];
    assert!(told(&evenkeel(&vtt, ""), 1).contains("is locked"));
    assert!(told(&evenkeel(&[&vtt[..], &["--key", key]].concat(), ""), 0).contains(SECRET_WORD));
    let by_environment = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(vtt)
        .env("EVENKEEL_KEY_FILE", key)
        .output()
        .unwrap();
    assert!(told(&by_environment, 0).contains(SECRET_WORD));
    let beside = told(&evenkeel(&["page", call, "--key", key], ""), 1);
    assert!(beside.contains("another place"), "{beside}");
    let page = dir.path().join("a.html");
    told(&evenkeel(&["page", call, "--key", key, "--out", page.to_str().unwrap()], ""), 0);
    assert!(fs::read_to_string(&page).unwrap().contains(SECRET_WORD));
    told(&evenkeel(&["notes", "add", call, "late", "--key", key], ""), 0);
    assert!(told(&evenkeel(&["notes", "list", call, "--key", key], ""), 0).contains("late"));
    // A page of trends would tell it as well, and so would that of all calls.
    for page in ["trends", "page"] {
        let args: &[&str] =
            if page == "trends" { &["trends", root, "--page"] } else { &["page", root] };
        let refused = told(&evenkeel(&[args, &["--key", key]].concat(), ""), 1);
        assert!(refused.contains("another place"), "{refused}");
    }
    let within = archive.join("pages");
    for out in [&within, &archive.join("calls/a/a.html")] {
        let refused =
            told(&evenkeel(&["page", call, "--key", key, "--out", out.to_str().unwrap()], ""), 1);
        assert!(refused.contains("another place"), "{refused}");
    }
    for page in ["trends.html", "index.html", "pages", "calls/a/a.html"] {
        assert!(!archive.join(page).is_file(), "{page}");
    }
    // Another key is refused before anything is done.
    let other = dir.path().join("other.key");
    Key::generate().write_new(&other, None).unwrap();
    let other = other.to_str().unwrap();
    assert!(
        told(&evenkeel(&["archive", "lock", root, "--key", other], ""), 1).contains("another key")
    );
    let refused = told(&evenkeel(&["archive", "unlock", root, "--key", other], ""), 1);
    assert!(refused.contains("another key") && refused.contains("Unlocked: 0 calls"), "{refused}");
    told(&evenkeel(&["archive", "unlock", root, "--key", key], ""), 0);
    assert!(told(&find(&[]), 0).lines().count() == 2);
}

#[test]
fn a_key_does_not_lie_with_what_it_locks() {
    let dir = tempfile::tempdir().unwrap();
    call(dir.path(), "a", None);
    fs::create_dir(dir.path().join(".unfinished")).unwrap();
    let root = dir.path().to_str().unwrap();
    let within = dir.path().join("k.key");
    let within = within.to_str().unwrap();
    assert!(told(&evenkeel(&["archive", "key", "new", within], ""), 1).contains("lies within"));
    Key::generate().write_new(Path::new(within), None).unwrap();
    let refused = told(&evenkeel(&["archive", "lock", root, "--key", within], ""), 1);
    assert!(refused.contains("lies within"), "{refused}");
}

#[test]
fn notes_come_together_only_of_one_call() {
    let dir = tempfile::tempdir().unwrap();
    let [one, other] = ["a", "b"].map(|id| call(dir.path(), id, None));
    let [one, other] = [&one, &other].map(|path| path.to_str().unwrap());
    told(&evenkeel(&["notes", "add", one, "late"], ""), 0);
    let refused = told(&evenkeel(&["notes", "merge", one, other], ""), 1);
    assert!(refused.contains("not the same call"), "{refused}");
    assert!(told(&evenkeel(&["notes", "list", other], ""), 0).contains("Nothing was noted"));
}

#[test]
fn a_passphrase_locks_the_key_of_the_archive() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().to_str().unwrap();
    call(dir.path(), "a", None);
    let lock = ["archive", "lock", root, "--passphrase"];
    assert!(told(&evenkeel(&lock, "\n"), 1).contains("empty"));
    assert!(!dir.path().join("key.age").exists());
    told(&evenkeel(&lock, "seven grey herons\n"), 0);
    assert!(dir.path().join("key.age").is_file());
    assert!(is_locked(&dir.path().join("calls/a/events.jsonl")));
    let unlock = ["archive", "unlock", root, "--passphrase"];
    assert!(told(&evenkeel(&unlock, "seven grey hens\n"), 1).contains("not the passphrase"));
    assert!(is_locked(&dir.path().join("calls/a/events.jsonl")));
    told(&evenkeel(&unlock, "seven grey herons\n"), 0);
    assert!(!is_locked(&dir.path().join("calls/a/events.jsonl")));
}
