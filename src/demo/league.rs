//! The football league of the demo, which plays while the service runs.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use crate::demo::scorer::{DemoScorer, DemoTeam};
use crate::demo::season;
use crate::demo::season::TEAMS;
use crate::store::{Result, Store};

/// Relative frequency of each kind of incident.
const INCIDENT_WEIGHTS: [(&str, u32); 9] = [
    ("shot_off_target", 22),
    ("shot_on_target", 16),
    ("foul", 20),
    ("corner", 16),
    ("save", 10),
    ("offside", 8),
    ("goal", 5),
    ("yellow_card", 4),
    ("penalty_missed", 1),
];

/// Real time between two incidents, over all matches of the league.
const INCIDENT_INTERVAL: Duration = Duration::from_millis(1500);

const MINUTE_SECONDS: i64 = 60;
const HALF_SECONDS: i64 = 45 * MINUTE_SECONDS;
const HALF_TIME_SECONDS: i64 = 15 * MINUTE_SECONDS;

/// A match in progress.
struct LiveMatch {
    id: i64,
    home_index: usize,
    away_index: usize,
    kicked_off_at: DateTime<Utc>,
    is_second_half: bool,
}

/// Simulates the league by writing what its scorers would write.
pub struct DemoLeague {
    scorer: DemoScorer,
    event_id: i64,
    teams: Vec<DemoTeam>,
    live_matches: Vec<LiveMatch>,
}

impl DemoLeague {
    /// Creates the teams, and four matches in their first and second halves; returns their ids too.
    pub async fn create(store: Store, user_id: i64) -> Result<(Self, Vec<i64>)> {
        let scorer = DemoScorer { store, user_id };
        let event_id = scorer.create(season::league_event()).await?;
        let mut league = Self { scorer, event_id, teams: Vec::new(), live_matches: Vec::new() };
        for (index, team) in TEAMS.into_iter().enumerate() {
            league.teams.push(league.scorer.create_team(index, team).await?);
        }
        for (pair, minutes_ago) in [(0, 12), (2, 31), (4, 68), (6, 96)] {
            league
                .start_match(pair, pair + 1, Utc::now() - chrono::TimeDelta::minutes(minutes_ago))
                .await?;
        }
        season::fill_season(&league.scorer, event_id, &league.teams).await?;
        let ids = league.live_matches.iter().map(|live_match| live_match.id).collect();
        Ok((league, ids))
    }

    /// Plays until the process ends.
    pub async fn run(mut self) {
        loop {
            tokio::time::sleep(INCIDENT_INTERVAL).await;
            let index = rand::random_range(0..self.live_matches.len());
            if let Err(error) = self.play_incident(index).await {
                tracing::warn!(error = %error, "The demo's next incident was rejected: {error}");
            }
        }
    }

    async fn start_match(&mut self, home: usize, away: usize, at: DateTime<Utc>) -> Result<()> {
        let new_match = season::new_match(self.event_id, &self.teams, home, away, at);
        let id = self.scorer.create(new_match).await?;
        self.live_matches.push(LiveMatch {
            id,
            home_index: home,
            away_index: away,
            kicked_off_at: at,
            is_second_half: false,
        });
        let last = self.live_matches.len() - 1;
        self.apply_action(last, "start", json!({}), at).await?;
        let played = (Utc::now() - at).num_seconds();
        // Incidents of the minutes already played.
        for second in (7 * MINUTE_SECONDS..played.min(HALF_SECONDS))
            .step_by(usize::try_from(13 * MINUTE_SECONDS).unwrap_or(1))
        {
            let kind = if rand::random_bool(0.6) { "goal" } else { "yellow_card" };
            self.record_incident(last, kind, at + chrono::TimeDelta::seconds(second)).await?;
        }
        self.change_period_if_due(last).await
    }

    /// Records half-time, the second half and full time once their time has come.
    async fn change_period_if_due(&mut self, index: usize) -> Result<()> {
        let live_match = &self.live_matches[index];
        let (kick_off, is_second_half) = (live_match.kicked_off_at, live_match.is_second_half);
        let elapsed = (Utc::now() - kick_off).num_seconds();
        if !is_second_half && elapsed > HALF_SECONDS + HALF_TIME_SECONDS {
            let half_time = kick_off + chrono::TimeDelta::seconds(HALF_SECONDS);
            self.apply_action(index, "pause", json!({ "reason": "half_time" }), half_time).await?;
            let second_half = half_time + chrono::TimeDelta::seconds(HALF_TIME_SECONDS);
            self.apply_action(index, "resume", json!({ "period": "second_half" }), second_half)
                .await?;
            self.live_matches[index].is_second_half = true;
        }
        if elapsed > 2 * HALF_SECONDS + HALF_TIME_SECONDS {
            let full_time = Utc::now();
            self.apply_action(index, "end", json!({}), full_time).await?;
            let (home, away) =
                (self.live_matches[index].home_index, self.live_matches[index].away_index);
            self.live_matches.remove(index);
            Box::pin(self.start_match(away, home, full_time)).await?;
        }
        Ok(())
    }

    async fn play_incident(&mut self, index: usize) -> Result<()> {
        let total_weight: u32 = INCIDENT_WEIGHTS.iter().map(|(_, weight)| weight).sum();
        let mut drawn = rand::random_range(0..total_weight);
        let mut kind = "foul";
        for (name, weight) in INCIDENT_WEIGHTS {
            if drawn < weight {
                kind = name;
                break;
            }
            drawn -= weight;
        }
        let played = (Utc::now() - self.live_matches[index].kicked_off_at).num_seconds();
        let in_play = self.live_matches[index].is_second_half || played < HALF_SECONDS;
        if in_play {
            self.record_incident(index, kind, Utc::now()).await?;
        }
        self.change_period_if_due(index).await
    }

    async fn record_incident(&self, index: usize, kind: &str, at: DateTime<Utc>) -> Result<()> {
        let live_match = &self.live_matches[index];
        let team = &self.teams
            [if rand::random_bool(0.5) { live_match.home_index } else { live_match.away_index }];
        let played = (at - live_match.kicked_off_at).num_seconds();
        let (period, second) = if live_match.is_second_half {
            ("second_half", played - HALF_TIME_SECONDS)
        } else {
            ("first_half", played.min(HALF_SECONDS - 1))
        };
        let minute = second / MINUTE_SECONDS + 1;
        let stoppage = if live_match.is_second_half { (minute - 90).max(0) } else { 0 };
        let body = json!({
            "kind": kind,
            "team_id": team.id,
            "player_id": team.players.choose(&mut rand::rng()),
            "period": period,
            "minute": minute.min(90),
            "stoppage": stoppage,
        });
        self.apply_action(index, "incidents", body, at).await
    }

    async fn apply_action(
        &self,
        index: usize,
        action: &str,
        body: Value,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.scorer.apply_action(self.live_matches[index].id, action, body, at).await.map(drop)
    }
}
