//! The calls that are learnt from: each line with what is due when it ends.

use anyhow::{Context as _, anyhow, bail};
use evenkeel::language::practices::Label;
use evenkeel::language::spoken;
use evenkeel::units::Party;

use super::chance::Chance;
use super::dialogues::{Told, Turn};

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

/// The calls of one writer: `# name`, then lines `A: words` and `C: words`; below a line, after `>`, what is due
/// when it ends, after `>?` what does good and may pass as well.
pub fn read(text: &str) -> anyhow::Result<Vec<Vec<Turn>>> {
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

/// The end of a turn, from one of its sentences on, and what comes before that, as when a pause lies between.
pub fn split(turn: &Turn, chance: &mut Chance) -> Option<(String, Turn)> {
    let end = *turn.ends.get(chance.below(turn.ends.len().max(1)))?;
    let words = turn.words[end..].to_vec();
    Some((turn.words[..end].join(" "), Turn { words, ends: Vec::new(), ..turn.clone() }))
}

#[cfg(test)]
mod tests {
    use evenkeel::language::practices::LABELS;

    use super::*;

    #[test]
    fn calls_are_sound() {
        for (writer, text) in CALLS {
            let calls = read(text).unwrap_or_else(|why| panic!("{writer}: {why:#}"));
            assert!(calls.iter().map(Vec::len).sum::<usize>() > 400, "{writer}");
        }
    }

    #[test]
    fn what_is_due_stands_below_a_line() {
        let text = "# name\nA: Hello. Who is it?\nC: (sighs)\nC: Me (laughs).\n>? thank lighten\n";
        let call = &read(text).unwrap()[0];
        assert_eq!((call[0].ends.as_slice(), call[0].labels.len()), (&[1][..], 0));
        assert!(call[1].optional && call[1].labels.len() == 2);
        assert!(call[1].labels.iter().all(|label| LABELS[*label].party == Party::Customer));
        let (before, rest) = split(&call[0], &mut Chance::new(1)).unwrap();
        assert_eq!((before.as_str(), rest.text().as_str()), ("hello", "who is it"));
        assert!(read("# name\nA: Hi.\n> hello\n").is_err());
    }
}
