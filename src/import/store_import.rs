//! A script as writes: the teams, their players, the match, and each command once.

use std::fmt::Write as _;
use std::time::Duration;

use aws_lc_rs::digest;
use chrono::{SubsecRound, Utc};
use serde_json::json;

use crate::domain::time;
use crate::import::roster::RosterTeam;
use crate::import::{CommandScript, CricsheetFile, InvalidFile, Roster, ScriptedCommand, script};
use crate::sports::Player;
use crate::store::mutation::{
    AddPlayer, ApplyMatchAction, CreateMatch, CreateTeam, IdempotencyKey, Mutation,
    MutationRequest, NewMatch, NewPlayer, NewTeam, Outcome,
};
use crate::store::{ListQuery, Store, StoreError, VisibilityScope};

/// How a file is to be entered.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The user who enters it.
    pub user_id: i64,
    pub event_id: Option<i64>,
    /// How many times as fast as it was played; none for all at once.
    pub speed: Option<u32>,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedMatch {
    pub match_id: i64,
    /// `Kings won by 12 runs`
    pub result_text: String,
}

/// Why a file was not entered, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Nothing was written.
    #[error(transparent)]
    InvalidFile(#[from] InvalidFile),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The writes of one file.
struct ImportWriter<'a> {
    store: &'a Store,
    options: &'a ImportOptions,
    /// The file's name, as it stands in keys.
    key_prefix: String,
}

/// Enters the match of a file with this name and text, whole or not at all.
///
/// Each write is known by the file's name and its number: what was entered before, by an import
/// that broke off, is passed over. `progress(done, of)`.
pub async fn import_match(
    store: &Store,
    options: &ImportOptions,
    (name, text): (&str, &str),
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<ImportedMatch, ImportError> {
    let (file, rehearsed) = simulate_file(text)?;
    let writer = ImportWriter { store, options: options, key_prefix: sanitise_for_key(name) };
    writer.check_event().await?;
    let roster = writer.resolve_roster(&file).await?;
    let match_id = writer.create_match(&file, &roster).await?;
    let script = script::build_script(&file, &roster)?;
    let total = script.commands.len() as u64;
    for (number, command) in script.commands.iter().enumerate() {
        progress(number as u64, total);
        writer.send_command(match_id, number, command).await?;
    }
    progress(total, total);
    let text = rehearsed.scorecard["result"]["text"].as_str().unwrap_or("no result").to_owned();
    Ok(ImportedMatch { match_id, result_text: text })
}

/// Plays a file in memory only: what the rules refuse must leave nothing behind.
pub fn simulate_file(text: &str) -> Result<(CricsheetFile, CommandScript), InvalidFile> {
    let file = CricsheetFile::parse(text)?;
    let script = script::build_script(&file, &Roster::with_temporary_ids(&file)?)?;
    Ok((file, script))
}

impl ImportWriter<'_> {
    async fn check_event(&self) -> Result<(), ImportError> {
        let Some(id) = self.options.event_id else { return Ok(()) };
        let stored = self.store.event(id).await?;
        if stored.is_some_and(|(_, event)| event["sport"] == "cricket") {
            return Ok(());
        }
        Err(InvalidFile::new(format!("event {id}"), "there is no such event of cricket").into())
    }

    /// The file's teams and players as they are stored, found by their names or made.
    async fn resolve_roster(&self, file: &CricsheetFile) -> Result<Roster, ImportError> {
        let Roster { teams: [mut home, mut away] } = Roster::with_temporary_ids(file)?;
        self.resolve_team(&mut home).await?;
        self.resolve_team(&mut away).await?;
        Ok(Roster { teams: [home, away] })
    }

    async fn resolve_team(&self, team: &mut RosterTeam) -> Result<(), ImportError> {
        let query = ListQuery::Teams {
            scope: VisibilityScope { user_id: Some(self.options.user_id), sees_all: true },
        };
        let existing = self.ids_by_name(query).await?;
        team.id = match find_id(&existing, &team.name) {
            Some(id) => id,
            None => self.create(CreateTeam(new_team(&team.name))).await?,
        };
        let known = self.ids_by_name(ListQuery::Players { team_id: team.id }).await?;
        for player in &mut team.players {
            let fields = NewPlayer { name: player.name.clone(), shirt_number: None };
            let id = match find_id(&known, &player.name) {
                Some(id) => id,
                None => self.create(AddPlayer { team_id: team.id, fields }).await?,
            };
            *player = Player { id, team_id: team.id, ..player.clone() };
        }
        Ok(())
    }

    /// Names and ids of a whole list.
    async fn ids_by_name(&self, query: ListQuery) -> Result<Vec<(String, i64)>, StoreError> {
        let (mut all, mut after) = (Vec::new(), Some(0));
        while let Some(start) = after {
            let page = self.store.list(query.clone(), start, 500).await?;
            all.extend(page.items.iter().filter_map(|item| {
                Some((item["name"].as_str()?.to_owned(), item["id"].as_i64()?))
            }));
            after = page.next;
        }
        Ok(all)
    }

    async fn create_match(
        &self,
        file: &CricsheetFile,
        roster: &Roster,
    ) -> Result<i64, ImportError> {
        let [home, away] = &roster.teams;
        let fields = NewMatch {
            sport: "cricket".to_owned(),
            format: script::match_format(file),
            home_team_id: home.id,
            away_team_id: away.id,
            starts_at: Some(script::start_time(file)?),
            venue: file.info.venue.clone(),
            visibility: "public".to_owned(),
            event_id: self.options.event_id,
        };
        let event = self.options.event_id.map_or(String::new(), |id| format!("-{id}"));
        let key = format!("{}-match{event}", self.key_prefix);
        let key = idempotency_key("POST /api/matches".to_owned(), key, &described(&fields));
        let outcome = self.commit(Some(key), CreateMatch(fields)).await?;
        Ok(created_id(&outcome)?)
    }

    /// One command of the script; after its time where the import is paced.
    async fn send_command(
        &self,
        match_id: i64,
        number: usize,
        command: &ScriptedCommand,
    ) -> Result<(), StoreError> {
        const BALL: Duration = Duration::from_secs(40);
        let path = format!("POST /api/matches/{match_id}/{}", command.action);
        let body = command.body.to_string();
        let key = idempotency_key(path, format!("{}-{number}", self.key_prefix), &body);
        let mutation = ApplyMatchAction {
            match_id,
            action: command.action.to_owned(),
            body: command.body.clone(),
            occurred_at: self.options.speed.is_none().then_some(command.at),
        };
        let outcome = self.commit(Some(key), mutation).await?;
        if let Some(speed) = self.options.speed
            && !outcome.is_replay
        {
            tokio::time::sleep(BALL / speed.max(1)).await;
        }
        Ok(())
    }

    async fn create(&self, mutation: impl Mutation) -> Result<i64, StoreError> {
        created_id(&self.commit(None, mutation).await?)
    }

    async fn commit(
        &self,
        key: Option<IdempotencyKey>,
        mutation: impl Mutation,
    ) -> Result<Outcome, StoreError> {
        let at = Utc::now().trunc_subsecs(3);
        let request = MutationRequest::new(self.options.user_id, at);
        self.store.commit(MutationRequest { idempotency_key: key, ..request }, mutation).await
    }
}

fn new_team(name: &str) -> NewTeam {
    NewTeam {
        name: name.to_owned(),
        short_name: None,
        colour: None,
        visibility: "public".to_owned(),
    }
}

/// A match's fields as JSON, by which a repeated import is known to be the same.
fn described(fields: &NewMatch) -> String {
    let NewMatch {
        sport,
        format,
        home_team_id,
        away_team_id,
        starts_at,
        venue,
        visibility,
        event_id,
    } = fields;
    json!({
        "sport": sport, "format": format, "home_team_id": home_team_id,
        "away_team_id": away_team_id, "starts_at": starts_at.map(time::text), "venue": venue,
        "visibility": visibility, "event_id": event_id,
    })
    .to_string()
}

fn find_id(existing: &[(String, i64)], name: &str) -> Option<i64> {
    existing.iter().find(|(other, _)| other == name).map(|(_, id)| *id)
}

fn created_id(outcome: &Outcome) -> Result<i64, StoreError> {
    let id = outcome.body["id"].as_i64();
    id.ok_or_else(|| StoreError::Internal("what was made has no id".to_owned()))
}

/// Visible ASCII characters, and few enough for a number after them.
fn sanitise_for_key(name: &str) -> String {
    let fit = |character: char| if character.is_ascii_graphic() { character } else { '_' };
    name.chars().map(fit).take(80).collect()
}

fn idempotency_key(path: String, key: String, body: &str) -> IdempotencyKey {
    let hash = digest::digest(&digest::SHA256, body.as_bytes());
    let body_hash = hash.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    IdempotencyKey { scope: path, key, body_hash }
}
