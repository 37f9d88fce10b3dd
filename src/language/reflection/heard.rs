//! What was heard, made fit to be said again: words with the marks between them, without
//! fillers, hedges, false starts and swearing that only adds force.

use super::super::redact::Redaction;
use super::super::spoken;
use super::question::opens;
use super::tables::Tables;

/// The longest false start that is taken back, in words.
const LONGEST_REPEAT: usize = 5;

/// What mark follows a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    None,
    /// A comma or a dash: a clause may end.
    Comma,
    /// A sentence ends.
    Stop,
    /// A question ends.
    Question,
}

/// A word as it was heard.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// In lower case, apostrophes and hyphens within it.
    pub text: String,
    /// How it is written, where that is not `text`: "PIN".
    pub shown: Option<String>,
    /// Whether it must not be shown.
    pub private: bool,
    /// What follows it.
    pub mark: Mark,
}

impl AsRef<str> for Word {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl Word {
    /// A word that was not heard.
    pub fn new(text: &str) -> Word {
        Word { text: text.to_owned(), shown: None, private: false, mark: Mark::None }
    }
}

/// The words of `text` as they were said.
pub(super) fn hear(text: &str, redaction: &Redaction) -> Vec<Word> {
    let text = text.replace('\u{2026}', "... ").replace(['\u{2014}', '\u{2013}'], " - ");
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let mut private = vec![false; tokens.len()];
    for found in redaction.find(&tokens) {
        private[found.words].fill(true);
    }
    // Where all is in capitals, they say nothing about how a word is written.
    let shouted = !text.contains(char::is_lowercase);
    let mut words: Vec<Word> = Vec::new();
    for (token, private) in tokens.into_iter().zip(private) {
        let core = token.trim_matches(|c: char| !c.is_alphanumeric());
        let after = &token[token.trim_end_matches(|c: char| !c.is_alphanumeric()).len()..];
        let mark = if after.contains('?') {
            Mark::Question
        } else if after.contains(['.', '!', ';', ':']) && !after.contains("..") {
            Mark::Stop
        } else if after.contains([',', '-', '.', ')']) {
            Mark::Comma
        } else {
            Mark::None
        };
        // "th- the parcel": a word that was not finished.
        if core.is_empty() || (after.starts_with('-') && core.len() < 5) {
            let mark = if core.is_empty() { mark } else { Mark::None };
            if let Some(last) = words.last_mut() {
                last.mark = last.mark.max(mark);
            }
            continue;
        }
        let spelt: Vec<String> = if core.contains('-') {
            let parts = core.split('-').map(|part| spoken::words(part).join(""));
            vec![parts.collect::<Vec<_>>().join("-")]
        } else {
            spoken::words(core)
        };
        let inner_capital = core.chars().skip(1).any(char::is_uppercase) && !shouted;
        // These two are verbs as well.
        let month = matches!(core, "March" | "May") && !words.is_empty() && !shouted;
        let count = spelt.len();
        for (nth, text) in spelt.into_iter().enumerate() {
            let shown = ((inner_capital || month) && count == 1).then(|| core.to_owned());
            let mark = if nth + 1 == count { mark } else { Mark::None };
            join(&mut words, Word { text, shown, private, mark });
        }
    }
    words
}

/// Appends a word; "don" and "t" become one.
fn join(words: &mut Vec<Word>, word: Word) {
    if let Some(last) = words.last_mut()
        && last.mark == Mark::None
        && word.text.len() <= 2
        && let [joined] = &spoken::words(&format!("{} {}", last.text, word.text))[..]
    {
        last.text.clone_from(joined);
        last.mark = word.mark;
    } else {
        words.push(word);
    }
}

/// Other ways to say "you", and what recognisers and speakers leave apart: "i am".
fn levelled(mut words: Vec<Word>) -> Vec<Word> {
    let mut at = 0;
    while at < words.len() {
        match words[at].text.as_str() {
            // No "con" to be rude with.
            "air" if words.get(at + 1).is_some_and(|next| next.text == "con") => {
                let con = words.remove(at + 1);
                words[at].text = "air con".to_owned();
                words[at].mark = con.mark;
            }
            "ye" | "y'all" | "youse" | "yous" => words[at].text = "you".to_owned(),
            "y'all's" | "yer" => words[at].text = "your".to_owned(),
            "y'all've" => words[at].text = "you've".to_owned(),
            "y'all're" => words[at].text = "you're".to_owned(),
            // The Irish perfect.
            "after"
                if at > 0
                    && words[at - 1].text == "i'm"
                    && words.get(at + 1).is_some_and(|w| w.text == "getting") =>
            {
                words[at - 1].text = "i've".to_owned();
                words[at].text = "got".to_owned();
                words.remove(at + 1);
            }
            "your"
                if words.get(at + 1).is_some_and(|w| matches!(w.text.as_str(), "lot" | "guys")) =>
            {
                words[at].text = "you".to_owned();
            }
            _ => {}
        }
        let joint = match (words[at].text.as_str(), words.get(at + 1).map(|w| w.text.as_str())) {
            ("i", Some("am")) => "i'm",
            ("we", Some("are")) => "we're",
            ("you", Some("are")) => "you're",
            ("they", Some("are")) => "they're",
            ("it", Some("is")) => "it's",
            ("there", Some("is")) => "there's",
            _ => "",
        };
        // Not at an end: "that's how it is".
        let goes_on = words.get(at + 1).is_some_and(|next| next.mark == Mark::None);
        if !joint.is_empty() && at + 2 < words.len() && goes_on && words[at].mark == Mark::None {
            words[at].text = joint.to_owned();
            words.remove(at + 1);
        }
        at += 1;
    }
    words
}

/// Takes out what was not meant to be said.
pub(super) fn cleaned(words: Vec<Word>, tables: &Tables) -> Vec<Word> {
    let words = levelled(words);
    let mut kept: Vec<Word> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        // "It's been, what, three weeks."
        let aside = words[at].text == "what"
            && words[at].mark == Mark::Comma
            && kept.last().is_some_and(|last: &Word| last.mark == Mark::Comma);
        if aside {
            if let Some(last) = kept.last_mut() {
                last.mark = Mark::None;
            }
            at += 1;
        } else if let Some((len, ())) = tables.drop.at(&words[at..]) {
            keep_mark(&mut kept, words[at + len - 1].mark);
            at += len;
        } else {
            kept.push(words[at].clone());
            at += 1;
        }
    }
    let kept = without_repeats(kept);
    without_repeats(without_markers(kept, tables))
}

fn keep_mark(words: &mut [Word], mark: Mark) {
    if let Some(last) = words.last_mut() {
        last.mark = last.mark.max(mark);
    }
}

/// Takes back what was said twice in a row: "the dress, the dress i got".
fn without_repeats(mut words: Vec<Word>) -> Vec<Word> {
    for len in (1..=LONGEST_REPEAT).rev() {
        let mut at = 0;
        while at + 2 * len <= words.len() {
            let (first, second) = (&words[at..at + len], &words[at + len..at + 2 * len]);
            let same = first.iter().zip(second).all(|(a, b)| a.text == b.text)
                && first.iter().all(|word| word.mark <= Mark::Comma);
            if same {
                words.drain(at..at + len);
            } else {
                at += 1;
            }
        }
    }
    words
}

/// Takes out "right", "you know" and the like where they stand apart, and ends a clause there.
fn without_markers(words: Vec<Word>, tables: &Tables) -> Vec<Word> {
    let mut kept: Vec<Word> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let apart = |len: usize| {
            let mark = words[at + len - 1].mark;
            let begins = kept.last().is_none_or(|last| last.mark > Mark::None);
            mark > Mark::None
                || begins
                || words.get(at + len).is_none_or(|next| begins_clause(&next.text))
        };
        match tables.markers.at(&words[at..]) {
            // "no signal", "all right i", "it's like i".
            Some((len, ())) if apart(len) && !belongs(&kept, &words[at..at + len]) => {
                keep_mark(&mut kept, words[at + len - 1].mark.max(Mark::Comma));
                at += len;
            }
            _ => {
                kept.push(words[at].clone());
                at += 1;
            }
        }
    }
    kept
}

/// Whether a marker belongs to what was said before it.
fn belongs(before: &[Word], marker: &[Word]) -> bool {
    let Some(last) = before.last().filter(|last| last.mark == Mark::None) else {
        return marker[0].text == "no" && marker[0].mark == Mark::None;
    };
    match marker[0].text.as_str() {
        "right" | "well" | "okay" | "ok" => matches!(
            last.text.as_str(),
            "all"
                | "not"
                | "is"
                | "isn't"
                | "was"
                | "wasn't"
                | "be"
                | "been"
                | "it"
                | "the"
                | "as"
                | "very"
                | "fit"
                | "work"
                | "working"
                | "done"
                | "feel"
                | "look"
                | "looks"
                | "a"
                | "my"
                | "put"
                | "that"
                | "go"
                | "went"
        ),
        "you" => matches!(last.text.as_str(), "do" | "did" | "let" | "that" | "if" | "don't"),
        "look" | "listen" | "no" | "like" | "sorry" | "yes" => true,
        _ => false,
    }
}

/// Whether a new clause is likely to begin with this word.
fn begins_clause(word: &str) -> bool {
    opens(word) || matches!(word, "so" | "and" | "but" | "because" | "the" | "my")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let words = cleaned(hear(text, &Redaction::default()), &Tables::default());
        let mut said = String::new();
        for word in words {
            said.push_str(word.shown.as_deref().unwrap_or(&word.text));
            said.push_str(match word.mark {
                Mark::None => " ",
                Mark::Comma => ", ",
                Mark::Stop => ". ",
                Mark::Question => "? ",
            });
        }
        assert_eq!(said.trim_end(), expected, "{text}");
    }

    #[test]
    fn fillers_hedges_and_oaths_go() {
        check("Um, it's, er, honestly the bloody PIN.", "it's, the PIN.");
        check("i think maybe it s broken possibly", "it's broken");
    }

    #[test]
    fn false_starts_are_taken_back() {
        check("The, the dress, um, the dress I got is wrong.", "the dress i got is wrong.");
        check("th- the parcel and then, and then it broke", "the parcel and then it broke");
        check("it rings and rings", "it rings and rings");
        check("it's been, what, three weeks", "it's been three weeks");
    }

    #[test]
    fn words_apart_end_a_clause() {
        check("i took the day off right i waited", "i took the day off, i waited");
        check("we have no signal, you know, at all", "we have no signal, at all");
        check("it doesn't fit right", "it doesn't fit right");
        check("No, no hot water \u{2014} none", "no hot water, none");
    }
}
