//! A match as Cricsheet writes it: JSON of versions 1.0.0 and 1.1.0.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Number;
use serde_json::Value;

use crate::import::Misfit;

const VERSIONS: [&str; 2] = ["1.0.0", "1.1.0"];

/// One file.
#[derive(Debug, Deserialize)]
pub struct Sheet {
    pub meta: Meta,
    pub info: Info,
    #[serde(default)]
    pub innings: Vec<Innings>,
}

#[derive(Debug, Deserialize)]
pub struct Meta {
    pub data_version: String,
}

#[derive(Debug, Deserialize)]
pub struct Info {
    #[serde(default = "six")]
    pub balls_per_over: u32,
    pub dates: Vec<NaiveDate>,
    pub match_type: String,
    pub outcome: Outcome,
    /// Of an innings, where they are limited.
    pub overs: Option<u32>,
    /// By the names of their teams.
    pub players: BTreeMap<String, Vec<String>>,
    pub teams: [String; 2],
    pub toss: Option<Toss>,
    pub venue: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Outcome {
    pub winner: Option<String>,
    pub by: Option<Margin>,
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
pub struct Margin {
    pub innings: Option<i64>,
    pub runs: Option<i64>,
    pub wickets: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub struct Toss {
    pub winner: Option<String>,
    pub decision: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Innings {
    pub team: String,
    #[serde(default)]
    pub overs: Vec<Over>,
    #[serde(default)]
    pub absent_hurt: Vec<String>,
    #[serde(default)]
    pub penalty_runs: PenaltyRuns,
    #[serde(default)]
    pub declared: bool,
    #[serde(default)]
    pub forfeited: bool,
    #[serde(default)]
    pub super_over: bool,
    pub target: Option<Target>,
}

/// Awarded before and after an innings.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct PenaltyRuns {
    #[serde(default)]
    pub pre: i64,
    #[serde(default)]
    pub post: i64,
}

#[derive(Debug, Deserialize)]
pub struct Target {
    pub runs: Option<i64>,
    /// A number, or text as in `"9.2"`.
    overs: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub struct Over {
    pub over: u32,
    pub deliveries: Vec<Delivery>,
}

#[derive(Debug, Deserialize)]
pub struct Delivery {
    pub batter: String,
    pub bowler: String,
    pub non_striker: String,
    pub runs: Runs,
    #[serde(default)]
    pub extras: Extras,
    #[serde(default)]
    pub wickets: Vec<Wicket>,
    #[serde(default)]
    pub replacements: Replacements,
}

#[derive(Debug, Deserialize)]
pub struct Runs {
    pub batter: i64,
    pub total: i64,
    /// Four or six that were run.
    #[serde(default)]
    pub non_boundary: bool,
}

#[derive(Debug, Default, Deserialize)]
pub struct Extras {
    pub wides: Option<i64>,
    pub noballs: Option<i64>,
    pub byes: Option<i64>,
    pub legbyes: Option<i64>,
    pub penalty: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub struct Wicket {
    pub kind: String,
    pub player_out: String,
    #[serde(default)]
    pub fielders: Vec<Fielder>,
}

#[derive(Debug, Deserialize)]
pub struct Fielder {
    pub name: Option<String>,
    #[serde(default)]
    pub substitute: bool,
}

/// Who came for whom before the delivery.
#[derive(Debug, Default, Deserialize)]
pub struct Replacements {
    #[serde(default)]
    pub role: Vec<Role>,
}

#[derive(Debug, Deserialize)]
pub struct Role {
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

fn six() -> u32 {
    6
}

impl Sheet {
    /// Reads a file's text.
    pub fn read(text: &str) -> Result<Self, Misfit> {
        let misfit = |error: serde_json::Error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            let words = error.to_string();
            Misfit::at(place, words.split(" at line ").next().unwrap_or_default())
        };
        let whole: Value = serde_json::from_str(text).map_err(misfit)?;
        if let Some(number) = too_large(&whole) {
            let why = format!("{number} is more than {NUMBER_MOST}");
            return Err(Misfit::at("the file", why));
        }
        let sheet: Self = serde_json::from_str(text).map_err(misfit)?;
        let version = &sheet.meta.data_version;
        if !VERSIONS.contains(&version.as_str()) {
            let why = format!("version {version} is none of {}", VERSIONS.join(", "));
            return Err(Misfit::at("meta.data_version", why));
        }
        Ok(sheet)
    }
}

impl Target {
    pub fn overs(&self) -> Option<String> {
        match self.overs.as_ref()? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl Innings {
    pub fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.overs.iter().flat_map(|over| &over.deliveries)
    }
}

impl Delivery {
    /// Whether it counts as one of the over.
    pub fn is_legal(&self) -> bool {
        self.extras.wides.is_none() && self.extras.noballs.is_none()
    }
}

impl Wicket {
    /// Whether the batter left unhurt by the bowling side: not a wicket but for who retires out.
    pub fn is_retirement(&self) -> bool {
        self.kind.starts_with("retired")
    }

    pub fn counts(&self) -> bool {
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
            let misfit = Sheet::read(&text).unwrap_err().to_string();
            assert!(misfit.contains("more than 1000000"), "{misfit}");
        }
        let misfit = Sheet::read(r#"{"innings":[1000000]}"#).unwrap_err().to_string();
        assert!(!misfit.contains("more than"), "{misfit}");
    }
}
