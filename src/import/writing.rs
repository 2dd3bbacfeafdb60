//! A script as writes: the teams, their players, the match, and each command once.

use std::fmt::Write as _;
use std::time::Duration;

use aws_lc_rs::digest;
use chrono::SubsecRound;
use chrono::Utc;
use serde_json::json;

use crate::domain::time;
use crate::import::Line;
use crate::import::Misfit;
use crate::import::Roster;
use crate::import::Script;
use crate::import::Sheet;
use crate::import::roster::Team;
use crate::import::script;
use crate::sports::Player;
use crate::store::ListOf;
use crate::store::SeenBy;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::job::Done;
use crate::store::job::Job;
use crate::store::job::Key;
use crate::store::job::MatchFields;
use crate::store::job::PlayerFields;
use crate::store::job::TeamFields;
use crate::store::job::Write;

/// How a file is to be entered.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The user who enters it.
    pub by: i64,
    pub event_id: Option<i64>,
    /// How many times as fast as it was played; none for all at once.
    pub speed: Option<u32>,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub match_id: i64,
    /// `Kings won by 12 runs`
    pub text: String,
}

/// Why a file was not entered, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Nothing was written.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The writes of one file.
struct Writer<'a> {
    store: &'a Store,
    wish: &'a Wish,
    /// The file's name, as it stands in keys.
    name: String,
}

/// Enters the match of a file with this name and text, whole or not at all.
///
/// Each write is known by the file's name and its number: what was entered before, by an import
/// that broke off, is passed over. `progress(done, of)`.
pub async fn write(
    store: &Store,
    wish: &Wish,
    (name, text): (&str, &str),
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Imported, Fault> {
    let (sheet, rehearsed) = rehearse(text)?;
    let writer = Writer { store, wish, name: fit_for_keys(name) };
    writer.check_event().await?;
    let roster = writer.roster(&sheet).await?;
    let match_id = writer.game(&sheet, &roster).await?;
    let script = script::play(&sheet, &roster)?;
    let of = script.lines.len() as u64;
    for (number, line) in script.lines.iter().enumerate() {
        progress(number as u64, of);
        writer.act(match_id, number, line).await?;
    }
    progress(of, of);
    let text = rehearsed.scorecard["result"]["text"].as_str().unwrap_or("no result").to_owned();
    Ok(Imported { match_id, text })
}

/// Plays a file in memory only: what the rules refuse must leave nothing behind.
pub fn rehearse(text: &str) -> Result<(Sheet, Script), Misfit> {
    let sheet = Sheet::read(text)?;
    let script = script::play(&sheet, &Roster::made_up(&sheet)?)?;
    Ok((sheet, script))
}

impl Writer<'_> {
    async fn check_event(&self) -> Result<(), Fault> {
        let Some(id) = self.wish.event_id else { return Ok(()) };
        let found = self.store.event(id).await?;
        if found.is_some_and(|(_, event)| event["sport"] == "cricket") {
            return Ok(());
        }
        Err(Misfit::at(format!("event {id}"), "there is no such event of cricket").into())
    }

    /// The file's teams and players as they are stored, found by their names or made.
    async fn roster(&self, sheet: &Sheet) -> Result<Roster, Fault> {
        let Roster { teams: [mut home, mut away] } = Roster::made_up(sheet)?;
        self.settle(&mut home).await?;
        self.settle(&mut away).await?;
        Ok(Roster { teams: [home, away] })
    }

    async fn settle(&self, team: &mut Team) -> Result<(), Fault> {
        let all = ListOf::Teams { seen_by: SeenBy { user_id: Some(self.wish.by), all: true } };
        let known = self.ids(all).await?;
        team.id = match find(&known, &team.name) {
            Some(id) => id,
            None => self.make(Write::CreateTeam(new_team(&team.name))).await?,
        };
        let known = self.ids(ListOf::Players { team_id: team.id }).await?;
        for player in &mut team.players {
            let fields = PlayerFields { name: player.name.clone(), shirt_number: None };
            let id = match find(&known, &player.name) {
                Some(id) => id,
                None => self.make(Write::AddPlayer { team_id: team.id, fields }).await?,
            };
            *player = Player { id, team_id: team.id, ..player.clone() };
        }
        Ok(())
    }

    /// Names and ids of a whole list.
    async fn ids(&self, of: ListOf) -> Result<Vec<(String, i64)>, StoreError> {
        let (mut all, mut after) = (Vec::new(), Some(0));
        while let Some(start) = after {
            let page = self.store.list(of.clone(), start, 500).await?;
            all.extend(page.items.iter().filter_map(|item| {
                Some((item["name"].as_str()?.to_owned(), item["id"].as_i64()?))
            }));
            after = page.next;
        }
        Ok(all)
    }

    async fn game(&self, sheet: &Sheet, roster: &Roster) -> Result<i64, Fault> {
        let [home, away] = &roster.teams;
        let fields = MatchFields {
            sport: "cricket".to_owned(),
            format: script::format(sheet),
            home_team_id: home.id,
            away_team_id: away.id,
            starts_at: Some(script::began(sheet)?),
            venue: sheet.info.venue.clone(),
            visibility: "public".to_owned(),
            event_id: self.wish.event_id,
        };
        let event = self.wish.event_id.map_or(String::new(), |id| format!("-{id}"));
        let key = format!("{}-match{event}", self.name);
        let key = key_of("POST /api/matches".to_owned(), key, &described(&fields));
        let done = self.write(Some(key), Write::CreateMatch(fields)).await?;
        Ok(made(&done)?)
    }

    /// One command of the script; after its time where the import is paced.
    async fn act(&self, match_id: i64, number: usize, line: &Line) -> Result<(), StoreError> {
        const BALL: Duration = Duration::from_secs(40);
        let path = format!("POST /api/matches/{match_id}/{}", line.action);
        let body = line.body.to_string();
        let key = key_of(path, format!("{}-{number}", self.name), &body);
        let write = Write::Act {
            match_id,
            action: line.action.to_owned(),
            body: line.body.clone(),
            occurred_at: self.wish.speed.is_none().then_some(line.at),
        };
        let done = self.write(Some(key), write).await?;
        if let Some(speed) = self.wish.speed
            && !done.again
        {
            tokio::time::sleep(BALL / speed.max(1)).await;
        }
        Ok(())
    }

    async fn make(&self, write: Write) -> Result<i64, StoreError> {
        made(&self.write(None, write).await?)
    }

    async fn write(&self, key: Option<Key>, write: Write) -> Result<Done, StoreError> {
        let at = Utc::now().trunc_subsecs(3);
        self.store.write(Job { by: self.wish.by, at, key, if_match: None, write }).await
    }
}

fn new_team(name: &str) -> TeamFields {
    TeamFields {
        name: name.to_owned(),
        short_name: None,
        colour: None,
        visibility: "public".to_owned(),
    }
}

/// A match's fields as JSON, by which a repeated import is known to be the same.
fn described(fields: &MatchFields) -> String {
    let MatchFields {
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

fn find(known: &[(String, i64)], name: &str) -> Option<i64> {
    known.iter().find(|(other, _)| other == name).map(|(_, id)| *id)
}

fn made(done: &Done) -> Result<i64, StoreError> {
    let id = done.body["id"].as_i64();
    id.ok_or_else(|| StoreError::Failed("what was made has no id".to_owned()))
}

/// Visible ASCII characters, and few enough for a number after them.
fn fit_for_keys(name: &str) -> String {
    let fit = |one: char| if one.is_ascii_graphic() { one } else { '_' };
    name.chars().map(fit).take(80).collect()
}

fn key_of(path: String, key: String, body: &str) -> Key {
    let hash = digest::digest(&digest::SHA256, body.as_bytes());
    let body_hash = hash.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    Key { path, key, body_hash }
}
