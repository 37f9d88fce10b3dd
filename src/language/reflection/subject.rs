//! Who or what a clause is about.

use super::super::closed_class::{CONJUNCTIONS, PREPOSITIONS, is_function_word};
use super::super::redact::number_value;
use super::heard::Word;
use super::person::FOLK;
use super::tables::Tables;
use super::verbs::{acts, is_adverb, is_auxiliary, is_gerund, is_past, is_verb, is_verb_of_noun};

/// How many words a subject of nouns has at most, a clause within it included.
const LONGEST: usize = 11;

/// What kind of subject it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// "I", "we".
    Customer,
    /// "You".
    Company,
    /// "It".
    It,
    /// "They".
    They,
    /// "He", "she".
    Person,
    /// "There".
    There,
    /// "Nobody", "nothing", "everything".
    Quantity,
    /// "My order", "the laptop I bought".
    Noun,
}

/// The subject with which a clause begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    pub kind: Kind,
    /// Where the verb, or an adverb before it, stands; 0 if the subject carries it ("i've").
    pub verb: usize,
    /// A clause about a noun within the subject: "the laptop [i bought]".
    pub relative: Option<std::ops::Range<usize>>,
}

/// The subject at the beginning of `clause`, if it begins with one that has a verb.
pub(super) fn subject(clause: &[Word]) -> Option<Subject> {
    let word = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let simple = |kind, verb| Some(Subject { kind, verb, relative: None });
    let kind = match word(0) {
        "i" | "we" => Kind::Customer,
        "i'm" | "i've" | "we're" | "we've" | "i'd" | "we'd" => return simple(Kind::Customer, 0),
        "you" => Kind::Company,
        "you've" | "you're" => return simple(Kind::Company, 0),
        "it" => Kind::It,
        "it's" => return simple(Kind::It, 0),
        "they" => Kind::They,
        "they're" | "they've" => return simple(Kind::They, 0),
        "he" | "she" => Kind::Person,
        "he's" | "she's" => return simple(Kind::Person, 0),
        "there's" => return simple(Kind::There, 0),
        "there" => Kind::There,
        "nobody" | "nothing" | "everything" | "none" | "everyone" | "someone" | "somebody" => {
            return noun(clause, 1, Kind::Quantity);
        }
        "nobody's" | "everything's" | "nothing's" | "somebody's" | "someone's" | "everyone's" => {
            return simple(Kind::Quantity, 0);
        }
        "no" if word(1) == "one" => return noun(clause, 2, Kind::Quantity),
        "no" | "not" if clause.len() > 2 => return noun(clause, 2, Kind::Quantity),
        "half" | "most" | "some" | "all" | "both" | "neither" | "many" | "part" | "several"
            if word(1) == "of" =>
        {
            return noun(clause, 3, Kind::Noun);
        }
        count if word(1) == "of" && number_value(count).is_some_and(|n| (1..=12).contains(&n)) => {
            return noun(clause, 3, Kind::Noun);
        }
        "half" | "all" | "both" | "most" if matches!(word(1), "the" | "my" | "our" | "your") => {
            return noun(clause, 3, Kind::Noun);
        }
        "some" | "all" | "most" => return noun(clause, 2, Kind::Noun),
        "this" if word(1) == "is" && clause.iter().any(|word| word.text == "time") => {
            return simple(Kind::Quantity, 1);
        }
        "every" if word(1) == "time" => {
            // "every time i ring i have to explain".
            let second = (4..clause.len().min(8)).find(|&at| opens(word(at))).unwrap_or(2);
            let inner = subject(&clause[second..])?;
            // "every time i ring" says nothing yet.
            (opens(word(2)) && clause.len() > 5).then_some(())?;
            return Some(Subject { verb: second + inner.verb, ..inner });
        }
        "every"
            if matches!(word(1), "single" | "month" | "week" | "day" | "morning" | "evening") =>
        {
            let start = if word(1) == "single" { 3 } else { 2 };
            let inner = subject(clause.get(start..)?)?;
            return Some(Subject { verb: start + inner.verb, ..inner });
        }
        "the" | "my" | "our" | "your" | "this" | "these" | "those" | "a" | "an" | "another"
        | "both" => {
            return noun(clause, 2, Kind::Noun);
        }
        // "Water comes in", "customer services told me".
        bare if !is_function_word(bare) && !is_adverb(bare) && !is_verb(bare) => {
            let verb = (1..clause.len().min(3)).find(|&at| {
                is_auxiliary(word(at))
                    || (is_past(word(at)) && at + 1 < clause.len())
                    || acts(clause, at)
            })?;
            let nouns = clause[..verb].iter().all(|noun| !is_function_word(&noun.text));
            return nouns.then_some(Subject { kind: Kind::Noun, verb, relative: None });
        }
        _ => return None,
    };
    let mut verb = 1;
    if kind == Kind::Company && FOLK.contains(&word(1)) {
        verb = 2;
    }
    let mut first = verb;
    while is_adverb(word(first)) {
        first += 1;
    }
    is_verb(word(first)).then_some(Subject { kind, verb, relative: None })
}

/// A subject of nouns; its verb stands at `from` or later.
fn noun(clause: &[Word], from: usize, kind: Kind) -> Option<Subject> {
    let mut relative: Option<std::ops::Range<usize>> = None;
    if clause.len() > from && carries_verb(clause, from - 1) {
        return Some(Subject { kind, verb: from, relative });
    }
    let mut at = from;
    while at < clause.len().min(LONGEST) {
        let text = clause[at].text.as_str();
        let after = clause[at - 1].text.as_str();
        let inside = relative.as_ref().is_some_and(|relative| relative.end == at);
        let object = matches!(text, "it" | "you") && PREPOSITIONS.contains(&after);
        if (opens(text) && !object)
            || (matches!(text, "that" | "which" | "who") && relative.is_none())
        {
            // "the laptop i bought", "the man who came".
            if relative.is_some() && !inside {
                return None;
            }
            let mut end = at + 1;
            if clause.get(end).is_some_and(|word| opens(&word.text)) {
                end += 1;
            }
            while clause
                .get(end)
                .is_some_and(|word| is_auxiliary(&word.text) || is_adverb(&word.text))
            {
                end += 1;
            }
            clause.get(end).filter(|word| is_verb(&word.text))?;
            relative = Some(at..end + 1);
            at = end + 1;
            continue;
        }
        if CONJUNCTIONS.contains(&text) && (text != "and" || clause[0].text == "no") {
            return None;
        }
        let modifies = matches!(
            after,
            "the"
                | "a"
                | "an"
                | "my"
                | "our"
                | "your"
                | "of"
                | "this"
                | "these"
                | "those"
                | "and"
                | "in"
                | "on"
                | "at"
                | "for"
                | "from"
                | "with"
        );
        let plural = acts(clause, at);
        if is_adverb(text) || plural || (is_verb_of_noun(text) && !(modifies && at > from)) {
            let mut verb = at;
            while clause.get(verb).is_some_and(|word| is_adverb(&word.text)) {
                verb += 1;
            }
            let has_verb = plural
                || clause
                    .get(verb)
                    .is_some_and(|word| is_verb_of_noun(&word.text) || acts(clause, verb));
            if let Some(relative) = &mut relative {
                relative.end = at;
            }
            return has_verb.then_some(Subject { kind, verb: at, relative });
        }
        if carries_verb(clause, at) && relative.is_none() {
            return Some(Subject { kind, verb: at + 1, relative });
        }
        at += 1;
    }
    None
}

/// Whether the noun at `at` has its verb in it: "the zip's broken".
pub(super) fn carries_verb(clause: &[Word], at: usize) -> bool {
    let next = |ahead: usize| clause.get(at + ahead).map_or("", |word| word.text.as_str());
    clause[at].text.ends_with("'s")
        && (is_past(next(1))
            || is_adverb(next(1))
            || PREPOSITIONS.contains(&next(1))
            || matches!(
                next(1),
                "a" | "an" | "the" | "not" | "all" | "too" | "wrong" | "so" | "very"
            )
            || matches!(
                next(1),
                "come"
                    | "run"
                    | "been"
                    | "nothing"
                    | "no"
                    | "terrible"
                    | "awful"
                    | "dead"
                    | "empty"
            )
            || matches!(
                next(1),
                "full" | "late" | "freezing" | "filthy" | "down" | "worse" | "missing"
            )
            || (is_gerund(next(1))
                && (next(2).is_empty()
                    || PREPOSITIONS.contains(&next(2))
                    || is_adverb(next(2))
                    || matches!(
                        next(2),
                        "me" | "it" | "the" | "my" | "again" | "and" | "wrong" | "a"
                    ))))
}

/// Whether a word is the subject of a clause by itself.
pub(super) fn opens(word: &str) -> bool {
    matches!(
        word,
        "i" | "i'm"
            | "i've"
            | "i'd"
            | "we"
            | "we're"
            | "we've"
            | "we'd"
            | "you"
            | "you're"
            | "you've"
            | "he"
            | "he's"
            | "she"
            | "she's"
            | "they"
            | "they're"
            | "they've"
            | "it"
            | "it's"
            | "nobody"
            | "there's"
    )
}

/// What "it" or "they" at the head of a clause stands for, as words to put in its place: the
/// only thing of that number that was named `before`.
pub(super) fn antecedent(before: &[Word], kind: Kind, tables: &Tables) -> Option<Vec<Word>> {
    let mut found: Option<Vec<Word>> = None;
    let list = if kind == Kind::Person { &tables.persons } else { &tables.things };
    let mut at = 0;
    while at < before.len() {
        let named = Word::new(before[at].text.trim_end_matches("'s"));
        let alone = || list.at(&[named]).filter(|_| kind == Kind::Person);
        let Some((len, ())) = list.at(&before[at..]).or_else(alone) else {
            at += 1;
            continue;
        };
        let head = &before[at..at + len];
        let start = before[..at].iter().rposition(|word| is_determiner(&word.text));
        at += len;
        let plural = head[len - 1].text.ends_with('s') && !head[len - 1].text.ends_with("ss");
        let next_is_noun = before.get(at).is_some_and(|next| {
            matches!(next.text.as_str(), "number" | "company" | "department" | "man" | "people")
        });
        if next_is_noun || (kind != Kind::Person && plural != (kind == Kind::They)) {
            continue;
        }
        if before[at - len..at].iter().any(|word| word.private) {
            continue;
        }
        let owner = match start {
            Some(start) if at - len - start <= 3 => match before[start].text.as_str() {
                "my" | "our" => "my",
                "your" => "your",
                _ => "the",
            },
            _ => continue,
        };
        let acquired = start.is_some_and(|start| {
            let verb = start.checked_sub(1).map_or("", |verb| before[verb].text.as_str());
            matches!(verb, "ordered" | "bought" | "booked")
        });
        let owner = if acquired { "my" } else { owner };
        // Another noun may be meant: "your website said the shop was open and it was shut".
        let nouns = before.iter().filter(|word| is_determiner(&word.text)).count();
        if owner != "my" && nouns > 1 {
            return None;
        }
        let named: Vec<Word> =
            std::iter::once(Word::new(owner)).chain(head.iter().map(bare)).collect();
        match &found {
            // The same thing once more: whose it is may have been said only once.
            Some(other)
                if other[1..].iter().zip(&named[1..]).all(|(a, b)| a.text == b.text)
                    && other.len() == named.len() =>
            {
                if owner != "the" {
                    found = Some(named);
                }
            }
            Some(_) => return None,
            None => found = Some(named),
        }
    }
    if found.is_none() && kind == Kind::It {
        // "i ordered it": the deed names the thing.
        let deed = |verb: &str, noun: &str| {
            let done = before.windows(2).any(|two| two[0].text == verb && two[1].text == "it");
            done.then(|| vec![Word::new("my"), Word::new(noun)])
        };
        return deed("ordered", "order").or_else(|| deed("booked", "booking"));
    }
    found
}

fn bare(word: &Word) -> Word {
    let text = word.text.trim_end_matches("'s").to_owned();
    Word { text, mark: super::heard::Mark::None, ..word.clone() }
}

pub(super) fn is_determiner(word: &str) -> bool {
    matches!(word, "a" | "an" | "the" | "this" | "that" | "these" | "those" | "my" | "our" | "your")
}
