//! Numbers of overs, and rates.

use serde_json::Value;

/// As many as four digits write.
const OVERS_MOST: u32 = 9_999;

/// How much a side may bowl: overs, and balls of one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverCount {
    pub overs: u32,
    pub balls: u32,
}

impl OverCount {
    pub fn from_overs(overs: u32) -> Self {
        Self { overs, balls: 0 }
    }

    /// `15`, `15.0` or `9.2`, the last for nine overs and two balls; a number means whole overs.
    pub fn parse(value: &Value, balls_per_over: u32) -> Option<Self> {
        if let Some(overs) = value.as_u64() {
            let overs = u32::try_from(overs).ok().filter(|overs| (1..=OVERS_MOST).contains(overs));
            return overs.map(Self::from_overs);
        }
        let text = value.as_str()?;
        let (overs, balls) = text.split_once('.').unwrap_or((text, "0"));
        let parse_digits = |part: &str| {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            if digits && part.len() <= 4 { part.parse::<u32>().ok() } else { None }
        };
        let quota = Self { overs: parse_digits(overs)?, balls: parse_digits(balls)? };
        let is_valid = quota.balls < balls_per_over && quota.overs + quota.balls > 0;
        is_valid.then_some(quota)
    }

    pub fn total_balls(self, balls_per_over: u32) -> u32 {
        self.overs * balls_per_over + self.balls
    }

    /// How much is in so many balls.
    pub fn from_balls(balls: u32, balls_per_over: u32) -> Self {
        Self { overs: balls / balls_per_over, balls: balls % balls_per_over }
    }

    /// Overs and balls, never a decimal: `9.2`.
    pub fn to_text(self) -> String {
        format!("{}.{}", self.overs, self.balls)
    }
}

/// Two decimals are what newspapers print.
pub fn rounded_rate(runs: u32, balls: u32, per_balls: u32) -> Option<f64> {
    if balls == 0 {
        return None;
    }
    let exact = f64::from(runs) * f64::from(per_balls) / f64::from(balls);
    Some((exact * 100.0).round() / 100.0)
}
