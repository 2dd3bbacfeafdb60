//! One entry of the list of sports, with the sport's types erased.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::sports::Applied;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::MatchResult;
use crate::sports::Outcome;
use crate::sports::SPORTS;
use crate::sports::Summary;
use crate::sports::lifecycle;
use crate::sports::play::Play;
use crate::sports::result;
use crate::sports::result::by_hand;
use crate::sports::sport::Sport;

/// A match's state; only its own sport can look inside. A clone copies nothing.
#[derive(Clone, Debug)]
pub struct Game {
    /// A `Play<State>` of the sport that made it.
    state: Arc<dyn Any + Send + Sync>,
    summary: Summary,
    result: Option<Arc<MatchResult>>,
}

/// The rules of one sport, for those who needn't know which.
pub struct Rules {
    pub code: &'static str,
    start: fn(&Fixture) -> Result<Game, Rejection>,
    players: fn(&str, &Value) -> Vec<i64>,
    apply: fn(&Fixture, &Game, &Command) -> Outcome<Game>,
    view: fn(&Fixture, &Game) -> Value,
    read: fn(&Fixture, &Game, &str) -> Option<Value>,
}

impl Rules {
    /// The rules of `S` as function pointers, so that nobody else needs a type parameter.
    pub(super) const fn of<S: Sport>() -> Self {
        Self {
            code: S::CODE,
            start: start::<S>,
            players: S::players,
            apply: apply::<S>,
            view: view::<S>,
            read: read::<S>,
        }
    }

    /// The rules of the sport with this code: `football`, `generic` …
    pub fn find(code: &str) -> Option<&'static Self> {
        SPORTS.iter().find(|rules| rules.code == code)
    }

    /// The state before the first entry, or what is wrong with the format.
    pub fn start(&self, fixture: &Fixture) -> Result<Game, Rejection> {
        (self.start)(fixture)
    }

    /// The ids of the players a command speaks of.
    pub fn players(&self, action: &str, body: &Value) -> Vec<i64> {
        (self.players)(action, body)
    }

    /// The state after `command`, or why it is refused.
    pub fn apply(&self, fixture: &Fixture, game: &Game, command: &Command) -> Outcome<Game> {
        (self.apply)(fixture, game, command)
    }

    /// Everything a display draws, but what the match's row says (id, venue, `starts_at`).
    pub fn view(&self, fixture: &Fixture, game: &Game) -> Value {
        (self.view)(fixture, game)
    }

    /// What lists show without asking the sport.
    pub fn summary(&self, game: &Game) -> Summary {
        game.summary
    }

    /// The final outcome, where there is one.
    pub fn result<'a>(&self, game: &'a Game) -> Option<&'a MatchResult> {
        game.result.as_deref()
    }

    /// What `GET /api/matches/{id}/{path}` answers: `result`, `incidents`, `incidents/21` …
    pub fn read(&self, fixture: &Fixture, game: &Game, path: &str) -> Option<Value> {
        (self.read)(fixture, game, path)
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("code", &self.code).finish_non_exhaustive()
    }
}

impl Game {
    fn of<S: Sport>(fixture: &Fixture, play: Play<S::State>) -> Self {
        let score = S::shown(&play);
        let summary = Summary {
            status: play.status.word(),
            home_score: score.goals.home,
            away_score: score.goals.away,
        };
        let result = result::of::<S>(fixture, &play);
        Self { state: Arc::new(play), summary, result }
    }

    fn play<S: Sport>(&self) -> Option<&Play<S::State>> {
        self.state.downcast_ref()
    }
}

fn start<S: Sport>(fixture: &Fixture) -> Result<Game, Rejection> {
    Ok(Game::of::<S>(fixture, Play::new(S::start(fixture)?)))
}

fn apply<S: Sport>(fixture: &Fixture, game: &Game, command: &Command) -> Outcome<Game> {
    // Only a caller that mixes up two matches gets here; the scorer can do nothing about it.
    let Some(play) = game.play::<S>() else {
        return Err(Rejection::conflict("wrong-sport", "the match is of another sport"));
    };
    let action = command.action.as_str();
    let own = S::OWN_STEPS.contains(&action);
    let applied = match (lifecycle::find(action).filter(|_| !own), action) {
        (Some(step), _) => lifecycle::apply::<S>(step, fixture, play, command)?,
        (None, "PUT result") => by_hand::enter::<S>(fixture, play, command)?,
        (None, "DELETE result") => by_hand::take_away::<S>(fixture, play, command)?,
        (None, _) => by_hand::kept::<S>(S::apply(fixture, play, command)?)?,
    };
    let Applied { state, messages, answer, created } = applied;
    Ok(Applied { state: Game::of::<S>(fixture, state), messages, answer, created })
}

fn view<S: Sport>(fixture: &Fixture, game: &Game) -> Value {
    let Some(play) = game.play::<S>() else { return Value::Null };
    let mut view = play.standing(&S::shown(play));
    view.insert("sport".into(), json!(S::CODE));
    view.insert("home".into(), json!(fixture.home));
    view.insert("away".into(), json!(fixture.away));
    if let Some(reason) = &play.reason {
        view.insert("reason".into(), json!(reason));
    }
    view.extend(S::view(play));
    view.insert("result".into(), result_view(fixture, game).unwrap_or_default());
    Value::Object(view)
}

fn read<S: Sport>(fixture: &Fixture, game: &Game, path: &str) -> Option<Value> {
    match path {
        "result" => result_view(fixture, game),
        _ => S::read(game.play::<S>()?, path),
    }
}

fn result_view(fixture: &Fixture, game: &Game) -> Option<Value> {
    Some(game.result.as_ref()?.view(fixture))
}
