//! A table as Apache Parquet: each column of a group of rows together, encoded and compressed
//! (Snappy, which all readers know). Every column may be null.

use std::fs::File;
use std::io;
use std::sync::Arc;

use jiff::civil::{Date, date};
use parquet::basic::Compression;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use super::{Kind, Value, Write};

/// Rows that are written together. They are held in memory until then: some tens of megabytes of
/// the longest table.
const ROWS_A_GROUP: usize = 32_768;

/// A table that is written in groups of rows.
pub struct Sheet {
    file: SerializedFileWriter<File>,
    columns: &'static [(&'static str, Kind)],
    rows: Vec<Vec<Value>>,
}

impl Sheet {
    /// Begins the table `name`.
    pub fn new(
        file: File,
        name: &str,
        columns: &'static [(&'static str, Kind)],
    ) -> io::Result<Sheet> {
        let column = |(name, kind): &(&str, Kind)| match kind {
            Kind::Text => format!("OPTIONAL BYTE_ARRAY {name} (STRING);"),
            Kind::Number => format!("OPTIONAL DOUBLE {name};"),
            Kind::Count => format!("OPTIONAL INT64 {name};"),
            Kind::Flag => format!("OPTIONAL BOOLEAN {name};"),
            Kind::Day => format!("OPTIONAL INT32 {name} (DATE);"),
            Kind::Moment => format!("OPTIONAL INT64 {name} (TIMESTAMP(MICROS,true));"),
        };
        let schema = columns.iter().map(column).collect::<String>();
        let schema =
            parse_message_type(&format!("message {name} {{ {schema} }}")).map_err(other)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("evenkeel ", env!("CARGO_PKG_VERSION")).into())
            .build();
        let file = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties));
        Ok(Sheet { file: file.map_err(other)?, columns, rows: Vec::new() })
    }

    /// Writes the rows that have come together.
    fn write(&mut self) -> Result<(), ParquetError> {
        let mut group = self.file.next_row_group()?;
        for (at, (_, kind)) in self.columns.iter().enumerate() {
            let mut column = group.next_column()?.expect("a column of the schema");
            let cells =
                self.rows.iter_mut().map(|row| std::mem::replace(&mut row[at], Value::Nothing));
            match kind {
                Kind::Text => put::<ByteArrayType>(&mut column, cells, |cell| match cell {
                    Value::Text(text) => Some(ByteArray::from(text.into_bytes())),
                    _ => None,
                }),
                Kind::Number => put::<DoubleType>(&mut column, cells, |cell| match cell {
                    Value::Number(number) => Some(number),
                    _ => None,
                }),
                Kind::Count => put::<Int64Type>(&mut column, cells, |cell| match cell {
                    Value::Count(count) => Some(count),
                    _ => None,
                }),
                Kind::Flag => put::<BoolType>(&mut column, cells, |cell| match cell {
                    Value::Flag(flag) => Some(flag),
                    _ => None,
                }),
                Kind::Day => put::<Int32Type>(&mut column, cells, |cell| match cell {
                    Value::Day(day) => Some(days(day)),
                    _ => None,
                }),
                Kind::Moment => put::<Int64Type>(&mut column, cells, |cell| match cell {
                    Value::Moment(moment) => Some(moment.as_microsecond()),
                    _ => None,
                }),
            }?;
            column.close()?;
        }
        group.close()?;
        self.rows.clear();
        Ok(())
    }
}

impl Write for Sheet {
    fn row(&mut self, row: Vec<Value>) -> io::Result<()> {
        self.rows.push(row);
        if self.rows.len() < ROWS_A_GROUP { Ok(()) } else { self.write().map_err(other) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if !self.rows.is_empty() {
            self.write().map_err(other)?;
        }
        self.file.close().map(drop).map_err(other)
    }
}

/// Writes a column: the values that are there, and for each row whether it has one.
fn put<T: DataType>(
    column: &mut SerializedColumnWriter,
    cells: impl Iterator<Item = Value>,
    known: impl Fn(Value) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let mut values = Vec::new();
    let level = |cell| {
        let value = known(cell);
        let level = i16::from(value.is_some());
        values.extend(value);
        level
    };
    let levels: Vec<i16> = cells.map(level).collect();
    column.typed::<T>().write_batch(&values, Some(&levels), None).map(drop)
}

/// Days since 1970-01-01.
fn days(day: Date) -> i32 {
    day.duration_since(date(1970, 1, 1)).as_hours() as i32 / 24
}

fn other(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::Field;

    use super::*;

    #[test]
    fn what_is_written_in_groups_is_read_back_with_its_nulls() {
        const COLUMNS: &[(&str, Kind)] = &[
            ("text", Kind::Text),
            ("number", Kind::Number),
            ("count", Kind::Count),
            ("flag", Kind::Flag),
            ("day", Kind::Day),
            ("moment", Kind::Moment),
        ];
        let row = |n: usize| {
            let day = date(1969, 12, 31).checked_add(jiff::Span::new().days(n as i64)).unwrap();
            let moment = jiff::Timestamp::from_microsecond(n as i64).unwrap();
            let all = vec![
                Value::Text(format!("\0 {n} ö")),
                Value::Number(n as f64 / 8.0),
                Value::Count(n as i64),
                Value::Flag(n.is_multiple_of(2)),
                Value::Day(day),
                Value::Moment(moment),
            ];
            // Each column is null in other rows.
            let hide = |(at, value): (usize, Value)| {
                if (n + at).is_multiple_of(7) { Value::Nothing } else { value }
            };
            all.into_iter().enumerate().map(hide).collect::<Vec<_>>()
        };
        let count = 2 * ROWS_A_GROUP + 5;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("table.parquet");
        let mut sheet =
            Box::new(Sheet::new(File::create(&path).unwrap(), "table", COLUMNS).unwrap());
        (0..count).for_each(|n| sheet.row(row(n)).unwrap());
        sheet.finish().unwrap();

        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        assert_eq!(reader.num_row_groups(), 3);
        let read = |field: &Field| match field {
            Field::Null => Value::Nothing,
            Field::Str(text) => Value::Text(text.clone()),
            Field::Double(number) => Value::Number(*number),
            Field::Long(count) => Value::Count(*count),
            Field::Bool(flag) => Value::Flag(*flag),
            Field::Date(days) => {
                let days = jiff::Span::new().days(i64::from(*days));
                Value::Day(date(1970, 1, 1).checked_add(days).unwrap())
            }
            Field::TimestampMicros(micros) => {
                Value::Moment(jiff::Timestamp::from_microsecond(*micros).unwrap())
            }
            other => panic!("{other}"),
        };
        let mut rows = 0;
        for (n, found) in reader.get_row_iter(None).unwrap().enumerate() {
            let found = found.unwrap();
            let values: Vec<Value> =
                found.get_column_iter().map(|(_, field)| read(field)).collect();
            assert_eq!(values, row(n));
            rows += 1;
        }
        assert_eq!(rows, count);
    }

    #[test]
    fn days_are_counted_from_the_beginning_of_1970() {
        // 20,783 days: 56 years with 14 leap days (1972 to 2024) to 2026-01-01, and 328 to the
        // 25th of November.
        assert_eq!(days(date(2026, 11, 25)), 56 * 365 + 14 + 328);
        assert_eq!(days(date(1969, 12, 31)), -1);
    }
}
