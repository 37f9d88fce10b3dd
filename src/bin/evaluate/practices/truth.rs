//! Dialogues of which it is known what their turns do.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use evenkeel::event::{PRACTICES, REMARKS};
use evenkeel::language::practices::{ISSUES, LABELS, Label};
use evenkeel::units::Party;
use serde::Deserialize;

/// Practices that no text can show.
const NOT_IN_WORDS: [&str; 3] = ["stay-calm", "let-them-finish", "respond-promptly"];

/// A turn.
#[derive(Clone, Debug, Deserialize)]
pub struct Turn {
    pub party: Party,
    pub text: String,
}

/// What should be found, or not found, in a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub turn: usize,
    pub name: &'static str,
    /// Whether done badly; `None` where the file doesn't tell and either counts.
    pub broken: Option<bool>,
    pub present: bool,
}

impl Expected {
    /// As it is called in tables.
    pub fn tag(&self) -> String {
        format!("{}{}", if self.broken == Some(true) { "!" } else { "" }, self.name)
    }
}

/// One dialogue.
#[derive(Clone, Debug)]
pub struct Dialogue {
    pub turns: Vec<Turn>,
    pub expected: Vec<Expected>,
    /// Turns with a complaint and its kind.
    pub issues: Vec<(usize, &'static str)>,
}

/// A file of them.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    pub dialogues: Vec<Dialogue>,
    /// What can't be told from text, with how often it is asked.
    pub not_judged: BTreeMap<&'static str, usize>,
}

#[derive(Deserialize)]
struct Line {
    dialogue: Vec<Turn>,
    expect: Vec<Entry>,
    #[serde(default)]
    complete: bool,
    #[serde(default)]
    issues: Vec<Kind>,
}

#[derive(Deserialize)]
struct Entry {
    turn: usize,
    name: String,
    present: bool,
    broken: Option<bool>,
}

#[derive(Deserialize)]
struct Kind {
    turn: usize,
    kind: String,
}

impl Truth {
    /// Reads a file of JSON lines.
    pub fn read(path: &Path) -> anyhow::Result<Truth> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{}: can't be read", path.display()))?;
        Truth::from_text(&text).with_context(|| path.display().to_string())
    }

    /// From JSON lines.
    pub fn from_text(text: &str) -> anyhow::Result<Truth> {
        let mut lines = Vec::new();
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let line: Line =
                serde_json::from_str(line).with_context(|| format!("line {}", i + 1))?;
            lines.push((i + 1, line));
        }
        ensure!(!lines.is_empty(), "no dialogues in it");
        // Where no line ever says `broken`, nothing is known of it.
        let tells_broken = lines
            .iter()
            .any(|(_, line)| line.complete || line.expect.iter().any(|e| e.broken.is_some()));
        let mut truth = Truth::default();
        for (number, line) in lines {
            truth.add(line, tells_broken).with_context(|| format!("line {number}"))?;
        }
        Ok(truth)
    }

    fn add(&mut self, line: Line, tells_broken: bool) -> anyhow::Result<()> {
        let turns = line.dialogue;
        let party = |turn: usize| match turns.get(turn) {
            Some(turn) => Ok(turn.party),
            None => bail!("turn {turn}: the dialogue has {} turns, from 0 on", turns.len()),
        };
        let mut expected: Vec<Expected> = Vec::new();
        for entry in line.expect {
            let party = party(entry.turn)?;
            let name = match (party, entry.name.as_str()) {
                (Party::Agent, "closing") => "wraps-up",
                (_, name) => name,
            };
            let known = PRACTICES.iter().chain(&REMARKS).find(|known| **known == name);
            let Some(&name) = known else {
                bail!("`{name}` is no practice or remark: known are {PRACTICES:?} and {REMARKS:?}");
            };
            if NOT_IN_WORDS.contains(&name) {
                *self.not_judged.entry(name).or_default() += 1;
                continue;
            }
            let can_break = LABELS.iter().any(|label| label.name == name && label.broken);
            let broken = match tells_broken || !can_break {
                true => Some(entry.broken.unwrap_or(false)),
                false => None,
            };
            expected.push(Expected { turn: entry.turn, name, broken, present: entry.present });
        }
        if line.complete {
            for (turn, said) in turns.iter().enumerate() {
                let of_party = |label: &&Label| label.party == said.party && !label.is_due();
                for label in LABELS.iter().filter(of_party) {
                    let broken = Some(label.broken);
                    let listed = expected
                        .iter()
                        .any(|e| e.turn == turn && e.name == label.name && e.broken == broken);
                    if !listed {
                        expected.push(Expected { turn, name: label.name, broken, present: false });
                    }
                }
            }
        }
        let mut issues = Vec::new();
        for issue in line.issues {
            party(issue.turn)?;
            let Some(&kind) = ISSUES.iter().find(|kind| **kind == issue.kind) else {
                bail!("`{}` is no kind of issue: known are {ISSUES:?}", issue.kind);
            };
            issues.push((issue.turn, kind));
        }
        self.dialogues.push(Dialogue { turns, expected, issues });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TURNS: &str = r#"{"dialogue":[{"party":"customer","text":"It broke."},
        {"party":"agent","text":"Calm down. Goodbye."}],"#;

    fn read(rest: &str) -> anyhow::Result<Truth> {
        Truth::from_text(&format!("{TURNS}{rest}").replace('\n', ""))
    }

    fn error(rest: &str) -> String {
        format!("{:#}", read(rest).unwrap_err())
    }

    #[test]
    fn either_way_counts_where_the_file_does_not_tell() {
        let entry = r#""turn":1,"name":"not-defensive","present":true"#;
        let truth = read(&format!(r#""expect":[{{{entry}}}]}}"#)).unwrap();
        assert_eq!(truth.dialogues[0].expected[0].broken, None);
        let truth = read(&format!(r#""expect":[{{{entry},"broken":true}}]}}"#)).unwrap();
        assert_eq!(truth.dialogues[0].expected[0].tag(), "!not-defensive");
    }

    #[test]
    fn a_complete_dialogue_lacks_what_it_does_not_list() {
        let rest = r#""complete":true,"expect":[{"turn":1,"name":"closing","present":true}]}"#;
        let dialogue = &read(rest).unwrap().dialogues[0];
        assert_eq!(dialogue.expected.len(), LABELS.iter().filter(|label| !label.is_due()).count());
        let there: Vec<_> = dialogue.expected.iter().filter(|e| e.present).collect();
        assert_eq!((there.len(), there[0].name), (1, "wraps-up"));
    }

    #[test]
    fn what_text_cannot_show_is_set_aside() {
        let truth = read(r#""expect":[{"turn":1,"name":"stay-calm","present":true}]}"#).unwrap();
        assert!(truth.dialogues[0].expected.is_empty());
        assert_eq!(truth.not_judged["stay-calm"], 1);
    }

    #[test]
    fn errors_name_the_line_and_what_is_wrong() {
        let wrong = error(r#""expect":[{"turn":2,"name":"thank","present":true}]}"#);
        assert!(wrong.contains("line 1") && wrong.contains("turn 2"), "{wrong}");
        let wrong = error(r#""expect":[{"turn":1,"name":"thankyou","present":true}]}"#);
        assert!(wrong.contains("line 1") && wrong.contains("`thankyou`"), "{wrong}");
        let wrong = error(r#""expect":[],"issues":[{"turn":0,"kind":"weather"}]}"#);
        assert!(wrong.contains("`weather`"), "{wrong}");
        assert!(error(r#""expect":"#).contains("line 1"));
        assert!(Truth::from_text("\n").is_err());
    }
}
