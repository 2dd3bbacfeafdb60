//! The streams that receive a match's messages: its own, its event's and its teams'.

use std::iter;

use serde_json::{Value, json};

use super::state_updates;
use crate::domain::matches::{MatchStatus, ScheduleChange};
use crate::domain::merge_patch;
use crate::domain::message::Message;
use crate::domain::state_change::StateChange;
use crate::domain::topic::{Channel, StreamId, Topic};
use crate::sports::{ErasedMatch, MatchInfo, SportRules};
use crate::store::rows::{MatchRow, TeamRow};

/// The teams of a match, and which of them have accepted it.
#[derive(Clone, Debug, Default)]
pub struct MatchTeams {
    pub teams: Vec<TeamRow>,
    accepted_team_ids: Vec<i64>,
}

impl MatchTeams {
    /// Takes each team with whether its registration is accepted, `None` if the match's event has
    /// no registration of it. For a match outside events, the match's own row decides.
    pub fn from_rows(row: &MatchRow, teams: Vec<(TeamRow, Option<bool>)>) -> Self {
        let has_agreed = |team: &TeamRow, accepted: Option<bool>| match row.event_id {
            Some(_) => accepted == Some(true),
            None if team.id == row.home_team_id => row.home_agreed,
            None => row.away_agreed,
        };
        let mut match_teams = Self::default();
        for (team, accepted) in teams {
            if has_agreed(&team, accepted) {
                match_teams.accepted_team_ids.push(team.id);
            }
            match_teams.teams.push(team);
        }
        match_teams
    }

    /// Whether the team is private and has not accepted: then it must not show up in the match.
    pub fn is_private_and_unaccepted(&self, team_id: i64) -> bool {
        self.is_public(team_id) == Some(false) && !self.accepted_team_ids.contains(&team_id)
    }

    fn is_public(&self, team_id: i64) -> Option<bool> {
        self.teams.iter().find(|team| team.id == team_id).map(TeamRow::is_public)
    }
}

/// Messages about a change of the fixture, to all streams that may receive it, with the match's
/// list item.
pub fn update_messages(
    change: ScheduleChange,
    row: &MatchRow,
    match_teams: &MatchTeams,
    json: &Value,
) -> Vec<Message> {
    let data = update_data(change, row, json);
    let topics = iter::once(StreamId::Match(row.id).topic()).chain(schedule_topics(row));
    filter_receivable(schedule_updates(topics, &data), row, match_teams)
}

/// Messages about a new status to the channels whose state it changes: the schedules and, of the
/// teams, the matches that are being played. The match's own stream has another message.
pub fn status_messages(
    change: ScheduleChange,
    row: &MatchRow,
    match_teams: &MatchTeams,
    json: &Value,
) -> Vec<Message> {
    let live = teams_of(row).map(|stream| stream.channel_topic(Channel::Live));
    let topics = schedule_topics(row).chain(live);
    let messages = schedule_updates(topics, &update_data(change, row, json));
    let messages = filter_receivable(messages, row, match_teams).into_iter();
    messages.map(Message::if_changed).collect()
}

/// Messages about a change of a match's visibility: its streams may receive other matches than
/// before, and those that showed it and no longer may learn only its id.
pub fn visibility_messages(
    before: &MatchRow,
    row: &MatchRow,
    match_teams: &MatchTeams,
) -> Vec<Message> {
    let data = json!({
        "event_id": row.event_id, "change": ScheduleChange::Hidden, "match": { "id": row.id },
    });
    let mut messages = schedule_updates(schedule_topics(row), &merge_patch::without_nulls(data));
    messages.retain(|message| {
        let stream = message.topic.stream;
        may_receive(stream, before, match_teams) && !may_receive(stream, row, match_teams)
    });
    let of_event = row.event_id.map(StreamId::Event).into_iter();
    let results = of_event.chain(teams_of(row)).map(|s| s.channel_topic(Channel::Results));
    let live = teams_of(row).map(|stream| stream.channel_topic(Channel::Live));
    let updates = state_updates::of_topics(results.chain(live), StateChange::Visibility);
    messages.into_iter().map(Message::if_changed).chain(updates).collect()
}

/// The reason of a status that has one. Others are not rendered for it: this is called per ball.
pub fn reason_of(rules: &SportRules, match_info: &MatchInfo, game: &ErasedMatch) -> Option<String> {
    use MatchStatus::{Abandoned, Cancelled, Paused, Postponed};
    match rules.summary(game).status {
        Paused | Postponed | Cancelled | Abandoned => {
            let fields = rules.list_fields(match_info, game);
            fields.get("reason").and_then(Value::as_str).map(str::to_owned)
        }
        _ => None,
    }
}

fn update_data(change: ScheduleChange, row: &MatchRow, json: &Value) -> Value {
    merge_patch::without_nulls(json!({
        "event_id": row.event_id,
        "change": change,
        "match": json,
        "reason": json.get("reason"),
    }))
}

fn schedule_updates(topics: impl Iterator<Item = Topic>, data: &Value) -> Vec<Message> {
    topics.map(|topic| Message::new(topic, "schedule_update", data.clone())).collect()
}

/// The schedules of a match's event and of its teams.
fn schedule_topics(row: &MatchRow) -> impl Iterator<Item = Topic> + use<> {
    let of_event = row.event_id.map(StreamId::Event).into_iter();
    of_event.chain(teams_of(row)).map(|stream| stream.channel_topic(Channel::Schedule))
}

fn teams_of(row: &MatchRow) -> impl Iterator<Item = StreamId> + use<> {
    [row.home_team_id, row.away_team_id].into_iter().map(StreamId::Team)
}

/// Drops the messages of a private match to a public team or event, whose streams anyone may
/// read, and those to a team that has not accepted the match.
pub fn filter_receivable(
    messages: Vec<Message>,
    row: &MatchRow,
    match_teams: &MatchTeams,
) -> Vec<Message> {
    messages
        .into_iter()
        .filter(|message| may_receive(message.topic.stream, row, match_teams))
        .collect()
}

fn may_receive(stream: StreamId, row: &MatchRow, match_teams: &MatchTeams) -> bool {
    match stream {
        StreamId::Team(id) => {
            let is_public = match_teams.is_public(id) == Some(true);
            match_teams.accepted_team_ids.contains(&id) && (row.is_public() || !is_public)
        }
        StreamId::Event(_) => row.is_public() || !row.event_is_public,
        StreamId::Match(_) | StreamId::Purchase(_) => true,
    }
}
