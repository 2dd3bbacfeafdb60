//! The section *Who hears of a match* of `docs/protocol.md`, as code.

/// The streams that a write may publish to, by id.
#[derive(Clone, Debug, Default)]
pub struct Recipients {
    pub matches: Vec<i64>,
    pub purchases: Vec<String>,
    pub events: Vec<i64>,
    /// Events whose leaderboard it may change.
    pub leaderboards: Vec<i64>,
    pub teams: Vec<i64>,
    /// The team of an incident.
    pub live: Vec<i64>,
}

/// An event and its visibility.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    pub id: i64,
    pub is_public: bool,
}

/// A team, its visibility, and whether it accepted its registrations.
#[derive(Clone, Copy, Debug)]
pub struct Team {
    pub id: i64,
    pub is_public: bool,
    pub has_accepted: bool,
}

/// The event, teams and visibility of a match.
#[derive(Clone, Copy, Debug)]
pub struct MatchPlacement {
    pub event: Option<Event>,
    pub home: Team,
    pub away: Team,
    /// The match's own visibility.
    pub is_public: bool,
}

impl MatchPlacement {
    /// Returns the recipients of a match in this placement.
    pub fn recipients(&self, of_match: i64) -> Recipients {
        let open = self.is_public && self.event.is_none_or(|event| event.is_public);
        let receives =
            |team: &Team| (self.event.is_none() || team.has_accepted) && (open || !team.is_public);
        let event = self.event.iter();
        let teams = [self.home, self.away];
        Recipients {
            matches: vec![of_match],
            events: event.clone().filter(|event| open || !event.is_public).map(|e| e.id).collect(),
            leaderboards: event.map(|event| event.id).collect(),
            teams: teams.iter().filter(|team| receives(team)).map(|team| team.id).collect(),
            ..Recipients::default()
        }
    }
}

impl Recipients {
    /// The same with an incident of this team, if the team receives the match at all.
    pub fn incident_of(&self, team: Team) -> Self {
        let live = self.teams.iter().filter(|id| **id == team.id).copied().collect();
        Self { live, ..self.clone() }
    }

    /// Returns the ids that `<id>` stands for in a topic pattern.
    pub fn ids(&self, pattern: &str, kind: &str) -> Vec<String> {
        let texts = |ids: &[i64]| ids.iter().map(ToString::to_string).collect();
        match pattern.split('_').next().unwrap() {
            "match" => texts(&self.matches),
            "purchase" => self.purchases.clone(),
            "event" if kind == "leaderboard_update" => texts(&self.leaderboards),
            "event" => texts(&self.events),
            "team" if pattern.ends_with("_live") => texts(&self.live),
            "team" => texts(&self.teams),
            _ => panic!("no such topic: {pattern}"),
        }
    }
}
