//! The statements that are learnt from: each with the stretches that may be said back.

use anyhow::ensure;
use evenkeel::language::model::LanguageModel;
use evenkeel::language::reflection::pointer::{Target, Told, names_nothing};

use super::pointer::{Known, Words};

/// What the writers wrote, a line a turn: the text, stretches of it to say back (best first, none where
/// nothing should be), and for each what it calls "it". Each writer had trades and ways to speak of their own.
pub const WRITTEN: [(&str, &str); 50] = [
    ("a", include_str!("statements/train-a.tsv")),
    ("b", include_str!("statements/train-b.tsv")),
    ("c", include_str!("statements/train-c.tsv")),
    ("d", include_str!("statements/train-d.tsv")),
    ("e", include_str!("statements/train-e.tsv")),
    ("f", include_str!("statements/train-f.tsv")),
    ("g", include_str!("statements/train-g.tsv")),
    ("h", include_str!("statements/train-h.tsv")),
    ("i", include_str!("statements/train-i.tsv")),
    ("j", include_str!("statements/train-j.tsv")),
    ("k", include_str!("statements/train-k.tsv")),
    ("l", include_str!("statements/train-l.tsv")),
    ("m", include_str!("statements/train-m.tsv")),
    ("n", include_str!("statements/train-n.tsv")),
    ("o", include_str!("statements/train-o.tsv")),
    ("p", include_str!("statements/train-p.tsv")),
    ("q", include_str!("statements/train-q.tsv")),
    ("r", include_str!("statements/train-r.tsv")),
    ("s", include_str!("statements/train-s.tsv")),
    ("t", include_str!("statements/train-t.tsv")),
    ("u", include_str!("statements/train-u.tsv")),
    ("v", include_str!("statements/train-v.tsv")),
    ("w", include_str!("statements/train-w.tsv")),
    ("x", include_str!("statements/train-x.tsv")),
    ("y", include_str!("statements/train-y.tsv")),
    ("z", include_str!("statements/train-z.tsv")),
    ("aa", include_str!("statements/train-aa.tsv")),
    ("ab", include_str!("statements/train-ab.tsv")),
    ("ac", include_str!("statements/train-ac.tsv")),
    ("ad", include_str!("statements/train-ad.tsv")),
    ("ae", include_str!("statements/train-ae.tsv")),
    ("af", include_str!("statements/train-af.tsv")),
    ("ag", include_str!("statements/train-ag.tsv")),
    ("ah", include_str!("statements/train-ah.tsv")),
    ("ai", include_str!("statements/train-ai.tsv")),
    ("aj", include_str!("statements/train-aj.tsv")),
    ("ak", include_str!("statements/train-ak.tsv")),
    ("al", include_str!("statements/train-al.tsv")),
    ("am", include_str!("statements/train-am.tsv")),
    ("an", include_str!("statements/train-an.tsv")),
    ("ao", include_str!("statements/train-ao.tsv")),
    ("ap", include_str!("statements/train-ap.tsv")),
    ("aq", include_str!("statements/train-aq.tsv")),
    ("ar", include_str!("statements/train-ar.tsv")),
    ("as", include_str!("statements/train-as.tsv")),
    ("at", include_str!("statements/train-at.tsv")),
    ("au", include_str!("statements/train-au.tsv")),
    ("av", include_str!("statements/train-av.tsv")),
    ("aw", include_str!("statements/train-aw.tsv")),
    ("ax", include_str!("statements/train-ax.tsv")),
];

/// One turn, read with and without its punctuation.
pub struct Statement {
    pub readings: Vec<Reading>,
}

/// A reading of it.
pub struct Reading {
    pub told: Told,
    /// The stretches, best first; the words of each and of its thing.
    pub stretches: Vec<Stretch>,
}

/// A stretch that may be said back.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    pub words: Words,
    pub thing: Option<Words>,
    /// Of each of its words, whether it is left out.
    pub left_out: Vec<bool>,
}

impl Reading {
    /// What is known of it, if this stretch is to be said back, or none.
    pub fn known(&self, stretch: Option<&Stretch>) -> Known {
        Known {
            first: self.told.first.clone(),
            last: self.told.last.clone(),
            stretch: stretch.map(|stretch| stretch.words),
            thing: stretch
                .filter(|stretch| names_nothing(&self.told.words[stretch.words.0..]))
                .map(|stretch| stretch.thing),
            left_out: stretch.map(|stretch| stretch.left_out.clone()).unwrap_or_default(),
        }
    }
}

/// The statements of one writer; those whose stretches aren't in the text are told and left out.
pub fn read(model: &LanguageModel, lines: &str) -> anyhow::Result<Vec<Statement>> {
    let mut statements = Vec::new();
    for (number, line) in lines.lines().enumerate() {
        let place = || format!("line {}: {line}", number + 1);
        let columns: Vec<&str> = line.split('\t').collect();
        let [text, stretches, things] = columns[..] else {
            anyhow::bail!("{}: three columns", place())
        };
        let stretches: Vec<&str> =
            stretches.split('|').map(str::trim).filter(|stretch| !stretch.is_empty()).collect();
        let things: Vec<&str> = things.split('|').map(str::trim).collect();
        let plain = plain(text);
        let readings = [text, &plain].into_iter().filter_map(|text| {
            let told = Told::of(model, text)?;
            let found = stretches.iter().enumerate().filter_map(|(i, stretch)| {
                let (words, left_out) = find(model, &told, stretch, None)?;
                let thing = things.get(i).filter(|thing| !thing.is_empty());
                let thing = thing.and_then(|thing| find(model, &told, thing, Some(words.0)));
                let thing = thing.map(|(thing, _)| thing);
                Some(Stretch { words, thing, left_out }).filter(Stretch::can_be_pointed_at)
            });
            let found: Vec<Stretch> = found.collect();
            if found.is_empty() != stretches.is_empty() {
                eprintln!("left out, since the stretch is not in the text: {}", place());
                return None;
            }
            Some(Reading { told, stretches: found })
        });
        let readings: Vec<Reading> = readings.collect();
        if !readings.is_empty() {
            statements.push(Statement { readings });
        }
    }
    ensure!(!statements.is_empty(), "no statements");
    Ok(statements)
}

/// A text as a recogniser without punctuation gives it.
fn plain(text: &str) -> String {
    text.to_lowercase().replace([',', '.', '!', '?', ';', ':', '\u{2014}', '\u{2013}'], " ")
}

impl Stretch {
    fn can_be_pointed_at(&self) -> bool {
        let fits = |(first, last): Words, target: Target| last - first < target.longest();
        fits(self.words, Target::Stretch)
            && self.thing.is_none_or(|thing| fits(thing, Target::Thing))
    }
}

/// Where the words of `stretch` lie in the text, the closest together, before the word `before`; and of the
/// words there, which are left out.
fn find(
    model: &LanguageModel,
    told: &Told,
    stretch: &str,
    before: Option<usize>,
) -> Option<(Words, Vec<bool>)> {
    let wanted = Told::of(model, &plain(stretch))?.words;
    let text = &told.words[..before.unwrap_or(told.words.len())];
    let mut best: Option<(Words, Vec<bool>)> = None;
    for begin in (0..text.len()).filter(|at| text[*at] == wanted[0]) {
        let mut rest = wanted.iter().peekable();
        let (mut left_out, mut end) = (Vec::new(), begin);
        for (at, word) in text.iter().enumerate().skip(begin) {
            let found = rest.next_if_eq(&word).is_some();
            left_out.push(!found);
            end = if found { at } else { end };
            if rest.peek().is_none() {
                break;
            }
        }
        // The last of those as close: what was said once more.
        let closest = |(first, last): Words| end - begin <= last - first;
        if rest.peek().is_none() && best.as_ref().is_none_or(|(best, _)| closest(*best)) {
            best = Some(((begin, end), left_out));
        }
    }
    best.filter(|((first, last), _)| last - first < wanted.len() + 6)
}
