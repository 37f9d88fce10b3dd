//! What is said of dialogues and calls, line by line: how it is written down, and the opinions of others than the writers,
//! who did not know what the writers had marked.

use std::collections::HashMap;

use anyhow::{Context as _, anyhow, ensure};
use evenkeel::language::practices::{ISSUES, Label};
use evenkeel::units::Party;

/// How much of a vote it is for a practice that it does good and may pass as well.
const OPTIONAL: f32 = 0.5;

/// What one has said: `# name` of a dialogue, below it `number words` for each line of it of which there is
/// something to say, from 1.
pub struct Opinions<'a>(HashMap<&'a str, HashMap<usize, &'a str>>);

impl<'a> Opinions<'a> {
    pub fn read(text: &'a str) -> anyhow::Result<Self> {
        let mut all: HashMap<&str, HashMap<usize, &str>> = HashMap::new();
        let mut of = None;
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let place = || format!("line {}: {line}", i + 1);
            if let Some(name) = line.strip_prefix("# ") {
                ensure!(!all.contains_key(name), "{}: once more", place());
                of = Some(all.entry(name).or_default());
                continue;
            }
            let of = of.as_mut().with_context(place)?;
            let (number, said) = line.split_once(' ').with_context(place)?;
            ensure!(of.insert(number.parse().with_context(place)?, said).is_none(), place());
        }
        Ok(Opinions(all))
    }

    /// What was said of a dialogue, by the number of the line, from 1, by each who looked at it.
    pub fn of<'o>(all: &'o [Self], dialogue: &str) -> Vec<&'o HashMap<usize, &'a str>> {
        all.iter().filter_map(|opinions| opinions.0.get(dialogue)).collect()
    }
}

/// The labels of what a line does, and the kind of its problem: `label label complaint=kind`.
pub fn acts(party: Party, said: &str) -> anyhow::Result<(Vec<usize>, Option<usize>)> {
    let (mut labels, mut issue) = (Vec::new(), None);
    for tag in said.split_whitespace() {
        let (tag, kind) = tag.split_once('=').map_or((tag, None), |(tag, kind)| (tag, Some(kind)));
        labels.push(act(party, tag)?);
        issue = kind.map(kind_of_issue).transpose()?.or(issue);
    }
    Ok((labels, issue))
}

/// The label of something that an utterance does.
pub fn act(party: Party, tag: &str) -> anyhow::Result<usize> {
    let tag = match (party, tag) {
        (Party::Agent, "closing") => "wraps-up",
        (_, tag) => tag,
    };
    Label::find(party, tag).ok_or_else(|| anyhow!("`{tag}` is no label of {party:?}"))
}

/// Which of [`ISSUES`].
pub fn kind_of_issue(name: &str) -> anyhow::Result<usize> {
    let found = ISSUES.iter().position(|issue| *issue == name);
    found.ok_or_else(|| anyhow!("`{name}` is no kind of issue"))
}

/// The labels of what is due after a line, and how much of a vote there is for each: `> practice practice`, or
/// `>? practice` for what does good and may pass as well.
pub fn dues(party: Party, said: &str) -> anyhow::Result<Vec<(usize, f32)>> {
    let practices = said.strip_prefix('>').with_context(|| format!("`{said}`: no `>`"))?;
    let (practices, vote) = match practices.strip_prefix('?') {
        Some(practices) => (practices, OPTIONAL),
        None => (practices, 1.0),
    };
    let due = |practice: &str| {
        let label = Label::find(party, &format!("due-{practice}"));
        Ok((label.ok_or_else(|| anyhow!("`{practice}` can't be due"))?, vote))
    };
    practices.split_whitespace().map(due).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opinions_are_found_by_dialogue_and_line() {
        let opinions = ["# a/1\n2 > thank\n\n# a/2\n", "# a/1\n"];
        let opinions = opinions.map(|text| Opinions::read(text).unwrap());
        let of = |dialogue: &str| Opinions::of(&opinions, dialogue);
        assert_eq!(of("a/1")[0][&2], "> thank");
        assert_eq!([of("a/1").len(), of("a/2").len(), of("b").len()], [2, 1, 0]);
        assert!(of("a/1")[1].is_empty() && of("a/2")[0].is_empty());
        for wrong in ["2 thank", "# a\nthank", "# a\n# a", "# a\n1 x\n1 y"] {
            assert!(Opinions::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn votes_are_for_labels_of_the_party() {
        let (labels, issue) = acts(Party::Customer, "complaint=billing question").unwrap();
        assert_eq!((labels.len(), issue), (2, Some(kind_of_issue("billing").unwrap())));
        assert!(acts(Party::Customer, "apologise").is_err());
        let due = dues(Party::Agent, ">? thank lighten").unwrap();
        assert_eq!((due.len(), due[0].1), (2, OPTIONAL));
        assert!(dues(Party::Agent, "thank").is_err() && dues(Party::Agent, "> relief").is_err());
    }
}
