//! What utterances do, told with the shipped weights.

#[allow(dead_code, reason = "shared with `evaluate`, which uses all of it")]
#[path = "../src/bin/evaluate/practices/score.rs"]
mod score;
#[path = "../src/bin/evaluate/practices/truth.rs"]
mod truth;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use evenkeel::event::DUE;
use evenkeel::language::model::LanguageModel;
use evenkeel::language::practices::{Before, Detector, PracticeWeights};
use evenkeel::language::spoken;
use evenkeel::units::Party::{self, Agent, Customer};
use score::Scores;
use truth::Truth;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| {
    let read = |path| std::fs::read(root(path)).unwrap();
    let model = LanguageModel::from_safetensors(&read("models/minilm-words.safetensors")).unwrap();
    let weights =
        PracticeWeights::from_safetensors(&read("models/minilm-practices.safetensors")).unwrap();
    Detector::new(model, Arc::new(weights)).unwrap()
});

/// Names of what is heard, `!` before what is done badly.
fn heard(party: Party, text: &str) -> Vec<String> {
    let acts = DETECTOR.hear(party, text, &Before::default()).acts;
    acts.iter().map(|act| format!("{}{}", if act.broken { "!" } else { "" }, act.name)).collect()
}

#[track_caller]
fn does(party: Party, text: &str, names: &[&str]) {
    let heard = heard(party, text);
    for name in names {
        assert!(heard.iter().any(|heard| heard == name), "{text}: no {name} in {heard:?}");
    }
}

#[track_caller]
fn does_not(party: Party, text: &str, names: &[&str]) {
    let heard = heard(party, text);
    for name in names {
        assert!(!heard.iter().any(|heard| heard == name), "{text}: {name} in {heard:?}");
    }
}

#[test]
fn practices_are_heard() {
    does(
        Agent,
        "I'm so sorry about that, I'll send you a new one today.",
        &["apologise", "offer-solution"],
    );
    does(Agent, "sounds like you've been bounced around a bit", &["reflect-back"]);
    does(Agent, "so you were charged twice and nobody called you back", &["reflect-back"]);
    does(Agent, "Have I got that right?", &["check-understanding"]);
    does(Agent, "I can see why you're upset, I'd be annoyed too.", &["empathise"]);
    does(Agent, "you're right, that shouldn't have happened", &["acknowledge"]);
    does(Agent, "what happened when you switched it on", &["ask-open-question"]);
    does(Agent, "I can refund you or send a new one, whichever you prefer.", &["offer-options"]);
    does(Agent, "I'll call you back by Friday", &["promise-follow-up"]);
    does(Agent, "bear with me, I'm just pulling up your order", &["keep-them-posted"]);
    does(Agent, "thank you so much for bringing this to our attention", &["thank"]);
    does(Agent, "mm-hmm", &["show-listening"]);
    does(Agent, "Is there anything else I can help you with today?", &["wraps-up"]);
}

#[test]
fn practices_done_badly_are_heard() {
    does(Agent, "Calm down, sir, that's not our fault.", &["!not-defensive"]);
    does(Agent, "I'm sorry you feel that way.", &["!not-defensive"]);
    does(Agent, "There's nothing I can do, that's our policy.", &["!positive-words"]);
    does(Agent, "your RMA is pending in the CRM", &["!plain-words"]);
    does(Agent, "yeah, somebody will be in touch", &["!say-next-step"]);
}

#[test]
fn what_customers_do_is_heard() {
    does(Customer, "it stopped working after two days", &["complaint"]);
    does(Customer, "Let me speak to your manager.", &["asks-for-manager"]);
    does(Customer, "I'm cancelling and going to another company", &["threatens-to-leave"]);
    does(Customer, "what does that mean", &["asks-meaning"]);
    does(Customer, "Yes, that would work, thank you.", &["accepts", "thanks"]);
    does(Customer, "no, a voucher is no use to me", &["refuses"]);
    does(Customer, "oh that's a weight off my mind", &["relief"]);
    does(Customer, "I haven't slept for three nights, I'm that worried about her", &["hardship"]);
    does(Customer, "okay, so what happens now, do I just wait?", &["asks-next-step"]);
}

#[test]
fn what_only_looks_like_it_is_not() {
    does_not(Agent, "I'm sorry, can you repeat that?", &["apologise"]);
    does_not(Agent, "sorry what was the number", &["apologise"]);
    does_not(Agent, "I understand, but I can't help with that.", &["empathise", "acknowledge"]);
    does_not(Agent, "we'll see", &["promise-follow-up", "say-next-step"]);
    does_not(Agent, "I'm sorry you feel that way.", &["apologise"]);
    does_not(Agent, "It isn't your fault at all.", &["!not-defensive"]);
    does_not(Agent, "I can't see why not.", &["!positive-words"]);
    does_not(Agent, "let me review your account", &["invite-review"]);
    does_not(Agent, "I do see the charge here on your account", &["acknowledge"]);
    does_not(Agent, "Maria will ring you tomorrow before noon", &["!say-next-step"]);
    does_not(Customer, "it leaks at the back", &["hardship"]);
    // What is no complaint is not said back.
    does_not(Customer, "i feel like we're getting somewhere", &["complaint"]);
    does_not(Customer, "what time do you open tomorrow", &["asks-next-step"]);
    does_not(Customer, "thanks for nothing", &["thanks"]);
    does_not(Customer, "no, that's fine", &["refuses"]);
}

/// The same words do other things after other words.
#[test]
fn what_was_said_before_is_heard() {
    let accepts = |before: &str| {
        let before = DETECTOR.before([(Agent, before)]);
        let acts = DETECTOR.hear(Customer, "yes, that's fine", &before).acts;
        acts.iter().find(|act| act.name == "accepts").map_or(0.0, |act| act.score)
    };
    let offered = accepts("I can send a new one on Thursday, would that suit you?");
    let asked = accepts("And is the postcode still the same as last year?");
    assert!(offered > 0.5 && asked < offered, "{offered} {asked}");
}

#[test]
fn a_complaint_has_a_kind_and_nothing_else_has() {
    let kind = |text| DETECTOR.hear(Customer, text, &Before::default()).issue.map(|(kind, _)| kind);
    assert_eq!(kind("you charged me twice for the same bill"), Some("billing"));
    assert_eq!(kind("my parcel never arrived"), Some("delivery"));
    assert_eq!(kind("the screen is cracked and it won't switch on"), Some("product"));
    assert_eq!(kind("what time do you open"), None);
}

#[test]
fn the_words_that_carry_it_are_named() {
    let text = "well let me have a look at the account here and I'm so sorry about all that";
    let acts = DETECTOR.hear(Agent, text, &Before::default()).acts;
    let sorry = acts.iter().find(|act| act.name == "apologise").unwrap();
    let words = spoken::words(text)[sorry.words.clone()].join(" ");
    assert!(words.contains("sorry") && !words.contains("account"), "{words}");
}

#[test]
fn what_is_due_is_told_from_what_is_not() {
    let grief =
        "My mother died on Sunday and I can't get into her account, I don't know what to do.";
    let wish = "Can nobody come today? We have no heating and a baby in the house.";
    let asked = "So who is going to ring me, and when?";
    let care = ["due-empathise", "due-acknowledge"];
    for (names, before, short, good) in [
        (
            &care[..],
            grief,
            "Okay. Can I take the account number?",
            "Oh, I'm so sorry about your mother, that must be so hard. Let me see to it for you.",
        ),
        (
            &["due-positive-words", "due-offer-options", "due-offer-solution"],
            wish,
            "No, there's nothing we can do. That's the policy.",
            "Yes, I can have somebody with you by eight tonight, and I'm sending a heater round now.",
        ),
        (
            &["due-say-next-step"],
            asked,
            "Somebody should be in touch at some point.",
            "I'll ring you myself on Friday at ten.",
        ),
    ] {
        let heard = |text: &str| {
            let acts = DETECTOR.hear(Agent, text, &DETECTOR.before([(Customer, before)])).acts;
            acts.iter().map(|act| act.name).find(|name| DUE.contains(name))
        };
        let due = heard(short);
        assert!(due.is_some_and(|due| names.contains(&due)), "{due:?}: {short}");
        assert_eq!(heard(good), None, "{good}");
    }
}

#[test]
fn nothing_is_heard_in_no_words() {
    assert_eq!(DETECTOR.hear(Agent, "", &Before::default()), Default::default());
    assert_eq!(DETECTOR.hear(Customer, " ... ", &Before::default()), Default::default());
}

/// What every handbook has must be credited, whatever the network makes of it.
#[test]
fn textbook_phrases_are_heard() {
    let before = "My router has been dead since Monday, I've been passed around, I ordered it three \
                  weeks ago, and nobody called me back.";
    let rows = std::fs::read_to_string(root("tests/fixtures/practices/textbook.tsv")).unwrap();
    let mut missed = Vec::new();
    for row in rows.lines() {
        let [party, name, text] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let (party, before) = match party {
            "agent" => (Agent, before),
            _ => (Customer, ""),
        };
        let acts = DETECTOR.hear(party, text, &DETECTOR.before([(party.other(), before)])).acts;
        let (broken, name) = (name.starts_with('!'), name.trim_start_matches('!'));
        if !acts.iter().any(|act| act.name == name && act.broken == broken) {
            missed.push(row);
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// Measured: see docs/measurements.md.
#[test]
fn the_measured_figures_hold() {
    for (file, floor) in [("plain-test", 0.80), ("oblique-test", 0.70), ("independent-test", 0.80)]
    {
        let truth = Truth::read(&root(&format!("tests/fixtures/practices/{file}.jsonl"))).unwrap();
        let mut scores = Scores::default();
        for dialogue in &truth.dialogues {
            let mut before = Before::default();
            for (at, turn) in dialogue.turns.iter().enumerate() {
                let reading = DETECTOR.read(&turn.text);
                let heard = DETECTOR.hear_reading(turn.party, &reading, &before);
                before.push(turn.party, &reading);
                scores.add(dialogue, at, &heard);
            }
        }
        assert!(scores.macro_f1() >= floor, "{file}: {scores}");
    }
}
