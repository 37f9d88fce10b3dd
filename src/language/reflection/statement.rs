//! Which clauses state something that somebody else could say, and where they are whole.

use super::super::closed_class::{CONJUNCTIONS, DETERMINERS, PREPOSITIONS};
use super::super::redact::{is_unit, number_value};
use super::clause::{TIMES, is_embedder, is_specifier, is_told, is_vague};
use super::doubt::is_simile;
use super::heard::{Mark, Word};
use super::subject::{Kind, Subject, carries_verb, opens, subject};
use super::verbs::{
    is_adverb, is_auxiliary, is_gerund, is_past, is_plain, is_verb, is_verb_of_noun,
};

/// Prepositions that can end a clause: they belong to a verb.
const PARTICLES: [&str; 12] = [
    "off", "up", "out", "on", "in", "over", "down", "through", "around", "about", "since", "before",
];

/// The subject of a clause that states something, as somebody else could say it.
pub(super) fn stated(clause: &[Word]) -> Option<Subject> {
    let subject = subject(clause)?;
    let stated = clause.last()?.mark != Mark::Question
        && !is_plan(clause, &subject)
        && !repeats_subject(clause, &subject)
        && !has_loose_verb(clause, &subject)
        && !is_accusation(clause, &subject)
        && !is_quip(clause);
    stated.then_some(subject)
}

/// Whether a clause, or the beginning of one, is whole and has nothing in it that must not be
/// shown.
pub(super) fn is_whole(clause: &[Word], subject: &Subject) -> bool {
    let said = clause.get(subject.verb.max(1)..).is_some_and(|rest| !rest.is_empty());
    // "my bill and the one", "i waited and nothing".
    let cut_short = matches!(clause, [.., first, last]
        if (matches!(first.text.as_str(), "and" | "but" | "or") && !is_past(&last.text)
            && !matches!(clause, [.., same, _, _] if same.text == last.text))
            || (first.text == "the" && last.text == "one"));
    said && !cut_short && can_be_shown(clause)
}

/// Whether nothing in it must not be shown, and it ends where a sentence can.
pub(super) fn can_be_shown(clause: &[Word]) -> bool {
    let Some(last) = clause.last() else { return false };
    !clause.iter().any(|word| word.private)
        && !counts(clause)
        && !is_simile(clause)
        && !clause.windows(2).any(|two| two[0].text == "we" && two[1].text == "was")
        && !matches!(clause, [.., every, one] if every.text == "every" && one.text == "one")
        && can_end(&last.text)
        && (!is_open_ended(&last.text) || is_relative_end(clause))
        && (!is_auxiliary(&last.text) || answers(clause))
}

/// Whether what the verb at the end acts on may stand before: "the service i don't use",
/// "something i didn't order".
fn is_relative_end(clause: &[Word]) -> bool {
    let from = clause.len().saturating_sub(5);
    clause.len() > 3
        && (from.max(1)..clause.len() - 1).any(|at| {
            let text = clause[at].text.as_str();
            let noun = !is_verb_of_noun(&clause[at - 1].text) && !is_embedder(&clause[at - 1].text);
            (opens(text) && noun)
                || matches!(text, "what" | "that" | "who" | "didn't" | "was" | "were")
        })
}

/// Whether an auxiliary at the end belongs to a clause within: "where my parcel is", "you're
/// telling me it isn't".
fn answers(clause: &[Word]) -> bool {
    let ends_negated = clause[clause.len() - 1].text.ends_with("n't");
    (ends_negated && clause.len() > 4)
        || clause[1..]
            .iter()
            .any(|word| matches!(word.text.as_str(), "where" | "how" | "who" | "what"))
}

/// Whether a verb asks for something after it.
fn is_open_ended(word: &str) -> bool {
    matches!(
        word,
        "order"
            | "ordered"
            | "buy"
            | "bought"
            | "use"
            | "make"
            | "made"
            | "get"
            | "got"
            | "have"
            | "had"
            | "send"
            | "sent"
            | "give"
            | "gave"
            | "ask"
            | "say"
            | "ever"
            | "need"
            | "want"
            | "put"
            | "took"
    )
}

fn can_end(word: &str) -> bool {
    let dangling = (PREPOSITIONS.contains(&word) && !PARTICLES.contains(&word))
        || (DETERMINERS.contains(&word) && !matches!(word, "all" | "this" | "that" | "another"))
        || CONJUNCTIONS.contains(&word)
        || (opens(word) && word != "it" && word != "you")
        || matches!(
            word,
            "my" | "our"
                | "your"
                | "his"
                | "their"
                | "its"
                | "very"
                | "really"
                | "just"
                | "be"
                | "being"
                | "even"
                | "every"
                | "which"
                | "what"
                | "who"
                | "whose"
                | "there's"
                | "that's"
                | "been"
                | "having"
                | "only"
                | "also"
                | "no"
                | "the"
                | "not"
                | "never"
        );
    !dangling
}

/// Whether it has a number other than a small count or a time: a recogniser's numbers are not to
/// be said back.
fn counts(clause: &[Word]) -> bool {
    clause.iter().enumerate().any(|(at, word)| {
        let next = clause.get(at + 1).map_or("", |next| next.text.as_str());
        let written = word.text.contains(|c: char| c.is_ascii_digit());
        let Some(value) = number_value(word.text.split('-').next().unwrap_or_default()) else {
            return written;
        };
        let money =
            matches!(next, "pounds" | "pound" | "quid" | "dollars" | "euros" | "percent" | "p");
        let follows = !next.is_empty() && number_value(next).is_none() && !money;
        match value {
            1 => money,
            2..=12 => !follows || PREPOSITIONS.contains(&next) || CONJUNCTIONS.contains(&next),
            _ => money || !is_unit(next),
        }
    })
}

/// Whether it speaks of what will or might be.
fn is_plan(clause: &[Word], subject: &Subject) -> bool {
    let verbs = &clause[subject.verb..];
    // "No one would look at it".
    let refused = matches!(clause[0].text.as_str(), "no" | "nobody" | "none");
    // "you do nothing" is no emphasis.
    let does = verbs.windows(2).any(|two| {
        matches!(two[0].text.as_str(), "do" | "does" | "did")
            && !is_plain(&two[1].text)
            && !is_adverb(&two[1].text)
            && two[1].text != "be"
    });
    let mut group =
        verbs.iter().take_while(|word| is_adverb(&word.text) || is_auxiliary(&word.text));
    let conditional = matches!(clause[0].text.as_str(), "i'd" | "we'd")
        && !clause
            .iter()
            .skip(1)
            .find(|word| !is_adverb(&word.text))
            .is_some_and(|word| is_past(&word.text));
    // "i'm never buying from you again".
    let intended = matches!(clause[0].text.as_str(), "i'm" | "we're")
        && clause.windows(2).take(2).any(|two| {
            matches!(two[0].text.as_str(), "never" | "not") && two[1].text.ends_with("ing")
        });
    // "you should have told me" is past.
    let regret = clause.windows(2).any(|two| two[0].text == "should" && two[1].text == "have");
    conditional
        || intended
        || group.any(|word| {
            matches!(
                word.text.as_str(),
                "will"
                    | "would"
                    | "could"
                    | "should"
                    | "shall"
                    | "may"
                    | "must"
                    | "shouldn't"
                    | "can"
                    | "mustn't"
                    | "needn't"
            ) && !(regret || (refused && word.text == "would"))
                || (matches!(word.text.as_str(), "do" | "does" | "did") && !does)
                || (word.text == "might" && subject.kind != Kind::There)
        })
        || clause.iter().any(|word| word.text == "if")
        || matches!(verbs.first().map(|word| word.text.as_str()), Some("hope" | "think" | "know"))
}

/// "I asked for a window clean not a flood".
fn is_quip(clause: &[Word]) -> bool {
    let mut asked = false;
    clause.iter().any(|word| {
        asked |= word.text == "asked";
        asked && word.text == "not"
    })
}

/// Whether a second clause begins in it that nothing joins to the first: words were lost, or two
/// sentences run together.
pub(super) fn repeats_subject(clause: &[Word], subject: &Subject) -> bool {
    let from = subject.verb.max(1);
    (from + 1..clause.len()).any(|at| {
        let (last, text) = (clause[at - 1].text.as_str(), clause[at].text.as_str());
        let next = clause.get(at + 1).map_or("", |next| next.text.as_str());
        let acts = text.contains('\'') || is_verb(next) || is_adverb(next);
        let object = matches!(text, "it" | "you");
        if !opens(text) || text == "nobody" || !acts {
            // "tried to ring nobody" is odd, "nobody" needs its own clause.
            return text == "nobody" || (opens(text) && !object && !acts);
        }
        let acted = is_past(last) || is_plain(last) || PREPOSITIONS.contains(&last);
        // "It was covered you said it was": "you" acts.
        let said = text == "you" && is_past(next);
        if object && !text.contains('\'') && acted && !said {
            // "ordered it broke" would be odd too, but "left it damaged" is not.
            return false;
        }
        let two_back = clause[at - 2].text.as_str();
        let told = is_told(two_back, last);
        let relative = !matches!(text, "it" | "it's" | "i'm" | "there's")
            && (is_vague(last)
                || (is_specifier(two_back)
                    && !TIMES.contains(&last)
                    && !is_past(last)
                    && !is_gerund(last)));
        // "because it was late and now i've": the conjunction may stand before an adverb.
        let last = if is_adverb(last) { two_back } else { last };
        !(is_embedder(last) || told || relative)
    })
}

/// Whether a second finite verb stands in it without a word that joins a clause: "two things one
/// is wrong".
fn has_loose_verb(clause: &[Word], subject: &Subject) -> bool {
    let group = |word: &&Word| is_adverb(&word.text) || is_auxiliary(&word.text);
    let verb = subject.verb.max(1);
    let from = verb + clause[verb..].iter().take_while(group).count();
    let mut joined = false;
    for at in from..clause.len() {
        let text = clause[at].text.as_str();
        let infinitive = matches!(text, "have" | "do") || clause[at - 1].text == "to";
        if is_embedder(text) || opens(text) {
            joined = true;
        } else if (is_auxiliary(text) && !infinitive) || carries_verb(clause, at) {
            if !joined {
                return true;
            }
            joined = false;
        }
    }
    false
}

/// Whether it reproaches the company with more than a deed: only what it did, and keeps doing, can
/// be said back as it is.
fn is_accusation(clause: &[Word], subject: &Subject) -> bool {
    let ours = subject.kind == Kind::Company || clause[0].text == "your";
    let harm = ["ruined", "destroyed", "wrecked", "refused", "company", "endangered"];
    if ours && clause.iter().any(|word| harm.contains(&word.text.as_str())) {
        return true;
    }
    if subject.kind != Kind::Company {
        // "I know you don't", "because you won't".
        return clause.windows(2).any(|two| {
            matches!(two[0].text.as_str(), "you" | "you're")
                && matches!(two[1].text.as_str(), "don't" | "won't" | "can't" | "are" | "were")
                || two[0].text == "you're" && !two[1].text.ends_with("ing")
        });
    }
    let verb = clause[subject.verb..].iter().find(|word| !is_adverb(&word.text));
    let verb = verb.map_or("", |word| word.text.as_str());
    match clause[0].text.as_str() {
        "you're" => {
            let doing = clause[1..].iter().find(|word| !is_adverb(&word.text));
            !doing.is_some_and(|word| {
                let blame = "having being joking kidding wasting treating laughing playing ruining
                    making trying saying";
                is_gerund(&word.text) && !blame.contains(&word.text)
            })
        }
        "you've" => false,
        _ => {
            !(is_past(verb)
                || matches!(
                    verb,
                    "keep" | "have" | "haven't" | "didn't" | "should" | "won't" | "do"
                ))
                || matches!(verb, "was" | "were" | "are" | "weren't")
        }
    }
}
