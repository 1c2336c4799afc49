//! Several texts in one: what a kernel gives that finds the values of many columns at once. Each is its
//! length in bytes, a colon and itself; one that is missing is a dash.

use super::{Cell, Kernel, Phys, infallible, strict};

pub const KERNELS: &[Kernel] =
    &infallible([strict("kql_field", &[Phys::Text, Phys::Long], Phys::Text, |args, _| {
        let index = args[1].long().and_then(|index| usize::try_from(index).ok());
        match (args[0].text(), index) {
            (Some(packed), Some(index)) => field(packed, index).into(),
            _ => Cell::Null,
        }
    })]);

const MISSING: char = '-';

pub fn push(value: Option<&str>, packed: &mut String) {
    match value {
        None => packed.push(MISSING),
        Some(value) => {
            packed.push_str(&value.len().to_string());
            packed.push(':');
            packed.push_str(value);
        }
    }
}

/// The values one after the other.
pub fn values(packed: &str) -> impl Iterator<Item = Option<&str>> {
    let mut rest = packed;
    std::iter::from_fn(move || {
        let (value, after) = split(rest)?;
        rest = after;
        Some(value)
    })
}

fn field(packed: &str, index: usize) -> Option<&str> {
    values(packed).nth(index).flatten()
}

/// The first value and what follows it.
fn split(packed: &str) -> Option<(Option<&str>, &str)> {
    if let Some(rest) = packed.strip_prefix(MISSING) {
        return Some((None, rest));
    }
    let (length, rest) = packed.split_once(':')?;
    let (value, rest) = rest.split_at_checked(length.parse().ok()?)?;
    Some((Some(value), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::call;

    #[test]
    fn values_come_back_whatever_is_in_them() {
        let values = [Some("a:1-"), None, Some(""), Some("é\u{1e}")];
        let mut packed = String::new();
        values.iter().for_each(|value| push(*value, &mut packed));
        for (at, value) in values.iter().enumerate() {
            assert_eq!(field(&packed, at), *value);
        }
        assert_eq!(field(&packed, values.len()), None);
        assert_eq!(call("kql_field", &[Cell::Text("9:short"), Cell::Long(0)]), "NULL");
    }
}
