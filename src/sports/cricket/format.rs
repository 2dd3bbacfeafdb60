//! How a match is played, as data: the named formats, and what may differ from them.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::FieldError;
use crate::domain::rejection::Rejection;
use crate::sports::body::Body;

/// The playing conditions of one match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    pub name: &'static str,
    /// 1 or 2 for each side.
    pub innings_a_side: u32,
    /// Of an innings; none where time or wickets end it.
    pub overs: Option<u32>,
    /// Valid balls of an over (Law 17.1 says 6; sets of five and old overs of eight exist).
    pub balls_per_over: u32,
    pub overs_per_bowler: Option<u32>,
    /// Whether the ball after a no-ball is a free hit (a playing condition, not a Law).
    pub free_hit: bool,
    /// The lead in runs that lets a side enforce the follow-on (Law 14.1).
    pub follow_on: Option<u32>,
    /// Of a side; all out is one fewer.
    pub players: u32,
    /// What a no-ball costs before anybody runs (Law 21.15 says 1; some conditions say 2).
    pub no_ball_runs: u32,
    /// Whether a wide or no-ball without a wicket leaves a hat-trick alive.
    pub hat_trick_spans_extras: bool,
    /// How many scorers must agree on a ball before it is official.
    pub scorers_required: usize,
}

const CUSTOM: Format = Format {
    name: "custom",
    innings_a_side: 1,
    overs: None,
    balls_per_over: 6,
    overs_per_bowler: None,
    free_hit: false,
    follow_on: None,
    players: 11,
    no_ball_runs: 1,
    hat_trick_spans_extras: false,
    scorers_required: 1,
};

/// The first is what a match without a format is played by.
const NAMED: [Format; 4] = [
    Format { name: "t20", overs: Some(20), overs_per_bowler: Some(4), free_hit: true, ..CUSTOM },
    Format { name: "odi", overs: Some(50), overs_per_bowler: Some(10), free_hit: true, ..CUSTOM },
    // Law 14.1.1: 200 runs in a match of five days or more.
    Format { name: "test", innings_a_side: 2, follow_on: Some(200), ..CUSTOM },
    CUSTOM,
];

/// Bounds that only keep slips of the thumb out.
const OVERS_MOST: i64 = 500;
const SCORERS_MOST: i64 = 9;

impl Format {
    /// The format that a fixture asks for: nothing, a name, or an object with or without a name.
    pub fn of(value: &Value) -> Result<Self, Rejection> {
        match value {
            Value::Null => Ok(NAMED[0].clone()),
            Value::String(name) => {
                let found = NAMED.iter().find(|format| format.name == name);
                found.cloned().ok_or_else(|| {
                    let names = NAMED.map(|format| format.name).join(", ");
                    Rejection::field("/format", format!("must be one of {names}"))
                })
            }
            Value::Object(fields) if fields.is_empty() => Ok(NAMED[0].clone()),
            Value::Object(_) => read(value).map_err(within_format),
            _ => Err(Rejection::field("/format", "must be a name or an object")),
        }
    }

    /// Innings of the whole match, super overs aside.
    pub fn innings(&self) -> usize {
        if self.innings_a_side == 2 { 4 } else { 2 }
    }

    /// Whether each side bats once, for so many overs.
    pub fn is_limited(&self) -> bool {
        self.innings_a_side == 1 && self.overs.is_some()
    }

    /// What a display shows of it.
    pub fn view(&self) -> Value {
        json!({
            "name": self.name,
            "innings": self.innings(),
            "overs": self.overs,
            "balls_per_over": self.balls_per_over,
            "overs_per_bowler": self.overs_per_bowler,
            "free_hit": self.free_hit,
            "follow_on": self.follow_on,
            "players": self.players,
            "no_ball_runs": self.no_ball_runs,
            "hat_trick_spans_extras": self.hat_trick_spans_extras,
            "scorers_required": self.scorers_required,
        })
    }
}

fn read(value: &Value) -> Result<Format, Rejection> {
    let mut fields = value.as_object().into_iter().flat_map(Map::keys);
    // How many score it says nothing about how it is played.
    let unnamed = if fields.all(|name| name == "scorers_required") { &NAMED[0] } else { &CUSTOM };
    let mut body = Body::of(value)?;
    let base = body.word("name", NAMED.map(|format| (format.name, format)));
    let mut format = base.unwrap_or_else(|| unnamed.clone());
    // `innings` counts the whole match; 1 can only mean one for each side.
    if let Some(innings) = body.integer("innings", 1..=4) {
        match innings {
            1 | 2 => format.innings_a_side = 1,
            4 => format.innings_a_side = 2,
            _ => drop(body.refuse::<()>("innings", "must be 2 or 4: those of the whole match")),
        }
    }
    let mut number = |name, range| body.integer(name, range).and_then(|n| u32::try_from(n).ok());
    let overs = number("overs", 1..=OVERS_MOST);
    format.overs = overs.or(format.overs);
    format.balls_per_over = number("balls_per_over", 1..=12).unwrap_or(format.balls_per_over);
    let quota = number("overs_per_bowler", 1..=OVERS_MOST);
    // A quota that comes with a name is a fifth of its overs, and stays one.
    let fifth = format.overs_per_bowler.map(|most| overs.map_or(most, |overs| overs.div_ceil(5)));
    format.overs_per_bowler = quota.or(fifth);
    format.follow_on = number("follow_on", 1..=1000).or(format.follow_on);
    format.players = number("players", 2..=22).unwrap_or(format.players);
    format.no_ball_runs = number("no_ball_runs", 1..=4).unwrap_or(format.no_ball_runs);
    let scorers = number("scorers_required", 1..=SCORERS_MOST);
    format.scorers_required = scorers.map_or(1, |scorers| scorers as usize);
    format.free_hit = body.flag("free_hit").unwrap_or(format.free_hit);
    format.hat_trick_spans_extras = body.flag("hat_trick_spans_extras").unwrap_or(false);
    if format.innings_a_side == 2 && format.follow_on.is_none() {
        format.follow_on = NAMED[2].follow_on;
    }
    body.end(Some(format))
}

/// The format is one field of the match.
fn within_format(rejection: Rejection) -> Rejection {
    let within = |error: FieldError| FieldError {
        pointer: format!("/format{}", error.pointer),
        detail: error.detail,
    };
    Rejection::fields(rejection.errors.into_iter().map(within).collect())
}
