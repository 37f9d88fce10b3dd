//! Texts whose sentiment is known, in three formats.

use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use clap::ValueEnum;

use crate::goemotions::{Group, groups, together};

/// A rating this far from 0, on −4 to 4, is clear.
const CLEAR: f64 = 1.0;
/// What a file may look like; `MESSAGE` says it to people.
const MESSAGE: &str = "a line is `text<TAB>rating` (−4 to 4 or −1 to 1), `text<TAB>label` \
                       (negative, neutral, positive), `id<TAB>rating<TAB>text` as VADER's rated \
                       texts, or `text<TAB>label numbers<TAB>id` as GoEmotions";

/// How the lines of a file are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text, label numbers, id.
    Goemotions,
    /// Id, rating, text.
    Rated,
    /// Text, rating or label.
    Plain,
}

/// What people said of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Truth {
    /// From −4 to 4.
    Rating(f64),
    Group(Group),
}

impl Truth {
    /// 0 negative, 1 neutral, 2 positive; `None` for mixed feelings. Ratings between the clear
    /// ones are neutral, and so are ambiguous labels.
    pub fn class(self) -> Option<usize> {
        match self {
            Truth::Rating(rating) if rating <= -CLEAR => Some(0),
            Truth::Rating(rating) if rating < CLEAR => Some(1),
            Truth::Rating(_) => Some(2),
            Truth::Group(Group::Negative) => Some(0),
            Truth::Group(Group::Neutral | Group::Ambiguous) => Some(1),
            Truth::Group(Group::Positive) => Some(2),
            Truth::Group(Group::Mixed) => None,
        }
    }
}

/// A text and what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    pub text: String,
    pub truth: Truth,
}

/// Reads a file; without a format its first line tells.
pub fn read(path: &Path, format: Option<Format>) -> anyhow::Result<(Format, Vec<Known>)> {
    let bytes = std::fs::read(path)
        .with_context(|| format!("{}: can't be read; give a file of texts", path.display()))?;
    // VADER's texts are not all UTF-8; what can't be read is no word.
    let text = String::from_utf8_lossy(&bytes);
    parse(&text, format).with_context(|| path.display().to_string())
}

fn parse(text: &str, format: Option<Format>) -> anyhow::Result<(Format, Vec<Known>)> {
    let text = text.trim_start_matches('\u{feff}');
    let lines: Vec<(usize, Vec<&str>)> = text
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty())
        .map(|(line, number)| (number, line.split('\t').collect()))
        .collect();
    let Some((_, first)) = lines.first() else { bail!("no texts in it; {MESSAGE}") };
    let format = format.unwrap_or_else(|| guess(first));
    let scale = match format {
        Format::Plain
            if lines.iter().filter_map(|(_, f)| number(f.get(1)?)).all(|r| r.abs() <= 1.0) =>
        {
            4.0
        }
        _ => 1.0,
    };
    let known = lines.iter().map(|(number, fields)| {
        one(format, fields, scale).map_err(|why| anyhow!("line {number}: {why}"))
    });
    Ok((format, known.collect::<anyhow::Result<_>>()?))
}

fn guess(fields: &[&str]) -> Format {
    match fields {
        [text, labels, id, ..]
            if groups(labels).is_ok() && (!id.contains(' ') || text.contains(' ')) =>
        {
            Format::Goemotions
        }
        [_, _, _, ..] => Format::Rated,
        _ => Format::Plain,
    }
}

fn number(field: &str) -> Option<f64> {
    field.trim().replace('\u{2212}', "-").parse().ok().filter(|x: &f64| x.is_finite())
}

fn one(format: Format, fields: &[&str], scale: f64) -> Result<Known, String> {
    let (text, truth) = match (format, fields) {
        (Format::Goemotions, [text, labels, ..]) => {
            (text, Truth::Group(together(&groups(labels)?)))
        }
        (Format::Rated, [_, rating, text]) => (text, Truth::Rating(rated(rating, 1.0)?)),
        (Format::Plain, [text, truth]) => {
            let truth = match truth.trim().to_lowercase().as_str() {
                "negative" => Truth::Group(Group::Negative),
                "neutral" => Truth::Group(Group::Neutral),
                "positive" => Truth::Group(Group::Positive),
                _ => Truth::Rating(rated(truth, scale)?),
            };
            (text, truth)
        }
        _ => return Err(format!("{} fields between tabs; {MESSAGE}", fields.len())),
    };
    Ok(Known { text: (*text).to_owned(), truth })
}

fn rated(field: &str, scale: f64) -> Result<f64, String> {
    match number(field) {
        Some(rating) if rating.abs() <= 4.0 => Ok(rating * scale),
        Some(rating) => {
            Err(format!("the rating {rating} is not between -4 and 4; rescale the file"))
        }
        None => Err(format!("`{field}` is no rating and no label; {MESSAGE}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truths(text: &str) -> Vec<Truth> {
        let (_, known) = parse(text, None).unwrap();
        assert!(known.iter().all(|known| known.text == "a text" || known.text == "word"));
        known.into_iter().map(|known| known.truth).collect()
    }

    fn error(text: &str) -> String {
        format!("{:#}", parse(text, None).unwrap_err())
    }

    #[test]
    fn the_formats_are_told_apart() {
        let group = |group| Truth::Group(group);
        assert_eq!(
            truths("a text\t27\ted00q6i\nword\t2,15\tx\n"),
            [group(Group::Neutral), group(Group::Mixed)]
        );
        assert_eq!(
            truths("\u{feff}1_1\t-0.9\ta text\r\n\n1_2\t2\tword"),
            [Truth::Rating(-0.9), Truth::Rating(2.0)]
        );
        assert_eq!(truths("7\t2\ta text"), [Truth::Rating(2.0)]);
        assert_eq!(
            truths("a text\tNegative\na text\tpositive\nword\tneutral"),
            [group(Group::Negative), group(Group::Positive), group(Group::Neutral)]
        );
    }

    #[test]
    fn both_scales_of_ratings_are_known() {
        assert_eq!(
            truths("a text\t-3\nword\t\u{2212}0.5"),
            [Truth::Rating(-3.0), Truth::Rating(-0.5)]
        );
        assert_eq!(truths("a text\t-1\nword\t0.5"), [Truth::Rating(-4.0), Truth::Rating(2.0)]);
    }

    #[test]
    fn classes_are_clear_ratings_or_groups() {
        let of = [-4.0, -1.0, -0.99, 0.99, 1.0].map(|rating| Truth::Rating(rating).class());
        assert_eq!(of, [Some(0), Some(0), Some(1), Some(1), Some(2)]);
        assert_eq!(Truth::Group(Group::Ambiguous).class(), Some(1));
        assert_eq!(Truth::Group(Group::Mixed).class(), None);
    }

    #[test]
    fn a_malformed_line_is_named_with_what_to_do() {
        assert!(error("").contains("no texts in it; a line is `text<TAB>rating`"));
        assert!(
            error("a text\t1\njust this\n").starts_with("line 2: 1 fields between tabs; a line")
        );
        assert!(error("a text\tnegative\nb\tgood").starts_with("line 2: `good` is no rating"));
        assert!(error("a text\t2\n\nb\t7").starts_with("line 3: the rating 7 is not between"));
        assert!(error("1_1\t0.5\ta\n1_2\tNaN\tb").starts_with("line 2: `NaN`"));
        assert!(error("a text\t2\tx\nb\t28\ty").starts_with("line 2: `28` is no label"));
    }
}
