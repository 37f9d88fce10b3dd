//! An archive to go through: the demo call with its sound, and others made of its log.

#![allow(dead_code)] // Each test program uses its own part.

use std::fs;
use std::path::{Path, PathBuf};

use evenkeel::audio::write::CallWriter;
use serde_json::{Value, json};

use crate::playback;

const LOG: &str = include_str!("../fixtures/demo-call-log.jsonl");

/// The calls of the archive beside the demo call: name, when, agent, queue, how hot (as parts of the
/// demo call's heat), problem, which flags stay (1 of so many).
const OTHERS: [(&str, &str, &str, &str, f64, &str, usize); 13] = [
    ("2026-11-26-0912-billing", "2026-11-26T09:12:00+01:00", "Ana", "billing", 1.7, "billing", 2),
    ("2026-11-26-0940-returns", "2026-11-26T09:40:00+01:00", "Ben", "returns", 1.4, "product", 1),
    ("2026-11-26-1005-repairs", "2026-11-26T10:05:00+01:00", "Chi", "repairs", 0.5, "service", 4),
    ("2026-11-26-1021-orders", "2026-11-26T10:21:00+01:00", "Ana", "orders", 0.3, "", 99),
    ("2026-11-26-1130-billing", "2026-11-26T11:30:00+01:00", "Dev", "billing", 0.9, "billing", 3),
    ("2026-11-26-1144-returns", "2026-11-26T11:44:00+01:00", "Ben", "returns", 0.4, "delivery", 99),
    ("2026-11-26-1302-orders", "2026-11-26T13:02:00+01:00", "Chi", "orders", 1.1, "delivery", 2),
    ("2026-11-26-1317-repairs", "2026-11-26T13:17:00+01:00", "Dev", "repairs", 0.6, "product", 5),
    ("2026-11-26-1355-returns", "2026-11-26T13:55:00+01:00", "Ana", "returns", 0.35, "", 99),
    ("2026-11-26-1420-billing", "2026-11-26T14:20:00+01:00", "Ben", "billing", 1.55, "billing", 2),
    ("2026-11-26-1502-orders", "2026-11-26T15:02:00+01:00", "Dev", "orders", 0.7, "service", 6),
    ("2026-11-26-1548-returns", "2026-11-26T15:48:00+01:00", "Chi", "returns", 0.45, "delivery", 4),
    ("2026-11-26-1630-repairs", "2026-11-26T16:30:00+01:00", "Ana", "repairs", 0.8, "product", 3),
];

/// The name of the call that can be heard.
pub const HEARD: &str = "2026-11-25-1430-returns";

/// Makes the archive in `dir`, and returns where it is.
pub fn archive(dir: &Path) -> PathBuf {
    let root = dir.join("november");
    let began = "2026-11-25T14:30:00+01:00";
    let heard = write(&root, HEARD, &log(HEARD, began, "Ana", "returns", 1.0, None, 1));
    let call = &*playback::DEMO;
    let mut writer = CallWriter::create(&heard.join("audio.wav")).unwrap();
    writer.write(call).unwrap();
    writer.finish().unwrap();
    for (name, began, agent, queue, heat, problem, flags) in OTHERS {
        write(&root, name, &log(name, began, agent, queue, heat, Some(problem), flags));
    }
    root
}

/// Writes a call's log.
pub fn write(root: &Path, name: &str, log: &str) -> PathBuf {
    let folder = root.join("calls").join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("events.jsonl"), log).unwrap();
    folder
}

/// The demo call's log as that of another call.
fn log(
    name: &str,
    began: &str,
    agent: &str,
    queue: &str,
    heat: f64,
    problem: Option<&str>,
    flags: usize,
) -> String {
    let hotter = |value: &Value| json!((value.as_f64().unwrap_or(0.0) * heat).min(0.97));
    let mut seen = 0;
    let change = |line: &str| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        match line["type"].as_str().unwrap() {
            "call" => {
                line["id"] = name.into();
                line["started"] = began.into();
                line["agent"] = agent.into();
                line["queue"] = queue.into();
                line["customer"] = "+49 30 5550 17".into();
            }
            "tone" => line["heat"] = hotter(&line["heat"]),
            "issue" if problem == Some("") => return None,
            "issue" => {
                if let Some(problem) = problem {
                    line["kind"] = problem.into();
                }
            }
            "flag" => {
                seen += 1;
                if seen % flags != 0 {
                    return None;
                }
            }
            "summary" => {
                let mut changed = line["heat"].clone();
                for of in ["peak", "mean", "last_minute"] {
                    changed[of] = hotter(&changed[of]);
                }
                line["heat"] = changed;
                line["interruptions"]["agent"] = json!((heat * 2.0).round() as u32);
                let words = &mut line["sentiment"]["customer"]["overall"];
                *words = json!(1.6 - 2.4 * heat);
                line["silence"]["share"] = json!(0.24 - heat * 0.1);
            }
            _ => {}
        }
        Some(line.to_string() + "\n")
    };
    LOG.lines().filter_map(change).collect()
}
