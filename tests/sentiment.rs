//! The language model that is shipped: what it makes of things said on the phone.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use evenkeel::language::embedding::Embedding;
use evenkeel::language::model::LanguageModel;
use evenkeel::language::sentiment::{Polarity, Scored, Sentiment};

static MODEL: LazyLock<Arc<LanguageModel>> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/minilm-words.safetensors");
    LanguageModel::from_safetensors(&std::fs::read(path).unwrap()).unwrap()
});

fn score(text: &str) -> Scored {
    Sentiment::new(Arc::clone(&MODEL)).score(text)
}

fn value(text: &str) -> f32 {
    score(text).value
}

#[test]
fn plain_cases_are_told() {
    for (text, polarity) in [
        ("I'm really disappointed with this.", Polarity::Negative),
        ("it stopped working after two days", Polarity::Negative),
        ("this is the third time i call about the same thing", Polarity::Negative),
        ("i'm still waiting for my refund", Polarity::Negative),
        ("that's unacceptable", Polarity::Negative),
        ("i am still waiting", Polarity::Negative),
        ("let me speak to your manager", Polarity::Negative),
        ("i want to cancel", Polarity::Negative),
        ("my order number is four five six", Polarity::Neutral),
        ("we are open until six", Polarity::Neutral),
        ("thank you so much for your help", Polarity::Positive),
        ("it works perfectly now", Polarity::Positive),
    ] {
        let scored = score(text);
        assert_eq!(scored.polarity(), polarity, "{text}: {scored:?}");
    }
}

#[test]
fn a_negation_turns_the_sign() {
    for (plain, negated) in [
        ("i am happy with the service", "i am not happy with the service"),
        ("that was helpful", "that wasn't helpful at all"),
        ("i would recommend it", "i would never recommend it"),
    ] {
        assert!(
            value(plain) > 0.3 && value(negated) < -0.3,
            "{plain} {}, {negated} {}",
            value(plain),
            value(negated)
        );
    }
    assert!(value("it's not bad at all") > value("it's bad"));
}

#[test]
fn stronger_words_move_further() {
    assert!(value("it was unbearably slow") < value("it was a bit slow") - 0.2);
    assert!(value("it was really bad") < value("it was a bit slow"));
    assert!(value("i am sick and tired of this") < value("i am waiting for this"));
}

#[test]
fn punctuation_case_and_apostrophes_change_nothing() {
    let heard = score("i don't think that's fair");
    for text in
        ["I don't think that's FAIR!!!", "i dont think thats fair", "I don’t think, that’s fair."]
    {
        assert_eq!(score(text), heard, "{text}");
    }
}

#[test]
fn phrases_say_what_moved_the_score() {
    let scored = score("i called twice and i am really fed up with your company");
    assert!(scored.phrases.len() <= 3);
    let strongest = &scored.phrases[0];
    assert!(strongest.text.contains("fed up") && strongest.weight < 0.0, "{scored:?}");
}

#[test]
fn probabilities_sum_to_one_and_the_value_is_their_difference() {
    for text in ["hello", "i hate it", "thanks", "wait what"] {
        let scored = score(text);
        assert!((scored.negative + scored.neutral + scored.positive - 1.0).abs() < 1e-5);
        assert_eq!(scored.value, scored.positive - scored.negative);
    }
}

#[test]
fn nothing_said_is_neutral_and_any_length_is_scored() {
    for text in ["", " ... ", "😂"] {
        let scored = score(text);
        assert_eq!((scored.value, scored.polarity()), (0.0, Polarity::Neutral));
        assert!(scored.phrases.is_empty());
    }
    let long = "it was delivered on monday and then i opened it ".repeat(60) + "and i hate it";
    assert!(score(&long).value.is_finite());
    assert!(score(&"x".repeat(10_000)).value.is_finite());
    assert!(score("日本語 \u{0}\u{ffff} ß ﬁ İ").value.is_finite());
}

#[test]
fn sentences_of_like_meaning_lie_near_each_other() {
    let embed = |text: &str| Embedding::of(&MODEL, &MODEL.read(text));
    let asked = embed("so what you're saying is the door was broken when it arrived");
    let like = embed("it sounds like your door came damaged");
    let unlike = embed("the first payment goes out on the fifth");
    assert!((asked.similarity(&asked) - 1.0).abs() < 1e-4);
    assert!(asked.similarity(&like) > 0.5, "{}", asked.similarity(&like));
    assert!(asked.similarity(&unlike) < 0.3, "{}", asked.similarity(&unlike));
    assert_eq!(embed("").similarity(&asked), 0.0);
}
