//! How steady a value is, for each state of what has been looked for in the data: found in one pass over a plan.

use crate::facts::{Looked, Steady};
use crate::types::Type;

/// For each of [`Looked`] two bits: 0 is exact, 1 rounded, 2 in any order, 3 free. Of two values that become one they are
/// the bits of both, since what is neither the one nor the other is free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lanes(u8);

/// The lower bit of each.
const EACH: u8 = 0b01_01_01;

fn bits(steady: Steady) -> u8 {
    match steady {
        Steady::Exact => 0,
        Steady::Rounded => 1,
        Steady::AnyOrder => 2,
        Steady::Free => 3,
    }
}

impl Lanes {
    pub const EXACT: Lanes = Lanes(0);
    pub const FREE: Lanes = Lanes(EACH * 3);

    /// Whatever has been looked for.
    pub fn all(steady: Steady) -> Lanes {
        Lanes(EACH * bits(steady))
    }

    pub fn of(self, looked: Looked) -> Steady {
        match self.0 >> (2 * looked as u8) & 3 {
            0 => Steady::Exact,
            1 => Steady::Rounded,
            2 => Steady::AnyOrder,
            _ => Steady::Free,
        }
    }

    pub fn with(self, looked: Looked, steady: Steady) -> Lanes {
        let place = 2 * looked as u8;
        Lanes(self.0 & !(3 << place) | bits(steady) << place)
    }

    /// Of two values that become one.
    pub fn and(self, other: Lanes) -> Lanes {
        Lanes(self.0 | other.0)
    }

    /// Free where it is not exact.
    pub fn loose(self) -> Lanes {
        Lanes(((self.0 | self.0 >> 1) & EACH) * 3)
    }

    /// Free where more than last digits may differ, exact elsewhere.
    pub fn unordered(self) -> Lanes {
        Lanes((self.0 >> 1 & EACH) * 3)
    }

    /// Exact where the order alone is open.
    pub fn in_order(self) -> Lanes {
        let open = self.0 >> 1 & !self.0 & EACH;
        Lanes(self.0 & !(open * 3))
    }

    /// What is made of a value that may differ: only of reals something that differs in the last digits.
    pub fn changed(self, ty: Type) -> Lanes {
        let rounded = if ty == Type::Real { self.0 & !(self.0 >> 1) & EACH } else { 0 };
        Lanes(self.loose().0 & !(rounded * 3) | rounded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Steady::{AnyOrder, Exact, Free, Rounded};

    const ALL: [Steady; 4] = [Exact, Rounded, AnyOrder, Free];

    #[test]
    fn what_is_made_of_values_is_as_loose_as_they_are() {
        for one in ALL {
            for other in ALL {
                let both = match (one, other) {
                    (Exact, steady) | (steady, Exact) => steady,
                    (one, other) if one == other => one,
                    _ => Free,
                };
                assert_eq!(Lanes::all(one).and(Lanes::all(other)), Lanes::all(both), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn each_state_is_its_own() {
        let lanes = Lanes::EXACT.with(Looked::Nothing, Free).with(Looked::Choices, AnyOrder);
        let states = |lanes: Lanes| [Looked::Nothing, Looked::Ties, Looked::Choices].map(|at| lanes.of(at));
        assert_eq!(states(lanes), [Free, Exact, AnyOrder]);
        assert_eq!(states(lanes.with(Looked::Ties, Rounded)), [Free, Rounded, AnyOrder]);
        assert_eq!(states(lanes.with(Looked::Nothing, Exact)), [Exact, Exact, AnyOrder]);
        assert_eq!(states(lanes.in_order()), [Free, Exact, Exact]);
        assert_eq!(states(lanes.loose()), [Free, Exact, Free]);
        let lanes = lanes.with(Looked::Ties, Rounded);
        assert_eq!(states(lanes.unordered()), [Free, Exact, Free]);
        assert_eq!(states(lanes.changed(Type::Real)), [Free, Rounded, Free]);
        assert_eq!(states(lanes.changed(Type::String)), [Free, Free, Free]);
        assert_eq!(Lanes::FREE, Lanes::all(Free));
    }
}
