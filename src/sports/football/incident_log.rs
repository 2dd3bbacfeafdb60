//! All incidents of a match; score and statistics are computed from them, never stored.

use std::sync::Arc;

use crate::sports::football::incident::Incident;
use crate::sports::football::incident_kind::IncidentKind;
use crate::sports::football::statistics::TeamStatistics;
use crate::sports::score::{PerSide, Score};

/// Incidents by id. A clone shares the incidents.
#[derive(Clone, Debug, Default)]
pub struct IncidentLog {
    /// Id n is at index n − 1; `None` if it was deleted.
    incidents_by_id: Vec<Option<Arc<Incident>>>,
}

impl IncidentLog {
    /// Id for the next new incident.
    pub fn next_id(&self) -> i64 {
        i64::try_from(self.incidents_by_id.len()).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// Incident by id, unless it was deleted.
    pub fn get(&self, id: i64) -> Option<&Arc<Incident>> {
        self.incidents_by_id.get(slot_index(id)?)?.as_ref()
    }

    /// Adds a new incident, or replaces its previous revision.
    pub fn upsert(&mut self, incident: Incident) {
        let slot = slot_index(incident.id).and_then(|index| self.incidents_by_id.get_mut(index));
        match slot {
            Some(slot) => *slot = Some(Arc::new(incident)),
            None => self.incidents_by_id.push(Some(Arc::new(incident))),
        }
    }

    /// Deletes an incident; its id is not reused.
    pub fn delete(&mut self, id: i64) {
        if let Some(slot) = slot_index(id).and_then(|index| self.incidents_by_id.get_mut(index)) {
            *slot = None;
        }
    }

    /// All incidents that were not deleted, by time in the match.
    pub fn in_match_order(&self) -> Vec<&Arc<Incident>> {
        let mut incidents: Vec<_> = self.incidents_by_id.iter().flatten().collect();
        incidents.sort_unstable_by_key(|incident| incident.sort_key());
        incidents
    }

    /// Statistics of both sides, by the incidents that count.
    pub fn statistics(&self) -> PerSide<TeamStatistics> {
        let mut statistics = PerSide::default();
        for incident in self.counted_incidents() {
            TeamStatistics::count_incident(&mut statistics, incident);
        }
        statistics
    }

    /// The score; with a shoot-out score if it has started or a kick of it is recorded.
    pub fn score(&self, shootout_started: bool) -> Score {
        let mut totals = PerSide::default();
        let mut shootout = shootout_started.then(PerSide::default);
        for incident in self.counted_incidents() {
            let Some(side) = incident.side else { continue };
            match incident.kind {
                IncidentKind::Goal | IncidentKind::OwnGoal | IncidentKind::PenaltyGoal => {
                    *totals.get_mut(side) += 1;
                }
                IncidentKind::ShootoutGoal => *shootout.get_or_insert_default().get_mut(side) += 1,
                IncidentKind::ShootoutMiss => drop(shootout.get_or_insert_default()),
                _ => {}
            }
        }
        Score { totals, shootout }
    }

    fn counted_incidents(&self) -> impl Iterator<Item = &Arc<Incident>> {
        self.incidents_by_id.iter().flatten().filter(|incident| incident.is_counted())
    }
}

fn slot_index(id: i64) -> Option<usize> {
    usize::try_from(id.checked_sub(1)?).ok()
}
