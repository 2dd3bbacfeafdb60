//! Commits a script to the store: teams, players, the match, and each command exactly once.

use std::fmt::Write as _;
use std::time::Duration;

use aws_lc_rs::digest;
use chrono::{SubsecRound, Utc};
use serde_json::json;

use crate::domain::time;
use crate::domain::visibility::Visibility;
use crate::import::command_script::{CommandScript, ScriptedCommand};
use crate::import::cricsheet::CricsheetFile;
use crate::import::invalid_file::InvalidFile;
use crate::import::roster::{Roster, RosterTeam};
use crate::import::script;
use crate::sports::{MatchAction, Player};
use crate::store::mutation::{
    AddPlayer, ApplyMatchAction, CreateMatch, CreateTeam, IdempotencyKey, MatchPlace, Mutation,
    MutationRequest, NewMatch, NewPlayer, NewTeam, Outcome,
};
use crate::store::{ListQuery, Store, StoreError, VisibilityScope};

/// Options of an import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The user who imports the match and becomes its creator.
    pub user_id: i64,
    /// The event that the match belongs to.
    pub event_id: Option<i64>,
    /// Pace as a multiple of the speed of play; `None` imports the whole match at once.
    pub speed: Option<u32>,
}

/// The outcome of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedMatch {
    pub match_id: i64,
    /// `Kings won by 12 runs`
    pub result_text: String,
}

/// Why an import failed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is invalid; nothing was written.
    #[error(transparent)]
    InvalidFile(#[from] InvalidFile),
    /// The store failed, possibly after a part of the commands; the import can be repeated.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Commits the mutations of one file.
struct ImportWriter<'a> {
    store: &'a Store,
    options: &'a ImportOptions,
    /// Prefix of idempotency keys: the file's name.
    key_prefix: String,
}

/// Imports the match of a file with this name and text; an invalid file writes nothing.
///
/// Idempotency keys of the file's name and the command's number make repeated imports skip what
/// an earlier, interrupted one has committed. `progress` is called with done and total commands.
pub async fn import_match(
    store: &Store,
    options: &ImportOptions,
    (name, text): (&str, &str),
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<ImportedMatch, ImportError> {
    let (file, simulated) = simulate_file(text)?;
    let writer = ImportWriter { store, options, key_prefix: sanitise_for_key(name) };
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
    let result_text = simulated.scorecard["result"]["text"].as_str().unwrap_or("no result");
    Ok(ImportedMatch { match_id, result_text: result_text.to_owned() })
}

/// Plays a file in memory only, so that one that the rules reject leaves nothing in the store.
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
        Err(InvalidFile::new(format!("event {id}"), "no such cricket event").into())
    }

    /// The roster with stored ids; teams and players are found by name, or created.
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
        let existing_players = self.ids_by_name(ListQuery::Players { team_id: team.id }).await?;
        for player in &mut team.players {
            let fields = NewPlayer { name: player.name.clone(), shirt_number: None };
            let id = match find_id(&existing_players, &player.name) {
                Some(id) => id,
                None => self.create(AddPlayer { team_id: team.id, fields }).await?,
            };
            *player = Player { id, team_id: team.id, ..player.clone() };
        }
        Ok(())
    }

    /// Names and ids of all items of a list, over all pages.
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
            place: MatchPlace { venue: file.info.venue.clone(), ..MatchPlace::default() },
            visibility: Visibility::Public,
            event_id: self.options.event_id,
        };
        let event = self.options.event_id.map_or(String::new(), |id| format!("-{id}"));
        let key = format!("{}-match{event}", self.key_prefix);
        let key = idempotency_key("POST /api/matches".to_owned(), key, &match_fields_json(&fields));
        let outcome = self.commit(Some(key), CreateMatch(fields)).await?;
        Ok(created_id(&outcome)?)
    }

    /// Commits one command of the script, and if the import is paced, waits for the next.
    async fn send_command(
        &self,
        match_id: i64,
        number: usize,
        command: &ScriptedCommand,
    ) -> Result<(), StoreError> {
        const BALL_DURATION: Duration = Duration::from_secs(40);
        let path = format!("POST /api/matches/{match_id}/{}", command.action);
        let body = command.body.to_string();
        let key = idempotency_key(path, format!("{}-{number}", self.key_prefix), &body);
        let action = MatchAction::from_name(command.action).ok_or_else(|| {
            StoreError::Internal(format!("no sport has the action {}", command.action))
        })?;
        let mutation = ApplyMatchAction {
            match_id,
            action,
            body: command.body.clone(),
            occurred_at: self.options.speed.is_none().then_some(command.at),
        };
        let outcome = self.commit(Some(key), mutation).await?;
        if let Some(speed) = self.options.speed
            && !outcome.is_replay
        {
            tokio::time::sleep(BALL_DURATION / speed.max(1)).await;
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
        let request = MutationRequest {
            idempotency_key: key,
            ..MutationRequest::new(self.options.user_id, Utc::now().trunc_subsecs(3))
        };
        self.store.commit(request, mutation).await
    }
}

fn new_team(name: &str) -> NewTeam {
    NewTeam {
        name: name.to_owned(),
        short_name: None,
        colour: None,
        visibility: Visibility::Public,
    }
}

/// A match's fields as JSON, hashed into the idempotency key to detect a different import.
fn match_fields_json(fields: &NewMatch) -> String {
    let NewMatch {
        sport,
        format,
        home_team_id,
        away_team_id,
        starts_at,
        place: MatchPlace { venue, .. },
        visibility,
        event_id,
    } = fields;
    json!({
        "sport": sport, "format": format, "home_team_id": home_team_id,
        "away_team_id": away_team_id, "starts_at": starts_at.map(time::format), "venue": venue,
        "visibility": visibility, "event_id": event_id,
    })
    .to_string()
}

fn find_id(existing: &[(String, i64)], name: &str) -> Option<i64> {
    existing.iter().find(|(other, _)| other == name).map(|(_, id)| *id)
}

fn created_id(outcome: &Outcome) -> Result<i64, StoreError> {
    let id = outcome.body["id"].as_i64();
    id.ok_or_else(|| StoreError::Internal("the created resource has no id".to_owned()))
}

/// Reduces a name to 80 visible ASCII characters, which leaves room for a number in the key.
fn sanitise_for_key(name: &str) -> String {
    let replace_invalid = |c: char| if c.is_ascii_graphic() { c } else { '_' };
    name.chars().map(replace_invalid).take(80).collect()
}

fn idempotency_key(path: String, key: String, body: &str) -> IdempotencyKey {
    let hash = digest::digest(&digest::SHA256, body.as_bytes());
    let body_hash = hash.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    IdempotencyKey { scope: path, key, body_hash }
}
