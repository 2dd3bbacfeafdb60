//! What readers ask of the database: what somebody is to a thing, and what things look like.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use crate::store::AnnouncementRights;
use crate::store::Database;
use crate::store::EventRights;
use crate::store::List;
use crate::store::ListOf;
use crate::store::MatchRights;
use crate::store::PurchaseRights;
use crate::store::Result;
use crate::store::Store;
use crate::store::TeamRights;
use crate::store::postgres;
use crate::store::sqlite;

impl Store {
    /// Makes what a database of an earlier version lacks, a page a transaction.
    pub(super) async fn upgrade(&self) -> Result<()> {
        if !ask!(self.database, read, |conn, queries| queries::upgrade::is_due(conn))? {
            return Ok(());
        }
        let mut after = Some(0);
        while let Some(id) = after {
            let games = Arc::clone(&self.games);
            after = ask!(self.database, write, |conn, queries| {
                let games = Arc::clone(&games);
                async move { Ok((queries::upgrade::results(conn, &games, id).await?, Vec::new())) }
            })?;
        }
        Ok(())
    }

    /// `None`: no such match.
    pub async fn match_rights(&self, id: i64, user: Option<i64>) -> Result<Option<MatchRights>> {
        ask!(self.database, read_whole, |conn, queries| queries::rights::of_match(conn, id, user))
    }

    /// `None`: no such team.
    pub async fn team_rights(&self, id: i64, user: Option<i64>) -> Result<Option<TeamRights>> {
        ask!(self.database, read_whole, |conn, queries| queries::rights::of_team(conn, id, user))
    }

    /// Grows with each write that may take a right away.
    pub async fn rights_version(&self) -> Result<i64> {
        ask!(self.database, read, |conn, queries| queries::settings::rights_version(conn))
    }

    /// The database's epoch as it is now, and its version of rights.
    pub async fn marks(&self) -> Result<(String, i64)> {
        ask!(self.database, read, |conn, queries| queries::settings::marks(conn))
    }

    /// `(etag, body)` of `GET /api/teams/{id}`.
    pub async fn team(&self, id: i64) -> Result<Option<(String, Value)>> {
        ask!(self.database, read, |conn, queries| queries::teams::shown(conn, id))
    }

    /// `(etag, body)` of `GET /api/teams/{id}/players/{player}`.
    pub async fn player(&self, team_id: i64, id: i64) -> Result<Option<(String, Value)>> {
        ask!(self.database, read, |conn, queries| queries::players::shown(conn, (team_id, id)))
    }

    /// `(etag, body)` of `GET /api/matches/{id}`.
    pub async fn game(&self, id: i64) -> Result<Option<(String, Value)>> {
        let games = Arc::clone(&self.games);
        ask!(self.database, read_whole, |conn, queries| async move {
            queries::snapshots::game(conn, &games, id).await
        })
    }

    /// What the match's sport says at `path` (`incidents`, `incidents/21`, `statistics`), and the
    /// version that a write there may ask for.
    pub async fn game_part(&self, id: i64, path: &str) -> Result<Option<(Value, Option<i64>)>> {
        let (games, path) = (Arc::clone(&self.games), path.to_owned());
        ask!(self.database, read_whole, |conn, queries| async move {
            queries::entries::part(conn, &games, id, &path).await
        })
    }

    /// Who recorded a match's incidents. `None`: no such match, or no sport that tells them apart.
    pub async fn recorders(&self, id: i64) -> Result<Option<Value>> {
        let games = Arc::clone(&self.games);
        ask!(self.database, read_whole, |conn, queries| async move {
            queries::entries::recorders(conn, &games, id).await
        })
    }

    /// At most `limit` items after the one whose id is `after`.
    pub async fn list(&self, of: ListOf, after: i64, limit: i64) -> Result<List> {
        let games = Arc::clone(&self.games);
        ask!(self.database, read_whole, |conn, queries| async move {
            queries::lists::list(conn, &games, &of, (after, limit)).await
        })
    }

    /// `None`: no such event.
    pub async fn event_rights(&self, id: i64, user: Option<i64>) -> Result<Option<EventRights>> {
        ask!(self.database, read_whole, |conn, queries| queries::rights::of_event(conn, id, user))
    }

    /// `None`: no such announcement.
    pub async fn announcement_rights(
        &self,
        id: i64,
        user: Option<i64>,
    ) -> Result<Option<AnnouncementRights>> {
        ask!(self.database, read_whole, |conn, queries| {
            queries::rights::of_announcement(conn, id, user)
        })
    }

    /// `None`: no such purchase.
    pub async fn purchase_rights(
        &self,
        id: Uuid,
        user: Option<i64>,
    ) -> Result<Option<PurchaseRights>> {
        ask!(self.database, read_whole, |conn, queries| {
            queries::rights::of_purchase(conn, id, user)
        })
    }

    /// The purchase that a ticket belongs to.
    pub async fn purchase_of_ticket(&self, code: &str) -> Result<Option<Uuid>> {
        let code = code.to_owned();
        ask!(self.database, read, |conn, queries| async move {
            queries::purchases::of_ticket(conn, &code).await
        })
    }

    /// `(etag, body)` of `GET /api/events/{id}`.
    pub async fn event(&self, id: i64) -> Result<Option<(String, Value)>> {
        ask!(self.database, read, |conn, queries| queries::events::shown(conn, id))
    }

    /// `{"event_id":…,"leaderboard":[…]}`
    pub async fn leaderboard(&self, event_id: i64) -> Result<Option<Value>> {
        ask!(self.database, read_whole, |conn, queries| {
            queries::results::leaderboard(conn, event_id)
        })
    }

    /// `(etag, body)` of `GET /api/announcements/{id}`.
    pub async fn announcement(&self, id: i64) -> Result<Option<(String, Value)>> {
        ask!(self.database, read_whole, |conn, queries| queries::announcements::shown(conn, id))
    }

    /// What an event sells, and how much of it is left. `None`: no such event.
    pub async fn offer(&self, event_id: i64) -> Result<Option<Value>> {
        ask!(self.database, read_whole, |conn, queries| queries::purchases::offer(conn, event_id))
    }

    /// `(etag, body)` of `GET /api/purchases/{id}`.
    pub async fn purchase(&self, id: Uuid) -> Result<Option<(String, Value)>> {
        ask!(self.database, read_whole, |conn, queries| queries::purchases::shown(conn, id))
    }

    /// Every fault found, in words; empty where the database is whole. `progress(done, of)`.
    pub async fn verify(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Vec<String>> {
        let (streams, matches) =
            ask!(self.database, read_whole, |conn, queries| queries::verify::plan(conn))?;
        let mut faults =
            ask!(self.database, read_whole, |conn, queries| queries::verify::dangling(conn))?;
        let of = (streams.len() + matches.len()) as u64;
        let mut done = 0;
        for id in streams {
            faults.extend(ask!(self.database, read_whole, |conn, queries| {
                queries::verify::stream(conn, id)
            })?);
            done += 1;
            progress(done, of);
        }
        for id in matches {
            faults.extend(ask!(self.database, read_whole, |conn, queries| {
                queries::verify::game(conn, id)
            })?);
            done += 1;
            progress(done, of);
        }
        Ok(faults)
    }
}
