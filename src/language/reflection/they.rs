//! What "they" did, as what was done to the customer: "they sent me the wrong one" as "you were
//! sent the wrong one", "they lost my bag" as "your bag was lost". Who "they" are is not the
//! agent's to say.

use super::super::closed_class::{CONJUNCTIONS, PREPOSITIONS};
use super::heard::Word;
use super::question::past;
use super::recast::{joined, words};
use super::verbs::{bases, is_adverb, is_gerund, is_past, is_plain};

/// Participles that differ from the past form, after it.
const PARTICIPLES: &str = "
    gave given took taken broke broken wrote written forgot forgotten drove driven threw thrown
    stole stolen chose chosen did done hid hidden ate eaten saw seen tore torn shook shaken froze
    frozen rang rung withdrew withdrawn mistook mistaken bit bitten drew drawn";
/// What can't be done to somebody.
const INTRANSITIVE: &str = "
    said came went got had were was did thought knew wanted let felt looked seemed needed kept spoke
    happened turned tried stood";

fn listed(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

fn participle(past: &str) -> &str {
    let forms: Vec<&str> = PARTICIPLES.split_whitespace().collect();
    forms.chunks(2).find(|pair| pair[0] == past).map_or(past, |pair| pair[1])
}

/// The passive of a clause with "they"; `None` if it has none that is as plain.
pub(super) fn passive(clause: &[Word]) -> Option<Vec<Word>> {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let they = text(0);
    if !matches!(they, "they" | "they've" | "they're") {
        return None;
    }
    let mut at = 1;
    while is_adverb(text(at)) && !matches!(text(at), "never" | "not") {
        at += 1;
    }
    if they == "they've" && text(at) == "gone" && text(at + 1) == "and" {
        at += 2;
    }
    let rest = |from: usize| clause.get(from..).unwrap_or_default();
    let me = |at: usize| matches!(text(at), "me" | "us");
    // What they let, made or want somebody to do.
    match (they, text(at), text(at + 1)) {
        ("they", "wouldn't", "let") if me(at + 2) => {
            return Some(joined("i wasn't allowed to", rest(at + 3)));
        }
        ("they", "won't", "let") if me(at + 2) => {
            return Some(joined("i'm not allowed to", rest(at + 3)));
        }
        ("they", "made", _) if me(at + 1) && is_plain(text(at + 2)) => {
            return Some(joined("i was made to", rest(at + 2)));
        }
        ("they", "want", _) if me(at + 1) && text(at + 2) == "to" => {
            return Some(joined("i'm being asked", rest(at + 2)));
        }
        ("they", "keep" | "kept", gerund) if is_gerund(gerund) && me(at + 2) => {
            let verb = bases(gerund).into_iter().skip(1).find(|base| is_plain(base))?;
            let done = participle(&past(&verb)).to_owned();
            if listed(INTRANSITIVE, &past(&verb)) {
                return None;
            }
            let head = format!("i {} being {done}", text(at));
            return Some(joined(&head, rest(at + 3)));
        }
        ("they're", gerund, _) if is_gerund(gerund) && me(at + 1) => {
            let verb = bases(gerund).into_iter().skip(1).find(|base| is_plain(base))?;
            let done = past(&verb);
            if listed(INTRANSITIVE, &done) {
                return None;
            }
            return Some(joined(&format!("i'm being {}", participle(&done)), rest(at + 2)));
        }
        _ => {}
    }
    let verb = text(at);
    if they == "they're" || !is_past(verb) || listed(INTRANSITIVE, verb) {
        return None;
    }
    let done = participle(verb);
    let perfect = they == "they've";
    if me(at + 1) {
        // "They hurt me", "they sent me it".
        if matches!(verb, "made" | "took" | "kept") || text(at + 2) == "it" {
            return None;
        }
        let head = if perfect { "i've been" } else { "i was" };
        return Some(joined(&format!("{head} {done}"), rest(at + 2)));
    }
    if text(at + 1) == "it" {
        let head = if perfect { "it has been" } else { "it was" };
        return Some(joined(&format!("{head} {done}"), rest(at + 2)));
    }
    let end = thing(clause, at + 1)?;
    let named = &clause[at + 1..end];
    let plural = named.last()?.text.ends_with('s') && !named.last()?.text.ends_with("ss");
    let be = match (perfect, plural) {
        (true, true) => "have been",
        (true, false) => "has been",
        (false, true) => "were",
        (false, false) => "was",
    };
    Some([named, &words(be), &[Word::new(done)], rest(end)].concat())
}

/// Where the thing that begins at `from` ends, if it is plain where: "my mum's wheelchair | at".
fn thing(clause: &[Word], from: usize) -> Option<usize> {
    if !matches!(clause.get(from)?.text.as_str(), "my" | "our" | "the") {
        return None;
    }
    let ends = |word: &Word| {
        let text = word.text.as_str();
        PREPOSITIONS.contains(&text)
            || CONJUNCTIONS.contains(&text)
            || is_adverb(text)
            || is_past(text)
            || matches!(
                text,
                "again" | "away" | "back" | "a" | "the" | "me" | "i" | "this" | "last"
            )
    };
    let end = clause[from + 1..].iter().position(ends).map_or(clause.len(), |end| from + 1 + end);
    ((2..=4).contains(&(end - from))).then_some(end)
}
