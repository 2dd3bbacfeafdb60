//! Whether two scorers say the same of a ball, field by field.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::sports::cricket::delivery::Delivery;
use crate::sports::cricket::delivery::Out;
use crate::sports::cricket::people::Who;
use crate::sports::score::Which;

/// What scorers must agree on. Comments, times and overrides are each scorer's own.
const FIELDS: [&str; 15] = [
    "striker_id",
    "non_striker_id",
    "bowler_id",
    "runs.batter",
    "extras.wides",
    "extras.no_balls",
    "extras.byes",
    "extras.leg_byes",
    "extras.penalty",
    "boundary",
    "wickets",
    "crossed",
    "over_called",
    "over_continues",
    "penalty",
];

/// What a ball says in a field; null where it leaves it to the match.
pub fn value(ball: &Delivery, field: &str) -> Value {
    let id = |who: &Option<Who>| json!(who.as_ref().map(|who| who.id));
    match field {
        "striker_id" => id(&ball.striker),
        "non_striker_id" => id(&ball.non_striker),
        "bowler_id" => id(&ball.bowler),
        "runs.batter" => json!(ball.runs),
        "extras.wides" => json!(ball.extras.wides),
        "extras.no_balls" => json!(ball.extras.no_balls),
        "extras.byes" => json!(ball.extras.byes),
        "extras.leg_byes" => json!(ball.extras.leg_byes),
        "extras.penalty" => json!(ball.extras.penalty),
        "boundary" => json!(ball.is_boundary()),
        "wickets" => ball.wickets.iter().map(wicket).collect(),
        "crossed" => json!(ball.crossed),
        "over_called" => json!(ball.over_called),
        "over_continues" => json!(ball.over_continues),
        _ => ball.penalty.map_or(Value::Null, |penalty| {
            let side = if penalty.side == Which::Home { "home" } else { "away" };
            json!({ "to": side, "runs": penalty.runs })
        }),
    }
}

fn wicket(out: &Out) -> Value {
    json!({
        "kind": out.kind.word(),
        "player_out_id": out.player.as_ref().map(|who| who.id),
        "fielder_ids": out.fielders.iter().map(|who| who.id).collect::<Vec<_>>(),
        "substitute": out.substitute,
    })
}

/// All of it, as a dispute shows it.
pub fn view(ball: &Delivery) -> Value {
    let fields = FIELDS.iter().map(|name| ((*name).to_owned(), value(ball, name)));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// The fields in which two balls contradict each other. Who isn't named contradicts nobody.
pub fn differences(one: &Delivery, other: &Delivery) -> Vec<&'static str> {
    let differs = |name: &&str| match *name {
        "wickets" => !same_wickets(one, other),
        // Other runs are another boundary too, which tells nobody anything.
        "boundary" => {
            let same_runs = one.runs == other.runs && one.extras == other.extras;
            same_runs && one.is_boundary() != other.is_boundary()
        }
        name => {
            let (one, other) = (value(one, name), value(other, name));
            let unnamed = name.ends_with("_id") && (one.is_null() || other.is_null());
            one != other && !unnamed
        }
    };
    FIELDS.iter().filter(|name| differs(name)).copied().collect()
}

fn same_wickets(one: &Delivery, other: &Delivery) -> bool {
    let same = |(one, other): (&Out, &Out)| {
        let named = |out: &Out| out.player.as_ref().map(|who| who.id);
        let who = (named(one), named(other));
        let ids = |out: &Out| out.fielders.iter().map(|who| who.id).collect::<Vec<_>>();
        one.kind == other.kind
            && (who.0 == who.1 || who.0.is_none() || who.1.is_none())
            && ids(one) == ids(other)
            && one.substitute == other.substitute
    };
    one.wickets.len() == other.wickets.len() && one.wickets.iter().zip(&other.wickets).all(same)
}

/// One ball of several that agree: whoever named a player has named him for all.
pub fn joined<'a>(one: &Delivery, all: impl Iterator<Item = &'a Delivery>) -> Delivery {
    all.fold(one.clone(), |joined, other| Delivery {
        striker: joined.striker.or_else(|| other.striker.clone()),
        non_striker: joined.non_striker.or_else(|| other.non_striker.clone()),
        bowler: joined.bowler.or_else(|| other.bowler.clone()),
        commentary: joined.commentary.or_else(|| other.commentary.clone()),
        overrides: joined.overrides || other.overrides,
        ..joined
    })
}
