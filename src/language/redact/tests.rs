use super::*;
use crate::units::Party;

#[track_caller]
fn check(text: &str, masked: &str) {
    assert_eq!(Redaction::default().masked(text), masked, "{text}");
}

#[track_caller]
fn stays(text: &str) {
    check(text, text);
}

#[test]
fn numbers_in_digits_are_hidden() {
    check("It's 4417 1234 5678, right?", "It's [number], right?");
    check("call me on +44 7911 123456.", "call me on [number].");
    check("order 88123", "order [number]");
    check("my reference is AB1234X", "my reference is [number]");
    check("the card ending 4417", "the card ending [number]");
    check("born on 14/03/1972", "born on [number]");
    check("12-34-56", "[number]");
}

#[test]
fn numbers_spoken_one_by_one_are_hidden() {
    check("four one double two", "[number]");
    check("it's oh seven nine four six three", "it's [number]");
    check("policy number a b four seven seven one two", "policy number [number]");
    check("account forty-four seventeen", "account [number]");
    check("triple six", "[number]");
    check("it's oh seven, nine four, six three", "it's [number]");
    check("oh seven nine four, two weeks ago", "[number], two weeks ago");
    check("nineteen ninety nine twelve", "[number]");
    check("twenty thousand pounds", "[number] pounds");
}

#[test]
fn quantities_stay() {
    for text in [
        "I ordered it three weeks ago and rang twice",
        "two days late and forty pounds too much",
        "it was two hundred and now it's six hundred",
        "oh, two or three times",
        "the 2nd time, at 7am, for £40",
        "my order is two weeks late",
        "one thousand two hundred and fifty pounds",
        "we've been 14 days without water",
        "I, I, I can't",
        "a double room for two",
    ] {
        stays(text);
    }
}

#[test]
fn emails_are_hidden() {
    check("it's jane.brown@example.com, thanks", "it's [e-mail], thanks");
    check("my email is jane at example dot com and", "my email is [e-mail] and");
    check("it's j dot brown at mail dot co dot uk", "it's [e-mail]");
    check("jane seventy at example.com please", "[e-mail] please");
    stays("i looked at the dot on the map");
}

#[test]
fn addresses_and_postcodes_are_hidden() {
    check("I'm at 14 Elm Street, love", "I'm at [address], love");
    check("fourteen elm road", "[address]");
    check("we live on elm road", "we live on [address]");
    check("flat two please", "[address] please");
    check("I live in Leeds now", "I live in [address] now");
    check("it's SW1A 1AA.", "it's [postcode].");
    check("m1 1ae", "[postcode]");
    check("s w one a two a a", "[postcode]");
    stays("it fell on the road");
    stays("two weeks on the way");
    stays("three times in a row");
}

#[test]
fn who_is_spoken_to_and_says_is_no_name() {
    stays("every person i speak to says something else");
}

#[test]
fn names_that_are_announced_are_hidden() {
    check("My name is Jane Brown and I'm cross.", "My name is [name] and I'm cross.");
    check("my name is priyanka desai and i rang", "my name is [name] and i rang");
    check("this is jane", "this is [name]");
    check("I'm Mrs Patel.", "I'm [name].");
    check("can i speak to karen", "can i speak to [name]");
    check("i spoke to zbigniew on tuesday", "i spoke to [name] on tuesday");
    check("it's for mr oyelaran", "it's for [name]");
    check("this is zbigniew calling", "this is [name] calling");
    check("i spoke with grace", "i spoke with [name]");
    check("B R O W N", "[name]");
}

#[test]
fn names_are_hidden_by_lists_and_capitals() {
    check("So I rang Dave at the depot.", "So I rang [name] at the depot.");
    check("dave says it's karen's", "[name] says it's [name]");
    check("The woman, Oyelaran, hung up", "The woman, [name], hung up");
}

#[test]
fn words_like_names_stay() {
    for text in [
        "this is ridiculous",
        "I'm English and I rang on Monday",
        "i spoke to someone in billing",
        "Will you mark the date? I hope so.",
        "I miss the old one, the doctor said",
        "My PIN and my TV don't work",
        "THIS IS NOT GOOD ENOUGH AT ALL",
        "What Is Going On With My Order",
        "it's from may to june",
    ] {
        stays(text);
    }
}

#[test]
fn words_are_given_back_by_place() {
    let found = Redaction::default().find(&["I'm", "Jane", "Brown,", "on", "07911", "123456"]);
    assert_eq!(
        found,
        [Found { words: 1..3, kind: Kind::Name }, Found { words: 4..6, kind: Kind::Number }]
    );
    assert_eq!(Redaction::default().find::<&str>(&[]), []);
    assert_eq!(Redaction::default().masked("  "), "");
}

#[test]
fn a_recogniser_in_a_loop_is_only_hidden() {
    for word in ["million", "thousand", "hundred"] {
        let text = vec![word; 40].join(" ");
        check(&text, "[number]");
    }
}

#[test]
fn an_utterance_may_begin_with_what_is_counted() {
    let redaction = Redaction::default();
    for text in ["people keep telling me that", "weeks i've waited", "p", "miles away", "o'clock"] {
        assert_eq!(redaction.masked(text), text);
    }
}

/// What is left of a talk: who speaks is `a` or `c`, each utterance comes two seconds after the last.
#[track_caller]
fn check_talk(said: &[(&str, &str)], masked: &[&str]) {
    let talk: Vec<Spoken> = said
        .iter()
        .enumerate()
        .map(|(at, (who, text))| Spoken {
            party: Some(if *who == "a" { Party::Agent } else { Party::Customer }),
            start_secs: at as f64 * 4.0,
            end_secs: at as f64 * 4.0 + 2.0,
            words: text.split(' ').collect(),
        })
        .collect();
    let found = Redaction::default().find_in_talk(&talk);
    let left: Vec<String> =
        talk.iter().zip(&found).map(|(said, found)| mask(&said.words, found)).collect();
    assert_eq!(left, masked);
}

#[test]
fn a_number_over_several_turns_is_hidden() {
    check_talk(
        &[
            ("c", "it's oh seven"),
            ("a", "yes"),
            ("c", "double oh nine"),
            ("a", "double oh nine"),
            ("c", "four."),
            ("a", "Okay, we'll ring you in two days."),
        ],
        &[
            "it's [number]",
            "yes",
            "[number]",
            "[number]",
            "[number].",
            "Okay, we'll ring you in two days.",
        ],
    );
    // The last digit alone, though nothing announced the first.
    check_talk(&[("c", "four four one"), ("c", "seven")], &["[number]", "[number]"]);
    // What was asked for.
    check_talk(
        &[
            ("a", "What's the postcode there?"),
            ("c", "twenty two, please"),
            ("c", "Two of them broke."),
        ],
        &["What's the postcode there?", "[number], please", "Two of them broke."],
    );
}

#[test]
fn a_name_is_one_when_it_was_asked_for() {
    check_talk(
        &[
            ("a", "And what's your surname?"),
            ("c", "It's featherstone."),
            ("c", "The kettle leaks."),
        ],
        &["And what's your surname?", "It's [name].", "The kettle leaks."],
    );
    check_talk(&[("c", "my name is"), ("c", "priyanka")], &["my name is", "[name]"]);
    check_talk(
        &[("a", "What's the first line of your address?"), ("c", "the old forge by the mill")],
        &["What's the first line of your address?", "the [address] by the [address]"],
    );
    // Who asks does not answer.
    check_talk(
        &[("a", "Can I take your name?"), ("a", "For the parcel.")],
        &["Can I take your name?", "For the parcel."],
    );
}
