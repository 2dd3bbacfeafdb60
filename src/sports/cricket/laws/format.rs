//! Formats of a match: the named ones, and their variations.

use serde_json::{Map, Value, json};

use crate::domain::rejection::{FieldError, Rejection};
use crate::input::{self, FieldReader};

/// The playing conditions of one match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CricketFormat {
    pub name: &'static str,
    /// 1 or 2.
    pub innings_per_side: u32,
    /// `None` if only wickets, declarations and time end an innings.
    pub overs_per_innings: Option<u32>,
    /// Legal balls per over (Law 17.1: 6; some conditions have 5, some countries once had 8).
    pub balls_per_over: u32,
    pub max_overs_per_bowler: Option<u32>,
    /// Whether the ball after a no-ball is a free hit: a playing condition, not a Law.
    pub has_free_hits: bool,
    /// Lead in runs that allows a side to enforce the follow-on (Law 14.1).
    pub follow_on_lead: Option<u32>,
    /// Players per side; all out is one wicket fewer.
    pub players_per_side: u32,
    /// Penalty for a no-ball, in runs (Law 21.15: 1; some conditions: 2).
    pub no_ball_runs: u32,
    /// Whether a wide or no-ball without a wicket keeps a hat-trick alive.
    pub hat_trick_spans_extras: bool,
    /// Scorers who must agree on a ball before it becomes official.
    pub scorers_required: usize,
}

const CUSTOM_FORMAT: CricketFormat = CricketFormat {
    name: "custom",
    innings_per_side: 1,
    overs_per_innings: None,
    balls_per_over: 6,
    max_overs_per_bowler: None,
    has_free_hits: false,
    follow_on_lead: None,
    players_per_side: 11,
    no_ball_runs: 1,
    hat_trick_spans_extras: false,
    scorers_required: 1,
};

/// The first is the default.
const NAMED_FORMATS: [CricketFormat; 4] = [
    CricketFormat {
        name: "t20",
        overs_per_innings: Some(20),
        max_overs_per_bowler: Some(4),
        has_free_hits: true,
        ..CUSTOM_FORMAT
    },
    CricketFormat {
        name: "odi",
        overs_per_innings: Some(50),
        max_overs_per_bowler: Some(10),
        has_free_hits: true,
        ..CUSTOM_FORMAT
    },
    // Law 14.1.1: 200 runs in a match of five days or more.
    CricketFormat { name: "test", innings_per_side: 2, follow_on_lead: Some(200), ..CUSTOM_FORMAT },
    CUSTOM_FORMAT,
];

/// Upper bounds that catch typing errors.
const MAX_OVERS: i64 = 500;
const MAX_SCORERS: i64 = 9;

impl CricketFormat {
    /// Reads a match's `format`: null, a name, or an object with or without a name.
    pub fn from_value(value: &Value) -> Result<Self, Rejection> {
        match value {
            Value::Null => Ok(NAMED_FORMATS[0].clone()),
            Value::String(name) => {
                let named = NAMED_FORMATS.iter().find(|format| format.name == name);
                named.cloned().ok_or_else(|| {
                    let allowed = NAMED_FORMATS.map(|format| format.name).join(", ");
                    Rejection::field("/format", format!("must be one of {allowed}"))
                })
            }
            Value::Object(fields) if fields.is_empty() => Ok(NAMED_FORMATS[0].clone()),
            Value::Object(_) => parse_format(value).map_err(prefix_format_pointer),
            _ => Err(Rejection::field("/format", "must be a name or an object")),
        }
    }

    /// Innings of both sides together, without super overs.
    pub fn innings_count(&self) -> usize {
        if self.innings_per_side == 2 { 4 } else { 2 }
    }

    /// Whether each side has one innings of limited overs.
    pub fn is_limited(&self) -> bool {
        self.innings_per_side == 1 && self.overs_per_innings.is_some()
    }

    /// The format as `playing_conditions` in snapshots.
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "innings": self.innings_count(),
            "overs": self.overs_per_innings,
            "balls_per_over": self.balls_per_over,
            "overs_per_bowler": self.max_overs_per_bowler,
            "free_hit": self.has_free_hits,
            "follow_on": self.follow_on_lead,
            "players": self.players_per_side,
            "no_ball_runs": self.no_ball_runs,
            "hat_trick_spans_extras": self.hat_trick_spans_extras,
            "scorers_required": self.scorers_required,
        })
    }
}

fn parse_format(value: &Value) -> Result<CricketFormat, Rejection> {
    let mut fields = value.as_object().into_iter().flat_map(Map::keys);
    // `scorers_required` alone doesn't make a format custom.
    let default_base = if fields.all(|name| name == "scorers_required") {
        &NAMED_FORMATS[0]
    } else {
        &CUSTOM_FORMAT
    };
    let mut body = FieldReader::nullable_body(value);
    let base =
        body.optional("name", input::choice(NAMED_FORMATS.map(|format| (format.name, format))));
    let mut format = base.unwrap_or_else(|| default_base.clone());
    // `innings` counts both sides; 1 can only mean one per side.
    if let Some(innings) = body.optional("innings", input::integer(1..=4)) {
        match innings {
            1 | 2 => format.innings_per_side = 1,
            4 => format.innings_per_side = 2,
            _ => drop(
                body.add_error::<()>("innings", "must be 2 or 4, counted over the whole match"),
            ),
        }
    }
    let mut number = |name, range| {
        body.optional(name, input::integer(range)).and_then(|n| u32::try_from(n).ok())
    };
    let overs = number("overs", 1..=MAX_OVERS);
    format.overs_per_innings = overs.or(format.overs_per_innings);
    format.balls_per_over = number("balls_per_over", 1..=12).unwrap_or(format.balls_per_over);
    let quota = number("overs_per_bowler", 1..=MAX_OVERS);
    // The quota of a named format is a fifth of its overs, and follows other overs.
    let scaled_quota = format
        .max_overs_per_bowler
        .map(|max_overs| overs.map_or(max_overs, |overs| overs.div_ceil(5)));
    format.max_overs_per_bowler = quota.or(scaled_quota);
    format.follow_on_lead = number("follow_on", 1..=1000).or(format.follow_on_lead);
    format.players_per_side = number("players", 2..=22).unwrap_or(format.players_per_side);
    format.no_ball_runs = number("no_ball_runs", 1..=4).unwrap_or(format.no_ball_runs);
    let scorers = number("scorers_required", 1..=MAX_SCORERS);
    format.scorers_required = scorers.map_or(1, |scorers| scorers as usize);
    format.has_free_hits =
        body.optional("free_hit", input::boolean()).unwrap_or(format.has_free_hits);
    format.hat_trick_spans_extras =
        body.optional("hat_trick_spans_extras", input::boolean()).unwrap_or(false);
    if format.innings_per_side == 2 && format.follow_on_lead.is_none() {
        format.follow_on_lead = NAMED_FORMATS[2].follow_on_lead;
    }
    body.finish_with(Some(format))
}

/// The format is a field of the match, so pointers get its name in front.
fn prefix_format_pointer(rejection: Rejection) -> Rejection {
    let with_prefix = |error: FieldError| FieldError {
        pointer: format!("/format{}", error.pointer),
        detail: error.detail,
    };
    Rejection::fields(rejection.errors.into_iter().map(with_prefix).collect())
}

/// The format in which `scorers` must agree on each ball.
pub fn with_scorers_required(format: Value, scorers: i64) -> Result<Value, &'static str> {
    let mut format = match format {
        Value::Null => json!({ "name": "t20" }),
        Value::String(name) => json!({ "name": name }),
        format => format,
    };
    // Anything but an object is rejected when the format is parsed.
    if let Value::Object(fields) = &mut format
        && fields.insert("scorers_required".to_owned(), json!(scorers)).is_some()
    {
        return Err("is already set in the format");
    }
    Ok(format)
}
