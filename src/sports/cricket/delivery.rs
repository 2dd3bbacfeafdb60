//! What a scorer says of one ball: its shape, and what no ball can be.

use chrono::DateTime;
use chrono::Utc;
use serde::Serialize;
use serde_json::Value;

use crate::domain::rejection::Rejection;
use crate::sports::body::Body;
use crate::sports::cricket::dismissal::Kind;
use crate::sports::cricket::people::Cast;
use crate::sports::cricket::people::Who;
use crate::sports::cricket::possible;
use crate::sports::score::Which;

/// Runs of one kind off one ball: more than was ever run; keeps a slip of the thumb out.
const RUNS_MOST: i64 = 20;
/// Penalty runs come in fives (Law 41.17); some old conditions had six for each over lost.
const PENALTY_MOST: i64 = 50;
const COMMENTARY_LONGEST: usize = 500;
const REASON_LONGEST: usize = 500;
/// Two can fall on a ball: the second is timed out, or the first was taken back too late.
const WICKETS_MOST: usize = 3;
const FIELDERS_MOST: usize = 11;
/// A match of five days has some 3,000.
pub const NUMBER_MOST: i64 = 100_000;

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
pub struct Out {
    pub kind: Kind,
    /// None where only the striker can be meant.
    pub player: Option<Who>,
    pub fielders: Vec<Who>,
    pub substitute: bool,
}

/// Runs awarded to a side for what the other did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Penalty {
    pub side: Which,
    /// Below nought to take back an award made by mistake.
    pub runs: i32,
}

/// One ball, as it was entered.
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the body, said or not")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    pub striker: Option<Who>,
    pub non_striker: Option<Who>,
    pub bowler: Option<Who>,
    /// Off the bat.
    pub runs: u32,
    pub extras: Extras,
    pub boundary: bool,
    /// All was run, though it looks like a boundary.
    pub non_boundary: bool,
    pub wickets: Vec<Out>,
    /// The batters changed ends once more than the runs say.
    pub crossed: bool,
    pub over_called: bool,
    pub over_continues: bool,
    /// A real match broke a rule that is checked.
    pub overrides: bool,
    /// To the fielding side; what the batting side is awarded is an extra.
    pub penalty: Option<Penalty>,
    pub commentary: Option<String>,
    pub occurred_at: Option<DateTime<Utc>>,
}

/// What was sent to `balls`.
#[derive(Debug)]
pub struct Asked {
    pub expected: Option<u32>,
    pub what: What,
}

#[derive(Debug)]
pub enum What {
    Ball(Box<Delivery>),
    /// Outside a delivery.
    Penalty(Penalty),
    /// Out while no ball was in play: not a delivery.
    Out(Vec<Out>),
}

impl Extras {
    pub fn total(&self) -> u32 {
        self.wides + self.no_balls + self.byes + self.leg_byes + self.penalty
    }

    pub fn add(&mut self, other: &Self) {
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

    pub fn total(&self) -> u32 {
        self.runs + self.extras.total()
    }

    /// Reached the boundary: said, or the usual meaning of the number.
    pub fn is_boundary(&self) -> bool {
        let Extras { wides, byes, leg_byes, .. } = self.extras;
        let usual = [4, 6].contains(&self.runs) || byes == 4 || leg_byes == 4 || wides == 5;
        !self.non_boundary && (self.boundary || usual)
    }

    /// What goes against the bowler: byes, leg byes and penalty runs don't (Law 18.10, 21.15).
    pub fn debited(&self) -> u32 {
        self.runs + self.extras.wides + self.extras.no_balls
    }
}

/// A whole ball, and why it is corrected.
pub fn corrected(cast: &Cast<'_>, value: &Value) -> Result<(Delivery, Option<String>), Rejection> {
    let mut body = Body::of(value)?;
    let delivery = fields(cast, &mut body);
    let reason = body.text("reason", REASON_LONGEST);
    body.end(delivery.map(|delivery| (delivery, reason)))
}

/// Why a ball is taken out, and who must have entered it, where somebody says so.
pub fn taken_out(value: &Value) -> Result<(Option<String>, Option<i64>), Rejection> {
    let mut body = Body::of(value)?;
    let reason = body.text("reason", REASON_LONGEST);
    let by = body.id("by");
    body.time("occurred_at");
    body.end(Some((reason, by)))
}

/// A whole ball inside another body.
pub fn within(cast: &Cast<'_>, body: &mut Body<'_>, name: &'static str) -> Option<Delivery> {
    body.object(name, |inner| fields(cast, inner))
}

/// What was sent to `balls`: a ball, or what happened between two.
pub fn asked(cast: &Cast<'_>, value: &Value) -> Result<Asked, Rejection> {
    let has = |name: &str| value.get(name).is_some_and(|value| !value.is_null());
    let mut body = Body::of(value)?;
    let expected = body.integer("expected_number", 1..=NUMBER_MOST);
    let what = if has("runs") || has("extras") {
        fields(cast, &mut body).map(|ball| What::Ball(Box::new(ball)))
    } else if has("penalty") {
        body.time("occurred_at");
        penalty(cast, &mut body).map(What::Penalty)
    } else if has("wickets") {
        body.time("occurred_at");
        wickets(cast, &mut body).map(|out| {
            possible::between_balls(&mut body, &out);
            What::Out(out)
        })
    } else {
        body.require(&["runs"]);
        None
    };
    let expected = expected.and_then(|number| u32::try_from(number).ok());
    body.end(what.map(|what| Asked { expected, what }))
}

fn fields(cast: &Cast<'_>, body: &mut Body<'_>) -> Option<Delivery> {
    let runs = body.object("runs", |inner| {
        inner.require(&["batter"]);
        count(inner, "batter")
    });
    if runs.is_none() {
        body.require(&["runs"]);
    }
    let extras = body.object("extras", |inner| {
        Some(Extras {
            wides: count(inner, "wides").unwrap_or(0),
            no_balls: count(inner, "no_balls").unwrap_or(0),
            byes: count(inner, "byes").unwrap_or(0),
            leg_byes: count(inner, "leg_byes").unwrap_or(0),
            penalty: inner.integer("penalty", 0..=PENALTY_MOST).map_or(0, small),
        })
    });
    let mut flag = |name| body.flag(name).unwrap_or(false);
    let delivery = Delivery {
        runs: runs?,
        extras: extras.unwrap_or_default(),
        boundary: flag("boundary"),
        non_boundary: flag("non_boundary"),
        crossed: flag("crossed"),
        over_called: flag("over_called"),
        over_continues: flag("over_continues"),
        overrides: flag("override"),
        wickets: wickets(cast, body).unwrap_or_default(),
        penalty: penalty(cast, body),
        striker: cast.read(body, "striker_id"),
        non_striker: cast.read(body, "non_striker_id"),
        bowler: cast.read(body, "bowler_id"),
        commentary: body.text("commentary", COMMENTARY_LONGEST),
        occurred_at: body.time("occurred_at"),
    };
    possible::ball(body, &delivery);
    Some(delivery)
}

fn count(body: &mut Body<'_>, name: &'static str) -> Option<u32> {
    body.integer(name, 0..=RUNS_MOST).map(small)
}

/// Of a number that is known to be small.
fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

fn penalty(cast: &Cast<'_>, body: &mut Body<'_>) -> Option<Penalty> {
    body.object("penalty", |inner| {
        inner.require(&["team_id", "runs"]);
        let side = cast.sides.read(inner, "team_id");
        let runs = inner.integer("runs", -PENALTY_MOST..=PENALTY_MOST);
        if runs == Some(0) {
            return inner.refuse("runs", "must not be 0");
        }
        Some(Penalty { side: side?, runs: i32::try_from(runs?).ok()? })
    })
}

fn wickets(cast: &Cast<'_>, body: &mut Body<'_>) -> Option<Vec<Out>> {
    body.list("wickets", WICKETS_MOST, |inner| {
        inner.require(&["kind"]);
        let kind = inner.word("kind", Kind::OF_A_BALL.map(|kind| (kind.word(), kind)));
        let player = cast.read(inner, "player_out_id");
        let fielder_ids = inner.ids("fielder_ids", FIELDERS_MOST).unwrap_or_default();
        let fielders = fielder_ids.into_iter().map(|id| cast.find(id)).collect();
        let fielders = match fielders {
            Ok(fielders) => fielders,
            Err(why) => return inner.refuse("fielder_ids", why),
        };
        let substitute = inner.flag("substitute").unwrap_or(false);
        Some(Out { kind: kind?, player, fielders, substitute })
    })
}
