//! Overs and balls as scorers count them, and rates per over.

use serde_json::Value;

/// As many as four digits write.
const MAX_OVERS: u32 = 9_999;

/// Whole overs, and balls of one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverCount {
    pub overs: u32,
    pub balls: u32,
}

impl OverCount {
    /// Whole overs.
    pub fn from_overs(overs: u32) -> Self {
        Self { overs, balls: 0 }
    }

    /// Reads `15`, `15.0` or `9.2` (nine overs and two balls); a JSON number means whole overs.
    pub fn parse(value: &Value, balls_per_over: u32) -> Option<Self> {
        if let Some(overs) = value.as_u64() {
            let overs = u32::try_from(overs).ok().filter(|overs| (1..=MAX_OVERS).contains(overs));
            return overs.map(Self::from_overs);
        }
        let text = value.as_str()?;
        let (overs, balls) = text.split_once('.').unwrap_or((text, "0"));
        let parse_digits = |part: &str| {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            if digits && part.len() <= 4 { part.parse::<u32>().ok() } else { None }
        };
        let count = Self { overs: parse_digits(overs)?, balls: parse_digits(balls)? };
        let is_valid = count.balls < balls_per_over && count.overs + count.balls > 0;
        is_valid.then_some(count)
    }

    /// All of it in balls.
    pub fn total_balls(self, balls_per_over: u32) -> u32 {
        self.overs * balls_per_over + self.balls
    }

    /// The whole overs in `balls`, and the rest.
    pub fn from_balls(balls: u32, balls_per_over: u32) -> Self {
        Self { overs: balls / balls_per_over, balls: balls % balls_per_over }
    }

    /// Overs and balls, not a decimal: `9.2`.
    pub fn to_text(self) -> String {
        format!("{}.{}", self.overs, self.balls)
    }
}

/// Runs per `per_balls` balls, rounded to two decimals; `None` before the first ball.
pub fn rounded_rate(runs: u32, balls: u32, per_balls: u32) -> Option<f64> {
    if balls == 0 {
        return None;
    }
    let exact = f64::from(runs) * f64::from(per_balls) / f64::from(balls);
    Some((exact * 100.0).round() / 100.0)
}
