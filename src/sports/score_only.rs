//! A sport with a running score and nothing else.

use serde_json::{Map, Value, json};

use crate::domain::matches::MatchStatus;
use crate::domain::message::Message;
use crate::domain::permission::MatchPermission;
use crate::domain::rejection::Rejection;
use crate::domain::topic::StreamId;
use crate::input::{self, FieldReader};
use crate::sports::clock::PeriodSchedule;
use crate::sports::game::Match;
use crate::sports::score::{MAX_SCORE, PerSide, Score};
use crate::sports::sport::Sport;
use crate::sports::{ActionMethod, ActionSpec, ApplyResult, MatchCommand, MatchInfo, Transition};

/// Maximum length of the text shown beside a score.
const MAX_TEXT_CHARS: usize = 500;

const SCORE_ACTION: ActionSpec =
    ActionSpec::new(ActionMethod::Post, "score", MatchPermission::Record);

/// Score only: each `score` action sends the whole score.
pub struct ScoreOnly;

impl Sport for ScoreOnly {
    const CODE: &'static str = "generic";
    const PERIOD_SCHEDULE: PeriodSchedule = PeriodSchedule { periods: &[], breaks: &[] };
    type State = PerSide<i64>;

    const ACTIONS: &'static [ActionSpec] = &[SCORE_ACTION];
    const API_DESCRIPTION: &'static str = include_str!("score_only/api.txt");

    fn names_message(word: &str) -> bool {
        word == "score_update"
    }

    fn initial_state(match_info: &MatchInfo) -> Result<PerSide<i64>, Rejection> {
        match_info.reject_format()?;
        Ok(PerSide::default())
    }

    fn apply(
        match_info: &MatchInfo,
        game: &Match<PerSide<i64>>,
        command: &MatchCommand,
    ) -> ApplyResult<Match<PerSide<i64>>> {
        if !SCORE_ACTION.is_named(&command.action) {
            return Err(Rejection::not_found("action"));
        }
        game.require_status(SCORE_ACTION.path, &[MatchStatus::Live, MatchStatus::Paused])?;
        let (totals, text) = parse_score(&command.body)?;

        let mut response_fields = Map::new();
        Score { totals, shootout: None }.write_to(&mut response_fields);
        let mut data = response_fields.clone();
        data.insert("match_id".into(), json!(match_info.match_id));
        if let Some(text) = text {
            data.insert("text".into(), json!(text));
        }
        let topic = StreamId::Match(match_info.match_id).topic();
        let message = Message::new(topic, "score_update", Value::Object(data));
        Ok(Transition {
            state: Match { state: totals, ..game.clone() },
            messages: vec![message],
            response: Value::Object(response_fields),
            is_created: false,
        })
    }

    fn computed_score(game: &Match<PerSide<i64>>) -> Score {
        Score { totals: game.state, shootout: None }
    }
}

fn parse_score(body: &Value) -> Result<(PerSide<i64>, Option<String>), Rejection> {
    let mut body = FieldReader::nullable_body(body);
    body.require(&["home", "away"]);
    let home = body.optional("home", input::integer(0..=MAX_SCORE));
    let away = body.optional("away", input::integer(0..=MAX_SCORE));
    let text = body.optional("text", input::any_text(MAX_TEXT_CHARS));
    body.optional("occurred_at", input::time());
    let totals = home.zip(away).map(|(home, away)| PerSide { home, away });
    body.finish_with(totals.map(|goals| (goals, text)))
}
