//! Clips of one speaker each, labelled with the emotion that was acted.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;

/// One clip.
#[derive(Clone, Debug)]
pub struct Clip {
    /// Where the sound is: WAV, FLAC, or what else is read.
    pub path: PathBuf,
    /// The collection it is from.
    pub corpus: String,
    /// Who speaks, unique within the corpus.
    pub speaker: String,
    /// What was acted.
    pub emotion: Emotion,
}

/// What was acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Emotion {
    /// Anger.
    Anger,
    /// Joy, happiness.
    Joy,
    /// Nothing in particular.
    Neutral,
    /// Calm.
    Calm,
    /// Sadness.
    Sadness,
    /// Boredom.
    Boredom,
    /// Fear.
    Fear,
    /// Disgust.
    Disgust,
    /// Surprise.
    Surprise,
}

impl Emotion {
    /// Whether the voice is at rest in it: what anger must be told from before all else.
    pub fn is_low(self) -> bool {
        matches!(self, Emotion::Neutral | Emotion::Calm | Emotion::Sadness | Emotion::Boredom)
    }

    /// The emotion of a name as corpora have it.
    pub fn parse(name: &str) -> Option<Emotion> {
        Some(match name.trim().to_lowercase().as_str() {
            "anger" | "angry" => Emotion::Anger,
            "joy" | "happy" | "happiness" | "joyful" => Emotion::Joy,
            "neutral" => Emotion::Neutral,
            "calm" => Emotion::Calm,
            "sad" | "sadness" => Emotion::Sadness,
            "boredom" | "bored" => Emotion::Boredom,
            "fear" | "fearful" | "anxiety" => Emotion::Fear,
            "disgust" | "disgusted" => Emotion::Disgust,
            "surprise" | "surprised" | "pleasant surprise" => Emotion::Surprise,
            _ => return None,
        })
    }
}

#[derive(Deserialize)]
struct Row {
    #[serde(alias = "file")]
    path: PathBuf,
    corpus: Option<String>,
    speaker: String,
    emotion: String,
    split: Option<String>,
}

/// Reads a list of clips: a CSV file with the columns `path` (or `file`; from the list's own
/// folder), `corpus` (else the folder's name), `speaker`, `emotion`, and if wanted `split`.
///
/// A speaker who stands in two splits is an error: figures on them would say nothing.
pub fn read(list: &Path) -> anyhow::Result<Vec<Clip>> {
    let name = list.display();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(false)
        .trim(csv::Trim::All)
        .from_path(list)
        .with_context(|| format!("{name}: can't be read; is the data set there?"))?;
    let folder = list.parent().unwrap_or(Path::new("."));
    let folder_name = folder.canonicalize().ok();
    let folder_name = folder_name.as_deref().and_then(Path::file_name).unwrap_or_default();
    let mut splits: Vec<(String, String, String)> = Vec::new();
    let mut clips = Vec::new();
    for (i, row) in reader.deserialize().enumerate() {
        let place = format!("{name}, row {}", i + 1);
        let row: Row = row.with_context(|| {
            format!("{place}: needs the columns path, corpus, speaker and emotion")
        })?;
        let emotion = Emotion::parse(&row.emotion).with_context(|| {
            format!(
                "{place}: no emotion `{}`; use anger, joy, neutral, calm, sadness, boredom, \
                 fear, disgust or surprise",
                row.emotion
            )
        })?;
        let corpus = row.corpus.unwrap_or_else(|| folder_name.to_string_lossy().into_owned());
        if let Some(split) = row.split.filter(|split| !split.is_empty()) {
            let known = splits.iter().find(|(c, s, _)| *c == corpus && *s == row.speaker);
            match known {
                Some((_, speaker, other)) if *other != split => bail!(
                    "{place}: speaker {speaker} is in `{split}` and in `{other}`; each speaker \
                     may be in one only"
                ),
                Some(_) => {}
                None => splits.push((corpus.clone(), row.speaker.clone(), split)),
            }
        }
        let path = folder.join(row.path);
        // Lists are older than the packing of their clips.
        let packed = ["flac", "wav"].map(|ending| path.with_extension(ending));
        let found = [path.clone()].into_iter().chain(packed).find(|path| path.is_file());
        let Some(path) = found else { bail!("{place}: no file {}", path.display()) };
        clips.push(Clip { path, corpus, speaker: row.speaker, emotion });
    }
    if clips.is_empty() {
        bail!("{name}: holds no clips");
    }
    Ok(clips)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of these rows in a folder with the clips `a.flac` and `b.wav`.
    fn list(rows: &str) -> anyhow::Result<Vec<Clip>> {
        let dir = tempfile::tempdir().unwrap();
        for clip in ["a.flac", "b.wav"] {
            std::fs::write(dir.path().join(clip), "").unwrap();
        }
        let path = dir.path().join("list.csv");
        std::fs::write(&path, rows).unwrap();
        read(&path)
    }

    fn refused(rows: &str) -> String {
        format!("{:#}", list(rows).unwrap_err())
    }

    #[test]
    fn rows_are_clips() {
        let clips = list("file,speaker,emotion\na.wav,03,happiness\nb.wav,04, Sad\n").unwrap();
        assert!(clips[0].path.ends_with("a.flac") && clips[1].path.ends_with("b.wav"));
        assert_eq!((clips[0].speaker.as_str(), clips[0].emotion), ("03", Emotion::Joy));
        assert!(!clips[0].emotion.is_low() && clips[1].emotion.is_low());
    }

    #[test]
    fn a_speaker_in_two_splits_is_refused() {
        let rows = "path,corpus,speaker,emotion,split\na.wav,x,1,anger,train\nb.wav,x,1,joy,test\n";
        assert!(refused(rows).contains("row 2: speaker 1 is in `test` and in `train`"));
        // Speakers of two corpora may share a number.
        let rows = rows.replace("b.wav,x", "b.wav,y");
        assert_eq!(list(&rows).unwrap().len(), 2);
    }

    #[test]
    fn what_is_wrong_in_a_list_is_named() {
        let head = "path,corpus,speaker,emotion\n";
        assert!(refused(&format!("{head}a.wav,x,1,hungry\n")).contains("no emotion `hungry`"));
        assert!(refused(&format!("{head}c.wav,x,1,joy\n")).contains("row 1: no file"));
        assert!(refused("path,corpus\na.wav,x\n").contains("needs the columns"));
        assert!(refused(head).contains("holds no clips"));
    }
}
