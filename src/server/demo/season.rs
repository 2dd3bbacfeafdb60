//! The league as a newcomer finds it: rounds that were played, rounds to come, and news.

use chrono::DateTime;
use chrono::SubsecRound;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use crate::domain::leaderboard::Points;
use crate::domain::leaderboard::TieBreaker;
use crate::domain::purchases::Money;
use crate::domain::purchases::TicketType;
use crate::server::demo::League;
use crate::server::demo::TEAMS;
use crate::store::Result;
use crate::store::job::AnnouncementFields;
use crate::store::job::EventFields;
use crate::store::job::MatchFields;
use crate::store::job::Write;

/// Rounds that were played before anybody watched.
const PLAYED: usize = 4;

/// The league's event.
pub fn event() -> Write {
    let ticket = |name: &str, amount| TicketType {
        name: name.to_owned(),
        price: Some(Money { amount, currency: "EUR".to_owned() }),
        capacity: None,
    };
    Write::CreateEvent(EventFields {
        name: "Estuary League".to_owned(),
        sport: "football".to_owned(),
        visibility: "public".to_owned(),
        points: Points::default(),
        tie_breakers: vec![TieBreaker::Points, TieBreaker::Difference, TieBreaker::For],
        capacity: Some(5_000),
        max_quantity: Some(6),
        ticket_types: vec![ticket("adult", 1_200), ticket("child", 500)],
    })
}

impl League {
    /// Everybody has met some others already, and will meet the rest.
    pub(super) async fn fill_season(&self) -> Result<()> {
        for round in 0..TEAMS.len() - 1 {
            let weeks = round as i64 - PLAYED as i64;
            let at = Utc::now() + TimeDelta::weeks(weeks) + TimeDelta::days(3);
            for (home, away) in pairs(round) {
                let id = self.desk.make(self.fixture(home, away, at)).await?;
                if round < PLAYED {
                    self.enter_result(id).await?;
                }
            }
        }
        let news = Write::CreateAnnouncement(AnnouncementFields {
            event_id: self.event_id,
            kind: "general".to_owned(),
            priority: "normal".to_owned(),
            title: "Welcome to the Estuary League".to_owned(),
            message: "Four matches are under way. Everything here is invented, and moves."
                .to_owned(),
            team_ids: Vec::new(),
            expires_at: None,
        });
        self.desk.make(news).await.map(drop)
    }

    fn fixture(&self, home: usize, away: usize, at: DateTime<Utc>) -> Write {
        Write::CreateMatch(MatchFields {
            event_id: Some(self.event_id),
            sport: "football".to_owned(),
            format: Value::Null,
            home_team_id: self.teams[home].id,
            away_team_id: self.teams[away].id,
            starts_at: Some(at.trunc_subsecs(0)),
            venue: Some(format!("{} Ground", TEAMS[home].0)),
            visibility: "public".to_owned(),
        })
    }

    async fn enter_result(&self, match_id: i64) -> Result<()> {
        let goals = || rand::random_range(0..4);
        let write = Write::Act {
            match_id,
            action: "PUT result".to_owned(),
            body: json!({ "home_score": goals(), "away_score": goals() }),
            occurred_at: None,
        };
        self.desk.store.write(self.desk.job(write)).await.map(drop)
    }
}

/// Who meets in a round, by the circle method: the first stays, the others go round.
fn pairs(round: usize) -> Vec<(usize, usize)> {
    let others = TEAMS.len() - 1;
    let at = |place: usize| if place == 0 { 0 } else { 1 + (place - 1 + round) % others };
    let pair = |place: usize| {
        let (one, other) = (at(place), at(TEAMS.len() - 1 - place));
        if round.is_multiple_of(2) { (one, other) } else { (other, one) }
    };
    (0..TEAMS.len() / 2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn everybody_meets_everybody_once() {
        let all: Vec<_> = (0..TEAMS.len() - 1).flat_map(pairs).collect();
        let met: HashSet<_> = all.iter().map(|&(a, b)| (a.min(b), a.max(b))).collect();
        assert_eq!((all.len(), met.len()), (28, 28));
        for round in 0..TEAMS.len() - 1 {
            let busy: HashSet<_> = pairs(round).into_iter().flat_map(|(a, b)| [a, b]).collect();
            assert_eq!(busy.len(), TEAMS.len(), "round {round}");
        }
    }
}
