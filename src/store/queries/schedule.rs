//! Who hears of a match: its own readers, its event's and its teams'.

use serde_json::Value;
use serde_json::json;

use crate::domain::message::Message;
use crate::domain::topic::Channel;
use crate::domain::topic::Stream;
use crate::store::rows::MatchRow;
use crate::store::rows::TeamRow;

/// The teams of a match, and which of them take part in its event by their own will.
#[derive(Clone, Debug, Default)]
pub struct Sides {
    pub teams: Vec<TeamRow>,
    agreed: Vec<i64>,
}

impl FromIterator<(TeamRow, Option<bool>)> for Sides {
    /// Each team, and whether it has agreed where it is registered for the match's event.
    fn from_iter<I: IntoIterator<Item = (TeamRow, Option<bool>)>>(rows: I) -> Self {
        let mut sides = Self::default();
        for (team, accepted) in rows {
            if accepted == Some(true) {
                sides.agreed.push(team.id);
            }
            sides.teams.push(team);
        }
        sides
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
/// and without what an event would tell to a team that never agreed to take part in it.
pub fn kept_private(said: Vec<Message>, row: &MatchRow, sides: &Sides) -> Vec<Message> {
    said.into_iter().filter(|message| may_hear(message.topic.stream, row, sides)).collect()
}

fn may_hear(stream: Stream, row: &MatchRow, sides: &Sides) -> bool {
    match stream {
        Stream::Team(id) => {
            let agreed = row.event_id.is_none() || sides.agreed.contains(&id);
            let is_open = sides.teams.iter().any(|team| team.id == id && team.is_public());
            agreed && (row.is_public() || !is_open)
        }
        Stream::Event(_) => row.is_public() || !row.event_is_public,
        Stream::Match(_) | Stream::Purchase(_) => true,
    }
}
