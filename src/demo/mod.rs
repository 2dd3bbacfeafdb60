//! The demo: a fictional league whose matches are in progress, so that all pages show live data.

pub mod cricket;
mod league;
mod scorer;
mod season;

use cricket::CricketGround;
use league::DemoLeague;

use crate::store::{Result, Store};

/// What is played, for people.
pub const SUMMARY: &str = "A football league and a cricket match are in progress";

/// The demo before it runs: everything is created, and some of it has been played.
pub struct Demo {
    league: DemoLeague,
    ground: CricketGround,
    /// The matches in progress.
    pub match_ids: Vec<i64>,
}

impl Demo {
    /// Creates events, teams and matches as this user.
    pub async fn create(store: &Store, user_id: i64) -> Result<Self> {
        let (league, mut match_ids) = DemoLeague::create(store.clone(), user_id).await?;
        let ground = CricketGround::create(store.clone(), user_id).await?;
        match_ids.push(ground.match_id());
        Ok(Self { league, ground, match_ids })
    }

    /// Plays in the background until the process ends.
    pub fn spawn(self) {
        tokio::spawn(self.league.run());
        tokio::spawn(self.ground.run());
    }
}
