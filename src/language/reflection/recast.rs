//! Other ways to say a clause, still in the customer's person: a question as the statement that it
//! presupposes, what "they" did as what was done to the customer.

use super::super::redact::{is_unit, number_value};
use super::heard::{Mark, Word};
use super::question::{asks, opens, presupposed};
use super::they::passive;
use super::verbs::{is_adverb, is_auxiliary, is_gerund, is_past};

/// A clause as it can be said back; `None` of a question that takes nothing for granted.
pub(super) fn recast(clause: &[Word]) -> Option<Vec<Word>> {
    let mut plain = clause.to_vec();
    plain.last_mut()?.mark = Mark::None;
    if let Some(told) = presupposed(&plain) {
        return Some(told);
    }
    if asks(&plain) {
        return None;
    }
    let mut told =
        lacking(&plain).or_else(|| passive(&plain)).or_else(|| of_oneself(&plain)).unwrap_or(plain);
    // "Nobody knows where it's."
    let last = told.pop()?;
    let (whole, be) = match last.text.as_str() {
        "it's" => ("it", "is"),
        "they're" => ("they", "are"),
        "you're" => ("you", "are"),
        _ => return Some([told, vec![last]].concat()),
    };
    told.extend([Word::new(whole), Word::new(be)]);
    Some(told)
}

/// "Never got my refund" as "i never got my refund".
fn of_oneself(clause: &[Word]) -> Option<Vec<Word>> {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let who = match (text(0), text(1)) {
        ("never", verb) if is_past(verb) => "i",
        ("haven't" | "can't" | "couldn't" | "didn't", next) if !opens(next) => "i",
        ("still", "waiting") => "i'm",
        ("been", verb) if is_gerund(verb) => "i've",
        _ => return None,
    };
    Some(joined(who, clause))
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

/// "Still no internet" as "there's still no internet", "three days no heating" as "there's no heating".
fn lacking(clause: &[Word]) -> Option<Vec<Word>> {
    let is_time = |word: &&Word| is_unit(&word.text) || number_value(&word.text).is_some();
    let time = clause.iter().take_while(is_time).count();
    let clause = match time.checked_sub(1) {
        Some(last) if is_unit(&clause[last].text) => &clause[time..],
        _ => clause,
    };
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

#[cfg(test)]
mod tests {
    use super::super::heard::{cleaned, hear};
    use super::super::tables::Tables;
    use super::*;
    use crate::language::redact::Redaction;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let words = cleaned(hear(text, &Redaction::default()), &Tables::default());
        let told = recast(&words)
            .map(|words| words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "));
        assert_eq!(told.as_deref(), expected, "{text}");
    }

    #[test]
    fn a_question_becomes_what_it_takes_for_granted() {
        check("why was i charged twice", Some("i was charged twice"));
        check("why hasn't anyone rung me", Some("nobody has rung me"));
        check("how come it's still not here", Some("it's still not here"));
        check("what is eating the electricity", None);
        check("who's been taking my post", Some("somebody's been taking my post"));
        check("why's there somebody in our seats", Some("there is somebody in our seats"));
        check("why's my bill gone up", Some("my bill has gone up"));
        check("why did nobody from the school ring me", Some("nobody from the school rang me"));
        check("why does everyone there shout at me", Some("everyone there shouts at me"));
        check("why did anyone at your place open it", None);
        check(
            "when were you planning to tell me you'd put my rate up",
            Some("nobody told me you'd put my rate up"),
        );
        check("three days no heating", Some("there's no heating"));
        check("three no shows this month", Some("three no shows this month"));
        check("why has nobody from the sorting office rung me", None);
        check(
            "why has everyone on my street got power",
            Some("everyone on my street has got power"),
        );
        check("why does nobody at the post office answer the phone", None);
        check("who's allowed to see my account", None);
        check("when are you going to stop being so rude", None);
        check(
            "when are you people going to stop sending letters to my husband",
            Some("you're still sending letters to my husband"),
        );
        check(
            "how am i meant to get home from here now",
            Some("i don't know how i'm meant to get home from here now"),
        );
        check("do your windows ever mist up", None);
        check("what turned up was a garden gnome", Some("what turned up was a garden gnome"));
    }

    #[test]
    fn what_they_did_becomes_what_was_done() {
        check("they gave my room to someone else", Some("my room was given to someone else"));
        check("they've cut me off", Some("i've been cut off"));
        check("they were rude", Some("they were rude"));
    }

    #[test]
    fn what_is_left_out_is_put_back() {
        check("still no internet", Some("there's still no internet"));
        check("never got my refund", Some("i never got my refund"));
        check("nobody knows where it's", Some("nobody knows where it is"));
    }
}
