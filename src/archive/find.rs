//! Finding calls in an archive.

use std::collections::HashSet;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Row, params, params_from_iter};
use serde::Serialize;

use super::index::{Index, IndexError, PLACE_BITS};
use super::scope::{Conditions, Scope};

/// What calls are looked for; all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Words that were said, in the order of relevance: all of them in one utterance, in any form
    /// of the word; in double quotes as a phrase.
    pub words: Option<String>,
    /// Whose and when.
    pub scope: Scope,
    /// The customer's highest heat is at least this, 0 to 1.
    pub min_heat: Option<f64>,
    /// The customer's words fell by at least this from their first quarter to the last; as a
    /// positive number: up to 10.
    pub min_fall: Option<f64>,
    /// The agent cut in at least so often.
    pub min_interruptions: Option<u32>,
    /// Nobody spoke in at least this share of the call, 0 to 1.
    pub min_silence_share: Option<f64>,
    /// These practices were missed.
    pub missed: Vec<String>,
    /// These practices were broken.
    pub broken: Vec<String>,
    /// These practices were done.
    pub done: Vec<String>,
    /// The customer's problem was of this kind.
    pub issue: Option<String>,
    /// There are moments for the coach of at least this severity, 1 to 3.
    pub min_severity: Option<u8>,
}

/// In what order calls are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The latest first.
    #[default]
    Latest,
    /// The hottest first.
    Heat,
    /// Those whose customer's words fell most first.
    Fall,
    /// Those with the most interruptions by the agent first.
    Interruptions,
    /// Those with the largest share of silence first.
    Silence,
    /// Those with the most, and the gravest, moments for the coach first.
    Moments,
}

/// A call that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// Its name, which is that of its folder.
    pub id: String,
    /// When it began, where that is known.
    pub started: Option<String>,
    /// Who took it.
    pub agent: Option<String>,
    /// By which queue it came.
    pub queue: Option<String>,
    /// Seconds.
    pub duration: f64,
    /// The customer's highest heat.
    pub heat_peak: Option<f64>,
    /// How the customer's words felt, −5 to 5.
    pub customer_sentiment: Option<f64>,
    /// The change of the same over the call.
    pub sentiment_shift: Option<f64>,
    /// How often the agent cut in.
    pub agent_interruptions: Option<u32>,
    /// The share in which nobody spoke.
    pub silence_share: f64,
    /// Moments for the coach.
    pub moments: u32,
    /// Where the words were said first, where words were looked for: moment and utterance.
    pub said: Option<(f64, String)>,
}

/// Finds calls, at most `limit` of them, and says how many there are in all.
///
/// # Errors
/// [`IndexError::Database`].
pub fn find(
    index: &Index,
    wanted: &Wanted,
    order: Order,
    limit: usize,
) -> Result<(Vec<Found>, usize), IndexError> {
    let conditions = conditions(wanted);
    let (values, conditions) = (conditions.values(), conditions.text());
    let ask = || {
        let connection = index.connection();
        let count = format!("SELECT count(*) FROM calls WHERE {conditions}");
        let all: usize =
            connection.query_row(&count, params_from_iter(values), |row| row.get(0))?;
        let said = match wanted.words {
            Some(_) => {
                format!("(SELECT start || ' ' || text {})", said_in("calls.number"))
            }
            None => "NULL".to_owned(),
        };
        let moments = "(SELECT count(*) FROM flags WHERE call = calls.number)";
        let order = match order {
            Order::Latest => "started DESC NULLS LAST",
            Order::Heat => "heat_peak DESC NULLS LAST",
            Order::Fall => "sentiment_shift ASC NULLS LAST",
            Order::Interruptions => "agent_interruptions DESC NULLS LAST",
            Order::Silence => "silence_share DESC",
            Order::Moments => {
                "(SELECT total(severity * severity) FROM flags WHERE call = calls.number) DESC"
            }
        };
        let text = format!(
            "SELECT id, started, agent, queue, duration, heat_peak, customer_sentiment,
                 sentiment_shift, agent_interruptions, silence_share, {moments}, {said}
             FROM calls WHERE {conditions} ORDER BY {order}, id LIMIT {limit}"
        );
        let mut query = connection.prepare(&text)?;
        let rows = query.query_map(params_from_iter(values), found)?;
        Ok((rows.collect::<rusqlite::Result<_>>()?, all))
    };
    index.done(ask())
}

/// The numbers of the calls that are looked for.
///
/// # Errors
/// [`IndexError::Database`].
pub fn matching(index: &Index, wanted: &Wanted) -> Result<HashSet<i64>, IndexError> {
    let ask = || {
        let numbers = |text: &str, values: &[Value]| -> rusqlite::Result<HashSet<i64>> {
            let mut query = index.connection().prepare(text)?;
            let numbers = query.query_map(params_from_iter(values), |row| row.get(0))?;
            numbers.collect()
        };
        // Apart from each other: a hundred thousand calls are not looked up one by one.
        let said = wanted.words.as_deref().map(|words| {
            let (text, words) = calls_with(words);
            numbers(&text, &[words.into()])
        });
        let others = Wanted { words: None, ..wanted.clone() };
        if said.is_some() && others == Wanted::default() {
            return said.unwrap_or_else(|| Ok(HashSet::new()));
        }
        let conditions = conditions(&others);
        let text = format!("SELECT number FROM calls WHERE {}", conditions.text());
        let mut matching = numbers(&text, conditions.values())?;
        if let Some(said) = said.transpose()? {
            matching.retain(|number| said.contains(number));
        }
        Ok(matching)
    };
    index.done(ask())
}

/// Where words were said first in the call with this number: moment and utterance.
///
/// # Errors
/// [`IndexError::Database`].
pub fn first_said(
    index: &Index,
    words: &str,
    number: i64,
) -> Result<Option<(f64, String)>, IndexError> {
    let ask = || {
        let text = format!("SELECT start, text {}", said_in("?2"));
        let mut query = index.connection().prepare_cached(&text)?;
        let said = query
            .query_row(params![words_query(words), number], |row| Ok((row.get(0)?, row.get(1)?)));
        said.optional()
    };
    index.done(ask())
}

/// The utterance of a call in which the words of `?1` were said first.
fn said_in(call: &str) -> String {
    format!(
        "FROM utterances WHERE number IN (SELECT rowid FROM words WHERE words MATCH ?1
             AND rowid BETWEEN {call} << {PLACE_BITS} AND ({call} + 1 << {PLACE_BITS}) - 1)
         ORDER BY start LIMIT 1"
    )
}

/// How the numbers of calls are asked for in which all words were said in one utterance, with `?`
/// for the second: the words as the index asks for them.
fn calls_with(words: &str) -> (String, String) {
    let query = words_query(words);
    // A word alone is in an utterance of each call that has it.
    let text = if is_a_word(words) {
        "SELECT rowid FROM call_words WHERE call_words MATCH ?".to_owned()
    } else {
        format!("SELECT rowid >> {PLACE_BITS} FROM words WHERE words MATCH ?")
    };
    (text, query)
}

/// Whether it is one word for the index too, which parts at all but letters and digits. Of other
/// scripts than the Latin one that is not said.
fn is_a_word(text: &str) -> bool {
    let latin = |c: char| {
        c.is_ascii_alphanumeric() || ('\u{c0}'..='\u{24f}').contains(&c) && c.is_alphabetic()
    };
    let text = text.trim();
    !text.is_empty() && text.chars().all(latin)
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    let said: Option<String> = row.get(11)?;
    let said = said.and_then(|said| {
        let (start, text) = said.split_once(' ')?;
        Some((start.parse().ok()?, text.to_owned()))
    });
    Ok(Found {
        id: row.get(0)?,
        started: row.get(1)?,
        agent: row.get(2)?,
        queue: row.get(3)?,
        duration: row.get(4)?,
        heat_peak: row.get(5)?,
        customer_sentiment: row.get(6)?,
        sentiment_shift: row.get(7)?,
        agent_interruptions: row.get(8)?,
        silence_share: row.get(9)?,
        moments: row.get(10)?,
        said,
    })
}

/// What must hold of the calls; the words come first.
fn conditions(wanted: &Wanted) -> Conditions {
    let mut conditions = Conditions::default();
    if let Some((with, words)) = wanted.words.as_deref().map(calls_with) {
        conditions.add(&format!("number IN ({with})"), Some(words));
    }
    wanted.scope.add_to(&mut conditions);
    conditions.add("heat_peak >= ?", wanted.min_heat);
    conditions.add("sentiment_shift <= ?", wanted.min_fall.map(|fall| -fall));
    conditions.add("agent_interruptions >= ?", wanted.min_interruptions);
    conditions.add("silence_share >= ?", wanted.min_silence_share);
    conditions.add(
        "EXISTS (SELECT 1 FROM flags WHERE call = calls.number AND severity >= ?)",
        wanted.min_severity,
    );
    let marks = [("missed", &wanted.missed), ("broken", &wanted.broken), ("done", &wanted.done)];
    for (mark, practices) in marks {
        let condition =
            format!("number IN (SELECT call FROM practices WHERE name = ? AND mark = '{mark}')");
        practices.iter().for_each(|practice| conditions.add(&condition, Some(practice.clone())));
    }
    let of_kind = "number IN (SELECT call FROM issues WHERE kind = ?)";
    conditions.add(of_kind, wanted.issue.clone());
    conditions
}

/// Words as the full-text index asks for them: each quoted, so that no character has a meaning of
/// its own; what stood in double quotes stays a phrase.
fn words_query(text: &str) -> String {
    let mut parts = Vec::new();
    for (number, part) in text.split('"').enumerate() {
        if number % 2 == 1 {
            parts.push(part.trim().to_owned());
        } else {
            parts.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    parts.retain(|part| part.chars().any(char::is_alphanumeric));
    let quoted: Vec<String> = parts.iter().map(|part| format!("\"{part}\"")).collect();
    if quoted.is_empty() { "\"\"".into() } else { quoted.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_of_a_word_has_a_meaning() {
        assert_eq!(words_query("third  time"), "\"third\" \"time\"");
        assert_eq!(words_query("my \"still waiting\" OR*"), "\"my\" \"still waiting\" \"OR*\"");
        assert_eq!(words_query("don't \" -"), "\"don't\"");
        assert_eq!(words_query(" * "), "\"\"");
    }

    #[test]
    fn only_letters_and_digits_are_one_word() {
        assert!(is_a_word(" refund ") && is_a_word("2nd") && is_a_word("größe"));
        for text in ["", " ", "third time", "don't", "\"refund\"", "a-b", "3×4", "नमस्ते"]
        {
            assert!(!is_a_word(text), "{text}");
        }
    }
}
