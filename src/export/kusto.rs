//! Kusto v1 JSON, the answer of the service's query endpoint: Tables with Columns and Rows.
//! One table a result, called as the query does, else Table_0, Table_1 and so on, all on one line.

use std::io::{self, Write};

use super::Exporter;
use super::json::{push_value, quoted};
use crate::types::ColumnType;
use crate::value::Value;

/// Results as Kusto's v1 endpoint writes them.
#[derive(Default)]
pub struct Kusto {
    tables: u64,
    rows: u64,
    title: Option<String>,
}

impl Exporter for Kusto {
    fn title(&mut self, name: &str) {
        self.title = Some(name.to_owned());
    }

    fn begin(&mut self, columns: &[ColumnType], out: &mut dyn Write) -> io::Result<()> {
        let before = if self.tables == 0 { "{\"Tables\":[" } else { "," };
        let name = self.title.take().unwrap_or_else(|| format!("Table_{}", self.tables));
        write!(out, "{before}{{\"TableName\":{},\"Columns\":[", quoted(&name))?;
        self.tables += 1;
        self.rows = 0;
        for (at, column) in columns.iter().enumerate() {
            let row = column.ty.row();
            let comma = if at > 0 { "," } else { "" };
            let name = quoted(&column.name);
            write!(
                out,
                "{comma}{{\"ColumnName\":{name},\"DataType\":\"{}\",\"ColumnType\":\"{}\"}}",
                row.system, row.name
            )?;
        }
        out.write_all(b"],\"Rows\":[")
    }

    fn rows(&mut self, rows: &[Vec<Value>], out: &mut dyn Write) -> io::Result<()> {
        for row in rows {
            let mut line = String::with_capacity(256);
            line.push_str(if self.rows > 0 { ",[" } else { "[" });
            self.rows += 1;
            for (at, value) in row.iter().enumerate() {
                if at > 0 {
                    line.push(',');
                }
                push_value(&mut line, value);
            }
            line.push(']');
            out.write_all(line.as_bytes())?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"]}")
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.tables == 0 { b"{\"Tables\":[]}\n" } else { b"]}\n" })
    }

    fn neutralised(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticks::UNIX_EPOCH;
    use crate::types::Type;

    #[test]
    fn the_shape_of_an_answer() {
        let mut out = Vec::new();
        let mut exporter = Kusto::default();
        exporter
            .begin(&[ColumnType::new("T", Type::Datetime), ColumnType::new("D", Type::Dynamic)], &mut out)
            .expect("writes");
        let row = vec![Value::Datetime(UNIX_EPOCH + 1_234_567), Value::Dynamic("{\"a\":[1]}".into())];
        exporter.rows(&[row.clone(), row], &mut out).expect("writes");
        exporter.end(&mut out).expect("writes");
        exporter.begin(&[ColumnType::new("N", Type::Real)], &mut out).expect("writes");
        exporter.end(&mut out).expect("writes");
        exporter.finish(&mut out).expect("writes");
        assert_eq!(
            String::from_utf8(out).expect("is text"),
            concat!(
                r#"{"Tables":[{"TableName":"Table_0","Columns":["#,
                r#"{"ColumnName":"T","DataType":"DateTime","ColumnType":"datetime"},"#,
                r#"{"ColumnName":"D","DataType":"Object","ColumnType":"dynamic"}],"Rows":["#,
                r#"["1970-01-01T00:00:00.1234567Z",{"a":[1]}],["1970-01-01T00:00:00.1234567Z",{"a":[1]}]]},"#,
                r#"{"TableName":"Table_1","Columns":[{"ColumnName":"N","DataType":"Double","ColumnType":"real"}],"#,
                r#""Rows":[]}]}"#,
                "\n"
            )
        );
    }
}
