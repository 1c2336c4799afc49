//! How many random cases a property is tried with: as many as it says, or `TIMES=10` times that.

pub fn many(cases: u32) -> u32 {
    let times = std::env::var("TIMES").ok().and_then(|times| times.parse().ok());
    cases.saturating_mul(times.unwrap_or(1))
}
