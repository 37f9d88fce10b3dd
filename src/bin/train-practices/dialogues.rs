//! The dialogues that are learnt from: each turn with the labels that it has.

use std::collections::HashMap;

use anyhow::{Context as _, anyhow, ensure};
use evenkeel::language::model::{LanguageModel, Reading};
use evenkeel::language::practices::{Before, ISSUES, LABELS, Label};
use evenkeel::language::spoken;
use evenkeel::units::Party;
use serde::Deserialize;

use super::chance::Chance;

/// What the writers wrote: `a`, `b` and `c` oblique and idiomatic, `d` and `e` as plain as in a
/// contact centre, `f` and `g` with what is hardest to tell, `h` as a recogniser gives it, `i` what agents
/// do wrong politely, `j` what customers say sideways, `k` how calls end, `l` hardship, taken up or not,
/// `m` and `n` whole calls; `o` short answers, `p` what is said back, `q` arguing and what only sounds like it, `r` what
/// happens next, `s` feelings, `t` calls where little is wrong, `u` finding out, `v` complaints told sideways.
pub const WRITTEN: [(&str, &str); 22] = [
    ("a", include_str!("dialogues/train-a.jsonl")),
    ("b", include_str!("dialogues/train-b.jsonl")),
    ("c", include_str!("dialogues/train-c.jsonl")),
    ("d", include_str!("dialogues/train-d.jsonl")),
    ("e", include_str!("dialogues/train-e.jsonl")),
    ("f", include_str!("dialogues/train-f.jsonl")),
    ("g", include_str!("dialogues/train-g.jsonl")),
    ("h", include_str!("dialogues/train-h.jsonl")),
    ("i", include_str!("dialogues/train-i.jsonl")),
    ("j", include_str!("dialogues/train-j.jsonl")),
    ("k", include_str!("dialogues/train-k.jsonl")),
    ("l", include_str!("dialogues/train-l.jsonl")),
    ("m", include_str!("dialogues/train-m.jsonl")),
    ("n", include_str!("dialogues/train-n.jsonl")),
    ("o", include_str!("dialogues/train-o.jsonl")),
    ("p", include_str!("dialogues/train-p.jsonl")),
    ("q", include_str!("dialogues/train-q.jsonl")),
    ("r", include_str!("dialogues/train-r.jsonl")),
    ("s", include_str!("dialogues/train-s.jsonl")),
    ("t", include_str!("dialogues/train-t.jsonl")),
    ("u", include_str!("dialogues/train-u.jsonl")),
    ("v", include_str!("dialogues/train-v.jsonl")),
];

/// Words that a recogniser loses, doubles or takes for each other.
const SMALL_WORDS: [&str; 24] = [
    "a", "the", "to", "and", "of", "in", "is", "it", "i", "you", "that", "for", "on", "so", "just",
    "um", "at", "we", "have", "are", "was", "be", "your", "with",
];

/// One turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    pub party: Party,
    /// Its words, as heard.
    pub words: Vec<String>,
    /// Which of [`LABELS`] it has.
    pub labels: Vec<usize>,
    /// Which of [`ISSUES`].
    pub issue: Option<usize>,
    /// What it was looked at for.
    pub told: Told,
    /// Whether a coach could let what is due pass as well.
    pub optional: bool,
    /// After how many words a sentence ends within it.
    pub ends: Vec<usize>,
}

/// What turns were looked at for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// What they do.
    Acts,
    /// What is due after them.
    Due,
}

impl Turn {
    pub fn text(&self) -> String {
        self.words.join(" ")
    }

    /// The labels of which it is known whether it has them.
    pub fn known(&self) -> impl Iterator<Item = usize> {
        let is_known = |label: &usize| {
            let label = LABELS[*label];
            label.party == self.party
                && match self.told {
                    Told::Acts => !label.is_due(),
                    Told::Due => label.is_due(),
                }
        };
        (0..LABELS.len()).filter(is_known)
    }
}

#[derive(Deserialize)]
struct Line {
    id: String,
    dialogue: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    party: Party,
    text: String,
    does: Vec<String>,
    issue: Option<String>,
}

/// The dialogues of one writer.
pub fn read(lines: &str) -> anyhow::Result<Vec<Vec<Turn>>> {
    let mut dialogues = Vec::new();
    for (i, line) in lines.lines().enumerate() {
        let line: Line = serde_json::from_str(line).with_context(|| format!("line {}", i + 1))?;
        let turns = line.dialogue.into_iter().map(turn);
        let turns: anyhow::Result<Vec<Turn>> = turns.collect();
        dialogues.push(turns.with_context(|| format!("line {}, {}", i + 1, line.id))?);
    }
    Ok(dialogues)
}

fn turn(said: Said) -> anyhow::Result<Turn> {
    let mut labels = Vec::new();
    for tag in &said.does {
        let tag = match (said.party, tag.as_str()) {
            (Party::Agent, "closing") => "wraps-up",
            (_, tag) => tag,
        };
        let label = Label::find(said.party, tag);
        labels.push(label.ok_or_else(|| anyhow!("`{tag}` is no label of {:?}", said.party))?);
    }
    let issue = match &said.issue {
        Some(name) => Some(
            ISSUES
                .iter()
                .position(|issue| issue == name)
                .ok_or_else(|| anyhow!("`{name}` is no kind of issue"))?,
        ),
        None => None,
    };
    let words = spoken::words(&said.text);
    ensure!(!words.is_empty(), "a turn without words");
    let (party, told, optional, ends) = (said.party, Told::Acts, false, Vec::new());
    Ok(Turn { party, words, labels, issue, told, optional, ends })
}

/// Each turn of a dialogue, read, with what was said before it.
pub fn read_turns<'a>(
    turns: impl IntoIterator<Item = (Party, &'a str)>,
    model: &LanguageModel,
) -> Vec<(Reading, Before)> {
    let mut said = Before::default();
    let turns = turns.into_iter().map(|(party, text)| {
        let reading = model.read(text);
        let before = said.clone();
        said.push(party, &reading);
        (reading, before)
    });
    turns.collect()
}

/// What a recogniser might make of a turn: a small word lost, doubled or taken for another.
pub fn misheard(turn: &Turn, chance: &mut Chance) -> Turn {
    let mut words = turn.words.clone();
    let small: Vec<usize> =
        (0..words.len()).filter(|at| SMALL_WORDS.contains(&words[*at].as_str())).collect();
    if !small.is_empty() && words.len() > 3 {
        let at = small[chance.below(small.len())];
        match chance.below(3) {
            0 => drop(words.remove(at)),
            1 => words.insert(at, words[at].clone()),
            _ => words[at] = SMALL_WORDS[chance.below(SMALL_WORDS.len())].to_owned(),
        }
    }
    Turn { words, ends: Vec::new(), ..turn.clone() }
}

/// Two turns of a party as one, as when the other says nothing between them; `None` for turns that
/// mean what they do by being alone.
pub fn joined(first: &Turn, second: &Turn) -> Option<Turn> {
    let listening = Label::find(Party::Agent, "show-listening");
    let alone = |turn: &Turn| turn.labels.iter().any(|label| Some(*label) == listening);
    if first.party != second.party || first.told == Told::Due || alone(first) || alone(second) {
        return None;
    }
    let union = |a: &[usize], b: &[usize]| -> Vec<usize> {
        (0..LABELS.len()).filter(|label| a.contains(label) || b.contains(label)).collect()
    };
    Some(Turn {
        party: first.party,
        words: first.words.iter().chain(&second.words).cloned().collect(),
        labels: union(&first.labels, &second.labels),
        issue: match (first.issue, second.issue) {
            (Some(a), Some(b)) if a != b => None,
            (a, b) => a.or(b),
        },
        told: first.told,
        optional: false,
        ends: Vec::new(),
    })
}

/// How many turns of a label's party have it, and how many have not.
pub fn counts<'a>(turns: impl Iterator<Item = &'a Turn>) -> HashMap<usize, (usize, usize)> {
    let mut counts: HashMap<usize, (usize, usize)> = HashMap::new();
    for turn in turns {
        for label in turn.known() {
            let (with, without) = counts.entry(label).or_default();
            match turn.labels.contains(&label) {
                true => *with += 1,
                false => *without += 1,
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(text: &str, tags: &[&str]) -> Turn {
        let does = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let said = Said { party: Party::Agent, text: text.into(), does, issue: None };
        super::turn(said).unwrap()
    }

    #[test]
    fn what_was_written_is_sound() {
        for (writer, lines) in WRITTEN {
            let dialogues = read(lines).unwrap_or_else(|why| panic!("{writer}: {why:#}"));
            assert!(dialogues.iter().map(Vec::len).sum::<usize>() > 500);
        }
    }

    #[test]
    fn joined_turns_have_the_labels_of_both() {
        let (a, b) = (turn("Sorry.", &["apologise"]), turn("Ta, sorry.", &["thank", "apologise"]));
        let both = joined(&a, &b).unwrap();
        assert_eq!(both.words, ["sorry", "ta", "sorry"]);
        assert_eq!(both.labels.len(), 2);
        assert_eq!(joined(&a, &turn("Mm-hmm.", &["show-listening"])), None);
    }

    #[test]
    fn one_small_word_is_misheard() {
        let turn = turn("bring it back with a receipt please", &[]);
        for seed in 0..20 {
            let heard = misheard(&turn, &mut Chance::new(seed)).words;
            assert!(heard.len().abs_diff(turn.words.len()) <= 1, "{heard:?}");
            assert!(heard.contains(&"receipt".into()) && heard.contains(&"bring".into()));
        }
    }
}
