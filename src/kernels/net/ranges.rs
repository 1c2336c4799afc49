//! `ipv4_is_in_any_range()` and its kin: an address against thousands of ranges, which are read once and put
//! in order.

use std::cell::RefCell;
use std::thread::LocalKey;

use super::{V4, V6, each_rest, mask_v4, mask_v6};
use crate::kernels::Cell;

/// The first and the last address of a range.
type Span = (u128, u128);

/// An address with a prefix, in one of the two families.
pub trait Net: Copy + 'static {
    fn read(text: &str) -> Option<Self>;

    fn span(self) -> Span;

    /// The ranges of the rows before.
    fn last() -> &'static LocalKey<RefCell<Ranges>>;
}

/// Ranges as they were given, and in order without overlaps.
#[derive(Default)]
pub struct Ranges {
    texts: Vec<String>,
    given: Vec<Span>,
    merged: Vec<Span>,
    /// One of the texts is no range.
    broken: bool,
}

thread_local! {
    static LAST_V4: RefCell<Ranges> = RefCell::default();
    static LAST_V6: RefCell<Ranges> = RefCell::default();
}

impl Net for V4 {
    fn read(text: &str) -> Option<V4> {
        V4::parse(text)
    }

    fn span(self) -> Span {
        (self.masked().into(), (self.masked() | !mask_v4(self.prefix)).into())
    }

    fn last() -> &'static LocalKey<RefCell<Ranges>> {
        &LAST_V4
    }
}

impl Net for V6 {
    fn read(text: &str) -> Option<V6> {
        V6::parse(text)
    }

    fn span(self) -> Span {
        let mask = mask_v6(self.prefix);
        (self.comparable() & mask, self.comparable() & mask | !mask)
    }

    fn last() -> &'static LocalKey<RefCell<Ranges>> {
        &LAST_V6
    }
}

impl Ranges {
    fn read<N: Net>(args: &[Cell<'_>]) -> Ranges {
        let texts = args[1..].iter().filter_map(|arg| arg.text()).map(str::to_owned).collect();
        let mut ranges = Ranges { texts, ..Ranges::default() };
        each_rest(args, &mut |text| match N::read(text) {
            Some(net) => ranges.given.push(net.span()),
            None => ranges.broken = true,
        });
        let mut sorted = ranges.given.clone();
        sorted.sort_unstable();
        for (first, last) in sorted {
            match ranges.merged.last_mut() {
                Some(before) if first <= before.1 => before.1 = before.1.max(last),
                _ => ranges.merged.push((first, last)),
            }
        }
        ranges
    }

    /// An address is in a range; a range that is asked for is compared by the shorter prefix of both, so that
    /// the one of the two must hold the other.
    fn meet(&self, (first, last): Span) -> bool {
        if first == last {
            let after = self.merged.partition_point(|span| span.0 <= first);
            return after > 0 && first <= self.merged[after - 1].1;
        }
        self.given.iter().any(|span| span.0 <= last && first <= span.1)
    }
}

/// True when a range holds the address; else null when the address or a range is none, else false.
pub fn in_any_range<'a, N: Net>(args: &[Cell<'a>]) -> Cell<'a> {
    let Some(net) = args[0].text().and_then(N::read) else {
        return Cell::Null;
    };
    N::last().with_borrow_mut(|ranges| {
        let given = || args[1..].iter().filter_map(|arg| arg.text());
        if !given().eq(ranges.texts.iter().map(String::as_str)) {
            *ranges = Ranges::read::<N>(args);
        }
        let found = ranges.meet(net.span());
        if !found && ranges.broken { Cell::Null } else { Cell::Bool(found) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::texts;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_is_one_after_the_other(nets in prop::collection::vec((0..4_u8, 0..8_u8, 24..=32_u32), 1..9), ip in (0..4_u8, 0..8_u8), prefix in 24..=32_u32) {
            let text = |(third, fourth): (u8, u8), prefix: u32| format!("192.0.{third}.{}/{prefix}", u32::from(fourth) * 32);
            let ip = text(ip, prefix);
            let mut args = vec![ip.clone()];
            args.extend(nets.iter().map(|(third, fourth, prefix)| text((*third, *fourth), *prefix)));
            let one_by_one = args[1..].iter().any(|range| {
                V4::parse(&ip).unwrap().compare(V4::parse(range).unwrap(), 32).is_eq()
            });
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            prop_assert_eq!(texts("kql_ipv4_is_in_any_range", &args), one_by_one.to_string());
        }
    }
}
