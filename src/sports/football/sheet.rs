//! All incidents of a match; score and statistics are counted from them, never kept.

use std::sync::Arc;

use crate::sports::football::incident::Incident;
use crate::sports::football::kind::Kind;
use crate::sports::football::statistics::Statistics;
use crate::sports::score::Pair;
use crate::sports::score::Score;

/// What the scorer has written down. A clone shares the incidents.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// The incident with id n is at n − 1; a deleted one leaves its place empty.
    places: Vec<Option<Arc<Incident>>>,
}

impl Sheet {
    /// The id of the next incident to be added.
    pub fn next_id(&self) -> i64 {
        i64::try_from(self.places.len()).unwrap_or(i64::MAX).saturating_add(1)
    }

    pub fn get(&self, id: i64) -> Option<&Arc<Incident>> {
        self.places.get(place(id)?)?.as_ref()
    }

    /// Adds the incident whose id is the next one, or puts it in the place of its last revision.
    pub fn put(&mut self, incident: Incident) {
        let known = place(incident.id).and_then(|place| self.places.get_mut(place));
        match known {
            Some(known) => *known = Some(Arc::new(incident)),
            None => self.places.push(Some(Arc::new(incident))),
        }
    }

    /// Takes the incident away for good; its id is not given again.
    pub fn take(&mut self, id: i64) {
        if let Some(known) = place(id).and_then(|place| self.places.get_mut(place)) {
            *known = None;
        }
    }

    /// All that were not deleted, in the order of play.
    pub fn listed(&self) -> Vec<&Arc<Incident>> {
        let mut listed: Vec<_> = self.places.iter().flatten().collect();
        listed.sort_unstable_by_key(|incident| incident.order());
        listed
    }

    pub fn statistics(&self) -> Pair<Statistics> {
        let mut statistics = Pair::default();
        for incident in self.counting() {
            Statistics::count(&mut statistics, incident);
        }
        statistics
    }

    /// The score; with a shoot-out's when that has `begun` or a kick of it stands.
    pub fn score(&self, begun: bool) -> Score {
        let mut goals = Pair::default();
        let mut shootout = begun.then(Pair::default);
        for incident in self.counting() {
            let Some(side) = incident.side else { continue };
            match incident.kind {
                Kind::Goal | Kind::OwnGoal | Kind::PenaltyGoal => *goals.at(side) += 1,
                Kind::ShootoutGoal => *shootout.get_or_insert_default().at(side) += 1,
                Kind::ShootoutMiss => drop(shootout.get_or_insert_default()),
                _ => {}
            }
        }
        Score { goals, shootout }
    }

    fn counting(&self) -> impl Iterator<Item = &Arc<Incident>> {
        self.places.iter().flatten().filter(|incident| incident.counts())
    }
}

fn place(id: i64) -> Option<usize> {
    usize::try_from(id.checked_sub(1)?).ok()
}
