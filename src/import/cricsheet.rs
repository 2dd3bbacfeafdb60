//! The Cricsheet JSON format, versions 1.0.0 and 1.1.0 (<https://cricsheet.org/format/json/>).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Number, Value};

use crate::import::invalid_file::InvalidFile;

const SUPPORTED_VERSIONS: [&str; 2] = ["1.0.0", "1.1.0"];

/// A file, which holds one match.
#[derive(Debug, Deserialize)]
pub struct CricsheetFile {
    pub meta: CricsheetMeta,
    pub info: CricsheetInfo,
    #[serde(default)]
    pub innings: Vec<CricsheetInnings>,
}

/// Data about the file.
#[derive(Debug, Deserialize)]
pub struct CricsheetMeta {
    /// One of `SUPPORTED_VERSIONS`.
    pub data_version: String,
}

/// Data about the match.
#[derive(Debug, Deserialize)]
pub struct CricsheetInfo {
    #[serde(default = "default_balls_per_over")]
    pub balls_per_over: u32,
    pub dates: Vec<NaiveDate>,
    /// `Test`, `ODI`, `T20` …
    pub match_type: String,
    pub outcome: CricsheetOutcome,
    /// Overs per innings, if limited.
    pub overs: Option<u32>,
    /// Names of the players by team name.
    pub players: BTreeMap<String, Vec<String>>,
    pub teams: [String; 2],
    pub toss: Option<CricsheetToss>,
    pub venue: Option<String>,
}

/// The result of the match.
#[derive(Debug, Deserialize)]
pub struct CricsheetOutcome {
    pub winner: Option<String>,
    pub by: Option<CricsheetMargin>,
    /// `D/L`, `VJD`, `Awarded` …
    pub method: Option<String>,
    /// `tie`, `draw`, `no result`
    pub result: Option<String>,
    /// The team that won the super over.
    pub eliminator: Option<String>,
    /// The team that won the bowl-out.
    pub bowl_out: Option<String>,
}

/// By how much a match was won.
#[derive(Debug, Deserialize)]
pub struct CricsheetMargin {
    pub innings: Option<i64>,
    pub runs: Option<i64>,
    pub wickets: Option<i64>,
}

/// The toss.
#[derive(Debug, Deserialize)]
pub struct CricsheetToss {
    pub winner: Option<String>,
    /// `bat` or `field`
    pub decision: Option<String>,
}

/// One innings, or one side's part of a super over.
#[derive(Debug, Deserialize)]
pub struct CricsheetInnings {
    /// The batting team.
    pub team: String,
    #[serde(default)]
    pub overs: Vec<CricsheetOver>,
    #[serde(default)]
    pub absent_hurt: Vec<String>,
    #[serde(default)]
    pub penalty_runs: CricsheetPenaltyRuns,
    #[serde(default)]
    pub declared: bool,
    #[serde(default)]
    pub forfeited: bool,
    #[serde(default)]
    pub super_over: bool,
    pub target: Option<CricsheetTarget>,
}

/// Penalty runs awarded to the batting side before and after its innings.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct CricsheetPenaltyRuns {
    #[serde(default)]
    pub pre: i64,
    #[serde(default)]
    pub post: i64,
}

/// What the side batting second needs to win.
#[derive(Debug, Deserialize)]
pub struct CricsheetTarget {
    pub runs: Option<i64>,
    /// A number, or text as in `"9.2"`.
    overs: Option<Value>,
}

/// One over.
#[derive(Debug, Deserialize)]
pub struct CricsheetOver {
    /// From 0.
    pub over: u32,
    pub deliveries: Vec<CricsheetDelivery>,
}

/// One delivery.
#[derive(Debug, Deserialize)]
pub struct CricsheetDelivery {
    pub batter: String,
    pub bowler: String,
    pub non_striker: String,
    pub runs: CricsheetRuns,
    #[serde(default)]
    pub extras: CricsheetExtras,
    #[serde(default)]
    pub wickets: Vec<CricsheetWicket>,
    #[serde(default)]
    pub replacements: CricsheetReplacements,
}

/// Runs of a delivery.
#[derive(Debug, Deserialize)]
pub struct CricsheetRuns {
    /// Off the bat.
    pub batter: i64,
    /// Including extras.
    pub total: i64,
    /// Four or six runs that were run, not hit to or over the boundary.
    #[serde(default)]
    pub non_boundary: bool,
}

/// Extras of a delivery, in runs.
#[derive(Debug, Default, Deserialize)]
pub struct CricsheetExtras {
    pub wides: Option<i64>,
    pub noballs: Option<i64>,
    pub byes: Option<i64>,
    pub legbyes: Option<i64>,
    pub penalty: Option<i64>,
}

/// A dismissal or retirement.
#[derive(Debug, Deserialize)]
pub struct CricsheetWicket {
    /// `caught`, `run out`, `retired hurt` …
    pub kind: String,
    pub player_out: String,
    #[serde(default)]
    pub fielders: Vec<CricsheetFielder>,
}

/// A fielder who took part in a dismissal; substitutes may be unnamed.
#[derive(Debug, Deserialize)]
pub struct CricsheetFielder {
    pub name: Option<String>,
    #[serde(default)]
    pub substitute: bool,
}

/// Changes of players before a delivery.
#[derive(Debug, Default, Deserialize)]
pub struct CricsheetReplacements {
    #[serde(default)]
    pub role: Vec<CricsheetRoleChange>,
}

/// A batter or bowler who was replaced.
#[derive(Debug, Deserialize)]
pub struct CricsheetRoleChange {
    /// `batter` or `bowler`
    pub role: String,
    /// The player who left.
    pub out: Option<String>,
}

/// Largest number accepted in a file, far above any count in a match, so that arithmetic can't
/// overflow.
const MAX_NUMBER: i64 = 1_000_000;

/// The first number in the file whose absolute value exceeds [`MAX_NUMBER`].
fn find_too_large_number(value: &Value) -> Option<&Number> {
    match value {
        Value::Number(number) => {
            let size = number.as_f64().map_or(f64::INFINITY, f64::abs);
            (size > MAX_NUMBER as f64).then_some(number)
        }
        Value::Array(items) => items.iter().find_map(find_too_large_number),
        Value::Object(fields) => fields.values().find_map(find_too_large_number),
        _ => None,
    }
}

fn default_balls_per_over() -> u32 {
    6
}

impl CricsheetFile {
    /// Parses the text of a file; errors name the line and column, or the field.
    pub fn parse(text: &str) -> Result<Self, InvalidFile> {
        let invalid_json = |error: serde_json::Error| {
            let location = format!("line {}, column {}", error.line(), error.column());
            let message = error.to_string();
            InvalidFile::new(location, message.split(" at line ").next().unwrap_or_default())
        };
        let whole: Value = serde_json::from_str(text).map_err(invalid_json)?;
        if let Some(number) = find_too_large_number(&whole) {
            let reason = format!("{number} exceeds the maximum of {MAX_NUMBER}");
            return Err(InvalidFile::new("the file", reason));
        }
        let file: Self = serde_json::from_str(text).map_err(invalid_json)?;
        let version = &file.meta.data_version;
        if !SUPPORTED_VERSIONS.contains(&version.as_str()) {
            let supported = SUPPORTED_VERSIONS.join(", ");
            let reason = format!("version {version} is not supported, only {supported}");
            return Err(InvalidFile::new("meta.data_version", reason));
        }
        Ok(file)
    }
}

impl CricsheetTarget {
    /// The overs as text, `20` or `9.2` (9 overs and 2 balls).
    pub fn overs_text(&self) -> Option<String> {
        match self.overs.as_ref()? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl CricsheetInnings {
    /// All deliveries of the innings in order.
    pub fn deliveries(&self) -> impl Iterator<Item = &CricsheetDelivery> {
        self.overs.iter().flat_map(|over| &over.deliveries)
    }
}

impl CricsheetDelivery {
    /// Whether the delivery counts towards the over: neither a wide nor a no-ball.
    pub fn is_legal(&self) -> bool {
        self.extras.wides.is_none() && self.extras.noballs.is_none()
    }
}

impl CricsheetWicket {
    /// Whether the batter retired rather than being dismissed by the fielding side.
    pub fn is_retirement(&self) -> bool {
        self.kind.starts_with("retired")
    }

    /// Whether the batting side loses a wicket; of retirements only with `retired out`.
    pub fn counts_as_wicket(&self) -> bool {
        !self.is_retirement() || self.kind == "retired out"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_above_the_maximum_are_rejected() {
        for number in
            ["1000001", "-1000001", "9223372036854775807", "18446744073709551615", "1e300"]
        {
            let text = format!(r#"{{"innings":[{{"penalty_runs":{{"post":{number}}}}}]}}"#);
            let error = CricsheetFile::parse(&text).unwrap_err().to_string();
            assert!(error.contains("exceeds the maximum of 1000000"), "{error}");
        }
        let error = CricsheetFile::parse(r#"{"innings":[1000000]}"#).unwrap_err().to_string();
        assert!(!error.contains("exceeds"), "{error}");
    }
}
