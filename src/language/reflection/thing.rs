//! What a clause calls "it", by its name.

use super::heard::{Mark, Word};
use super::pointer::names_nothing;
use super::verbs::{is_past, is_plain};

/// The clause with the thing in place of the pronoun at its head, where there is a `name` for it.
pub(super) fn named<'a>(clause: Vec<Word>, name: impl Fn(&str) -> Option<&'a [Word]>) -> Vec<Word> {
    if !names_nothing(&clause) {
        return clause;
    }
    let next = clause.get(1).map_or("", |word| word.text.as_str());
    let of = next == "of" && clause.len() > 2;
    let (pronoun, ending) = parts(&clause[if of { 2 } else { 0 }]);
    let fits =
        |name: &&[Word]| is_many(name) == matches!(pronoun, "they" | "them" | "these" | "those");
    let Some(mut thing) = name(pronoun).filter(fits).and_then(thing) else { return clause };
    if of {
        // "Half of it", "none of them", "one of them's gone".
        let be = match ending {
            "" => None,
            "s" => Some(if has(clause.get(3).map_or("", |word| &word.text), clause.get(4)) {
                "has"
            } else {
                "is"
            }),
            _ => return clause,
        };
        thing.extend(be.map(Word::new));
        return [&clause[..2], &thing, &clause[3..]].concat();
    }
    match ending {
        "" => {}
        "s" if has(next, clause.get(2)) => thing.push(Word::new("has")),
        "s" => thing.push(Word::new("is")),
        "re" => thing.push(Word::new("are")),
        "ve" => thing.push(Word::new("have")),
        _ => return clause,
    }
    thing.extend_from_slice(&clause[1..]);
    thing
}

/// Whether the "'s" before `next` is "has": "it's been", "it's locked me out".
fn has(next: &str, after: Option<&Word>) -> bool {
    let object = |word: &Word| {
        matches!(word.text.as_str(), "me" | "us" | "my" | "our" | "the" | "a" | "her" | "his")
    };
    let has = [
        "been",
        "got",
        "gone",
        "stopped",
        "had",
        "come",
        "run",
        "took",
        "went",
        "fallen",
        "died",
        "disappeared",
        "vanished",
        "failed",
        "started",
        "happened",
        "become",
    ];
    has.contains(&next) || (is_past(next) && after.is_some_and(object))
}

/// Whether a name is of more than one.
fn is_many(name: &[Word]) -> bool {
    let last = name.last().map_or("", |word| word.text.as_str());
    let plural = last.ends_with('s') && !last.ends_with("ss") && !last.ends_with("us");
    plural
        || matches!(last, "people" | "children" | "men" | "women" | "staff" | "police" | "feet")
        || matches!(last, "teeth" | "mice" | "lot" | "team" | "family")
        || name.iter().any(|word| word.text == "and")
}

/// A pronoun and what hangs on it: "it" and "s".
pub(super) fn parts(word: &Word) -> (&str, &str) {
    word.text.split_once('\'').unwrap_or((&word.text, ""))
}

/// A name as it can be said again.
fn thing(name: &[Word]) -> Option<Vec<Word>> {
    // "The agency told us the deposit" is more than a name.
    let acts = |word: &Word| matches!(word.text.as_str(), "us" | "me" | "him" | "them");
    if name.iter().any(|word| word.private || acts(word)) {
        return None;
    }
    let owner = match name[0].text.as_str() {
        "my" | "our" | "your" | "the" | "his" | "her" | "their" | "both" => None,
        "a" | "an" | "one" | "some" | "this" | "that" | "these" | "those" | "another" => Some(1),
        _ => Some(0),
    };
    // "The hall | from seven".
    let until = name.iter().skip(2).position(|word| matches!(word.text.as_str(), "from" | "since"));
    let mut name = &name[..until.map_or(name.len(), |at| at + 2)];
    // "I put a tenner in", but not "my break in".
    if let [first @ .., before, last] = name
        && !first.is_empty()
        && last.text == "in"
        && !is_plain(&before.text)
    {
        name = &name[..name.len() - 1];
    }
    let bare = |word: &Word| Word { mark: Mark::None, ..word.clone() };
    let the = owner.map(|_| Word::new("the"));
    Some(the.into_iter().chain(name[owner.unwrap_or(0)..].iter().map(bare)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(clause: &str, name: &str, expected: &str) {
        let words = |text: &str| text.split(' ').map(Word::new).collect::<Vec<_>>();
        let name = words(name);
        let named = named(words(clause), |_| Some(&name));
        let said: Vec<&str> = named.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(said.join(" "), expected, "{clause}");
    }

    #[test]
    fn a_pronoun_gives_way_to_the_name() {
        check("it still hasn't come", "a desk", "the desk still hasn't come");
        check("it's leaking", "my boiler", "my boiler is leaking");
        check("it gave me nothing", "a tenner in", "the tenner gave me nothing");
        check("it's locked me out", "your app", "your app has locked me out");
        check("they've all split", "the bags", "the bags have all split");
        check("it's took out the greenhouse", "the tree", "the tree has took out the greenhouse");
        check("it's locked", "the hall from seven", "the hall is locked");
        check("half of it is gone", "my order", "half of my order is gone");
        check("one of them's gone bald", "the tyres", "one of the tyres has gone bald");
    }

    #[test]
    fn a_name_of_another_number_is_not_its() {
        check("they are still frozen", "my father", "they are still frozen");
        check("it won't turn on", "the lights", "it won't turn on");
        check("nobody answers", "the desk", "nobody answers");
    }
}
