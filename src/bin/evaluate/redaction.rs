//! `evaluate redaction`: what is found of numbers, addresses and names as they are spoken.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use evenkeel::call::record::{Line, Record, Secs, Span, WordRecord};
use evenkeel::report::share::{MARGIN_SECS, hidden_in};
use evenkeel::units::Party;
use serde::Deserialize;

/// The times between which something was said are as exact as this. Seconds.
const EDGE_SECS: f64 = 0.1;

#[derive(clap::Args)]
pub struct Args {
    /// What `docs/compare/spoken_secrets.py` wrote: spoken forms as they were heard
    heard: PathBuf,

    /// Write the forms as a table of texts, with what was to be hidden in braces
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,

    /// Print the forms of this half of which something was left
    #[arg(long, value_name = "HALF")]
    left: Option<String>,
}

/// A form as it was heard.
#[derive(Deserialize)]
struct Form {
    kind: String,
    half: String,
    said: Vec<String>,
    /// Between which times what is to be hidden was said; seconds from the form's beginning.
    secret: (f64, f64),
    heard: Vec<Heard>,
}

#[derive(Deserialize)]
struct Heard {
    start: f64,
    end: f64,
    words: Vec<(String, f64, f64)>,
}

#[derive(Default)]
struct Score {
    forms: usize,
    /// Forms of which nothing that tells was left.
    whole: usize,
    words: usize,
    hidden: usize,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let place = || args.heard.display().to_string();
    let text = fs::read_to_string(&args.heard).with_context(place)?;
    let forms: Vec<Form> =
        text.lines().map(serde_json::from_str).collect::<Result<_, _>>().with_context(place)?;
    if let Some(path) = &args.table {
        let table: String = forms.iter().map(row).collect();
        fs::write(path, table).with_context(|| path.display().to_string())?;
    }
    let mut scores: BTreeMap<(&str, &str), Score> = BTreeMap::new();
    for form in &forms {
        let score = scores.entry((&form.half, &form.kind)).or_default();
        let (_, found) = hidden_in(&form.lines(), MARGIN_SECS);
        let mut left = Vec::new();
        for (heard, found) in form.heard.iter().zip(&found) {
            for (at, (word, start, end)) in heard.words.iter().enumerate() {
                let hidden = found.iter().any(|found| found.words.contains(&at));
                let counts =
                    form.kind == "plain" || form.is_secret(*start, *end) && tells(form, word);
                score.words += usize::from(counts);
                score.hidden += usize::from(counts && hidden);
                if counts && hidden == (form.kind == "plain") {
                    left.push(word.as_str());
                }
            }
        }
        score.forms += 1;
        score.whole += usize::from(left.is_empty());
        if args.left.as_ref() == Some(&form.half) && !left.is_empty() {
            println!("{}\t{}\t{}", form.kind, left.join(" "), form.text());
        }
    }
    println!(
        "{:<8} {:<8} {:>6} {:>16} {:>16}",
        "half", "kind", "forms", "nothing left", "words hidden"
    );
    for ((half, kind), score) in &scores {
        let of = |part: usize, all: usize| {
            format!("{part}/{all} {:>5.1}%", 100.0 * part as f64 / all.max(1) as f64)
        };
        let (whole, words) = (of(score.whole, score.forms), of(score.hidden, score.words));
        println!("{half:<8} {kind:<8} {:>6} {whole:>16} {words:>16}", score.forms);
    }
    sound(&forms);
    Ok(())
}

/// How much of the sound of what is to be hidden stays to be heard, of forms of which text was found.
fn sound(forms: &[Form]) {
    println!(
        "\n{:>8} {:>14} {:>18} {:>18}",
        "margin s", "heard s of", "forms over 0.2 s", "silent beside s"
    );
    for margin in [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0] {
        let (mut heard, mut all, mut forms_heard, mut count, mut beside) = (0.0, 0.0, 0, 0, 0.0);
        for form in forms.iter().filter(|form| form.kind != "plain") {
            let (spans, found) = hidden_in(&form.lines(), margin);
            if found.iter().all(Vec::is_empty) {
                continue;
            }
            let (start, end) = (form.secret.0 + OFFSET, form.secret.1 + OFFSET);
            let within: f64 = spans
                .iter()
                .map(|span| (span.end.secs().min(end) - span.start.secs().max(start)).max(0.0))
                .sum();
            let silent: f64 = spans.iter().map(|span| span.end.secs() - span.start.secs()).sum();
            let left = (end - start - within).max(0.0);
            heard += left;
            all += end - start;
            beside += silent - within;
            forms_heard += usize::from(left > 0.2);
            count += 1;
        }
        println!(
            "{margin:>8.1} {:>14} {:>18} {:>18}",
            format!("{heard:.1}/{all:.0}"),
            format!("{forms_heard}/{count}"),
            format!("{:.2} a form", beside / f64::from(count.max(1)))
        );
    }
}

/// Forms begin so long after the call, so that no margin is cut off. Seconds.
const OFFSET: f64 = 10.0;

impl Form {
    /// The log of a call in which nothing else is said.
    fn lines(&self) -> Vec<Line> {
        let span =
            |start: f64, end: f64| Span { start: Secs(start + OFFSET), end: Secs(end + OFFSET) };
        let line = |heard: &Heard| {
            let words: Vec<WordRecord> = heard
                .words
                .iter()
                .map(|(w, start, end)| WordRecord {
                    w: w.clone(),
                    span: span(*start, *end),
                    p: 0.9,
                })
                .collect();
            let text: Vec<&str> = heard.words.iter().map(|(word, ..)| word.as_str()).collect();
            Line {
                at: Secs(heard.end + OFFSET),
                record: Record::Utterance {
                    party: Some(Party::Customer),
                    span: span(heard.start, heard.end),
                    text: text.join(" "),
                    words,
                    confidence: 0.9,
                    redo: false,
                    sentiment: None,
                },
            }
        };
        self.heard.iter().map(line).collect()
    }

    fn is_secret(&self, start: f64, end: f64) -> bool {
        let middle = (start + end) / 2.0;
        (self.secret.0 - EDGE_SECS..=self.secret.1 + EDGE_SECS).contains(&middle)
    }

    /// As it was heard, with what is to be hidden in braces.
    fn text(&self) -> String {
        let words: Vec<&(String, f64, f64)> =
            self.heard.iter().flat_map(|heard| &heard.words).collect();
        let secret =
            |word: &&(String, f64, f64)| self.kind != "plain" && self.is_secret(word.1, word.2);
        let first = words.iter().position(secret);
        let last = words.iter().rposition(secret);
        let mut text = Vec::new();
        for (at, (word, ..)) in words.iter().enumerate() {
            let (open, close) = (Some(at) == first, Some(at) == last);
            text.push(format!(
                "{}{word}{}",
                if open { "{" } else { "" },
                if close { "}" } else { "" }
            ));
        }
        text.join(" ")
    }
}

fn row(form: &Form) -> String {
    format!("{}\t{}\t{}\t{}\n", form.kind, form.half, form.said[1], form.text())
}

/// Whether a word would tell something of what is to be hidden: a digit, spoken or not, or a letter, in a
/// number; in the rest what is no little word.
fn tells(form: &Form, word: &str) -> bool {
    let plain: String =
        word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    const DIGITS: &str = " oh o zero nought one two three four five six seven eight nine ten eleven twelve \
        thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty \
        seventy eighty ninety hundred thousand double triple treble ";
    const LITTLE: &str = " er erm um uh no yes sorry a the and at dot for is it its of in then that my i \
        to with on so as ";
    if plain.is_empty() {
        return false;
    }
    let digits =
        word.contains(|c: char| c.is_ascii_digit()) || DIGITS.contains(&format!(" {plain} "));
    match form.kind.as_str() {
        "card" | "phone" | "account" => digits,
        _ => digits || !LITTLE.contains(&format!(" {plain} ")),
    }
}
