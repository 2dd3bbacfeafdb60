//! What the demo's scorers write with: the store's own jobs.

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::Value;

use crate::store::mutation::{
    AddPlayer, ApplyMatchAction, CreateTeam, Mutation, MutationRequest, NewPlayer, NewTeam, Outcome,
};
use crate::store::{Result, Store, StoreError};

const GIVEN_NAMES: [&str; 12] =
    ["Ada", "Bram", "Caio", "Dana", "Elif", "Femi", "Goran", "Hana", "Ivo", "Jun", "Kaya", "Lior"];

const FAMILY_NAMES: [&str; 12] = [
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
pub struct DemoTeam {
    pub id: i64,
    pub players: Vec<i64>,
}

/// Writes as one user.
pub struct DemoScorer {
    pub store: Store,
    pub user_id: i64,
}

impl DemoScorer {
    /// A public team of eleven; those of another place are others.
    pub async fn create_team(
        &self,
        name_offset: usize,
        (name, short_name, colour): (&str, &str, &str),
    ) -> Result<DemoTeam> {
        let fields = NewTeam {
            name: name.to_owned(),
            short_name: Some(short_name.to_owned()),
            colour: Some(colour.to_owned()),
            visibility: "public".to_owned(),
        };
        let id = self.create(CreateTeam(fields)).await?;
        let mut players = Vec::new();
        for number in 1..=11 {
            let place = name_offset * 7 + number;
            let given_name = GIVEN_NAMES[place % GIVEN_NAMES.len()];
            let family_name = FAMILY_NAMES[(place * 5 + number) % FAMILY_NAMES.len()];
            let fields = NewPlayer {
                name: format!("{given_name} {family_name}"),
                shirt_number: i32::try_from(number).ok(),
            };
            players.push(self.create(AddPlayer { team_id: id, fields }).await?);
        }
        Ok(DemoTeam { id, players })
    }

    /// A scorer's command; gives what it is answered.
    pub async fn apply_action(
        &self,
        match_id: i64,
        action: &str,
        body: Value,
        at: DateTime<Utc>,
    ) -> Result<Value> {
        let mutation = ApplyMatchAction {
            match_id,
            action: action.to_owned(),
            body,
            occurred_at: Some(at.trunc_subsecs(3)),
        };
        self.commit(mutation).await.map(|outcome| outcome.body)
    }

    /// Makes something and gives its id.
    pub async fn create(&self, mutation: impl Mutation) -> Result<i64> {
        let outcome = self.commit(mutation).await?;
        let id = outcome.body["id"].as_i64();
        id.ok_or_else(|| StoreError::Internal("what was made has no id".to_owned()))
    }

    /// Commits a mutation as the demo's user.
    pub async fn commit<M: Mutation>(&self, mutation: M) -> Result<Outcome> {
        let received_at = Utc::now().trunc_subsecs(3);
        self.store.commit(MutationRequest::new(self.user_id, received_at), mutation).await
    }
}
