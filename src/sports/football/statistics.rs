//! The figures beside the score. `docs/sports.md` defines each for those who draw them.

use serde::Serialize;

use crate::sports::football::SHOOTOUT;
use crate::sports::football::incident::Incident;
use crate::sports::football::kind::Kind;
use crate::sports::score::Pair;

/// What one side has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// As in the score: own goals count for the side they are credited to.
    pub goals: i64,
    pub shots_on_target: i64,
    pub shots_off_target: i64,
    pub corners: i64,
    pub fouls: i64,
    pub offsides: i64,
    /// A second yellow is a yellow card as well as a red one: both were shown.
    pub yellow_cards: i64,
    pub red_cards: i64,
    pub saves: i64,
    pub substitutions: i64,
    /// Taken in play: scored, missed or saved.
    pub penalties: i64,
}

impl Statistics {
    /// Counts one incident that stands, if it has a side.
    pub fn count(of: &mut Pair<Self>, incident: &Incident) {
        let Some(side) = incident.side else { return };
        if incident.period.name == SHOOTOUT && !counts_in_shootout(incident.kind) {
            return;
        }
        let own = of.at(side);
        match incident.kind {
            Kind::Goal => own.scored(),
            Kind::OwnGoal => own.goals += 1,
            Kind::PenaltyGoal => {
                own.scored();
                own.penalties += 1;
            }
            Kind::PenaltyMissed => {
                own.shots_off_target += 1;
                own.penalties += 1;
            }
            Kind::PenaltySaved => {
                own.shots_on_target += 1;
                own.penalties += 1;
                of.at(side.other()).saves += 1;
            }
            Kind::SecondYellow => {
                own.yellow_cards += 1;
                own.red_cards += 1;
            }
            Kind::YellowCard => own.yellow_cards += 1,
            Kind::RedCard => own.red_cards += 1,
            Kind::Substitution => own.substitutions += 1,
            Kind::Save => own.saves += 1,
            Kind::ShotOnTarget => own.shots_on_target += 1,
            Kind::ShotOffTarget => own.shots_off_target += 1,
            Kind::Corner => own.corners += 1,
            Kind::Foul => own.fouls += 1,
            Kind::Offside => own.offsides += 1,
            Kind::ShootoutGoal
            | Kind::ShootoutMiss
            | Kind::Injury
            | Kind::VarReview
            | Kind::Note => {}
        }
    }

    /// A goal is a shot on target too.
    fn scored(&mut self) {
        self.goals += 1;
        self.shots_on_target += 1;
    }
}

/// A keeper's save in a shoot-out is no save of the match; a card shown in it is.
fn counts_in_shootout(kind: Kind) -> bool {
    matches!(kind, Kind::YellowCard | Kind::SecondYellow | Kind::RedCard | Kind::Substitution)
}
