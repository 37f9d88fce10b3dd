//! What Whisper's tokens are: text, orders, and marks of time.

use std::ops::Range;

use crate::models::WhisperWeights;

/// Signs that are written and not spoken, which are never chosen, with a space before them or
/// without: the same as whisper.cpp's `non_speech_tokens`, after OpenAI's tokenizer.
const UNSPOKEN: [&str; 54] = [
    "\"",
    "#",
    "(",
    ")",
    "*",
    "+",
    "/",
    ":",
    ";",
    "<",
    "=",
    ">",
    "@",
    "[",
    "\\",
    "]",
    "^",
    "_",
    "`",
    "{",
    "|",
    "}",
    "~",
    "「",
    "」",
    "『",
    "』",
    "<<",
    ">>",
    "<<<",
    ">>>",
    "--",
    "---",
    "-(",
    "-[",
    "('",
    "(\"",
    "((",
    "))",
    "(((",
    ")))",
    "[[",
    "]]",
    "{{",
    "}}",
    "♪♪",
    "♪♪♪",
    "♩",
    "♪",
    "♫",
    "♬",
    "♭",
    "♮",
    "♯",
];
/// Within a word these are fine.
const NOT_BEFORE_A_WORD: [&str; 2] = [" -", " '"];

/// Tokens of the vocabularies with one language, and with many.
const OF_ENGLISH: usize = 51_864;
/// What follows the languages: translate, transcribe, start of a language model's text, of what was
/// before, nobody speaks, no timestamps.
const ORDERS: usize = 6;
/// Marks of time, from 0 to 30 s.
const MARKS: usize = 1_501;
/// From one mark to the next, in hundredths of a second.
const MARK_CS: i64 = 2;

/// The tokens of a model, by their numbers: text, the end of text, the start of a transcript,
/// languages, orders, marks.
pub struct Vocabulary {
    text: Vec<Vec<u8>>,
    many_languages: bool,
    tokens: usize,
}

impl Vocabulary {
    pub fn of(weights: &WhisperWeights) -> Vocabulary {
        let tokens = weights.hparams.n_vocab as usize;
        let many_languages = tokens > OF_ENGLISH;
        // As whisper.cpp counts; some files spell out more or less than the text.
        let end_of_text = 50_256 + usize::from(many_languages);
        let mut text = weights.tokens.clone();
        text.resize(end_of_text, Vec::new());
        Vocabulary { text, many_languages, tokens }
    }

    /// The first number after all text.
    pub fn end_of_text(&self) -> usize {
        self.text.len()
    }

    /// The mark of 0 s.
    pub fn first_mark(&self) -> usize {
        self.tokens - MARKS
    }

    /// The time that a token marks, in hundredths of a second from the beginning of the audio.
    pub fn mark_cs(&self, token: usize) -> Option<i64> {
        token.checked_sub(self.first_mark()).map(|place| place as i64 * MARK_CS)
    }

    fn start(&self) -> usize {
        self.end_of_text() + 1
    }

    /// Of the languages, in Whisper's order.
    pub fn languages(&self) -> Range<usize> {
        self.start() + 1..self.first_mark() - ORDERS
    }

    fn transcribe(&self) -> usize {
        self.languages().end + 1
    }

    fn nobody_speaks(&self) -> usize {
        self.first_mark() - 2
    }

    /// What a transcript in the `language`-th of the languages begins with.
    pub fn prompt(&self, language: usize) -> Vec<usize> {
        match self.many_languages {
            true => vec![self.start(), self.languages().start + language, self.transcribe()],
            false => vec![self.start()],
        }
    }

    /// What text a token is, in UTF-8; one may end within a character.
    pub fn text(&self, token: usize) -> &[u8] {
        &self.text[token]
    }

    /// What CTranslate2 is to call a token. It looks for some by name; the others need only differ.
    pub fn name(&self, token: usize) -> String {
        let special = |name: &str| format!("<|{name}|>");
        match token {
            _ if token == self.end_of_text() => special("endoftext"),
            _ if token == self.start() => special("startoftranscript"),
            _ if token == self.nobody_speaks() => special("nospeech"),
            _ if token + 1 == self.first_mark() => special("notimestamps"),
            _ => token.to_string(),
        }
    }

    /// Tokens that are never chosen.
    pub fn never(&self) -> Vec<usize> {
        let spaced = UNSPOKEN.iter().flat_map(|sign| [(*sign).to_owned(), format!(" {sign}")]);
        let unspoken: Vec<String> = spaced.chain(NOT_BEFORE_A_WORD.map(str::to_owned)).collect();
        let is_unspoken =
            |id: &usize| unspoken.iter().any(|sign| sign.as_bytes() == self.text[*id]);
        let orders = self.start()..self.first_mark() - 1;
        (0..self.end_of_text()).filter(is_unspoken).chain(orders).collect()
    }

    /// Tokens that are not chosen first: nothing, and a space.
    pub fn not_first(&self) -> Vec<usize> {
        let space = self.text.iter().position(|text| text == b" ");
        space.into_iter().chain([self.end_of_text()]).collect()
    }
}
