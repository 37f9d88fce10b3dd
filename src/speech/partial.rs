//! Words before an utterance is over: which of them will stay.
//!
//! Each hypothesis hears the utterance from its beginning, a little further than the last one.
//! A word is stable once three hypotheses in a row have agreed on it and on all before it
//! (LocalAgreement, Liu et al. 2020, Macháček et al. 2023, with one more), and it lies well
//! before the end of what they heard. Stable words are a promise: later hypotheses and the final
//! text begin with them. So what makes a word stable is strict: each that the final decode would
//! have heard otherwise is a wrong word in the log.

use super::transcript::Transcript;
use crate::event::Word;
use crate::units::CallTime;

/// So many hypotheses in a row must agree.
const AGREEING: u32 = 3;
/// Words that end later than this before the end of the audio may yet change. Seconds.
const SETTLED_SECS: f64 = 1.5;

/// The words of one utterance while it goes on.
#[derive(Debug, Default)]
pub struct PartialText {
    stable: Vec<Word>,
    /// The words of the last hypothesis after the stable ones, and how many hypotheses in a
    /// row have agreed on each and on all before it.
    open: Vec<(Word, u32)>,
}

impl PartialText {
    /// Takes a hypothesis of the whole utterance, which heard up to `heard_to`.
    pub fn update(&mut self, hypothesis: &[Word], heard_to: CallTime) {
        let new = &hypothesis[kept(&self.stable, hypothesis)..];
        let settled = |word: &Word| heard_to.secs_since(word.span.end) >= SETTLED_SECS;
        let alike = self.open.iter().zip(new).take_while(|((old, _), new)| same(old, new)).count();
        let agreeing = |i: usize| if i < alike { self.open[i].1 + 1 } else { 1 };
        // The last word may be half heard.
        let most = new.len().saturating_sub(1);
        let sure = |&i: &usize| agreeing(i) >= AGREEING && settled(&new[i]);
        let count = (0..most).take_while(sure).count();
        let open = (count..new.len()).map(|i| (new[i].clone(), agreeing(i))).collect();
        self.stable.extend_from_slice(&new[..count]);
        self.open = open;
    }

    /// All words so far as text, and how many of its characters will not change.
    pub fn text(&self) -> (String, usize) {
        let all: Vec<&str> =
            self.stable.iter().chain(self.open.iter().map(|(word, _)| word)).map(text_of).collect();
        (all.join(" "), joined(&self.stable).chars().count())
    }

    /// Makes the final words begin with those that were promised.
    pub fn keep_promise(&self, last: &mut Transcript) {
        if self.stable.is_empty() {
            return;
        }
        let from = kept(&self.stable, &last.words);
        let mut words = self.stable.clone();
        if from == self.stable.len() {
            // Word for word: the final times are the better ones.
            for (word, last) in words.iter_mut().zip(&last.words) {
                (word.span, word.p) = (last.span, last.p);
            }
        }
        words.extend(last.words.drain(from..));
        last.text = joined(&words);
        last.words = words;
    }
}

fn text_of(word: &Word) -> &str {
    &word.text
}

fn joined(words: &[Word]) -> String {
    words.iter().map(text_of).collect::<Vec<_>>().join(" ")
}

fn same(a: &Word, b: &Word) -> bool {
    let plain = |word: &Word| -> String {
        word.text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    plain(a) == plain(b)
}

/// How many of the first `words` say the same as all of `stable`: the number with the least edit
/// distance, and of those the nearest to the length of `stable`.
fn kept(stable: &[Word], words: &[Word]) -> usize {
    // `row[k]`: distance between the stable words so far and the first k words.
    let mut row: Vec<usize> = (0..=words.len()).collect();
    for (i, own) in stable.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (k, word) in words.iter().enumerate() {
            let replaced = diagonal + usize::from(!same(own, word));
            diagonal = row[k + 1];
            row[k + 1] = replaced.min(row[k] + 1).min(diagonal + 1);
        }
    }
    let cost = |k: usize| (row[k], k.abs_diff(stable.len()));
    (0..=words.len()).min_by_key(|&k| cost(k)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::CallSpan;

    /// Words of half a second each.
    fn words(text: &str) -> Vec<Word> {
        let at = |i: usize| CallTime::from_secs(i as f64 * 0.5);
        let word = |(i, text): (usize, &str)| Word {
            text: text.to_owned(),
            span: CallSpan::new(at(i), at(i + 1)),
            p: 0.9,
        };
        text.split_whitespace().enumerate().map(word).collect()
    }

    fn hear(hypotheses: &[&str]) -> PartialText {
        let mut partial = PartialText::default();
        for text in hypotheses {
            let words = words(text);
            let end = words.last().map_or(CallTime::ZERO, |word| word.span.end);
            partial.update(&words, end);
        }
        partial
    }

    #[test]
    fn what_three_hypotheses_agree_on_is_stable_but_for_what_was_just_said() {
        let first = "I ordered it";
        assert_eq!(hear(&[first]).text(), (first.into(), 0));
        assert_eq!(hear(&[first, "I ordered it three weeks ago."]).text().1, 0);
        let partial = hear(&[first, "I ordered it three weeks", "I ordered it three weeks ago."]);
        assert_eq!(partial.text(), ("I ordered it three weeks ago.".into(), "I ordered it".len()));
        let changed = hear(&[first, "I audited it three weeks", "I ordered it three weeks ago."]);
        assert_eq!(changed.text().1, "I".len());
        let short = hear(&["I ordered", "I ordered it.", "I ordered it three"]);
        assert_eq!(short.text(), ("I ordered it three".into(), "I".len()));
    }

    #[test]
    fn what_is_stable_stays_whatever_is_heard_later() {
        let once = "I ordered it three weeks";
        let first = [once, once, "I ordered it three weeks ago and"];
        let mut partial = hear(&first);
        let (before, stable) = partial.text();
        let other = words("I have ordered it free weeks ago and it still hasn't");
        partial.update(&other, other[9].span.end);
        let (after, more) = partial.text();
        assert!(more >= stable);
        assert_eq!(after[..stable], before[..stable]);
        assert!(after.ends_with("weeks ago and it still hasn't"), "{after}");
    }

    #[test]
    fn the_final_text_begins_with_what_was_promised() {
        let once = "i ordered it three weeks";
        let partial = hear(&[once, once, "I ordered it three weeks ago and it"]);
        let end = |text: &str| {
            let words = words(text);
            let mut last = Transcript { text: joined(&words), words, ..Transcript::default() };
            partial.keep_promise(&mut last);
            assert_eq!(joined(&last.words), last.text);
            last.text
        };
        let promised = partial.text();
        let promised: String = promised.0.chars().take(promised.1).collect();
        assert_eq!(promised, "I ordered it three weeks");
        assert_eq!(
            end("I ordered it. Three weeks ago and so"),
            "I ordered it three weeks ago and so"
        );
        assert_eq!(end("I've ordered it three weeks ago"), "I ordered it three weeks ago");
        assert_eq!(end(""), "I ordered it three weeks");
        let mut untouched = Transcript { text: "Yes.".into(), ..Transcript::default() };
        PartialText::default().keep_promise(&mut untouched);
        assert_eq!(untouched.text, "Yes.");
    }

    #[test]
    fn a_word_more_or_less_is_found() {
        assert_eq!(kept(&words("a b c"), &words("a b c d e")), 3);
        assert_eq!(kept(&words("a b c"), &words("a x b c d e")), 4);
        assert_eq!(kept(&words("a b c"), &words("b c d e")), 2);
        assert_eq!(kept(&[], &words("b c")), 0);
        assert_eq!(kept(&words("a"), &[]), 0);
    }
}
