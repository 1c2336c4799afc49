//! Markings of the traffic light protocol (FIRST, version 2.0; version 1 says WHITE for CLEAR).

/// From the mildest to the strictest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tlp {
    Clear,
    Green,
    Amber,
    AmberStrict,
    Red,
}

const NAMES: &[(&str, Tlp)] = &[
    ("TLP:CLEAR", Tlp::Clear),
    ("TLP:WHITE", Tlp::Clear),
    ("TLP:GREEN", Tlp::Green),
    ("TLP:AMBER", Tlp::Amber),
    ("TLP:AMBER+STRICT", Tlp::AmberStrict),
    ("TLP:RED", Tlp::Red),
];

impl Tlp {
    /// As indicators write it, in any case and with or without `TLP:`. What is no known marking but not empty is
    /// taken for the strictest: it is never lowered.
    pub fn of(text: &str) -> Option<Tlp> {
        let text = text.trim();
        (!text.is_empty()).then(|| Tlp::named(text).unwrap_or(Tlp::Red))
    }

    /// The marking of this name.
    pub fn named(text: &str) -> Option<Tlp> {
        let upper = text.trim().to_ascii_uppercase().replace(' ', "");
        let name = upper.strip_prefix("TLP:").unwrap_or(&upper);
        NAMES.iter().find(|(known, _)| known[4..] == *name).map(|(_, tlp)| *tlp)
    }

    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, tlp)| *tlp == self).map_or("", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markings_are_read_and_never_lowered() {
        assert_eq!(Tlp::of("Amber+Strict"), Some(Tlp::AmberStrict));
        assert_eq!(Tlp::of("tlp:white"), Some(Tlp::Clear));
        assert_eq!(Tlp::of(" "), None);
        assert_eq!(Tlp::of("for your eyes only"), Some(Tlp::Red));
        assert_eq!(Tlp::named("for your eyes only"), None);
        assert!(Tlp::Red > Tlp::AmberStrict && Tlp::Clear.name() == "TLP:CLEAR");
    }
}
