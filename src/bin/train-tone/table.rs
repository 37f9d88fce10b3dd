//! What was heard as a table on disk: hearing takes minutes, fitting less.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, ensure};
use evenkeel::tone::features::{COUNT, names};

use crate::clips::Emotion;
use crate::examples::{Examples, Look};

/// The columns before the features.
const ABOUT: [&str; 7] = ["clip", "speaker", "emotion", "way", "raised_db", "secs", "last"];

fn columns() -> Vec<String> {
    let features = names().into_iter().map(|(name, _)| name);
    ABOUT.into_iter().map(str::to_owned).chain(features).collect()
}

/// Writes what was heard.
pub fn write(examples: &Examples, path: &Path) -> anyhow::Result<()> {
    let mut out = csv::Writer::from_path(path)?;
    out.write_record(columns())?;
    for look in &examples.looks {
        let Look { clip, emotion, way, secs, last, .. } = look;
        let raised_db = look.raised_db.map_or(String::new(), |db| db.to_string());
        let about = [
            clip.to_string(),
            examples.speakers[look.speaker].clone(),
            format!("{emotion:?}"),
            way.to_string(),
            raised_db,
            secs.to_string(),
            last.to_string(),
        ];
        out.write_record(about.into_iter().chain(look.features.map(|value| value.to_string())))?;
    }
    Ok(out.flush()?)
}

/// Reads what was written: number by number the same.
pub fn read(path: &Path) -> anyhow::Result<Examples> {
    let mut table = csv::Reader::from_path(path)?;
    ensure!(
        table.headers()?.iter().eq(columns()),
        "other columns than this program writes; let it hear the clips again"
    );
    let rows: Vec<csv::StringRecord> = table.records().collect::<Result<_, _>>()?;
    let named: BTreeSet<&str> = rows.iter().map(|row| &row[1]).collect();
    let speakers: Vec<String> = named.into_iter().map(str::to_owned).collect();
    let look = |row: &csv::StringRecord| -> anyhow::Result<Look> {
        let mut features = [0.0; COUNT];
        for (to, value) in features.iter_mut().zip(row.iter().skip(ABOUT.len())) {
            *to = value.parse()?;
        }
        Ok(Look {
            clip: row[0].parse()?,
            speaker: speakers.iter().position(|name| *name == row[1]).unwrap_or(0),
            emotion: Emotion::parse(&row[2]).context("an emotion that is not known")?,
            way: row[3].parse()?,
            raised_db: if row[4].is_empty() { None } else { Some(row[4].parse()?) },
            secs: row[5].parse()?,
            last: row[6].parse()?,
            features,
        })
    };
    let looks = rows
        .iter()
        .enumerate()
        .map(|(i, row)| look(row).with_context(|| format!("line {}", i + 2)));
    let looks = looks.collect::<anyhow::Result<_>>()?;
    Ok(Examples::of(speakers, looks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_written() {
        let look = |speaker, emotion, raised_db| Look {
            clip: 3,
            speaker,
            emotion,
            way: 1,
            raised_db,
            secs: 1.008,
            last: true,
            features: std::array::from_fn(|i| (i as f32 - 20.0) / 7.0),
        };
        let looks =
            vec![look(0, Emotion::Neutral, None), look(1, Emotion::Anger, Some(12.345_678))];
        let examples = Examples::of(vec!["03".into(), "08".into()], looks);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heard.csv");
        write(&examples, &path).unwrap();
        let again = read(&path).unwrap();
        assert_eq!(again.speakers, examples.speakers);
        assert_eq!(again.looks, examples.looks);
        std::fs::write(&path, "clip,speaker\n1,03\n").unwrap();
        assert!(read(&path).is_err());
    }
}
