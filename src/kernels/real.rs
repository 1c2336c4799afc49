//! The text of a real as the Kusto engine writes it. Knows digits only.
//!
//! Kusto prints `0.1 + 0.2` as `0.30000000000000007` and a computed 40.764323 as
//! `40.764323000000008` (recorded), not the closest shortest text. That is Grisu2 with the form of
//! Milo Yip's `dtoa`: it lowers the last digit towards the value only while fewer than nine digits
//! follow the integer part of its scaled value. So it is computed that way here.

/// Writes `value` as `tostring(real)` does: always with a point or an exponent; `NaN`, `inf`, `-inf`.
pub fn push_real(value: f64, out: &mut String) {
    if value.is_nan() {
        out.push_str("NaN");
        return;
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    if value.is_infinite() {
        out.push_str("inf");
    } else if value == 0.0 {
        out.push_str("0.0");
    } else {
        let mut digits = Digits { buffer: [0; 20], length: 0, exponent: 0 };
        digits.generate(value.abs());
        digits.lay_out(out);
    }
}

/// [`push_real`] into a new text.
pub fn real_text(value: f64) -> String {
    let mut out = String::new();
    push_real(value, &mut out);
    out
}

/// Decimal digits and the power of ten of the last one.
struct Digits {
    buffer: [u8; 20],
    length: usize,
    exponent: i32,
}

/// A 64-bit significand and its power of two.
#[derive(Clone, Copy)]
struct Scaled {
    significand: u64,
    exponent: i32,
}

impl Scaled {
    fn normalized(self) -> Scaled {
        let shift = self.significand.leading_zeros();
        Scaled { significand: self.significand << shift, exponent: self.exponent - shift as i32 }
    }

    fn times(self, other: Scaled) -> Scaled {
        let product = u128::from(self.significand) * u128::from(other.significand) + (1 << 63);
        Scaled { significand: (product >> 64) as u64, exponent: self.exponent + other.exponent + 64 }
    }
}

const HIDDEN_BIT: u64 = 1 << 52;

impl Digits {
    fn generate(&mut self, value: f64) {
        let bits = value.to_bits();
        let biased = (bits >> 52) as i32;
        let fraction = bits & (HIDDEN_BIT - 1);
        let exact = if biased == 0 {
            Scaled { significand: fraction, exponent: -1074 }
        } else {
            Scaled { significand: fraction | HIDDEN_BIT, exponent: biased - 1075 }
        };
        let upper =
            Scaled { significand: exact.significand * 2 + 1, exponent: exact.exponent - 1 }.normalized();
        let lower = if exact.significand == HIDDEN_BIT {
            Scaled { significand: exact.significand * 4 - 1, exponent: exact.exponent - 2 }
        } else {
            Scaled { significand: exact.significand * 2 - 1, exponent: exact.exponent - 1 }
        };
        let lower = lower.significand << (lower.exponent - upper.exponent);
        let (power, tens) = cached_power(upper.exponent);
        self.exponent = tens;
        let center = exact.normalized().times(power);
        let high = upper.times(power);
        let high = Scaled { significand: high.significand - 1, exponent: high.exponent };
        let low = Scaled { significand: lower, exponent: upper.exponent }.times(power).significand + 1;
        self.shorten(center, high, high.significand - low);
    }

    /// The shortest digits between the bounds, counted from the upper one.
    fn shorten(&mut self, center: Scaled, high: Scaled, mut delta: u64) {
        let shift = -high.exponent;
        let one = 1u64 << shift;
        let above = high.significand - center.significand;
        let mut whole = high.significand >> shift;
        let mut rest = high.significand & (one - 1);
        let mut kappa = whole.checked_ilog10().map_or(1, |log| log as i32 + 1);
        while kappa > 0 {
            let unit = 10u64.pow(kappa as u32 - 1);
            self.push((whole / unit) as u8);
            whole %= unit;
            kappa -= 1;
            let left = (whole << shift) + rest;
            if left <= delta {
                self.exponent += kappa;
                self.round(delta, left, unit << shift, above);
                return;
            }
        }
        loop {
            rest *= 10;
            delta *= 10;
            self.push((rest >> shift) as u8);
            rest &= one - 1;
            kappa -= 1;
            if rest < delta {
                self.exponent += kappa;
                // The quirk that the recorded answers show: no rounding from the ninth digit on.
                let scale = if kappa > -9 { 10u64.pow(-kappa as u32) } else { 0 };
                self.round(delta, rest, one, above.wrapping_mul(scale));
                return;
            }
        }
    }

    fn push(&mut self, digit: u8) {
        if digit > 0 || self.length > 0 {
            self.buffer[self.length] = b'0' + digit;
            self.length += 1;
        }
    }

    fn round(&mut self, delta: u64, mut rest: u64, unit: u64, above: u64) {
        while rest < above
            && delta - rest >= unit
            && (rest + unit < above || above - rest > rest + unit - above)
        {
            self.buffer[self.length - 1] -= 1;
            rest += unit;
        }
    }

    fn lay_out(&self, out: &mut String) {
        let digits = std::str::from_utf8(&self.buffer[..self.length]).unwrap_or("");
        let length = self.length as i32;
        let point = length + self.exponent;
        let zeros = |out: &mut String, count: i32| (0..count).for_each(|_| out.push('0'));
        if length <= point && point <= 21 {
            out.push_str(digits);
            zeros(out, point - length);
            out.push_str(".0");
        } else if 0 < point && point <= 21 {
            let (whole, fraction) = digits.split_at(point as usize);
            out.push_str(whole);
            out.push('.');
            out.push_str(fraction);
        } else if -6 < point && point <= 0 {
            out.push_str("0.");
            zeros(out, -point);
            out.push_str(digits);
        } else {
            let (first, fraction) = digits.split_at(1);
            out.push_str(first);
            if !fraction.is_empty() {
                out.push('.');
                out.push_str(fraction);
            }
            out.push('e');
            out.push_str(&(point - 1).to_string());
        }
    }
}

/// A power of ten that brings a significand of this exponent to one of -60 to -32, and minus its tens.
fn cached_power(exponent: i32) -> (Scaled, i32) {
    // log10(2), as the published algorithm takes it.
    let tens = f64::from(-61 - exponent) * 0.301_029_995_663_981_14 + 347.0;
    let index = ((tens.ceil() as usize) >> 3) + 1;
    let (significand, exponent) = POWERS[index];
    (Scaled { significand, exponent }, 348 - index as i32 * 8)
}

/// 10^-348, 10^-340 ... 10^340 as 64 bits, rounded, and a power of two.
const POWERS: [(u64, i32); 87] = [
    (0xfa8fd5a0081c0288, -1220),
    (0xbaaee17fa23ebf76, -1193),
    (0x8b16fb203055ac76, -1166),
    (0xcf42894a5dce35ea, -1140),
    (0x9a6bb0aa55653b2d, -1113),
    (0xe61acf033d1a45df, -1087),
    (0xab70fe17c79ac6ca, -1060),
    (0xff77b1fcbebcdc4f, -1034),
    (0xbe5691ef416bd60c, -1007),
    (0x8dd01fad907ffc3c, -980),
    (0xd3515c2831559a83, -954),
    (0x9d71ac8fada6c9b5, -927),
    (0xea9c227723ee8bcb, -901),
    (0xaecc49914078536d, -874),
    (0x823c12795db6ce57, -847),
    (0xc21094364dfb5637, -821),
    (0x9096ea6f3848984f, -794),
    (0xd77485cb25823ac7, -768),
    (0xa086cfcd97bf97f4, -741),
    (0xef340a98172aace5, -715),
    (0xb23867fb2a35b28e, -688),
    (0x84c8d4dfd2c63f3b, -661),
    (0xc5dd44271ad3cdba, -635),
    (0x936b9fcebb25c996, -608),
    (0xdbac6c247d62a584, -582),
    (0xa3ab66580d5fdaf6, -555),
    (0xf3e2f893dec3f126, -529),
    (0xb5b5ada8aaff80b8, -502),
    (0x87625f056c7c4a8b, -475),
    (0xc9bcff6034c13053, -449),
    (0x964e858c91ba2655, -422),
    (0xdff9772470297ebd, -396),
    (0xa6dfbd9fb8e5b88f, -369),
    (0xf8a95fcf88747d94, -343),
    (0xb94470938fa89bcf, -316),
    (0x8a08f0f8bf0f156b, -289),
    (0xcdb02555653131b6, -263),
    (0x993fe2c6d07b7fac, -236),
    (0xe45c10c42a2b3b06, -210),
    (0xaa242499697392d3, -183),
    (0xfd87b5f28300ca0e, -157),
    (0xbce5086492111aeb, -130),
    (0x8cbccc096f5088cc, -103),
    (0xd1b71758e219652c, -77),
    (0x9c40000000000000, -50),
    (0xe8d4a51000000000, -24),
    (0xad78ebc5ac620000, 3),
    (0x813f3978f8940984, 30),
    (0xc097ce7bc90715b3, 56),
    (0x8f7e32ce7bea5c70, 83),
    (0xd5d238a4abe98068, 109),
    (0x9f4f2726179a2245, 136),
    (0xed63a231d4c4fb27, 162),
    (0xb0de65388cc8ada8, 189),
    (0x83c7088e1aab65db, 216),
    (0xc45d1df942711d9a, 242),
    (0x924d692ca61be758, 269),
    (0xda01ee641a708dea, 295),
    (0xa26da3999aef774a, 322),
    (0xf209787bb47d6b85, 348),
    (0xb454e4a179dd1877, 375),
    (0x865b86925b9bc5c2, 402),
    (0xc83553c5c8965d3d, 428),
    (0x952ab45cfa97a0b3, 455),
    (0xde469fbd99a05fe3, 481),
    (0xa59bc234db398c25, 508),
    (0xf6c69a72a3989f5c, 534),
    (0xb7dcbf5354e9bece, 561),
    (0x88fcf317f22241e2, 588),
    (0xcc20ce9bd35c78a5, 614),
    (0x98165af37b2153df, 641),
    (0xe2a0b5dc971f303a, 667),
    (0xa8d9d1535ce3b396, 694),
    (0xfb9b7cd9a4a7443c, 720),
    (0xbb764c4ca7a44410, 747),
    (0x8bab8eefb6409c1a, 774),
    (0xd01fef10a657842c, 800),
    (0x9b10a4e5e9913129, 827),
    (0xe7109bfba19c0c9d, 853),
    (0xac2820d9623bf429, 880),
    (0x80444b5e7aa7cf85, 907),
    (0xbf21e44003acdd2d, 933),
    (0x8e679c2f5e44ff8f, 960),
    (0xd433179d9c8cb841, 986),
    (0x9e19db92b4e31ba9, 1013),
    (0xeb96bf6ebadf77d9, 1039),
    (0xaf87023b9bf0ee6b, 1066),
];

#[cfg(test)]
mod tests {
    use super::real_text;

    #[test]
    fn like_the_recorded_answers() {
        // Sums and a geodesic midpoint whose text Kusto recorded; not the closest shortest digits.
        assert_eq!(real_text(0.1 + 0.2), "0.30000000000000007");
        assert_eq!(real_text(40.764_323_000_000_005), "40.764323000000008");
        assert_eq!(real_text(1.0 / 3.0), "0.3333333333333333");
        assert_eq!(real_text(-0.0), "-0.0");
        assert_eq!(real_text(f64::INFINITY), "inf");
        assert_eq!(real_text(f64::NEG_INFINITY), "-inf");
        assert_eq!(real_text(f64::NAN), "NaN");
        assert_eq!(real_text(50.625_000_000_000_01), "50.62500000000001");
    }

    #[test]
    fn plain_and_with_exponent() {
        assert_eq!(real_text(3.0), "3.0");
        assert_eq!(real_text(1.5e20), "150000000000000000000.0");
        assert_eq!(real_text(1e22), "1e22");
        assert_eq!(real_text(0.001), "0.001");
        assert_eq!(real_text(1.25e-7), "1.25e-7");
        assert_eq!(real_text(5e-324), "5e-324");
        assert_eq!(real_text(f64::MAX), "1.7976931348623157e308");
        assert_eq!(real_text(9_007_199_254_740_992.0), "9007199254740992.0");
    }

    proptest::proptest! {
        #[test]
        fn reads_back(bits: u64) {
            let value = f64::from_bits(bits);
            if value.is_finite() {
                proptest::prop_assert_eq!(real_text(value).parse::<f64>().unwrap(), value);
            }
        }
    }
}
