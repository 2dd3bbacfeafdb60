//! The demo league's season: its event, its teams, played and scheduled rounds, an announcement.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::demo::scorer::{DemoScorer, DemoTeam};
use crate::domain::announcements::{AnnouncementType, Priority};
use crate::domain::leaderboard::{Points, TieBreaker};
use crate::domain::purchases::{Money, TicketType};
use crate::domain::visibility::Visibility;
use crate::store::Result;
use crate::store::mutation::{
    CreateAnnouncement, CreateEvent, CreateMatch, MatchPlace, NewAnnouncement, NewEvent, NewMatch,
};

/// Name, short name and colour of the league's teams.
pub const TEAMS: [(&str, &str, &str); 8] = [
    ("Harbour Rovers", "HAR", "#0b5fa5"),
    ("Millbrook Athletic", "MIL", "#b3261e"),
    ("Northgate United", "NGU", "#1b7f4b"),
    ("Saltmarsh Town", "SAL", "#f2b705"),
    ("Kestrel Park", "KES", "#5b2a86"),
    ("Old Foundry", "FOU", "#3c4a57"),
    ("Riverside Wanderers", "RIV", "#0e8a9e"),
    ("Castle Hill", "CAS", "#d9480f"),
];

/// Rounds with results when the demo starts.
const PLAYED_ROUNDS: usize = 4;

/// The league's event.
pub fn league_event() -> CreateEvent {
    let ticket = |name: &str, amount| TicketType {
        name: name.to_owned(),
        price: Some(Money { amount, currency: "EUR".to_owned() }),
        capacity: None,
    };
    CreateEvent(NewEvent {
        name: "Estuary League".to_owned(),
        sport: "football".to_owned(),
        visibility: Visibility::Public,
        points: Points::default(),
        tie_breakers: vec![TieBreaker::Points, TieBreaker::Difference, TieBreaker::For],
        capacity: Some(5_000),
        max_quantity: Some(6),
        ticket_types: vec![ticket("adult", 1_200), ticket("child", 500)],
    })
}

/// Creates a single round robin, with results for the first rounds.
pub async fn fill_season(scorer: &DemoScorer, event_id: i64, teams: &[DemoTeam]) -> Result<()> {
    for round in 0..TEAMS.len() - 1 {
        let weeks = round as i64 - PLAYED_ROUNDS as i64;
        let at = Utc::now() + TimeDelta::weeks(weeks) + TimeDelta::days(3);
        for (home, away) in round_pairs(round) {
            let id = scorer.create(new_match(event_id, teams, home, away, at)).await?;
            if round < PLAYED_ROUNDS {
                enter_result(scorer, id).await?;
            }
        }
    }
    let announcement = CreateAnnouncement(NewAnnouncement {
        event_id,
        kind: AnnouncementType::General,
        priority: Priority::Normal,
        title: "Welcome to the Estuary League".to_owned(),
        message: "Four matches are in progress. Everything here is fictional and updates live."
            .to_owned(),
        team_ids: Vec::new(),
        expires_at: None,
    });
    scorer.create(announcement).await.map(drop)
}

/// A match between two teams of the league, at the ground of the home side.
pub fn new_match(
    event_id: i64,
    teams: &[DemoTeam],
    home: usize,
    away: usize,
    at: DateTime<Utc>,
) -> CreateMatch {
    CreateMatch(NewMatch {
        event_id: Some(event_id),
        sport: "football".to_owned(),
        format: Value::Null,
        home_team_id: teams[home].id,
        away_team_id: teams[away].id,
        starts_at: Some(at.trunc_subsecs(0)),
        place: MatchPlace {
            venue: Some(format!("{} Ground", TEAMS[home].0)),
            ..MatchPlace::default()
        },
        visibility: Visibility::Public,
    })
}

async fn enter_result(scorer: &DemoScorer, match_id: i64) -> Result<()> {
    let goals = || rand::random_range(0..4);
    let body = json!({ "home_score": goals(), "away_score": goals() });
    scorer.apply_action(match_id, "PUT result", body, Utc::now()).await.map(drop)
}

/// Pairs of team indices in a round, by the circle method: the first team stays, the others
/// rotate.
fn round_pairs(round: usize) -> Vec<(usize, usize)> {
    let others = TEAMS.len() - 1;
    let team_at = |seat: usize| if seat == 0 { 0 } else { 1 + (seat - 1 + round) % others };
    let pair = |seat: usize| {
        let (one, other) = (team_at(seat), team_at(TEAMS.len() - 1 - seat));
        if round.is_multiple_of(2) { (one, other) } else { (other, one) }
    };
    (0..TEAMS.len() / 2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_team_meets_every_other_once() {
        let pairs: Vec<_> = (0..TEAMS.len() - 1).flat_map(round_pairs).collect();
        let distinct: HashSet<_> = pairs.iter().map(|&(a, b)| (a.min(b), a.max(b))).collect();
        assert_eq!((pairs.len(), distinct.len()), (28, 28));
        for round in 0..TEAMS.len() - 1 {
            let teams: HashSet<_> =
                round_pairs(round).into_iter().flat_map(|(a, b)| [a, b]).collect();
            assert_eq!(teams.len(), TEAMS.len(), "round {round}");
        }
    }
}
