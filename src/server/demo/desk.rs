//! What the demo's scorers write with: the store's own jobs.

use chrono::DateTime;
use chrono::SubsecRound;
use chrono::Utc;
use serde_json::Value;

use crate::store::Result;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::job::Job;
use crate::store::job::PlayerFields;
use crate::store::job::TeamFields;
use crate::store::job::Write;

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

/// One team and its players' ids.
pub struct Team {
    pub id: i64,
    pub players: Vec<i64>,
}

/// Writes as one user.
pub struct Desk {
    pub store: Store,
    pub by: i64,
}

impl Desk {
    /// A public team of eleven; those of another place are others.
    pub async fn team(
        &self,
        place: usize,
        (name, short_name, colour): (&str, &str, &str),
    ) -> Result<Team> {
        let fields = TeamFields {
            name: name.to_owned(),
            short_name: Some(short_name.to_owned()),
            colour: Some(colour.to_owned()),
            visibility: "public".to_owned(),
        };
        let id = self.make(Write::CreateTeam(fields)).await?;
        let mut players = Vec::new();
        for number in 1..=11 {
            let place = place * 7 + number;
            let given = GIVEN[place % GIVEN.len()];
            let family = FAMILY[(place * 5 + number) % FAMILY.len()];
            let fields = PlayerFields {
                name: format!("{given} {family}"),
                shirt_number: i32::try_from(number).ok(),
            };
            players.push(self.make(Write::AddPlayer { team_id: id, fields }).await?);
        }
        Ok(Team { id, players })
    }

    /// A scorer's command; gives what it is answered.
    pub async fn act(
        &self,
        match_id: i64,
        action: &str,
        body: Value,
        at: DateTime<Utc>,
    ) -> Result<Value> {
        let write = Write::Act {
            match_id,
            action: action.to_owned(),
            body,
            occurred_at: Some(at.trunc_subsecs(3)),
        };
        self.store.write(self.job(write)).await.map(|done| done.body)
    }

    /// Makes something and gives its id.
    pub async fn make(&self, write: Write) -> Result<i64> {
        let done = self.store.write(self.job(write)).await?;
        let id = done.body["id"].as_i64();
        id.ok_or_else(|| StoreError::Failed("what was made has no id".to_owned()))
    }

    pub fn job(&self, write: Write) -> Job {
        Job { by: self.by, at: Utc::now().trunc_subsecs(3), key: None, if_match: None, write }
    }
}
