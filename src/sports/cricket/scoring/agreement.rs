//! Whether two scorers say the same of a ball, field by field.

use serde_json::{Map, Value, json};

use crate::sports::cricket::laws::delivery::{Delivery, EnteredWicket};
use crate::sports::cricket::laws::players::CricketerRef;
use crate::sports::score::Side;

/// What scorers must agree on. Comments, times and overrides are each scorer's own.
const COMPARED_FIELDS: [&str; 15] = [
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
pub fn field_value(ball: &Delivery, field: &str) -> Value {
    let player_id = |player: &Option<CricketerRef>| json!(player.as_ref().map(|who| who.id));
    match field {
        "striker_id" => player_id(&ball.striker),
        "non_striker_id" => player_id(&ball.non_striker),
        "bowler_id" => player_id(&ball.bowler),
        "runs.batter" => json!(ball.bat_runs),
        "extras.wides" => json!(ball.extras.wides),
        "extras.no_balls" => json!(ball.extras.no_balls),
        "extras.byes" => json!(ball.extras.byes),
        "extras.leg_byes" => json!(ball.extras.leg_byes),
        "extras.penalty" => json!(ball.extras.penalty),
        "boundary" => json!(ball.is_boundary()),
        "wickets" => ball.wickets.iter().map(wicket_json).collect(),
        "crossed" => json!(ball.batters_crossed),
        "over_called" => json!(ball.ends_over),
        "over_continues" => json!(ball.extends_over),
        _ => ball.fielding_penalty.map_or(Value::Null, |penalty| {
            let side = if penalty.side == Side::Home { "home" } else { "away" };
            json!({ "to": side, "runs": penalty.runs })
        }),
    }
}

fn wicket_json(wicket: &EnteredWicket) -> Value {
    json!({
        "kind": wicket.kind.as_str(),
        "player_out_id": wicket.player_out.as_ref().map(|player| player.id),
        "fielder_ids": wicket.fielders.iter().map(|who| who.id).collect::<Vec<_>>(),
        "substitute": wicket.by_substitute,
    })
}

/// All of it, as a dispute shows it.
pub fn fields_json(ball: &Delivery) -> Value {
    let fields = COMPARED_FIELDS.iter().map(|name| ((*name).to_owned(), field_value(ball, name)));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// The fields in which two balls contradict each other. Who isn't named contradicts nobody.
pub fn differing_fields(one: &Delivery, other: &Delivery) -> Vec<&'static str> {
    let differs = |name: &&str| match *name {
        "wickets" => !wickets_agree(one, other),
        // Other runs are another boundary too, which tells nobody anything.
        "boundary" => {
            let same_runs = one.bat_runs == other.bat_runs && one.extras == other.extras;
            same_runs && one.is_boundary() != other.is_boundary()
        }
        name => {
            let (one, other) = (field_value(one, name), field_value(other, name));
            let unnamed = name.ends_with("_id") && (one.is_null() || other.is_null());
            one != other && !unnamed
        }
    };
    COMPARED_FIELDS.iter().filter(|name| differs(name)).copied().collect()
}

fn wickets_agree(one: &Delivery, other: &Delivery) -> bool {
    let agree = |(one, other): (&EnteredWicket, &EnteredWicket)| {
        let player_out_id =
            |out: &EnteredWicket| out.player_out.as_ref().map(|players_out| players_out.id);
        let who = (player_out_id(one), player_out_id(other));
        let ids = |out: &EnteredWicket| out.fielders.iter().map(|who| who.id).collect::<Vec<_>>();
        one.kind == other.kind
            && (who.0 == who.1 || who.0.is_none() || who.1.is_none())
            && ids(one) == ids(other)
            && one.by_substitute == other.by_substitute
    };
    one.wickets.len() == other.wickets.len() && one.wickets.iter().zip(&other.wickets).all(agree)
}

/// One ball of several that agree: whoever named a player has named him for all.
pub fn merge_players<'a>(base: &Delivery, others: impl Iterator<Item = &'a Delivery>) -> Delivery {
    others.fold(base.clone(), |joined, other| Delivery {
        striker: joined.striker.or_else(|| other.striker.clone()),
        non_striker: joined.non_striker.or_else(|| other.non_striker.clone()),
        bowler: joined.bowler.or_else(|| other.bowler.clone()),
        commentary: joined.commentary.or_else(|| other.commentary.clone()),
        overrides_rules: joined.overrides_rules || other.overrides_rules,
        ..joined
    })
}
