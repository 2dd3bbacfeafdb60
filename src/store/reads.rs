//! Reads: the log, snapshots, rights, resources, lists, and the check of the whole database.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use crate::domain::topic::{Seq, StreamId, Topic};
use crate::store::model::PageRange;
use crate::store::{
    AnnouncementRights, EventRights, ListPage, ListQuery, LogPage, MatchRights, PurchaseRights,
    Result, Snapshot, Store, StreamHead, TeamRights,
};

impl Store {
    /// Returns at most `limit` messages of a stream after `after`. A stream without messages has
    /// head 0.
    pub async fn read_messages_after(
        &self,
        stream: StreamId,
        after: Seq,
        limit: i64,
    ) -> Result<LogPage> {
        query_backend!(self.backend, read, |conn, queries| {
            queries::log::read_after(conn, stream, after, limit)
        })
    }

    /// Returns the heads of these streams, in the order given.
    pub async fn stream_heads(&self, streams: &[StreamId]) -> Result<Vec<StreamHead>> {
        let streams = streams.to_vec();
        query_backend!(self.backend, read, |conn, queries| async move {
            queries::log::heads(conn, &streams).await
        })
    }

    /// Reads the whole state of a topic; `None` if its resource does not exist.
    pub async fn snapshot(&self, topic: Topic) -> Result<Option<Snapshot>> {
        let match_cache = Arc::clone(&self.match_cache);
        query_backend!(self.backend, read_consistently, |conn, queries| async move {
            queries::snapshots::read_snapshot(conn, &match_cache, topic).await
        })
    }

    /// A user's relation to a match; `None` if it does not exist.
    pub async fn match_rights(&self, id: i64, user_id: Option<i64>) -> Result<Option<MatchRights>> {
        query_backend!(self.backend, read_consistently, |conn, queries| {
            queries::rights::match_rights(conn, id, user_id)
        })
    }

    /// A user's relation to a team; `None` if it does not exist.
    pub async fn team_rights(&self, id: i64, user_id: Option<i64>) -> Result<Option<TeamRights>> {
        query_backend!(self.backend, read_consistently, |conn, queries| {
            queries::rights::team_rights(conn, id, user_id)
        })
    }

    /// A counter that grows with each write that may take a right away.
    pub async fn rights_version(&self) -> Result<i64> {
        query_backend!(self.backend, read, |conn, queries| queries::settings::read_rights_version(
            conn
        ))
    }

    /// The current epoch of the database, and its rights version.
    pub async fn epoch_and_rights_version(&self) -> Result<(String, i64)> {
        query_backend!(self.backend, read, |conn, queries| {
            queries::settings::epoch_and_rights_version(conn)
        })
    }

    /// `(etag, body)` of `GET /api/teams/{id}`.
    pub async fn team(&self, id: i64) -> Result<Option<(String, Value)>> {
        query_backend!(self.backend, read, |conn, queries| queries::teams::find_with_etag(conn, id))
    }

    /// `(etag, body)` of `GET /api/teams/{id}/players/{player}`.
    pub async fn player(&self, team_id: i64, id: i64) -> Result<Option<(String, Value)>> {
        query_backend!(self.backend, read, |conn, queries| queries::players::find_with_etag(
            conn,
            (team_id, id)
        ))
    }

    /// `(etag, body)` of `GET /api/matches/{id}`.
    pub async fn match_by_id(&self, id: i64) -> Result<Option<(String, Value)>> {
        let match_cache = Arc::clone(&self.match_cache);
        query_backend!(self.backend, read_consistently, |conn, queries| async move {
            queries::snapshots::match_with_etag(conn, &match_cache, id).await
        })
    }

    /// The sport's data at `path` (`incidents`, `incidents/21`, `statistics`), and the version that
    /// `If-Match` of a write there is compared with.
    pub async fn match_part(&self, id: i64, path: &str) -> Result<Option<(Value, Option<i64>)>> {
        let (match_cache, path) = (Arc::clone(&self.match_cache), path.to_owned());
        query_backend!(self.backend, read_consistently, |conn, queries| async move {
            queries::entries::read_part(conn, &match_cache, id, &path).await
        })
    }

    /// Who recorded a match's incidents; `None` if there is no such match or its sport doesn't say.
    pub async fn incident_recorders(&self, id: i64) -> Result<Option<Value>> {
        let match_cache = Arc::clone(&self.match_cache);
        query_backend!(self.backend, read_consistently, |conn, queries| async move {
            queries::entries::incident_recorders(conn, &match_cache, id).await
        })
    }

    /// Returns at most `limit` items after the one with the id `after`.
    pub async fn list(&self, query: ListQuery, after: i64, limit: i64) -> Result<ListPage> {
        let match_cache = Arc::clone(&self.match_cache);
        query_backend!(self.backend, read_consistently, |conn, queries| async move {
            queries::lists::list_page(conn, &match_cache, &query, PageRange { after, limit }).await
        })
    }

    /// A user's relation to an event; `None` if it does not exist.
    pub async fn event_rights(&self, id: i64, user_id: Option<i64>) -> Result<Option<EventRights>> {
        query_backend!(self.backend, read_consistently, |conn, queries| {
            queries::rights::event_rights(conn, id, user_id)
        })
    }

    /// A user's relation to an announcement; `None` if it does not exist.
    pub async fn announcement_rights(
        &self,
        id: i64,
        user_id: Option<i64>,
    ) -> Result<Option<AnnouncementRights>> {
        query_backend!(self.backend, read_consistently, |conn, queries| {
            queries::rights::of_announcement(conn, id, user_id)
        })
    }

    /// A user's relation to a purchase; `None` if it does not exist.
    pub async fn purchase_rights(
        &self,
        id: Uuid,
        user_id: Option<i64>,
    ) -> Result<Option<PurchaseRights>> {
        query_backend!(self.backend, read_consistently, |conn, queries| {
            queries::rights::of_purchase(conn, id, user_id)
        })
    }

    /// The purchase that a ticket belongs to.
    pub async fn purchase_of_ticket(&self, code: &str) -> Result<Option<Uuid>> {
        let code = code.to_owned();
        query_backend!(self.backend, read, |conn, queries| async move {
            queries::purchases::find_by_ticket(conn, &code).await
        })
    }

    /// `(etag, body)` of `GET /api/events/{id}`.
    pub async fn event(&self, id: i64) -> Result<Option<(String, Value)>> {
        query_backend!(self.backend, read, |conn, queries| queries::events::find_with_etag(
            conn, id
        ))
    }

    /// An event's table: `{"event_id":…,"leaderboard":[…]}`.
    pub async fn leaderboard(&self, event_id: i64) -> Result<Option<Value>> {
        query_backend!(self.backend, read_consistently, |conn, queries| {
            queries::events::leaderboard(conn, event_id)
        })
    }

    /// `(etag, body)` of `GET /api/announcements/{id}`.
    pub async fn announcement(&self, id: i64) -> Result<Option<(String, Value)>> {
        query_backend!(self.backend, read_consistently, |conn, queries| {
            queries::announcements::find_with_etag(conn, id)
        })
    }

    /// The ticket types of an event, and how many tickets are left; `None` if it does not exist.
    pub async fn ticket_offer(&self, event_id: i64) -> Result<Option<Value>> {
        query_backend!(self.backend, read_consistently, |conn, queries| {
            queries::purchases::ticket_offer(conn, event_id)
        })
    }

    /// `(etag, body)` of `GET /api/purchases/{id}`.
    pub async fn purchase(&self, id: Uuid) -> Result<Option<(String, Value)>> {
        query_backend!(self.backend, read_consistently, |conn, queries| {
            queries::purchases::find_with_etag(conn, id)
        })
    }

    /// Checks the whole database and returns a line per fault. Calls `progress(done, total)`.
    pub async fn verify(&self, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Vec<String>> {
        let (streams, matches) =
            query_backend!(self.backend, read_consistently, |conn, queries| {
                queries::verify::all_ids(conn)
            })?;
        let mut faults = query_backend!(self.backend, read_consistently, |conn, queries| {
            queries::verify::verify_references(conn)
        })?;
        let total = (streams.len() + matches.len()) as u64;
        let mut done = 0;
        for id in streams {
            faults.extend(query_backend!(self.backend, read_consistently, |conn, queries| {
                queries::verify::verify_stream(conn, id)
            })?);
            done += 1;
            progress(done, total);
        }
        for id in matches {
            faults.extend(query_backend!(self.backend, read_consistently, |conn, queries| {
                queries::verify::verify_match(conn, id)
            })?);
            done += 1;
            progress(done, total);
        }
        Ok(faults)
    }
}
