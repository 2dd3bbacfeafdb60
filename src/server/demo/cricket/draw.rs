//! What a ball brings, as often as in matches of twenty overs.

use rand::seq::IndexedRandom;
use serde_json::Value;
use serde_json::json;

/// One kind of ball.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Runs(u32),
    Wide,
    NoBall,
    Bye,
    LegBye,
    Wicket(&'static str),
}

/// How often each is drawn, out of all together.
const KINDS: [(Kind, u32); 17] = [
    (Kind::Runs(0), 330),
    (Kind::Runs(1), 390),
    (Kind::Runs(2), 65),
    (Kind::Runs(3), 4),
    (Kind::Runs(4), 108),
    (Kind::Runs(6), 46),
    (Kind::Wide, 32),
    (Kind::NoBall, 5),
    (Kind::Bye, 4),
    (Kind::LegBye, 14),
    (Kind::Wicket("caught"), 32),
    (Kind::Wicket("bowled"), 9),
    (Kind::Wicket("lbw"), 5),
    (Kind::Wicket("stumped"), 2),
    (Kind::Wicket("hit_wicket"), 1),
    // Once more: a caught and bowled.
    (Kind::Wicket("return catch"), 2),
    (Kind::Runs(5), 1),
];

const FOUR: [&str; 4] = [
    "driven through the covers",
    "cut behind point",
    "swept fine, and nobody there",
    "pulled, one bounce into the boards",
];
const SIX: [&str; 3] =
    ["over long-on", "into the pavilion", "out of the ground, and into the river"];
const CAUGHT: [&str; 3] = ["skied, and held", "edged to the slips", "on the boundary, two hands"];

/// A ball's body, but for who comes in. `bowler` is a shirt number of the fielding side.
pub fn ball(fielding: &[i64], bowler: usize, free_hit: bool) -> Value {
    match drawn() {
        Kind::Wicket(_) if free_hit => json!({ "runs": { "batter": 0 } }),
        Kind::Wicket(kind) => wicket(kind, fielding, bowler),
        Kind::Runs(4) => json!({ "runs": { "batter": 4 }, "commentary": pick(&FOUR) }),
        // One, and four overthrows.
        Kind::Runs(5) => json!({ "runs": { "batter": 5 }, "boundary": true }),
        Kind::Runs(6) => json!({ "runs": { "batter": 6 }, "commentary": pick(&SIX) }),
        Kind::Runs(runs) => json!({ "runs": { "batter": runs } }),
        Kind::Wide => json!({ "runs": { "batter": 0 }, "extras": { "wides": 1 } }),
        Kind::NoBall => json!({ "runs": { "batter": 1 }, "extras": { "no_balls": 1 } }),
        Kind::Bye => json!({ "runs": { "batter": 0 }, "extras": { "byes": 1 } }),
        Kind::LegBye => json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": 1 } }),
    }
}

fn drawn() -> Kind {
    let all: u32 = KINDS.iter().map(|(_, weight)| weight).sum();
    let mut drawn = rand::random_range(0..all);
    for (kind, weight) in KINDS {
        if drawn < weight {
            return kind;
        }
        drawn -= weight;
    }
    Kind::Runs(0)
}

fn wicket(kind: &str, fielding: &[i64], bowler: usize) -> Value {
    let keeper = fielding.first();
    let (kind, fielders, said) = match kind {
        "caught" => ("caught", fielding.choose(&mut rand::rng()), Some(pick(&CAUGHT))),
        "return catch" => ("caught", fielding.get(bowler - 1), Some("straight back to him")),
        "stumped" => (kind, keeper, Some("down the pitch, and stranded")),
        _ => (kind, None, None),
    };
    let fielders: Vec<_> = fielders.into_iter().collect();
    json!({
        "runs": { "batter": 0 },
        "wickets": [{ "kind": kind, "fielder_ids": fielders }],
        "commentary": said,
    })
}

fn pick(texts: &[&'static str]) -> &'static str {
    texts.choose(&mut rand::rng()).copied().unwrap_or_default()
}
