//! Who is told of an announcement.

use chrono::DateTime;
use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use serde_json::json;

use super::super::commit::Written;
use super::super::dialect::Conn;
use crate::domain::message::Message;
use crate::domain::topic::Channel;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::store::error::Found;
use crate::store::job::Job;
use crate::store::rows::AnnouncementRow;
use crate::store::rows::EventRow;
use crate::store::schema::audiences as au;
use crate::store::schema::registrations as r;
use crate::store::schema::teams as t;
use crate::store::shapes;

/// A team that something is announced to.
#[derive(Clone, Copy, Debug)]
pub struct Addressee {
    pub team_id: i64,
    pub is_public: bool,
    /// Takes part in the event, and has agreed to.
    pub takes_part: bool,
}

/// Those of `team_ids` that exist, by their ids.
pub async fn addressees(conn: &mut Conn, event_id: i64, team_ids: &[i64]) -> Found<Vec<Addressee>> {
    let of_event = r::team_id.eq(t::id.nullable()).and(r::event_id.eq(event_id));
    let query = t::table
        .left_join(r::table.on(of_event))
        .filter(t::id.eq_any(team_ids))
        .order(t::id)
        .select((t::id, t::visibility, r::accepted.nullable()));
    let rows: Vec<(i64, String, Option<bool>)> = query.load(conn).await?;
    let addressee = |(team_id, visibility, accepted): (i64, String, Option<bool>)| Addressee {
        team_id,
        is_public: visibility == "public",
        takes_part: accepted == Some(true),
    };
    Ok(rows.into_iter().map(addressee).collect())
}

/// An announcement with what decides who is told of it.
pub struct Known {
    row: AnnouncementRow,
    team_ids: Vec<i64>,
    audience: Vec<Addressee>,
    event_is_public: bool,
}

impl Known {
    pub async fn of(conn: &mut Conn, row: AnnouncementRow, event: &EventRow) -> Found<Self> {
        let query = au::table.filter(au::announcement_id.eq(row.id)).order(au::team_id);
        let team_ids: Vec<i64> = query.select(au::team_id).load(conn).await?;
        let audience = if team_ids.is_empty() {
            Vec::new()
        } else {
            addressees(conn, row.event_id, &team_ids).await?
        };
        Ok(Self { row, team_ids, audience, event_is_public: event.is_public() })
    }

    fn shape(&self, now: DateTime<Utc>) -> Value {
        shapes::announcement(&self.row, &self.team_ids, now.timestamp_millis())
    }

    /// Who hears news of it, and what. A team that has left the event hears no more than that it
    /// ends; and what is private is never told where anybody listens.
    fn hearers(&self, shape: &Value, is_end: bool) -> Vec<(Topic, Value)> {
        if !self.row.targeted {
            let topic = Stream::Event(self.row.event_id).channel(Channel::Announcements);
            return vec![(topic, shape.clone())];
        }
        let end = json!({
            "id": shape["id"], "event_id": shape["event_id"], "status": shape["status"],
        });
        let hears = |team: &&Addressee| {
            (team.takes_part || is_end) && (self.event_is_public || !team.is_public)
        };
        let hearer = |team: &Addressee| {
            let topic = Stream::Team(team.team_id).channel(Channel::Announcements);
            (topic, if team.takes_part { shape.clone() } else { end.clone() })
        };
        self.audience.iter().filter(hears).map(hearer).collect()
    }

    fn update(&self, change: &str, shape: &Value) -> Vec<Message> {
        let message = |(topic, shape)| {
            let data = json!({ "change": change, "announcement": shape });
            Message::new(topic, "announcement_update", data)
        };
        self.hearers(shape, change == "deleted").into_iter().map(message).collect()
    }

    /// What is told when it has run out.
    pub fn expired(&self, now: DateTime<Utc>) -> Vec<Message> {
        let message = |(topic, shape)| {
            Message::new(topic, "announcement_expired", json!({ "announcement": shape }))
        };
        self.hearers(&self.shape(now), true).into_iter().map(message).collect()
    }

    /// The answer, and what it tells.
    pub fn written(&self, job: &Job, status: u16, change: Option<&str>) -> Written {
        let shape = self.shape(job.at);
        let messages = change.map(|change| self.update(change, &shape)).unwrap_or_default();
        self.telling(job, Written::new(status, shape), messages)
    }

    /// The same of one that somebody has ended.
    pub fn ended(&self, job: &Job) -> Written {
        let written = Written::new(200, self.shape(job.at));
        self.telling(job, written, self.expired(job.at))
    }

    fn telling(&self, job: &Job, written: Written, messages: Vec<Message>) -> Written {
        let written = written.version(self.row.version(job.at.timestamp_millis()));
        // A place in one of several streams would be taken for a place in all.
        let stream = match messages.as_slice() {
            [message] => Some(message.topic.stream),
            _ => None,
        };
        Written { stream, messages, ..written }
    }
}
