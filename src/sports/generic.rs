//! Any sport that a running score is enough for.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Stream;
use crate::sports::Applied;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::Outcome;
use crate::sports::body::Body;
use crate::sports::clock::Timing;
use crate::sports::play::Play;
use crate::sports::play::Status;
use crate::sports::score::Pair;
use crate::sports::score::SCORE_MOST;
use crate::sports::score::Score;
use crate::sports::sport::Sport;

/// Characters of the line shown beside a score.
const TEXT_LONGEST: usize = 500;

/// Score only: each `score` names the whole score.
pub struct Generic;

impl Sport for Generic {
    const CODE: &'static str = "generic";
    const TIMING: Timing = Timing { periods: &[], breaks: &[] };
    type State = Pair<i64>;

    fn start(fixture: &Fixture) -> Result<Pair<i64>, Rejection> {
        fixture.without_format()?;
        Ok(Pair::default())
    }

    fn apply(
        fixture: &Fixture,
        play: &Play<Pair<i64>>,
        command: &Command,
    ) -> Outcome<Play<Pair<i64>>> {
        if command.action != "score" {
            return Err(Rejection::not_found("action"));
        }
        play.needs("score", &[Status::Live, Status::Paused])?;
        let (goals, text) = read(&command.body)?;

        let mut answer = Map::new();
        Score { goals, shootout: None }.write(&mut answer);
        let mut data = answer.clone();
        data.insert("match_id".into(), json!(fixture.match_id));
        if let Some(text) = text {
            data.insert("text".into(), json!(text));
        }
        let topic = Stream::Match(fixture.match_id).topic();
        let message = Message::new(topic, "score_update", Value::Object(data));
        Ok(Applied {
            state: Play { sport: goals, ..play.clone() },
            messages: vec![message],
            answer: Value::Object(answer),
            created: false,
        })
    }

    fn score(play: &Play<Pair<i64>>) -> Score {
        Score { goals: play.sport, shootout: None }
    }
}

fn read(body: &Value) -> Result<(Pair<i64>, Option<String>), Rejection> {
    let mut body = Body::of(body)?;
    body.require(&["home", "away"]);
    let home = body.integer("home", 0..=SCORE_MOST);
    let away = body.integer("away", 0..=SCORE_MOST);
    let text = body.text("text", TEXT_LONGEST);
    body.time("occurred_at");
    let goals = home.zip(away).map(|(home, away)| Pair { home, away });
    body.end(goals.map(|goals| (goals, text)))
}
