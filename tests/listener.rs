//! What is heard in a conversation, utterance by utterance, with the shipped weights.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use evenkeel::event::{Body, Word};
use evenkeel::language::listener::{Listener, Said, Understanding};
use evenkeel::language::model::LanguageModel;
use evenkeel::language::practices::{Detector, PracticeWeights};
use evenkeel::language::reflection::Reflection;
use evenkeel::language::reflection::pointer::PointerWeights;
use evenkeel::units::Party::{Agent, Customer};
use evenkeel::units::{CallSpan, CallTime, Party};
use jiff::civil::date;

static MODEL: LazyLock<Arc<LanguageModel>> = LazyLock::new(|| {
    LanguageModel::from_safetensors(&read("models/minilm-words.safetensors")).unwrap()
});
static UNDERSTANDING: LazyLock<Arc<Understanding>> = LazyLock::new(|| {
    let weights = read("models/minilm-practices.safetensors");
    let weights = Arc::new(PracticeWeights::from_safetensors(&weights).unwrap());
    let detector = Detector::new(Arc::clone(&MODEL), weights).unwrap();
    let pointer = read("models/minilm-reflections.safetensors");
    let pointer = PointerWeights::from_safetensors(&pointer).unwrap();
    let reflection = Some(Reflection::new(Arc::clone(&MODEL), pointer).unwrap());
    Arc::new(Understanding { model: Arc::clone(&MODEL), detector, reflection })
});

fn read(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A conversation on Wednesday, 25 November 2026, a word every half second.
struct Conversation {
    listener: Listener,
    secs: f64,
}

impl Conversation {
    fn new() -> Conversation {
        let day = Some(date(2026, 11, 25));
        let listener = Listener::new(Arc::clone(&UNDERSTANDING), day);
        Conversation { listener, secs: 0.0 }
    }

    fn says(&mut self, party: Party, text: &str) -> Vec<Body> {
        self.hears(party, text, 0.9)
    }

    fn hears(&mut self, party: Party, text: &str, confidence: f32) -> Vec<Body> {
        let start = self.secs;
        let words = text.split(' ').map(|word| {
            let from = CallTime::from_secs(self.secs);
            self.secs += 0.5;
            let span = CallSpan::new(from, CallTime::from_secs(self.secs));
            Word { text: word.into(), span, p: 0.9 }
        });
        let words: Vec<Word> = words.collect();
        let span = CallSpan::new(CallTime::from_secs(start), CallTime::from_secs(self.secs));
        let said = Said { party, span, text, words: &words, confidence };
        self.listener.hear(&said, &MODEL.read(text))
    }
}

fn practices(bodies: &[Body]) -> Vec<(&'static str, bool)> {
    let practice = |body: &Body| match body {
        Body::Practice(practice) => Some((practice.name, practice.score >= 0.5)),
        _ => None,
    };
    bodies.iter().filter_map(practice).collect()
}

#[test]
fn a_reflection_must_be_of_what_this_customer_said() {
    let reply = "So it sounds like your washing machine came with a broken door.";
    let mut about_it = Conversation::new();
    about_it.says(Customer, "My washing machine arrived and the door is broken.");
    for _ in 0..5 {
        about_it.says(Customer, "Yes.");
    }
    let heard = practices(&about_it.says(Agent, reply));
    assert!(heard.contains(&("reflect-back", true)), "{heard:?}");
    let mut about_another = Conversation::new();
    about_another.says(Customer, "You charged my card twice for the concert last month.");
    assert!(!practices(&about_another.says(Agent, reply)).contains(&("reflect-back", true)));
}

#[test]
fn is_that_right_asks_after_ones_own_words_only() {
    let asked = |before: Party, text: &str| {
        let mut call = Conversation::new();
        call.says(Customer, "My washing machine arrived and the door is broken.");
        call.says(before, text);
        practices(&call.says(Agent, "Is that right?"))
    };
    let own = "So it sounds like your washing machine came with a broken door.";
    assert_eq!(asked(Agent, own), [("check-understanding", true)]);
    assert_eq!(asked(Customer, "Nobody came for a whole week."), [("show-listening", true)]);
}

#[test]
fn a_refusal_takes_back_what_it_began_with_and_jargon_does_not() {
    let mut call = Conversation::new();
    let refused = practices(&call.says(
        Agent,
        "I understand that is frustrating. But that's our policy, there's nothing I can do.",
    ));
    assert!(refused.contains(&("positive-words", false)), "{refused:?}");
    assert!(!refused.contains(&("acknowledge", true)), "{refused:?}");
    let jargon = practices(
        &call.says(Agent, "I understand that is frustrating. Your RMA is pending in the CRM."),
    );
    assert!(jargon.contains(&("plain-words", false)), "{jargon:?}");
    assert!(jargon.contains(&("acknowledge", true)), "{jargon:?}");
}

#[test]
fn a_complaint_has_a_kind_once_a_quote_and_a_sentence_to_say_back() {
    let mut call = Conversation::new();
    let told = call.says(Customer, "Hello there. My parcel still hasn't arrived. What now?");
    let complaint = told.iter().find_map(|body| match body {
        Body::Remark(remark) if remark.name == "complaint" => Some(remark),
        _ => None,
    });
    let complaint = complaint.expect("a complaint");
    assert_eq!(complaint.quote, "My parcel still hasn't arrived.");
    assert_eq!(complaint.span.start, CallTime::from_secs(1.0));
    let suggestion = complaint.suggestion.as_deref().unwrap();
    assert!(suggestion.ends_with("your parcel still hasn't arrived."), "{suggestion}");
    let kinds = |told: &[Body]| {
        told.iter()
            .filter(|body| matches!(body, Body::Issue { kind, .. } if kind == "delivery"))
            .count()
    };
    assert_eq!(kinds(&told), 1);
    assert_eq!(kinds(&call.says(Customer, "My parcel never arrived.")), 0);
}

#[test]
fn one_complaint_does_not_change_what_a_call_is_about() {
    let mut call = Conversation::new();
    let mut about = |text: &str| -> Vec<String> {
        let told = call.says(Customer, text);
        told.into_iter()
            .filter_map(|body| match body {
                Body::Issue { kind, .. } => Some(kind),
                _ => None,
            })
            .collect()
    };
    assert_eq!(about("My parcel still hasn't arrived."), ["delivery"]);
    assert!(about("My parcel never arrived.").is_empty());
    let billed = "And you have charged me twice on my bill.";
    assert!(about(billed).is_empty());
    let later: Vec<String> = (0..3).flat_map(|_| about(billed)).collect();
    assert_eq!(later, ["billing"]);
}

#[test]
fn promises_have_their_day_and_unsure_words_do_nothing() {
    let mut call = Conversation::new();
    let told = call.says(Agent, "I'll call you back by Friday.");
    let due = told.iter().find_map(|body| match body {
        Body::Promise { due, .. } => due.clone(),
        _ => None,
    });
    assert_eq!(due.as_deref(), Some("2026-11-27"));
    assert!(practices(&told).contains(&("promise-follow-up", true)));
    assert_eq!(call.hears(Agent, "I'll call you back by Friday.", 0.2), []);
}
