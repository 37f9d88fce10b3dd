//! Calls that are locked with a key: what is in them is read with it only, and whole after whatever ends the
//! program.

mod small_calls;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use evenkeel::archive::Index;
use evenkeel::archive::index::INDEX_NAME;
use evenkeel::call::file::is_locked;
use evenkeel::call::folder::{FolderError, read_log, read_log_with};
use evenkeel::call::key::Key;
use evenkeel::call::lock::{Changed, lock, unlock};
use evenkeel::call::notes::{Notes, add, add_with};

use small_calls::{SECRET_WORD, call, contents, contents_of_files, evenkeel, holds, remark, told};
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
