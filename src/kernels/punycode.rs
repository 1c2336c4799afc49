//! Punycode (RFC 3492), by itself and for the labels of a domain name. Knows text only.

use super::Phys::Text;
use super::{Cell, Kernel, infallible, strict};

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_punycode_encode", &[Text], Text, |args, out| one(args, out, encode)),
    strict("kql_punycode_decode", &[Text], Text, |args, out| one(args, out, decode)),
    strict("kql_punycode_encode_domain", &[Text], Text, |args, out| one(args, out, encode_domain)),
    strict("kql_punycode_decode_domain", &[Text], Text, |args, out| one(args, out, decode_domain)),
]);

/// What fails gives the empty text.
fn one<'a>(args: &[Cell<'a>], out: &'a mut String, run: fn(&str) -> Option<String>) -> Cell<'a> {
    if let Some(text) = args[0].text().and_then(run) {
        out.push_str(&text);
    }
    Cell::Text(out)
}

/// The parameters of RFC 3492, section 5.
const BASE: u32 = 36;
const LEAST: u32 = 1;
const MOST: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const FIRST_BIAS: u32 = 72;
const FIRST_CODE: u32 = 128;
/// Both directions take quadratic time, and names are short.
const LENGTH_MAX: usize = 10_000;

fn adapted(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / count;
    let mut steps = 0;
    while delta > (BASE - LEAST) * MOST / 2 {
        delta /= BASE - LEAST;
        steps += BASE;
    }
    steps + (BASE - LEAST + 1) * delta / (delta + SKEW)
}

fn threshold(position: u32, bias: u32) -> u32 {
    position.saturating_sub(bias).clamp(LEAST, MOST)
}

fn digit(value: u32) -> char {
    char::from_digit(if value < 26 { value + 10 } else { value - 26 }, 36).unwrap_or_default()
}

fn value(digit: char) -> Option<u32> {
    let value = digit.to_digit(36)?;
    Some(if value >= 10 { value - 10 } else { value + 26 })
}

fn encode(text: &str) -> Option<String> {
    if text.len() > LENGTH_MAX {
        return None;
    }
    let codes: Vec<u32> = text.chars().map(u32::from).collect();
    let mut out: String = text.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let (mut code, mut delta, mut bias, mut handled) = (FIRST_CODE, 0u32, FIRST_BIAS, basic);
    while (handled as usize) < codes.len() {
        let next = codes.iter().copied().filter(|known| *known >= code).min()?;
        delta = delta.checked_add((next - code).checked_mul(handled + 1)?)?;
        code = next;
        for known in &codes {
            if *known < code {
                delta = delta.checked_add(1)?;
            }
            if *known == code {
                push_number(delta, bias, &mut out);
                bias = adapted(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        code += 1;
    }
    Some(out)
}

fn push_number(delta: u32, bias: u32, out: &mut String) {
    let mut rest = delta;
    for position in (BASE..).step_by(BASE as usize) {
        let limit = threshold(position, bias);
        if rest < limit {
            break;
        }
        out.push(digit(limit + (rest - limit) % (BASE - limit)));
        rest = (rest - limit) / (BASE - limit);
    }
    out.push(digit(rest));
}

fn decode(text: &str) -> Option<String> {
    if text.len() > LENGTH_MAX || !text.is_ascii() {
        return None;
    }
    let (plain, extended) = text.rsplit_once('-').unwrap_or(("", text));
    let mut out: Vec<char> = plain.chars().collect();
    let (mut code, mut place, mut bias) = (FIRST_CODE, 0u32, FIRST_BIAS);
    let mut digits = extended.chars().peekable();
    while digits.peek().is_some() {
        let before = place;
        let mut weight = 1u32;
        for position in (BASE..).step_by(BASE as usize) {
            let value = value(digits.next()?)?;
            place = place.checked_add(value.checked_mul(weight)?)?;
            let limit = threshold(position, bias);
            if value < limit {
                break;
            }
            weight = weight.checked_mul(BASE - limit)?;
        }
        let count = u32::try_from(out.len()).ok()? + 1;
        bias = adapted(place - before, count, before == 0);
        code = code.checked_add(place / count)?;
        place %= count;
        out.insert(place as usize, char::from_u32(code)?);
        place += 1;
    }
    Some(out.into_iter().collect())
}

/// The dots of IDNA (RFC 3490, section 3.1).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];
const MARK: &str = "xn--";

fn encode_domain(domain: &str) -> Option<String> {
    let labels = domain.split(DOTS).map(|label| match label.is_ascii() {
        true => Some(label.to_owned()),
        false => Some(format!("{MARK}{}", encode(label)?)),
    });
    Some(labels.collect::<Option<Vec<_>>>()?.join("."))
}

fn decode_domain(domain: &str) -> Option<String> {
    let labels = domain.split('.').map(|label| match label.strip_prefix(MARK) {
        Some(encoded) => decode(encoded),
        None => Some(label.to_owned()),
    });
    Some(labels.collect::<Option<Vec<_>>>()?.join("."))
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use crate::kernels::testing::texts;
    use proptest::prelude::*;

    #[test]
    fn labels_and_domains() {
        // The samples of RFC 3492, section 7.1, (B), (D) and (L).
        for (text, encoded) in [
            ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
            ("Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a"),
            ("3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"),
        ] {
            assert_eq!(texts("kql_punycode_encode", &[text]), encoded);
            assert_eq!(texts("kql_punycode_decode", &[encoded]), text);
        }
        let (domain, encoded) = ("bücher.contoso.com", "xn--bcher-kva.contoso.com");
        assert_eq!(texts("kql_punycode_encode_domain", &[domain]), encoded);
        assert_eq!(texts("kql_punycode_decode_domain", &[encoded]), domain);
        assert_eq!(texts("kql_punycode_decode", &["é"]), "");
        assert_eq!(texts("kql_punycode_decode", &["99999999"]), "");
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(text in "\\PC{0,12}") {
            prop_assert_eq!(decode(&encode(&text).unwrap()), Some(text));
        }
    }
}
