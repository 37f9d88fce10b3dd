//! Promises in what agents say, by tables of utterances.
//!
//! Brackets stand round the words that a promise should be made of, and beside each utterance
//! what it comes to: the due date, for a call on Wednesday the 25th of November 2026, or `-`, and
//! `contact` or `deed`; `; ` between several promises.

use evenkeel::language::promise::promises;
use evenkeel::language::spoken::words;
use jiff::civil::{Date, date};

const CALL_DAY: Date = date(2026, 11, 25);

/// What is found, written as the tables write it.
fn found(text: &str, call_day: Option<Date>) -> (Vec<String>, String) {
    let heard = words(text);
    let mut quotes = Vec::new();
    let mut comes_to = Vec::new();
    for promise in promises(text, call_day) {
        quotes.push(heard[promise.words].join(" "));
        let due = promise.due.map_or("-".to_owned(), |due| due.to_string());
        comes_to.push(format!("{due} {}", if promise.contact { "contact" } else { "deed" }));
    }
    (quotes, comes_to.join("; "))
}

/// The words between brackets.
fn marked(text: &str) -> Vec<String> {
    let parts = text.split('[').skip(1);
    parts.map(|part| words(part.split(']').next().unwrap()).join(" ")).collect()
}

/// How many of `table` come out as they should, as they are written and as a plain recogniser
/// gives them; says which don't.
fn right(table: &[(&str, &str)]) -> usize {
    let mut right = 0;
    for (marked_text, expected) in table {
        let text = marked_text.replace(['[', ']'], "");
        let plain = words(&text).join(" ");
        let quotes = marked(marked_text);
        let all = [found(&text, Some(CALL_DAY)), found(&plain, Some(CALL_DAY))];
        let good = all.iter().all(|(q, comes_to)| *q == quotes && comes_to == expected);
        if !good {
            eprintln!("{marked_text}\n    {expected}");
            all.iter().for_each(|(q, comes_to)| eprintln!("    {q:?} {comes_to}"));
        }
        right += usize::from(good);
    }
    right
}

/// Written before the rules; 49 of 54 came out right at first. One was amended then: of a promise
/// that another takes back, both are found.
const PROMISES: [(&str, &str); 54] = [
    ("[I'll call you back by Friday].", "2026-11-27 contact"),
    ("[You'll have the refund in three to five working days].", "2026-12-02 deed"),
    ("Okay, [we'll get an engineer out to you tomorrow morning].", "2026-11-26 deed"),
    ("[Somebody from billing will ring you this afternoon].", "2026-11-25 contact"),
    ("[I'm going to send that out today].", "2026-11-25 deed"),
    ("[Expect an e-mail within the hour].", "2026-11-25 contact"),
    ("Let me speak to the warehouse and [I'll get back to you].", "- contact"),
    ("[I will email you as soon as it ships].", "- contact"),
    ("[We'll let you know on Monday], is that all right?", "2026-11-30 contact"),
    (
        "[I'll open a ticket for you], and [someone will be in touch within 24 hours].",
        "- deed; 2026-11-26 contact",
    ),
    ("So [I'm going to refund the full amount to your card], okay?", "- deed"),
    ("[I'll check with my manager and give you a call next Friday].", "2026-12-04 contact"),
    ("[A technician will be with you on the third of December].", "2026-12-03 deed"),
    ("[We'll post a new one to you by the end of the week].", "2026-11-27 deed"),
    ("[You'll get a text from us within 48 hours].", "2026-11-27 contact"),
    ("[I'll have my supervisor call you Monday morning].", "2026-11-30 contact"),
    ("[They'll send you a confirmation by e-mail tonight].", "2026-11-25 contact"),
    ("[If you send it back I'll refund you the same day].", "- deed"),
    ("[I'll make sure the driver rings you before he comes].", "- contact"),
    ("[Our engineer will call you in a couple of days].", "2026-11-27 contact"),
    ("I promise [you'll hear from us by the 3rd].", "2026-12-03 contact"),
    ("[Tomorrow I'll ring you with an answer].", "2026-11-26 contact"),
    ("[I'm going to raise this with the depot today].", "2026-11-25 deed"),
    ("[I'll send a replacement out first thing tomorrow].", "2026-11-26 deed"),
    ("Right, [I'll get that fee taken off your bill].", "- deed"),
    ("[We'll have it fixed by December 3].", "2026-12-03 deed"),
    ("[You can expect a letter from us in two weeks].", "2026-12-09 contact"),
    ("[I'll follow up with you at the end of the month].", "2026-11-30 contact"),
    ("[I'll personally keep you posted].", "- contact"),
    ("[We will credit your account within ten working days].", "2026-12-09 deed"),
    ("[I'll drop you an email shortly].", "- contact"),
    ("[One of my colleagues is going to phone you later today].", "2026-11-25 contact"),
    ("[I'll get somebody to contact you Friday week].", "2026-12-04 contact"),
    ("[The money will be in your account by Tuesday].", "2026-12-01 deed"),
    ("[I'm sending an engineer round on Thursday].", "2026-11-26 deed"),
    ("[Let me call you back], no, [I'll ring you at 5 pm].", "- contact; 2026-11-25 contact"),
    ("[Let me get back to you tomorrow].", "2026-11-26 contact"),
    (
        "[I'll look into it tomorrow] and [I'll write to you by next Wednesday].",
        "2026-11-26 deed; 2026-12-02 contact",
    ),
    ("[We'll be in touch].", "- contact"),
    ("[I'll put a note on your file].", "- deed"),
    ("I'll um [I'll call you back in in 24 to 48 hours].", "2026-11-27 contact"),
    ("[The team will come back to you in 3-5 days].", "2026-11-30 contact"),
    ("[I'll arrange for the parcel to be picked up on Saturday].", "2026-11-28 deed"),
    ("[He'll give you a ring in half an hour].", "2026-11-25 contact"),
    (
        "[I'll escalate this to our complaints team], and [they'll contact you within five business days].",
        "- deed; 2026-12-02 contact",
    ),
    (
        "I understand. [I'll cancel the order] and [send you a confirmation today].",
        "- deed; 2026-11-25 contact",
    ),
    (
        "[We're going to send you a new router, it should be with you in two days].",
        "2026-11-27 deed",
    ),
    ("[I'll find out what happened on Monday and let you know].", "- contact"),
    ("[You'll receive your new card in a week's time].", "2026-12-02 deed"),
    ("[I'll chase the courier for you this afternoon].", "2026-11-25 deed"),
    ("[I'll go ahead and order the part].", "- deed"),
    ("[I've arranged for somebody to ring you on Monday].", "2026-11-30 contact"),
    ("[We'll call you back within the next two hours].", "2026-11-25 contact"),
    ("[I'll ask the billing team to email you by the 15th of January].", "2027-01-15 contact"),
];

/// What is no promise; written before the rules, which got all of them right at first.
const NONE: [&str; 56] = [
    "We'll see.",
    "I'll try.",
    "I'll try to get it out to you by Friday.",
    "I'll see what I can do.",
    "I'll see if I can get somebody to call you.",
    "I'll have to ask my manager.",
    "I'll be honest with you, it doesn't look good.",
    "I'll just put you on hold.",
    "Bear with me while I look that up.",
    "Somebody should be in touch.",
    "You should have it by Friday.",
    "You'll have to call us back tomorrow.",
    "You'll need to send it to us by Monday.",
    "I'll let you go.",
    "I would call you back if I could.",
    "I'd ring you tomorrow but I'm off.",
    "Did they say they'll call?",
    "They told you they'd call by Friday.",
    "He said he'll call you back tomorrow.",
    "Will somebody be at home tomorrow?",
    "Shall I call you back tomorrow?",
    "Can I call you back this afternoon?",
    "Would you like me to send you an email?",
    "Do you want us to call you on Monday?",
    "I can call you back tomorrow if you like.",
    "I'll be with you in a moment.",
    "I'll be right back.",
    "I'll just check that for you.",
    "I'll have a look.",
    "I'll put you through to billing.",
    "I'll transfer you to my colleague now.",
    "I won't be able to call you back today.",
    "We might send someone out tomorrow.",
    "Maybe I'll call them tomorrow.",
    "I'll take your details down.",
    "I'll tell you what, that's a good question.",
    "You'll get used to it.",
    "You'll see a red light on the front.",
    "You'll hear a beep.",
    "I called you back on Friday.",
    "We sent you an email yesterday.",
    "What did you expect?",
    "I'll give you the reference number now.",
    "I'll come back to that in a minute.",
    "Hopefully somebody will call you tomorrow.",
    "They'll probably ring you in the afternoon.",
    "I'm not going to send that today.",
    "I think they'll call you.",
    "When I call you back tomorrow have the number ready.",
    "I'm calling about your order from Monday.",
    "I'll need your postcode.",
    "You'll be able to track it tomorrow.",
    "I'm going to have to ask you for the number.",
    "You told us you'll send it on Friday.",
    "Thank you for calling, have a good day.",
    "I'll call it a small miracle.",
];

#[test]
fn promises_are_found_with_their_due_dates() {
    assert_eq!(right(&PROMISES), PROMISES.len());
}

#[test]
fn what_is_no_promise_is_left_alone() {
    let mut wrong = NONE.to_vec();
    wrong.retain(|text| {
        let plain = words(text).join(" ");
        !(promises(text, Some(CALL_DAY)).is_empty() && promises(&plain, Some(CALL_DAY)).is_empty())
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Written after the rules, by the same hand: 27 of these 32 and 30 of the 32 that are no promise
/// came out right when they were run once. What was wrong: "have a kettle out to you", "so nobody
/// …" and "as soon as …" as parts of the quote, a callback that is set up, "the supervisor's going
/// to", "I can't promise that they'll", "I wish I could tell you that we'll". All were mended since.
const FRESH: [(&str, &str); 32] = [
    (
        "Alright Mrs Patel, [I'll give you a ring back before five o'clock today].",
        "2026-11-25 contact",
    ),
    (
        "What I'll do, [I'll email the depot now] and [I'll ring you first thing tomorrow].",
        "- deed; 2026-11-26 contact",
    ),
    ("[We'll have a new kettle out to you by Saturday].", "2026-11-28 deed"),
    ("[One of our team will reach out to you within two business days].", "2026-11-27 contact"),
    (
        "[You'll be getting a text message with the tracking number this evening].",
        "2026-11-25 contact",
    ),
    ("[I'm going to go ahead and waive that late fee for you].", "- deed"),
    (
        "[I'll pass this on to our accounts department] and [they'll write to you by the tenth of December].",
        "- deed; 2026-12-10 contact",
    ),
    (
        "[The technician is going to be there on Monday between eight and twelve].",
        "2026-11-30 deed",
    ),
    ("[I'll make a note on the account so nobody charges you again].", "- deed"),
    (
        "[We'll refund the delivery charge as well], and [that'll show in your account within five days].",
        "- deed; 2026-11-30 deed",
    ),
    ("[By Thursday we will have somebody out to look at that boiler].", "2026-11-26 deed"),
    ("[I will personally see to it that the parcel goes out tonight].", "2026-11-25 deed"),
    ("[My manager will give you a call back in the next hour or two].", "2026-11-25 contact"),
    ("[I'll send you a returns label by email today].", "2026-11-25 contact"),
    ("[Once the part's in we'll let you know straight away].", "- contact"),
    ("[As soon as I hear from the courier I'll drop you a text].", "- contact"),
    (
        "[I'm going to have one of our specialists call you on December the second].",
        "2026-12-02 contact",
    ),
    ("[Your replacement card will be with you in five to seven business days].", "2026-12-04 deed"),
    ("[We'll get that sorted for you by the close of play on Friday].", "2026-11-27 deed"),
    ("[I'm emailing you the form this afternoon].", "2026-11-25 contact"),
    (
        "I do apologise, [I'll speak to the driver tonight] and [call you in the morning].",
        "2026-11-25 deed; 2026-11-26 contact",
    ),
    ("You should get the letter by Friday, [if not I'll send you another one].", "- deed"),
    ("[We'll come and collect the old one next Tuesday].", "2026-12-01 deed"),
    ("[I'll set up a callback for you for tomorrow at ten].", "2026-11-26 contact"),
    ("[Someone'll be round to fix it in the next couple of days].", "2026-11-27 deed"),
    ("[You'll get your money back by the end of next week].", "2026-12-04 deed"),
    ("[I'll credit you one month's subscription].", "- deed"),
    ("[We're going to replace the whole unit free of charge].", "- deed"),
    ("[I shall write to you with the outcome within fourteen days].", "2026-12-09 contact"),
    ("[The supervisor's going to ring you at six o'clock tonight].", "2026-11-25 contact"),
    (
        "Leave it with me, [I'll find out and come back to you by lunchtime tomorrow].",
        "2026-11-26 contact",
    ),
    ("[I'll get the warehouse to send another one out today].", "2026-11-25 deed"),
];

/// What is no promise, likewise.
const FRESH_NONE: [&str; 32] = [
    "Okay, I'll just pull up your account here.",
    "I'll be with you in two seconds.",
    "You'll want to press the red button for ten seconds.",
    "We don't know yet when they'll deliver.",
    "I'm afraid I can't promise that they'll call today.",
    "If you'd like, I could get somebody to ring you tomorrow.",
    "The engineer was supposed to call you on Monday.",
    "I'll read that back to you.",
    "You'll have noticed that the price has gone up.",
    "Are you going to be in tomorrow morning?",
    "Is there anything else I'll need to know?",
    "I'll take your word for it.",
    "I'll have a quick word with my supervisor, please hold.",
    "That'll be twenty pounds fifty.",
    "It'll be the blue cable at the back.",
    "We'd normally send an engineer within three days.",
    "I don't think we'll be able to refund that.",
    "You may get a call from the survey team.",
    "I was going to send it out today but it's out of stock.",
    "So you were told that you'd get a refund by Friday?",
    "They should have emailed you by now.",
    "Let me have a look at the order for you.",
    "Let me just ask my colleague.",
    "I'll go through the security questions with you first.",
    "Can we call you back on this number?",
    "The shop will be open until six tomorrow.",
    "I hope you'll have a lovely weekend.",
    "I'll need to send that to you by post, is that okay?",
    "Your contract will renew on the first of January.",
    "You'll be charged ten pounds on Monday.",
    "I wish I could tell you that we'll refund it.",
    "When did they say somebody will ring you?",
];

#[test]
fn fresh_utterances_come_out_right() {
    let wrong_none: Vec<&&str> = FRESH_NONE
        .iter()
        .filter(|text| {
            let plain = words(text).join(" ");
            let none = |text: &str| promises(text, Some(CALL_DAY)).is_empty();
            !(none(text) && none(&plain))
        })
        .collect();
    let right = right(&FRESH);
    assert!(right == FRESH.len() && wrong_none.is_empty(), "{right}; {wrong_none:#?}");
}

#[test]
fn the_quote_is_that_of_the_text_and_without_a_day_of_the_call_nothing_is_due() {
    let text =
        "Well, OK – I’ll e-mail it to you by \"Friday\", Mrs. Jones. You 'll get a text, too!";
    let found = promises(text, None);
    let quotes: Vec<&str> = found.iter().map(|promise| promise.quote.as_str()).collect();
    assert_eq!(
        quotes,
        ["I’ll e-mail it to you by \"Friday\", Mrs. Jones", "You 'll get a text, too"]
    );
    assert!(found.iter().all(|promise| promise.due.is_none() && promise.contact));
}

#[test]
fn apostrophes_may_be_lost() {
    for text in [
        "ill call you back tomorrow",
        "i ll call you back tomorrow",
        "okay well call you back tomorrow",
    ] {
        assert_eq!(found(text, Some(CALL_DAY)).1, "2026-11-26 contact", "{text}");
    }
    assert_eq!(found("well call us back tomorrow", Some(CALL_DAY)).1, "");
    assert_eq!(found("you were ill on friday", Some(CALL_DAY)).1, "");
}

proptest::proptest! {
    /// Whatever is said: promises stand in order, apart, within the words.
    #[test]
    fn promises_lie_within_the_words(
        picks in proptest::collection::vec(0_usize..VOCABULARY.len(), 0..24),
        odd in "\\PC{0,12}",
    ) {
        let said: Vec<&str> = picks.iter().map(|&pick| VOCABULARY[pick]).collect();
        let text = format!("{} {odd}", said.join(" "));
        let heard = words(&text);
        let mut end = 0;
        for promise in promises(&text, Some(CALL_DAY)) {
            proptest::prop_assert!(end <= promise.words.start, "{}", text);
            proptest::prop_assert!(!promise.words.is_empty() && promise.words.end <= heard.len(), "{}", text);
            proptest::prop_assert!(!promise.quote.is_empty(), "{}", text);
            end = promise.words.end;
        }
    }
}

/// Words on which the rules turn.
const VOCABULARY: [&str; 72] = [
    "i'll", "we'll", "i'm", "going", "to", "you'll", "will", "somebody", "the", "engineer", "let",
    "me", "expect", "there'll", "be", "i've", "arranged", "for", "call", "you", "back", "send",
    "it", "out", "get", "have", "in", "touch", "and", "then", "so", "if", "when", "as", "soon",
    "tomorrow", "next", "friday", "week", "of", "third", "june", "end", "month", "within", "three",
    "five", "working", "days", "hours", "a", "couple", "half", "hour", "or", "two", "between",
    "24", "48", "p", "m", "o'clock", "e", "mail", "sure", "make", "what", "do", "is", "it'll",
    "take", "well.",
];
