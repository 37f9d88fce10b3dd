//! Looking at what a decoder made of an utterance: is it words, and can they be right?

use super::times;
use super::transcript::Transcript;
use crate::config::WordsConfig;
use crate::event::{TranscribeRequest, Word};
use crate::units::{CallSpan, CallTime, ENGINE_RATE};

/// Longest phrase that is looked at for repeats, in words.
const LONGEST_PHRASE: usize = 8;
/// Fewer tokens than this are too few for their mean to say that a decode went wrong: short
/// answers are often unsure, and stay so.
const ENOUGH_TOKENS: usize = 5;
/// Speech after Whisper's last timestamp that is too long to be a breath. Timestamps are
/// often half a second early.
const UNHEARD_SECS: f64 = 1.0;

/// What a decoder gave.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// The words, in order.
    pub words: Vec<DecodedWord>,
    /// Text tokens.
    pub tokens: usize,
    /// Mean log-probability of the text tokens.
    pub mean_logprob: f32,
    /// Mean probability of the text tokens.
    pub mean_p: f32,
    /// Probability that nobody speaks.
    pub no_speech: f32,
    /// The timestamp with which it ended, in hundredths of a second from the beginning of
    /// the audio; `None` where it ended with a word.
    pub last_mark_cs: Option<i64>,
    /// Whether it was stopped for going on too long.
    pub capped: bool,
}

/// A token of text.
pub struct TextToken {
    /// UTF-8; it may end within a character. A word begins with a space.
    pub bytes: Vec<u8>,
    /// Its probability.
    pub p: f32,
    /// The logarithm of that.
    pub logprob: f32,
}

/// One word of what was decoded.
#[derive(Clone, Debug, Default)]
pub struct DecodedWord {
    bytes: Vec<u8>,
    p_sum: f32,
    tokens: usize,
}

impl DecodedWord {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).trim().to_owned()
    }
}

impl Decoded {
    /// Puts the text into it, which has none yet.
    pub fn put_text(&mut self, tokens: &[TextToken]) {
        let (mut log_sum, mut p_sum) = (0.0, 0.0);
        for token in tokens {
            if token.bytes.first() == Some(&b' ') || self.words.is_empty() {
                self.words.push(DecodedWord::default());
            }
            let word = self.words.last_mut().expect("one has just been put there");
            word.bytes.extend_from_slice(&token.bytes);
            word.p_sum += token.p;
            word.tokens += 1;
            log_sum += token.logprob;
            p_sum += token.p;
        }
        self.tokens = tokens.len();
        if !tokens.is_empty() {
            self.mean_logprob = log_sum / tokens.len() as f32;
            self.mean_p = p_sum / tokens.len() as f32;
        }
    }

    /// Whether a fast decode of `request` should be done again.
    pub fn looks_wrong(&self, config: &WordsConfig, request: &TranscribeRequest) -> bool {
        let speech_secs = request.span.secs();
        let words: Vec<String> = self.words.iter().map(|word| word.text().to_lowercase()).collect();
        let per_sec = words.len() as f64 / speech_secs.max(0.5);
        self.capped
            || self.stopped_early(request).is_some()
            || self.tokens >= ENOUGH_TOKENS && self.mean_logprob < config.min_logprob
            || per_sec > f64::from(config.max_words_per_sec)
            || longest_run(&words).is_some_and(|run| run.times > config.max_repeats as usize)
    }

    /// Where it ended, if that leaves speech unheard.
    pub fn stopped_early(&self, request: &TranscribeRequest) -> Option<CallTime> {
        let heard_to = request.audio_start + frames(self.last_mark_cs?);
        (request.span.end.secs_since(heard_to) > UNHEARD_SECS).then_some(heard_to)
    }

    /// The words that are words, at their times in the call; where it stopped early, before that.
    pub fn into_transcript(
        self,
        request: &TranscribeRequest,
        config: &WordsConfig,
        redo: bool,
    ) -> Transcript {
        let nobody = self.no_speech >= config.no_speech_probability
            && self.mean_logprob < config.no_speech_logprob;
        let mut words = if nobody { Vec::new() } else { self.spoken() };
        // With the full context as well: a loop, of which one round may be right.
        if self.capped {
            let texts: Vec<String> = words.iter().map(|w| w.text().to_lowercase()).collect();
            if let Some(run) = longest_run(&texts).filter(|run| run.times > 2) {
                words.truncate(run.start + run.phrase);
            }
        }
        let texts: Vec<String> = words.iter().map(DecodedWord::text).collect();
        let end = self.stopped_early(request).unwrap_or(request.span.end);
        let heard = CallSpan::new(request.span.start.min(end), end);
        let spans = times::of_words(&texts, heard, &request.samples, request.audio_start);
        let words: Vec<Word> = words
            .iter()
            .zip(texts)
            .zip(spans)
            .map(|((word, text), span)| Word {
                text,
                span,
                p: word.p_sum / word.tokens.max(1) as f32,
            })
            .collect();
        let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let text = text.join(" ");
        let confidence = if words.is_empty() { 0.0 } else { self.mean_p };
        Transcript { text, words, confidence, redo }
    }

    /// Without what Whisper writes for sounds that are no words: `[BLANK_AUDIO]`, `(sighs)`,
    /// `♪ …`, `*beep*`.
    fn spoken(&self) -> Vec<DecodedWord> {
        let mut closing: Option<char> = None;
        let is_spoken = |word: &&DecodedWord| {
            let text = word.text();
            let opens = match text.chars().next() {
                Some('[') => Some(']'),
                Some('(') => Some(')'),
                Some('*') => Some('*'),
                Some('♪') => Some('♪'),
                _ => None,
            };
            let inside = closing.is_some() || opens.is_some();
            let mark = closing.or(opens);
            let rest =
                if closing.is_none() { text.chars().skip(1).collect() } else { text.clone() };
            closing = mark.filter(|&mark| !rest.contains(mark));
            !inside && text.chars().any(char::is_alphanumeric)
        };
        self.words.iter().filter(is_spoken).cloned().collect()
    }
}

/// Frames at the engine's rate in `cs` hundredths of a second.
fn frames(cs: i64) -> u64 {
    cs.max(0) as u64 * u64::from(ENGINE_RATE.hz()) / 100
}

/// A phrase that stands several times in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    start: usize,
    phrase: usize,
    times: usize,
}

/// The run that repeats most often, if anything stands twice in a row.
fn longest_run(words: &[String]) -> Option<Run> {
    let mut longest: Option<Run> = None;
    for phrase in 1..=LONGEST_PHRASE.min(words.len() / 2) {
        for start in 0..words.len() - phrase {
            let first = &words[start..start + phrase];
            let times =
                words[start..].chunks_exact(phrase).take_while(|next| *next == first).count();
            if times > 1 && longest.is_none_or(|run| times > run.times) {
                longest = Some(Run { start, phrase, times });
            }
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Urgency;

    fn decoded(text: &str) -> Decoded {
        let words: Vec<DecodedWord> = text
            .split(' ')
            .map(|word| DecodedWord {
                bytes: format!(" {word}").into_bytes(),
                p_sum: 0.8,
                tokens: 1,
            })
            .collect();
        Decoded {
            tokens: words.len(),
            words,
            mean_logprob: -0.3,
            mean_p: 0.8,
            ..Decoded::default()
        }
    }

    fn request(secs: f64) -> TranscribeRequest {
        let start = CallTime::from_secs(10.0);
        TranscribeRequest {
            urgency: Urgency::Final,
            id: 0,
            party: None,
            span: CallSpan::new(start, start.shifted(secs)),
            audio_start: start.shifted(-0.25),
            samples: Vec::new(),
        }
    }

    fn text(decoded: Decoded) -> String {
        decoded.into_transcript(&request(5.0), &WordsConfig::default(), false).text
    }

    #[test]
    fn sounds_are_not_words() {
        assert_eq!(text(decoded("[BLANK_AUDIO]")), "");
        assert_eq!(text(decoded("(upbeat music playing) Hello there.")), "Hello there.");
        assert_eq!(text(decoded("I *sighs* know. ♪ la la ♪")), "I know.");
        assert_eq!(text(decoded("Well ... - yes")), "Well yes");
    }

    #[test]
    fn what_looks_wrong_is_done_again() {
        let config = WordsConfig::default();
        let wrong = |decoded: &Decoded, secs| decoded.looks_wrong(&config, &request(secs));
        let good = decoded("it came with a broken door");
        assert!(!wrong(&good, 2.0));
        assert!(wrong(&good, 0.5), "twelve words a second");
        assert!(wrong(&Decoded { mean_logprob: -1.2, ..good.clone() }, 2.0));
        assert!(wrong(&Decoded { capped: true, ..good }, 2.0));
        // The audio begins a quarter of a second before the speech.
        assert!(wrong(&Decoded { last_mark_cs: Some(200), ..decoded("it came") }, 3.0));
        assert!(!wrong(&Decoded { last_mark_cs: Some(250), ..decoded("it came") }, 3.0));
        assert!(wrong(&decoded("a door a door a door a door a door"), 5.0));
        assert!(!wrong(&decoded("no no no I said no"), 3.0));
    }

    #[test]
    fn a_loop_is_told_once() {
        let looped = Decoded { capped: true, ..decoded("so I said my door my door my door my") };
        assert_eq!(text(looped), "so I said my door");
    }

    #[test]
    fn unsure_words_where_nobody_speaks_are_dropped() {
        let unsure = Decoded { no_speech: 0.9, mean_logprob: -1.1, ..decoded("thank you") };
        assert_eq!(text(unsure), "");
        let sure = Decoded { no_speech: 0.9, mean_logprob: -0.2, ..decoded("thank you") };
        assert_eq!(text(sure), "thank you");
    }

    #[test]
    fn words_lie_within_what_was_heard() {
        let request = request(4.0);
        let of = |decoded: Decoded| {
            let words = decoded.into_transcript(&request, &WordsConfig::default(), false).words;
            (words[0].span.start, words[3].span.end)
        };
        assert_eq!(of(decoded("one two three four")), (request.span.start, request.span.end));
        let early = Decoded { last_mark_cs: Some(225), ..decoded("one two three four") };
        assert_eq!(of(early), (request.span.start, request.span.start.shifted(2.0)));
    }
}
