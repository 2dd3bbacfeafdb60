//! Overs: the one being bowled, those that were called, and how many are written.

use std::sync::Arc;

use serde_json::Value;

/// The balls of one bowler's turn at one end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Over {
    /// As scorers write them: `1`, `.`, `W`, `2nb`, `1lb`.
    pub balls: Vec<Arc<str>>,
    /// Who bowled any of it, by their place among the innings' bowlers.
    pub bowlers: Vec<usize>,
    /// Valid balls (Law 17.3).
    pub legal: u32,
    /// To the team.
    pub runs: u32,
    /// Against the bowlers.
    pub debited: u32,
    pub wickets: u32,
}

/// As many as four digits write.
const OVERS_MOST: u32 = 9_999;

/// How much a side may bowl: overs, and balls of one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub overs: u32,
    pub balls: u32,
}

impl Over {
    /// Bowled by one bowler, who had no run against him.
    pub fn is_maiden(&self) -> bool {
        self.debited == 0 && self.bowlers.len() == 1
    }

    /// `1 . 4 W 2nb 1lb`
    pub fn summary(&self) -> String {
        self.balls.join(" ")
    }
}

impl Quota {
    pub fn of_overs(overs: u32) -> Self {
        Self { overs, balls: 0 }
    }

    /// `15`, `15.0` or `9.2`, the last for nine overs and two balls; a number means whole overs.
    pub fn read(value: &Value, balls_per_over: u32) -> Option<Self> {
        if let Some(overs) = value.as_u64() {
            let overs = u32::try_from(overs).ok().filter(|overs| (1..=OVERS_MOST).contains(overs));
            return overs.map(Self::of_overs);
        }
        let text = value.as_str()?;
        let (overs, balls) = text.split_once('.').unwrap_or((text, "0"));
        let plain = |part: &str| {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            if digits && part.len() <= 4 { part.parse::<u32>().ok() } else { None }
        };
        let quota = Self { overs: plain(overs)?, balls: plain(balls)? };
        let fits = quota.balls < balls_per_over && quota.overs + quota.balls > 0;
        fits.then_some(quota)
    }

    pub fn in_balls(self, balls_per_over: u32) -> u32 {
        self.overs * balls_per_over + self.balls
    }

    /// How much is in so many balls.
    pub fn of_balls(balls: u32, balls_per_over: u32) -> Self {
        Self { overs: balls / balls_per_over, balls: balls % balls_per_over }
    }

    /// Overs and balls, never a decimal: `9.2`.
    pub fn text(self) -> String {
        format!("{}.{}", self.overs, self.balls)
    }
}

/// Two decimals are what newspapers print.
pub fn rate(runs: u32, balls: u32, for_each: u32) -> Option<f64> {
    if balls == 0 {
        return None;
    }
    let exact = f64::from(runs) * f64::from(for_each) / f64::from(balls);
    Some((exact * 100.0).round() / 100.0)
}
