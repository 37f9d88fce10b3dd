//! What was said as subtitles: WebVTT (W3C) and SubRip.

use std::io::{self, Write};

use super::turn::turns;
use super::{is_whole, one_line};
use crate::call::record::Line;
use crate::report::wording;

/// Writes WebVTT: a cue an utterance, its speaker as the voice (`<v Agent>`), none in a mono mix.
/// What is markup in WebVTT is escaped. A log that was cut short says so in a `NOTE`.
pub fn write_vtt(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"WEBVTT\n")?;
    if !is_whole(lines) {
        out.write_all(b"\nNOTE The log of this call was cut short: its end is missing.\n")?;
    }
    for turn in turns(lines) {
        // A cue of no length is not valid.
        let end = turn.at.end.max(turn.at.begin + 1);
        let voice =
            turn.party.map_or(String::new(), |of| format!("<v {}>", wording::name(Some(of))));
        let text = one_line(turn.text).replace('&', "&amp;");
        // With the `>` goes the arrow, which would make times of the line.
        let text = text.replace('<', "&lt;").replace('>', "&gt;");
        let (from, to) = (clock(turn.at.begin, '.'), clock(end, '.'));
        write!(out, "\n{from} --> {to}\n{voice}{text}\n")?;
    }
    Ok(())
}

/// Writes SubRip, an entry an utterance, its speaker before the words (`Agent: `), none in a mono
/// mix. The format knows no escapes: angle brackets and braces, which players take for markup, are
/// written as signs that look like them.
pub fn write_srt(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    for (i, turn) in turns(lines).iter().enumerate() {
        let end = turn.at.end.max(turn.at.begin + 1);
        let voice = turn.party.map_or(String::new(), |of| format!("{}: ", wording::name(Some(of))));
        let harmless = |c: char| match c {
            '<' => '‹',
            '>' => '›',
            '{' => '(',
            '}' => ')',
            c => c,
        };
        let text: String = one_line(turn.text).chars().map(harmless).collect();
        let (from, to) = (clock(turn.at.begin, ','), clock(end, ','));
        let gap = if i > 0 { "\n" } else { "" };
        write!(out, "{gap}{}\n{from} --> {to}\n{voice}{text}\n", i + 1)?;
    }
    Ok(())
}

/// Hours, minutes, seconds and milliseconds, with `point` before these.
fn clock(ms: u64, point: char) -> String {
    let secs = ms / 1000;
    let (hours, minutes) = (secs / 3600, secs / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}{point}{:03}", secs % 60, ms % 1000)
}
