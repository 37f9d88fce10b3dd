//! What an utterance does, and what is due after it, as its words show it.

use std::ops::Range;

/// One thing that an utterance does: a practice, kept or broken, or a remark.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// Its name, from [`PRACTICES`](crate::event::PRACTICES) or
    /// [`REMARKS`](crate::event::REMARKS).
    pub name: &'static str,
    /// Whether the practice is done badly: `not-defensive` by an agent who argues.
    pub broken: bool,
    /// How sure that is, 0 to 1; 0.5 is the threshold, and what lies below is not told.
    pub score: f32,
    /// The words that carry it, of [`spoken::words`](super::spoken::words) of the text.
    pub words: Range<usize>,
}

/// All that an utterance does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// In the order of [`LABELS`](super::practices::LABELS); each at most once.
    pub acts: Vec<Act>,
    /// Of a complaint: what kind of problem it is, from [`ISSUES`](super::practices::ISSUES), and how
    /// likely, 0 to 1, if one is likelier than all others together.
    pub issue: Option<(&'static str, f32)>,
}
