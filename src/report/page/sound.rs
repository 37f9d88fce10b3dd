//! The sound of a call, as far as its page can play and draw it.

use std::path::Path;

use super::link;
use crate::audio::outline::Outline;
use crate::call::file::is_locked;
use crate::call::folder::AUDIO_NAME;
use crate::call::record::{Line, Record};
use crate::units::Party;

/// Stretches in which the sound is read: some to each column of the picture. Seconds.
const STEP_SECS: f64 = 0.02;
/// Fainter channels are taken for silent: −50 dB of full scale.
const FAINT: f32 = 0.003;
/// Quiet speech is to be seen beside loud: about the square root, as the ear hears more evenly than a
/// ruler measures.
const EVENNESS: f32 = 0.6;
/// The height of speech whose level is not known.
const PLAIN_HEIGHT: f64 = 0.55;

/// What there is to hear.
pub enum Sound {
    /// The sound is kept.
    Kept {
        /// Where it is, as a link from the page.
        link: String,
        /// How loud it gets.
        outline: Outline,
    },
    /// It was never kept, or is gone.
    Missing,
    /// It is there and can't be used: why.
    Unreadable(String),
}

impl Sound {
    /// The sound in a call's folder, for the page at `page`.
    pub fn beside(folder: &Path, page: &Path) -> Sound {
        let path = folder.join(AUDIO_NAME);
        if is_locked(&path) {
            return Sound::Unreadable("it is locked".into());
        }
        if !path.exists() {
            return Sound::Missing;
        }
        match Outline::read(&path, STEP_SECS) {
            Ok(outline) => Sound::Kept { link: link::between(page, &path), outline },
            Err(why) => Sound::Unreadable(why.to_string()),
        }
    }

    /// Heights from 0 to 1 in each of `columns` equal parts of a call of `secs` seconds: of a
    /// party's channel, or of the first for `None`, as a mono mix has it. Each channel is drawn
    /// against its own loudest part.
    pub fn heights(
        &self,
        party: Option<Party>,
        lines: &[Line],
        secs: f64,
        columns: usize,
    ) -> Vec<f64> {
        match self {
            Sound::Kept { outline, .. } => {
                let channel = usize::from(party == Some(Party::Customer));
                let peaks = outline.channels.get(channel).or(outline.channels.first());
                let peaks = peaks.map_or(&[][..], Vec::as_slice);
                heard(peaks, outline.step_secs, secs, columns)
            }
            Sound::Missing | Sound::Unreadable(_) => logged(party, lines, secs, columns),
        }
    }
}

/// From the sound.
fn heard(peaks: &[f32], step_secs: f64, secs: f64, columns: usize) -> Vec<f64> {
    let mut loudest = vec![0.0_f32; columns];
    for (i, peak) in peaks.iter().enumerate() {
        let column = (i as f64 * step_secs / secs * columns as f64) as usize;
        if let Some(loudest) = loudest.get_mut(column) {
            *loudest = loudest.max(*peak);
        }
    }
    let full = loudest.iter().copied().fold(FAINT, f32::max);
    loudest.iter().map(|peak| f64::from((peak / full).powf(EVENNESS))).collect()
}

/// From the log's speech spans, and the level in them where it was measured.
fn logged(party: Option<Party>, lines: &[Line], secs: f64, columns: usize) -> Vec<f64> {
    let mut heights = vec![0.0; columns];
    let range = |start: f64, end: f64| {
        let column = |at: f64| ((at / secs * columns as f64) as usize).min(columns);
        column(start)..column(end).max(column(start) + 1).min(columns)
    };
    for line in lines {
        if let Record::Speech { party: of, span } = &line.record
            && *of == party
        {
            heights[range(span.start.0, span.end.0)].fill(PLAIN_HEIGHT);
        }
    }
    for line in lines {
        if let Record::Measure { party: of, span, level_lu: Some(level), .. } = &line.record
            && *of == party
        {
            let height = (PLAIN_HEIGHT * 10.0_f64.powf(level / 20.0)).clamp(0.1, 1.0);
            let columns = heights[range(span.start.0, span.end.0)].iter_mut();
            columns.filter(|height| **height > 0.0).for_each(|column| *column = height);
        }
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_drawn_against_its_own_loudest_part() {
        // Two stretches a column; the last two lie after the end.
        let peaks = [0.1, 0.2, 0.4, 0.0, 0.0, 0.0, 0.9, 0.9];
        let heights = heard(&peaks, 1.0, 6.0, 3);
        assert_eq!((heights[1], heights[2]), (1.0, 0.0));
        assert!((heights[0] - 0.5_f64.powf(0.6)).abs() < 1e-6, "{heights:?}");
        assert_eq!(heard(&[], 1.0, 6.0, 2), [0.0, 0.0]);
        assert!(heard(&[0.0001], 1.0, 1.0, 1)[0] < 0.2);
    }

    #[test]
    fn without_sound_speech_is_drawn_from_the_log() {
        let line = |text: &str| serde_json::from_str::<Line>(text).unwrap();
        let lines = [
            line(r#"{"at":4,"type":"speech","party":"agent","start":2,"end":4}"#),
            line(
                r#"{"at":4,"type":"measure","party":"agent","start":3,"end":5,"pace_wpm":null,
                    "level_lu":-6.0206,"pitch_st":null}"#,
            ),
        ];
        let heights = Sound::Missing.heights(Some(Party::Agent), &lines, 10.0, 5);
        // From two to four seconds is the second column; the level is half as much.
        assert_eq!(
            heights.iter().map(|height| *height > 0.0).collect::<Vec<_>>(),
            [false, true, false, false, false]
        );
        assert!((heights[1] - PLAIN_HEIGHT / 2.0).abs() < 1e-3, "{heights:?}");
        assert_eq!(Sound::Missing.heights(None, &lines, 10.0, 5), [0.0; 5]);
    }
}
