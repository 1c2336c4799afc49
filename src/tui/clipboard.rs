//! Copies on their way out: to the terminal's clipboard by OSC 52, to tmux, which does not let that through,
//! and always to a file.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use super::picks;
use super::run::Event;
use crate::app::msg::{Copied, CopyText, Msg};
use crate::app::preferences::Clipboard;
use crate::compile::literal;
use crate::engine::{Cancel, Handle, ResultId};
use crate::error::{Error, Result};
use crate::hunt::defang::defanged;
use crate::kernels::encode;
use crate::types::{ColumnType, Type};
use crate::value::Value;
use crate::{places, sys};

/// No more is copied; an export is made for that.
const COPY_MAX: usize = 64 << 20;
/// Terminals take sequences of 100,000 bytes, some no longer ones: so much of a text is in them.
const TERMINAL_MAX: usize = 74_994;
/// What one string of GNU screen may hold.
const SCREEN_CHUNK: usize = 760;
/// tmux answers at once, or its server is in trouble.
const TMUX_PATIENCE: Duration = Duration::from_secs(2);

pub struct Copy {
    pub what: &'static str,
    pub text: CopyText,
    pub defang: bool,
}

/// Copies on a thread of its own, by the ways that the user wants.
pub fn start(copy: Copy, ways: Clipboard, handle: Option<Handle>, events: Sender<Event>) -> io::Result<()> {
    thread::Builder::new().name("copy".into()).spawn(move || {
        let done = copied(copy, ways, handle.as_ref(), &events).map_err(|error| error.to_string());
        let _ = events.send(Event::Msg(Msg::Copied(done)));
    })?;
    Ok(())
}

fn copied(copy: Copy, wanted: Clipboard, handle: Option<&Handle>, events: &Sender<Event>) -> Result<Copied> {
    if wanted.off() {
        return Err(Error::message("the settings have 'clipboard: none'"));
    }
    let Copy { what, text, defang } = copy;
    let text = match (text, handle) {
        (CopyText::Ready(text), _) => text,
        (column, Some(handle)) => read(&column, handle, defang)?,
        (CopyText::Column { .. }, None) => return Err(Error::message("the database is not open")),
    };
    let file = if wanted.file { Some(keep(&text)?.display().to_string()) } else { None };
    let sent = send(&text, wanted, events);
    let doubt = sent.as_ref().is_some_and(|(_, doubt)| *doubt);
    let ways = sent.map(|(way, _)| way).into_iter().chain(file).collect();
    let bytes = text.len() as u64;
    Ok(Copied { what, bytes, defanged: defang, ways, doubt })
}

/// The values of a column, a line each, or as a list of KQL with each once.
fn read(text: &CopyText, handle: &Handle, defang: bool) -> Result<String> {
    let CopyText::Column { result, column, order, filters, list } = text else { return Ok(String::new()) };
    let mut reader = handle.reader()?;
    let pick = picks::pick(&reader, *result, order, filters)?;
    let mut items = Items { list: *list, defang, ..Items::default() };
    reader.rows(ResultId(*result), &pick, &Cancel::new(), &mut |grid| {
        items.column = items.column.take().or_else(|| grid.columns.get(*column).cloned());
        grid.rows.iter().filter_map(|row| row.get(*column)).try_for_each(|value| items.push(value))
    })?;
    Ok(items.finished())
}

#[derive(Default)]
struct Items {
    list: bool,
    defang: bool,
    seen: HashSet<String>,
    text: String,
    /// How many the text has; an empty one is one too.
    count: usize,
    column: Option<ColumnType>,
    /// An item stands in no literal of an array: JSON has no NaN and no infinities.
    bare: bool,
}

impl Items {
    fn push(&mut self, value: &Value) -> Result<()> {
        let safe = |text: String| if self.defang { defanged(&text) } else { text };
        let item = match (self.list, value) {
            (false, value) => safe(value.text()),
            (true, Value::Null) => return Ok(()),
            (true, Value::String(text)) => literal(&Value::String(safe(text.clone())), Type::String),
            // In a list of dynamic values a value is its JSON.
            (true, Value::Dynamic(json)) => safe(json.clone()),
            (true, value) => literal(value, self.column.as_ref().map_or(Type::String, |column| column.ty)),
        };
        self.bare |= matches!(value, Value::Real(real) if !real.is_finite());
        if self.list && !self.seen.insert(item.clone()) {
            return Ok(());
        }
        if self.count > 0 {
            self.text.push_str(if self.list { ", " } else { "\n" });
        }
        self.count += 1;
        self.text.push_str(&item);
        match self.text.len() > COPY_MAX {
            true => Err(Error::message("it is more than 64 MB; :export writes files of any size")),
            false => Ok(()),
        }
    }

    /// A dynamic array where its literal can hold the type, else what stands behind `in`.
    fn finished(self) -> String {
        let held = |ty: Type| !matches!(ty, Type::Datetime | Type::Timespan | Type::Guid | Type::Decimal);
        match (self.list, self.column.map_or(Type::String, |column| column.ty)) {
            (false, _) => self.text,
            (true, ty) if held(ty) && !self.bare => format!("dynamic([{}])", self.text),
            (true, _) => format!("({})", self.text),
        }
    }
}

/// The file of the last copy, for the user alone.
fn keep(text: &str) -> Result<PathBuf> {
    let folder = places::state_folder()?;
    sys::private_folder(&folder)?;
    let file = folder.join("clip.txt");
    let written = tempfile::NamedTempFile::new_in(&folder).and_then(|mut made| {
        made.write_all(text.as_bytes())?;
        made.persist(&file).map_err(|error| error.error)?;
        fs::metadata(&file).map(drop)
    });
    written.map_err(|source| Error::file(&file, source))?;
    Ok(file)
}

/// Where the text went beside the file, if it was to go anywhere, and whether that is in doubt.
fn send(text: &str, wanted: Clipboard, events: &Sender<Event>) -> Option<(String, bool)> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if wanted.tmux && set("TMUX") && tmux(text) {
        return Some(("tmux and its terminal".into(), false));
    }
    if !wanted.osc52 {
        let nowhere = || ("no clipboard, since there is no tmux,".into(), true);
        return wanted.tmux.then(nowhere);
    }
    if text.len() > TERMINAL_MAX {
        return Some((format!("no clipboard, which takes {TERMINAL_MAX} bytes,"), true));
    }
    let _ = events.send(Event::Send(sequence(text, set("STY"))));
    Some(("the terminal".into(), false))
}

/// OSC 52, in the strings of a device that GNU screen hands on.
fn sequence(text: &str, screen: bool) -> Vec<u8> {
    let mut sequence = String::from("\x1b]52;c;");
    encode::base64(text.as_bytes(), &mut sequence);
    sequence.push('\x07');
    let sequence = sequence.into_bytes();
    if !screen {
        return sequence;
    }
    let chunk = |part: &[u8]| [b"\x1bP", part, b"\x1b\\"].concat();
    sequence.chunks(SCREEN_CHUNK).flat_map(chunk).collect()
}

/// Gives the text to tmux, with the terminal's clipboard. False where tmux is older than 3.2, or is not there.
fn tmux(text: &str) -> bool {
    let given = || -> io::Result<bool> {
        let mut tmux = Command::new("tmux")
            .args(["load-buffer", "-w", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(mut input) = tmux.stdin.take() {
            input.write_all(text.as_bytes())?;
        }
        let started = Instant::now();
        loop {
            if let Some(status) = tmux.try_wait()? {
                return Ok(status.success());
            }
            if started.elapsed() > TMUX_PATIENCE {
                tmux.kill()?;
                tmux.wait()?;
                return Ok(false);
            }
            thread::sleep(Duration::from_millis(5));
        }
    };
    given().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_sequence_and_screen_gets_it_in_pieces() {
        assert_eq!(sequence("KQL!\x1b", false), b"\x1b]52;c;S1FMIRs=\x07");
        let pieces = sequence(&"x".repeat(1_000), true);
        assert!(pieces.starts_with(b"\x1bP\x1b]52;c;") && pieces.ends_with(b"\x07\x1b\\"));
        let longest = pieces.split(|byte| *byte == b'\\').map(<[u8]>::len).max();
        assert!(longest <= Some(768), "{longest:?}");
    }

    #[test]
    fn a_list_has_each_value_once() {
        let column = Some(ColumnType::new("A", Type::String));
        let mut items = Items { list: true, defang: true, column, ..Items::default() };
        for value in ["203.0.113.9", "a\"b", "203.0.113.9"] {
            items.push(&Value::String(value.into())).expect("is small");
        }
        items.push(&Value::Null).expect("is small");
        assert_eq!(items.finished(), r#"dynamic(["203[.]0[.]113[.]9", "a\"b"])"#);
    }

    #[test]
    fn a_column_has_a_line_for_each_row() {
        let mut items = Items::default();
        for value in [Value::Null, Value::String(String::new()), Value::Long(7), Value::Null] {
            items.push(&value).expect("is small");
        }
        assert_eq!(items.finished(), "\n\n7\n");
    }

    #[test]
    fn a_list_is_what_kql_reads() {
        let of = |ty: Type, values: &[Value]| {
            let mut items = Items { list: true, column: Some(ColumnType::new("A", ty)), ..Items::default() };
            values.iter().for_each(|value| items.push(value).expect("is small"));
            items.finished()
        };
        assert_eq!(of(Type::Real, &[Value::Real(1.5), Value::Real(2.0)]), "dynamic([1.5, 2.0])");
        let infinite = [Value::Real(1.5), Value::Real(f64::NEG_INFINITY), Value::Real(f64::NAN)];
        assert_eq!(of(Type::Real, &infinite), "(1.5, real(-inf), real(nan))");
        assert_eq!(of(Type::Decimal, &[Value::Decimal("1.50".into())]), "(decimal(1.50))");
    }
}
