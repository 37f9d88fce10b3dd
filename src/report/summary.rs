//! The call in numbers and the scorecard, as the end of an account.

use std::io;

use anstyle::{AnsiColor, Style};

use super::conversation::outcome_of;
use super::wording;
use super::wrap::{Page, Run, run};
use crate::call::names::Name;
use crate::call::record::{Line, Record};
use crate::call::summary::{
    HeatRecord, RecoveryRecord, SentimentRecord, ShareRecord, SummaryRecord,
};
use crate::event::{Mark, Outcome};
use crate::tone::heat::Mood;
use crate::units::{CallTime, Party, PerParty};

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const OPEN: Style = AnsiColor::Yellow.on_default();

/// The heading of what was done.
pub(crate) const WENT_WELL: &str = "What went well";
/// The heading of what the agent undertook to do.
pub(crate) const PROMISED: &str = "Promised";
/// The heading of what was not.
pub(crate) const NEXT_CALL: &str = "For the next call";

/// What the row is called that says how the words of the parties feel.
pub(crate) const WORDS_FEEL: &str = "Words feel";

/// Where the numbers begin.
const LABEL: usize = 15;
/// So many practices that were not called for are named.
const MAX_NOT_NEEDED: usize = 8;
/// So many moments of a practice are named.
const MAX_MOMENTS: usize = 5;

/// Writes the summary; `partial` where the log was cut short.
pub fn write_summary(
    page: &mut Page,
    lines: &[Line],
    summary: &SummaryRecord,
    partial: bool,
) -> io::Result<()> {
    let title =
        if partial { "The call in numbers, as far as it is known" } else { "The call in numbers" };
    page.row(&[], 0, &[run(BOLD, title)])?;
    for (label, value) in numbers(lines, summary) {
        page.row(&[run(PLAIN, label)], LABEL, &[run(PLAIN, value)])?;
    }
    write_scorecard(page, lines, summary)?;
    write_promised(page, lines)
}

/// The call in numbers: what each is, and what it comes to.
pub(crate) fn numbers(lines: &[Line], summary: &SummaryRecord) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    let share = |part: &ShareRecord| {
        format!("{:.0}\u{a0}% ({})", part.share * 100.0, wording::length(part.seconds))
    };
    match &summary.talk {
        Some(talk) => {
            rows.push(("Talk share", each(talk, share)));
            rows.push(("Both at once", share(&summary.overlap)));
        }
        None => rows.push(("Talk share", "can't be told, both voices are in one channel".into())),
    }
    rows.push(("Silence", share(&summary.silence)));
    if let Some(counts) = &summary.interruptions {
        rows.push(("Cut in", each(counts, |count| wording::times(*count))));
    }
    if let Some(gap) = summary.response_gap {
        let (median, p90) = (gap.median, wording::length(gap.p90));
        let early = format!("{} before the customer had ended", wording::length(-median));
        let text = match (median < 0.0, gap.p90 < 0.0) {
            (true, true) => format!("median {early}"),
            (true, false) => format!("median {early}; nine in ten within {p90}"),
            (false, _) => format!("median {}; nine in ten within {p90}", wording::length(median)),
        };
        rows.push(("Answer time", text));
    }
    if let Some(longest) = &summary.longest_monologue {
        rows.push(("Longest turn", each(longest, |secs| wording::length(*secs))));
    }
    if let Some(pace) = summary.pace.filter(|pace| pace.iter().any(|(_, wpm)| wpm.is_some())) {
        let wpm = |wpm: &Option<f64>| wpm.map_or("unknown".into(), |wpm| format!("{wpm:.0}"));
        rows.push(("Pace", format!("{} words a minute", each(&pace, wpm))));
    }
    if let Some(heat) = summary.heat {
        rows.push(("Heat", heat_of(lines, &heat)));
    }
    if let Some(sentiment) = &summary.sentiment {
        let text = each(sentiment, |own| own.as_ref().map_or("unknown".into(), sentiment_of));
        rows.push((WORDS_FEEL, format!("{text}, from −5 to 5; in brackets by quarter")));
    }
    rows.extend(problem(lines).map(|text| ("Problem", text)));
    rows.extend(summary.recovery.map(|recovery| ("Trouble", trouble(&recovery))));
    rows.extend(prompts(lines).map(|text| ("Prompts", text)));
    rows
}

/// The customer's heat over the call, with the moment of its peak.
fn heat_of(lines: &[Line], heat: &HeatRecord) -> String {
    let at = peak_of(lines, heat).map_or(String::new(), |at| format!(" at {at}"));
    let last = match heat.last_minute {
        Some(last) => format!("; last minute {last:.2}, {}", mood_of(last)),
        None => String::new(),
    };
    format!("peak {:.2}, {}{at}; mean {:.2}{last}", heat.peak, mood_of(heat.peak), heat.mean)
}

/// When the customer's heat was highest.
pub(crate) fn peak_of(lines: &[Line], heat: &HeatRecord) -> Option<CallTime> {
    lines.iter().find_map(|line| match &line.record {
        Record::Tone { span, heat: value, .. } if *value >= heat.peak => {
            Some(CallTime::from(span.end))
        }
        _ => None,
    })
}

/// Heat in a word.
pub(crate) fn mood_of(heat: f64) -> &'static str {
    Mood::default().then(heat as f32).word()
}

/// What the call was about, in the order in which that was told.
fn problem(lines: &[Line]) -> Option<String> {
    let mut kinds: Vec<&str> = Vec::new();
    for line in lines {
        if let Record::Issue { kind, .. } = &line.record
            && !kinds.contains(&kind.as_str())
        {
            kinds.push(kind);
        }
    }
    (!kinds.is_empty()).then(|| kinds.join(", "))
}

/// How the call came back from trouble.
fn trouble(recovery: &RecoveryRecord) -> String {
    let began = CallTime::from_secs(recovery.onset);
    let after = |what: &str, secs: Option<f64>| {
        secs.map_or(format!("{what} never"), |secs| {
            format!("{what} after {}", wording::length(secs))
        })
    };
    format!(
        "began at {began}; {}, {}, {}",
        after("taken up", recovery.acknowledged),
        after("an offer", recovery.offered),
        after("calm again", recovery.settled)
    )
}

/// What the agent promised.
fn write_promised(page: &mut Page, lines: &[Line]) -> io::Result<()> {
    let mut first = true;
    for line in lines {
        let Record::Promise { span, quote, due } = &line.record else { continue };
        if first {
            heading(page, PROMISED)?;
            first = false;
        }
        let due = due.as_ref().map_or(String::new(), |due| format!(", due {due}"));
        let at = CallTime::from(span.start);
        page.row(
            &[run(PLAIN, "  ·")],
            4,
            &[run(PLAIN, quote.clone()), run(DIM, format!("({at}{due})"))],
        )?;
    }
    Ok(())
}

/// A sentiment with its sign.
pub(crate) fn signed(value: f64) -> String {
    format!("{value:+.1}").replace('-', "−")
}

/// How a party's words feel, over the call and by quarter.
pub(crate) fn sentiment_of(own: &SentimentRecord) -> String {
    let quarters = own.quarters.map(|value| value.map_or("–".to_owned(), signed));
    format!("{} ({})", signed(own.overall), quarters.join(", "))
}

fn each<T>(values: &PerParty<T>, text: impl Fn(&T) -> String) -> String {
    let one = |(party, value)| {
        format!("{} {}", if party == Party::Agent { "Agent" } else { "customer" }, text(value))
    };
    values.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// How many prompts there were and what became of them.
pub(crate) fn prompts(lines: &[Line]) -> Option<String> {
    let cues: Vec<u32> = lines
        .iter()
        .filter_map(|line| match &line.record {
            Record::Cue(cue) => Some(cue.id),
            _ => None,
        })
        .collect();
    if cues.is_empty() {
        return None;
    }
    let outcomes: Vec<Outcome> = cues.iter().filter_map(|id| outcome_of(lines, *id)).collect();
    let counted = Outcome::NAMES.iter().filter_map(|(kind, _)| {
        let count = outcomes.iter().filter(|outcome| *outcome == kind).count();
        (count > 0).then(|| format!("{count} {}", wording::outcome(*kind)))
    });
    let open = cues.len() - outcomes.len();
    let open = (open > 0).then(|| format!("{open} of unknown outcome"));
    let list: Vec<String> = counted.chain(open).collect();
    Some(format!("{} shown: {}", cues.len(), list.join(", ")))
}

fn write_scorecard(page: &mut Page, lines: &[Line], summary: &SummaryRecord) -> io::Result<()> {
    let of = |mark: Mark| marked(summary, mark);
    if !of(Mark::Done).is_empty() {
        heading(page, WENT_WELL)?;
        for practice in of(Mark::Done) {
            item(page, run(GOOD, "+"), practice, "", &moments(lines, practice, Mark::Done))?;
        }
    }
    if !(of(Mark::Broken).is_empty() && of(Mark::Missed).is_empty()) {
        heading(page, NEXT_CALL)?;
        for practice in of(Mark::Broken) {
            let moments = moments(lines, practice, Mark::Broken);
            item(page, run(OPEN, "×"), practice, wording::HOW_BROKEN, &moments)?;
        }
        for practice in of(Mark::Missed) {
            let moments = moments(lines, practice, Mark::Missed);
            item(page, run(OPEN, "–"), practice, wording::HOW_MISSED, &moments)?;
        }
    }
    if !of(Mark::NotNeeded).is_empty() {
        let names: Vec<String> =
            of(Mark::NotNeeded).iter().map(|practice| wording::practice(practice)).collect();
        let names = match names.len() {
            0..=MAX_NOT_NEEDED => names.join(", "),
            more => format!("{more} of the {} practices", crate::event::PRACTICES.len()),
        };
        page.blank()?;
        page.row(&[], 0, &[run(DIM, format!("Not called for: {names}"))])?;
    }
    Ok(())
}

/// The practices that stand so on the scorecard, in its order.
pub(crate) fn marked(summary: &SummaryRecord, mark: Mark) -> Vec<&str> {
    let stands_so =
        |(_, value): &(&String, &serde_json::Value)| value.as_str() == Some(mark.name());
    summary.scorecard.iter().filter(stands_so).map(|(practice, _)| practice.as_str()).collect()
}

fn heading(page: &mut Page, text: &str) -> io::Result<()> {
    page.blank()?;
    page.row(&[], 0, &[run(BOLD, text)])
}

fn item(
    page: &mut Page,
    mark: Run,
    practice: &str,
    how: &str,
    moments: &[CallTime],
) -> io::Result<()> {
    let mut runs = vec![run(PLAIN, format!("{}{how}", wording::practice(practice)))];
    if !moments.is_empty() {
        let mut list: Vec<String> =
            moments.iter().take(MAX_MOMENTS).map(CallTime::to_string).collect();
        if moments.len() > MAX_MOMENTS {
            list.push(format!("{} more", moments.len() - MAX_MOMENTS));
        }
        runs.push(run(DIM, format!("({})", list.join(", "))));
    }
    page.row(&[run(PLAIN, " "), mark], 4, &runs)
}

/// When a practice was kept or broken, or else when a prompt asked for it in vain.
pub(crate) fn moments(lines: &[Line], practice: &str, mark: Mark) -> Vec<CallTime> {
    let practised = |line: &Line| match &line.record {
        Record::Practice { name, span, score, .. } if name == practice => {
            let same = (*score >= 0.5) == (mark == Mark::Done);
            same.then(|| CallTime::from(span.start))
        }
        _ => None,
    };
    let asked = |line: &Line| match &line.record {
        Record::Cue(cue) if cue.name == practice => {
            let ignored = outcome_of(lines, cue.id) == Some(Outcome::Ignored);
            ignored.then(|| CallTime::from(line.at))
        }
        _ => None,
    };
    let mut moments: Vec<CallTime> = match mark {
        Mark::Done | Mark::Broken => lines.iter().filter_map(practised).collect(),
        Mark::Missed | Mark::NotNeeded => Vec::new(),
    };
    if moments.is_empty() && mark != Mark::Done {
        moments.extend(lines.iter().filter_map(asked));
    }
    moments.sort();
    moments
}
