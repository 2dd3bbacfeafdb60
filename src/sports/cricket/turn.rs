//! One command on its way: the state it makes, and what it tells.

use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Channel;
use crate::domain::topic::Stream;
use crate::sports::Applied;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::cricket::Cricket;
use crate::sports::cricket::decision::Decision;
use crate::sports::cricket::live;
use crate::sports::cricket::match_state::State;
use crate::sports::cricket::messages::Teller;
use crate::sports::cricket::performers;
use crate::sports::cricket::scorers;
use crate::sports::cricket::step::Step;
use crate::sports::lifecycle;
use crate::sports::play::DecidedBy;
use crate::sports::play::Play;
use crate::sports::play::Status;
use crate::sports::sport::Sport;

/// The state as it was, as it will be, and the messages between.
pub struct Turn<'a> {
    pub fixture: &'a Fixture,
    pub command: &'a Command,
    pub before: &'a Play<State>,
    pub next: Play<State>,
    pub messages: Vec<Message>,
    concluded: bool,
}

impl<'a> Turn<'a> {
    pub fn new(fixture: &'a Fixture, before: &'a Play<State>, command: &'a Command) -> Self {
        let next = Play { sport: before.sport.renamed(fixture), ..before.clone() };
        Self { fixture, command, before, next, messages: Vec::new(), concluded: false }
    }

    pub fn teller(&self) -> Teller<'_> {
        Teller {
            match_id: self.fixture.match_id,
            setup: &self.next.sport.setup,
            board: self.next.sport.board(),
            score: Cricket::shown(&self.next),
        }
    }

    /// Takes a step and tells what it brought, as the match stands right after it.
    pub fn take(&mut self, step: Step) -> Result<(), Rejection> {
        scorers::in_turn(&self.next.sport, &step)?;
        let news = self.next.sport.take(&Arc::new(step))?;
        self.concluded = false;
        let told: Vec<_> = news.iter().flat_map(|one| self.teller().tell(one)).collect();
        self.messages.extend(told);
        Ok(())
    }

    /// Ends the match where it is decided now, goes on where it no longer is. Once after a step: an
    /// answer that speaks of the status asks for it early.
    pub fn conclude(&mut self) {
        if std::mem::replace(&mut self.concluded, true) {
            return;
        }
        let was = self.before.sport.board().decision(self.before.sport.format());
        let now = self.next.sport.board().decision(self.next.sport.format());
        match (now, self.next.status) {
            (Some(now), Status::Live | Status::Paused) => {
                self.next.status = Status::Finished;
                self.next.clock.stop(self.last_at());
                // That the play's own result was struck once says nothing of this one.
                self.next.decided_by = DecidedBy::Play;
                self.tell_standing("match_end");
                self.tell_result(&now);
            }
            (Some(now), Status::Finished)
                if was.as_ref() != Some(&now) || self.has_another_best() =>
            {
                self.tell_result(&now);
            }
            (None, Status::Finished) if was.is_some() => {
                self.next.status = Status::Live;
                self.next.reason = None;
                self.next.clock.run(None, self.command.at);
                self.tell_standing("match_reopened");
            }
            _ => {}
        }
    }

    /// The command's time, or the last ball's where that is later: a word on an earlier ball may
    /// make official what has been agreed on since.
    fn last_at(&self) -> DateTime<Utc> {
        let board = self.next.sport.board();
        let last = board.ball(board.count()).map(|ball| ball.entered.at);
        last.map_or(self.command.at, |last| last.max(self.command.at))
    }

    /// Whether somebody else is the player of the match now: named, or by corrected figures.
    fn has_another_best(&self) -> bool {
        let best =
            |play: &Play<State>| performers::of_match(play.sport.board(), play.sport.format());
        best(self.before) != best(&self.next)
    }

    /// Status, clock and score.
    pub fn standing(&self) -> Map<String, Value> {
        self.next.standing(&Cricket::shown(&self.next))
    }

    /// What a scorer is answered about the match as it stands now.
    pub fn state(&self) -> Value {
        let mut state = live::now(&self.next.sport.setup, self.next.sport.board());
        state["status"] = json!(self.next.status.word());
        state["score"] = json!(Cricket::shown(&self.next).goals);
        state
    }

    pub fn done(mut self, answer: Value, created: bool) -> Applied<Play<State>> {
        self.conclude();
        scorers::end_innings(&mut self);
        Applied { state: self.next, messages: self.messages, answer, created }
    }

    fn tell_standing(&mut self, kind: &'static str) {
        let reason = self.next.reason.clone();
        self.messages.push(lifecycle::tell::<Cricket>(kind, self.fixture, &self.next, reason));
    }

    /// Tells what the play came to, unless somebody has entered or struck the result by hand.
    fn tell_result(&mut self, decision: &Decision) {
        if !matches!(self.next.decided_by, DecidedBy::Play) {
            return;
        }
        let sides = self.next.sport.sides();
        let state = &self.next.sport;
        let best = performers::of_match(state.board(), state.format());
        let mut data = self.standing();
        let parts = [
            ("match_id", json!(self.fixture.match_id)),
            ("result", decision.view(sides)),
            ("text", json!(decision.text(sides))),
            ("player_of_the_match", best),
        ];
        data.extend(parts.map(|(name, part)| (name.to_owned(), part)));
        let team = |team_id| Stream::Team(team_id).channel(Channel::Live);
        let topics = [
            Stream::Match(self.fixture.match_id).topic(),
            team(sides.home.team_id),
            team(sides.away.team_id),
        ];
        let data = Value::Object(data);
        let told = topics.map(|topic| Message::new(topic, "match_complete", data.clone()));
        self.messages.extend(told);
    }
}
