//! What of a stretch must not be said back, whatever speaks for it.

use std::ops::Range;

use super::super::closed_class::{CONJUNCTIONS, DETERMINERS, PREPOSITIONS};
use super::super::redact::{is_unit, number_value};
use super::heard::{Mark, Word};
use super::money::CURRENCIES;

use super::question::opens;
use super::verbs::{
    is_adverb, is_auxiliary, is_finite, is_gerund, is_noun, is_past, is_plain, is_verb,
};

/// Words of Caribbean English whose person is not turned here: better nothing than half of it.
const PATOIS: [&str; 5] = ["dem", "mi", "di", "yuh", "nuh"];

/// Whether nothing in a clause must not be shown, and it ends where a sentence can.
pub(super) fn can_be_shown(clause: &[Word]) -> bool {
    clause.len() > 1
        && !clause.iter().any(|word| word.private)
        && !counts(clause)
        && !only_leads_in(clause)
        && !only_names(clause)
        && !clause.iter().any(|word| PATOIS.contains(&word.text.as_str()))
        && !threatens(clause)
        && ends(clause)
        && !lacks_its_number(clause)
        && !lacks_its_subject(clause)
        && !lacks_its_verb(clause)
}

/// The stretch up to the end of its first sentence, if only a few words of the next follow: "it's fallen out. In a
/// toffee."
pub(super) fn first_sentence(words: &[Word], stretch: Range<usize>) -> Range<usize> {
    let last = stretch.end - 1;
    let ends = (stretch.start + 2..last).find(|at| words[*at].mark >= Mark::Stop);
    let adds = |word: &Word| turns_meaning(&word.text) || is_finite(&word.text);
    match ends {
        Some(end) if last - end <= 3 && !words[end + 1..=last].iter().any(adds) => {
            stretch.start..end + 1
        }
        _ => stretch,
    }
}

/// "My bag never came off | the carousel."
pub(super) fn is_cut(words: &[Word], stretch: &Range<usize>) -> bool {
    let last = &words[stretch.end - 1];
    PREPOSITIONS.contains(&last.text.as_str())
        && last.mark == Mark::None
        && words.get(stretch.end).is_some_and(|next| {
            DETERMINERS.contains(&next.text.as_str()) || is_possessive(&next.text)
        })
}

fn is_possessive(word: &str) -> bool {
    matches!(word, "my" | "our" | "your" | "his" | "her" | "their")
}

/// Whether a stretch of a turn stands by itself, as far as what lies around it tells.
pub(super) fn is_whole(words: &[Word], stretch: &Range<usize>) -> bool {
    let text = |at: usize| words[at].text.as_str();
    let (first, last) = (stretch.start, stretch.end - 1);
    let one_sentence = words[first..last].iter().all(|word| word.mark < Mark::Stop);
    // "And they go, well, you signed for it."
    let told =
        matches!(text(first), "you" | "you've" | "you're" | "your") && is_told(&words[..first]);
    // "He said we can't refund it."
    let refused =
        (first..last).any(|at| is_refused(&words[at..stretch.end]) && is_told(&words[..at]));
    // "All twelve plus the keyring, is not mine."
    let late = (first..last)
        .any(|at| words[at].mark == Mark::Comma && at < first + 3 && is_auxiliary(text(at + 1)));
    // "Am | I too late to enter?"
    let asked = first > 0
        && words[first - 1].mark == Mark::None
        && is_auxiliary(text(first - 1))
        && (first == 1 || words[first - 2].mark > Mark::None)
        && opens(text(first))
        && !text(first).contains('\'');
    one_sentence && !is_cut(words, stretch) && !told && !refused && !asked && !late
}

/// Whether what comes next is what somebody says: "he goes, well, …", "the letter says here …".
fn is_told(before: &[Word]) -> bool {
    let said = before.iter().rev().take(3).take_while(|word| word.mark < Mark::Stop);
    let between =
        |word: &str| matches!(word, "well" | "oh" | "no" | "yeah" | "right" | "so" | "like");
    let mut only_between = true;
    for word in said {
        match word.text.as_str() {
            "says" | "said" | "saying" | "say" => return true,
            "go" | "goes" | "went" if only_between => return true,
            text => only_between &= between(text),
        }
    }
    false
}

/// "We can't refund it": what only the company can do, in its own words.
fn is_refused(clause: &[Word]) -> bool {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    matches!(text(0), "we" | "i")
        && is_auxiliary(text(1))
        && ["deliver", "exchange", "honour", "refund", "reimburse", "replace", "repair", "waive"]
            .contains(&text(2))
}

/// Whether a clause means something else without this word.
pub(super) fn turns_meaning(word: &str) -> bool {
    matches!(word, "and" | "but" | "or" | "not" | "never" | "no" | "nobody" | "nothing")
        || word.ends_with("n't")
}

/// "I'm never ordering from you again."
fn threatens(clause: &[Word]) -> bool {
    matches!(clause, [who, never, doing, ..]
        if matches!(who.text.as_str(), "i'm" | "we're") && never.text == "never" && is_gerund(&doing.text))
}

/// Whether it is no more than when or why something happens: "every time i get to the front".
fn only_leads_in(clause: &[Word]) -> bool {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let leads = match (text(0), text(1)) {
        ("every" | "each", "time") | ("as", "soon") => true,
        (first, _) => matches!(first, "when" | "whenever" | "while" | "if" | "because" | "until"),
    };
    // What happens begins with another subject.
    let acts = |at: usize| {
        let (word, next) = (text(at), text(at + 1));
        word.contains('\'') || is_auxiliary(next) || is_past(next) || is_verb(next)
    };
    // "Every time they say picture is not clear."
    let reported = matches!(text(3), "say" | "says")
        && !opens(text(4))
        && clause[4..].iter().any(|word| is_auxiliary(&word.text));
    let begins = |at: &usize| {
        opens(text(*at)) || matches!(text(*at), "nothing" | "the" | "my" | "our" | "your" | "all")
    };
    leads && !reported && !(4..clause.len()).any(|at| begins(&at) && (acts(at) || acts(at + 1)))
}

/// Whether it is no more than who or what somebody is: "the man who came to fit the blinds".
fn only_names(clause: &[Word]) -> bool {
    let text = |at: usize| clause[at].text.as_str();
    let acts = |at: usize| (text(at).contains('\'') || is_finite(text(at))) && text(at - 1) != "to";
    // "Every time i call it's a different port."
    let named = (DETERMINERS.contains(&text(0)) && text(0) != "every")
        || matches!(text(0), "my" | "our" | "your");
    let relative = (1..clause.len().min(5)).find(|at| {
        let that = text(*at) == "that" && *at > 1;
        // "The lady before you" is whole.
        let contact = matches!(text(*at), "you" | "we" | "i" | "they")
            && *at > 1
            && !PREPOSITIONS.contains(&text(*at - 1));
        that || contact || matches!(text(*at), "who" | "which")
    });
    named
        && relative.is_some_and(|relative| {
            !(1..relative).any(acts)
                && (relative + 1..clause.len()).filter(|at| acts(*at)).count() < 2
        })
}

/// "Your seat has been put in row."
fn lacks_its_number(clause: &[Word]) -> bool {
    let [.., before, last] = clause else { return false };
    matches!(last.text.as_str(), "number" | "row" | "gate" | "platform" | "page" | "bay")
        && PREPOSITIONS.contains(&before.text.as_str())
}

/// "Lost my pass again": whoever did.
fn lacks_its_subject(clause: &[Word]) -> bool {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let object = DETERMINERS.contains(&text(1))
        || is_possessive(text(1))
        || matches!(text(1), "one" | "two");
    is_past(text(0)) && !is_auxiliary(text(0)) && object
}

/// "A brand new kettle to smell like this", "my wife and me", "lying on the floor": nothing is said of anything.
fn lacks_its_verb(clause: &[Word]) -> bool {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let names = |word: &str| DETERMINERS.contains(&word) || is_possessive(word);
    // "Water coming through the ceiling" is as good as a sentence.
    let first = text(0);
    if !(names(first) || is_gerund(first)) {
        return false;
    }
    let acts = |at: usize| {
        let (word, before, next) = (text(at), at.checked_sub(1).map_or("", text), text(at + 1));
        let many = matches!(before, "people" | "men" | "women" | "children" | "staff" | "police")
            || (before.ends_with('s') && before.len() > 3);
        // "The bus close the door on her arm".
        let object = names(next) || matches!(next, "me" | "us");
        let plain = is_plain(word)
            && word != "like"
            && (opens(before) || is_adverb(before) || many || object || word == "make");
        // "My oven not working", "the internet still down".
        let goes_on = (is_gerund(word) && is_adverb(before)) || word == "still";
        before != "to" && (is_finite(word) || word.contains('\'') || plain || goes_on)
    };
    !(0..clause.len()).any(acts)
}

/// Whether a sentence may end where this one does.
fn ends(clause: &[Word]) -> bool {
    let [.., before, last] = clause else { return false };
    let (before, last) = (before.text.as_str(), last.text.as_str());
    let bound = DETERMINERS.contains(&last) && !matches!(last, "all" | "this" | "that" | "another");
    match last {
        // "One ticket but not the other", "as each other".
        "other" => matches!(before, "the" | "each"),
        "into" => before == "broken",
        "for" => is_of_relative(clause),
        "my" | "our" | "your" | "his" | "their" | "its" | "the" | "of" | "to" | "than" => false,
        "very" | "really" | "just" | "every" | "i" | "i'm" | "i've" | "we" => false,
        _ => !bound && !CONJUNCTIONS.contains(&last),
    }
}

/// "A valet i never asked for".
fn is_of_relative(clause: &[Word]) -> bool {
    let text =
        |back: usize| clause.len().checked_sub(back).map_or("", |at| clause[at].text.as_str());
    let who = |back: usize| matches!(text(back), "i" | "we" | "you" | "nobody" | "they");
    let acts = is_verb(text(2)) && !is_auxiliary(text(2));
    acts && ((who(3) && is_noun(text(4))) || (who(4) && is_adverb(text(3)) && is_noun(text(5))))
}

/// "Twenty past nine": a time of day.
fn is_past_the_hour(clause: &[Word]) -> bool {
    let [minutes, past, hour, ..] = clause else { return false };
    matches!(minutes.text.as_str(), "five" | "ten" | "twenty" | "twenty-five")
        && past.text == "past"
        && number_value(&hour.text).is_some_and(|hour| hour <= 12)
}

/// Whether it has a number other than a small count or a time: a recogniser's numbers are not to
/// be said back.
fn counts(clause: &[Word]) -> bool {
    let value = |word: &Word| number_value(word.text.split('-').next().unwrap_or_default());
    let mut at = 0;
    while at < clause.len() {
        let run = clause[at..].iter().take_while(|word| value(word).is_some()).count();
        let next = clause.get(at + run).map_or("", |next| next.text.as_str());
        let money = CURRENCIES.contains(&next) || next == "percent";
        let small = run == 1 && value(&clause[at]).is_some_and(|value| value <= 12);
        let written = clause[at].text.contains(|c: char| c.is_ascii_digit());
        let time = run > 0 && is_past_the_hour(&clause[at + run - 1..]);
        if written || (run > 0 && (money || (!small && !time && !is_unit(next)))) {
            return true;
        }
        at += run.max(1);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shown(text: &str, expected: bool) {
        let clause: Vec<Word> = text.split(' ').map(Word::new).collect();
        assert_eq!(can_be_shown(&clause), expected, "{text}");
    }

    #[test]
    fn a_name_alone_is_no_clause() {
        shown("the fella who came to fit the blinds", false);
        shown("the fella who came to fit the blinds left", true);
        shown("the crown that you put in came out", true);
        shown("the fella you sent to sweep my chimney", false);
        shown("the dishwasher you fitted is leaking", true);
        shown("every time i call it's a different port", true);
        shown("the parcel that you sent hasn't come", true);
        shown("my dog that had the operation yesterday", false);
        shown("my phone keeps telling me that it's full", true);
    }

    #[test]
    fn what_says_nothing_of_anything_is_not_shown() {
        shown("a new kettle to smell like that", false);
        shown("your wife and you no children", false);
        shown("lying on the bedroom floor", false);
        shown("the parcel's lying on the bedroom floor", true);
        shown("the bin men never came", true);
        shown("my balance still showing nothing", true);
        shown("the machine make water on the floor", true);
        shown("the bus close the door on her arm", true);
        shown("water coming through the ceiling", true);
        shown("the lads keep parking over my drive", true);
    }

    #[test]
    fn a_sentence_ends_with_what_it_hangs_on() {
        shown("you've charged me for a valet i never asked for", true);
        shown("i've been charged for", false);
        shown("i've been charged for a cot i paid for", true);
        shown("the wrong thing was put into", false);
        shown("the parcel is for", false);
        shown("i got a refund for one ticket but not the other", true);
        shown("i got the other", true);
        shown("it looks like other", false);
    }

    #[test]
    fn times_of_day_are_no_sums() {
        shown("they've had me on hold since twenty past nine this morning", true);
        shown("they've had me on hold since twenty", false);
        shown("my bill went up to twenty", false);
        shown("my hours were cut from thirty to twelve", false);
        shown("you cut my allowance from four hundred to eight", false);
    }

    #[test]
    fn what_is_only_half_turned_is_not_shown() {
        shown("dem cut off the light this morning", false);
        shown("they cut off the light this morning", true);
    }
}
