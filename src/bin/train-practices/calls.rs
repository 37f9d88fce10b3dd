//! The calls that are learnt from: each line with what it does, and with what is due when it ends.

use anyhow::{Context as _, bail, ensure};
use evenkeel::language::practices::LABELS;
use evenkeel::language::spoken;
use evenkeel::units::Party;

use super::chance::Chance;
use super::dialogues::{Turn, shares_of};
use super::opinions::{self, Opinions, dues};

/// Whole calls, of which is told after which lines a coach would prompt the agent, and for what: the first
/// letters by lines of business (utilities, banks, councils, shops, travel, health, software, garages, suppliers, clubs,
/// government, tender calls), `m` to `x` by what makes them hard for agents, `aa` to `an` by what agents miss, `ao` to
/// `av` by lines of business again.
pub const CALLS: [(&str, &str); 46] = [
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
    ("ao", include_str!("calls/ao.txt")),
    ("ap", include_str!("calls/ap.txt")),
    ("aq", include_str!("calls/aq.txt")),
    ("ar", include_str!("calls/ar.txt")),
    ("as", include_str!("calls/as.txt")),
    ("at", include_str!("calls/at.txt")),
    ("au", include_str!("calls/au.txt")),
    ("av", include_str!("calls/av.txt")),
];
/// Of these, never learnt from, but looked at.
pub const HELD_CALLS: &str = "x";

/// What others say of the lines of these calls. Not each has looked at all of them.
pub struct Others {
    due: [Opinions<'static>; 2],
    acts: [Opinions<'static>; 2],
}

impl Others {
    pub fn read() -> anyhow::Result<Self> {
        let read = |text, who| Opinions::read(text).context(who);
        Ok(Others {
            due: [
                read(include_str!("calls/due-2.txt"), "due-2")?,
                read(include_str!("calls/due-3.txt"), "due-3")?,
            ],
            acts: [
                read(include_str!("calls/acts.txt"), "acts")?,
                read(include_str!("calls/acts-2.txt"), "acts-2")?,
            ],
        })
    }
}

/// The calls of one writer: `# name`, then lines `A: words` and `C: words`; below a line, after `>`, what is due
/// when it ends, after `>?` what does good and may pass as well.
pub fn read(writer: &str, text: &str, others: &Others) -> anyhow::Result<Vec<Vec<Turn>>> {
    ensure!(text.starts_with("# "), "a line before the first call");
    let text = format!("\n{text}");
    let calls = text.split("\n# ").skip(1).map(|call| {
        let (name, lines) = call.split_once('\n').context("a call without lines")?;
        let name = format!("{writer}/{name}");
        of_call(&name, lines, others).context(name)
    });
    calls.collect()
}

fn of_call(name: &str, lines: &str, others: &Others) -> anyhow::Result<Vec<Turn>> {
    let (due, acts) = (Opinions::of(&others.due, name), Opinions::of(&others.acts, name));
    ensure!(!due.is_empty() && !acts.is_empty(), "nobody else has looked at it");
    let coaches = 1.0 + due.len() as f32;
    let mut turns: Vec<Turn> = Vec::new();
    let vote = |turn: &mut Turn, said: &str| -> anyhow::Result<()> {
        for (label, vote) in dues(turn.party, said)? {
            let share = turn.shares[label].get_or_insert(0.0);
            *share += vote / coaches;
        }
        Ok(())
    };
    for line in lines.lines().filter(|line| !line.is_empty()) {
        if line.starts_with('>') {
            vote(turns.last_mut().context("nothing was said before it")?, line)?;
            continue;
        }
        let number = turns.len() + 1;
        let mut turn = said(line)?;
        let mut found = Vec::new();
        for said in acts.iter().map(|acts| acts.get(&number).copied().unwrap_or_default()) {
            let (labels, issue) = opinions::acts(turn.party, said)?;
            turn.issue = turn.issue.or(issue);
            found.push(labels);
        }
        turn.shares = shares_of(turn.party, &found);
        let labels = LABELS.iter().zip(&mut turn.shares);
        labels
            .filter(|(label, _)| label.party == turn.party && label.is_due())
            .for_each(|(_, share)| *share = Some(0.0));
        for said in due.iter().filter_map(|due| due.get(&number)) {
            vote(&mut turn, said)?;
        }
        turns.push(turn);
    }
    for opinions in due.iter().chain(&acts) {
        let beyond = opinions.keys().find(|number| **number == 0 || **number > turns.len());
        ensure!(beyond.is_none(), "somebody has an opinion of line {}", beyond.unwrap_or(&0));
    }
    // Nothing but a sound is no turn.
    turns.retain(|turn| !turn.words.is_empty());
    Ok(turns)
}

/// A turn of which nobody has said anything.
fn said(line: &str) -> anyhow::Result<Turn> {
    let (party, text) = match line.split_once(": ") {
        Some(("A", text)) => (Party::Agent, text),
        Some(("C", text)) => (Party::Customer, text),
        _ => bail!("neither `# name`, `A: words`, `C: words` nor `> practices`: {line}"),
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
    Ok(Turn { party, words, shares: vec![None; LABELS.len()], issue: None, ends })
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

/// The end of a turn, from one of its sentences on, and what comes before that, as when a pause lies between; what
/// the end alone does is not known.
pub fn split(turn: &Turn, chance: &mut Chance) -> Option<(String, Turn)> {
    let end = *turn.ends.get(chance.below(turn.ends.len().max(1)))?;
    let words = turn.words[end..].to_vec();
    let mut rest = Turn { words, issue: None, ends: Vec::new(), ..turn.clone() };
    rest.forget(|label| !label.is_due());
    Some((turn.words[..end].join(" "), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_sound() {
        let others = Others::read().unwrap();
        for (writer, text) in CALLS {
            let calls =
                read(writer, text, &others).unwrap_or_else(|why| panic!("{writer}: {why:#}"));
            assert!(calls.iter().map(Vec::len).sum::<usize>() > 400, "{writer}");
        }
    }

    #[test]
    fn what_is_due_is_the_share_of_coaches() {
        let [second, third, acts, none] =
            ["# a/name\n3 > thank\n", "# a/name\n", "# a/name\n1 closed-question\n", ""]
                .map(|text| Opinions::read(text).unwrap());
        let others = Others { due: [second, third], acts: [acts, none] };
        let text = "# name\nA: Hello. Who is it?\nC: (sighs)\nC: Me (laughs).\n>? thank lighten\n";
        let call = &read("a", text, &others).unwrap()[0];
        assert_eq!(call.len(), 2);
        let of = |turn: &Turn| -> Vec<(String, f32)> {
            let known = turn.known().filter(|(_, share)| *share > 0.0);
            known.map(|(label, share)| (LABELS[label].tag(), share)).collect()
        };
        assert_eq!(of(&call[0]), [("closed-question".to_owned(), 1.0)]);
        assert_eq!(
            of(&call[1]),
            [("due-thank".to_owned(), 0.5), ("due-lighten".to_owned(), 0.5 / 3.0)]
        );
        let (before, rest) = split(&call[0], &mut Chance::new(1)).unwrap();
        assert_eq!((before.as_str(), rest.text().as_str()), ("hello", "who is it"));
        assert!(of(&rest).is_empty());
        assert!(read("a", "# name\nA: Hi.\n> hello\n", &others).is_err());
        assert!(read("b", text, &others).is_err());
    }
}
