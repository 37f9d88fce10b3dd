//! All calls as tables for other tools: pandas, DuckDB, Spark, a spreadsheet.
//!
//! Four tables, joined by `call`, the call's id. Times are seconds from the beginning of the call;
//! a cell is empty (null) where nothing is known or the column does not apply.
//!
//! | `calls` | |
//! | --- | --- |
//! | `started` | the moment it began, UTC; empty where no time or no offset was told |
//! | `started_text`, `day` | when it began as it was told; the day, where the call was taken |
//! | `agent`, `customer`, `queue` | who, with whom, by which queue |
//! | `layout` | `stereo`, `two-files`, `mono-mix` or `live` |
//! | `partial` | whether the log was cut short, so that the numbers are rebuilt from what is there |
//! | `…_share` | of the call's duration, 0 to 1 |
//! | `…_interruptions` | by whom, how many |
//! | `response_gap_secs` | median from the customer's end to the agent's start; may be negative |
//! | `…_pace_wpm` | words a minute |
//! | `heat_…` | 0 to 1 |
//! | `customer_sentiment`, `sentiment_shift` | −5 to 5; last quarter less the first |
//! | `recovered_after_secs` | from the onset of trouble until the customer was calm again |
//! | `version`, `config_sha256` | what analysed it |
//!
//! | `utterances` | |
//! | --- | --- |
//! | `number` | in the order of the log, from 1 |
//! | `party` | `agent` or `customer`; empty in a mono mix |
//! | `words` | how many |
//! | `confidence`, `sentiment` | 0 to 1; −1 to 1 |
//!
//! `events` has what else happened, as the table of a single call has it ([`super::write_events_csv`]);
//! `scorecards` each practice of each call that could be judged, with its `mark`: `done`, `missed`,
//! `broken` or `not-needed`.

mod as_csv;
mod as_parquet;

use std::fs::File;
use std::io;

use jiff::Timestamp;
use jiff::civil::Date;

use super::call_id;
use super::table::{Row, row};
use super::turn::Offsets;
use crate::archive::facts::Facts;
use crate::call::began::Began;
use crate::call::names::Name;
use crate::call::record::{Line, Record};
use crate::units::Party;

/// One of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// A row a call.
    Calls,
    /// A row for each thing said.
    Utterances,
    /// A row for each other thing that happened.
    Events,
    /// A row for each practice of each call.
    Scorecards,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Count,
    Flag,
    Day,
    Moment,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Nothing,
    Text(String),
    Number(f64),
    Count(i64),
    Flag(bool),
    Day(Date),
    Moment(Timestamp),
}

/// Writes the rows of a table, each with a value for each column.
trait Write {
    fn row(&mut self, row: Vec<Value>) -> io::Result<()>;
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// In which form tables are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Apache Parquet: typed columns, compressed, in groups of rows.
    Parquet,
    /// CSV (RFC 4180) with a heading.
    Csv,
}

/// The tables while they are written. However many the calls, only some thousand rows of each
/// table are held in memory.
pub struct Tables(Vec<(Table, Box<dyn Write>)>);

impl Tables {
    /// Begins all tables, each in the file that `open` gives for it.
    ///
    /// # Errors
    /// What `open` returns, or the file system when it is written to.
    pub fn new(form: Form, open: impl Fn(Table) -> io::Result<File>) -> io::Result<Tables> {
        let begin = |table: Table| -> io::Result<(Table, Box<dyn Write>)> {
            let (file, columns) = (open(table)?, table.columns());
            Ok((
                table,
                match form {
                    Form::Parquet => Box::new(as_parquet::Sheet::new(file, table.name(), columns)?),
                    Form::Csv => Box::new(as_csv::Sheet::new(file, columns)?),
                },
            ))
        };
        Ok(Tables(Table::ALL.into_iter().map(begin).collect::<io::Result<_>>()?))
    }

    /// Adds a call; `name` is its id where its log does not say it.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn add(&mut self, lines: &[Line], name: &str) -> io::Result<()> {
        let id = call_id(lines, name);
        for (table, sheet) in &mut self.0 {
            table.rows(id, lines).into_iter().try_for_each(|row| sheet.row(row))?;
        }
        Ok(())
    }

    /// Writes what is left, and closes the files.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn finish(self) -> io::Result<()> {
        self.0.into_iter().try_for_each(|(_, sheet)| sheet.finish())
    }
}

impl Form {
    /// What the files' names end with.
    pub fn ending(self) -> &'static str {
        match self {
            Form::Parquet => "parquet",
            Form::Csv => "csv",
        }
    }
}

impl Table {
    /// All of them.
    pub const ALL: [Table; 4] = [Table::Calls, Table::Utterances, Table::Events, Table::Scorecards];

    /// Its name, and its file's.
    pub fn name(self) -> &'static str {
        match self {
            Table::Calls => "calls",
            Table::Utterances => "utterances",
            Table::Events => "events",
            Table::Scorecards => "scorecards",
        }
    }

    fn columns(self) -> &'static [(&'static str, Kind)] {
        use Kind::{Count, Day, Flag, Moment, Number, Text};
        match self {
            Table::Calls => &[
                ("call", Text),
                ("started", Moment),
                ("started_text", Text),
                ("day", Day),
                ("agent", Text),
                ("customer", Text),
                ("queue", Text),
                ("layout", Text),
                ("partial", Flag),
                ("duration_secs", Number),
                ("agent_talk_share", Number),
                ("customer_talk_share", Number),
                ("overlap_share", Number),
                ("silence_share", Number),
                ("agent_interruptions", Count),
                ("customer_interruptions", Count),
                ("response_gap_secs", Number),
                ("agent_pace_wpm", Number),
                ("customer_pace_wpm", Number),
                ("heat_peak", Number),
                ("heat_mean", Number),
                ("heat_last_minute", Number),
                ("customer_sentiment", Number),
                ("sentiment_shift", Number),
                ("recovered_after_secs", Number),
                ("version", Text),
                ("config_sha256", Text),
            ],
            Table::Utterances => &[
                ("call", Text),
                ("number", Count),
                ("party", Text),
                ("start_secs", Number),
                ("end_secs", Number),
                ("text", Text),
                ("words", Count),
                ("confidence", Number),
                ("sentiment", Number),
            ],
            Table::Events => &[
                ("call", Text),
                ("event", Text),
                ("party", Text),
                ("start_secs", Number),
                ("end_secs", Number),
                ("name", Text),
                ("text", Text),
                ("score", Number),
                ("severity", Count),
                ("outcome", Text),
                ("due", Day),
            ],
            Table::Scorecards => &[("call", Text), ("practice", Text), ("mark", Text)],
        }
    }

    fn rows(self, id: &str, lines: &[Line]) -> Vec<Vec<Value>> {
        match self {
            Table::Calls => vec![call(id, lines)],
            Table::Utterances => utterances(id, lines),
            Table::Events => events(id, lines),
            Table::Scorecards => {
                let practices = Facts::of(id, lines).practices.into_iter();
                practices.map(|(name, mark)| vec![id.into(), name.into(), mark.into()]).collect()
            }
        }
    }
}

fn call(id: &str, lines: &[Line]) -> Vec<Value> {
    let facts = Facts::of(id, lines);
    let head = lines.iter().find_map(|line| match &line.record {
        Record::Call { layout, version, config_sha256, .. } => {
            Some((layout.name(), version.clone(), config_sha256.clone()))
        }
        _ => None,
    });
    let (layout, version, config) = match head {
        Some((layout, version, config)) => (Some(layout), Some(version), Some(config)),
        None => (None, None, None),
    };
    let began = facts.started.as_ref().and_then(|text| text.parse::<Began>().ok());
    let moment = facts.started.as_ref().and_then(|text| text.trim().parse::<Timestamp>().ok());
    let n = facts.numbers;
    vec![
        id.into(),
        moment.map_or(Value::Nothing, Value::Moment),
        facts.started.into(),
        began.map_or(Value::Nothing, |began| Value::Day(began.day)),
        facts.agent.into(),
        facts.customer.into(),
        facts.queue.into(),
        layout.into(),
        Value::Flag(facts.partial),
        n.duration.into(),
        n.agent_talk_share.into(),
        n.customer_talk_share.into(),
        n.overlap_share.into(),
        n.silence_share.into(),
        n.agent_interruptions.map(i64::from).into(),
        n.customer_interruptions.map(i64::from).into(),
        n.response_gap.into(),
        n.agent_pace.into(),
        n.customer_pace.into(),
        n.heat_peak.into(),
        n.heat_mean.into(),
        n.heat_last_minute.into(),
        n.customer_sentiment.into(),
        n.sentiment_shift.into(),
        n.recovered_after.into(),
        version.into(),
        config.into(),
    ]
}

fn utterances(id: &str, lines: &[Line]) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for line in lines {
        let Record::Utterance { party, span, text, words, confidence, sentiment, .. } =
            &line.record
        else {
            continue;
        };
        let words = if words.is_empty() { text.split_whitespace().count() } else { words.len() };
        rows.push(vec![
            id.into(),
            Value::Count(rows.len() as i64 + 1),
            party.map(Party::name).into(),
            span.start.0.into(),
            span.end.0.into(),
            text.as_str().into(),
            Value::Count(words as i64),
            (*confidence).into(),
            (*sentiment).into(),
        ]);
    }
    rows
}

fn events(id: &str, lines: &[Line]) -> Vec<Vec<Value>> {
    let mut all: Vec<_> = lines.iter().filter_map(|line| row(lines, line)).collect();
    all.retain(|(_, row)| row.event != "utterance");
    all.sort_by_key(|(at, _)| at.begin);
    let secs = |ms: u64| Value::Number(ms as f64 / 1000.0);
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty()).into();
    let cells = |(at, row): (Offsets, Row)| {
        vec![
            id.into(),
            row.event.into(),
            row.party.map(Party::name).into(),
            secs(at.begin),
            secs(at.end),
            given(row.name),
            given(row.text),
            row.score.into(),
            row.severity.map(i64::from).into(),
            given(row.outcome),
            row.due.parse().map_or(Value::Nothing, Value::Day),
        ]
    };
    all.into_iter().map(cells).collect()
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<i64> for Value {
    fn from(count: i64) -> Value {
        Value::Count(count)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Nothing, Into::into)
    }
}
