//! Numbers as files write them, and whether a number still says what its text says: `00123`, `+1` and `1.10` are
//! ids, telephone numbers and versions as often as numbers. Pure.

/// A text of no more characters, without an exponent, has no more digits than a real holds.
const SHORT: usize = 15;
/// More digits no real has.
const DIGITS_MAX: usize = 800;

/// A whole number, also when it is written as `5.0` or `1e3`.
pub fn long_of(text: &str) -> Option<i64> {
    if let Ok(value) = text.parse::<i64>() {
        return Some(value);
    }
    let value = real_of(text, false)?;
    // Above 2^53 a real no longer names one whole number.
    (value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0).then_some(value as i64)
}

/// A number; with `words` also the spellings that Kusto gives to what JSON cannot say.
pub fn real_of(text: &str, words: bool) -> Option<f64> {
    match text {
        "NaN" if words => return Some(f64::NAN),
        "Infinity" if words => return Some(f64::INFINITY),
        "-Infinity" if words => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let numeric = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let value = text.parse::<f64>().ok()?;
    (numeric && value.is_finite()).then_some(value)
}

/// Whether a whole number prints back as the text that it was read from.
pub fn is_plain_long(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    text == "0" || (!digits.starts_with('0') && all_digits(digits))
}

/// Whether a text is written as programs print a real: `1.5`, `2`, `2.0`, `1e-05`, `1.5E10`.
pub fn is_plain_real(text: &str) -> bool {
    is_real(text) && !ends_in_zeros(text)
}

/// Whether a text is a number with zeros at its end, as in `12.50`, which programs print with fixed decimals.
pub fn is_padded_real(text: &str) -> bool {
    is_real(text) && ends_in_zeros(text) && !text.contains(['e', 'E'])
}

/// How many decimals are written.
pub fn decimals(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

/// `2.0` does not.
fn ends_in_zeros(text: &str) -> bool {
    let mantissa = parted(text).0;
    mantissa.split_once('.').is_some_and(|(_, fraction)| fraction.len() > 1 && fraction.ends_with('0'))
}

/// Whether a text is a real, in the forms of [`is_plain_real`] and [`is_padded_real`].
pub fn is_real(text: &str) -> bool {
    let (mantissa, exponent) = parted(text);
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    // `12e5` is a tag or the end of a hash.
    let plain_exponent = |exponent: &str| fraction.is_some() || exponent.starts_with(['+', '-']);
    (is_plain_long(whole) || (whole == "-0" && fraction.is_some()))
        && fraction.is_none_or(all_digits)
        && exponent.is_none_or(plain_exponent)
}

/// Whether a real that was read from a text has all its digits: printed with as many, it is the same number.
pub fn keeps_digits(text: &str, value: f64) -> bool {
    if text.len() <= SHORT && !text.contains(['e', 'E']) || !value.is_finite() {
        return true;
    }
    let (said, places) = digits(text);
    match places {
        0 => true,
        // Rust prints no number with that many.
        DIGITS_MAX.. => false,
        _ => digits(&format!("{value:.*e}", places - 1)).0 == said,
    }
}

/// The digits of a number without zeros around them, with the power of ten of the first; and how many there are, zeros
/// at the end of a whole number too.
fn digits(text: &str) -> ((String, Option<i64>), usize) {
    let (mantissa, exponent) = parted(text);
    let mantissa = mantissa.trim_start_matches(['+', '-']);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole, fraction.trim_end_matches('0')].concat();
    let first = all.bytes().take_while(|byte| *byte == b'0').count();
    let power = exponent.map_or(Some(0), |exponent| exponent.parse::<i64>().ok());
    let power = power.and_then(|power| power.checked_add(whole.len() as i64 - 1 - first as i64));
    ((all[first..].trim_end_matches('0').to_owned(), power), all.len() - first)
}

fn parted(text: &str) -> (&str, Option<&str>) {
    match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_prints_back_is_plain() {
        for text in ["0", "-1", "120", "9223372036854775807"] {
            assert!(is_plain_long(text) && is_plain_real(text), "{text}");
        }
        for text in ["00123", "+1", "-0", "1e3", "5.0", "", "-", "1_0"] {
            assert!(!is_plain_long(text), "{text}");
        }
        for text in ["1.5", "2.0", "-0.25", "-0.0", "1e-05", "1E+20", "1.5E10", "1.0e10", "0.1"] {
            assert!(is_plain_real(text), "{text}");
        }
        for text in ["1.10", "12e5", "00.5", "+1.5", ".5", "1.", "1.00", "-0", "1.2.3"] {
            assert!(!is_plain_real(text), "{text}");
        }
        for text in ["1.10", "12.500", "-0.00"] {
            assert!(is_padded_real(text) && is_real(text), "{text}");
        }
        for text in ["2.0", "1.5", "01.10", "1.10.20", "1.10e5", "100"] {
            assert!(!is_padded_real(text), "{text}");
        }
    }

    #[test]
    fn digits_that_a_real_does_not_hold_are_seen() {
        let keeps = |text: &str| keeps_digits(text, real_of(text, false).unwrap());
        for text in [
            "0.1",
            "0.10000000000000001",
            "4503599627370496.0",
            "9007199254740992",
            "1e22",
            "1.5e-300",
            "0.5000000000000000000000000",
            "-0.00000000000000000000000025",
            "0e99999999999999999999",
            "100000000000000000000",
        ] {
            assert!(keeps(text), "{text}");
        }
        for text in [
            "9007199254740993",
            "1234567890123456789012345678901234567890",
            "0.12345678901234567890123",
            "1e-400",
            "100000000000000000000000",
        ] {
            assert!(!keeps(text), "{text}");
        }
        assert!(!keeps(&format!("0.{}", "1".repeat(100_000))));
    }
}
