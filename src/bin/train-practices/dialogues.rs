//! The dialogues that are learnt from: each turn with the labels that it has.

use std::collections::HashMap;

use anyhow::{Context as _, anyhow, bail, ensure};
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

/// Whole calls, of which is told after which lines a coach would prompt the agent, and for what: the first
/// letters by lines of business (utilities, banks, councils, shops, travel, health, software, garages, suppliers, clubs,
/// government, tender calls), `m` to `x` by what makes them hard for agents, `aa` to `an` by what agents miss.
pub const CALLS: [(&str, &str); 38] = [
    ("a", include_str!("calls/a.txt")),
    ("b", include_str!("calls/b.txt")),
    ("c", include_str!("calls/c.txt")),
    ("d", include_str!("calls/d.txt")),
    ("e", include_str!("calls/e.txt")),
    ("f", include_str!("calls/f.txt")),
    ("g", include_str!("calls/g.txt")),
    ("h", include_str!("calls/h.txt")),
    ("i", include_str!("calls/i.txt")),
    ("j", include_str!("calls/j.txt")),
    ("k", include_str!("calls/k.txt")),
    ("l", include_str!("calls/l.txt")),
    ("m", include_str!("calls/m.txt")),
    ("n", include_str!("calls/n.txt")),
    ("o", include_str!("calls/o.txt")),
    ("p", include_str!("calls/p.txt")),
    ("q", include_str!("calls/q.txt")),
    ("r", include_str!("calls/r.txt")),
    ("s", include_str!("calls/s.txt")),
    ("t", include_str!("calls/t.txt")),
    ("u", include_str!("calls/u.txt")),
    ("v", include_str!("calls/v.txt")),
    ("w", include_str!("calls/w.txt")),
    ("x", include_str!("calls/x.txt")),
    ("aa", include_str!("calls/aa.txt")),
    ("ab", include_str!("calls/ab.txt")),
    ("ac", include_str!("calls/ac.txt")),
    ("ad", include_str!("calls/ad.txt")),
    ("ae", include_str!("calls/ae.txt")),
    ("af", include_str!("calls/af.txt")),
    ("ag", include_str!("calls/ag.txt")),
    ("ah", include_str!("calls/ah.txt")),
    ("ai", include_str!("calls/ai.txt")),
    ("aj", include_str!("calls/aj.txt")),
    ("ak", include_str!("calls/ak.txt")),
    ("al", include_str!("calls/al.txt")),
    ("am", include_str!("calls/am.txt")),
    ("an", include_str!("calls/an.txt")),
];
/// Of these, never learnt from, but looked at.
pub const HELD_CALLS: &str = "x";

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

/// The calls of one writer: `# name`, then lines `A: words` and `C: words`; below a line, after `>`, what is due
/// when it ends, after `>?` what does good and may pass as well.
pub fn read_calls(text: &str) -> anyhow::Result<Vec<Vec<Turn>>> {
    let mut calls: Vec<Vec<Turn>> = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        add_line(&mut calls, line).with_context(|| format!("line {}", i + 1))?;
    }
    Ok(calls)
}

fn add_line(calls: &mut Vec<Vec<Turn>>, line: &str) -> anyhow::Result<()> {
    if line.starts_with("# ") {
        calls.push(Vec::new());
        return Ok(());
    }
    let call = calls.last_mut().context("a line before the first call")?;
    if let Some(due) = line.strip_prefix('>') {
        let said = call.last_mut().context("nothing was said before it")?;
        said.optional = due.starts_with('?');
        for practice in due.trim_start_matches('?').split_whitespace() {
            let label = Label::find(said.party, &format!("due-{practice}"));
            said.labels.push(label.ok_or_else(|| anyhow!("`{practice}` can't be due"))?);
        }
        return Ok(());
    }
    let (party, text) = match line.split_once(": ") {
        Some(("A", text)) => (Party::Agent, text),
        Some(("C", text)) => (Party::Customer, text),
        _ => bail!("neither `# name`, `A: words`, `C: words` nor `> practices`"),
    };
    let mut words = Vec::new();
    let mut ends = Vec::new();
    for word in without_directions(text).split_whitespace() {
        words.extend(spoken::words(word));
        if word.ends_with(['.', '?', '!']) && !words.is_empty() {
            ends.push(words.len());
        }
    }
    ends.retain(|end| *end < words.len());
    let (labels, issue, told, optional) = (Vec::new(), None, Told::Due, false);
    // Nothing but a sound is no turn.
    if !words.is_empty() {
        call.push(Turn { party, words, labels, issue, told, optional, ends });
    }
    Ok(())
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

/// Without what tells how it is said, such as "(laughs)": nobody hears that word.
fn without_directions(text: &str) -> String {
    let mut depth = 0;
    let said = text.chars().filter(|letter| {
        depth += i32::from(*letter == '(');
        let said = depth == 0;
        depth -= i32::from(*letter == ')');
        said
    });
    said.collect()
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

/// The end of a turn, from one of its sentences on, and what comes before that, as when a pause lies between.
pub fn split(turn: &Turn, chance: &mut Chance) -> Option<(String, Turn)> {
    let end = *turn.ends.get(chance.below(turn.ends.len().max(1)))?;
    let words = turn.words[end..].to_vec();
    Some((turn.words[..end].join(" "), Turn { words, ends: Vec::new(), ..turn.clone() }))
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
    fn calls_are_sound() {
        for (writer, text) in CALLS {
            let calls = read_calls(text).unwrap_or_else(|why| panic!("{writer}: {why:#}"));
            assert!(calls.iter().map(Vec::len).sum::<usize>() > 400, "{writer}");
        }
    }

    #[test]
    fn what_is_due_stands_below_a_line() {
        let text = "# name\nA: Hello. Who is it?\nC: (sighs)\nC: Me (laughs).\n>? thank lighten\n";
        let call = &read_calls(text).unwrap()[0];
        assert_eq!((call[0].ends.as_slice(), call[0].labels.len()), (&[1][..], 0));
        assert!(call[1].optional && call[1].labels.len() == 2);
        assert!(call[1].labels.iter().all(|label| LABELS[*label].party == Party::Customer));
        let (before, rest) = split(&call[0], &mut Chance::new(1)).unwrap();
        assert_eq!((before.as_str(), rest.text().as_str()), ("hello", "who is it"));
        assert!(read_calls("# name\nA: Hi.\n> hello\n").is_err());
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
