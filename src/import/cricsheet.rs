//! A match as Cricsheet writes it: JSON of versions 1.0.0 and 1.1.0.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Number, Value};

use crate::import::InvalidFile;

const SUPPORTED_VERSIONS: [&str; 2] = ["1.0.0", "1.1.0"];

/// One file.
#[derive(Debug, Deserialize)]
pub struct CricsheetFile {
    pub meta: CricsheetMeta,
    pub info: CricsheetInfo,
    #[serde(default)]
    pub innings: Vec<CricsheetInnings>,
}

#[derive(Debug, Deserialize)]
pub struct CricsheetMeta {
    pub data_version: String,
}

#[derive(Debug, Deserialize)]
pub struct CricsheetInfo {
    #[serde(default = "default_balls_per_over")]
    pub balls_per_over: u32,
    pub dates: Vec<NaiveDate>,
    pub match_type: String,
    pub outcome: CricsheetOutcome,
    /// Of an innings, where they are limited.
    pub overs: Option<u32>,
    /// By the names of their teams.
    pub players: BTreeMap<String, Vec<String>>,
    pub teams: [String; 2],
    pub toss: Option<CricsheetToss>,
    pub venue: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct CricsheetOutcome {
    pub winner: Option<String>,
    pub by: Option<CricsheetMargin>,
    /// `D/L`, `VJD`, `Awarded` …
    pub method: Option<String>,
    /// `tie`, `draw`, `no result`
    pub result: Option<String>,
    /// Who won the super over.
    pub eliminator: Option<String>,
    /// Who won the bowl-out.
    pub bowl_out: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct CricsheetMargin {
    pub innings: Option<i64>,
    pub runs: Option<i64>,
    pub wickets: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub struct CricsheetToss {
    pub winner: Option<String>,
    pub decision: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct CricsheetInnings {
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

/// Awarded before and after an innings.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct CricsheetPenaltyRuns {
    #[serde(default)]
    pub pre: i64,
    #[serde(default)]
    pub post: i64,
}

#[derive(Debug, Deserialize)]
pub struct CricsheetTarget {
    pub runs: Option<i64>,
    /// A number, or text as in `"9.2"`.
    overs: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub struct CricsheetOver {
    pub over: u32,
    pub deliveries: Vec<CricsheetDelivery>,
}

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

#[derive(Debug, Deserialize)]
pub struct CricsheetRuns {
    pub batter: i64,
    pub total: i64,
    /// Four or six that were run.
    #[serde(default)]
    pub non_boundary: bool,
}

#[derive(Debug, Default, Deserialize)]
pub struct CricsheetExtras {
    pub wides: Option<i64>,
    pub noballs: Option<i64>,
    pub byes: Option<i64>,
    pub legbyes: Option<i64>,
    pub penalty: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub struct CricsheetWicket {
    pub kind: String,
    pub player_out: String,
    #[serde(default)]
    pub fielders: Vec<CricsheetFielder>,
}

#[derive(Debug, Deserialize)]
pub struct CricsheetFielder {
    pub name: Option<String>,
    #[serde(default)]
    pub substitute: bool,
}

/// Who came for whom before the delivery.
#[derive(Debug, Default, Deserialize)]
pub struct CricsheetReplacements {
    #[serde(default)]
    pub role: Vec<CricsheetRoleChange>,
}

#[derive(Debug, Deserialize)]
pub struct CricsheetRoleChange {
    /// `batter` or `bowler`
    pub role: String,
    pub out: Option<String>,
}

/// Beyond any number of runs, balls or days: what is reckoned with smaller ones can't run over.
const NUMBER_MOST: i64 = 1_000_000;

/// The first number of the file that is none of a match, if there is one.
fn too_large(value: &Value) -> Option<&Number> {
    match value {
        Value::Number(number) => {
            let size = number.as_f64().map_or(f64::INFINITY, f64::abs);
            (size > NUMBER_MOST as f64).then_some(number)
        }
        Value::Array(items) => items.iter().find_map(too_large),
        Value::Object(fields) => fields.values().find_map(too_large),
        _ => None,
    }
}

fn default_balls_per_over() -> u32 {
    6
}

impl CricsheetFile {
    /// Reads a file's text.
    pub fn parse(text: &str) -> Result<Self, InvalidFile> {
        let misfit = |error: serde_json::Error| {
            let location = format!("line {}, column {}", error.line(), error.column());
            let message = error.to_string();
            InvalidFile::new(location, message.split(" at line ").next().unwrap_or_default())
        };
        let whole: Value = serde_json::from_str(text).map_err(misfit)?;
        if let Some(number) = too_large(&whole) {
            let reason = format!("{number} is more than {NUMBER_MOST}");
            return Err(InvalidFile::new("the file", reason));
        }
        let file: Self = serde_json::from_str(text).map_err(misfit)?;
        let version = &file.meta.data_version;
        if !SUPPORTED_VERSIONS.contains(&version.as_str()) {
            let why = format!("version {version} is none of {}", SUPPORTED_VERSIONS.join(", "));
            return Err(InvalidFile::new("meta.data_version", why));
        }
        Ok(file)
    }
}

impl CricsheetTarget {
    pub fn overs_text(&self) -> Option<String> {
        match self.overs.as_ref()? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl CricsheetInnings {
    pub fn deliveries(&self) -> impl Iterator<Item = &CricsheetDelivery> {
        self.overs.iter().flat_map(|over| &over.deliveries)
    }
}

impl CricsheetDelivery {
    /// Whether it counts as one of the over.
    pub fn is_legal(&self) -> bool {
        self.extras.wides.is_none() && self.extras.noballs.is_none()
    }
}

impl CricsheetWicket {
    /// Whether the batter left unhurt by the bowling side: not a wicket but for who retires out.
    pub fn is_retirement(&self) -> bool {
        self.kind.starts_with("retired")
    }

    pub fn counts_as_wicket(&self) -> bool {
        !self.is_retirement() || self.kind == "retired out"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g10_a_number_that_no_match_has_is_refused() {
        for number in
            ["1000001", "-1000001", "9223372036854775807", "18446744073709551615", "1e300"]
        {
            let text = format!(r#"{{"innings":[{{"penalty_runs":{{"post":{number}}}}}]}}"#);
            let misfit = CricsheetFile::parse(&text).unwrap_err().to_string();
            assert!(misfit.contains("more than 1000000"), "{misfit}");
        }
        let misfit = CricsheetFile::parse(r#"{"innings":[1000000]}"#).unwrap_err().to_string();
        assert!(!misfit.contains("more than"), "{misfit}");
    }
}
