//! Recipients of an announcement's messages.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::super::commit::MutationEffect;
use super::super::dialect::Conn;
use crate::domain::announcements::AnnouncementChange;
use crate::domain::message::Message;
use crate::domain::topic::{Channel, StreamId, Topic};
use crate::domain::visibility::Visibility;
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::mutation::MutationRequest;
use crate::store::rows::{AnnouncementRow, EventRow};
use crate::store::schema::{audiences as au, registrations as r, teams as t};

/// A team that an announcement addresses.
#[derive(Clone, Copy, Debug)]
pub struct AddressedTeam {
    pub team_id: i64,
    pub is_public: bool,
    /// Registered for the event, and has accepted.
    pub is_participant: bool,
}

/// The teams among `team_ids` that exist, by id.
pub async fn find_addressed_teams(
    conn: &mut Conn,
    event_id: i64,
    team_ids: &[i64],
) -> QueryResult<Vec<AddressedTeam>> {
    let of_event = r::team_id.eq(t::id.nullable()).and(r::event_id.eq(event_id));
    let query = t::table
        .left_join(r::table.on(of_event))
        .filter(t::id.eq_any(team_ids))
        .order(t::id)
        .select((t::id, t::visibility, r::accepted.nullable()));
    let rows: Vec<(i64, Visibility, Option<bool>)> = query.load(conn).await?;
    let addressee =
        |(team_id, visibility, accepted): (i64, Visibility, Option<bool>)| AddressedTeam {
            team_id,
            is_public: visibility.is_public(),
            is_participant: accepted == Some(true),
        };
    Ok(rows.into_iter().map(addressee).collect())
}

/// An announcement with what determines its recipients.
pub struct AddressedAnnouncement {
    row: AnnouncementRow,
    team_ids: Vec<i64>,
    addressees: Vec<AddressedTeam>,
    is_event_public: bool,
}

impl AddressedAnnouncement {
    /// Loads the addressees of an announcement; `event` is its event.
    pub async fn load(
        conn: &mut Conn,
        row: AnnouncementRow,
        event: &EventRow,
    ) -> QueryResult<Self> {
        let query = au::table.filter(au::announcement_id.eq(row.id)).order(au::team_id);
        let team_ids: Vec<i64> = query.select(au::team_id).load(conn).await?;
        let addressees = if team_ids.is_empty() {
            Vec::new()
        } else {
            find_addressed_teams(conn, row.event_id, &team_ids).await?
        };
        Ok(Self { row, team_ids, addressees, is_event_public: event.is_public() })
    }

    fn to_json(&self, now: DateTime<Utc>) -> Value {
        json::announcement_json(&self.row, &self.team_ids, now.timestamp_millis())
    }

    /// The topics that receive a change, with the announcement each may see. A team that has left
    /// the event learns only that the announcement ended; nothing private goes to a public stream.
    fn recipients(&self, json: &Value, is_end: bool) -> Vec<(Topic, Value)> {
        if !self.row.targeted {
            let topic = StreamId::Event(self.row.event_id).channel_topic(Channel::Announcements);
            return vec![(topic, json.clone())];
        }
        let end = json!({
            "id": json["id"], "event_id": json["event_id"], "status": json["status"],
        });
        let receives = |team: &&AddressedTeam| {
            (team.is_participant || is_end) && (self.is_event_public || !team.is_public)
        };
        let recipient = |team: &AddressedTeam| {
            let topic = StreamId::Team(team.team_id).channel_topic(Channel::Announcements);
            (topic, if team.is_participant { json.clone() } else { end.clone() })
        };
        self.addressees.iter().filter(receives).map(recipient).collect()
    }

    fn update_messages(&self, change: AnnouncementChange, json: &Value) -> Vec<Message> {
        let message = |(topic, shape)| {
            let data = json!({ "change": change, "announcement": shape });
            Message::new(topic, "announcement_update", data)
        };
        self.recipients(json, change == AnnouncementChange::Deleted)
            .into_iter()
            .map(message)
            .collect()
    }

    /// The messages about its expiry.
    pub fn expired_messages(&self, now: DateTime<Utc>) -> Vec<Message> {
        let message = |(topic, json)| {
            Message::new(topic, "announcement_expired", json!({ "announcement": json }))
        };
        self.recipients(&self.to_json(now), true).into_iter().map(message).collect()
    }

    /// The effect of a change: the response, and an update message unless `change` is `None`.
    pub fn change_effect(
        &self,
        request: &MutationRequest,
        status: u16,
        change: Option<AnnouncementChange>,
    ) -> MutationEffect {
        let json = self.to_json(request.received_at);
        let messages = change.map(|change| self.update_messages(change, &json)).unwrap_or_default();
        self.with_messages(request, MutationEffect::new(status, json), messages)
    }

    /// The effect of a manual expiry.
    pub fn expiry_effect(&self, request: &MutationRequest) -> MutationEffect {
        let effect = MutationEffect::new(200, self.to_json(request.received_at));
        self.with_messages(request, effect, self.expired_messages(request.received_at))
    }

    fn with_messages(
        &self,
        request: &MutationRequest,
        effect: MutationEffect,
        messages: Vec<Message>,
    ) -> MutationEffect {
        let versioned_effect =
            effect.with_version(self.row.effective_version(request.received_at.timestamp_millis()));
        // The head of one of several streams would be mistaken for the head of all.
        let stream = match messages.as_slice() {
            [message] => Some(message.topic.stream),
            _ => None,
        };
        MutationEffect { stream, messages, ..versioned_effect }
    }
}
