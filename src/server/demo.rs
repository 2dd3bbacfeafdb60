//! An invented league whose matches are being played, so that a newcomer sees pages move.

mod season;

use std::time::Duration;

use chrono::DateTime;
use chrono::SubsecRound;
use chrono::Utc;
use rand::seq::IndexedRandom;
use serde_json::Value;
use serde_json::json;

use crate::store::Result;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::job::Job;
use crate::store::job::MatchFields;
use crate::store::job::PlayerFields;
use crate::store::job::TeamFields;
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

const GIVEN: [&str; 12] =
    ["Ada", "Bram", "Caio", "Dana", "Elif", "Femi", "Goran", "Hana", "Ivo", "Jun", "Kaya", "Lior"];

const FAMILY: [&str; 12] = [
    "Okafor",
    "Lindqvist",
    "Moreau",
    "Tanaka",
    "Silva",
    "Novak",
    "Haddad",
    "Byrne",
    "Castellanos",
    "Iversen",
    "Mbeki",
    "Rossi",
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

/// One team and its players' ids.
struct Team {
    id: i64,
    players: Vec<i64>,
}

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
    store: Store,
    by: i64,
    event_id: i64,
    teams: Vec<Team>,
    fixtures: Vec<Fixture>,
}

impl League {
    /// Makes the teams and has matches under way, in both halves. Gives their ids too.
    pub async fn found(store: Store, by: i64) -> Result<(Self, Vec<i64>)> {
        let mut league = Self { store, by, event_id: 0, teams: Vec::new(), fixtures: Vec::new() };
        league.event_id = league.make(season::event()).await?;
        for (name, short_name, colour) in TEAMS {
            league.add_team(name, short_name, colour).await?;
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

    async fn add_team(&mut self, name: &str, short_name: &str, colour: &str) -> Result<()> {
        let fields = TeamFields {
            name: name.to_owned(),
            short_name: Some(short_name.to_owned()),
            colour: Some(colour.to_owned()),
            visibility: "public".to_owned(),
        };
        let id = self.make(Write::CreateTeam(fields)).await?;
        let mut players = Vec::new();
        for number in 1..=11 {
            let place = self.teams.len() * 7 + number;
            let given = GIVEN[place % GIVEN.len()];
            let family = FAMILY[(place * 5 + number) % FAMILY.len()];
            let fields = PlayerFields {
                name: format!("{given} {family}"),
                shirt_number: i32::try_from(number).ok(),
            };
            players.push(self.make(Write::AddPlayer { team_id: id, fields }).await?);
        }
        self.teams.push(Team { id, players });
        Ok(())
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
        let id = self.make(Write::CreateMatch(fields)).await?;
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
        let write = Write::Act {
            match_id: self.fixtures[index].id,
            action: action.to_owned(),
            body,
            occurred_at: Some(at.trunc_subsecs(3)),
        };
        self.store.write(self.job(write)).await.map(|_| ())
    }

    /// Makes something and gives its id.
    async fn make(&self, write: Write) -> Result<i64> {
        let done = self.store.write(self.job(write)).await?;
        let id = done.body["id"].as_i64();
        id.ok_or_else(|| StoreError::Failed("what was made has no id".to_owned()))
    }

    fn job(&self, write: Write) -> Job {
        Job { by: self.by, at: Utc::now().trunc_subsecs(3), key: None, if_match: None, write }
    }
}
