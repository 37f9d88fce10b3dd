//! Recordings and copies of archives on object storage, with the real program and a local server that
//! speaks S3 (moto's, from PyPI).
//!
//! Left out, which is said, where no Python has it: `sh tests/cloud_server/run.sh` gets it and runs
//! these.

#![cfg(all(feature = "cloud", unix))]

mod cloud_server;
mod night;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cloud_server::{Server, calls};
use night::{Night, cut_of_demo, said};

const NIGHT: &str = "s3://calls/night";
const COPY: &str = "s3://calls/team/archive";

/// A call's recordings, 10 seconds each.
fn put_calls(server: &mut Server, night: &Night, count: usize) {
    night.add_calls(count);
    for number in 0..count {
        let name = format!("call {number:02}.wav");
        server.put(&format!("night/{name}"), &night.source(&name));
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The one sentence that tells what was done.
#[track_caller]
fn told(output: &std::process::Output, sentence: &str) {
    assert!(said(output).contains(sentence), "{}", said(output));
}

#[test]
fn recordings_of_a_bucket_are_analysed_as_those_of_a_folder() {
    let Some(mut server) = Server::start() else { return };
    let night = Night::new();
    put_calls(&mut server, &night, 3);
    server.put("night/b/a copy.wav", &night.source("call 01.wav"));
    fs::write(night.source("letter.wav"), "Dear Sir or Madam").unwrap();
    server.put("night/letter.wav", &night.source("letter.wav"));
    server.put("night/notes.txt", &night.source("letter.wav"));
    server.put("nightly/other.wav", &night.source("call 00.wav"));

    // As a folder here.
    fs::create_dir(night.source("b")).unwrap();
    fs::copy(night.source("call 01.wav"), night.source("b/a copy.wav")).unwrap();
    assert_eq!(night.run(&["--workers", "1"]).status.code(), Some(3));
    let expected = night.logs();
    assert_eq!(expected.len(), 3);

    let archive = night.dir.path().join("from-the-bucket");
    let batch = ["batch", "--no-words", "--workers", "1", "--out", text(&archive), NIGHT];
    let output = server.run(&batch);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    told(&output, "5 recordings: 3 analysed, 1 a copy of another, 1 failed.");
    let failures = fs::read_to_string(archive.join("failures.csv")).unwrap();
    let row = failures.lines().nth(1).unwrap();
    assert!(row.starts_with("s3://calls/night/letter.wav,,"), "{row}");
    assert!(!failures.contains("fetched-") && !failures.contains(".unfinished"), "{failures}");
    // The same logs, but for where the recordings are.
    let logs: BTreeMap<PathBuf, Vec<u8>> =
        calls(&archive).into_iter().filter(|(path, _)| path.ends_with("events.jsonl")).collect();
    for (id, log) in &expected {
        // The one of two copies that comes first names the call: that is the folder's order here.
        let there = logs.iter().find(|(path, _)| path.starts_with(id)).unwrap().1;
        let there = String::from_utf8(there.clone()).unwrap();
        assert!(there.contains("\"name\":\"s3://calls/night/call 0"), "{}", &there[..400]);
        assert_eq!(there.replace("s3://calls/night/", ""), *log);
    }
    assert_eq!(logs.len(), 3);
    // Nothing of the recordings stays.
    assert_eq!(fs::read_dir(archive.join(".unfinished")).unwrap().count(), 0);

    // Again: what is known is not fetched again, what failed is tried.
    server.requests("GET");
    let output = server.run(&batch);
    told(&output, "5 recordings: 0 analysed, 3 there already, 1 a copy of another, 1 failed.");
    assert_eq!(server.requests("GET"), 1);
    // Another content under the same name is another call.
    fs::write(night.source("new.wav"), cut_of_demo(500_000, 160_000)).unwrap();
    server.put("night/call 00.wav", &night.source("new.wav"));
    told(&server.run(&batch), "5 recordings: 1 analysed, 2 there already");
    // Without the memory of it all are fetched, and known by their content.
    fs::remove_file(archive.join(".fetched.jsonl")).unwrap();
    told(&server.run(&batch), "5 recordings: 0 analysed, 3 there already");
    // Mended, it leaves the list.
    server.put("night/letter.wav", &night.source("call 02.wav"));
    let output = server.run(&batch);
    assert!(output.status.success() && !archive.join("failures.csv").exists(), "{}", said(&output));
}

#[test]
fn lists_may_name_urls_and_lie_in_the_bucket() {
    let Some(mut server) = Server::start() else { return };
    let night = Night::new();
    put_calls(&mut server, &night, 2);
    let rows = "path,agent\n{}call 00.wav,Ana\n{}call 01.wav,Ben\n{}nowhere.wav,Ben\n";
    let here = night.dir.path().join("calls.csv");
    fs::write(&here, rows.replace("{}", "s3://calls/night/")).unwrap();
    let there = night.dir.path().join("there.csv");
    fs::write(&there, rows.replace("{}", "")).unwrap();
    server.put("night/calls.csv", &there);
    let lists = [text(&here).to_owned(), format!("{NIGHT}/calls.csv")];
    let mut logs = Vec::new();
    for (number, list) in lists.iter().enumerate() {
        let archive = night.dir.path().join(number.to_string());
        let output = server.run(&["batch", "--no-words", list, "--out", text(&archive)]);
        told(&output, "3 recordings: 2 analysed, 1 failed.");
        told(&output, "s3://calls/night/nowhere.wav: there is nothing of that name");
        let mut files = calls(&archive);
        files.retain(|path, _| path.ends_with("events.jsonl"));
        assert!(String::from_utf8_lossy(&files.values().next().unwrap()[..]).contains("\"Ana\""));
        logs.push(files);
    }
    assert!(logs[0] == logs[1]);
}

#[test]
fn a_batch_that_is_killed_while_it_fetches_goes_on() {
    let Some(mut server) = Server::start() else { return };
    let night = Night::new();
    put_calls(&mut server, &night, 6);
    let archive = night.archive();
    let arguments = ["batch", "--no-words", "--workers", "2", "--out", text(&archive), NIGHT];
    for after in [0, 1, 3] {
        assert!(server.kill_in_the_midst(server.program(&arguments), "GET", after, true));
    }
    let output = server.run(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(night.logs().len(), 6);
    assert_eq!(fs::read_dir(archive.join(".unfinished")).unwrap().count(), 0);
}

/// An archive of `count` calls, one of them with sound and a large file, and a failure.
fn archive_of(night: &Night, count: usize) -> PathBuf {
    night.add_calls(count);
    fs::write(night.source("letter.wav"), "Dear Sir or Madam").unwrap();
    assert_eq!(night.run(&["--workers", "2"]).status.code(), Some(3));
    let first = night.logs().remove(0).0;
    let call = night.archive().join("calls").join(first);
    fs::write(call.join("notes.jsonl"), "{\"a note\":1}\n").unwrap();
    // More than one part, and no whole number of them.
    let large: Vec<u8> =
        (0..20_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    fs::write(call.join("clip.wav"), large).unwrap();
    night.archive()
}

#[test]
fn a_copy_that_was_killed_again_and_again_is_whole_in_the_end_and_each_call_at_any_moment() {
    let Some(mut server) = Server::start() else { return };
    let night = Night::new();
    // More than are sent at once.
    let archive = archive_of(&night, 20);
    let expected = calls(&archive);
    let send = ["archive", "send", text(&archive), COPY];
    let (mut midst, mut whole) = (0, 0);
    for (round, after) in [0, 4, 9, 14, 19, 24].into_iter().enumerate() {
        // The last run had some of it done already: each comes further.
        let drop = round % 2 == 0;
        midst += usize::from(server.kill_in_the_midst(server.program(&send), "PUT", after, drop));
        let into = night.dir.path().join(format!("fetched-{round}"));
        let output = server.run(&["archive", "fetch", COPY, text(&into)]);
        if !output.status.success() {
            told(&output, "no copy of an archive there");
            assert!(!into.exists());
            continue;
        }
        // What is there is whole, and as it should be.
        let there = calls(&into);
        whole += usize::from(!there.is_empty() && there.len() < expected.len());
        for call in fs::read_dir(into.join("calls")).unwrap() {
            let id = PathBuf::from(call.unwrap().file_name());
            let of = |files: &BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<PathBuf, Vec<u8>> {
                files.clone().into_iter().filter(|(path, _)| path.starts_with(&id)).collect()
            };
            assert!(of(&there) == of(&expected), "{}", id.display());
        }
    }
    assert!(midst >= 4 && whole >= 1, "{midst} kills came while it sent, {whole} left a part");
    let output = server.run(&send);
    assert!(output.status.success(), "{}", said(&output));
    server.requests("PUT");
    told(&server.run(&send), "0 calls sent, 0.0 MB; 20 were there already.");
    assert_eq!(server.requests("PUT"), 0);

    // Fetched, and killed while it is.
    let into = night.dir.path().join("fetched");
    let fetch = ["archive", "fetch", COPY, text(&into)];
    for after in [2, 8, 14] {
        assert!(server.kill_in_the_midst(server.program(&fetch), "GET", after, true));
        for (path, content) in calls(&into) {
            assert!(expected[&path] == content, "{}", path.display());
        }
    }
    let output = server.run(&fetch);
    assert!(output.status.success(), "{}", said(&output));
    assert!(calls(&into) == expected);
    assert_eq!(fs::read_dir(into.join(".unfinished")).unwrap().count(), 0);
    let failures = |root: &Path| fs::read_to_string(root.join("failures.csv")).unwrap();
    assert_eq!(failures(&into), failures(&archive));
    assert_eq!(server.read("team/archive/failures.csv"), failures(&archive).into_bytes());
    // It is an archive as any other.
    let found = server.run(&["find", "--archive", text(&into), "--format", "csv"]);
    assert_eq!(String::from_utf8_lossy(&found.stdout).lines().count(), 21, "{}", said(&found));
    // Readable by their owner only.
    use std::os::unix::fs::PermissionsExt as _;
    for path in expected.keys() {
        let mode = fs::metadata(into.join("calls").join(path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn a_change_takes_its_predecessors_place_in_one_step_or_not() {
    let Some(mut server) = Server::start() else { return };
    let night = Night::new();
    let archive = archive_of(&night, 1);
    let send = ["archive", "send", text(&archive), COPY];
    assert!(server.run(&send).status.success());
    let before = calls(&archive);
    let id = night.logs().remove(0).0;
    let call = archive.join("calls").join(&id);
    fs::write(call.join("notes.jsonl"), "{\"a note\":1}\n{\"another\":2}\n").unwrap();
    fs::write(call.join("report.html"), "another page").unwrap();
    fs::remove_file(call.join("clip.wav")).unwrap();
    let after = calls(&archive);
    let mut seen = [0, 0];
    for (method, count) in [("PUT", 0), ("PUT", 1), ("PUT", 0), ("DELETE", 0), ("DELETE", 0)] {
        server.kill_in_the_midst(server.program(&send), method, count, true);
        let into = night.dir.path().join(format!("at-{}", seen[0] + seen[1]));
        assert!(server.run(&["archive", "fetch", COPY, text(&into)]).status.success());
        let there = calls(&into);
        assert!(there == before || there == after);
        seen[usize::from(there == after)] += 1;
    }
    assert!(seen[0] >= 2 && seen[1] >= 1, "{seen:?}");
    assert!(server.run(&send).status.success());
    // Files that have not changed were not sent again, what has changed is where it was not.
    let objects = server.objects(&format!("team/archive/calls/{id}/"));
    let named = |name: &str| objects.keys().filter(|key| key.ends_with(name)).count();
    assert_eq!([named("/events.jsonl"), named("/files.json")], [1, 1]);
}

#[test]
fn two_archives_of_one_copy_lose_nothing_of_each_other() {
    let Some(mut server) = Server::start() else { return };
    let night = Night::new();
    let ana = archive_of(&night, 3);
    let ben = night.dir.path().join("ben");
    let send = |server: &Server, root: &Path| server.run(&["archive", "send", text(root), COPY]);
    let fetch = |server: &Server, root: &Path| server.run(&["archive", "fetch", COPY, text(root)]);
    told(&send(&server, &ana), "3 calls sent");
    told(&fetch(&server, &ben), "3 calls fetched");
    let ids: Vec<String> = night.logs().into_iter().map(|(id, _)| id).collect();
    let note = |root: &Path, call: usize| root.join("calls").join(&ids[call]).join("notes.jsonl");

    // Ben writes a note; Ana's copy of the call is older, and does not go over it.
    fs::write(note(&ben, 1), "Ben's\n").unwrap();
    told(&fetch(&server, &ben), "1 are newer here");
    told(&send(&server, &ben), "1 call sent, 0.0 MB; 2 were there already.");
    told(&send(&server, &ana), "0 calls sent, 0.0 MB; 2 were there already; 1 are newer there");
    told(&fetch(&server, &ana), "1 call fetched");
    assert_eq!(fs::read_to_string(note(&ana, 1)).unwrap(), "Ben's\n");

    // Both write: neither goes over the other, unless it is asked for.
    fs::write(note(&ben, 2), "Ben's\n").unwrap();
    fs::write(note(&ana, 2), "Ana's\n").unwrap();
    told(&send(&server, &ben), "1 call sent");
    for output in [send(&server, &ana), fetch(&server, &ana)] {
        assert_eq!(output.status.code(), Some(1));
        told(&output, &format!("{}: was changed here and there", ids[2]));
    }
    assert_eq!(fs::read_to_string(note(&ana, 2)).unwrap(), "Ana's\n");
    told(&server.run(&["archive", "send", text(&ana), COPY, "--over"]), "1 call sent");
    told(&fetch(&server, &ben), "1 call fetched");
    assert_eq!(fs::read_to_string(note(&ben, 2)).unwrap(), "Ana's\n");

    // A failure of Ben's joins Ana's; what Ana has mended goes for both.
    let failures = |root: &Path| fs::read_to_string(root.join("failures.csv")).unwrap_or_default();
    fs::write(ben.join("failures.csv"), failures(&ben) + "b.wav,,no sound\n").unwrap();
    send(&server, &ben);
    fs::copy(night.source("call 00.wav"), night.source("letter.wav")).unwrap();
    assert!(night.run(&[]).status.success());
    assert_eq!(failures(&ana), "");
    send(&server, &ana);
    fetch(&server, &ben);
    fetch(&server, &ana);
    for root in [&ana, &ben] {
        assert_eq!(failures(root), "recording,customer_recording,reason\nb.wav,,no sound\n");
    }

    // Lost by a mishap, a call comes back; purged, it goes from the copy and stays away.
    fs::remove_dir_all(ana.join("calls").join(&ids[0])).unwrap();
    told(&send(&server, &ana), "0 calls sent");
    told(&fetch(&server, &ana), "1 call fetched");
    let day = "\"day\":\"2020-01-01\",\"told\":\"began\",\"until\":\"2020-01-01\"";
    let line = format!(
        "{{\"at\":\"2026-11-29T00:00:00Z\",\"by\":\"Ana\",\"call\":\"{}\",{day}}}\n",
        ids[0]
    );
    fs::remove_dir_all(ana.join("calls").join(&ids[0])).unwrap();
    fs::write(ana.join("purged.jsonl"), line).unwrap();
    told(&fetch(&server, &ana), "1 were purged here");
    told(&send(&server, &ana), "1 that were purged here were removed there");
    assert_eq!(server.objects(&format!("team/archive/calls/{}", ids[0])).len(), 0);
    told(&send(&server, &ben), "1 were taken out there");
    told(&fetch(&server, &ben), "2 were here already");
    assert!(fs::read_to_string(ben.join("purged.jsonl")).unwrap().contains(&ids[0]));
    assert_eq!(calls(&ben).keys().filter(|path| path.ends_with("events.jsonl")).count(), 3);
}

#[test]
fn what_is_damaged_there_is_told_and_never_taken() {
    let Some(mut server) = Server::start() else { return };
    let night = Night::new();
    let archive = archive_of(&night, 2);
    let send = ["archive", "send", text(&archive), COPY];
    assert!(server.run(&send).status.success());
    let objects = server.objects("team/archive/calls/");
    let ids: Vec<String> = night.logs().into_iter().map(|(id, _)| id).collect();
    let of = |id: &str, end: &str| {
        objects.keys().find(|key| key.contains(id) && key.ends_with(end)).unwrap().clone()
    };
    let (log, list) = (of(&ids[0], "/events.jsonl"), of(&ids[1], "/files.json"));
    fs::write(night.source("other"), "something else").unwrap();
    server.put(&log, &night.source("other"));
    let evil =
        String::from_utf8(server.read(&list)).unwrap().replace("events.jsonl", "../../../evil");
    fs::write(night.source("list"), evil).unwrap();
    server.put(&list, &night.source("list"));
    let into = night.dir.path().join("fetched");
    let fetch = ["archive", "fetch", COPY, text(&into)];
    let output = server.run(&fetch);
    assert_eq!(output.status.code(), Some(1));
    told(&output, &format!("s3://calls/{log}: is not what its list says it is"));
    told(&output, &format!("s3://calls/{list}: names a file \"../../../evil\""));
    assert!(calls(&into).is_empty() && !night.dir.path().join("evil").exists());
    // Sending finds what is missing or too short; a list that is none it goes over when it is told to.
    let output = server.run(&send);
    assert_eq!(output.status.code(), Some(1));
    told(&output, "sends it anew");
    assert!(server.run(&["archive", "send", text(&archive), COPY, "--over"]).status.success());
    assert!(server.run(&fetch).status.success());
    assert!(calls(&into) == calls(&archive));
}

#[test]
fn what_can_t_be_done_says_which_url_and_what_to_do() {
    let Some(mut server) = Server::start() else { return };
    let night = Night::new();
    put_calls(&mut server, &night, 1);
    let out = night.archive();
    let batch = ["batch", "--no-words", "--out", text(&out)];
    let says = |output: std::process::Output, parts: &[&str]| {
        assert!(!output.status.success());
        parts.iter().for_each(|part| told(&output, part));
        assert!(!out.join("calls").exists(), "{}", said(&output));
    };
    let with = |source: &str| server.run(&[&batch[..], &[source]].concat());
    says(with("s3://calls/nothing"), &["s3://calls/nothing: there is no such object"]);
    says(with("s3://calls/night/*.wav"), &["no such object", "patterns are for files only"]);
    says(
        with("https://example.org/a.wav"),
        &["https://example.org/a.wav: no URL of object storage"],
    );
    says(
        server.run(&["batch", NIGHT, "--out", COPY]),
        &["s3://calls/team/archive: calls are analysed into a folder", "evenkeel archive send DIR"],
    );
    // Plain http only where it is allowed.
    let mut command = server.program(&batch);
    says(command.arg(NIGHT).env_remove("AWS_ALLOW_HTTP").output().unwrap(), &[NIGHT]);
    // Nobody is there.
    let mut command = server.program(&batch);
    command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    says(command.arg(NIGHT).output().unwrap(), &["s3://calls/night: ", "try again later"]);
    says(
        server.run(&["archive", "send", text(&out), COPY]),
        &["no archive there; make one with `evenkeel batch`"],
    );
    says(server.run(&["archive", "fetch", COPY, text(&out)]), &["no copy of an archive there"]);
    assert!(!out.exists());
}
