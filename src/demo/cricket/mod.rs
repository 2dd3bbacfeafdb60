//! Simulates Twenty20 cricket matches ball by ball, one after the other.

mod random_ball;

use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::demo::scorer::{DemoScorer, DemoTeam};
use crate::domain::leaderboard::{Points, TieBreaker};
use crate::domain::matches::MatchStatus;
use crate::domain::visibility::Visibility;
use crate::store::mutation::{CreateEvent, CreateMatch, MatchPlace, NewEvent, NewMatch};
use crate::store::{Result, Store};

/// Name, short name and colour of the two clubs.
const CLUBS: [(&str, &str, &str); 2] =
    [("Estuary Cricket Club", "ECC", "#14532d"), ("Hillside Cricket Club", "HCC", "#7c2d12")];
/// Seed of player names, so that they differ from those of the league.
const FIRST_CLUB_NAME_OFFSET: usize = 20;

/// Real time between two simulated balls.
const BALL_INTERVAL: Duration = Duration::from_secs(4);
/// Duration of a ball in a real match.
const BALL_DURATION: TimeDelta = TimeDelta::seconds(40);

/// Age of the match when the demo starts, which puts it well into the chase.
const ELAPSED_AT_START: TimeDelta = TimeDelta::seconds(40 * 185);

/// Shirt number of the bowler of each over: at most four overs each, never two in a row.
const BOWLER_BY_OVER: [usize; 20] =
    [11, 10, 11, 10, 9, 8, 9, 8, 7, 11, 7, 10, 9, 8, 7, 11, 10, 9, 8, 7];

/// A ground with its current match.
pub struct CricketGround {
    scorer: DemoScorer,
    event_id: i64,
    clubs: [DemoTeam; 2],
    match_id: i64,
    /// The match state in the response to the last command.
    match_state: Value,
    /// Innings opened in the current match.
    innings_opened: usize,
    /// Index of the next batter of the current innings.
    next_batter: usize,
    /// Matches started; the clubs alternate in batting first.
    matches_started: usize,
}

impl CricketGround {
    /// Creates the clubs, and plays a match up to its second innings.
    pub async fn create(store: Store, user_id: i64) -> Result<Self> {
        let scorer = DemoScorer { store, user_id };
        let event_id = scorer.create(new_event()).await?;
        let [first, second] = CLUBS;
        let clubs = [
            scorer.create_team(FIRST_CLUB_NAME_OFFSET, first).await?,
            scorer.create_team(FIRST_CLUB_NAME_OFFSET + 1, second).await?,
        ];
        let mut ground = Self {
            scorer,
            event_id,
            clubs,
            match_id: 0,
            match_state: Value::Null,
            innings_opened: 0,
            next_batter: 0,
            matches_started: 0,
        };
        let mut at = Utc::now() - ELAPSED_AT_START;
        while at < Utc::now() {
            ground.record_next(at).await?;
            at += BALL_DURATION;
        }
        Ok(ground)
    }

    /// Id of the current match.
    pub fn match_id(&self) -> i64 {
        self.match_id
    }

    /// Plays until the process ends.
    pub async fn run(mut self) {
        loop {
            tokio::time::sleep(BALL_INTERVAL).await;
            if let Err(error) = self.record_next(Utc::now()).await {
                tracing::warn!(error = %error, "The demo's next ball was rejected: {error}");
            }
        }
    }

    /// Whether the current match has a result.
    pub fn is_match_over(&self) -> bool {
        self.match_state["status"] == MatchStatus::Finished.as_str()
    }

    /// Records what comes next: a match, an innings, a ball or the end.
    pub async fn record_next(&mut self, at: DateTime<Utc>) -> Result<()> {
        let is_open = self.match_state["innings"]["completed"] == false;
        if self.match_id == 0 || self.is_match_over() {
            self.start_match(at).await
        } else if is_open {
            let ball = self.next_ball();
            self.apply_action("balls", ball, at).await
        } else if self.innings_opened < 2 {
            self.open_innings(at).await
        } else {
            // The demo ends tied matches without a super over.
            self.apply_action("end", json!({ "result": "tied" }), at).await
        }
    }

    async fn start_match(&mut self, at: DateTime<Utc>) -> Result<()> {
        let home = self.matches_started % 2;
        self.match_id = self.scorer.create(self.new_match(home, at)).await?;
        self.matches_started += 1;
        self.innings_opened = 0;
        let toss = json!({ "winner_team_id": self.clubs[home].id, "decision": "bat" });
        self.apply_action("toss", toss, at).await?;
        self.apply_action("start", json!({}), at).await
    }

    /// Opens an innings; the home club bats first.
    async fn open_innings(&mut self, at: DateTime<Utc>) -> Result<()> {
        self.innings_opened += 1;
        self.next_batter = 2;
        let batting = &self.clubs[self.batting_club()];
        let body = json!({
            "batting_team_id": batting.id,
            "striker_id": batting.players[0],
            "non_striker_id": batting.players[1],
        });
        self.apply_action("innings", body, at).await
    }

    fn batting_club(&self) -> usize {
        (self.matches_started + self.innings_opened) % 2
    }

    /// The body of a random ball, with the batters and bowler that must come in for it.
    fn next_ball(&mut self) -> Value {
        let (batting, fielding) =
            (&self.clubs[self.batting_club()], &self.clubs[1 - self.batting_club()]);
        let free_hit = self.match_state["free_hit"] == true;
        let overs = self.match_state["innings"]["overs"].as_str().unwrap_or_default();
        let over = overs.split('.').next().and_then(|over| over.parse().ok()).unwrap_or(0);
        let bowler = BOWLER_BY_OVER[over % BOWLER_BY_OVER.len()];
        let mut ball = random_ball::random_ball(&fielding.players, bowler, free_hit);
        for role in ["striker", "non_striker"] {
            if self.match_state[role].is_null() {
                ball[format!("{role}_id")] = json!(batting.players.get(self.next_batter));
                self.next_batter += 1;
            }
        }
        if self.match_state["bowler"].is_null() {
            ball["bowler_id"] = json!(fielding.players[bowler - 1]);
        }
        ball
    }

    async fn apply_action(&mut self, action: &str, body: Value, at: DateTime<Utc>) -> Result<()> {
        let mut response = self.scorer.apply_action(self.match_id, action, body, at).await?;
        let nested_state = response.get_mut("state").map(Value::take);
        self.match_state = nested_state.unwrap_or(response);
        Ok(())
    }

    fn new_match(&self, home: usize, at: DateTime<Utc>) -> CreateMatch {
        CreateMatch(NewMatch {
            event_id: Some(self.event_id),
            sport: "cricket".to_owned(),
            format: json!("t20"),
            home_team_id: self.clubs[home].id,
            away_team_id: self.clubs[1 - home].id,
            starts_at: Some(at.trunc_subsecs(0)),
            place: MatchPlace {
                venue: Some("The Water Meadow".to_owned()),
                ..MatchPlace::default()
            },
            visibility: Visibility::Public,
        })
    }
}

fn new_event() -> CreateEvent {
    CreateEvent(NewEvent {
        name: "Estuary Twenty20".to_owned(),
        sport: "cricket".to_owned(),
        visibility: Visibility::Public,
        points: Points { win: 2, draw: 1, loss: 0, no_result: 1 },
        tie_breakers: vec![TieBreaker::Points, TieBreaker::NetRunRate],
        capacity: None,
        max_quantity: None,
        ticket_types: Vec::new(),
    })
}
