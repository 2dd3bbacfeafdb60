//! Bodies about balls: `balls`, `PATCH balls/{n}`, `DELETE balls/{n}`, `rulings`.

use serde_json::Value;

use crate::domain::rejection::Rejection;
use crate::input::{self, FieldReader};
use crate::sports::cricket::actions::player_lookup::PlayerLookup;
use crate::sports::cricket::laws::{
    Delivery, DismissalKind, EnteredWicket, Extras, PenaltyAward, validate_ball,
    validate_between_balls,
};

/// Runs of one kind off one ball: more than was ever scored; catches typing errors.
const MAX_RUNS_PER_KIND: i64 = 20;
/// Awards are of 5 runs (Law 41.17); some conditions had 6 for each over bowled late.
const MAX_PENALTY_RUNS: i64 = 50;
const MAX_COMMENTARY_CHARS: usize = 500;
const MAX_REASON_CHARS: usize = 500;
/// At most two are possible off a ball; one more for odd cases.
const MAX_WICKETS_PER_BALL: usize = 3;
const MAX_FIELDERS: usize = 11;
/// A match of five days has about 3,000.
const MAX_BALL_NUMBER: i64 = 100_000;

/// The body of `balls`.
#[derive(Debug)]
pub struct BallRequest {
    pub expected_number: Option<u32>,
    pub kind: BallRequestKind,
}

/// A delivery, or an event between two.
#[derive(Debug)]
pub enum BallRequestKind {
    Ball(Box<Delivery>),
    /// Penalty runs between deliveries.
    Penalty(PenaltyAward),
    /// Wickets while no ball was in play.
    WicketBetweenBalls(Vec<EnteredWicket>),
}

/// A ball in place of another.
#[derive(Debug)]
pub struct CorrectionRequest {
    pub delivery: Delivery,
    pub reason: Option<String>,
}

/// The removal of a ball.
#[derive(Debug)]
pub struct RemovalRequest {
    pub reason: Option<String>,
    /// User who must have entered the ball, if the caller requires it.
    pub scorer_id: Option<i64>,
}

/// The decision of an official on a ball that isn't official yet.
#[derive(Debug)]
pub struct RulingRequest {
    /// Number of the ball in the match.
    pub number: u32,
    pub delivery: Delivery,
}

/// Parses the body of `PATCH balls/{n}`: a whole ball and `reason`.
pub fn parse_correction(
    lookup: &PlayerLookup<'_>,
    value: &Value,
) -> Result<CorrectionRequest, Rejection> {
    let mut body = FieldReader::nullable_body(value);
    let delivery = read_delivery(lookup, &mut body);
    let reason = body.optional("reason", input::any_text(MAX_REASON_CHARS));
    body.finish_with(delivery.map(|delivery| CorrectionRequest { delivery, reason }))
}

/// Parses the body of `DELETE balls/{n}`: `reason` and `by`.
pub fn parse_removal(value: &Value) -> Result<RemovalRequest, Rejection> {
    let mut body = FieldReader::nullable_body(value);
    let reason = body.optional("reason", input::any_text(MAX_REASON_CHARS));
    let scorer_id = body.optional("by", input::id());
    body.optional("occurred_at", input::time());
    body.finish_with(Some(RemovalRequest { reason, scorer_id }))
}

/// Parses the body of `rulings`: `{"number":2,"ball":{…}}`.
pub fn parse_ruling(lookup: &PlayerLookup<'_>, value: &Value) -> Result<RulingRequest, Rejection> {
    let mut body = FieldReader::nullable_body(value);
    body.require(&["number", "ball"]);
    let number = body.optional("number", input::integer(1..=MAX_BALL_NUMBER));
    let number = number.and_then(|number| u32::try_from(number).ok());
    let delivery = body.optional_object("ball", |inner| read_delivery(lookup, inner));
    body.optional("occurred_at", input::time());
    body.finish_with(
        number.zip(delivery).map(|(number, delivery)| RulingRequest { number, delivery }),
    )
}

/// Parses the body of `balls`: a delivery, or an event between two.
pub fn parse_ball_request(
    lookup: &PlayerLookup<'_>,
    value: &Value,
) -> Result<BallRequest, Rejection> {
    let has = |name: &str| value.get(name).is_some_and(|value| !value.is_null());
    let mut body = FieldReader::nullable_body(value);
    let expected_number = body.optional("expected_number", input::integer(1..=MAX_BALL_NUMBER));
    let kind = if has("runs") || has("extras") {
        read_delivery(lookup, &mut body).map(|ball| BallRequestKind::Ball(Box::new(ball)))
    } else if has("penalty") {
        body.optional("occurred_at", input::time());
        read_penalty(lookup, &mut body).map(BallRequestKind::Penalty)
    } else if has("wickets") {
        body.optional("occurred_at", input::time());
        read_wickets(lookup, &mut body).map(|entered| {
            validate_between_balls(&mut body, &entered);
            BallRequestKind::WicketBetweenBalls(entered)
        })
    } else {
        body.require(&["runs"]);
        None
    };
    let expected_number = expected_number.and_then(|number| u32::try_from(number).ok());
    body.finish_with(kind.map(|kind| BallRequest { expected_number, kind }))
}

fn read_delivery(lookup: &PlayerLookup<'_>, body: &mut FieldReader<'_>) -> Option<Delivery> {
    let runs = body.optional_object("runs", |inner| {
        inner.require(&["batter"]);
        read_runs(inner, "batter")
    });
    if runs.is_none() {
        body.require(&["runs"]);
    }
    let extras = body.optional_object("extras", |inner| {
        Some(Extras {
            wides: read_runs(inner, "wides").unwrap_or(0),
            no_balls: read_runs(inner, "no_balls").unwrap_or(0),
            byes: read_runs(inner, "byes").unwrap_or(0),
            leg_byes: read_runs(inner, "leg_byes").unwrap_or(0),
            penalty: inner
                .optional("penalty", input::integer(0..=MAX_PENALTY_RUNS))
                .map_or(0, to_u32),
        })
    });
    let mut flag = |name| body.optional(name, input::boolean()).unwrap_or(false);
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
        commentary: body.optional("commentary", input::any_text(MAX_COMMENTARY_CHARS)),
        occurred_at: body.optional("occurred_at", input::time()),
    };
    validate_ball(body, &delivery);
    Some(delivery)
}

fn read_runs(body: &mut FieldReader<'_>, name: &'static str) -> Option<u32> {
    body.optional(name, input::integer(0..=MAX_RUNS_PER_KIND)).map(to_u32)
}

/// For a number whose range was checked.
fn to_u32(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

fn read_penalty(lookup: &PlayerLookup<'_>, body: &mut FieldReader<'_>) -> Option<PenaltyAward> {
    body.optional_object("penalty", |inner| {
        inner.require(&["team_id", "runs"]);
        let side = lookup.teams.read_side(inner, "team_id");
        let runs = inner.optional("runs", input::integer(-MAX_PENALTY_RUNS..=MAX_PENALTY_RUNS));
        if runs == Some(0) {
            return inner.add_error("runs", "must not be 0");
        }
        Some(PenaltyAward { side: side?, runs: i32::try_from(runs?).ok()? })
    })
}

fn read_wickets(
    lookup: &PlayerLookup<'_>,
    body: &mut FieldReader<'_>,
) -> Option<Vec<EnteredWicket>> {
    body.optional_list("wickets", MAX_WICKETS_PER_BALL, |inner| {
        inner.require(&["kind"]);
        let kind = inner.optional("kind", input::one_of_these(DismissalKind::FROM_DELIVERY));
        let player_out = lookup.read_player(inner, "player_out_id");
        let fielder_ids = inner
            .optional("fielder_ids", input::array_of(input::id(), MAX_FIELDERS, "ids"))
            .unwrap_or_default();
        let fielders = fielder_ids.into_iter().map(|id| lookup.find_player(id)).collect();
        let fielders = match fielders {
            Ok(fielders) => fielders,
            Err(detail) => return inner.add_error("fielder_ids", detail),
        };
        let by_substitute = inner.optional("substitute", input::boolean()).unwrap_or(false);
        Some(EnteredWicket { kind: kind?, player_out, fielders, by_substitute })
    })
}
