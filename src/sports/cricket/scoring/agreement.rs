//! Compares what two scorers entered for a ball, field by field.

use serde_json::{Map, Value, json};

use crate::domain::closed_set::{ClosedSet, closed_set};
use crate::sports::cricket::laws::{CricketerRef, Delivery, EnteredWicket};
use crate::sports::score::Side;

/// Field of a ball that scorers must agree on; comments, times and overrides are not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BallField {
    Striker,
    NonStriker,
    Bowler,
    BatRuns,
    Wides,
    NoBalls,
    Byes,
    LegByes,
    PenaltyExtras,
    Boundary,
    Wickets,
    Crossed,
    OverCalled,
    OverContinues,
    FieldingPenalty,
}

closed_set!(BallField {
    Striker => "striker_id",
    NonStriker => "non_striker_id",
    Bowler => "bowler_id",
    BatRuns => "runs.batter",
    Wides => "extras.wides",
    NoBalls => "extras.no_balls",
    Byes => "extras.byes",
    LegByes => "extras.leg_byes",
    PenaltyExtras => "extras.penalty",
    Boundary => "boundary",
    Wickets => "wickets",
    Crossed => "crossed",
    OverCalled => "over_called",
    OverContinues => "over_continues",
    FieldingPenalty => "penalty",
});

impl BallField {
    /// Whether it names a player, which a scorer may leave out.
    fn is_player(self) -> bool {
        matches!(self, Self::Striker | Self::NonStriker | Self::Bowler)
    }

    /// Its value in `delivery`; null for a player left out.
    pub fn value(self, delivery: &Delivery) -> Value {
        let player_id = |player: &Option<CricketerRef>| json!(player.as_ref().map(|who| who.id));
        match self {
            Self::Striker => player_id(&delivery.striker),
            Self::NonStriker => player_id(&delivery.non_striker),
            Self::Bowler => player_id(&delivery.bowler),
            Self::BatRuns => json!(delivery.bat_runs),
            Self::Wides => json!(delivery.extras.wides),
            Self::NoBalls => json!(delivery.extras.no_balls),
            Self::Byes => json!(delivery.extras.byes),
            Self::LegByes => json!(delivery.extras.leg_byes),
            Self::PenaltyExtras => json!(delivery.extras.penalty),
            Self::Boundary => json!(delivery.is_boundary()),
            Self::Wickets => delivery.wickets.iter().map(wicket_json).collect(),
            Self::Crossed => json!(delivery.batters_crossed),
            Self::OverCalled => json!(delivery.ends_over),
            Self::OverContinues => json!(delivery.extends_over),
            Self::FieldingPenalty => delivery.fielding_penalty.map_or(Value::Null, |penalty| {
                let side = if penalty.side == Side::Home { "home" } else { "away" };
                json!({ "to": side, "runs": penalty.runs })
            }),
        }
    }

    /// Whether two deliveries contradict each other here; a player left out contradicts nobody.
    fn differs(self, one: &Delivery, other: &Delivery) -> bool {
        match self {
            Self::Wickets => !wickets_agree(one, other),
            // Different runs usually imply a different boundary, which is no news.
            Self::Boundary => {
                let same_runs = one.bat_runs == other.bat_runs && one.extras == other.extras;
                same_runs && one.is_boundary() != other.is_boundary()
            }
            _ => {
                let (one, other) = (self.value(one), self.value(other));
                let is_left_out = self.is_player() && (one.is_null() || other.is_null());
                one != other && !is_left_out
            }
        }
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

/// All compared fields of a delivery, by name.
pub fn compared_fields_json(delivery: &Delivery) -> Value {
    let fields = BallField::ALL.iter();
    let fields = fields.map(|field| (field.as_str().to_owned(), field.value(delivery)));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// Fields in which two deliveries contradict each other.
pub fn differing_fields(one: &Delivery, other: &Delivery) -> Vec<BallField> {
    BallField::ALL.iter().copied().filter(|field| field.differs(one, other)).collect()
}

fn wickets_agree(one: &Delivery, other: &Delivery) -> bool {
    let agree = |(one, other): (&EnteredWicket, &EnteredWicket)| {
        let player_out_id = |out: &EnteredWicket| out.player_out.as_ref().map(|player| player.id);
        let who = (player_out_id(one), player_out_id(other));
        let ids = |out: &EnteredWicket| out.fielders.iter().map(|who| who.id).collect::<Vec<_>>();
        one.kind == other.kind
            && (who.0 == who.1 || who.0.is_none() || who.1.is_none())
            && ids(one) == ids(other)
            && one.by_substitute == other.by_substitute
    };
    one.wickets.len() == other.wickets.len() && one.wickets.iter().zip(&other.wickets).all(agree)
}

/// Fills players and commentary that `base` leaves out from deliveries that agree with it.
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
