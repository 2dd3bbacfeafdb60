//! The streams that receive a match's messages: its own, its event's and its teams'.

use serde_json::{Value, json};

use crate::domain::matches::ScheduleChange;
use crate::domain::message::Message;
use crate::domain::topic::{Channel, StreamId};
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
    let mut data = json!({ "event_id": row.event_id, "change": change, "match": json });
    if let (Some(reason), Some(data)) = (json.get("reason"), data.as_object_mut()) {
        data.insert("reason".into(), reason.clone());
    }
    let of_event = row.event_id.map(StreamId::Event);
    let of_teams = [row.home_team_id, row.away_team_id].map(StreamId::Team);
    let others = of_event.into_iter().chain(of_teams).map(|s| s.channel_topic(Channel::Schedule));
    let topics = std::iter::once(StreamId::Match(row.id).topic()).chain(others);
    let messages =
        topics.map(|topic| Message::new(topic, "schedule_update", data.clone())).collect();
    filter_receivable(messages, row, match_teams)
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
