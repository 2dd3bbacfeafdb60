//! A ball that is official: what was entered, and what it was.

use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use crate::sports::clock::moment;
use crate::sports::cricket::agreement;
use crate::sports::cricket::delivery::Delivery;
use crate::sports::cricket::delivery::Extras;
use crate::sports::cricket::dismissal::Dismissal;
use crate::sports::cricket::people::Who;

/// A ball as it stands among the entries.
#[derive(Debug, PartialEq, Eq)]
pub struct Entered {
    pub delivery: Arc<Delivery>,
    /// Who said so: one scorer, those who agreed, or who ruled.
    pub by: Vec<i64>,
    pub at: DateTime<Utc>,
    /// 1, and one more with each correction.
    pub rev: u32,
}

/// A ball as it was bowled, with everybody's name to it.
#[derive(Debug, PartialEq, Eq)]
pub struct Ball {
    /// From 1 through the match, illegal ones too.
    pub number: u32,
    pub innings: u32,
    /// Overs called before it.
    pub overs: u32,
    /// Its place in the over, as printed: an illegal ball shares it with the next one.
    pub place: u32,
    pub striker: Who,
    pub non_striker: Who,
    pub bowler: Who,
    pub free_hit: bool,
    pub dismissals: Vec<Arc<Dismissal>>,
    /// Where the innings stood after it.
    pub runs: u32,
    pub wickets: u32,
    pub over_ended: bool,
    pub entered: Arc<Entered>,
    /// What counts of it: nothing does after the winning run.
    pub delivery: Arc<Delivery>,
}

impl Ball {
    /// `0.1`: the over and the ball in it.
    pub fn over(&self) -> String {
        format!("{}.{}", self.overs, self.place)
    }

    pub fn view(&self) -> Value {
        let ball = &self.delivery;
        json!({
            "number": self.number,
            "innings": self.innings,
            "over": self.over(),
            "striker_id": self.striker.id,
            "striker": self.striker.name,
            "non_striker_id": self.non_striker.id,
            "non_striker": self.non_striker.name,
            "bowler_id": self.bowler.id,
            "bowler": self.bowler.name,
            "runs": {
                "batter": ball.runs,
                "extras": ball.extras.total(),
                "total": ball.total(),
            },
            "extras": ball.extras,
            "boundary": ball.is_boundary(),
            "legal": ball.is_legal(),
            "free_hit": self.free_hit,
            "crossed": ball.crossed,
            "wickets": self.dismissals.iter().map(|one| one.view()).collect::<Vec<_>>(),
            "over_called": ball.over_called,
            "over_continues": ball.over_continues,
            "penalty": agreement::value(ball, "penalty"),
            "symbol": symbol(ball),
            "commentary": ball.commentary,
            "score": format!("{}/{}", self.runs, self.wickets),
            "by": self.entered.by,
            "rev": self.entered.rev,
            "occurred_at": moment(ball.occurred_at.unwrap_or(self.entered.at)),
        })
    }
}

/// A ball as scorers write it: `.`, `4`, `W`, `1wd`, `2nb`, `1lb`; parts of it are joined.
pub fn symbol(ball: &Delivery) -> String {
    let Extras { wides, no_balls, byes, leg_byes, penalty } = ball.extras;
    let mut parts = Vec::new();
    if wides > 0 {
        parts.push(format!("{wides}wd"));
    } else if no_balls > 0 {
        parts.push(format!("{}nb", no_balls + ball.runs));
    } else if ball.runs > 0 {
        parts.push(ball.runs.to_string());
    }
    let named = [(byes, "b"), (leg_byes, "lb"), (penalty, "p")];
    parts.extend(named.iter().filter(|(n, _)| *n > 0).map(|(n, name)| format!("{n}{name}")));
    parts.extend(ball.wickets.iter().map(|_| "W".to_owned()));
    if parts.is_empty() { ".".to_owned() } else { parts.join("+") }
}
