//! A call's log without what identifies people, for other programs.

use super::clip::{Hidden, Uttered, find, uttered};
use crate::call::record::{Line, Record, Span, WordRecord};
use crate::language::redact::{Found, mask};
use crate::units::Party;

/// In the place of a file's name, which may hold a number or a name.
const NO_NAME: &str = "recording";

/// The lines of a log with numbers, names and addresses masked wherever they were said or are quoted,
/// without the customer, the names of files, and words that were not settled yet; and how many
/// words are masked. The call's own name stays, and so do the agent and the queue.
pub fn redacted(lines: &[Line]) -> (Vec<Line>, usize) {
    let mut talk = uttered(lines);
    find(&mut talk);
    let hidden = Hidden::of(&talk);
    let kept = lines.iter().filter(|line| !matches!(line.record, Record::Partial { .. }));
    let lines = kept.map(|line| {
        let mut line = line.clone();
        hide(&mut line.record, &talk, &hidden);
        line
    });
    let masked =
        |said: &Uttered<'_>| said.found.iter().map(|found| found.words.len()).sum::<usize>();
    (lines.collect(), talk.iter().map(masked).sum())
}

fn hide(record: &mut Record, talk: &[Uttered<'_>], hidden: &Hidden) {
    let quoted = |party: Option<Party>, span: Span, quote: &mut String| {
        *quote = quote_masked(quote, party, span, talk).unwrap_or_else(|| hidden.masked(quote));
    };
    match record {
        Record::Call { about, source, .. } => {
            about.customer = None;
            source.iter_mut().for_each(|source| source.name = NO_NAME.into());
        }
        Record::Utterance { party, span, text, words, .. } => {
            let own = |said: &&Uttered<'_>| said.party == *party && said.span == *span;
            let Some(said) = talk.iter().find(own) else { return };
            let spoken: Vec<&str> = said.words.iter().map(|(word, _)| *word).collect();
            *text = mask(&spoken, &said.found);
            *words = words_masked(words, said);
        }
        Record::Practice { party, span, quote, .. } => quoted(Some(*party), *span, quote),
        Record::Remark { party, span, quote, suggestion, .. } => {
            quoted(Some(*party), *span, quote);
            *suggestion = suggestion.as_deref().map(|text| hidden.masked(text));
        }
        Record::Issue { span, quote, .. } => quoted(Some(Party::Customer), *span, quote),
        Record::Promise { span, quote, .. } => quoted(Some(Party::Agent), *span, quote),
        Record::Cue(cue) => {
            cue.why = hidden.masked(&cue.why);
            cue.suggestion = cue.suggestion.as_deref().map(|text| hidden.masked(text));
        }
        Record::Tone { why, .. } => {
            why.iter_mut().for_each(|reason| reason.what = hidden.masked(&reason.what));
        }
        _ => {}
    }
}

/// A quote whose words are those of an utterance, with what is hidden there.
fn quote_masked(
    quote: &str,
    party: Option<Party>,
    span: Span,
    talk: &[Uttered<'_>],
) -> Option<String> {
    let words: Vec<&str> = quote.split_whitespace().collect();
    talk.iter()
        .filter(|said| said.party == party)
        .filter(|said| said.span.start.0 <= span.end.0 && span.start.0 <= said.span.end.0)
        .find_map(|said| {
            let spoken: Vec<&str> = said.words.iter().map(|(word, _)| *word).collect();
            let first = spoken.windows(words.len().max(1)).position(|part| part == words)?;
            let own = |found: &Found| {
                let from = found.words.start.max(first);
                let to = found.words.end.min(first + words.len());
                (from < to).then(|| Found { words: from - first..to - first, kind: found.kind })
            };
            let found: Vec<Found> = said.found.iter().filter_map(own).collect();
            Some(mask(&words, &found))
        })
}

/// The words of an utterance one by one: of what is hidden the first has the mask, the rest are gone.
/// None where their times are not known of all, so that nobody knows which they are.
fn words_masked(words: &[WordRecord], said: &Uttered<'_>) -> Vec<WordRecord> {
    if said.words.len() != words.len() || said.words.iter().any(|(_, span)| span.is_none()) {
        return Vec::new();
    }
    let mut masked = Vec::new();
    let mut at = 0;
    for Found { words: range, kind } in &said.found {
        masked.extend_from_slice(&words[at..range.start]);
        let part: Vec<&str> = said.words[range.clone()].iter().map(|(word, _)| *word).collect();
        let w = mask(&part, &[Found { words: 0..part.len(), kind: *kind }]);
        masked.push(WordRecord { w, ..words[range.start].clone() });
        at = range.end;
    }
    masked.extend_from_slice(&words[at..]);
    masked
}
