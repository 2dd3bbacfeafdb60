//! Line-ups: who plays for each side, the same in every sport.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::domain::merge_patch;
use crate::sports::score::{PerSide, Side};

/// Maximum number of players who start, and of those on the bench: more than in any sport.
pub const MAX_LISTED_PLAYERS: usize = 50;

/// Names of the two sides in bodies and states.
pub const SIDES: [(Side, &str); 2] = [(Side::Home, "home"), (Side::Away, "away")];

/// The line-ups of a match; a side has none until it is entered.
pub type Lineups = PerSide<Option<Arc<Lineup>>>;

/// Who plays for one side, by the ids of players: names are not part of a match.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lineup {
    /// In the order of positions or of batting, as the organizer sent it.
    pub starting: Vec<i64>,
    pub bench: Vec<i64>,
    pub captain_id: Option<i64>,
    /// A further player, who may field but neither bat nor bowl.
    pub twelfth_id: Option<i64>,
    /// Formation: `4-3-3`.
    pub shape: Option<String>,
}

impl Lineup {
    fn to_json(&self) -> Value {
        merge_patch::without_nulls(json!({
            "starting": self.starting,
            "bench": self.bench,
            "captain_id": self.captain_id,
            "twelfth_id": self.twelfth_id,
            "shape": self.shape,
        }))
    }

    /// The players that it lists, each with its place in the body.
    pub fn listed(&self) -> impl Iterator<Item = (String, i64)> {
        let in_list = |name: &'static str, ids: &[i64]| {
            let places = ids.iter().enumerate().map(|(index, id)| (format!("{name}/{index}"), *id));
            places.collect::<Vec<_>>()
        };
        let twelfth = self.twelfth_id.map(|id| ("twelfth_id".to_owned(), id));
        let lists = [in_list("starting", &self.starting), in_list("bench", &self.bench)];
        lists.into_iter().flatten().chain(twelfth)
    }
}

/// The line-ups as in a state, a message and the answer of `GET lineups`, without absent sides.
pub fn to_json(lineups: &Lineups) -> Value {
    let [home, away] = [&lineups.home, &lineups.away];
    let named = SIDES.into_iter().zip([home, away]);
    let entered =
        named.filter_map(|((_, name), lineup)| Some((name.to_owned(), lineup.as_ref()?.to_json())));
    Value::Object(entered.collect::<Map<_, _>>())
}

/// Ids of the players that a body names; a hostile one must not cause a query for thousands.
pub fn player_ids(body: &Value) -> Vec<i64> {
    let of_side = |(_, name): (Side, &str)| {
        let Some(lineup) = body.get(name) else { return Vec::new() };
        let in_list = |list: &str| {
            let ids = lineup.get(list).and_then(Value::as_array).into_iter().flatten();
            ids.take(MAX_LISTED_PLAYERS).filter_map(Value::as_i64).collect::<Vec<_>>()
        };
        let twelfth = lineup.get("twelfth_id").and_then(Value::as_i64);
        [in_list("starting"), in_list("bench")].into_iter().flatten().chain(twelfth).collect()
    };
    SIDES.into_iter().flat_map(of_side).collect()
}
