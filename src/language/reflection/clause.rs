//! A turn's clauses, and which of them stand by themselves.

use std::ops::Range;

use super::super::closed_class::{CONJUNCTIONS, DETERMINERS, PREPOSITIONS};
use super::super::redact::{is_unit, number_value};
use super::heard::{Mark, Word};
use super::subject::{Kind, Subject, carries_verb, opens, subject};
use super::verbs::{is_adverb, is_auxiliary, is_past, is_verb, is_verb_of_noun};

/// Prepositions that can end a clause: they belong to a verb.
const PARTICLES: [&str; 12] = [
    "off", "up", "out", "on", "in", "over", "down", "through", "around", "about", "since", "before",
];
/// After these a clause belongs to the one before: "she said it's", "where it is".
const EMBEDDERS: &str = "
    said says say saying told tell telling tells know knew think thought hope promised sure see saw
    showed showing shows means meant claims claimed reckons realised found heard that if when where
    why what how which who whose because cos cause until till since after before while whenever
    once unless than as like time whether although though wish believe and but or so noticed every
    everything thing way day to";
/// Words after which a clause about the noun before can't begin.
const TIMES: [&str; 12] = [
    "now",
    "today",
    "yesterday",
    "ago",
    "again",
    "yet",
    "already",
    "once",
    "twice",
    "time",
    "away",
    "back",
];

/// Where the clauses of a turn may lie; some lie within others.
pub(super) fn clauses(words: &[Word]) -> Vec<Range<usize>> {
    let mut clauses = Vec::new();
    let mut start = 0;
    for at in 0..words.len() {
        if words[at].mark > Mark::None || at + 1 == words.len() {
            split(words, start..at + 1, &mut clauses);
            start = at + 1;
        }
    }
    clauses
}

/// Splits a stretch without marks where one clause ends and another begins.
fn split(words: &[Word], stretch: Range<usize>, clauses: &mut Vec<Range<usize>>) {
    let mut start = stretch.start;
    // Where an effect begins whose cause follows: they may be said together, or each alone.
    let mut effect: Option<usize> = None;
    for at in stretch.start + 1..stretch.end {
        let text = words[at].text.as_str();
        let before = &words[start..at];
        if at < start + 2 || !has_verb(before) {
            continue;
        }
        let next = at + 1;
        let joint =
            matches!(text, "and" | "but" | "so" | "then" | "because" | "cos" | "cause" | "plus");
        if joint && next < stretch.end && begins(&words[next..stretch.end]) {
            clauses.extend(effect.take().map(|effect| effect..at));
            if matches!(text, "because" | "cos" | "cause") {
                effect = Some(start);
            }
            clauses.push(start..at);
            start = next;
        } else if runs_on(words, start, at) && subject(&words[at..stretch.end]).is_some() {
            clauses.extend(effect.take().map(|effect| effect..at));
            clauses.push(start..at);
            start = at;
        }
    }
    clauses.extend(effect.map(|effect| effect..stretch.end));
    clauses.push(start..stretch.end);
}

fn has_verb(words: &[Word]) -> bool {
    words.iter().any(|word| {
        let text = word.text.as_str();
        is_verb_of_noun(text)
            || text.ends_with("'s")
            || (text.contains('\'') && opens(text))
            || is_verb(text)
    })
}

/// Whether a clause begins here, after a conjunction.
fn begins(words: &[Word]) -> bool {
    let ahead = words.iter().take_while(|word| {
        is_adverb(&word.text)
            || matches!(word.text.as_str(), "so" | "but" | "that" | "again" | "when")
    });
    let ahead = ahead.count();
    subject(&words[ahead..]).is_some()
}

/// Whether a new clause begins at `at` without any sign of it: "it died i've rung you".
fn runs_on(words: &[Word], start: usize, at: usize) -> bool {
    let text = words[at].text.as_str();
    let joined = opens(text) && text.contains('\'');
    let next = words.get(at + 1).map_or("", |next| next.text.as_str());
    let separate = opens(text) && is_auxiliary(next) && (text != "it" || next.ends_with("n't"));
    let last = words[at - 1].text.as_str();
    if is_embedder(last) || PREPOSITIONS.contains(&last) || DETERMINERS.contains(&last) {
        return false;
    }
    let told = at >= start + 2 && is_told(&words[at - 2].text, last);
    // "a ring i've lost" may be about the noun before; "a ring she's happy" can't.
    let ended = TIMES.contains(&last) || is_verb(last) || is_gerund(last);
    let complete = text.ends_with("'m") || text.ends_with("'s");
    let named = at >= start + 2 && is_specifier(&words[at - 2].text);
    !told
        && match text {
            "nobody" => true,
            "you" => false,
            _ if joined => complete || ended || !(named || is_vague(last)),
            _ => separate && ended,
        }
}

/// "She told me [it was]".
fn is_told(verb: &str, whom: &str) -> bool {
    matches!(whom, "me" | "us" | "you" | "him" | "her" | "them") && is_embedder(verb)
}

/// Whether the word after is likely to be the noun that a relative clause is about.
fn is_specifier(word: &str) -> bool {
    DETERMINERS.contains(&word) || matches!(word, "my" | "our" | "your")
}

fn is_gerund(word: &str) -> bool {
    word.ends_with("ing")
        && !is_vague(word)
        && !matches!(word, "thing" | "morning" | "evening" | "building" | "ceiling")
}

fn is_vague(word: &str) -> bool {
    matches!(word, "something" | "anything" | "everything" | "nothing" | "things" | "stuff" | "one")
}

fn is_embedder(word: &str) -> bool {
    EMBEDDERS.split_ascii_whitespace().any(|embedder| embedder == word)
}

/// The subject of a clause that states something, as somebody else could say it.
pub(super) fn stated(clause: &[Word]) -> Option<Subject> {
    let subject = subject(clause)?;
    let stated = clause.last()?.mark != Mark::Question
        && !is_plan(clause, &subject)
        && !repeats_subject(clause, &subject)
        && !has_loose_verb(clause, &subject)
        && !is_accusation(clause, &subject);
    stated.then_some(subject)
}

/// Whether a clause, or the beginning of one, is whole and has nothing in it that must not be
/// shown.
pub(super) fn is_whole(clause: &[Word], subject: &Subject) -> bool {
    let said = clause.get(subject.verb.max(1)..).is_some_and(|rest| !rest.is_empty());
    let last_two = &clause[clause.len().saturating_sub(2)..];
    // "my bill and the one", "i waited and nothing".
    let cut_short = last_two.len() == 2
        && (matches!(last_two[0].text.as_str(), "and" | "but" | "or")
            || (last_two[0].text == "the" && last_two[1].text == "one"));
    said && !clause.iter().any(|word| word.private)
        && !counts(clause)
        && last_two.last().is_some_and(|word| can_end(&word.text))
        && !cut_short
        && (!is_auxiliary(&last_two[last_two.len() - 1].text) || answers(clause))
}

/// Whether an auxiliary at the end belongs to a clause within: "where my parcel is", "you're
/// telling me it isn't".
fn answers(clause: &[Word]) -> bool {
    let ends_negated = clause[clause.len() - 1].text.ends_with("n't");
    (ends_negated && clause.len() > 5)
        || clause[1..]
            .iter()
            .any(|word| matches!(word.text.as_str(), "where" | "how" | "who" | "what"))
}

fn can_end(word: &str) -> bool {
    // "something i didn't order": what was ordered stands elsewhere.
    let open_ended = matches!(
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
    );
    let dangling = open_ended
        || (PREPOSITIONS.contains(&word) && !PARTICLES.contains(&word))
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
        && clause.windows(2).any(|two| {
            matches!(two[0].text.as_str(), "never" | "not") && two[1].text.ends_with("ing")
        });
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
                    | "do"
                    | "does"
                    | "did"
                    | "needn't"
            ) || (word.text == "might" && subject.kind != Kind::There)
        })
        || clause.iter().any(|word| word.text == "if")
        || matches!(
            verbs.first().map(|word| word.text.as_str()),
            Some("hope" | "wish" | "think" | "know")
        )
}

/// Whether a second clause begins in it that nothing joins to the first: words were lost, or two
/// sentences run together.
fn repeats_subject(clause: &[Word], subject: &Subject) -> bool {
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
        if object && !text.contains('\'') && (is_past(last) || PREPOSITIONS.contains(&last)) {
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
    let harm =
        ["ruined", "destroyed", "wrecked", "refused", "company", "endangered", "hurt", "swore"];
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
        "you're" => !clause[1..].iter().any(|word| {
            matches!(word.text.as_str(), "charging" | "telling" | "asking" | "sending" | "taking")
        }),
        "you've" => false,
        _ => {
            !(is_past(verb) || matches!(verb, "keep" | "have" | "haven't" | "didn't"))
                || matches!(verb, "was" | "were" | "are" | "weren't")
        }
    }
}
