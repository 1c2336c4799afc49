//! Networks among which an address is looked for: read once while they stay the same, and sorted. Knows spans
//! of addresses, not how they are written.

use std::cell::RefCell;
use std::rc::Rc;
use std::thread::LocalKey;

use super::each_rest;
use crate::kernels::{Cell, Test};

/// The first and the last address of a network.
pub type Span = (u128, u128);

/// From so many spans on their beginnings are indexed.
const INDEXED_MIN: usize = 64;

/// Bits of an IPv4 address after its beginning.
const END_BITS: u32 = 16;

/// Networks, of which some may be none.
#[derive(Default)]
pub struct Ranges {
    texts: Vec<String>,
    /// Sorted, and without a common address.
    spans: Vec<Span>,
    /// For each beginning of an IPv4 address the first span that may have such a one, and one more; empty when there
    /// are few spans.
    begins: Vec<u32>,
    /// One of the texts is no network.
    broken: bool,
}

impl Ranges {
    fn new(rest: &[Cell<'_>], span: fn(&str) -> Option<Span>) -> Ranges {
        let mut ranges = Ranges { texts: given(rest).map(str::to_owned).collect(), ..Ranges::default() };
        let mut spans = Vec::new();
        each_rest(rest, &mut |text| match span(text) {
            Some(span) => spans.push(span),
            None => ranges.broken = true,
        });
        spans.sort_unstable();
        for (first, last) in spans {
            match ranges.spans.last_mut() {
                Some(before) if first <= before.1 => before.1 = before.1.max(last),
                _ => ranges.spans.push((first, last)),
            }
        }
        if ranges.spans.len() >= INDEXED_MIN {
            let first = |at: u128| ranges.spans.partition_point(|span| span.1 < at << END_BITS) as u32;
            ranges.begins = (0..=1 << (32 - END_BITS)).map(first).collect();
        }
        ranges
    }

    /// The first span that does not end before this address.
    fn first(&self, address: u128) -> usize {
        // Beyond the IPv4 addresses there is no beginning.
        let begin = usize::try_from(address >> END_BITS).unwrap_or(usize::MAX);
        let (from, to) = match begin.checked_add(2).and_then(|after| self.begins.get(begin..after)) {
            Some(&[from, to]) => (from as usize, to as usize),
            _ => (0, self.spans.len()),
        };
        from + self.spans[from..to].partition_point(|span| span.1 < address)
    }

    /// True when a range holds the address, or they share some; else null when the address or a range is
    /// none, else false.
    fn hold(&self, ip: Option<Span>) -> Cell<'static> {
        let Some((first, last)) = ip else { return Cell::Null };
        let found = self.spans.get(self.first(first)).is_some_and(|span| span.0 <= last);
        if !found && self.broken { Cell::Null } else { Cell::Bool(found) }
    }
}

thread_local! {
    pub static RANGES_V4: RefCell<Rc<Ranges>> = RefCell::default();
    pub static RANGES_V6: RefCell<Rc<Ranges>> = RefCell::default();
}

pub fn given<'a>(rest: &[Cell<'a>]) -> impl Iterator<Item = &'a str> {
    rest.iter().filter_map(|arg| arg.text())
}

/// Reads the ranges unless the time before had the same.
fn ranges(
    rest: &[Cell<'_>],
    last: &'static LocalKey<RefCell<Rc<Ranges>>>,
    span: fn(&str) -> Option<Span>,
) -> Rc<Ranges> {
    last.with_borrow_mut(|last| {
        if !given(rest).eq(last.texts.iter().map(String::as_str)) {
            *last = Rc::new(Ranges::new(rest, span));
        }
        Rc::clone(last)
    })
}

pub fn in_any_range<'a>(
    args: &[Cell<'a>],
    last: &'static LocalKey<RefCell<Rc<Ranges>>>,
    span: fn(&str) -> Option<Span>,
) -> Cell<'a> {
    ranges(&args[1..], last, span).hold(args[0].text().and_then(span))
}

/// Ranges that are known.
struct Known {
    ranges: Rc<Ranges>,
    span: fn(&str) -> Option<Span>,
}

impl Test for Known {
    fn test(&self, text: &str) -> Cell<'static> {
        self.ranges.hold((self.span)(text))
    }
}

pub fn prepared(
    rest: &[Cell<'_>],
    last: &'static LocalKey<RefCell<Rc<Ranges>>>,
    span: fn(&str) -> Option<Span>,
) -> Option<Rc<dyn Test>> {
    Some(Rc::new(Known { ranges: ranges(rest, last, span), span }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::net::V4;
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

        #[test]
        fn an_index_of_many_changes_nothing(
            starts in prop::collection::vec(0..1_u32 << 20, INDEXED_MIN..200),
            prefix in 12..=32_u32,
            ip in 0..1_u32 << 20,
        ) {
            let address = |bits: u32| std::net::Ipv4Addr::from(bits << 10).to_string();
            let nets: Vec<String> = starts.iter().map(|start| format!("{}/{prefix}", address(*start))).collect();
            let ip = address(ip);
            let args: Vec<&str> = nets.iter().map(String::as_str).collect();
            let cells: Vec<Cell<'_>> = args.iter().map(|net| Cell::Text(net)).collect();
            let mut ranges = Ranges::new(&cells, V4::span);
            let with = ranges.hold(V4::span(&ip));
            ranges.begins.clear();
            prop_assert_eq!(with, ranges.hold(V4::span(&ip)));
            let beyond = ranges.hold(Some((u128::MAX, u128::MAX)));
            prop_assert_eq!(beyond, Cell::Bool(false));
        }
    }
}
