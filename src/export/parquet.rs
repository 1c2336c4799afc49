//! Parquet: one table whose columns have types. Each value reads back as it was, or is refused by its column and
//! row: datetimes are nanoseconds, which end in the years 1677 and 2262, and what has no type of Parquet's own
//! (decimals and timespans) is its text. Rows wait until a row group is full, and no longer.

use std::io::{self, Write};
use std::mem;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type as Schema, TypePtr};

use super::Exporter;
use crate::batch::{Buffer, Data};
use crate::ticks::{self, UNIX_EPOCH};
use crate::types::{ColumnType, Type};
use crate::value::Value;

/// A row group has at most so many rows.
const ROWS: usize = 122_880;
/// And its values as many bytes, unless its last row is larger.
const BYTES: usize = 32 << 20;

const UUID_BYTES: i32 = 16;

/// Rows as a file of Parquet.
#[derive(Default)]
pub struct Parquet {
    columns: Vec<ColumnType>,
    /// The rows of the row group that is not written yet, and what they take.
    waiting: Vec<Buffer>,
    bytes: usize,
    /// In the row groups before.
    rows: usize,
    /// Writes into memory, which is emptied behind each row group.
    writer: Option<SerializedFileWriter<Vec<u8>>>,
}

impl Parquet {
    /// Writes the row group that waits.
    fn group(&mut self) -> io::Result<()> {
        let rows = self.waiting.first().map_or(0, Buffer::len);
        let Some(writer) = self.writer.as_mut().filter(|_| rows > 0) else { return Ok(()) };
        let mut group = writer.next_row_group().map_err(io::Error::other)?;
        let empty = self.columns.iter().map(|column| Buffer::new(column.ty)).collect();
        for (column, buffer) in self.columns.iter().zip(mem::replace(&mut self.waiting, empty)) {
            if let Some(mut to) = group.next_column().map_err(io::Error::other)? {
                write(column, buffer, self.rows, &mut to)?;
                to.close().map_err(io::Error::other)?;
            }
        }
        group.close().map_err(io::Error::other)?;
        (self.rows, self.bytes) = (self.rows + rows, 0);
        Ok(())
    }

    /// Hands on what was written.
    fn drain(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.flush()?;
        out.write_all(&mem::take(writer.inner_mut()))
    }
}

impl Exporter for Parquet {
    fn begin(&mut self, columns: &[ColumnType], out: &mut dyn Write) -> io::Result<()> {
        if self.writer.is_some() {
            return Err(io::Error::other("a file of Parquet holds one table, and this would be a second"));
        }
        if columns.is_empty() {
            return Err(io::Error::other("a table without columns is no file of Parquet; write it as json"));
        }
        let fields = columns.iter().map(field).collect::<Result<_, _>>().map_err(io::Error::other)?;
        let schema = Schema::group_type_builder("kqlhunt").with_fields(fields).build();
        let properties = WriterProperties::builder()
            .set_created_by(concat!("kqlhunt version ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::SNAPPY)
            .build();
        let schema = schema.map_err(io::Error::other)?;
        let writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties));
        self.writer = Some(writer.map_err(io::Error::other)?);
        self.columns = columns.to_vec();
        self.waiting = columns.iter().map(|column| Buffer::new(column.ty)).collect();
        self.drain(out)
    }

    fn rows(&mut self, rows: &[Vec<Value>], out: &mut dyn Write) -> io::Result<()> {
        for row in rows {
            for (buffer, value) in self.waiting.iter_mut().zip(row) {
                buffer.push(value);
                if !value.is_null() && !buffer.is_valid(buffer.len() - 1) {
                    let ty = buffer.ty.name();
                    return Err(io::Error::other(format!("{value:?} is no {ty}, as its column is")));
                }
                self.bytes += bytes(value);
            }
            if self.bytes >= BYTES || self.waiting.first().is_some_and(|buffer| buffer.len() >= ROWS) {
                self.group()?;
                self.drain(out)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.group()?;
        if let Some(writer) = &mut self.writer {
            writer.finish().map_err(io::Error::other)?;
        }
        self.drain(out)
    }

    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn neutralised(&self) -> u64 {
        0
    }
}

/// What a value takes as it waits.
fn bytes(value: &Value) -> usize {
    match value {
        Value::String(text) | Value::Dynamic(text) | Value::Decimal(text) | Value::Guid(text) => {
            text.len() + 8
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Long(_)
        | Value::Real(_)
        | Value::Datetime(_)
        | Value::Timespan(_) => 8,
    }
}

fn field(column: &ColumnType) -> Result<TypePtr, parquet::errors::ParquetError> {
    let (physical, logical) = match column.ty {
        Type::Bool => (Physical::BOOLEAN, None),
        Type::Int => (Physical::INT32, None),
        Type::Long => (Physical::INT64, None),
        Type::Real => (Physical::DOUBLE, None),
        Type::Datetime => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::NANOS))),
        Type::Guid => (Physical::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Uuid)),
        Type::Dynamic => (Physical::BYTE_ARRAY, Some(LogicalType::Json)),
        Type::String | Type::Decimal | Type::Timespan => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let length = if column.ty == Type::Guid { UUID_BYTES } else { -1 };
    Schema::primitive_type_builder(&column.name, physical)
        .with_logical_type(logical)
        .with_length(length)
        .with_repetition(if optional(column.ty) { Repetition::OPTIONAL } else { Repetition::REQUIRED })
        .build()
        .map(Arc::new)
}

/// Strings are never null.
fn optional(ty: Type) -> bool {
    ty != Type::String
}

/// Writes a column of a row group; `before` rows are in those before it.
fn write(
    column: &ColumnType,
    buffer: Buffer,
    before: usize,
    to: &mut SerializedColumnWriter<'_>,
) -> io::Result<()> {
    let there: Vec<usize> = (0..buffer.len()).filter(|row| buffer.is_valid(*row)).collect();
    let levels: Vec<i16> = (0..buffer.len()).map(|row| i16::from(buffer.is_valid(row))).collect();
    let levels = optional(column.ty).then_some(levels.as_slice());
    let refused = |row: usize, value: &str, why: &str| {
        let ColumnType { name, ty } = column;
        let row = before + row + 1;
        io::Error::other(format!("{value} in row {row} of column '{name}' ({}) {why}", ty.name()))
    };
    match buffer.data {
        Data::Bool(values) => put::<BoolType>(to, &picked(&there, |row| values[row]), levels),
        Data::Int(values) => put::<Int32Type>(to, &picked(&there, |row| values[row]), levels),
        Data::Real(values) => put::<DoubleType>(to, &picked(&there, |row| values[row]), levels),
        Data::Long(values) if column.ty == Type::Datetime => {
            let exact = there.iter().map(|row| {
                let ticks = values[*row];
                nanoseconds(ticks).ok_or_else(|| {
                    let way = "is not between the years 1678 and 2262, which Parquet holds to the tick; \
                               make the column a text, with tostring(), or write csv or json";
                    refused(*row, &ticks::iso(ticks), way)
                })
            });
            put::<Int64Type>(to, &exact.collect::<io::Result<Vec<i64>>>()?, levels)
        }
        Data::Long(values) if column.ty == Type::Timespan => {
            let text = |row: usize| ByteArray::from(ticks::timespan_text(values[row]).into_bytes());
            put::<ByteArrayType>(to, &picked(&there, text), levels)
        }
        Data::Long(values) => put::<Int64Type>(to, &picked(&there, |row| values[row]), levels),
        Data::Text(texts) if column.ty == Type::Guid => {
            let guids = there.iter().map(|row| {
                let text = texts.get(*row).unwrap_or_default();
                let number = u128::from_str_radix(&text.replace('-', ""), 16);
                let number = number.map_err(|_| refused(*row, text, "is none; write csv or json"))?;
                Ok(number.to_be_bytes().to_vec().into())
            });
            put::<FixedLenByteArrayType>(to, &guids.collect::<io::Result<Vec<_>>>()?, levels)
        }
        Data::Text(texts) => {
            let (all, ends) = (ByteArray::from(texts.bytes.into_bytes()), texts.ends);
            let text = |row: usize| {
                let start = row.checked_sub(1).map_or(0, |before| ends[before]);
                all.slice(start, ends[row] - start)
            };
            match levels {
                Some(_) => put::<ByteArrayType>(to, &picked(&there, text), levels),
                None => put::<ByteArrayType>(to, &(0..ends.len()).map(text).collect::<Vec<_>>(), None),
            }
        }
        Data::Texts(_) => Err(io::Error::other("a result has no column of lists")),
    }
}

fn picked<T>(rows: &[usize], value: impl Fn(usize) -> T) -> Vec<T> {
    rows.iter().map(|row| value(*row)).collect()
}

fn put<T: DataType>(
    to: &mut SerializedColumnWriter<'_>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> io::Result<()> {
    to.typed::<T>().write_batch(values, levels, None).map_err(io::Error::other)?;
    Ok(())
}

/// Since 1970; `None` beyond what 64 bits hold.
fn nanoseconds(ticks: i64) -> Option<i64> {
    ticks.checked_sub(UNIX_EPOCH)?.checked_mul(100)
}
