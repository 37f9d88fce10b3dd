//! What verbs undertake: which deeds, said to be done, are a promise.
//!
//! "I'll refund you" is one; "I'll see", "I'll put you on hold" and "I'll be honest" are none;
//! "I'll check" is one when a day is said with it.

use super::super::spoken::{begins, listed, word};
use super::contact::{CALLS, contacts};

/// How much a verb undertakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Nothing.
    None,
    /// Something, if a day is said with it: "I'll look into it tomorrow".
    WithDay,
    /// Something in any case.
    Firm,
}

/// Who is to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doer {
    /// The agent or their company: I, we.
    Us,
    /// Somebody else on the company's side: a colleague, the engineer, they.
    Colleague,
    /// The customer, to whom it happens: you'll have, you'll hear.
    You,
    /// A thing: the parcel, the refund, it.
    Thing,
}

/// Verbs of telling somebody something from afar.
pub const CONTACT: &str =
    "call ring phone telephone mail email text message contact notify inform update";

/// Deeds that are a promise whenever they are announced.
const DEEDS: &str = "activate add amend apply arrange block book bring cancel change chase \
    collect compensate correct create credit deactivate deduct deliver disconnect dispatch \
    escalate extend file fix flag forward handle investigate issue lodge log monitor open \
    order organise organize pay pop post prepare print prioritise process raise reactivate \
    rearrange rebook record reduce refund register reimburse reinstate remove renew repair \
    replace report request reschedule resend reserve reset resolve restore return reverse \
    schedule setup ship sort submit swap switch unblock unlock upgrade void waive withdraw";

/// What is mostly done while the customer waits: a promise only with a day.
const WITH_DAY: &str = "ask check complete confirm deal discuss do find finish go install look \
    pick review sit speak start talk test try visit work come attend answer reply respond drop";

/// Adverbs and fillers between "I'll" and the verb.
const BETWEEN: &str = "just also then definitely certainly personally gladly now um uh er erm \
    actually simply quickly still always e both all immediately absolutely";

/// How many words stand between the subject and the verb; `words` begin after the subject.
pub fn adverbs(words: &[String]) -> usize {
    const PHRASES: [&str; 6] =
        ["go ahead and", "be sure to", "make sure to", "make sure i", "make sure we", "of course"];
    let mut at = 0;
    loop {
        let rest = &words[at.min(words.len())..];
        let phrase = PHRASES.iter().find_map(|phrase| begins(rest, phrase));
        // "E-mail" has lost its hyphen.
        let first = word(rest, 0);
        let adverb = listed(BETWEEN, first) && (first != "e" || word(rest, 1) == "mail");
        match phrase {
            Some(len) => at += len,
            None if adverb => at += 1,
            None => return at,
        }
    }
}

/// The weight of the clause `words`, which begins with the verb that follows "will".
pub fn weight(doer: Doer, words: &[String]) -> Weight {
    match doer {
        Doer::Us | Doer::Colleague => deed(doer, words),
        Doer::You => happens(words),
        Doer::Thing => arrives(words),
    }
}

/// What "I'll have it …" may end in.
const READY: &str = "sent fixed sorted delivered ready done replaced collected repaired \
    shipped refunded posted removed";
/// What one makes, as a deed.
const MADE: &str = "note appointment arrangements change changes payment booking request \
    claim right";

/// What one does.
fn deed(doer: Doer, words: &[String]) -> Weight {
    use Weight::{Firm, None, WithDay};
    let verb = word(words, 0);
    let next = word(words, 1);
    let has = |any: &str| words.iter().any(|w| listed(any, w));
    let is = |phrase: &str| begins(words, phrase).is_some();
    let firm = |yes: bool| if yes { Firm } else { None };
    match verb {
        "be" => being(doer, words),
        "call" | "ring" | "phone" if matches!(next, "it" | "that" | "this") => None,
        "call" | "ring" | "phone" | "text" | "message" | "contact" | "telephone" | "notify"
        | "inform"
            if next.is_empty() =>
        {
            WithDay
        }
        "mail" | "email" => Firm,
        verb if listed(CONTACT, verb) => Firm,
        "get" => {
            const DONE: &str = "sorted fixed done sent booked moving refunded replaced \
                processed posted resolved credited escalated raised logged taken removed \
                changed corrected cancelled delivered repaired arranged ordered updated \
                collected shipped dispatched waived refund replacement rid reversed";
            let somebody = words.iter().any(|w| is_person(w));
            let back = is("get back to you") || is("get back in touch") || is("get in touch");
            let out = has("out over round") && !matches!(next, "out" | "over" | "you");
            let to_you = words.windows(2).any(|w| w[0] == "to" && w[1] == "you");
            firm(back || has(DONE) || somebody || out || to_you && next != "to")
        }
        "have" => match next {
            "to" => None,
            "a" if has("look word think chat listen read check") => None,
            _ if words.iter().any(|w| is_person(w))
                && has("call ring contact email phone get come look text") =>
            {
                Firm
            }
            _ if has(READY) => Firm,
            _ if has("you back out there") => WithDay,
            _ => None,
        },
        "send" => firm(
            !(next == "you"
                && matches!(word(words, 2), "over" | "through" | "across" | "back" | "to")),
        ),
        "pass" | "hand" | "put" | "take" | "transfer" | "move" => moving(words),
        "give" => {
            let call = words.iter().take(6).any(|w| listed(CALLS, w) && w != "line" && w != "link");
            let number = has("number reference address moment minute second");
            firm((call && !number) || has("refund credit discount replacement compensation back"))
        }
        "keep" => firm(has("posted updated informed loop eye touch")),
        "let" => firm(words.iter().take(6).any(|w| w == "know")),
        "make" => firm(is("make sure") || has(MADE)),
        "ensure" | "guarantee" => firm(words.len() > 2),
        "see" => {
            firm(is("see to it") || is("see to that") || is("see that") && has("gets done sent is"))
        }
        "leave" => firm(has("note message notes")),
        "write" => {
            firm(matches!(next, "to" | "you" | "back" | "off" | "up") || word(words, 2) == "off")
        }
        "drop" if next == "you" => Firm,
        "follow" => firm(word(words, 1) == "up" || word(words, 2) == "up"),
        "reach" => firm(next == "out"),
        "touch" => firm(next == "base"),
        "check" if matches!(next, "in" | "back") => Firm,
        "confirm" => {
            if has("email mail text writing letter post") {
                Firm
            } else {
                WithDay
            }
        }
        "come" if is("come back to you") => Firm,
        "come" if is("come to") || is("come back to") => None,
        "come" if doer == Doer::Colleague => Firm,
        "return" if next == "to" => None,
        "speak" | "talk" if is("speak to you soon") || is("talk to you soon") => None,
        "set" => firm(has("up")),
        "tell" => firm(!matches!(next, "you" | "me" | "us" | "")),
        // "Ask the team to call you" hands it on.
        "ask" if words.iter().any(|w| is_person(w)) && contacts(words) => Firm,
        "do" if has("best what everything my") => None,
        "go" if matches!(next, "through" | "over" | "ahead" | "to") => None,
        "try" | "do" if next.is_empty() => None,
        "try" => None,
        "open" if has("up") => None,
        "add" if next == "to" => None,
        "ask" if next == "you" => None,
        verb if listed(DEEDS, verb) => firm(!next.is_empty() || doer == Doer::Colleague),
        verb if listed(WITH_DAY, verb) => WithDay,
        _ => None,
    }
}

/// "Be in touch", "be calling you", "be there on Monday".
fn being(doer: Doer, words: &[String]) -> Weight {
    let in_touch = words.windows(2).any(|w| w[0] == "in" && w[1] == "touch");
    let mut base = words[1..].to_vec();
    base.drain(..adverbs(&base));
    if let Some(verb) = base.first().and_then(|verb| plain_verb(verb)) {
        base[0] = verb;
        return deed(doer, &base);
    }
    let there = [
        "be there",
        "be with you",
        "be round",
        "be out",
        "be over",
        "be back to you",
        "be back in",
    ];
    if in_touch {
        Weight::Firm
    } else if there.iter().any(|phrase| begins(words, phrase).is_some()) {
        Weight::WithDay
    } else {
        Weight::None
    }
}

/// The verb of "sending", "shipping", "arranging"; only of those known here.
pub fn plain_verb(participle: &str) -> Option<String> {
    let stem = participle.strip_suffix("ing")?;
    let known = |verb: &str| {
        listed(CONTACT, verb)
            || listed(DEEDS, verb)
            || listed(WITH_DAY, verb)
            || matches!(
                verb,
                "send" | "get" | "write" | "follow" | "put" | "pass" | "give" | "come"
            )
    };
    let single = || {
        let mut letters = stem.chars().rev();
        (letters.next() == letters.next()).then(|| stem[..stem.len() - 1].to_owned())
    };
    let forms = [Some(stem.to_owned()), Some(format!("{stem}e")), single()];
    forms.into_iter().flatten().find(|verb| known(verb))
}

/// Put, pass, take, transfer: the customer, who is put through, or a matter.
fn moving(words: &[String]) -> Weight {
    let has = |any: &str| words.iter().any(|w| listed(any, w));
    let good = match (word(words, 0), word(words, 1)) {
        ("put", "you") => has("down forward"),
        ("put", "me") => false,
        ("put", _) => !has("hold line speaker mute") && words.len() > 2,
        ("take", "care") => true,
        ("take", "off") => true,
        ("take", _) => has("off") || words.windows(2).any(|w| w[0] == "up" && w[1] == "with"),
        (_, "you" | "") => false,
        ("move", _) => has("appointment delivery booking date"),
        ("hand", _) => has("over") && !has("you"),
        _ => true,
    };
    if good { Weight::Firm } else { Weight::None }
}

/// "You'll have", "you'll hear from us", "you'll be refunded".
fn happens(words: &[String]) -> Weight {
    use Weight::{Firm, None, WithDay};
    let is_call = |w: &String| listed(CALLS, w) && !matches!(w.as_str(), "line" | "note");
    let call = words.iter().take(8).any(is_call);
    let thing = words.iter().take(8).any(|w| is_remedy(w));
    match (word(words, 0), word(words, 1)) {
        ("have" | "get", "to" | "used" | "had" | "through" | "no") => None,
        ("hear", _) if words.iter().any(|w| matches!(w.as_str(), "from" | "back")) => Firm,
        ("get" | "receive", _) if call || thing => Firm,
        ("have" | "see" | "get" | "receive", _) if thing || call => WithDay,
        (
            "have" | "get" | "receive" | "see",
            "it" | "that" | "them" | "a" | "an" | "the" | "your" | "one" | "this" | "everything"
            | "all" | "somebody" | "someone",
        ) => WithDay,
        (
            "be",
            "contacted" | "called" | "emailed" | "texted" | "notified" | "informed" | "updated"
            | "refunded" | "credited" | "reimbursed" | "compensated",
        ) => Firm,
        ("be", "hearing" | "getting" | "receiving") => {
            if call || thing || words.iter().any(|w| w == "from") { Firm } else { WithDay }
        }
        ("be", "back" | "up" | "connected" | "reconnected") => WithDay,
        _ => None,
    }
}

/// "The money will be in your account", "it'll arrive".
fn arrives(words: &[String]) -> Weight {
    let first = word(words, 0);
    let done = |w: &str| {
        w.ends_with("ed")
            || matches!(
                w,
                "with"
                    | "in"
                    | "there"
                    | "sent"
                    | "on"
                    | "out"
                    | "done"
                    | "ready"
                    | "back"
                    | "paid"
                    | "gone"
                    | "at"
                    | "put"
            )
    };
    let arrives = match first {
        "be" => done(word(words, 1 + adverbs(&words[1..]))),
        "have" => words.iter().any(|w| w == "been"),
        _ => matches!(
            first,
            "arrive"
                | "reach"
                | "go"
                | "come"
                | "get"
                | "show"
                | "appear"
                | "land"
                | "leave"
                | "ship"
        ),
    };
    if arrives { Weight::WithDay } else { Weight::None }
}

/// Words for those who work for the company.
pub fn is_person(word: &str) -> bool {
    const PEOPLE: &str = "somebody someone colleague colleagues manager supervisor engineer \
        engineers technician team driver courier department specialist adviser advisor agent \
        representative rep billing accounts plumber electrician installer fitter warehouse \
        depot support surveyor people guys lads lady gentleman system boss leader mechanic \
        services sales finance him her dispatch bank branch store workshop";
    listed(PEOPLE, word)
}

/// What a customer waits for.
pub fn is_remedy(word: &str) -> bool {
    const REMEDIES: &str = "refund replacement parcel package card cheque check money payment \
        delivery engineer visit credit router voucher order technician compensation part \
        contract invoice label form statement";
    listed(REMEDIES, word)
}

/// Whether a noun follows.
pub fn is_determiner(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "a"
            | "an"
            | "my"
            | "our"
            | "your"
            | "this"
            | "these"
            | "those"
            | "his"
            | "their"
            | "another"
            | "any"
            | "no"
    )
}
