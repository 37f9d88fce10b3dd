//! Whether what is promised is to come back to the customer: to call, to write, to let them know.

use super::super::spoken::{listed, word};
use super::undertaking::{CONTACT, is_determiner, plain_verb};

/// Things by which somebody is told something from afar.
pub const CALLS: &str = "call callback ring mail email emails text message letter note line \
    bell buzz shout tinkle update reply answer response confirmation sms link";

/// Whether the clause `words`, which begins with its verb, has somebody come back to the customer:
/// call, write or let them know. What stands behind "if" or "before" does not count.
pub fn contacts(words: &[String]) -> bool {
    const ENDS: &str = "if unless when before because who that which until";
    let end = words.iter().skip(1).position(|w| listed(ENDS, w));
    let words = &words[..end.map_or(words.len(), |end| end + 1)];
    (0..words.len()).any(|at| {
        let determined = at > 0 && is_determiner(&words[at - 1]);
        !determined && contacts_at(&words[at..], at == 0)
    })
}

fn contacts_at(words: &[String], first: bool) -> bool {
    let (verb, next) = (word(words, 0), word(words, 1));
    let singular = verb.strip_suffix('s').unwrap_or(verb);
    let verb = plain_verb(verb).unwrap_or_else(|| singular.to_owned());
    let verb = verb.as_str();
    let to_you =
        |at: usize| matches!(word(words, at), "to" | "with") && word(words, at + 1) == "you";
    let call =
        |from: usize| words[from.min(words.len())..].iter().take(6).any(|w| listed(CALLS, w));
    let other = |w: &str| {
        is_determiner(w) && w != "you" || matches!(w, "them" | "him" | "her" | "it" | "that")
    };
    match verb {
        "update" if next == "your" => false,
        "email" | "mail" | "text" | "message" if first && !other(next) => true,
        "email" | "mail" | "text"
            if matches!(next, "it" | "that" | "this" | "them" | "everything") =>
        {
            !words.iter().take(6).any(|w| w == "to")
                || words.windows(2).any(|w| w[0] == "to" && w[1] == "you")
        }
        "email" | "mail" if first && matches!(next, "the" | "a" | "your") => to_you(3) || to_you(4),
        // "Call back", "call tomorrow".
        "call" | "ring" | "phone" if first => !other(next) || next == "you",
        verb if listed(CONTACT, verb) => next == "you" || next == "back",
        "get" | "come" | "be" if next == "back" && to_you(2) => true,
        "get" | "be" | "keep" | "stay"
            if (1..4).any(|at| word(words, at) == "in" && word(words, at + 1) == "touch") =>
        {
            true
        }
        "let" => next == "you" && (2..5).any(|at| word(words, at) == "know"),
        "keep" => {
            next == "you"
                && words
                    .iter()
                    .take(4)
                    .any(|w| matches!(w.as_str(), "posted" | "updated" | "informed" | "in"))
        }
        "give" | "drop" | "send" | "leave" if next == "you" => call(2),
        "send" | "drop" | "give" => {
            call(1)
                && words.windows(2).any(|w| matches!(w[0].as_str(), "to" | "with") && w[1] == "you")
        }
        "write" => next == "you" || next == "back" || to_you(1),
        "follow" | "check" if next == "up" || next == "in" || next == "back" => {
            to_you(2) || (first && !matches!(word(words, 2), "with" | "on" | "to"))
        }
        "reach" => next == "out" && (to_you(2) || word(words, 2) != "to"),
        "speak" | "talk" => first && to_you(1),
        "touch" => next == "base",
        "reply" | "respond" => first || to_you(1),
        "confirm" => words
            .iter()
            .take(8)
            .any(|w| matches!(w.as_str(), "email" | "mail" | "text" | "letter" | "writing")),
        "hear" => first && words.iter().any(|w| matches!(w.as_str(), "from" | "back")),
        // "Set up a callback for you".
        "set" | "arrange" | "book" | "schedule" | "organise" | "organize" if first => {
            words.iter().take(7).any(|w| matches!(w.as_str(), "callback" | "call"))
                && !words.windows(2).any(|w| w[0] == "call" && w[1] == "out")
        }
        // "You'll get a text", "you'll have my answer".
        "receive" if first => call(1),
        "contacted" | "called" | "emailed" | "texted" | "notified" | "informed" | "updated" => {
            first
        }
        _ => false,
    }
}

/// Whether "you'll have …" or "expect …" is about word from the company.
pub fn brings_word(words: &[String]) -> bool {
    let call = |w: &String| listed(CALLS, w) && !matches!(w.as_str(), "line" | "note");
    let participle = |w: &str| {
        matches!(
            w,
            "contacted" | "called" | "emailed" | "texted" | "notified" | "informed" | "updated"
        )
    };
    match word(words, 0) {
        "be" => {
            participle(word(words, 1))
                || matches!(word(words, 1), "hearing")
                || words.iter().take(6).any(call)
        }
        "hear" => true,
        _ => words.iter().take(6).any(call),
    }
}
