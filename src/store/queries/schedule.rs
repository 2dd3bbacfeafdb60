//! Who hears of a match: its own readers, its event's and its teams'.

use serde_json::Value;
use serde_json::json;

use crate::domain::message::Message;
use crate::domain::topic::Channel;
use crate::domain::topic::Stream;
use crate::store::rows::MatchRow;
use crate::store::rows::TeamRow;

/// The teams of a match, and which of them take part in it by their own will.
#[derive(Clone, Debug, Default)]
pub struct Sides {
    pub teams: Vec<TeamRow>,
    agreed: Vec<i64>,
}

impl Sides {
    /// Each team, and whether it has agreed where it is registered for the match's event. To a
    /// match without one it agrees by itself.
    pub fn of(row: &MatchRow, teams: Vec<(TeamRow, Option<bool>)>) -> Self {
        let has_agreed = |team: &TeamRow, accepted: Option<bool>| match row.event_id {
            Some(_) => accepted == Some(true),
            None if team.id == row.home_team_id => row.home_agreed,
            None => row.away_agreed,
        };
        let mut sides = Self::default();
        for (team, accepted) in teams {
            if has_agreed(&team, accepted) {
                sides.agreed.push(team.id);
            }
            sides.teams.push(team);
        }
        sides
    }

    /// Whether the team is a private one that has not agreed: then it is as if it weren't there.
    pub fn is_closed(&self, team_id: i64) -> bool {
        self.is_public(team_id) == Some(false) && !self.agreed.contains(&team_id)
    }

    fn is_public(&self, team_id: i64) -> Option<bool> {
        self.teams.iter().find(|team| team.id == team_id).map(TeamRow::is_public)
    }
}

/// What is told when a match is arranged in another way: to whom it concerns, with the whole
/// match as lists show it.
pub fn update(change: &str, row: &MatchRow, sides: &Sides, shape: &Value) -> Vec<Message> {
    let mut data = json!({ "event_id": row.event_id, "change": change, "match": shape });
    if let (Some(reason), Some(data)) = (shape.get("reason"), data.as_object_mut()) {
        data.insert("reason".into(), reason.clone());
    }
    let of_event = row.event_id.map(Stream::Event);
    let of_teams = [row.home_team_id, row.away_team_id].map(Stream::Team);
    let others = of_event.into_iter().chain(of_teams).map(|s| s.channel(Channel::Schedule));
    let topics = std::iter::once(Stream::Match(row.id).topic()).chain(others);
    let said = topics.map(|topic| Message::new(topic, "schedule_update", data.clone())).collect();
    kept_private(said, row, sides)
}

/// Without what a private match would tell to readers of a public team or event, who are anybody,
/// and without what would be told to a team that never agreed to take part in it.
pub fn kept_private(said: Vec<Message>, row: &MatchRow, sides: &Sides) -> Vec<Message> {
    said.into_iter().filter(|message| may_hear(message.topic.stream, row, sides)).collect()
}

fn may_hear(stream: Stream, row: &MatchRow, sides: &Sides) -> bool {
    match stream {
        Stream::Team(id) => {
            let is_public = sides.is_public(id) == Some(true);
            sides.agreed.contains(&id) && (row.is_public() || !is_public)
        }
        Stream::Event(_) => row.is_public() || !row.event_is_public,
        Stream::Match(_) | Stream::Purchase(_) => true,
    }
}
