//! `sentiment`: how well the sentiment of texts is told, in the form that a recogniser gives
//! them: no punctuation, lower case.

mod corpus;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use cpu_time::ThreadTime;
use evenkeel::language::idioms::Idioms;
use evenkeel::language::sentiment::{Scored, Sentiment};
use evenkeel::language::spoken;
use serde::Serialize;

use crate::classes::{Confusion, recall_at_precision};
use crate::goemotions::Group;
use crate::models;
use corpus::{Format, Known, Truth};

/// Scores of another program within this of 0 are neutral: what VADER's authors advise.
const NEUTRAL: f64 = 0.05;

#[derive(clap::Args)]
pub struct Args {
    /// Tab-separated: text, rating (-4 to 4 or -1 to 1) or label (negative, neutral, positive);
    /// or GoEmotions; or VADER's rated texts (id, rating, text)
    file: PathBuf,
    /// What the lines are, where the first one doesn't tell
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Scores of another program, -1 to 1, a line for each text: docs/compare/vader_scores.py
    /// makes VADER's
    #[arg(long, value_name = "FILE")]
    beside: Option<PathBuf>,
    /// Leave out the table of idioms (assets/complaints.toml)
    #[arg(long)]
    no_idioms: bool,
    /// Write each text as it was scored, with truth, value and phrases, tab-separated
    #[arg(long, value_name = "FILE")]
    details: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What one program found of one text.
#[derive(Clone, Copy)]
struct Found {
    value: f64,
    class: usize,
    /// How negative: what thresholds are laid on.
    negative: f64,
}

/// The figures of one program on one choice of the texts.
#[derive(Debug, Serialize)]
struct Figures {
    program: &'static str,
    texts: &'static str,
    count: usize,
    macro_f1: f64,
    /// Of negative, neutral, positive.
    f1: [f64; 3],
    accuracy: f64,
    negative_precision: f64,
    negative_recall: f64,
    /// Share of clearly rated texts whose sign is right.
    sign: Option<f64>,
    /// Our recall of the negative class at the other program's precision.
    recall_at_its_precision: Option<f64>,
}

#[derive(Serialize)]
struct Report {
    figures: Vec<Figures>,
    mixed_left_out: usize,
    mean_words: f64,
    /// CPU milliseconds for a text: median, 95th percentile, longest.
    ms: [f64; 3],
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let (format, known) = corpus::read(&args.file, args.format)?;
    let model = models::language()?;
    let idioms = if args.no_idioms { Idioms::none() } else { Idioms::default() };
    let sentiment = Sentiment::with_idioms(model, idioms);
    let mut ms = Vec::new();
    let scored: Vec<Scored> = known
        .iter()
        .map(|known| {
            let began = ThreadTime::now();
            let scored = sentiment.score(&known.text);
            ms.push(began.elapsed().as_secs_f64() * 1e3);
            scored
        })
        .collect();
    if let Some(path) = &args.details {
        fs::write(path, details(&known, &scored)).with_context(|| path.display().to_string())?;
    }
    let ours: Vec<Found> = scored
        .iter()
        .map(|scored| Found {
            value: f64::from(scored.value),
            class: scored.polarity() as usize,
            negative: f64::from(scored.negative - scored.positive),
        })
        .collect();
    let theirs = match &args.beside {
        Some(path) => Some(read_scores(path, known.len())?),
        None => None,
    };
    ms.sort_by(f64::total_cmp);
    let at = |share: f64| ms[((ms.len() - 1) as f64 * share).round() as usize];
    let words: usize = known.iter().map(|known| spoken::words(&known.text).len()).sum();
    let report = Report {
        figures: figures(format, &known, &ours, theirs.as_deref()),
        mixed_left_out: known.iter().filter(|known| known.truth.class().is_none()).count(),
        mean_words: words as f64 / known.len() as f64,
        ms: [at(0.5), at(0.95), at(1.0)],
    };
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&report);
    }
    Ok(())
}

fn figures(
    format: Format,
    known: &[Known],
    ours: &[Found],
    theirs: Option<&[Found]>,
) -> Vec<Figures> {
    let ambiguous = |truth: Truth| truth == Truth::Group(Group::Ambiguous);
    let clear = |truth: Truth| truth.class() != Some(1);
    type Choice<'a> = (&'static str, &'a dyn Fn(Truth) -> bool);
    let choices: &[Choice<'_>] = match format {
        Format::Goemotions => &[
            ("ambiguous as neutral", &|_| true),
            ("ambiguous left out", &|truth| !ambiguous(truth)),
        ],
        Format::Rated | Format::Plain
            if known.iter().any(|k| matches!(k.truth, Truth::Rating(_))) =>
        {
            &[("all; unclear as neutral", &|_| true), ("clearly rated", &clear)]
        }
        Format::Rated | Format::Plain => &[("all", &|_| true)],
    };
    let mut rows = Vec::new();
    for (texts, taken) in choices {
        let chosen: Vec<(usize, usize)> = known
            .iter()
            .enumerate()
            .filter(|(_, known)| taken(known.truth))
            .filter_map(|(i, known)| Some((i, known.truth.class()?)))
            .collect();
        let row = |program, found: &[Found]| {
            let mut confusion = Confusion::default();
            for &(i, truth) in &chosen {
                confusion.add(truth, found[i].class);
            }
            let signs = chosen.iter().filter(|(_, truth)| *truth != 1);
            let (right, signs) = signs.fold((0_u32, 0_u32), |(right, all), &(i, truth)| {
                let sign = if truth == 0 { found[i].value < 0.0 } else { found[i].value > 0.0 };
                (right + u32::from(sign), all + 1)
            });
            let [negative_precision, negative_recall, _] = confusion.of(0);
            Figures {
                program,
                texts,
                count: chosen.len(),
                macro_f1: confusion.macro_f1(),
                f1: [0, 1, 2].map(|class| confusion.of(class)[2]),
                accuracy: confusion.accuracy(),
                negative_precision,
                negative_recall,
                sign: (signs > 0).then(|| f64::from(right) / f64::from(signs)),
                recall_at_its_precision: None,
            }
        };
        rows.push(row("evenkeel", ours));
        if let Some(theirs) = theirs {
            let mut theirs = row("beside", theirs);
            let negative: Vec<(f64, bool)> =
                chosen.iter().map(|&(i, truth)| (ours[i].negative, truth == 0)).collect();
            theirs.recall_at_its_precision =
                recall_at_precision(&negative, theirs.negative_precision);
            rows.push(theirs);
        }
    }
    rows
}

fn read_scores(path: &PathBuf, count: usize) -> anyhow::Result<Vec<Found>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("{}: can't be read", path.display()))?;
    let mut found = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let Some(value) = line.trim().parse().ok().filter(|v: &f64| (-1.0..=1.0).contains(v))
        else {
            bail!("{}, line {}: `{line}` is no score from -1 to 1", path.display(), i + 1);
        };
        let class = if value <= -NEUTRAL { 0 } else { usize::from(value >= NEUTRAL) + 1 };
        found.push(Found { value, class, negative: -value });
    }
    ensure!(
        found.len() == count,
        "{}: {} scores for {count} texts; make them from the same file's --details",
        path.display(),
        found.len()
    );
    Ok(found)
}

fn details(known: &[Known], scored: &[Scored]) -> String {
    let mut text = String::new();
    for (known, scored) in known.iter().zip(scored) {
        let truth = match known.truth {
            Truth::Rating(rating) => rating.to_string(),
            Truth::Group(group) => format!("{group:?}").to_lowercase(),
        };
        let phrases: Vec<String> =
            scored.phrases.iter().map(|p| format!("{} {:+.2}", p.text, p.weight)).collect();
        let heard = spoken::words(&known.text).join(" ");
        let _ = writeln!(text, "{heard}\t{truth}\t{:.4}\t{}", scored.value, phrases.join("; "));
    }
    text
}

fn print(report: &Report) {
    println!("Texts without punctuation, in lower case.");
    println!(
        "{:<24}  {:<8}  {:>6}  {:>8}  {:<17}  {:>8}  {:>13}  {:>10}  {:>6}",
        "texts",
        "program",
        "count",
        "macro-F1",
        "F1 neg neu pos",
        "accuracy",
        "neg precision",
        "neg recall",
        "sign"
    );
    for row in &report.figures {
        let [negative, neutral, positive] = row.f1;
        println!(
            "{:<24}  {:<8}  {:>6}  {:>8.4}  {negative:.3} {neutral:.3} {positive:.3}  {:>8.4}  {:>13.4}  {:>10.4}  {:>6.4}",
            row.texts,
            row.program,
            row.count,
            row.macro_f1,
            row.accuracy,
            row.negative_precision,
            row.negative_recall,
            row.sign.unwrap_or(f64::NAN)
        );
    }
    for row in &report.figures {
        if let Some(recall) = row.recall_at_its_precision {
            println!(
                "{}: negative recall at the other's precision ({:.4}): evenkeel {recall:.4}, the other {:.4}, {:+.1} points",
                row.texts,
                row.negative_precision,
                row.negative_recall,
                100.0 * (recall - row.negative_recall)
            );
        }
    }
    if report.mixed_left_out > 0 {
        println!(
            "Left out: {} texts with positive and negative labels at once.",
            report.mixed_left_out
        );
    }
    println!(
        "{:.1} words a text; CPU ms a text: median {:.2}, p95 {:.2}, longest {:.2}",
        report.mean_words, report.ms[0], report.ms[1], report.ms[2]
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: f64, class: usize) -> Found {
        Found { value, class, negative: -value }
    }

    #[test]
    fn rated_texts_give_sign_and_recall() {
        let known: Vec<Known> = [-2.0, -1.5, 0.1, 2.0]
            .map(|rating| Known { text: "x".into(), truth: Truth::Rating(rating) })
            .into();
        let ours = [found(-0.9, 0), found(-0.2, 1), found(-0.1, 1), found(0.5, 2)];
        let theirs = [found(-0.5, 0), found(0.0, 1), found(-0.3, 0), found(-0.2, 0)];
        let rows = figures(Format::Rated, &known, &ours, Some(&theirs));
        let of = |texts, program| {
            rows.iter().find(|row| row.texts == texts && row.program == program).unwrap()
        };
        let all = of("all; unclear as neutral", "evenkeel");
        assert_eq!((all.count, all.sign, all.negative_recall), (4, Some(1.0), 0.5));
        let clear = of("clearly rated", "beside");
        assert_eq!((clear.count, clear.sign), (3, Some(1.0 / 3.0)));
        assert_eq!((clear.negative_precision, clear.recall_at_its_precision), (0.5, Some(1.0)));
    }

    #[test]
    fn mixed_texts_are_left_out_and_ambiguous_ones_counted_twice() {
        let known: Vec<Known> = [Group::Mixed, Group::Ambiguous, Group::Negative]
            .map(|group| Known { text: "x".into(), truth: Truth::Group(group) })
            .into();
        let rows = figures(Format::Goemotions, &known, &[found(0.0, 1); 3], None);
        let counts: Vec<(&str, usize)> = rows.iter().map(|row| (row.texts, row.count)).collect();
        assert_eq!(counts, [("ambiguous as neutral", 2), ("ambiguous left out", 1)]);
    }
}
