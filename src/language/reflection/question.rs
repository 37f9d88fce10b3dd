//! What a question takes for granted: "why was i charged twice" tells that the customer was.

use super::super::closed_class::{DETERMINERS, PREPOSITIONS};
use super::heard::Word;
use super::person::FOLK;
use super::recast::{begins, joined};
use super::verbs::{bases, is_adverb, is_auxiliary, is_gerund, is_past, is_plain, third};

/// Past forms of common verbs that don't end with "ed", after their plain forms.
const PASTS: &str = "
    break broke bring brought build built buy bought catch caught choose chose come came cost cost
    cut cut do did draw drew drive drove eat ate fall fell feel felt find found forget forgot get got
    give gave go went have had hear heard hide hid hit hit hold held hurt hurt keep kept know knew
    lay laid lead led leave left let let lose lost make made meet met pay paid put put read read ring
    rang run ran say said see saw sell sold send sent set set shut shut sit sat speak spoke spend
    spent split split stand stood steal stole stick stuck swear swore take took teach taught tear tore
    tell told think thought throw threw wake woke wear wore write wrote";

/// The past form of a plain one.
pub(super) fn past(plain: &str) -> String {
    let words: Vec<&str> = PASTS.split_whitespace().collect();
    if let Some(pair) = words.chunks(2).find(|pair| pair[0] == plain) {
        return pair[1].to_owned();
    }
    let doubled =
        matches!(plain, "cancel" | "stop" | "drop" | "refer" | "ban" | "transfer" | "ship");
    match plain.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ied"),
        _ if plain.ends_with('e') => format!("{plain}d"),
        _ if doubled => format!("{plain}{}ed", &plain[plain.len() - 1..]),
        _ => format!("{plain}ed"),
    }
}

/// Whether a clause asks for something.
pub(super) fn asks(clause: &[Word]) -> bool {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    match text(0) {
        "why" | "why's" | "where's" | "what's" | "who's" | "how's" | "when's" => true,
        "how" | "what" | "who" | "where" | "when" => is_auxiliary(text(1)),
        first => is_auxiliary(first) && !first.ends_with("n't"),
    }
}

/// What can be said back of a question, if it is one that takes a problem for granted.
pub(super) fn presupposed(clause: &[Word]) -> Option<Vec<Word>> {
    if let Some(len) = begins(clause, "how come") {
        return Some(clause[len..].to_vec());
    }
    for phrase in
        ["how is it possible that", "how is it that", "why is it that", "how can it be that"]
    {
        if let Some(len) = begins(clause, phrase) {
            return Some(clause[len..].to_vec());
        }
    }
    let len = ["why on earth", "why the hell", "why in the world", "why"]
        .iter()
        .find_map(|phrase| begins(clause, phrase));
    if let Some(len) = len {
        return straight(&clause[len..]);
    }
    if clause.first()?.text == "why's" {
        let been = |word: &Word| {
            matches!(word.text.as_str(), "been" | "gone" | "got" | "come" | "stopped" | "had")
        };
        let auxiliary = if clause.iter().take(6).any(been) { "has" } else { "is" };
        return straight(&joined(auxiliary, &clause[1..]));
    }
    let word = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    // "What am i supposed to do without a car".
    for phrase in
        ["how am i meant to", "how am i supposed to", "what am i supposed to", "what am i meant to"]
    {
        if let Some(len) = begins(clause, phrase) {
            let lacks = |two: &[Word]| {
                two[0].text == "without" || (two[0].text == "with" && two[1].text == "no")
            };
            if let Some(at) = clause.windows(2).position(lacks) {
                return Some(joined("i'm left", &clause[at..]));
            }
            let asks = format!("i don't know {} i'm meant to", word(0));
            return (clause.len() > len + 1).then(|| joined(&asks, &clause[len..]));
        }
    }
    // "When are you people going to stop sending letters": it goes on.
    for phrase in ["when are you going to stop", "when will you stop", "are you ever going to stop"]
    {
        // "You people", "you lot".
        let mut bare = clause.to_vec();
        bare.dedup_by(|word, before| before.text == "you" && FOLK.contains(&word.text.as_str()));
        if let Some(len) = begins(&bare, phrase) {
            let rude = ["being", "wasting", "lying", "treating", "ignoring", "messing"];
            let goes_on = bare
                .get(len)
                .is_some_and(|next| is_gerund(&next.text) && !rude.contains(&next.text.as_str()));
            return goes_on.then(|| joined("you're still", &bare[len..]));
        }
    }
    // "When were you planning to tell me you'd moved it": nobody has.
    for phrase in ["when were you planning to tell", "when were you going to tell"] {
        if let Some(len) = begins(clause, phrase)
            && matches!(word(len), "me" | "us")
            && clause.len() > len + 3
        {
            return Some(joined("nobody told", &clause[len..]));
        }
    }
    // "Who's been taking money": somebody has.
    if word(0) == "who's" && matches!(word(1), "been" | "taken" | "stolen") {
        return Some(joined("somebody's", &clause[1..]));
    }
    if let Some(len) = begins(clause, "who's going to") {
        return Some(joined("i'd like to know who's going to", &clause[len..]));
    }
    // "Where is my order", "when is somebody going to come".
    let (asks, rest) = match word(0) {
        "where's" => ("where", joined("is", &clause[1..])),
        "where" | "when" => (word(0), clause[1..].to_vec()),
        _ => return None,
    };
    let waited = match asks {
        "where" => matches!(rest.get(1)?.text.as_str(), "my" | "our"),
        _ => matches!(rest.get(1)?.text.as_str(), "somebody" | "someone" | "anybody" | "anyone"),
    };
    let be = matches!(rest[0].text.as_str(), "is" | "are");
    let told = straight(&rest).filter(|_| waited && be && clause.len() > 3)?;
    Some(joined(&format!("i'd like to know {asks}"), &told))
}

/// The order of a statement for that of a question: "was i charged" as "i was charged".
fn straight(asked: &[Word]) -> Option<Vec<Word>> {
    let auxiliary = asked.first()?.text.as_str();
    if !is_auxiliary(auxiliary) || matches!(auxiliary, "should" | "would" | "shouldn't" | "can") {
        return None;
    }
    let who = &asked[1..];
    let first = who.first()?.text.as_str();
    if first == "you" && auxiliary == "don't" {
        // A suggestion.
        return None;
    }
    let pronoun = opens(first)
        || matches!(
            first,
            "i" | "somebody"
                | "someone"
                | "anybody"
                | "anyone"
                | "everyone"
                | "everything"
                | "there"
                | "this"
        );
    let mut end = 1;
    // "Nobody from the school", "everyone there": of more words than that it is not plain where they end.
    let text = |at: usize| who.get(at).map_or("", |word| word.text.as_str());
    let somebody = matches!(
        first,
        "nobody" | "somebody" | "someone" | "anybody" | "anyone" | "everyone" | "everybody"
    );
    let named = PREPOSITIONS.contains(&text(1))
        && (DETERMINERS.contains(&text(2)) || matches!(text(2), "your" | "my" | "our"));
    let more = match text(1) {
        "there" => Some(2),
        _ if named => Some(4),
        _ => None,
    };
    let more = more.filter(|_| somebody);
    if somebody && more.is_none() && PREPOSITIONS.contains(&text(1)) {
        return None;
    }
    if !pronoun || more.is_some() {
        let predicate = |at: usize| {
            let text = who[at].text.as_str();
            is_adverb(text)
                || matches!(text, "so" | "not" | "too" | "been" | "being" | "no" | "going")
                || match auxiliary {
                    "do" | "does" | "did" | "don't" | "doesn't" | "didn't" | "won't" | "can't" => {
                        is_plain(text)
                    }
                    _ => is_past(text) || is_gerund(text),
                }
        };
        if more.is_none()
            && !matches!(first, "my" | "our" | "your" | "the" | "this" | "these" | "those")
        {
            return None;
        }
        // "Where is my order" has no predicate.
        end = match more {
            Some(at) => Some(at).filter(|&at| at < who.len() && predicate(at))?,
            None => (2..who.len()).find(|&at| predicate(at)).unwrap_or(who.len()),
        };
    }
    let (who, rest) = who.split_at(end);
    let mut who = who.to_vec();
    let mut rest = rest.to_vec();
    let negative = auxiliary.strip_suffix("n't");
    let mut auxiliary = auxiliary;
    if matches!(first, "anybody" | "anyone") {
        who[0] = Word::new(if negative.is_some() { "nobody" } else { "somebody" });
        auxiliary = match negative? {
            "did" => "did",
            "has" => "has",
            "does" => "does",
            "is" => "is",
            "was" => "was",
            _ => return None,
        };
    }
    let verb = rest.iter().position(|word| !is_adverb(&word.text));
    let said = match auxiliary {
        "do" | "does" | "did" => {
            let verb = &mut rest[verb?];
            let plain = verb.text.clone();
            if !bases(&plain).contains(&plain) || !is_plain(&plain) {
                return None;
            }
            verb.text = match auxiliary {
                "did" => past(&plain),
                "does" => third(&plain),
                _ => plain,
            };
            rest
        }
        _ => [&[Word::new(auxiliary)][..], &rest].concat(),
    };
    let mut told = [who, said].concat();
    if told[0].text == "it" && told.get(1).is_some_and(|word| word.text == "is") {
        told.splice(..2, [Word::new("it's")]);
    }
    Some(told)
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
