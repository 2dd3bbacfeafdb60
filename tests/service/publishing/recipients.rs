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
    /// The status of the match before the write and after it.
    pub statuses: Option<(&'static str, &'static str)>,
    /// Streams that showed the match and no longer may.
    pub hidden_from: Vec<String>,
    /// Topics whose state the write changes without another message there.
    pub changed_topics: Vec<String>,
}

const STATUS_CHANGES: [&str; 6] =
    ["started", "paused", "resumed", "finished", "abandoned", "reopened"];

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

    /// The same with another status of the match after the write.
    pub fn with_statuses(&self, before: &'static str, after: &'static str) -> Self {
        Self { statuses: Some((before, after)), ..self.clone() }
    }

    /// The same with topics whose state the write changes without another message there.
    pub fn with_changed_topics(&self, topics: &[String]) -> Self {
        Self { changed_topics: topics.to_vec(), ..self.clone() }
    }

    /// Whether the new status changes which of these matches a team's channel shows, or how.
    fn changes_rows_of(&self, shown: [&str; 2]) -> bool {
        let (before, after) = self.statuses.expect("the statuses of the match");
        before != after && (shown.contains(&before) || shown.contains(&after))
    }

    /// Returns the ids that `<id>` stands for in a topic pattern.
    pub fn ids(&self, pattern: &str, kind: &str, change: Option<&str>) -> Vec<String> {
        let texts = |ids: &[i64]| ids.iter().map(ToString::to_string).collect();
        let (start, end) = pattern.split_once("<id>").unwrap();
        if kind == "state_update" {
            let id =
                |topic: &String| Some(topic.strip_prefix(start)?.strip_suffix(end)?.to_owned());
            return self.changed_topics.iter().filter_map(id).collect();
        }
        if change == Some("hidden") {
            let id = |stream: &String| stream.strip_prefix(start).map(str::to_owned);
            return self.hidden_from.iter().filter_map(id).collect();
        }
        let is_new_status = change.is_some_and(|change| STATUS_CHANGES.contains(&change));
        if is_new_status && start == "team_" {
            let is_live = end == "_live";
            let shown = if is_live { ["live", "paused"] } else { ["scheduled", "postponed"] };
            return if self.changes_rows_of(shown) { texts(&self.teams) } else { Vec::new() };
        }
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
