//! A ZIP archive into a stream: sizes and checks stand behind the parts, so that nothing is written twice.

use std::io::{self, Write};
use std::mem;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::parts::WAY_OUT;

/// Version 2.0; sizes behind the content, names in UTF-8; deflate.
const NEEDED: u16 = 20;
const FLAGS: u16 = 1 << 3 | 1 << 11;
const DEFLATE: u16 = 8;
/// Midnight of the first day that the format knows: the same rows give the same file.
const TIME: u16 = 0;
const DATE: u16 = 1 << 5 | 1;

/// Parts one behind the other.
#[derive(Default)]
pub struct Archive {
    done: Vec<Entry>,
    open: Option<Open>,
    bytes: u64,
}

struct Entry {
    name: String,
    offset: u32,
    crc: u32,
    packed: u32,
    unpacked: u32,
}

struct Open {
    name: String,
    offset: u64,
    crc: Crc,
    packed: u64,
    unpacked: u64,
    encoder: DeflateEncoder<Vec<u8>>,
}

impl Archive {
    /// A part that is there as a whole.
    pub fn part(&mut self, name: &str, content: &[u8], out: &mut dyn Write) -> io::Result<()> {
        self.begin(name, out)?;
        self.write(content, out)?;
        self.end(out)
    }

    pub fn begin(&mut self, name: &str, out: &mut dyn Write) -> io::Result<()> {
        let offset = self.bytes;
        let mut head = Fields::default();
        head.four(0x0403_4b50).two(&[NEEDED, FLAGS, DEFLATE, TIME, DATE]);
        head.four(0).four(0).four(0).two(&[length(name)?, 0]);
        self.put(&head.0, out)?;
        self.put(name.as_bytes(), out)?;
        let encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        let name = name.to_owned();
        self.open = Some(Open { name, offset, crc: Crc::new(), packed: 0, unpacked: 0, encoder });
        Ok(())
    }

    pub fn write(&mut self, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.crc.update(bytes);
        open.unpacked += bytes.len() as u64;
        open.encoder.write_all(bytes)?;
        let packed = mem::take(open.encoder.get_mut());
        open.packed += packed.len() as u64;
        self.put(&packed, out)
    }

    pub fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let Open { name, offset, crc, packed, unpacked, encoder } = open;
        let rest = encoder.finish()?;
        let packed = small(packed + rest.len() as u64)?;
        let entry =
            Entry { name, offset: small(offset)?, crc: crc.sum(), packed, unpacked: small(unpacked)? };
        self.put(&rest, out)?;
        let mut foot = Fields::default();
        foot.four(0x0807_4b50).four(entry.crc).four(entry.packed).four(entry.unpacked);
        self.put(&foot.0, out)?;
        self.done.push(entry);
        Ok(())
    }

    /// The list of all parts, which ends the archive.
    pub fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let start = self.bytes;
        let entries = u16::try_from(self.done.len()).map_err(io::Error::other)?;
        for entry in mem::take(&mut self.done) {
            let mut head = Fields::default();
            head.four(0x0201_4b50).two(&[NEEDED, NEEDED, FLAGS, DEFLATE, TIME, DATE]);
            head.four(entry.crc).four(entry.packed).four(entry.unpacked);
            head.two(&[length(&entry.name)?, 0, 0, 0, 0]).four(0).four(entry.offset);
            self.put(&head.0, out)?;
            self.put(entry.name.as_bytes(), out)?;
        }
        let mut foot = Fields::default();
        foot.four(0x0605_4b50).two(&[0, 0, entries, entries]);
        foot.four(small(self.bytes - start)?).four(small(start)?).two(&[0]);
        self.put(&foot.0, out)
    }

    fn put(&mut self, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        out.write_all(bytes)
    }
}

/// Numbers with their lowest byte first.
#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn two(&mut self, numbers: &[u16]) -> &mut Fields {
        self.0.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        self
    }

    fn four(&mut self, number: u32) -> &mut Fields {
        self.0.extend(number.to_le_bytes());
        self
    }
}

fn length(name: &str) -> io::Result<u16> {
    u16::try_from(name.len()).map_err(io::Error::other)
}

/// Readers of workbooks differ in what they make of larger archives.
fn small(number: u64) -> io::Result<u32> {
    u32::try_from(number).map_err(|_| {
        io::Error::other(format!(
            "the workbook would hold more than 4 GB, which Excel does not open; {WAY_OUT}"
        ))
    })
}
