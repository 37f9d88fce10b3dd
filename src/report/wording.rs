//! What findings are called in plain words.

use crate::call::record::EvidenceRecord;
use crate::event::{GapCause, Layout, Outcome, OverlapKind};
use crate::tone::heat::Mood;
use crate::units::Party;

/// The party's name at the head of a line; in a mono mix nobody knows whose voice it is.
pub fn name(party: Option<Party>) -> &'static str {
    match party {
        Some(Party::Agent) => "Agent",
        Some(Party::Customer) => "Customer",
        None => "Voice",
    }
}

/// A length of time: `4.2 s`, `3 min 12 s`, `1 h 4 min`.
pub fn length(secs: f64) -> String {
    let whole = secs.round() as u64;
    if secs < 59.95 {
        format!("{secs:.1}\u{a0}s")
    } else if whole < 3_600 {
        format!("{}\u{a0}min {}\u{a0}s", whole / 60, whole % 60)
    } else {
        let minutes = whole.saturating_add(30) / 60;
        format!("{}\u{a0}h {}\u{a0}min", minutes / 60, minutes % 60)
    }
}

/// So many of `one`: `1 call`, `2 calls`.
pub fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// How often.
pub fn times(count: u32) -> String {
    match count {
        0 => "never".into(),
        1 => "once".into(),
        2 => "twice".into(),
        n => format!("{n}\u{a0}times"),
    }
}

/// How the parties lie in the audio.
pub fn layout(layout: Layout) -> &'static str {
    match layout {
        Layout::Stereo => "one recording, a channel for each party",
        Layout::TwoFiles => "a recording for each party",
        Layout::MonoMix => "one channel with both voices",
        Layout::Live => "live, a device for each party",
    }
}

/// What two voices at once were.
pub fn overlap(by: Party, kind: OverlapKind, yielded: bool, secs: f64) -> String {
    let (who, other, length) = (name(Some(by)), by.other(), length(secs));
    match kind {
        OverlapKind::Interruption if yielded => {
            format!("{who} cut in ({length}); the {other} gave way")
        }
        OverlapKind::Interruption => format!("{who} cut in ({length}); the {other} went on"),
        OverlapKind::Backchannel => format!("{who} gave a short signal ({length})"),
        OverlapKind::Shared => format!("Both spoke at once ({length})"),
    }
}

/// What is missing, and why.
pub fn gap(party: Option<Party>, cause: GapCause, secs: f64) -> String {
    let what = match party {
        Some(party) => format!("of the {party}'s audio"),
        None => "of audio".into(),
    };
    let why = match cause {
        GapCause::Paused => return format!("Paused by the agent ({})", length(secs)),
        GapCause::Overrun => "the computer could not keep up",
        GapCause::DeviceLost => "the device went away",
        GapCause::File => "the recording lacks it",
    };
    format!("{} {what} missing: {why}", length(secs))
}

/// How the customer's mood has changed.
pub fn mood(from: Mood, to: Mood) -> &'static str {
    match (from, to) {
        (_, Mood::Heated) => "The customer sounds heated",
        (Mood::Heated, Mood::Tense) => "The customer sounds less heated",
        (_, Mood::Tense) => "The customer sounds tense",
        (_, Mood::Calm) => "The customer sounds calm again",
    }
}

/// What became of a cue.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Heeded => "heeded",
        Outcome::Ignored => "not taken up",
        Outcome::Wrong => "marked as wrong",
        Outcome::Expired => "passed by itself",
        Outcome::Snoozed => "snoozed",
    }
}

/// When a call began, to the minute, without what only programs need.
pub fn began(started: &str) -> String {
    started.chars().take(16).collect::<String>().replace('T', " ")
}

/// Why a moment is one for the coach; a reason of a newer version as its name in the log.
pub fn moment(reason: &str) -> String {
    let words = match reason {
        "took-the-floor" => "The agent cut in, and the customer gave way",
        "talked-over" => "The agent cut in, and the customer went on",
        "threatens-to-leave" => "The customer speaks of leaving",
        "asks-for-manager" => "The customer asks for a manager",
        "ignored-cue" => "A prompt was not taken up",
        "heat-peak" => "The customer was at their most heated",
        "breach" => "Against a practice",
        "done-well" => "Done well, and it helped",
        _ => return capitalised(&reason.replace('-', " ")),
    };
    words.into()
}

/// What a moment weighs.
pub fn severity(severity: u8) -> &'static str {
    match severity {
        0 | 1 => "worth a look",
        2 => "worth a talk",
        3.. => "first of all",
    }
}

/// Named numbers in words, each with the threshold that it was held against: `overlap 0.8 s
/// (threshold 0.8 s)`.
pub fn evidence(numbers: &EvidenceRecord) -> String {
    const THRESHOLD: &str = "_threshold";
    let of =
        |name: &str| numbers.0.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
    let told = numbers.0.iter().filter(|(name, _)| !name.ends_with(THRESHOLD));
    let told = told.map(|(name, value)| {
        let (what, unit) = unit(name);
        let held = of(&format!("{name}{THRESHOLD}"));
        let held = held.map_or(String::new(), |held| format!(" (threshold {})", unit(held)));
        let what = what.replace('|', " or ").replace(['_', '-'], " ");
        format!("{what} {}{held}", unit(*value))
    });
    told.collect::<Vec<_>>().join("; ")
}

/// How a number is written.
type Written = fn(f64) -> String;

/// A number's name without its unit, and how a value of it is written.
fn unit(name: &str) -> (&str, Written) {
    let units: [(&str, Written); 6] = [
        ("_secs", length),
        ("_wpm", |value| format!("{value:.0}\u{a0}words a minute")),
        ("_lu", |value| format!("{value:+.1}\u{a0}LU")),
        ("_st", |value| format!("{value:+.1}\u{a0}semitones")),
        ("_share", |value| format!("{:.0}\u{a0}%", value * 100.0)),
        ("_ratio", |value| format!("{value:.2}\u{a0}times")),
    ];
    let known =
        units.into_iter().find_map(|(ending, unit)| Some((name.strip_suffix(ending)?, unit)));
    known.unwrap_or((name, |value| format!("{}", (value * 100.0).round() / 100.0)))
}

/// What is said after a practice that was broken.
pub const HOW_BROKEN: &str = ": did not work out";
/// What is said after one that was missed.
pub const HOW_MISSED: &str = ": was called for";

/// A practice as one would say it; one of a newer version as its name in the log.
pub fn practice(name: &str) -> String {
    let words = match name {
        // What is measured, not what somebody feels.
        "stay-calm" => "Keep an even pace",
        "ask-open-question" => "Ask an open question",
        "find-the-source" => "Find the source of the problem",
        "offer-solution" => "Offer a solution",
        "offer-options" => "Offer a choice",
        "say-next-step" => "Say the next step",
        "promise-follow-up" => "Promise to come back",
        "plain-words" => "Use plain words",
        "positive-words" => "Say what can be done",
        "not-defensive" => "Do not argue or blame",
        "thank" => "Thank the customer",
        "lighten" => "A light remark",
        "invite-review" => "Invite a review",
        _ => return capitalised(&name.replace('-', " ")),
    };
    words.into()
}

/// The text with a capital at its beginning.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.as_str().chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_change_their_unit_with_their_size() {
        let plain = |secs| length(secs).replace('\u{a0}', " ");
        assert_eq!(plain(0.04), "0.0 s");
        assert_eq!(plain(59.96), "1 min 0 s");
        assert_eq!(plain(191.6), "3 min 12 s");
        assert_eq!(plain(3_599.6), "1 h 0 min");
        assert_eq!(plain(3_870.0), "1 h 5 min");
    }

    #[test]
    fn evidence_has_units_and_thresholds() {
        let told =
            |text: &str| evidence(&serde_json::from_str(text).unwrap()).replace('\u{a0}', " ");
        assert_eq!(
            told(
                r#"{"overlap_secs":0.816,"overlap_secs_threshold":0.8,"pace_wpm":257.53,"score":0.0}"#
            ),
            "overlap 0.8 s (threshold 0.8 s); pace 258 words a minute; score 0"
        );
        assert_eq!(told(r#"{"level_lu":-2.0,"a_b|c":3}"#), "level -2.0 LU; a b or c 3");
        assert_eq!(told("{}"), "");
    }

    #[test]
    fn every_practice_has_a_name_without_dashes() {
        for name in crate::event::PRACTICES {
            let words = practice(name);
            assert!(words.starts_with(char::is_uppercase) && !words.contains('-'), "{words}");
        }
        assert_eq!(practice("let-them-finish"), "Let them finish");
        assert_eq!(practice(""), "");
    }
}
