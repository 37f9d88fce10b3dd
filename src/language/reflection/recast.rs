//! Other ways to say a clause, still in the customer's person: a question as the statement that
//! it presupposes, a report as what the customer was told, a main clause without or before the
//! clause that leads into it.

use super::super::closed_class::{DETERMINERS, PREPOSITIONS};
use super::heard::{Mark, Word};
use super::question::presupposed;
use super::statement::repeats_subject;
use super::subject::{opens, subject};
use super::they::passive;
use super::verbs::{is_adverb, is_auxiliary, is_gerund, is_past};

/// A way to say a clause.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub words: Vec<Word>,
    /// Whether it is a wish, a reproach to fate or a question, known to be sound as a whole: it
    /// states no problem by itself, and stands though it isn't a plain statement.
    pub framed: bool,
}

impl Form {
    pub fn stated(words: Vec<Word>) -> Form {
        Form { words, framed: false }
    }

    pub fn framed(words: Vec<Word>) -> Form {
        Form { words, framed: true }
    }
}

/// New words from plain text.
pub(super) fn words(text: &str) -> Vec<Word> {
    text.split(' ').map(Word::new).collect()
}

/// `before` and then `after`.
pub(super) fn joined(before: &str, after: &[Word]) -> Vec<Word> {
    [&words(before)[..], after].concat()
}

/// How many of `words` are `phrase`, if they begin with it; adverbs between are skipped.
pub(super) fn begins(words: &[Word], phrase: &str) -> Option<usize> {
    let mut at = 0;
    for part in phrase.split(' ') {
        while at > 0 && words.get(at).is_some_and(|w| is_adverb(&w.text) && w.text != part) {
            at += 1;
        }
        if words.get(at)?.text != part {
            return None;
        }
        at += 1;
    }
    Some(at)
}

fn begins_any(words: &[Word], phrases: &[&str]) -> Option<usize> {
    phrases.iter().filter_map(|phrase| begins(words, phrase)).max()
}

/// All ways to say `clause`, itself included where it may stand as it is.
pub(super) fn forms(clause: &[Word]) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut plain = clause.to_vec();
    if let Some(last) = plain.last_mut() {
        last.mark = Mark::None;
    }
    let asked = clause.last().is_some_and(|word| word.mark == Mark::Question);
    if asked || presupposed(&plain).is_some() {
        forms.extend(presupposed(&plain));
        return forms;
    }
    forms.extend(framed(&plain).map(Form::framed));
    forms.extend(why(&plain).map(Form::stated));
    forms.extend(cleft(&plain));
    forms.extend(fronted(&plain).into_iter().map(Form::stated));
    forms.extend(lacking(&plain).map(Form::stated));
    forms.extend(burden(&plain).map(Form::stated));
    if let Some(told) = told(&plain) {
        forms.push(Form::stated(told));
    } else if let Some(passive) = passive(&plain) {
        forms.push(Form::stated(passive));
    } else {
        forms.push(Form::stated(plain));
    }
    forms
}

/// Wishes that are said back as they are.
fn framed(clause: &[Word]) -> Option<Vec<Word>> {
    let starts = [
        "all i want is",
        "all we want is",
        "all i'm asking for is",
        "i don't see why i should",
        "i don't see why we should",
        "i don't understand why",
        "i can't understand why",
        "i want to know why",
        "i want to know when",
        "i want to know where",
        "i want to know what happened",
        "i need to know why",
        "i need to know when",
        "i need to know where",
        "i'd like to know why",
        "i'd like to know when",
        "i wish somebody had",
        "i wish someone had",
        "i wish you had",
        "i wish you'd",
        "i feel like i'm",
        "i feel like nobody",
        "i feel like you",
        "i don't know who to",
        "i don't know how to",
        "i don't know where",
        "someone needs to",
        "somebody needs to",
    ];
    let found = begins_any(clause, &starts).filter(|&len| {
        let next = clause.get(len).map_or("", |word| word.text.as_str());
        // "When the shop opens" is no more than a question.
        !matches!(clause[len - 1].text.as_str(), "when" | "where")
            || opens(next)
            || matches!(next, "my" | "our" | "somebody" | "someone" | "this")
    });
    let lost = begins(clause, "i don't know what to do").is_some_and(|len| {
        clause
            .get(len)
            .is_none_or(|w| matches!(w.text.as_str(), "any" | "anymore" | "next" | "now"))
    });
    // "I'd just like a straight answer", not "i'd like a table".
    let modest = clause.len() > 3
        && matches!(clause[0].text.as_str(), "i'd" | "we'd")
        && clause[1].text == "just"
        && clause[2].text == "like"
        && matches!(clause[3].text.as_str(), "a" | "my" | "some" | "an" | "somebody" | "someone");
    // "What annoys me is the attitude".
    let cleft = || {
        let what = clause.first()?.text == "what";
        let me = clause.iter().take(5).position(|w| matches!(w.text.as_str(), "me" | "us"))?;
        let is = clause.iter().take(7).position(|w| matches!(w.text.as_str(), "is" | "was"))?;
        let thing = clause.get(is + 1)?.text.as_str();
        let names = DETERMINERS.contains(&thing) || matches!(thing, "my" | "your" | "how");
        (what && me >= 2 && is > me && names && clause.len() > is + 2).then_some(())
    };
    (found.is_some_and(|len| clause.len() > len) || lost || modest || cleft().is_some())
        .then(|| clause.to_vec())
}

/// The clause after "tell me why", "what i don't understand is why".
fn why(clause: &[Word]) -> Option<Vec<Word>> {
    let at = clause.iter().take(11).position(|word| word.text == "why")?;
    let asks = clause[..at].iter().any(|word| {
        matches!(word.text.as_str(), "tell" | "explain" | "know" | "understand" | "see" | "get")
    });
    (asks && subject(&clause[at + 1..]).is_some()).then(|| clause[at + 1..].to_vec())
}

/// "The problem is with the way your staff spoke" as "the problem is how your staff spoke".
fn cleft(clause: &[Word]) -> Option<Form> {
    let thing = clause.get(1)?.text.as_str();
    let names = matches!(thing, "problem" | "issue" | "trouble" | "complaint" | "concern");
    let with =
        clause.iter().take(5).position(|word| matches!(word.text.as_str(), "with" | "about"));
    let at = with.filter(|_| names)?;
    if !matches!(clause[at - 1].text.as_str(), "is" | "was") {
        return None;
    }
    let rest = &clause[at + 1..];
    let way = begins(rest, "the way").filter(|len| subject(&rest[*len..]).is_some());
    // "About the receptionist she was talking": two clauses.
    if rest.iter().skip(1).any(|word| matches!(word.text.as_str(), "he" | "she" | "they" | "it")) {
        return None;
    }
    let Some(way) = way else { return Some(Form::framed(clause.to_vec())) };
    let is = &clause[at - 1..at];
    let how = joined("the issue", is).into_iter().chain(joined("how", &rest[way..]));
    Some(Form::framed(how.collect()))
}

/// "When i plug it in nothing happens" as "nothing happens when i plug it in", or without what
/// leads into it.
fn fronted(clause: &[Word]) -> Vec<Vec<Word>> {
    let reasons = ["although", "even though", "though", "because", "according to", "considering"];
    let times = [
        "when",
        "whenever",
        "since",
        "ever since",
        "after",
        "as soon as",
        "while",
        "by the time",
        "the minute",
        "the moment",
        "every time",
        "each time",
        "until",
    ];
    let dropped = begins_any(clause, &reasons);
    let Some(lead) = dropped.or_else(|| begins_any(clause, &times)) else { return Vec::new() };
    if dropped.is_none() && subject(&clause[lead..]).is_none() {
        return Vec::new();
    }
    for at in lead + 2..clause.len().saturating_sub(1) {
        let (last, text) = (clause[at - 1].text.as_str(), clause[at].text.as_str());
        let starts = opens(text)
            || DETERMINERS.contains(&text)
            || matches!(text, "my" | "our" | "your" | "nothing" | "all" | "no");
        let follows = is_auxiliary(last)
            || DETERMINERS.contains(&last)
            || matches!(
                last,
                "my" | "our" | "your" | "to" | "for" | "of" | "with" | "and" | "said"
            )
            || (PREPOSITIONS.contains(&last)
                && !matches!(last, "in" | "on" | "off" | "out" | "up"));
        let before = &clause[lead..at];
        // What leads in is a clause of its own, or a name after "according to".
        let whole = subject(before).is_some() || (dropped.is_some() && before.len() <= 4);
        let object = DETERMINERS.contains(&text) || !opens(text);
        let intransitive = "arrived came went happened stopped called rang finished moved signed";
        let acted = (is_past(last) && !intransitive.contains(last)) || is_gerund(last);
        let verb_before = object && acted && before.len() < 4;
        if !starts || follows || !whole || verb_before {
            continue;
        }
        // The longest main clause: "the water comes in", not "it" of something within.
        let Some(main) = subject(&clause[at..]) else { continue };
        if main.verb == 0 && !text.contains('\'') {
            continue;
        }
        let main = clause[at..].to_vec();
        let mut both = vec![main.clone()];
        if dropped.is_none() {
            both.insert(0, [&main[..], &clause[..at]].concat());
            both.push(clause.to_vec());
        }
        return both;
    }
    Vec::new()
}

/// "Still no internet" as "there's still no internet".
fn lacking(clause: &[Word]) -> Option<Vec<Word>> {
    let head = usize::from(clause.first()?.text == "still");
    let no = clause.get(head)?.text == "no";
    let bare = clause.len() >= 2 + head
        && clause.len() <= 7
        && clause[head + 1..]
            .iter()
            .all(|w| !is_auxiliary(&w.text) && !is_past(&w.text) && !opens(&w.text))
        && clause[head + 1].text != "one";
    (no && bare).then(|| joined("there's", clause))
}

/// "I shouldn't have to chase you" as "i'm having to chase you".
fn burden(clause: &[Word]) -> Option<Vec<Word>> {
    let len =
        begins(clause, "i shouldn't have to").or_else(|| begins(clause, "we shouldn't have to"));
    Some(joined("i'm having to", &clause[len?..]))
}

/// "She told me it was covered", "your agent said it was covered" as "i was told it was covered".
fn told(clause: &[Word]) -> Option<Vec<Word>> {
    // "Apparently i've missed a payment": others say so, not the customer.
    if let Some(len) = begins(clause, "apparently") {
        let rest = clause.get(len..)?;
        let own = subject(rest)?.kind == super::subject::Kind::Customer;
        return Some(if own { joined("i've been told", rest) } else { rest.to_vec() });
    }
    let who = subject(clause)?;
    if matches!(who.kind, super::subject::Kind::Customer | super::subject::Kind::Quantity) {
        return None;
    }
    let named = who.kind == super::subject::Kind::Noun;
    let joint = clause[0].text.split_once('\'').map_or("", |(_, end)| end);
    let mut at = who.verb.max(1);
    while clause.get(at).is_some_and(|word| is_adverb(&word.text) && word.text != "never") {
        at += 1;
    }
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let (head, mut from) = match (text(at), text(at + 1)) {
        ("told" | "promised" | "assured", "me" | "us") if !named && joint.is_empty() => {
            (format!("i was {}", text(at)), at + 2)
        }
        ("told", "me" | "us") if joint == "ve" => ("i've been told".to_owned(), at + 2),
        ("telling", "me" | "us") if joint == "re" => ("i'm being told".to_owned(), at + 2),
        ("asking", "me" | "us") if joint == "re" => ("i'm being asked".to_owned(), at + 2),
        ("keep" | "kept", "telling") if matches!(text(at + 2), "me" | "us") => {
            (format!("i {} being told", text(at)), at + 3)
        }
        ("keep" | "kept", "saying") => (format!("i {} being told", text(at)), at + 2),
        ("said" | "reckoned" | "promised", _) => ("i was told".to_owned(), at + 1),
        ("say", _) if !named => ("i'm being told".to_owned(), at + 1),
        ("saying", _) if joint == "re" => ("i'm being told".to_owned(), at + 1),
        _ => return None,
    };
    if text(from) == "that" {
        from += 1;
    }
    let rest = clause.get(from..)?;
    // "She said it was covered you said it was covered": two reports in one.
    let content = subject(rest).is_some_and(|who| !repeats_subject(rest, &who))
        || rest.first()?.text.contains("'d")
        || rest.first()?.text == "to" && rest.len() > 2;
    content.then(|| joined(&head, rest))
}

/// Whether a clause tells what was expected: told, asked for, paid for, ordered.
pub(super) fn expects(clause: &[Word]) -> bool {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let noun = subject(clause).filter(|who| who.kind == super::subject::Kind::Noun);
    let from = noun.map_or(1, |who| who.verb);
    let at = (from..clause.len()).find(|&at| !is_adverb(text(at))).unwrap_or(1);
    // "i ordered it three weeks ago": what "it" is can be said better.
    if text(at + 1) == "it" && text(at) != "signed" {
        return false;
    }
    match text(at) {
        "was" | "were" => matches!(text(at + 1), "told" | "promised" | "meant" | "supposed"),
        "asked" | "paid" | "ordered" | "booked" | "waited" | "signed" | "specifically" => true,
        "says" => true,
        _ => text(0) == "i'm" && text(1) == "being" && text(2) == "told",
    }
}
