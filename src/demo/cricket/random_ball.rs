//! Draws random balls with the frequencies of Twenty20 matches.

use rand::seq::IndexedRandom;
use serde_json::{Value, json};

/// What happens with a ball.
#[derive(Clone, Copy, Debug)]
enum BallKind {
    /// Runs off the bat.
    Runs(u32),
    Wide,
    NoBall,
    Bye,
    LegBye,
    /// A wicket with its kind, or `return catch`.
    Wicket(&'static str),
}

/// Relative frequency of each kind.
const BALL_WEIGHTS: [(BallKind, u32); 17] = [
    (BallKind::Runs(0), 330),
    (BallKind::Runs(1), 390),
    (BallKind::Runs(2), 65),
    (BallKind::Runs(3), 4),
    (BallKind::Runs(4), 108),
    (BallKind::Runs(6), 46),
    (BallKind::Wide, 32),
    (BallKind::NoBall, 5),
    (BallKind::Bye, 4),
    (BallKind::LegBye, 14),
    (BallKind::Wicket("caught"), 32),
    (BallKind::Wicket("bowled"), 9),
    (BallKind::Wicket("lbw"), 5),
    (BallKind::Wicket("stumped"), 2),
    (BallKind::Wicket("hit_wicket"), 1),
    // Caught and bowled.
    (BallKind::Wicket("return catch"), 2),
    (BallKind::Runs(5), 1),
];

const FOUR_COMMENTARY: [&str; 4] = [
    "driven through the covers",
    "cut behind point",
    "swept fine, and nobody there",
    "pulled, one bounce into the boards",
];
const SIX_COMMENTARY: [&str; 3] =
    ["over long-on", "into the pavilion", "out of the ground, and into the river"];
const CAUGHT_COMMENTARY: [&str; 3] =
    ["skied, and held", "edged to the slips", "on the boundary, two hands"];

/// The body of a `balls` command without incoming players; `bowler` is a shirt number of the
/// fielding side.
pub fn random_ball(fielding: &[i64], bowler: usize, free_hit: bool) -> Value {
    match random_kind() {
        BallKind::Wicket(_) if free_hit => json!({ "runs": { "batter": 0 } }),
        BallKind::Wicket(kind) => wicket_ball(kind, fielding, bowler),
        BallKind::Runs(4) => {
            json!({ "runs": { "batter": 4 }, "commentary": pick_text(&FOUR_COMMENTARY) })
        }
        // A single, and four overthrows.
        BallKind::Runs(5) => json!({ "runs": { "batter": 5 }, "boundary": true }),
        BallKind::Runs(6) => {
            json!({ "runs": { "batter": 6 }, "commentary": pick_text(&SIX_COMMENTARY) })
        }
        BallKind::Runs(runs) => json!({ "runs": { "batter": runs } }),
        BallKind::Wide => json!({ "runs": { "batter": 0 }, "extras": { "wides": 1 } }),
        BallKind::NoBall => json!({ "runs": { "batter": 1 }, "extras": { "no_balls": 1 } }),
        BallKind::Bye => json!({ "runs": { "batter": 0 }, "extras": { "byes": 1 } }),
        BallKind::LegBye => json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": 1 } }),
    }
}

fn random_kind() -> BallKind {
    let total_weight: u32 = BALL_WEIGHTS.iter().map(|(_, weight)| weight).sum();
    let mut drawn = rand::random_range(0..total_weight);
    for (kind, weight) in BALL_WEIGHTS {
        if drawn < weight {
            return kind;
        }
        drawn -= weight;
    }
    BallKind::Runs(0)
}

fn wicket_ball(kind: &str, fielding: &[i64], bowler: usize) -> Value {
    let keeper = fielding.first();
    let (kind, fielders, commentary) = match kind {
        "caught" => {
            ("caught", fielding.choose(&mut rand::rng()), Some(pick_text(&CAUGHT_COMMENTARY)))
        }
        "return catch" => ("caught", fielding.get(bowler - 1), Some("straight back to him")),
        "stumped" => (kind, keeper, Some("down the pitch, and stranded")),
        _ => (kind, None, None),
    };
    let fielders: Vec<_> = fielders.into_iter().collect();
    json!({
        "runs": { "batter": 0 },
        "wickets": [{ "kind": kind, "fielder_ids": fielders }],
        "commentary": commentary,
    })
}

fn pick_text(texts: &[&'static str]) -> &'static str {
    texts.choose(&mut rand::rng()).copied().unwrap_or_default()
}
