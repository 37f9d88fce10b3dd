//! Reading a configuration file: unknown keys are refused with the nearest known one, and
//! every complaint names the line.

use std::ops::Range;
use std::path::Path;

use sha2::{Digest, Sha256};
use toml::de::{DeTable, DeValue};

use super::Config;

/// The shipped defaults, commented: what `evenkeel config` prints.
pub const DEFAULTS: &str = include_str!("../../assets/evenkeel.toml");

/// Why a configuration was refused. Nothing of a refused file is used; mend the line and
/// try again.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("{file}: can't be read: {source}; check the path and its permissions")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not TOML, or a value has the wrong type.
    #[error("{file}, line {line}: {message}")]
    Malformed {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A key that nothing reads.
    #[error("{file}, line {line}: there is no setting `{key}`{}", nearest.as_ref().map_or_else(
        || "; `evenkeel config` lists them".to_owned(), |k| format!("; did you mean `{k}`?")))]
    UnknownKey {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// The key, with its tables.
        key: String,
        /// The known key that looks most like it.
        nearest: Option<String>,
    },
    /// A value that makes no sense.
    #[error("{file}{}: {key} = {value}: must be {expected}", line.map_or_else(
        String::new, |line| format!(", line {line}")))]
    OutOfRange {
        /// The file.
        file: String,
        /// Line, from 1; `None` where the file does not set it, but what limits it.
        line: Option<usize>,
        /// The key, with its tables.
        key: String,
        /// The value given.
        value: String,
        /// What would be right.
        expected: String,
    },
}

impl Config {
    /// Reads and validates `path`; what it does not set keeps its default.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Config::parse(&text, &file),
            Err(source) => Err(ConfigError::Unreadable { file, source }),
        }
    }

    /// Reads and validates `text`; `file` is the name used in errors.
    pub fn parse(text: &str, file: &str) -> Result<Config, ConfigError> {
        let malformed = |error: toml::de::Error| ConfigError::Malformed {
            file: file.to_owned(),
            line: line_of(text, error.span()),
            message: error.message().replace('\n', "; "),
        };
        let given = DeTable::parse(text).map_err(malformed)?;
        let mut merged = toml::Table::try_from(Config::default()).expect("the defaults are TOML");
        check_keys(given.get_ref(), &merged, "").map_err(|complaint| complaint.at(text, file))?;
        merge(&mut merged, toml::from_str(text).map_err(malformed)?);
        let config: Config = merged.try_into().map_err(malformed)?;
        config.validate().map_err(|(key, value, expected)| ConfigError::OutOfRange {
            file: file.to_owned(),
            line: place_of(given.get_ref(), key).map(|place| line_of(text, Some(place))),
            key: key.to_owned(),
            value,
            expected,
        })?;
        Ok(config)
    }

    /// SHA-256 of everything in force, in hexadecimal: two logs with the same sum were made
    /// under the same settings, however the file was laid out.
    pub fn sha256(&self) -> String {
        let text = toml::to_string(self).expect("a configuration is TOML");
        let rules = toml::to_string(&self.rules).expect("rules are TOML");
        Sha256::digest(text + &rules).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn validate(&self) -> Result<(), (&'static str, String, String)> {
        let range = |key, value: f64, range: Range<f64>, unit: &str| {
            if value.is_finite() && (range.start..=range.end).contains(&value) {
                Ok(())
            } else {
                let expected = format!("{} to {}{unit}", range.start, range.end);
                Err((key, value.to_string(), expected))
            }
        };
        let secs = |key, value, within| range(key, value, within, " seconds");
        let share = |key, value: f32| range(key, f64::from(value), 0.0..1.0, "");

        let s = &self.speech;
        share("speech.onset_probability", s.onset_probability)?;
        share("speech.offset_probability", s.offset_probability)?;
        if s.offset_probability > s.onset_probability {
            return Err((
                "speech.offset_probability",
                s.offset_probability.to_string(),
                format!("at most speech.onset_probability ({})", s.onset_probability),
            ));
        }
        secs("speech.bridge_secs", s.bridge_secs, 0.05..2.0)?;
        secs("speech.min_secs", s.min_secs, 0.0..1.0)?;
        range("speech.quiet_dbfs", f64::from(s.quiet_dbfs), -120.0..-20.0, " dBFS")?;

        range("leak.bleed_db", f64::from(self.leak.bleed_db), -30.0..0.0, " dB")?;

        let u = &self.utterance;
        secs("utterance.wait_secs", u.wait_secs, s.bridge_secs..5.0)?;
        secs("utterance.pad_secs", u.pad_secs, 0.0..u.wait_secs)?;
        secs("utterance.max_secs", u.max_secs, 2.0..28.0)?;
        secs("utterance.search_secs", u.search_secs, 0.5..u.max_secs - 1.0)?;

        let w = &self.words;
        secs("words.lateness_secs", w.lateness_secs, 0.0..10.0)?;
        secs("words.partial_secs", w.partial_secs, 0.3..30.0)?;
        range("words.min_logprob", f64::from(w.min_logprob), -10.0..0.0, "")?;
        range("words.max_repeats", f64::from(w.max_repeats), 1.0..100.0, "")?;
        range("words.max_words_per_sec", f64::from(w.max_words_per_sec), 1.0..100.0, "")?;
        share("words.no_speech_probability", w.no_speech_probability)?;
        range("words.no_speech_logprob", f64::from(w.no_speech_logprob), -10.0..0.0, "")?;

        let m = &self.measure;
        secs("measure.pace_window_secs", m.pace_window_secs, 2.0..300.0)?;
        secs("measure.pace_min_secs", m.pace_min_secs, 0.5..m.pace_window_secs)?;
        range("measure.pitch_min_hz", f64::from(m.pitch_min_hz), 50.0..300.0, " Hz")?;
        let lowest = f64::from(m.pitch_min_hz) + 50.0;
        range("measure.pitch_max_hz", f64::from(m.pitch_max_hz), lowest..800.0, " Hz")?;
        secs("measure.baseline_min_secs", m.baseline_min_secs, 0.5..300.0)?;
        secs("measure.turn_pace_secs", m.turn_pace_secs, 2.0..m.pace_window_secs)?;
        secs("measure.own_pace_min_secs", m.own_pace_min_secs, 5.0..600.0)?;
        range("measure.typical_wpm", m.typical_wpm, 50.0..300.0, " wpm")?;

        let d = &self.dialogue;
        secs("dialogue.turn_pause_secs", d.turn_pause_secs, 0.5..60.0)?;
        secs("dialogue.backchannel_max_secs", d.backchannel_max_secs, 0.1..5.0)?;
        let longest = d.backchannel_max_secs..10.0;
        secs("dialogue.backchannel_words_max_secs", d.backchannel_words_max_secs, longest)?;
        secs("dialogue.interruption_min_secs", d.interruption_min_secs, 0.1..5.0)?;
        secs("dialogue.yield_within_secs", d.yield_within_secs, 0.1..10.0)?;
        secs("dialogue.same_start_secs", d.same_start_secs, 0.0..1.0)?;
        secs("dialogue.silence_min_secs", d.silence_min_secs, 0.5..60.0)?;
        secs("dialogue.slow_answer_secs", d.slow_answer_secs, 1.0..60.0)?;

        let c = &self.cues;
        secs("cues.shown_secs", c.shown_secs, 1.0..60.0)?;
        secs("cues.cooldown_secs", c.cooldown_secs, 0.0..600.0)?;
        secs("cues.cooldown_words_secs", c.cooldown_words_secs, 0.0..600.0)?;
        secs("cues.quiet_secs", c.quiet_secs, 0.0..10.0)?;
        range("cues.max_count", f64::from(c.max_count), 0.0..1000.0, "")?;
        range("cues.max_count_words", f64::from(c.max_count_words), 0.0..1000.0, "")?;
        secs("cues.max_window_secs", c.max_window_secs, 1.0..36_000.0)?;
        secs("cues.outcome_secs", c.outcome_secs, 1.0..120.0)?;
        secs("cues.snooze_secs", c.snooze_secs, 1.0..36_000.0)
    }
}

/// The line of the start of `span`, from 1.
pub(crate) fn line_of(text: &str, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start).min(text.len());
    1 + text.as_bytes()[..start].iter().filter(|&&byte| byte == b'\n').count()
}

/// Where `given` sets the key, which is named with its tables.
fn place_of(given: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    let (name, rest) = key.split_once('.').map_or((key, None), |(name, rest)| (name, Some(rest)));
    let (place, value) = given.iter().find(|(given, _)| given.get_ref().as_ref() == name)?;
    match (rest, value.get_ref()) {
        (Some(rest), DeValue::Table(table)) => place_of(table, rest),
        (_, _) => Some(place.span()),
    }
}

/// What is wrong with a key, before its line is known.
struct Complaint {
    key: String,
    span: Range<usize>,
    kind: ComplaintKind,
}

enum ComplaintKind {
    Unknown { nearest: Option<String> },
    WrongType { given: &'static str, expected: &'static str },
}

impl Complaint {
    fn at(self, text: &str, file: &str) -> ConfigError {
        let (file, line, key) = (file.to_owned(), line_of(text, Some(self.span)), self.key);
        match self.kind {
            ComplaintKind::Unknown { nearest } => {
                ConfigError::UnknownKey { file, line, key, nearest }
            }
            ComplaintKind::WrongType { given, expected } => {
                let message = format!("`{key}` is {given}; it must be {expected}");
                ConfigError::Malformed { file, line, message }
            }
        }
    }
}

/// The known name that is most like this one, if it is like it.
pub fn nearest<S: AsRef<str>>(name: &str, known: impl IntoIterator<Item = S>) -> Option<S> {
    let likeness = |known: S| (strsim::jaro_winkler(known.as_ref(), name), known);
    let like = known.into_iter().map(likeness).filter(|(likeness, _)| *likeness > 0.75);
    like.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, nearest)| nearest)
}

/// Holds every key of `given` against `known`: is it there, and of the same type?
fn check_keys(given: &DeTable<'_>, known: &toml::Table, prefix: &str) -> Result<(), Complaint> {
    for (key, value) in given.iter() {
        let name = key.get_ref().as_ref();
        let complain =
            |kind| Err(Complaint { key: format!("{prefix}{name}"), span: key.span(), kind });
        let Some(default) = known.get(name) else {
            let nearest = nearest(name, known.keys()).map(|known| format!("{prefix}{known}"));
            return complain(ComplaintKind::Unknown { nearest });
        };
        let given = value.get_ref();
        match (default, given) {
            (toml::Value::Table(inner), DeValue::Table(table)) => {
                check_keys(table, inner, &format!("{prefix}{name}."))?;
            }
            (toml::Value::Float(_), DeValue::Float(_) | DeValue::Integer(_))
            | (toml::Value::Integer(_), DeValue::Integer(_))
            | (toml::Value::Boolean(_), DeValue::Boolean(_))
            | (toml::Value::String(_), DeValue::String(_))
            | (toml::Value::Array(_), DeValue::Array(_)) => {}
            (_, _) => {
                let (given, expected) = (plain(given.type_str()), plain(default.type_str()));
                return complain(ComplaintKind::WrongType { given, expected });
            }
        }
    }
    Ok(())
}

/// What TOML's name of a type means.
fn plain(name: &'static str) -> &'static str {
    match name {
        "string" => "text",
        "float" => "a number",
        "integer" => "a whole number",
        "boolean" => "true or false",
        "array" => "a list",
        "table" => "a section",
        "datetime" => "a date",
        other => other,
    }
}

/// Lays `given` over `base`, table by table.
fn merge(base: &mut toml::Table, given: toml::Table) {
    for (key, value) in given {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(table)) => merge(inner, table),
            (Some(toml::Value::Float(slot)), toml::Value::Integer(whole)) => *slot = whole as f64,
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Config::parse(text, "my.toml").unwrap_err().to_string()
    }

    #[test]
    fn the_shipped_file_says_what_the_code_does() {
        assert_eq!(Config::parse(DEFAULTS, "assets/evenkeel.toml").unwrap(), Config::default());
        let shipped: toml::Table = DEFAULTS.parse().unwrap();
        let code = toml::Table::try_from(Config::default()).unwrap();
        assert_eq!(shipped.len(), code.len());
        for (section, settings) in &code {
            let keys = |value: &toml::Value| -> Vec<String> {
                let mut keys: Vec<_> = value.as_table().unwrap().keys().cloned().collect();
                keys.sort();
                keys
            };
            assert_eq!(keys(&shipped[section]), keys(settings), "[{section}]");
        }
    }

    #[test]
    fn a_part_of_a_file_keeps_the_other_defaults() {
        let config = Config::parse("[speech]\nbridge_secs = 0.4\n", "my.toml").unwrap();
        assert_eq!(config.speech.bridge_secs, 0.4);
        assert_eq!(config.utterance, Config::default().utterance);
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest() {
        assert_eq!(
            refused("[speech]\n\nbridge_sec = 0.4\n"),
            "my.toml, line 3: there is no setting `speech.bridge_sec`; \
             did you mean `speech.bridge_secs`?"
        );
        assert!(refused("[cue]\nshown_secs = 4.0").contains("`cues`?"));
        assert!(refused("zebra = 1").contains("`evenkeel config` lists them"));
    }

    #[test]
    fn senseless_values_are_refused() {
        assert_eq!(
            refused("[speech]\nonset_probability = 1.5"),
            "my.toml, line 2: speech.onset_probability = 1.5: must be 0 to 1"
        );
        assert_eq!(
            refused("[speech]\nbridge_secs = 1.5"),
            "my.toml: utterance.wait_secs = 0.5: must be 1.5 to 5 seconds"
        );
        assert!(refused("[speech]\nbridge_secs = nan").contains("0.05 to 2 seconds"));
        assert!(refused("[speech]\noffset_probability = 0.9").contains("at most"));
        assert_eq!(
            refused("[utterance]\nmax_secs = \"long\""),
            "my.toml, line 2: `utterance.max_secs` is text; it must be a number"
        );
        assert!(refused("speech = [").contains("line 1"));
    }
}
