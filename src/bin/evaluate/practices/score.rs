//! Precision, recall and F1 of what was found.

use std::collections::BTreeMap;
use std::fmt;

use evenkeel::event::DUE;
use evenkeel::language::act::{Act, Heard};
use evenkeel::language::practices::LABELS;
use evenkeel::units::Party;

use super::truth::Dialogue;

/// How often something was rightly found, wrongly found, and missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub right: usize,
    pub wrong: usize,
    pub missed: usize,
    /// Rightly not found.
    pub absent: usize,
}

impl Counts {
    /// Share of what was found that is there; 1 if nothing was found.
    pub fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong)
    }

    /// Share of what is there that was found; 1 if nothing is there.
    pub fn recall(&self) -> f64 {
        share(self.right, self.right + self.missed)
    }

    /// Their harmonic mean; 1 if nothing is there and nothing was found.
    pub fn f1(&self) -> f64 {
        share(2 * self.right, 2 * self.right + self.wrong + self.missed)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// The counts of a file.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// By party and tag.
    pub by_label: BTreeMap<(Party, String), Counts>,
    /// Complaints whose kind was told rightly, those with another or none, of those with a kind.
    pub issues: Counts,
}

impl Scores {
    /// Counts what was heard in one turn. Returns it as a line: what was found and is there, with
    /// `+` what was found and is not, with `-` what was missed, with `?` what the file doesn't
    /// tell of.
    pub fn add(&mut self, dialogue: &Dialogue, turn: usize, heard: &Heard) -> String {
        let party = dialogue.turns[turn].party;
        let mut marks = Vec::new();
        let mut told = Vec::new();
        for expected in dialogue.expected.iter().filter(|expected| expected.turn == turn) {
            let fits = |act: &&evenkeel::language::act::Act| {
                act.name == expected.name
                    && expected.broken.is_none_or(|broken| broken == act.broken)
            };
            let found = heard.acts.iter().filter(fits).count() > 0;
            told.extend(heard.acts.iter().filter(fits));
            let tag = expected.tag();
            let counts = self.by_label.entry((party, tag.clone())).or_default();
            match (expected.present, found) {
                (true, true) => {
                    counts.right += 1;
                    marks.push(tag);
                }
                (false, true) => {
                    counts.wrong += 1;
                    marks.push(format!("+{tag}"));
                }
                (true, false) => {
                    counts.missed += 1;
                    marks.push(format!("-{tag}"));
                }
                (false, false) => counts.absent += 1,
            }
        }
        let is_due = |act: &&Act| DUE.contains(&act.name);
        for act in heard.acts.iter().filter(|act| !told.contains(act) && !is_due(act)) {
            marks.push(format!("?{}{}", if act.broken { "!" } else { "" }, act.name));
        }
        for (_, kind) in dialogue.issues.iter().filter(|(at, _)| *at == turn) {
            match heard.issue {
                Some((found, _)) if found == *kind => self.issues.right += 1,
                Some((found, _)) => {
                    self.issues.wrong += 1;
                    marks.push(format!("{kind} taken for {found}"));
                }
                None => self.issues.missed += 1,
            }
        }
        marks.join(" ")
    }

    /// Mean F1 of the labels that are there at all.
    pub fn macro_f1(&self) -> f64 {
        let there = self.by_label.values().filter(|counts| counts.right + counts.missed > 0);
        let f1: Vec<f64> = there.map(Counts::f1).collect();
        f1.iter().fold(0.0, |sum, f1| sum + f1) / f1.len().max(1) as f64
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "party     name                 there  precision  recall     F1  right wrong missed absent"
        )?;
        // In the labels' order; where either way counts, by the name alone.
        let order = |key: &&(Party, String)| {
            let label =
                LABELS.iter().position(|label| label.party == key.0 && label.tag() == key.1);
            (label.unwrap_or(LABELS.len()), key.1.clone())
        };
        let mut keys: Vec<&(Party, String)> = self.by_label.keys().collect();
        keys.sort_by_key(order);
        for key in keys {
            let counts = self.by_label[key];
            writeln!(
                f,
                "{:<9} {:<20} {:>5}  {:>9.3}  {:>6.3}  {:>5.3}  {:>5} {:>5} {:>6} {:>6}",
                key.0.name(),
                key.1,
                counts.right + counts.missed,
                counts.precision(),
                counts.recall(),
                counts.f1(),
                counts.right,
                counts.wrong,
                counts.missed,
                counts.absent
            )?;
        }
        writeln!(f, "macro-F1 of those that are there: {:.4}", self.macro_f1())?;
        let Counts { right, wrong, missed, .. } = self.issues;
        if right + wrong + missed > 0 {
            writeln!(
                f,
                "kind of issue: {:.3} of {} complaints, {:.3} of the {} found to be complaints",
                share(right, right + wrong + missed),
                right + wrong + missed,
                share(right, right + wrong),
                right + wrong
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use evenkeel::language::act::Act;

    use super::super::truth::Truth;
    use super::*;

    fn dialogue(expect: &str) -> Dialogue {
        let line = format!(
            "{{\"dialogue\":[{{\"party\":\"customer\",\"text\":\"It broke.\"}},\
             {{\"party\":\"agent\",\"text\":\"Calm down.\"}}],{expect}}}"
        );
        Truth::from_text(&line).unwrap().dialogues.remove(0)
    }

    fn heard(name: &'static str, broken: bool) -> Heard {
        let act = Act { name, broken, score: 0.9, words: 0..1 };
        Heard { acts: vec![act], issue: None }
    }

    #[test]
    fn what_nobody_lists_is_neither_right_nor_wrong() {
        let mut scores = Scores::default();
        let dialogue = dialogue(r#""expect":[{"turn":1,"name":"thank","present":true}]"#);
        assert_eq!(scores.add(&dialogue, 1, &heard("lighten", false)), "-thank ?lighten");
        let counts = scores.by_label[&(Party::Agent, "thank".into())];
        assert_eq!(counts, Counts { missed: 1, ..Counts::default() });
        assert_eq!(scores.by_label.len(), 1);
    }

    #[test]
    fn either_way_counts_where_the_file_does_not_tell() {
        let either = dialogue(r#""expect":[{"turn":1,"name":"not-defensive","present":true}]"#);
        let mut scores = Scores::default();
        assert_eq!(scores.add(&either, 1, &heard("not-defensive", true)), "not-defensive");
        let well = dialogue(
            r#""expect":[{"turn":1,"name":"positive-words","present":true,"broken":false}]"#,
        );
        assert_eq!(
            scores.add(&well, 1, &heard("positive-words", true)),
            "-positive-words ?!positive-words"
        );
    }

    #[test]
    fn a_finding_counts_for_its_own_turn_only() {
        let dialogue = dialogue(r#""expect":[{"turn":0,"name":"complaint","present":true}]"#);
        let mut scores = Scores::default();
        scores.add(&dialogue, 0, &Heard::default());
        scores.add(&dialogue, 1, &heard("complaint", false));
        let counts = scores.by_label[&(Party::Customer, "complaint".into())];
        assert_eq!(counts, Counts { missed: 1, ..Counts::default() });
    }

    #[test]
    fn figures_by_hand() {
        let counts = Counts { right: 3, wrong: 1, missed: 2, absent: 9 };
        assert_eq!((counts.precision(), counts.recall()), (0.75, 0.6));
        assert!((counts.f1() - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(Counts::default().f1(), 1.0);
    }
}
