//! What tells data from other data, and from the same before a load.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use super::layout::{Kind, number, rows};
use super::{Engine, open};
use crate::error::{Error, Result};
use crate::types::Type;

/// The files of which rows are stored, wherever they were.
const FILES: &str = "SELECT table_name, sha256, length, rows FROM hunt.kqlhunt.files ORDER BY ALL";

/// Files that others made are hashed whole up to so many bytes, which takes less than a second.
const WHOLE_MAX_BYTES: u64 = 256 << 20;
/// Of longer ones the bytes at each end are, where Parquet and DuckDB say what lies where.
const END_BYTES: u64 = 4 << 20;
const BUFFER_BYTES: usize = 256 << 10;

/// A fingerprint, and how large and from when each file was that it was made of.
pub struct Known {
    hash: String,
    files: Vec<(u64, u128)>,
}

impl Engine {
    /// A SHA-256 of the tables, their columns, how many rows each has, and the hashes of the files that were loaded.
    /// The same files loaded into another database have the same one. Of a Parquet file, or a DuckDB file of
    /// another, its bytes count; of one beyond [`WHOLE_MAX_BYTES`] its ends, its length and the time of its last
    /// change: values in its middle that were changed and the time set back are not seen, and a copy of it with
    /// another time is another file.
    ///
    /// Errors: a table cannot be counted, a file cannot be read.
    pub fn fingerprint(&mut self) -> Result<String> {
        let read = self.read_in_place();
        let files: Vec<_> = read.iter().filter_map(|path| Some(stamp(&path.metadata().ok()?))).collect();
        if let Some(known) = self.fingerprint.as_ref().filter(|known| known.files == files) {
            return Ok(known.hash.clone());
        }
        let mut lines = Vec::new();
        for table in &self.schema.tables {
            let count = number(&self.connection, &format!("SELECT count(*) FROM {}", table.from))?;
            let columns: Vec<String> =
                table.listed().map(|column| format!("{:?} {}", column.name, column.ty.name())).collect();
            lines.push(format!("{:?} {} {}", table.name, count.unwrap_or_default(), columns.join(" ")));
        }
        lines.sort();
        if self.kind == Kind::Ours {
            let columns = [
                ("table", Type::String),
                ("sha256", Type::String),
                ("length", Type::Long),
                ("rows", Type::Long),
            ];
            for row in rows(&self.connection, FILES, &columns)? {
                lines.push(
                    row.iter().map(|value| format!("{:?}", value.text())).collect::<Vec<_>>().join(" "),
                );
            }
        }
        for path in &read {
            lines.push(self.content(path).map_err(|source| Error::file(path, source))?);
        }
        let hash = hex(Sha256::digest(lines.join("\n")));
        self.fingerprint = Some(Known { hash: hash.clone(), files });
        Ok(hash)
    }

    /// The files of others whose values no load has hashed: a Parquet file, a DuckDB file and the log beside it.
    fn read_in_place(&self) -> Vec<PathBuf> {
        let file = self.handle.file().filter(|_| self.kind == Kind::Foreign);
        let files = file.map(|file| [file.to_path_buf(), open::wal(file)]);
        files.into_iter().flatten().filter(|path| path.is_file()).collect()
    }

    /// What is hashed of a file.
    fn content(&self, path: &Path) -> io::Result<String> {
        let mut file = File::open(path)?;
        let (length, changed) = stamp(&file.metadata()?);
        let mut hash = Sha256::new();
        let said = if length <= WHOLE_MAX_BYTES {
            add(&mut hash, &file)?;
            String::new()
        } else {
            add(&mut hash, (&file).take(END_BYTES))?;
            file.seek(SeekFrom::Start(length - END_BYTES))?;
            add(&mut hash, (&file).take(END_BYTES))?;
            format!(" {changed}")
        };
        // Closing it would give up DuckDB's lock on the file; it has none on Parquet.
        if self.handle.instance.parquet.is_none() {
            self.handle.instance.keep_open(file);
        }
        Ok(format!("{} {length}{said}", hex(hash.finalize())))
    }
}

/// Hashes what is left to read.
fn add(hash: &mut Sha256, mut read: impl Read) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match read.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => hash.update(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The length of a file, and when it was changed last.
fn stamp(found: &Metadata) -> (u64, u128) {
    let changed = found.modified().ok().and_then(|changed| changed.duration_since(UNIX_EPOCH).ok());
    (found.len(), changed.map_or(0, |changed| changed.as_nanos()))
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::open::{Access, Instance};
    use crate::engine::{Data, Options};
    use crate::sql::quote;
    use std::time::{Duration, SystemTime};

    fn execute(sql: &str) {
        let opened = Instance::new(&Options::default(), None, Access::Read);
        let (_instance, connection) = opened.expect("opens");
        connection.execute(sql).expect("runs");
    }

    fn engine(path: &Path) -> Engine {
        Engine::open(&Data::File(path.to_path_buf()), &Options::default()).expect("opens")
    }

    #[test]
    fn other_values_in_a_file_of_another_are_other_data() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let parquet = folder.path().join("T.parquet");
        let write = |value: &str| {
            execute(&format!("COPY (SELECT '{value}' AS a) TO {} (FORMAT parquet)", text(&parquet)));
        };
        write("one");
        let mut open = engine(&parquet);
        let one = open.fingerprint().expect("is made");
        assert_eq!(engine(&parquet).fingerprint().expect("is made"), one);
        write("two");
        assert_ne!(open.fingerprint().expect("is made"), one, "the file is another than it was when opened");
        write("one");
        assert_eq!(engine(&parquet).fingerprint().expect("is made"), one, "a time is no value");

        let foreign = folder.path().join("f.duckdb");
        execute(&format!("ATTACH {} AS f; CREATE TABLE f.T AS SELECT 'one' AS a;", text(&foreign)));
        let one = engine(&foreign).fingerprint().expect("is made");
        execute(&format!("ATTACH {} AS f; UPDATE f.T SET a = 'two';", text(&foreign)));
        assert_ne!(engine(&foreign).fingerprint().expect("is made"), one);
    }

    fn text(path: &Path) -> String {
        quote::text(path.to_str().expect("is UTF-8"))
    }

    #[test]
    fn of_a_long_file_the_ends_and_the_time_count() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = folder.path().join("long");
        let file = File::create(&path).expect("makes a file");
        file.set_len(WHOLE_MAX_BYTES + 1).expect("grows");
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        file.set_modified(then).expect("sets the time");
        let engine = Engine::open(&Data::Empty, &Options::default()).expect("opens");
        let before = engine.content(&path).expect("reads");
        assert_eq!(engine.content(&path).expect("reads"), before);
        file.set_modified(then + Duration::from_nanos(100)).expect("sets the time");
        assert_ne!(engine.content(&path).expect("reads"), before);
        std::os::unix::fs::FileExt::write_at(&file, b"x", WHOLE_MAX_BYTES).expect("writes");
        file.set_modified(then).expect("sets the time");
        assert_ne!(engine.content(&path).expect("reads"), before);
    }
}
