//! A table as CSV.

use std::fs::File;
use std::io;

use super::super::table::cell;
use super::{Kind, Value, Write};

/// A table that is written row by row.
pub struct Sheet(csv::Writer<File>);

impl Sheet {
    /// Begins the table with its heading.
    pub fn new(file: File, columns: &[(&str, Kind)]) -> io::Result<Sheet> {
        let mut sheet = csv::Writer::from_writer(file);
        sheet.write_record(columns.iter().map(|(name, _)| name))?;
        Ok(Sheet(sheet))
    }
}

impl Write for Sheet {
    fn row(&mut self, row: Vec<Value>) -> io::Result<()> {
        let text = |value: Value| match value {
            Value::Nothing => String::new(),
            Value::Text(text) => cell(&text),
            Value::Number(number) => number.to_string(),
            Value::Count(count) => count.to_string(),
            Value::Flag(flag) => flag.to_string(),
            Value::Day(day) => day.to_string(),
            Value::Moment(moment) => moment.to_string(),
        };
        Ok(self.0.write_record(row.into_iter().map(text))?)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}
