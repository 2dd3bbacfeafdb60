//! Matches of cricket, twenty overs a side, one after the other and ball by ball.

mod draw;

use std::time::Duration;

use chrono::DateTime;
use chrono::SubsecRound;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use crate::domain::leaderboard::Points;
use crate::domain::leaderboard::TieBreaker;
use crate::server::demo::desk::Desk;
use crate::server::demo::desk::Team;
use crate::store::Result;
use crate::store::Store;
use crate::store::job::EventFields;
use crate::store::job::MatchFields;
use crate::store::job::Write;

/// Name, short name and colour of the clubs, whose players aren't the league's.
const CLUBS: [(&str, &str, &str); 2] =
    [("Estuary Cricket Club", "ECC", "#14532d"), ("Hillside Cricket Club", "HCC", "#7c2d12")];
const FIRST_CLUB: usize = 20;

/// Between two balls: a real one takes about forty seconds.
const PACE: Duration = Duration::from_secs(4);
const BALL: TimeDelta = TimeDelta::seconds(40);

/// How long a match has been going on when the demo starts: well into the chase.
const UNDER_WAY: TimeDelta = TimeDelta::seconds(40 * 185);

/// Who bowls which over, by shirt number: four each, nobody two running.
const BOWLERS: [usize; 20] = [11, 10, 11, 10, 9, 8, 9, 8, 7, 11, 7, 10, 9, 8, 7, 11, 10, 9, 8, 7];

/// One ground, with the match that is being played there.
pub struct Ground {
    desk: Desk,
    event_id: i64,
    clubs: [Team; 2],
    match_id: i64,
    /// What the scorer was last answered of the match.
    state: Value,
    /// Innings opened, and the next batter of the one in play.
    innings: usize,
    next: usize,
    /// Matches begun: the clubs take turns at batting first.
    begun: usize,
}

impl Ground {
    /// Makes the clubs, and plays up to now: newcomers find a match well into its second innings.
    pub async fn found(store: Store, by: i64) -> Result<Self> {
        let desk = Desk { store, by };
        let event_id = desk.make(event()).await?;
        let [first, second] = CLUBS;
        let clubs = [desk.team(FIRST_CLUB, first).await?, desk.team(FIRST_CLUB + 1, second).await?];
        let state = Value::Null;
        let mut ground =
            Self { desk, event_id, clubs, match_id: 0, state, innings: 0, next: 0, begun: 0 };
        let mut at = Utc::now() - UNDER_WAY;
        while at < Utc::now() {
            ground.step(at).await?;
            at += BALL;
        }
        Ok(ground)
    }

    pub fn match_id(&self) -> i64 {
        self.match_id
    }

    /// Plays on until the process ends.
    pub async fn play(mut self) {
        loop {
            tokio::time::sleep(PACE).await;
            if let Err(error) = self.step(Utc::now()).await {
                tracing::warn!(error = %error, "The demo's next ball was refused: {error}");
            }
        }
    }

    pub fn is_over(&self) -> bool {
        self.state["status"] == "finished"
    }

    /// The next thing a scorer enters: a match, an innings, a ball, an end.
    pub async fn step(&mut self, at: DateTime<Utc>) -> Result<()> {
        let is_open = self.state["innings"]["completed"] == false;
        if self.match_id == 0 || self.is_over() {
            self.toss(at).await
        } else if is_open {
            let ball = self.ball();
            self.act("balls", ball, at).await
        } else if self.innings < 2 {
            self.open(at).await
        } else {
            // Level, and nobody has time for a super over.
            self.act("end", json!({ "result": "tied" }), at).await
        }
    }

    async fn toss(&mut self, at: DateTime<Utc>) -> Result<()> {
        let home = self.begun % 2;
        self.match_id = self.desk.make(self.fixture(home, at)).await?;
        self.begun += 1;
        self.innings = 0;
        let toss = json!({ "winner_team_id": self.clubs[home].id, "decision": "bat" });
        self.act("toss", toss, at).await?;
        self.act("start", json!({}), at).await
    }

    /// The club that plays at home bats first.
    async fn open(&mut self, at: DateTime<Utc>) -> Result<()> {
        self.innings += 1;
        self.next = 2;
        let batting = &self.clubs[self.batting()];
        let body = json!({
            "batting_team_id": batting.id,
            "striker_id": batting.players[0],
            "non_striker_id": batting.players[1],
        });
        self.act("innings", body, at).await
    }

    fn batting(&self) -> usize {
        (self.begun + self.innings) % 2
    }

    /// A ball with whoever must come in for it.
    fn ball(&mut self) -> Value {
        let (batting, fielding) = (&self.clubs[self.batting()], &self.clubs[1 - self.batting()]);
        let free_hit = self.state["free_hit"] == true;
        let overs = self.state["innings"]["overs"].as_str().unwrap_or_default();
        let over = overs.split('.').next().and_then(|over| over.parse().ok()).unwrap_or(0);
        let bowler = BOWLERS[over % BOWLERS.len()];
        let mut ball = draw::ball(&fielding.players, bowler, free_hit);
        for place in ["striker", "non_striker"] {
            if self.state[place].is_null() {
                ball[format!("{place}_id")] = json!(batting.players.get(self.next));
                self.next += 1;
            }
        }
        if self.state["bowler"].is_null() {
            ball["bowler_id"] = json!(fielding.players[bowler - 1]);
        }
        ball
    }

    async fn act(&mut self, action: &str, body: Value, at: DateTime<Utc>) -> Result<()> {
        let mut answer = self.desk.act(self.match_id, action, body, at).await?;
        let within = answer.get_mut("state").map(Value::take);
        self.state = within.unwrap_or(answer);
        Ok(())
    }

    fn fixture(&self, home: usize, at: DateTime<Utc>) -> Write {
        Write::CreateMatch(MatchFields {
            event_id: Some(self.event_id),
            sport: "cricket".to_owned(),
            format: json!("t20"),
            home_team_id: self.clubs[home].id,
            away_team_id: self.clubs[1 - home].id,
            starts_at: Some(at.trunc_subsecs(0)),
            venue: Some("The Water Meadow".to_owned()),
            visibility: "public".to_owned(),
        })
    }
}

fn event() -> Write {
    Write::CreateEvent(EventFields {
        name: "Estuary Twenty20".to_owned(),
        sport: "cricket".to_owned(),
        visibility: "public".to_owned(),
        points: Points { win: 2, draw: 1, loss: 0, no_result: 1 },
        tie_breakers: vec![TieBreaker::Points, TieBreaker::NetRunRate],
        capacity: None,
        max_quantity: None,
        ticket_types: Vec::new(),
    })
}
