//! What is kept of calls, and how long: removed when it is old enough, and whole after whatever ends the
//! program.

mod small_calls;

use std::fs;
use std::process::{Command, Stdio};

use evenkeel::archive::purge::{PURGED_NAME, Purged, plan, purge};
use evenkeel::archive::{Archive, Index};
use evenkeel::call::notes::{Notes, Said, add};
use jiff::civil::date;

use small_calls::{SECRET_WORD, call, contents_of_files, evenkeel, holds, remark, told};
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
fn notes_come_together_only_of_one_call() {
    let dir = tempfile::tempdir().unwrap();
    let [one, other] = ["a", "b"].map(|id| call(dir.path(), id, None));
    let [one, other] = [&one, &other].map(|path| path.to_str().unwrap());
    told(&evenkeel(&["notes", "add", one, "late"], ""), 0);
    let refused = told(&evenkeel(&["notes", "merge", one, other], ""), 1);
    assert!(refused.contains("not the same call"), "{refused}");
    assert!(told(&evenkeel(&["notes", "list", other], ""), 0).contains("Nothing was noted"));
}
