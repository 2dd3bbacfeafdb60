//! An invented league whose matches are being played, so that a newcomer sees pages move.

pub mod cricket;
mod desk;
mod season;

use std::time::Duration;

use chrono::DateTime;
use chrono::SubsecRound;
use chrono::Utc;
use rand::seq::IndexedRandom;
use serde_json::Value;
use serde_json::json;

use crate::server::demo::desk::Desk;
use crate::server::demo::desk::Team;
use crate::store::Result;
use crate::store::Store;
use crate::store::job::MatchFields;
use crate::store::job::Write;

/// Name, short name and colour of the league's teams.
const TEAMS: [(&str, &str, &str); 8] = [
    ("Harbour Rovers", "HAR", "#0b5fa5"),
    ("Millbrook Athletic", "MIL", "#b3261e"),
    ("Northgate United", "NGU", "#1b7f4b"),
    ("Saltmarsh Town", "SAL", "#f2b705"),
    ("Kestrel Park", "KES", "#5b2a86"),
    ("Old Foundry", "FOU", "#3c4a57"),
    ("Riverside Wanderers", "RIV", "#0e8a9e"),
    ("Castle Hill", "CAS", "#d9480f"),
];

/// How often each kind of incident is drawn, out of all together.
const KINDS: [(&str, u32); 9] = [
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

/// Between two incidents of the league.
const PACE: Duration = Duration::from_millis(1500);

const MINUTE: i64 = 60;
const HALF: i64 = 45 * MINUTE;
const BREAK: i64 = 15 * MINUTE;

/// One match that is being played.
struct Fixture {
    id: i64,
    home: usize,
    away: usize,
    kick_off: DateTime<Utc>,
    resumed: bool,
}

/// Writes what happens in the league, as its scorers would.
pub struct League {
    desk: Desk,
    event_id: i64,
    teams: Vec<Team>,
    fixtures: Vec<Fixture>,
}

impl League {
    /// Makes the teams and has matches under way, in both halves. Gives their ids too.
    pub async fn found(store: Store, by: i64) -> Result<(Self, Vec<i64>)> {
        let desk = Desk { store, by };
        let event_id = desk.make(season::event()).await?;
        let mut league = Self { desk, event_id, teams: Vec::new(), fixtures: Vec::new() };
        for (place, team) in TEAMS.into_iter().enumerate() {
            league.teams.push(league.desk.team(place, team).await?);
        }
        for (pair, minutes_ago) in [(0, 12), (2, 31), (4, 68), (6, 96)] {
            league
                .kick_off(pair, pair + 1, Utc::now() - chrono::TimeDelta::minutes(minutes_ago))
                .await?;
        }
        league.fill_season().await?;
        let ids = league.fixtures.iter().map(|fixture| fixture.id).collect();
        Ok((league, ids))
    }

    /// Plays on until the process ends.
    pub async fn play(mut self) {
        loop {
            tokio::time::sleep(PACE).await;
            let played = rand::random_range(0..self.fixtures.len());
            if let Err(error) = self.step(played).await {
                tracing::warn!(error = %error, "The demo's next incident was refused: {error}");
            }
        }
    }

    async fn kick_off(&mut self, home: usize, away: usize, at: DateTime<Utc>) -> Result<()> {
        let fields = MatchFields {
            event_id: Some(self.event_id),
            sport: "football".to_owned(),
            format: Value::Null,
            home_team_id: self.teams[home].id,
            away_team_id: self.teams[away].id,
            starts_at: Some(at.trunc_subsecs(0)),
            venue: Some(format!("{} Ground", TEAMS[home].0)),
            visibility: "public".to_owned(),
        };
        let id = self.desk.make(Write::CreateMatch(fields)).await?;
        self.fixtures.push(Fixture { id, home, away, kick_off: at, resumed: false });
        let last = self.fixtures.len() - 1;
        self.act(last, "start", json!({}), at).await?;
        let played = (Utc::now() - at).num_seconds();
        // What happened before anybody watched: a goal here and there.
        for second in
            (7 * MINUTE..played.min(HALF)).step_by(usize::try_from(13 * MINUTE).unwrap_or(1))
        {
            let kind = if rand::random_bool(0.6) { "goal" } else { "yellow_card" };
            self.incident(last, kind, at + chrono::TimeDelta::seconds(second)).await?;
        }
        self.whistle(last).await
    }

    /// Half-time, second half and full time, when they have come.
    async fn whistle(&mut self, index: usize) -> Result<()> {
        let fixture = &self.fixtures[index];
        let (kick_off, resumed) = (fixture.kick_off, fixture.resumed);
        let played = (Utc::now() - kick_off).num_seconds();
        if !resumed && played > HALF + BREAK {
            let half_time = kick_off + chrono::TimeDelta::seconds(HALF);
            self.act(index, "pause", json!({ "reason": "half_time" }), half_time).await?;
            let second_half = half_time + chrono::TimeDelta::seconds(BREAK);
            self.act(index, "resume", json!({ "period": "second_half" }), second_half).await?;
            self.fixtures[index].resumed = true;
        }
        if played > 2 * HALF + BREAK {
            let full_time = Utc::now();
            self.act(index, "end", json!({}), full_time).await?;
            let (home, away) = (self.fixtures[index].home, self.fixtures[index].away);
            self.fixtures.remove(index);
            Box::pin(self.kick_off(away, home, full_time)).await?;
        }
        Ok(())
    }

    async fn step(&mut self, index: usize) -> Result<()> {
        let all: u32 = KINDS.iter().map(|(_, weight)| weight).sum();
        let mut drawn = rand::random_range(0..all);
        let mut kind = "foul";
        for (name, weight) in KINDS {
            if drawn < weight {
                kind = name;
                break;
            }
            drawn -= weight;
        }
        let played = (Utc::now() - self.fixtures[index].kick_off).num_seconds();
        let in_play = self.fixtures[index].resumed || played < HALF;
        if in_play {
            self.incident(index, kind, Utc::now()).await?;
        }
        self.whistle(index).await
    }

    async fn incident(&self, index: usize, kind: &str, at: DateTime<Utc>) -> Result<()> {
        let fixture = &self.fixtures[index];
        let team = &self.teams[if rand::random_bool(0.5) { fixture.home } else { fixture.away }];
        let played = (at - fixture.kick_off).num_seconds();
        let (period, second) = if fixture.resumed {
            ("second_half", played - BREAK)
        } else {
            ("first_half", played.min(HALF - 1))
        };
        let minute = second / MINUTE + 1;
        let stoppage = if fixture.resumed { (minute - 90).max(0) } else { 0 };
        let body = json!({
            "kind": kind,
            "team_id": team.id,
            "player_id": team.players.choose(&mut rand::rng()),
            "period": period,
            "minute": minute.min(90),
            "stoppage": stoppage,
        });
        self.act(index, "incidents", body, at).await
    }

    async fn act(&self, index: usize, action: &str, body: Value, at: DateTime<Utc>) -> Result<()> {
        self.desk.act(self.fixtures[index].id, action, body, at).await.map(drop)
    }
}
