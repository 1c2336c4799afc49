//! The arithmetic of decimals: 34 digits and a power of ten, as a floating decimal of 128 bits has them.
//! Knows digits only.

use std::cmp::Ordering;

/// One more than the greatest coefficient: 34 digits ("The decimal data type": 128 bits wide).
const BOUND: u128 = 10u128.pow(34);
/// Half of the digits, to multiply by halves.
const HALF: u128 = 10u128.pow(17);
/// The first digit of a number that is not zero stands at a power of ten up to this, or down to its negative.
/// Kusto's own limits are far beyond; its text for such numbers is not recorded.
const MAGNITUDE_MAX: i32 = 99;

/// A number in its one form: a coefficient that ends in no zero; zero itself is neither negative nor scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    coefficient: u128,
    exponent: i32,
}

/// Why there is no number: what was computed (or read) lies beyond what is known of Kusto's decimals.
pub type Beyond = &'static str;

pub(super) const TOO_LONG: Beyond =
    "a decimal of more than 34 digits is not computed here; use toreal() or the text";
const TOO_GREAT: Beyond =
    "a decimal beyond 1e99, or closer to zero than 1e-99, is not computed here; use toreal()";
pub(super) const BY_ZERO: Beyond =
    "what Kusto gives for a decimal divided by zero is not known; leave those rows out, or use toreal()";
const NEGATIVE_MODULO: Beyond =
    "what Kusto gives for % of negative decimals is not known; use toreal() or tolong()";
const NO_SIZE: Beyond =
    "what Kusto gives for a bin of decimals whose size is not above zero is not known; use toreal()";
pub(super) const MIDDLE: Beyond =
    "how Kusto rounds a decimal in the middle between two is not known; add half of the unit and use bin()";
pub(super) const FROM_REAL: Beyond =
    "this real has more than one reading as a decimal; write decimal(...), or todecimal() of its text";

impl Decimal {
    pub const ZERO: Decimal = Decimal { negative: false, coefficient: 0, exponent: 0 };

    /// The canonical form; the coefficient has up to 34 digits.
    ///
    /// # Errors
    /// Beyond 1e99.
    pub fn new(negative: bool, mut coefficient: u128, mut exponent: i32) -> Result<Decimal, Beyond> {
        if coefficient == 0 {
            return Ok(Decimal::ZERO);
        }
        while coefficient.is_multiple_of(10) {
            coefficient /= 10;
            exponent += 1;
        }
        let value = Decimal { negative, coefficient, exponent };
        if value.magnitude().abs() > MAGNITUDE_MAX { Err(TOO_GREAT) } else { Ok(value) }
    }

    /// Reads digits with a sign, a point and an exponent; `None` when the text is no number.
    ///
    /// # Errors
    /// Numbers that need more than 34 digits, or lie beyond 1e99.
    pub fn read(text: &str) -> Option<Result<Decimal, Beyond>> {
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (digits, power) = match unsigned.split_once(['e', 'E']) {
            Some((digits, power)) => (digits, Some(power)),
            None => (unsigned, None),
        };
        let power: i64 = match power {
            Some(power) => {
                let plain = power.strip_prefix(['-', '+']).unwrap_or(power);
                if plain.is_empty() || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                power.parse().unwrap_or(if power.starts_with('-') { i64::MIN } else { i64::MAX })
            }
            None => 0,
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if all().next().is_none() || !all().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Decimal::of_digits(negative, all(), power.saturating_sub(fraction.len() as i64)))
    }

    fn of_digits(negative: bool, digits: impl Iterator<Item = u8>, power: i64) -> Result<Decimal, Beyond> {
        let mut coefficient: u128 = 0;
        let mut zeros: i64 = 0;
        for digit in digits.skip_while(|digit| *digit == b'0') {
            if digit == b'0' {
                zeros += 1;
                continue;
            }
            // Zeros count only once a digit follows them.
            for _ in 0..zeros {
                coefficient = coefficient.checked_mul(10).filter(|value| *value < BOUND).ok_or(TOO_LONG)?;
            }
            zeros = 0;
            coefficient = coefficient * 10 + u128::from(digit - b'0');
            if coefficient >= BOUND {
                return Err(TOO_LONG);
            }
        }
        if coefficient == 0 {
            return Ok(Decimal::ZERO);
        }
        let exponent = i32::try_from(power.saturating_add(zeros)).map_err(|_| TOO_GREAT)?;
        if exponent.unsigned_abs() > 10_000 {
            return Err(TOO_GREAT);
        }
        Decimal::new(negative, coefficient, exponent)
    }

    /// The canonical text of a number, as [`Decimal::read`] reads it.
    ///
    /// # Errors
    /// As of [`Decimal::read`].
    pub fn canonical(text: &str) -> Option<Result<String, Beyond>> {
        Some(Decimal::read(text)?.map(|value| value.text()))
    }

    pub fn of_long(value: i64) -> Decimal {
        // 19 digits are always within the limits.
        Decimal::new(value < 0, u128::from(value.unsigned_abs()), 0).unwrap_or(Decimal::ZERO)
    }

    /// A real whose first 15 and first 17 digits are the same number. Of others two readings are on record:
    /// 15 digits for `todecimal(0.1)`, 17 for a cell of a `datatable`.
    ///
    /// # Errors
    /// All other reals.
    pub fn of_real(value: f64) -> Result<Decimal, Beyond> {
        let (short, long) = (Decimal::of_digits_of(value, 15)?, Decimal::of_cell(value)?);
        if short == long { Ok(long) } else { Err(FROM_REAL) }
    }

    /// A real that stands in the query, `todecimal(0.1)`: its first 15 digits, where they are all that it
    /// was written with (agent-type-casts-coercion-0049).
    ///
    /// # Errors
    /// Reals that need 16 or 17 digits.
    pub fn of_constant(value: f64) -> Result<Decimal, Beyond> {
        let shortest = Decimal::read(&format!("{value:e}")).ok_or(FROM_REAL)??;
        if Decimal::of_digits_of(value, 15)? == shortest { Ok(shortest) } else { Err(FROM_REAL) }
    }

    /// A real in a cell of a `datatable`: its first 17 digits (microsoft/Kusto-Query-Language#172).
    ///
    /// # Errors
    /// NaN, the infinities, and numbers beyond 1e99.
    pub fn of_cell(value: f64) -> Result<Decimal, Beyond> {
        Decimal::of_digits_of(value, 17)
    }

    fn of_digits_of(value: f64, count: usize) -> Result<Decimal, Beyond> {
        Decimal::read(&format!("{value:.*e}", count - 1)).ok_or(FROM_REAL)?
    }

    /// The power of ten of the first digit.
    fn magnitude(self) -> i32 {
        self.coefficient.checked_ilog10().map_or(0, |digits| digits as i32) + self.exponent
    }

    /// No exponent, no zeros that could be left out.
    pub fn text(self) -> String {
        let digits = self.coefficient.to_string();
        let sign = if self.negative { "-" } else { "" };
        let zeros = |count: usize| "0".repeat(count);
        let below = self.exponent.unsigned_abs() as usize;
        if self.exponent >= 0 {
            format!("{sign}{digits}{}", zeros(below))
        } else if digits.len() > below {
            let (whole, fraction) = digits.split_at(digits.len() - below);
            format!("{sign}{whole}.{fraction}")
        } else {
            format!("{sign}0.{}{digits}", zeros(below - digits.len()))
        }
    }

    /// A text whose order, byte by byte, is that of the numbers.
    pub fn order(self) -> String {
        if self.coefficient == 0 {
            return "1".to_owned();
        }
        let digits = self.coefficient.to_string();
        let power = self.magnitude() + 500;
        if !self.negative {
            return format!("2{power:03}{digits}");
        }
        let turned = digits.bytes().map(|digit| char::from(b'9' - (digit - b'0'))).collect::<String>();
        // The end stands above all digits: of two with the same beginning the longer is the lesser.
        format!("0{:03}{turned}:", 999 - power)
    }

    /// The number without its sign.
    pub fn absolute(self) -> Decimal {
        Decimal { negative: false, ..self }
    }

    /// The number with the other sign.
    pub fn negated(self) -> Decimal {
        Decimal { negative: !self.negative && self.coefficient != 0, ..self }
    }

    /// # Errors
    /// Numbers so far apart that a sum has none of the digits of one of them.
    pub fn plus(self, other: Decimal) -> Result<Decimal, Beyond> {
        if self.coefficient == 0 || other.coefficient == 0 {
            return Ok(if self.coefficient == 0 { other } else { self });
        }
        let (upper, lower) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let distance = (upper.exponent - lower.exponent) as u32;
        // 34 digits and 34 zeros: what lies further apart has no sum of 34 digits.
        if distance > 34 {
            return Err(TOO_LONG);
        }
        let upper_wide = match distance {
            34 => Wide { high: upper.coefficient, low: 0 },
            _ => Wide::product(upper.coefficient, 10u128.pow(distance)),
        };
        let lower_wide = Wide { high: 0, low: lower.coefficient };
        if upper.negative == lower.negative {
            return upper_wide.plus(lower_wide).rounded(upper.negative, lower.exponent);
        }
        match upper_wide.cmp(&lower_wide) {
            Ordering::Less => lower_wide.minus(upper_wide).rounded(lower.negative, lower.exponent),
            _ => upper_wide.minus(lower_wide).rounded(upper.negative, lower.exponent),
        }
    }

    /// # Errors
    /// Beyond 1e99.
    pub fn times(self, other: Decimal) -> Result<Decimal, Beyond> {
        let product = Wide::product(self.coefficient, other.coefficient);
        product.rounded(self.negative != other.negative, self.exponent + other.exponent)
    }

    /// 34 digits, the last rounded to the nearest.
    ///
    /// # Errors
    /// By zero, or beyond 1e99.
    pub fn over(self, other: Decimal) -> Result<Decimal, Beyond> {
        if other.coefficient == 0 {
            return Err(BY_ZERO);
        }
        let mut quotient = self.coefficient / other.coefficient;
        let mut rest = self.coefficient % other.coefficient;
        let mut exponent = self.exponent - other.exponent;
        while rest != 0 && quotient < BOUND / 10 {
            rest *= 10;
            quotient = quotient * 10 + rest / other.coefficient;
            rest %= other.coefficient;
            exponent -= 1;
        }
        let up = match (rest * 2).cmp(&other.coefficient) {
            Ordering::Less => false,
            Ordering::Equal => quotient % 2 == 1,
            Ordering::Greater => true,
        };
        Decimal::new(self.negative != other.negative, quotient + u128::from(up), exponent)
    }

    /// The rest of a division to a whole number, of numbers that are not negative.
    ///
    /// # Errors
    /// By zero, or with a negative number.
    pub fn modulo(self, other: Decimal) -> Result<Decimal, Beyond> {
        if other.coefficient == 0 {
            return Err(BY_ZERO);
        }
        if self.negative || other.negative {
            return Err(NEGATIVE_MODULO);
        }
        if self.order() < other.order() {
            return Ok(self);
        }
        if self.exponent >= other.exponent {
            let mut rest = self.coefficient % other.coefficient;
            for _ in other.exponent..self.exponent {
                rest = rest * 10 % other.coefficient;
            }
            return Decimal::new(false, rest, other.exponent);
        }
        // The divisor is not the greater one, so that it has no more digits at this scale.
        let divisor = other.coefficient * 10u128.pow((other.exponent - self.exponent) as u32);
        Decimal::new(false, self.coefficient % divisor, self.exponent)
    }

    /// The greatest multiple of a size that is not above the number.
    ///
    /// # Errors
    /// A size that is not above zero.
    pub fn down_to(self, size: Decimal) -> Result<Decimal, Beyond> {
        if size.negative || size.coefficient == 0 {
            return Err(NO_SIZE);
        }
        let rest = self.absolute().modulo(size)?;
        match (self.negative, rest.coefficient) {
            (_, 0) => Ok(self),
            (false, _) => self.plus(rest.negated()),
            (true, _) => self.plus(rest)?.plus(size.negated()),
        }
    }

    /// The nearest number with so many digits after the point.
    ///
    /// # Errors
    /// A number in the middle between two.
    pub fn nearest(self, digits: i64) -> Result<Decimal, Beyond> {
        let exponent = i32::try_from(digits).ok().and_then(i32::checked_neg).ok_or(TOO_GREAT)?;
        let unit = Decimal::new(false, 1, exponent)?;
        let below = self.down_to(unit)?;
        let rest = self.plus(below.negated())?;
        match rest.plus(rest)?.order().cmp(&unit.order()) {
            Ordering::Less => Ok(below),
            Ordering::Equal => Err(MIDDLE),
            Ordering::Greater => below.plus(unit),
        }
    }

    /// Without its fraction.
    pub fn cut(self) -> Option<i64> {
        let size = match u32::try_from(self.exponent) {
            Ok(power) => self.coefficient.checked_mul(10u128.checked_pow(power)?)?,
            Err(_) => 10u128.checked_pow(self.exponent.unsigned_abs()).map_or(0, |by| self.coefficient / by),
        };
        let size = i128::try_from(size).ok()?;
        i64::try_from(if self.negative { -size } else { size }).ok()
    }
}

/// Up to 68 digits, in two halves of 34.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    /// Of two numbers below [`BOUND`].
    fn product(one: u128, other: u128) -> Wide {
        let (one_high, one_low) = (one / HALF, one % HALF);
        let (other_high, other_low) = (other / HALF, other % HALF);
        let middle = one_high * other_low + one_low * other_high;
        let low = one_low * other_low + middle % HALF * HALF;
        Wide { high: one_high * other_high + middle / HALF + low / BOUND, low: low % BOUND }
    }

    fn plus(self, other: Wide) -> Wide {
        let low = self.low + other.low;
        Wide { high: self.high + other.high + low / BOUND, low: low % BOUND }
    }

    /// Less a number that is not greater.
    fn minus(self, other: Wide) -> Wide {
        let borrow = self.low < other.low;
        let low = if borrow { self.low + BOUND - other.low } else { self.low - other.low };
        Wide { high: self.high - other.high - u128::from(borrow), low }
    }

    /// 34 digits, the last rounded to the nearest, to an even one from the middle (IEEE 754's default).
    fn rounded(self, negative: bool, exponent: i32) -> Result<Decimal, Beyond> {
        if self.high == 0 {
            return Decimal::new(negative, self.low, exponent);
        }
        let dropped = self.high.ilog10() + 1;
        let unit = 10u128.pow(dropped);
        let kept = self.high * 10u128.pow(34u32.saturating_sub(dropped)) + self.low / unit;
        let up = match (self.low % unit).cmp(&(unit / 2)) {
            Ordering::Less => false,
            Ordering::Equal => kept % 2 == 1,
            Ordering::Greater => true,
        };
        Decimal::new(negative, kept + u128::from(up), exponent + dropped as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(text: &str) -> Decimal {
        Decimal::read(text).expect(text).expect(text)
    }

    #[test]
    fn one_text_a_number() {
        for (text, canonical) in [
            ("1.50", "1.5"),
            ("-0.0", "0"),
            ("+007", "7"),
            ("1e5", "100000"),
            ("12.5E-3", "0.0125"),
            (".5", "0.5"),
            ("1000000000000000000000000", "1000000000000000000000000"),
            ("0.0000000000000000000000000000000000000001", "0.0000000000000000000000000000000000000001"),
        ] {
            assert_eq!(one(text).text(), canonical);
        }
        for text in ["", "-", ".", "1e", "e5", "1.2.3", "0x10", "nan", "1 2", "1e+-5"] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
        assert_eq!(Decimal::read("12345678901234567890123456789012345"), Some(Err(TOO_LONG)));
        assert_eq!(Decimal::read("1e999999999999999999999"), Some(Err(TOO_GREAT)));
        assert_eq!(Decimal::read("0e999999999999999999999"), Some(Ok(Decimal::ZERO)));
    }

    fn numbers() -> impl Strategy<Value = (i64, u32)> {
        (prop_oneof![any::<i64>(), -1000i64..1000], 0u32..12)
    }

    /// The number at a scale of twelve digits after the point.
    fn scaled((value, scale): (i64, u32)) -> i128 {
        i128::from(value) * 10i128.pow(12 - scale)
    }

    fn written((value, scale): (i64, u32)) -> Decimal {
        one(&format!("{value}e-{scale}"))
    }

    proptest! {
        #[test]
        fn the_order_of_the_texts_is_that_of_the_numbers(left in numbers(), right in numbers()) {
            let (one, other) = (written(left), written(right));
            prop_assert_eq!(one.order().cmp(&other.order()), scaled(left).cmp(&scaled(right)));
            prop_assert_eq!(one.text() == other.text(), scaled(left) == scaled(right));
        }

        #[test]
        fn sums_and_products_are_exact(left in numbers(), right in numbers()) {
            let (one, other) = (written(left), written(right));
            let sum = Decimal::read(&format!("{}e-12", scaled(left) + scaled(right))).expect("a number");
            prop_assert_eq!(one.plus(other), sum);
            prop_assert_eq!(one.plus(other).and_then(|sum| sum.plus(other.negated())), Ok(one));
            if let Some(product) = i128::from(left.0).checked_mul(i128::from(right.0))
                && let Some(Ok(product)) = Decimal::read(&format!("{product}e-{}", left.1 + right.1))
            {
                prop_assert_eq!(one.times(other), Ok(product));
                if right.0 != 0 {
                    prop_assert_eq!(product.over(other), Ok(one));
                }
            }
        }

        #[test]
        fn a_bin_lies_below_by_less_than_its_size(value in numbers(), size in 1i64..5000, scale in 0u32..6) {
            let (number, size) = (scaled(value), scaled((size, scale)));
            let expected = Decimal::read(&format!("{}e-12", number.div_euclid(size) * size)).expect("a number");
            let size = Decimal::read(&format!("{size}e-12")).expect("a number").expect("is short");
            prop_assert_eq!(written(value).down_to(size), expected);
        }

        #[test]
        fn a_text_reads_back(value in numbers()) {
            let number = written(value);
            prop_assert_eq!(one(&number.text()), number);
        }

        #[test]
        fn any_text_is_read_or_not(text in "[-+0-9.eE]{0,60}") {
            if let Some(Ok(value)) = Decimal::read(&text) {
                prop_assert_eq!(one(&value.text()), value);
            }
        }
    }
}
