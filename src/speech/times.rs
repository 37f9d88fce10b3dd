//! When each word of an utterance is said.
//!
//! Whisper's own times are rough: against forced alignments of read prompts they lie twice as far off as
//! what is done here ([measured](../../docs/measurements.md#times-of-words)). The words share the time
//! in which the utterance is loud, each by its letters; pauses belong to none.

use crate::units::{CallSpan, CallTime, ENGINE_RATE};

/// Samples between two readings of level: 10 ms.
const STEP: usize = 160;
/// Readings that are smoothed into one.
const SMOOTHED: usize = 3;
/// What is so far below the loudest is a pause; in noise, what lies in this share of the way from the
/// quietest to the loudest.
const PAUSE_BELOW_DB: f32 = 20.0;
const PAUSE_SHARE: f32 = 0.3;
/// The loudest and the quietest, as shares of all readings from the quietest on.
const LOUD: f32 = 0.95;
const QUIET: f32 = 0.05;
/// Readings of quiet within a word, the closure of a plosive say: less is no pause.
const LEAST_PAUSE: usize = 15;
/// Letters that a digit is worth: "7" is said as "seven".
const LETTERS_A_DIGIT: f64 = 3.0;

/// The span of each of `words`, in order and within `speech`, of which `audio` begins at `audio_start`
/// (16 kHz mono). Without audio they share the speech evenly by their letters.
pub fn of_words(
    words: &[String],
    speech: CallSpan,
    audio: &[f32],
    audio_start: CallTime,
) -> Vec<CallSpan> {
    let loud = loud_steps(speech, audio, audio_start);
    let step_at = |place: f64| loud[(place as usize).min(loud.len() - 1)];
    let within = |moment: CallTime| moment.clamp(speech.start, speech.end);
    let all: f64 = words.iter().map(|word| letters(word)).sum();
    let (mut before, mut earliest) = (0.0, speech.start);
    let mut spans = Vec::with_capacity(words.len());
    for word in words {
        let first = before / all * loud.len() as f64;
        before += letters(word);
        // The last of its own, of which there is one at least.
        let last = (before / all * loud.len() as f64 - 1.0).max(first);
        let start = within(step_at(first)).max(earliest);
        let end = within(step_at(last) + STEP as u64).max(start);
        earliest = end;
        spans.push(CallSpan::new(start, end));
    }
    spans
}

/// Beginnings of the steps of `speech` in which it is loud; of all where none is louder than others.
fn loud_steps(speech: CallSpan, audio: &[f32], audio_start: CallTime) -> Vec<CallTime> {
    let levels = levels_db(audio);
    let begins = |step: usize| audio_start + (step * STEP) as u64;
    let first = (speech.start - audio_start) as usize / STEP;
    let end = ((speech.end - audio_start) as usize).div_ceil(STEP).min(levels.len());
    let mut loud: Vec<bool> = match pause_below(&levels) {
        Some(least) => levels[first.min(end)..end].iter().map(|level| *level >= least).collect(),
        None => Vec::new(),
    };
    let mut last_loud = None;
    for step in 0..loud.len() {
        if loud[step] {
            if let Some(last) = last_loud.filter(|last| step - last <= LEAST_PAUSE) {
                loud[last..step].fill(true);
            }
            last_loud = Some(step);
        }
    }
    let steps: Vec<CallTime> = loud
        .iter()
        .enumerate()
        .filter(|(_, loud)| **loud)
        .map(|(i, _)| begins(first + i))
        .collect();
    if !steps.is_empty() {
        return steps;
    }
    let count = ((speech.end - speech.start) as usize).div_ceil(STEP).max(1);
    (0..count).map(|step| speech.start + (step * STEP) as u64).collect()
}

/// Below this level is a pause. `None` without audio.
fn pause_below(levels: &[f32]) -> Option<f32> {
    let mut sorted = levels.to_vec();
    sorted.sort_by(f32::total_cmp);
    let at = |share: f32| sorted.get((share * (sorted.len().max(1) - 1) as f32) as usize).copied();
    let (loud, quiet) = (at(LOUD)?, at(QUIET)?);
    Some((loud - PAUSE_BELOW_DB).max(quiet + PAUSE_SHARE * (loud - quiet)))
}

/// The level of each step, smoothed over its neighbours.
fn levels_db(audio: &[f32]) -> Vec<f32> {
    let energy: Vec<f32> = audio
        .chunks_exact(STEP)
        .map(|step| step.iter().map(|sample| sample * sample).sum::<f32>() / STEP as f32)
        .collect();
    let around = |step: usize| {
        let neighbours =
            &energy[step.saturating_sub(SMOOTHED / 2)..(step + SMOOTHED / 2 + 1).min(energy.len())];
        neighbours.iter().sum::<f32>() / neighbours.len() as f32
    };
    // Digital silence is -90 dB.
    (0..energy.len()).map(|step| 10.0 * around(step).max(1e-9).log10()).collect()
}

/// How long a word is, in letters.
fn letters(word: &str) -> f64 {
    let of = |c: char| match c {
        c if c.is_alphabetic() => 1.0,
        c if c.is_numeric() => LETTERS_A_DIGIT,
        _ => 0.0,
    };
    word.chars().map(of).sum::<f64>().max(1.0)
}

const _: () = assert!(STEP * 100 == ENGINE_RATE.0 as usize);

#[cfg(test)]
mod tests {
    use super::*;

    const START: CallTime = CallTime::from_frames(16_000);

    fn span(from: f64, to: f64) -> CallSpan {
        CallSpan::new(CallTime::from_secs(from), CallTime::from_secs(to))
    }

    /// Two seconds from [`START`] on: loud in `loud` (seconds of the call), `floor` elsewhere.
    fn audio(loud: &[(f64, f64)], floor: f32) -> Vec<f32> {
        let sample = |i: usize| {
            let at = 1.0 + i as f64 / 16_000.0;
            let level =
                if loud.iter().any(|(from, to)| (*from..*to).contains(&at)) { 0.3 } else { floor };
            if i.is_multiple_of(2) { level } else { -level }
        };
        (0..32_000).map(sample).collect()
    }

    fn spans(words: &str, speech: CallSpan, audio: &[f32]) -> Vec<(f64, f64)> {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        let secs = |moment: CallTime| (moment.frames() as f64 / 160.0).round() / 100.0;
        let of = |span: &CallSpan| (secs(span.start), secs(span.end));
        of_words(&words, speech, audio, START).iter().map(of).collect()
    }

    #[test]
    fn words_share_what_is_loud_and_a_pause_is_no_words_time() {
        for floor in [0.0, 0.01, 0.05] {
            let audio = audio(&[(1.2, 1.6), (2.2, 2.6)], floor);
            let found = spans("well, then", span(1.1, 2.8), &audio);
            let off = |a: f64, b: f64| (a - b).abs() > 0.011;
            let [(a, b), (c, d)] = found[..] else { panic!("{found:?}") };
            assert!(!off(a, 1.2) && !off(b, 1.6) && !off(c, 2.2) && !off(d, 2.6), "{found:?}");
        }
    }

    #[test]
    fn a_long_word_takes_longer_and_a_digit_is_said_as_a_word() {
        let audio = audio(&[(1.0, 3.0)], 0.0);
        assert_eq!(
            spans("a customer, 1 say", span(1.0, 2.5), &audio),
            [(1.0, 1.1), (1.1, 1.9), (1.9, 2.2), (2.2, 2.5)]
        );
    }

    #[test]
    fn a_plosive_is_no_pause() {
        let audio = audio(&[(1.2, 1.5), (1.6, 1.9)], 0.0);
        let found = spans("apt act", span(1.0, 3.0), &audio);
        assert!((found[0].1 - 1.55).abs() < 0.02 && found[0].1 == found[1].0, "{found:?}");
    }

    #[test]
    fn they_lie_within_the_speech_and_in_order_whatever_the_audio() {
        let silent = vec![0.0; 32_000];
        for audio in [&[][..], &[0.5; 100], &silent, &audio(&[(1.0, 1.2)], 0.1)] {
            for speech in [span(1.0, 3.0), span(1.5, 1.5), span(2.9, 9.0), span(1.2, 1.25)] {
                let found = spans("so I said one two three four five six seven", speech, audio);
                let (start, end) = (speech.start.frames(), speech.end.frames());
                let hundredths = |frames: u64| (frames as f64 / 160.0).round() / 100.0;
                assert_eq!(found.len(), 10);
                assert!(found[0].0 >= hundredths(start) && found[9].1 <= hundredths(end));
                assert!(found.iter().all(|(from, to)| from <= to));
                assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{found:?}");
            }
        }
    }

    #[test]
    fn without_audio_they_share_the_speech() {
        assert_eq!(spans("not yet", span(1.0, 1.6), &[]), [(1.0, 1.3), (1.3, 1.6)]);
    }
}
