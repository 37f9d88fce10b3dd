//! Which stretches of a redacted clip's sound are silent.

use super::clip::Uttered;
use crate::call::record::{Line, Record, Span};
use crate::units::{CallSpan, CallTime, Party};

/// So much before and after hidden words is silent as well: the times of words are no better.
/// docs/measurements.md, "Redaction", has how much would be heard with less.
pub const MARGIN_SECS: f64 = 0.5;
/// Between two words of an utterance nobody is silent for longer: it would have ended. Seconds.
const UNHEARD_SECS: f64 = 0.8;
/// A word that is said to last longer than this, and ten times its least length, has no right time.
/// Seconds.
const LONGEST_SECS: f64 = 1.5;
/// Speech that no utterance covers is silenced from this length on. Seconds.
const UNREAD_SECS: f64 = 0.25;

/// The stretches, in the order of time and apart from each other: hidden words with a margin, the
/// whole utterance where their times are not known, and speech of which there are no words. For both
/// parties: the one may be heard in the other's channel.
pub(super) fn spans(talk: &[Uttered<'_>], lines: &[Line], margin_secs: f64) -> Vec<CallSpan> {
    let mut spans: Vec<(f64, f64)> = Vec::new();
    for uttered in talk {
        let own = uttered.span;
        for words in runs(uttered) {
            let (mut start, mut end) = times(uttered, &words).unwrap_or((own.start.0, own.end.0));
            // What is at the edge of an utterance goes to the edge.
            if words.start == 0 {
                start = start.min(own.start.0);
            }
            if words.end == uttered.words.len() {
                end = end.max(own.end.0);
            }
            spans.push((start - margin_secs, end + margin_secs));
        }
    }
    spans.extend(talk.iter().flat_map(unheard));
    spans.extend(unread(talk, lines));
    joined(spans)
}

/// When the words were said, where their times are known and can be right: where half a number is lost, the
/// words that are left share its time, and in logs of whisper.cpp's own times half of an utterance may be at
/// its very end.
fn times(uttered: &Uttered<'_>, words: &std::ops::Range<usize>) -> Option<(f64, f64)> {
    let long_enough = |words: &[(&str, Option<Span>)]| {
        let (first, last) = (words.first()?.1?, words.last()?.1?);
        let text = words.iter().map(|(word, _)| least_secs(word)).sum::<f64>();
        (last.end.0 - first.start.0 >= text).then_some((first.start.0, last.end.0))
    };
    let too_long = |(word, span): &(&str, Option<Span>)| {
        span.is_none_or(|span| span.secs() > LONGEST_SECS + 10.0 * least_secs(word))
    };
    let secs =
        uttered.words.iter().filter_map(|(_, span)| Some(span.as_ref()?.secs())).sum::<f64>();
    let most = uttered.words.iter().map(|(word, _)| most_secs(word)).sum::<f64>();
    if secs > most || uttered.words.iter().any(too_long) {
        return None;
    }
    long_enough(&uttered.words[words.clone()])
}

/// Stretches of an utterance in which Whisper has heard no word though somebody speaks: between two words,
/// or within one that is far too long. Only where a digit was heard, as when half a number is lost: its
/// times are often a second off between sentences.
fn unheard(uttered: &Uttered<'_>) -> Vec<(f64, f64)> {
    let mut unheard = Vec::new();
    let digit = |(word, _): &(&str, Option<Span>)| word.contains(|c: char| c.is_ascii_digit());
    if uttered.found.is_empty() && !uttered.words.iter().any(digit) {
        return unheard;
    }
    let mut until = uttered.span.start.0;
    for (word, span) in &uttered.words {
        let Some(span) = span else { return Vec::new() };
        let word_end = span.start.0 + 10.0 * least_secs(word) + LONGEST_SECS;
        unheard.push((until, span.start.0));
        unheard.push((word_end, span.end.0));
        until = until.max(span.end.0.min(word_end));
    }
    unheard.push((until, uttered.span.end.0));
    unheard.retain(|(start, end)| end - start >= UNHEARD_SECS);
    unheard
}

/// Nobody says a word in less: a digit takes longer than a letter.
fn least_secs(word: &str) -> f64 {
    let secs = |c: char| if c.is_ascii_digit() { 0.1 } else { 0.02 };
    word.chars().filter(|c| c.is_alphanumeric()).map(secs).sum()
}

/// Nobody says all words of an utterance so slowly: what lasts longer has words that were not heard.
fn most_secs(word: &str) -> f64 {
    let secs = |c: char| if c.is_ascii_digit() { 0.45 } else { 0.15 };
    word.chars().filter(|c| c.is_alphanumeric()).map(secs).sum()
}

/// Hidden words that follow each other, whatever their kinds.
fn runs(uttered: &Uttered<'_>) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for found in &uttered.found {
        match runs.last_mut() {
            Some(last) if last.end == found.words.start => last.end = found.words.end,
            _ => runs.push(found.words.clone()),
        }
    }
    runs
}

/// Speech of which the log has no words: nobody knows what is said there.
fn unread(talk: &[Uttered<'_>], lines: &[Line]) -> Vec<(f64, f64)> {
    let mut unread = Vec::new();
    for line in lines {
        let Record::Speech { party, span } = &line.record else { continue };
        let mut left = vec![(span.start.0, span.end.0)];
        for (start, end) in read_by(talk, *party, *span) {
            left = left
                .into_iter()
                .flat_map(|(from, to)| [(from, to.min(start)), (from.max(end), to)])
                .filter(|(from, to)| to > from)
                .collect();
        }
        unread.extend(left.into_iter().filter(|(from, to)| to - from >= UNREAD_SECS));
    }
    unread
}

/// The utterances of a party that meet a span, each a little wider: a cut lies around speech.
fn read_by<'a>(
    talk: &'a [Uttered<'_>],
    party: Option<Party>,
    span: Span,
) -> impl Iterator<Item = (f64, f64)> + 'a {
    let own = talk.iter().filter(move |uttered| uttered.party == party);
    let wide = own.map(|uttered| (uttered.span.start.0 - 0.2, uttered.span.end.0 + 0.2));
    wide.filter(move |(start, end)| *start < span.end.0 && *end > span.start.0)
}

fn joined(mut spans: Vec<(f64, f64)>) -> Vec<CallSpan> {
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut joined: Vec<(f64, f64)> = Vec::new();
    for (start, end) in spans {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    let secs = |secs: f64| CallTime::from_secs(secs.max(0.0));
    joined.into_iter().map(|(start, end)| CallSpan::new(secs(start), secs(end))).collect()
}
