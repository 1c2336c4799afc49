//! Counts by days as a row of shades.

const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
const ASCII: [char; 5] = [' ', '.', ':', '+', '#'];

/// The shade of a count beside the greatest of its row: nothing for none, and something for any.
pub fn cell(count: u64, most: u64, ascii: bool) -> char {
    let shades = if ascii { ASCII } else { SHADES };
    let steps = shades.len() as u64 - 1;
    let step = match (count, most) {
        (0, _) | (_, 0) => 0,
        // In 128 bits, so that no count is too large.
        _ => (u128::from(count) * u128::from(steps)).div_ceil(u128::from(most.max(count))),
    };
    shades[usize::try_from(step).unwrap_or(0).min(shades.len() - 1)]
}

/// One shade a day.
pub fn cells(days: &[u64], ascii: bool) -> String {
    let most = days.iter().copied().max().unwrap_or(0);
    days.iter().map(|count| cell(*count, most, ascii)).collect()
}

/// A bar beside the longest one; something for any.
pub fn bar(count: u64, most: u64, ascii: bool) -> String {
    const LONGEST: u128 = 40;
    let length = (u128::from(count) * LONGEST).div_ceil(u128::from(most.max(count).max(1)));
    let sign = if ascii { "#" } else { "█" };
    sign.repeat(usize::try_from(length).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_grow_with_counts() {
        assert_eq!(cells(&[0, 1, 50, 51, 76, 100], true), " .:+##");
        assert_eq!(cells(&[0, 0], true), "  ");
        assert_eq!(cells(&[u64::MAX, 1], false), "█░");
        assert_eq!([0, 1, 50, 100].map(|count| bar(count, 100, true).len()), [0, 1, 20, 40]);
        assert_eq!(bar(0, 0, false), "");
    }
}
