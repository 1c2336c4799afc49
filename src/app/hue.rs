//! Colors of rows by a value: the same value always has the same one, in every result and session.

use super::look::Slot;
use crate::value::Value;

/// The colors there are: those of a chart's series but red, which says that something is grave. Each stands for two
/// hues, plain and bold.
const SLOTS: [Slot; 5] = [Slot::Series1, Slot::Series2, Slot::Series3, Slot::Series4, Slot::Series6];

/// One of few looks of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hue(u8);

impl Hue {
    pub fn slot(self) -> Slot {
        SLOTS[usize::from(self.0) % SLOTS.len()]
    }

    pub fn bold(self) -> bool {
        usize::from(self.0) >= SLOTS.len()
    }
}

/// The hue of a value, whatever the case of its letters; what is no value has none.
pub fn of(value: &Value) -> Option<Hue> {
    let text = value.text().to_lowercase();
    if text.is_empty() {
        return None;
    }
    // FNV-1a, which no release changes, as the standard library's hashes may.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // Its low bits alone tell short texts apart badly.
    let folded = hash ^ (hash >> 32);
    Some(Hue((folded % (2 * SLOTS.len() as u64)) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hue(text: &str) -> Option<Hue> {
        of(&Value::String(text.into()))
    }

    #[test]
    fn a_value_keeps_its_hue_and_all_hues_are_used() {
        assert_eq!(hue("amy@contoso.com"), hue("AMY@contoso.com"));
        assert_eq!((hue(""), of(&Value::Null)), (None, None));
        let names = (0..200).filter_map(|at| hue(&format!("user{at}@contoso.com")));
        let used: std::collections::BTreeSet<u8> = names.map(|hue| hue.0).collect();
        assert_eq!(used.len(), 2 * SLOTS.len());
    }
}
