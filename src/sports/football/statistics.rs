//! Statistics of a team; `docs/sports.md` defines each figure.

use serde::Serialize;

use crate::sports::football::incident::Incident;
use crate::sports::football::incident_kind::IncidentKind;
use crate::sports::football::periods::SHOOTOUT_PERIOD;
use crate::sports::score::PerSide;

/// Counts for one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TeamStatistics {
    /// As in the score: an own goal counts for the side that gets it.
    pub goals: i64,
    pub shots_on_target: i64,
    pub shots_off_target: i64,
    pub corners: i64,
    pub fouls: i64,
    pub offsides: i64,
    /// A second yellow counts as a yellow card and as a red one: both are shown.
    pub yellow_cards: i64,
    pub red_cards: i64,
    pub saves: i64,
    pub substitutions: i64,
    /// Penalty kicks in play: scored, missed or saved.
    pub penalties: i64,
}

impl TeamStatistics {
    /// Adds one incident, if it has a side.
    pub fn count_incident(statistics: &mut PerSide<Self>, incident: &Incident) {
        let Some(side) = incident.side else { return };
        if incident.period.name == SHOOTOUT_PERIOD && !is_counted_in_shootout(incident.kind) {
            return;
        }
        let own_team = statistics.get_mut(side);
        match incident.kind {
            IncidentKind::Goal => own_team.count_goal(),
            IncidentKind::OwnGoal => own_team.goals += 1,
            IncidentKind::PenaltyGoal => {
                own_team.count_goal();
                own_team.penalties += 1;
            }
            IncidentKind::PenaltyMissed => {
                own_team.shots_off_target += 1;
                own_team.penalties += 1;
            }
            IncidentKind::PenaltySaved => {
                own_team.shots_on_target += 1;
                own_team.penalties += 1;
                statistics.get_mut(side.other()).saves += 1;
            }
            IncidentKind::SecondYellow => {
                own_team.yellow_cards += 1;
                own_team.red_cards += 1;
            }
            IncidentKind::YellowCard => own_team.yellow_cards += 1,
            IncidentKind::RedCard => own_team.red_cards += 1,
            IncidentKind::Substitution => own_team.substitutions += 1,
            IncidentKind::Save => own_team.saves += 1,
            IncidentKind::ShotOnTarget => own_team.shots_on_target += 1,
            IncidentKind::ShotOffTarget => own_team.shots_off_target += 1,
            IncidentKind::Corner => own_team.corners += 1,
            IncidentKind::Foul => own_team.fouls += 1,
            IncidentKind::Offside => own_team.offsides += 1,
            IncidentKind::ShootoutGoal
            | IncidentKind::ShootoutMiss
            | IncidentKind::Injury
            | IncidentKind::VarReview
            | IncidentKind::Note => {}
        }
    }

    /// A goal is also a shot on target.
    fn count_goal(&mut self) {
        self.goals += 1;
        self.shots_on_target += 1;
    }
}

/// Cards and substitutions during a shoot-out count; kicks and saves don't.
fn is_counted_in_shootout(kind: IncidentKind) -> bool {
    matches!(
        kind,
        IncidentKind::YellowCard
            | IncidentKind::SecondYellow
            | IncidentKind::RedCard
            | IncidentKind::Substitution
    )
}
