//! Problems and promises at their place in what was said.

use super::form::{CharacterOffsets, Detected};
use crate::call::record::Span;
use crate::report::export::turn::{Offsets, Turn};
use crate::units::Party;

/// The turn of `party` in which `quote` was said, by its number, and where in it the words stand;
/// `None` where the party said nothing then. Where the turn's text has the quote otherwise, its
/// place is told by the times of the words; where these don't help either, it is the whole turn.
pub fn detected(
    turns: &[Turn],
    party: Party,
    span: Span,
    quote: &str,
) -> Option<(usize, Detected)> {
    let at = Offsets::of(span);
    let own = turns.iter().enumerate().filter(|(_, turn)| turn.party == Some(party));
    let (i, turn) = own
        .filter(|(_, turn)| turn.at.shared(at) > 0)
        .max_by_key(|(i, turn)| (turn.at.shared(at), std::cmp::Reverse(*i)))?;
    let (from, to) =
        verbatim(turn.text, quote).or_else(|| by_time(turn, at)).unwrap_or((0, turn.text.len()));
    let characters = |bytes: usize| turn.text[..bytes].chars().count();
    let character_offsets =
        CharacterOffsets { begin_offset_char: characters(from), end_offset_char: characters(to) };
    Some((i, Detected { character_offsets, text: turn.text[from..to].to_owned() }))
}

/// Where the quote stands in the text, in bytes.
fn verbatim(text: &str, quote: &str) -> Option<(usize, usize)> {
    let quote = quote.trim();
    let from = text.find(quote).filter(|_| !quote.is_empty())?;
    Some((from, from + quote.len()))
}

/// Where the words stand that were said within `at`, in bytes.
fn by_time(turn: &Turn, at: Offsets) -> Option<(usize, usize)> {
    let (mut place, mut found) = (0, None);
    for word in turn.words {
        let from = place + turn.text[place..].find(&word.w)?;
        place = from + word.w.len();
        let said = Offsets::of(word.span);
        let middle = said.begin + said.length() / 2;
        if (at.begin..at.end).contains(&middle) {
            let (first, _) = found.unwrap_or((from, place));
            found = Some((first, place));
        }
    }
    found
}
