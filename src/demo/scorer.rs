//! The demo's scorer, which commits mutations to the store directly.

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::Value;

use crate::domain::visibility::Visibility;
use crate::sports::MatchAction;
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

/// A team of the demo.
pub struct DemoTeam {
    pub id: i64,
    /// Ids of the players, by shirt number from 1.
    pub players: Vec<i64>,
}

/// Commits mutations as one user.
pub struct DemoScorer {
    pub store: Store,
    pub user_id: i64,
}

impl DemoScorer {
    /// Creates a public team of eleven players; `name_offset` varies their names.
    pub async fn create_team(
        &self,
        name_offset: usize,
        (name, short_name, colour): (&str, &str, &str),
    ) -> Result<DemoTeam> {
        let fields = NewTeam {
            name: name.to_owned(),
            short_name: Some(short_name.to_owned()),
            colour: Some(colour.to_owned()),
            visibility: Visibility::Public,
        };
        let id = self.create(CreateTeam(fields)).await?;
        let mut players = Vec::new();
        for number in 1..=11 {
            let name_index = name_offset * 7 + number;
            let given_name = GIVEN_NAMES[name_index % GIVEN_NAMES.len()];
            let family_name = FAMILY_NAMES[(name_index * 5 + number) % FAMILY_NAMES.len()];
            let fields = NewPlayer {
                name: format!("{given_name} {family_name}"),
                shirt_number: i32::try_from(number).ok(),
            };
            players.push(self.create(AddPlayer { team_id: id, fields }).await?);
        }
        Ok(DemoTeam { id, players })
    }

    /// Commits a match action; returns the body of the response.
    pub async fn apply_action(
        &self,
        match_id: i64,
        action: &str,
        body: Value,
        at: DateTime<Utc>,
    ) -> Result<Value> {
        let action = MatchAction::from_name(action)
            .ok_or_else(|| StoreError::Internal(format!("no sport has the action {action}")))?;
        let mutation =
            ApplyMatchAction { match_id, action, body, occurred_at: Some(at.trunc_subsecs(3)) };
        self.commit(mutation).await.map(|outcome| outcome.body)
    }

    /// Commits a mutation that creates something; returns its id.
    pub async fn create(&self, mutation: impl Mutation) -> Result<i64> {
        let outcome = self.commit(mutation).await?;
        let id = outcome.body["id"].as_i64();
        id.ok_or_else(|| StoreError::Internal("the created resource has no id".to_owned()))
    }

    /// Commits a mutation as this user, now.
    pub async fn commit(&self, mutation: impl Mutation) -> Result<Outcome> {
        let request = MutationRequest::new(self.user_id, Utc::now().trunc_subsecs(3));
        self.store.commit(request, mutation).await
    }
}
