//! Who has won, and how it is said (Law 16).

use serde_json::Value;
use serde_json::json;

use crate::sports::Side;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::innings::End;
use crate::sports::cricket::innings::Innings;
use crate::sports::score::Pair;
use crate::sports::score::Which;

/// How a match ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Won {
        side: Which,
        by: Margin,
        method: Option<String>,
    },
    /// Scores level, the side batting last having completed its innings; perhaps somebody went
    /// through all the same, and by what.
    Tied {
        through: Option<Which>,
        by: Option<String>,
        method: Option<String>,
    },
    Drawn {
        through: Option<Which>,
        by: Option<String>,
    },
    Awarded {
        side: Which,
        method: Option<String>,
    },
    NoResult,
}

/// By how much a match was won.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Margin {
    Runs(u32),
    /// In hand; and balls, where overs were limited.
    Wickets {
        wickets: u32,
        balls_left: Option<u32>,
    },
    Innings {
        runs: u32,
    },
    /// Penalty runs after the innings was completed (Law 16.6).
    Penalty,
}

/// How far the balls have brought the match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Open,
    /// The scores are level and there is nothing left to bowl.
    Level,
    Decided(Decision),
}

/// What the super over is called in a result.
const SUPER_OVER: &str = "the Super Over";

impl Board {
    pub fn standing(&self, format: &Format) -> Standing {
        if let Some(ended) = &self.ended {
            return Standing::Decided(ended.clone());
        }
        if self.super_overs > 0 { self.by_super_over() } else { self.by_play(format) }
    }

    pub fn decision(&self, format: &Format) -> Option<Decision> {
        match self.standing(format) {
            Standing::Decided(decision) => Some(decision),
            _ => None,
        }
    }

    fn by_super_over(&self) -> Standing {
        let all = self.of_super_overs();
        let [.., first, second] = all else { return Standing::Open };
        // Of one that was cut short nobody can say who would have won it.
        let cut_short = |one: &Innings| matches!(one.end, Some(End::Umpires { .. }));
        let is_short = cut_short(first) || cut_short(second);
        if all.len() < 2 * self.super_overs || second.is_open() || is_short {
            return Standing::Open;
        }
        let winner = match second.runs.cmp(&first.runs) {
            std::cmp::Ordering::Equal => return Standing::Level,
            std::cmp::Ordering::Greater => second.batting,
            std::cmp::Ordering::Less => first.batting,
        };
        let by = Some(SUPER_OVER.to_owned());
        Standing::Decided(Decision::Tied { through: Some(winner), by, method: self.method() })
    }

    fn by_play(&self, format: &Format) -> Standing {
        let count = self.regular().len();
        let Some(last) = self.regular().last() else { return Standing::Open };
        if count + 1 == format.innings() && count > 1 {
            return self.by_an_innings(last);
        }
        match self.target_of(format, count - 1) {
            Some(target) => self.by_chase(format, last, target),
            None => Standing::Open,
        }
    }

    /// After three of four innings: the side that has batted twice may be behind still.
    fn by_an_innings(&self, last: &Innings) -> Standing {
        let other = last.batting.other();
        let twice = self.regular().iter().filter(|one| one.batting == last.batting).count() == 2;
        let (own, others) = (self.total(last.batting), self.total(other));
        if last.is_open() || !twice || own >= others {
            return Standing::Open;
        }
        let by = Margin::Innings { runs: others - own };
        Standing::Decided(Decision::Won { side: other, by, method: None })
    }

    fn by_chase(&self, format: &Format, last: &Innings, target: u32) -> Standing {
        let (side, method) = (last.batting, self.method());
        let won = |side, by, method| Standing::Decided(Decision::Won { side, by, method });
        match last.end {
            None => Standing::Open,
            Some(End::Target) => {
                let wickets = last.wickets_most.saturating_sub(last.wickets);
                let balls_left = last.balls_left(format);
                won(side, Margin::Wickets { wickets, balls_left }, method)
            }
            // Time is up: only a method says who was ahead.
            Some(End::Umpires { par }) => match (&method, par) {
                (Some(_), par) => self.by_par(last, par.unwrap_or(target.saturating_sub(1))),
                (None, _) => Standing::Open,
            },
            Some(_) if last.runs >= target => won(side, Margin::Penalty, method),
            Some(_) if last.runs + 1 == target => Standing::Level,
            Some(_) => won(side.other(), Margin::Runs(target - 1 - last.runs), method),
        }
    }

    fn by_par(&self, last: &Innings, par: u32) -> Standing {
        let (side, method) = (last.batting, self.method());
        let (winner, runs) = match last.runs.cmp(&par) {
            std::cmp::Ordering::Equal => return Standing::Level,
            std::cmp::Ordering::Greater => (side, last.runs - par),
            std::cmp::Ordering::Less => (side.other(), par - last.runs),
        };
        Standing::Decided(Decision::Won { side: winner, by: Margin::Runs(runs), method })
    }

    /// What somebody says the match came to, with the method of its target beside a tie.
    pub fn by_method(&self, said: Decision) -> Decision {
        match said {
            Decision::Tied { through, by, .. } => {
                Decision::Tied { through, by, method: self.method() }
            }
            other => other,
        }
    }

    fn method(&self) -> Option<String> {
        self.target.as_ref().and_then(|target| target.method.clone())
    }
}

impl Decision {
    /// Who won or went through.
    pub fn winner(&self) -> Option<Which> {
        match self {
            Self::Won { side, .. } | Self::Awarded { side, .. } => Some(*side),
            Self::Tied { through, .. } | Self::Drawn { through, .. } => *through,
            Self::NoResult => None,
        }
    }

    fn method(&self) -> Option<&str> {
        match self {
            Self::Won { method, .. } | Self::Tied { method, .. } | Self::Awarded { method, .. } => {
                method.as_deref()
            }
            Self::Drawn { .. } | Self::NoResult => None,
        }
    }

    /// `<team> won by 12 runs`
    pub fn text(&self, sides: &Pair<Side>) -> String {
        let name = |side: &Which| sides.name(*side);
        let through = |word: &str, side: &Option<Which>, by: &Option<String>| match (side, by) {
            (Some(side), Some(by)) => format!("{word} ({} won {by})", name(side)),
            (Some(side), None) => format!("{word} ({} won)", name(side)),
            (None, _) => word.to_owned(),
        };
        let said = match self {
            Self::Won { side, by, .. } => format!("{} won by {}", name(side), by.text()),
            Self::Tied { through: side, by, .. } => through("Match tied", side, by),
            Self::Drawn { through: side, by } => through("Match drawn", side, by),
            Self::Awarded { side, .. } => return format!("Match awarded to {}", name(side)),
            Self::NoResult => "No result".to_owned(),
        };
        self.method().map_or(said.clone(), |method| format!("{said} ({method} method)"))
    }

    pub fn view(&self, sides: &Pair<Side>) -> Value {
        let mut view = json!({
            "winner_team_id": self.winner().map(|side| sides.team_id(side)),
            "method": self.method(),
            "text": self.text(sides),
        });
        let (name, said) = match self {
            Self::Won { by, .. } => ("by", by.view()),
            Self::Tied { .. } => ("tie", json!(true)),
            Self::Drawn { .. } => ("draw", json!(true)),
            Self::Awarded { .. } => ("awarded", json!(true)),
            Self::NoResult => ("no_result", json!(true)),
        };
        view[name] = said;
        view
    }
}

impl Margin {
    fn text(self) -> String {
        match self {
            Self::Runs(runs) => count(runs, "run"),
            Self::Wickets { wickets, balls_left: Some(balls) } if balls > 0 => {
                format!("{} with {} remaining", count(wickets, "wicket"), count(balls, "ball"))
            }
            Self::Wickets { wickets, .. } => count(wickets, "wicket"),
            Self::Innings { runs } => format!("an innings and {}", count(runs, "run")),
            Self::Penalty => "penalty runs".to_owned(),
        }
    }

    fn view(self) -> Value {
        match self {
            Self::Runs(runs) => json!({ "runs": runs }),
            Self::Wickets { wickets, balls_left } => {
                json!({ "wickets": wickets, "balls_left": balls_left })
            }
            Self::Innings { runs } => json!({ "innings": 1, "runs": runs }),
            Self::Penalty => json!({ "penalty_runs": true }),
        }
    }
}

fn count(number: u32, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
