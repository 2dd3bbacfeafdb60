//! Who hears of what: the part of the page that is prose, *Who hears of a match*.

/// Whose streams a write may tell, by their ids.
#[derive(Clone, Debug, Default)]
pub struct Hearers {
    pub matches: Vec<i64>,
    pub purchases: Vec<String>,
    pub events: Vec<i64>,
    /// Whose table it may change.
    pub tables: Vec<i64>,
    pub teams: Vec<i64>,
    /// The team of an incident.
    pub live: Vec<i64>,
}

/// An event: whether everybody may read it.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    pub id: i64,
    pub public: bool,
}

/// A team: whether everybody may read it, and whether it has agreed to be in the events.
#[derive(Clone, Copy, Debug)]
pub struct Team {
    pub id: i64,
    pub public: bool,
    pub agreed: bool,
}

/// Where a match belongs.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub event: Option<Event>,
    pub home: Team,
    pub away: Team,
    /// Its own visibility.
    pub public: bool,
}

impl Place {
    /// Who hears of a match of this place.
    pub fn hearers(&self, of_match: i64) -> Hearers {
        let open = self.public && self.event.is_none_or(|event| event.public);
        let hears = |team: &Team| (self.event.is_none() || team.agreed) && (open || !team.public);
        let event = self.event.iter();
        let teams = [self.home, self.away];
        Hearers {
            matches: vec![of_match],
            events: event.clone().filter(|event| open || !event.public).map(|e| e.id).collect(),
            tables: event.map(|event| event.id).collect(),
            teams: teams.iter().filter(|team| hears(team)).map(|team| team.id).collect(),
            ..Hearers::default()
        }
    }
}

impl Hearers {
    /// The same with an incident of this team, where the team hears of the match at all.
    pub fn incident_of(&self, team: Team) -> Self {
        let live = self.teams.iter().filter(|id| **id == team.id).copied().collect();
        Self { live, ..self.clone() }
    }

    /// What `<id>` stands for in a topic of the page.
    pub fn ids(&self, pattern: &str, kind: &str) -> Vec<String> {
        let texts = |ids: &[i64]| ids.iter().map(ToString::to_string).collect();
        match pattern.split('_').next().unwrap() {
            "match" => texts(&self.matches),
            "purchase" => self.purchases.clone(),
            "event" if kind == "leaderboard_update" => texts(&self.tables),
            "event" => texts(&self.events),
            "team" if pattern.ends_with("_live") => texts(&self.live),
            "team" => texts(&self.teams),
            _ => panic!("no such topic: {pattern}"),
        }
    }
}
