//! The dialogues that are learnt from: each turn with the share of two or three who say that it has a label.

use std::collections::HashMap;

use anyhow::{Context as _, ensure};
use evenkeel::language::model::{LanguageModel, Reading};
use evenkeel::language::practices::{Before, LABELS, Label};
use evenkeel::language::spoken;
use evenkeel::units::Party;
use serde::Deserialize;

use super::chance::Chance;
use super::opinions::{Opinions, act, acts, kind_of_issue};

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

/// What others say that their turns do.
const OTHERS: [&str; 2] =
    [include_str!("dialogues/second.txt"), include_str!("dialogues/third.txt")];

pub fn others() -> anyhow::Result<[Opinions<'static>; 2]> {
    let [second, third] = OTHERS.map(Opinions::read);
    Ok([second.context("second")?, third.context("third")?])
}

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
    /// For each of [`LABELS`] the share of those who looked for it that say it is there, 0 to 1; `None` where nobody
    /// looked.
    pub shares: Vec<Option<f32>>,
    /// Which of [`ISSUES`](evenkeel::language::practices::ISSUES).
    pub issue: Option<usize>,
    /// After how many words a sentence ends within it.
    pub ends: Vec<usize>,
}

impl Turn {
    pub fn text(&self) -> String {
        self.words.join(" ")
    }

    /// Each label that was looked for, and the share that say it is there.
    pub fn known(&self) -> impl Iterator<Item = (usize, f32)> {
        self.shares.iter().enumerate().filter_map(|(label, share)| Some((label, (*share)?)))
    }

    /// Whether most of those who looked for it say that it is there.
    pub fn has(&self, label: usize) -> bool {
        self.shares[label].is_some_and(|share| share > 0.5)
    }

    /// The same, of which nobody knows what is due after it.
    pub fn without_due(mut self) -> Turn {
        self.forget(Label::is_due);
        self
    }

    /// Nobody has looked for these labels.
    pub fn forget(&mut self, which: impl Fn(&Label) -> bool) {
        for (share, _) in self.shares.iter_mut().zip(&LABELS).filter(|(_, label)| which(label)) {
            *share = None;
        }
    }
}

/// The shares of a turn of which some looked for all that it can do, and each found these.
pub fn shares_of(party: Party, found: &[Vec<usize>]) -> Vec<Option<f32>> {
    let share = |(at, label): (usize, &Label)| {
        let looked_for = label.party == party && !label.is_due();
        let by = found.iter().filter(|labels| labels.contains(&at)).count();
        (looked_for && !found.is_empty()).then(|| by as f32 / found.len() as f32)
    };
    LABELS.iter().enumerate().map(share).collect()
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

/// The dialogues of one writer, of which others have said as well what each turn does.
pub fn read(writer: &str, lines: &str, others: &[Opinions<'_>]) -> anyhow::Result<Vec<Vec<Turn>>> {
    let read = |(i, line): (usize, &str)| {
        let name = format!("{writer}/{}", i + 1);
        let line: Line = serde_json::from_str(line).with_context(|| name.clone())?;
        let others = Opinions::of(others, &name);
        let turns = line.dialogue.into_iter().zip(1..).map(|(said, number)| {
            let others = others.iter().map(|other| other.get(&number).copied().unwrap_or_default());
            turn(said, others)
        });
        turns.collect::<anyhow::Result<Vec<Turn>>>().context(format!("{name}, {}", line.id))
    };
    lines.lines().enumerate().map(read).collect()
}

fn turn<'a>(said: Said, others: impl Iterator<Item = &'a str>) -> anyhow::Result<Turn> {
    let party = said.party;
    let labels: anyhow::Result<Vec<usize>> = said.does.iter().map(|tag| act(party, tag)).collect();
    let mut issue = said.issue.as_deref().map(kind_of_issue).transpose()?;
    let mut found = vec![labels?];
    for other in others {
        let (labels, kind) = acts(party, other)?;
        found.push(labels);
        issue = issue.or(kind);
    }
    let words = spoken::words(&said.text);
    ensure!(!words.is_empty(), "a turn without words");
    Ok(Turn { party, words, shares: shares_of(party, &found), issue, ends: Vec::new() })
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
/// mean what they do by being alone. What is due after them is not known.
pub fn joined(first: &Turn, second: &Turn) -> Option<Turn> {
    let listening = Label::find(Party::Agent, "show-listening");
    let alone = |turn: &Turn| listening.is_some_and(|label| turn.has(label));
    if first.party != second.party || alone(first) || alone(second) {
        return None;
    }
    let both = first.shares.iter().zip(&second.shares);
    let joined = Turn {
        party: first.party,
        words: first.words.iter().chain(&second.words).cloned().collect(),
        shares: both.map(|(a, b)| Some((*a)?.max((*b)?))).collect(),
        issue: match (first.issue, second.issue) {
            (Some(a), Some(b)) if a != b => None,
            (a, b) => a.or(b),
        },
        ends: Vec::new(),
    };
    Some(joined.without_due())
}

/// For how many turns of a label's party it is said that they have it, and for how many that they have not: sums of shares.
pub fn counts<'a>(turns: impl Iterator<Item = &'a Turn>) -> HashMap<usize, (f32, f32)> {
    let mut counts: HashMap<usize, (f32, f32)> = HashMap::new();
    for (label, share) in turns.flat_map(Turn::known) {
        let (with, without) = counts.entry(label).or_default();
        *with += share;
        *without += 1.0 - share;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(text: &str, tags: &[&str]) -> Turn {
        let does = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let said = Said { party: Party::Agent, text: text.into(), does, issue: None };
        super::turn(said, [&*tags.join(" ")].into_iter()).unwrap()
    }

    #[test]
    fn what_was_written_is_sound() {
        let others = others().unwrap();
        for (writer, lines) in WRITTEN {
            let dialogues =
                read(writer, lines, &others).unwrap_or_else(|why| panic!("{writer}: {why:#}"));
            assert!(dialogues.iter().map(Vec::len).sum::<usize>() > 500);
        }
    }

    #[test]
    fn joined_turns_have_the_labels_of_both() {
        let (a, b) = (turn("Sorry.", &["apologise"]), turn("Ta, sorry.", &["thank", "apologise"]));
        let both = joined(&a, &b).unwrap();
        assert_eq!(both.words, ["sorry", "ta", "sorry"]);
        assert_eq!(both.known().filter(|(_, share)| *share == 1.0).count(), 2);
        assert_eq!(joined(&a, &turn("Mm-hmm.", &["show-listening"])), None);
    }

    #[test]
    fn a_label_counts_as_often_as_it_is_found() {
        let said =
            Said { party: Party::Agent, text: "Sorry.".into(), does: Vec::new(), issue: None };
        let turn = super::turn(said, ["apologise", "", "thank"].into_iter()).unwrap();
        let apologise = act(Party::Agent, "apologise").unwrap();
        assert_eq!(turn.shares[apologise], Some(0.25));
        assert!(!turn.has(apologise) && turn.known().all(|(label, _)| !LABELS[label].is_due()));
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
