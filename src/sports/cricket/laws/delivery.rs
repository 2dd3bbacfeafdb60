//! What a scorer says of one ball: its shape, and what no ball can be.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::domain::rejection::Rejection;
use crate::sports::command_body::CommandBody;
use crate::sports::cricket::laws::ball_validation;
use crate::sports::cricket::laws::dismissal::DismissalKind;
use crate::sports::cricket::laws::players::{CricketerRef, PlayerLookup};
use crate::sports::score::Side;

/// Runs of one kind off one ball: more than was ever run; keeps a slip of the thumb out.
const MAX_RUNS_PER_KIND: i64 = 20;
/// Penalty runs come in fives (Law 41.17); some old conditions had six for each over lost.
const MAX_PENALTY_RUNS: i64 = 50;
const MAX_COMMENTARY_CHARS: usize = 500;
const MAX_REASON_CHARS: usize = 500;
/// Two can fall on a ball: the second is timed out, or the first was taken back too late.
const MAX_WICKETS_PER_BALL: usize = 3;
const MAX_FIELDERS: usize = 11;
/// A match of five days has some 3,000.
pub const MAX_BALL_NUMBER: i64 = 100_000;

/// Runs that nobody's bat made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Extras {
    pub wides: u32,
    pub no_balls: u32,
    pub byes: u32,
    pub leg_byes: u32,
    pub penalty: u32,
}

/// One wicket, as it was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnteredWicket {
    pub kind: DismissalKind,
    /// None where only the striker can be meant.
    pub player_out: Option<CricketerRef>,
    pub fielders: Vec<CricketerRef>,
    pub by_substitute: bool,
}

/// Runs awarded to a side for what the other did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PenaltyAward {
    pub side: Side,
    /// Below nought to take back an award made by mistake.
    pub runs: i32,
}

/// One ball, as it was entered.
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the body, said or not")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    pub striker: Option<CricketerRef>,
    pub non_striker: Option<CricketerRef>,
    pub bowler: Option<CricketerRef>,
    /// Off the bat.
    pub bat_runs: u32,
    pub extras: Extras,
    pub marked_boundary: bool,
    /// All was run, though it looks like a boundary.
    pub marked_non_boundary: bool,
    pub wickets: Vec<EnteredWicket>,
    /// The batters changed ends once more than the runs say.
    pub batters_crossed: bool,
    pub ends_over: bool,
    pub extends_over: bool,
    /// A real match broke a rule that is checked.
    pub overrides_rules: bool,
    /// To the fielding side; what the batting side is awarded is an extra.
    pub fielding_penalty: Option<PenaltyAward>,
    pub commentary: Option<String>,
    pub occurred_at: Option<DateTime<Utc>>,
}

/// What was sent to `balls`.
#[derive(Debug)]
pub struct BallRequest {
    pub expected_number: Option<u32>,
    pub kind: BallRequestKind,
}

#[derive(Debug)]
pub enum BallRequestKind {
    Ball(Box<Delivery>),
    /// Outside a delivery.
    Penalty(PenaltyAward),
    /// Out while no ball was in play: not a delivery.
    WicketBetweenBalls(Vec<EnteredWicket>),
}

impl Extras {
    pub fn total(&self) -> u32 {
        self.wides + self.no_balls + self.byes + self.leg_byes + self.penalty
    }

    pub fn add_extras(&mut self, other: &Self) {
        self.wides += other.wides;
        self.no_balls += other.no_balls;
        self.byes += other.byes;
        self.leg_byes += other.leg_byes;
        self.penalty += other.penalty;
    }
}

impl Delivery {
    /// Neither a wide nor a no-ball: one of the over (Law 17.3).
    pub fn is_legal(&self) -> bool {
        self.extras.wides == 0 && self.extras.no_balls == 0
    }

    pub fn total_runs(&self) -> u32 {
        self.bat_runs + self.extras.total()
    }

    /// Reached the boundary: said, or the usual meaning of the number.
    pub fn is_boundary(&self) -> bool {
        let Extras { wides, byes, leg_byes, .. } = self.extras;
        let is_usual_boundary =
            [4, 6].contains(&self.bat_runs) || byes == 4 || leg_byes == 4 || wides == 5;
        !self.marked_non_boundary && (self.marked_boundary || is_usual_boundary)
    }

    /// What goes against the bowler: byes, leg byes and penalty runs don't (Law 18.10, 21.15).
    pub fn runs_conceded(&self) -> u32 {
        self.bat_runs + self.extras.wides + self.extras.no_balls
    }
}

/// A whole ball, and why it is corrected.
pub fn parse_correction(
    lookup: &PlayerLookup<'_>,
    value: &Value,
) -> Result<(Delivery, Option<String>), Rejection> {
    let mut body = CommandBody::from_value(value)?;
    let delivery = read_delivery(lookup, &mut body);
    let reason = body.text("reason", MAX_REASON_CHARS);
    body.finish(delivery.map(|delivery| (delivery, reason)))
}

/// Why a ball is taken out, and who must have entered it, where somebody says so.
pub fn parse_removal(value: &Value) -> Result<(Option<String>, Option<i64>), Rejection> {
    let mut body = CommandBody::from_value(value)?;
    let reason = body.text("reason", MAX_REASON_CHARS);
    let scorer_id = body.positive_id("by");
    body.time("occurred_at");
    body.finish(Some((reason, scorer_id)))
}

/// A whole ball inside another body.
pub fn parse_nested_delivery(
    lookup: &PlayerLookup<'_>,
    body: &mut CommandBody<'_>,
    name: &'static str,
) -> Option<Delivery> {
    body.object(name, |inner| read_delivery(lookup, inner))
}

/// What was sent to `balls`: a ball, or what happened between two.
pub fn parse_ball_request(
    lookup: &PlayerLookup<'_>,
    value: &Value,
) -> Result<BallRequest, Rejection> {
    let has = |name: &str| value.get(name).is_some_and(|value| !value.is_null());
    let mut body = CommandBody::from_value(value)?;
    let expected_number = body.integer("expected_number", 1..=MAX_BALL_NUMBER);
    let kind = if has("runs") || has("extras") {
        read_delivery(lookup, &mut body).map(|ball| BallRequestKind::Ball(Box::new(ball)))
    } else if has("penalty") {
        body.time("occurred_at");
        read_penalty(lookup, &mut body).map(BallRequestKind::Penalty)
    } else if has("wickets") {
        body.time("occurred_at");
        read_wickets(lookup, &mut body).map(|entered| {
            ball_validation::validate_between_balls(&mut body, &entered);
            BallRequestKind::WicketBetweenBalls(entered)
        })
    } else {
        body.require(&["runs"]);
        None
    };
    let expected = expected_number.and_then(|number| u32::try_from(number).ok());
    body.finish(kind.map(|what| BallRequest { expected_number: expected, kind: what }))
}

fn read_delivery(lookup: &PlayerLookup<'_>, body: &mut CommandBody<'_>) -> Option<Delivery> {
    let runs = body.object("runs", |inner| {
        inner.require(&["batter"]);
        read_runs(inner, "batter")
    });
    if runs.is_none() {
        body.require(&["runs"]);
    }
    let extras = body.object("extras", |inner| {
        Some(Extras {
            wides: read_runs(inner, "wides").unwrap_or(0),
            no_balls: read_runs(inner, "no_balls").unwrap_or(0),
            byes: read_runs(inner, "byes").unwrap_or(0),
            leg_byes: read_runs(inner, "leg_byes").unwrap_or(0),
            penalty: inner.integer("penalty", 0..=MAX_PENALTY_RUNS).map_or(0, to_u32),
        })
    });
    let mut flag = |name| body.boolean(name).unwrap_or(false);
    let delivery = Delivery {
        bat_runs: runs?,
        extras: extras.unwrap_or_default(),
        marked_boundary: flag("boundary"),
        marked_non_boundary: flag("non_boundary"),
        batters_crossed: flag("crossed"),
        ends_over: flag("over_called"),
        extends_over: flag("over_continues"),
        overrides_rules: flag("override"),
        wickets: read_wickets(lookup, body).unwrap_or_default(),
        fielding_penalty: read_penalty(lookup, body),
        striker: lookup.read_player(body, "striker_id"),
        non_striker: lookup.read_player(body, "non_striker_id"),
        bowler: lookup.read_player(body, "bowler_id"),
        commentary: body.text("commentary", MAX_COMMENTARY_CHARS),
        occurred_at: body.time("occurred_at"),
    };
    ball_validation::validate_ball(body, &delivery);
    Some(delivery)
}

fn read_runs(body: &mut CommandBody<'_>, name: &'static str) -> Option<u32> {
    body.integer(name, 0..=MAX_RUNS_PER_KIND).map(to_u32)
}

/// Of a number that is known to be small.
fn to_u32(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

fn read_penalty(lookup: &PlayerLookup<'_>, body: &mut CommandBody<'_>) -> Option<PenaltyAward> {
    body.object("penalty", |inner| {
        inner.require(&["team_id", "runs"]);
        let side = lookup.teams.read_side(inner, "team_id");
        let runs = inner.integer("runs", -MAX_PENALTY_RUNS..=MAX_PENALTY_RUNS);
        if runs == Some(0) {
            return inner.add_error("runs", "must not be 0");
        }
        Some(PenaltyAward { side: side?, runs: i32::try_from(runs?).ok()? })
    })
}

fn read_wickets(
    lookup: &PlayerLookup<'_>,
    body: &mut CommandBody<'_>,
) -> Option<Vec<EnteredWicket>> {
    body.object_list("wickets", MAX_WICKETS_PER_BALL, |inner| {
        inner.require(&["kind"]);
        let kind =
            inner.one_of("kind", DismissalKind::FROM_DELIVERY.map(|kind| (kind.as_str(), kind)));
        let player = lookup.read_player(inner, "player_out_id");
        let fielder_ids = inner.id_list("fielder_ids", MAX_FIELDERS).unwrap_or_default();
        let fielders = fielder_ids.into_iter().map(|id| lookup.find_player(id)).collect();
        let fielders = match fielders {
            Ok(fielders) => fielders,
            Err(detail) => return inner.add_error("fielder_ids", detail),
        };
        let substitute = inner.boolean("substitute").unwrap_or(false);
        Some(EnteredWicket { kind: kind?, player_out: player, fielders, by_substitute: substitute })
    })
}
