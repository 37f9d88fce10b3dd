//! What the encoder made of an utterance, kept until it is decoded beside others.
//!
//! The encoder is fastest for one utterance at a time, whose numbers fit the processor's cache, and the
//! decoder for many. CTranslate2's own batches are the same for both, and `ct2rs` shows nothing of what
//! lies in between; so it is taken out by the function of `StorageView` that gives its memory.

use std::ffi::c_void;

use ct2rs::sys::{Device, StorageView};

use super::failed;
use crate::speech::cut::FULL_CONTEXT;
use crate::speech::transcript::TranscribeError;

unsafe extern "C" {
    /// `const void* ctranslate2::StorageView::buffer() const`, named as the C++ ABI of all systems but
    /// Windows has it.
    #[link_name = "_ZNK11ctranslate211StorageView6bufferEv"]
    fn buffer(view: *const c_void) -> *const c_void;
}

/// Positions one after the other, a number for each of the encoder's width.
pub struct Encoded(Vec<f32>);

impl Encoded {
    /// Copies what lies in `view`, which CTranslate2 has made as 32-bit numbers in the main memory.
    pub fn of(view: &StorageView) -> Encoded {
        let count = usize::try_from(view.size()).unwrap_or(0);
        let raw: *const _ = &**view;
        // SAFETY: `raw` is the C++ object itself, alive as long as `view`. The member function takes
        // nothing else, and returns the beginning of `size()` numbers that belong to the object.
        let numbers = unsafe {
            let first = buffer(raw.cast()).cast::<f32>();
            if first.is_null() || count == 0 {
                &[]
            } else {
                std::slice::from_raw_parts(first, count)
            }
        };
        Encoded(numbers.to_vec())
    }

    /// Puts the last so many positions of `window`, which is a whole one, behind it.
    pub fn end_with(&mut self, Encoded(window): &Encoded, positions: usize) {
        let width = window.len() / FULL_CONTEXT as usize;
        self.0.extend_from_slice(&window[window.len() - positions * width..]);
    }
}

/// Several utterances of one context, side by side.
pub struct Joined {
    numbers: Vec<f32>,
    count: usize,
}

/// Puts them side by side.
pub fn joined<'a>(all: impl Iterator<Item = &'a Encoded>) -> Joined {
    let mut joined = Joined { numbers: Vec::new(), count: 0 };
    for Encoded(numbers) in all {
        joined.numbers.extend_from_slice(numbers);
        joined.count += 1;
    }
    joined
}

impl Joined {
    /// As CTranslate2 takes it, each utterance having so many positions.
    pub fn view(&mut self, positions: usize) -> Result<StorageView<'_>, TranscribeError> {
        let width = self.numbers.len() / (self.count * positions).max(1);
        let shape = [self.count, positions, width];
        StorageView::new(&shape, &mut self.numbers, Device::CPU).map_err(failed)
    }
}
