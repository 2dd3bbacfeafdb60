//! Random writes to a few events, teams, matches and announcements.

use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::json;
use touchline::domain::announcements::{AnnouncementType, Priority};
use touchline::domain::leaderboard::Points;
use touchline::domain::visibility::Visibility;
use touchline::store::Store;
use touchline::store::mutation::{
    AcceptMatch, AcceptRegistration, AnnouncementEdit, BroadcastAnnouncement, CreateAnnouncement,
    CreateMatch, DeleteAnnouncement, DeleteEvent, DeleteMatch, EditAnnouncement, EditEvent,
    EditMatch, EditTeam, EventEdit, ExpireAnnouncement, MatchEdit, NewAnnouncement, NewMatch,
    PointsDeduction, RegisterTeam, SetDeduction, TeamEdit, UnregisterTeam, WithdrawTeam,
};

use crate::support::mutations::*;

pub const EVENTS: std::ops::RangeInclusive<i64> = 1..=3;
pub const TEAMS: std::ops::RangeInclusive<i64> = 1..=4;

/// A write, or a task of the scheduler.
#[derive(Debug)]
pub enum Write {
    Mutation(AnyMutation),
    ExpireAnnouncements,
    ShowPrivateStates,
}

pub struct RandomWrites {
    random: StdRng,
    now: DateTime<Utc>,
    match_count: i64,
    announcement_count: i64,
}

/// An announcement to these teams, or to the whole event.
pub fn announcement(
    event_id: i64,
    team_ids: Vec<i64>,
    expires_at: Option<DateTime<Utc>>,
) -> CreateAnnouncement {
    CreateAnnouncement(NewAnnouncement {
        event_id,
        kind: AnnouncementType::General,
        priority: Priority::High,
        title: "Lightning".into(),
        message: "Leave the field.".into(),
        team_ids,
        expires_at,
    })
}

impl RandomWrites {
    pub fn new(random: StdRng) -> Self {
        Self { random, now: now(), match_count: 0, announcement_count: 0 }
    }

    /// Applies a write; returns whether it was accepted.
    pub async fn apply(&mut self, store: &Store, write: Write) -> bool {
        self.now += TimeDelta::seconds(2);
        match write {
            Write::Mutation(mutation) => {
                // The clock of reads is the real one, so that announcements end by the scheduler.
                request_of(mutation).at(self.now).commit(store).await.is_ok()
            }
            Write::ExpireAnnouncements => {
                store.expire_announcements(self.now + TimeDelta::minutes(5)).await.unwrap() > 0
            }
            Write::ShowPrivateStates => store.show_private_states(self.now).await.unwrap() > 0,
        }
    }

    fn event(&mut self) -> i64 {
        // The third event is rare, and may be deleted.
        if self.random.random_bool(0.1) { 3 } else { self.random.random_range(1..=2) }
    }

    fn team(&mut self) -> i64 {
        self.random.random_range(TEAMS)
    }

    fn game(&mut self) -> i64 {
        self.random.random_range(1..=self.match_count.max(1))
    }

    fn announcement(&mut self) -> i64 {
        self.random.random_range(1..=self.announcement_count.max(1))
    }

    fn visibility(&mut self) -> Visibility {
        if self.random.random_bool(0.7) { Visibility::Public } else { Visibility::Private }
    }

    pub fn next(&mut self) -> Write {
        let mutation = match self.random.random_range(0..100) {
            0..14 => self.new_match(),
            14..24 => self.match_edit(),
            24..56 => self.action(),
            56..59 => any_mutation(DeleteMatch { id: self.game() }),
            59..63 => any_mutation(AcceptMatch { match_id: self.game(), team_id: self.team() }),
            63..76 => self.registration(),
            76..82 => self.visibility_edit(),
            82..84 => self.other_edit(),
            84..96 => self.announcement_write(),
            96..97 => any_mutation(DeleteEvent { id: 3 }),
            97..98 => return Write::ExpireAnnouncements,
            _ => return Write::ShowPrivateStates,
        };
        Write::Mutation(mutation)
    }

    fn new_match(&mut self) -> AnyMutation {
        self.match_count += 1;
        let (home, away) = (self.team(), self.team());
        let away = if home == away { away % 4 + 1 } else { away };
        let event_id = self.random.random_bool(0.8).then(|| self.event());
        let starts_at = now() + TimeDelta::hours(self.random.random_range(0..50));
        let starts_at = self.random.random_bool(0.9).then_some(starts_at);
        let fields = fields("football", home, away);
        let visibility = self.visibility();
        any_mutation(CreateMatch(NewMatch { event_id, starts_at, visibility, ..fields }))
    }

    fn match_edit(&mut self) -> AnyMutation {
        let fields = match self.random.random_range(0..3) {
            0 => MatchEdit { venue: Some(None), ..MatchEdit::default() },
            1 => {
                let starts_at = now() + TimeDelta::hours(self.random.random_range(0..50));
                MatchEdit { starts_at: Some(Some(starts_at)), ..MatchEdit::default() }
            }
            _ => MatchEdit { visibility: Some(self.visibility()), ..MatchEdit::default() },
        };
        any_mutation(EditMatch { id: self.game(), fields })
    }

    fn action(&mut self) -> AnyMutation {
        let id = self.game();
        let score = json!({
            "home_score": self.random.random_range(0..4),
            "away_score": self.random.random_range(0..4), "override": true,
        });
        let reason = json!({ "reason": "fog" });
        let (name, body) = match self.random.random_range(0..12) {
            0..3 => ("start", json!({})),
            3 => ("pause", reason),
            4 => ("resume", json!({})),
            5 => ("end", json!({})),
            6 => ("abandon", reason),
            7 => ("postpone", reason),
            8 => ("cancel", reason),
            9 => ("PUT result", score),
            10 => ("DELETE result", json!({})),
            _ => return any_mutation(goal(id, 12)),
        };
        any_mutation(match_action(id, name, body))
    }

    fn registration(&mut self) -> AnyMutation {
        let (event_id, team_id) = (self.event(), self.team());
        match self.random.random_range(0..8) {
            0..3 => any_mutation(RegisterTeam { event_id, team_id, by_admin: false }),
            3..5 => any_mutation(AcceptRegistration { event_id, team_id }),
            5 => any_mutation(UnregisterTeam { event_id, team_id }),
            6 => any_mutation(WithdrawTeam { event_id, team_id }),
            _ => {
                let points = self.random.random_range(0..4);
                let fields = PointsDeduction { points, reason: None };
                any_mutation(SetDeduction { event_id, team_id, fields })
            }
        }
    }

    fn visibility_edit(&mut self) -> AnyMutation {
        let visibility = Some(self.visibility());
        if self.random.random_bool(0.5) {
            let fields = EventEdit { visibility, ..EventEdit::default() };
            return any_mutation(EditEvent { id: self.event(), fields });
        }
        let name = self.random.random_bool(0.3).then(|| "Other name".to_owned());
        let fields = TeamEdit { visibility, name, ..TeamEdit::default() };
        any_mutation(EditTeam { id: self.team(), fields })
    }

    fn other_edit(&mut self) -> AnyMutation {
        if self.random.random_bool(0.5) {
            let win = self.random.random_range(2..4);
            let points = Some(Points { win, ..Points::default() });
            let fields = EventEdit { points, ..EventEdit::default() };
            return any_mutation(EditEvent { id: self.event(), fields });
        }
        let name = Some(format!("Name {}", self.random.random_range(0..9)));
        any_mutation(EditTeam { id: self.team(), fields: TeamEdit { name, ..TeamEdit::default() } })
    }

    fn announcement_write(&mut self) -> AnyMutation {
        let id = self.announcement();
        match self.random.random_range(0..10) {
            0..5 => {
                self.announcement_count += 1;
                let teams = match self.random.random_range(0..3) {
                    0 => vec![],
                    1 => vec![self.team()],
                    _ => vec![1, 3],
                };
                let expires_at = self.now + TimeDelta::minutes(4);
                let expires_at = self.random.random_bool(0.5).then_some(expires_at);
                any_mutation(announcement(self.event(), teams, expires_at))
            }
            5..7 => {
                let title = Some("Thunder".to_owned());
                let expires_at = self.random.random_bool(0.5).then_some(None);
                let fields = AnnouncementEdit { title, expires_at, ..AnnouncementEdit::default() };
                any_mutation(EditAnnouncement { id, fields })
            }
            7 => any_mutation(BroadcastAnnouncement { id }),
            8 => any_mutation(ExpireAnnouncement { id }),
            _ => any_mutation(DeleteAnnouncement { id }),
        }
    }
}
