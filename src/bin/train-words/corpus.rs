//! What is learnt from: texts, each with how likely it is negative, neutral and positive.

use std::path::Path;

use anyhow::{Context as _, anyhow, ensure};

use super::chance::Chance;
use super::goemotions::{Group, groups};

/// A text and the probabilities of negative, neutral, positive.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    pub text: String,
    pub target: [f32; 3],
}

fn read(path: &Path) -> anyhow::Result<String> {
    let bytes =
        std::fs::read(path).with_context(|| format!("{}: can't be read", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A file of GoEmotions. Each label votes; neutral and ambiguous ones, which count as neutral,
/// with half a vote beside others.
pub fn goemotions(path: &Path) -> anyhow::Result<Vec<Labelled>> {
    let text = read(path)?;
    let texts = text.lines().enumerate().map(|(i, line)| {
        let mut fields = line.split('\t');
        let (Some(text), Some(labels)) = (fields.next(), fields.next()) else {
            return Err(anyhow!("{}, line {}: needs a text, a tab, labels", path.display(), i + 1));
        };
        let groups =
            groups(labels).map_err(|why| anyhow!("{}, line {}: {why}", path.display(), i + 1))?;
        Ok(Labelled { text: text.to_owned(), target: votes(&groups) })
    });
    texts.collect()
}

fn votes(groups: &[Group]) -> [f32; 3] {
    let mut votes = [0.0; 3];
    for group in groups {
        match group {
            Group::Negative => votes[0] += 1.0,
            Group::Positive => votes[2] += 1.0,
            Group::Neutral | Group::Ambiguous | Group::Mixed => votes[1] = 0.5,
        }
    }
    let total: f32 = votes.iter().sum();
    votes.map(|vote| vote / total)
}

/// One of the rated sets of Hutto and Gilbert (2014): `NAME_GroundTruth.txt` has the texts,
/// `NAME_anonDataRatings.txt` what each rater said. The share of raters below 0, at 0 and above
/// is the target.
pub fn ratings(folder: &Path, name: &str) -> anyhow::Result<Vec<Labelled>> {
    let texts = folder.join(format!("{name}_GroundTruth.txt"));
    let raters = folder.join(format!("{name}_anonDataRatings.txt"));
    let (text, rated) = (read(&texts)?, read(&raters)?);
    ensure!(
        text.lines().count() == rated.lines().count(),
        "{} and {} have not as many lines",
        texts.display(),
        raters.display()
    );
    let pairs = text.lines().zip(rated.lines()).enumerate();
    let texts = pairs.map(|(i, (text, rated))| {
        let wrong = || anyhow!("{}, line {}: not as expected", raters.display(), i + 1);
        let text = text.splitn(3, '\t').nth(2).ok_or_else(wrong)?.replace("&amp;", "and");
        let list = rated.split_once('[').and_then(|(_, list)| list.split_once(']'));
        let mut counts = [0.0; 3];
        for rating in list.ok_or_else(wrong)?.0.split(',') {
            let rating: i32 = rating.trim().parse().map_err(|_| wrong())?;
            counts[(rating.signum() + 1) as usize] += 1.0;
        }
        let total: f32 = counts.iter().sum();
        Ok(Labelled { text, target: counts.map(|count| count / total) })
    });
    texts.collect()
}

/// Sentences from patterns, a line each: class, tab, pattern, in which `{a|b}` stands for one of
/// several. Of each pattern at most `most` different sentences.
pub fn patterns(lines: &str, most: usize, chance: &mut Chance) -> anyhow::Result<Vec<Labelled>> {
    let mut made: Vec<Labelled> = Vec::new();
    for (i, line) in lines.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = || anyhow!("patterns, line {}: needs a class, a tab, a pattern", i + 1);
        let (class, pattern) = line.split_once('\t').ok_or_else(wrong)?;
        let target = match class {
            "negative" => [1.0, 0.0, 0.0],
            "neutral" => [0.0, 1.0, 0.0],
            "positive" => [0.0, 0.0, 1.0],
            _ => return Err(wrong()),
        };
        let from = made.len();
        for _ in 0..3 * most {
            let text = fill(pattern, chance);
            if made.len() - from < most && made[from..].iter().all(|other| other.text != text) {
                made.push(Labelled { text, target });
            }
        }
    }
    Ok(made)
}

fn fill(pattern: &str, chance: &mut Chance) -> String {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let (choices, after) = after.split_once('}').unwrap_or((after, ""));
        let choices: Vec<&str> = choices.split('|').collect();
        text.push_str(before);
        text.push_str(choices[chance.below(choices.len())]);
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_vote() {
        assert_eq!(votes(&[Group::Negative]), [1.0, 0.0, 0.0]);
        assert_eq!(votes(&[Group::Ambiguous, Group::Neutral]), [0.0, 1.0, 0.0]);
        assert_eq!(votes(&[Group::Positive, Group::Negative]), [0.5, 0.0, 0.5]);
        let with_neutral = votes(&[Group::Positive, Group::Neutral]);
        assert!((with_neutral[2] - 2.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn patterns_are_filled() {
        let lines = "# a remark\n\nnegative\tit {broke|failed} {again|}\nneutral\ta fact";
        let made = patterns(lines, 8, &mut Chance::new(1)).unwrap();
        let texts: Vec<&str> = made.iter().map(|made| made.text.as_str()).collect();
        assert_eq!(made.len(), 5, "{texts:?}");
        assert!(texts.contains(&"it broke again") && texts.contains(&"it failed "));
        assert_eq!(made[4].target, [0.0, 1.0, 0.0]);
        assert!(patterns("bad\tx", 1, &mut Chance::new(1)).is_err());
    }

    #[test]
    fn the_shipped_patterns_are_sound() {
        let made = patterns(super::super::PATTERNS, 8, &mut Chance::new(1)).unwrap();
        for class in 0..3 {
            assert!(made.iter().filter(|made| made.target[class] == 1.0).count() > 100);
        }
        assert!(made.iter().all(|made| !made.text.contains(['{', '}', '|'])));
    }
}
