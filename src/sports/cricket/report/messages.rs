//! Messages of a match.

use serde_json::{Value, json};

use crate::domain::closed_set::ClosedSet;
use crate::domain::message::Message;
use crate::domain::topic::{Channel, StreamId};
use crate::sports::cricket::innings::{
    Ball, FallOfWicket, Innings, InningsEnd, Milestone, MilestoneKind, Over,
};
use crate::sports::cricket::laws::{Cricketer, DismissalKind, PenaltyAward};
use crate::sports::cricket::report::balls::ball_json;
use crate::sports::cricket::report::cards::{
    batter_summary_json, bowler_json, dismissal_json, fall_json, milestone_json,
    partnership_summary_json,
};
use crate::sports::cricket::report::{live, performers};
use crate::sports::cricket::scoring::{CricketSetup, Scoreboard, StepEffect};
use crate::sports::score::{Score, Side};

/// Types of its messages, beside those of every sport.
const MESSAGE_TYPES: [&str; 17] = [
    "ball_bowled",
    "ball_corrected",
    "ball_submitted",
    "dispute_resolved",
    "innings_complete",
    "innings_start",
    "match_complete",
    "milestone_achieved",
    "milestone_withdrawn",
    "over_complete",
    "penalty_awarded",
    "player_changed",
    "scoring_dispute_raised",
    "super_over",
    "target_set",
    "toss",
    "wicket_fallen",
];

/// Whether a message has this type or this label.
pub fn names_message(word: &str) -> bool {
    MESSAGE_TYPES.contains(&word)
        || DismissalKind::from_text(word).is_some()
        || MilestoneKind::from_text(word).is_some()
        || InningsEnd::ALL.iter().any(|end| end.as_str() == word)
}

/// Builds messages from effects; the scoreboard is the one right after the step.
#[derive(Clone, Copy, Debug)]
pub struct MessageBuilder<'a> {
    pub match_id: i64,
    pub setup: &'a CricketSetup,
    pub scoreboard: &'a Scoreboard,
    /// Score to publish: that of a result entered by hand, if there is one.
    pub displayed_score: Score,
}

impl MessageBuilder<'_> {
    /// All messages of one effect.
    pub fn messages_for(&self, effect: &StepEffect) -> Vec<Message> {
        match effect {
            StepEffect::InningsOpened(index) => vec![self.innings_start(*index)],
            StepEffect::BatterIn(role, player) => vec![self.player_change(role.as_str(), player)],
            StepEffect::BowlerOn(player) => vec![self.player_change("bowler", player)],
            StepEffect::PlayerLeft(reason, player) => {
                vec![self.player_change(reason.as_str(), player)]
            }
            StepEffect::PlayerReplaced { player_out, player_in, reason } => {
                let change = json!({
                    "change": "replaced",
                    "player_id": player_in.id,
                    "name": player_in.name,
                    "player_out_id": player_out.id,
                    "reason": reason,
                });
                vec![self.player_changed_message(change)]
            }
            StepEffect::BallBowled(ball) => vec![self.ball_bowled(ball)],
            StepEffect::WicketFell { fall, ball_number } => self.wicket_fallen(fall, *ball_number),
            StepEffect::OverCompleted { innings_index, over_number, over } => {
                vec![self.over_complete(*innings_index, *over_number, over)]
            }
            StepEffect::MilestoneReached(milestone) => {
                self.milestone_messages("milestone_achieved", milestone)
            }
            StepEffect::MilestoneWithdrawn(milestone) => {
                self.milestone_messages("milestone_withdrawn", milestone)
            }
            StepEffect::PenaltyAwarded { penalty, innings_index } => {
                vec![self.penalty_awarded(*penalty, *innings_index)]
            }
            StepEffect::InningsCompleted(index) => self.innings_complete(*index),
            StepEffect::TargetSet => vec![self.match_message("target_set", self.live_json())],
            StepEffect::SuperOverStarted(number) => {
                vec![self.match_message("super_over", json!({ "super_over": number }))]
            }
        }
    }

    /// The live board, for messages that change more than one part of it.
    pub fn live_json(&self) -> Value {
        live::live_json(self.setup, self.scoreboard)
    }

    /// A message for the match's topic; adds `match_id`, and `score` to spare clients adding up.
    pub fn match_message(self, kind: &'static str, mut data: Value) -> Message {
        data["match_id"] = json!(self.match_id);
        data["score"] = json!(self.displayed_score.totals);
        Message::new(StreamId::Match(self.match_id).topic(), kind, data)
    }

    /// A labelled message for the match's topic, and a copy for the live topic of each side's team.
    fn match_and_team_messages(
        self,
        kind: &'static str,
        label: &str,
        sides: &[Side],
        data: Value,
    ) -> Vec<Message> {
        let message = self.match_message(kind, data).with_label(label);
        let team_stream = |side: &Side| StreamId::Team(self.setup.teams.team_id(*side));
        let topics = sides.iter().map(|side| team_stream(side).channel_topic(Channel::Live));
        let copies = topics.map(|topic| Message { topic, ..message.clone() });
        std::iter::once(message.clone()).chain(copies).collect()
    }

    fn innings_start(&self, index: usize) -> Message {
        let mut data = self.live_json();
        data["super_over"] =
            json!(self.scoreboard.innings.get(index).is_some_and(|innings| innings.is_super_over));
        self.match_message("innings_start", data)
    }

    fn player_change(&self, change: &str, player: &Cricketer) -> Message {
        self.player_changed_message(
            json!({ "change": change, "player_id": player.id, "name": player.name }),
        )
    }

    fn player_changed_message(&self, change: Value) -> Message {
        let mut data = self.live_json();
        if let (Value::Object(data), Value::Object(change)) = (&mut data, change) {
            data.extend(change);
        }
        self.match_message("player_changed", data)
    }

    /// Carries the live board: penalty runs of the fielding side move the target.
    fn penalty_awarded(&self, penalty: PenaltyAward, innings_index: Option<usize>) -> Message {
        let mut data = self.live_json();
        let team_id = self.setup.teams.team_id(penalty.side);
        data["penalty"] = json!({ "team_id": team_id, "runs": penalty.runs });
        let awarded_innings =
            innings_index.map(|index| live::innings_json(self.setup, self.scoreboard, index));
        data["awarded_innings"] = json!(awarded_innings);
        self.match_message("penalty_awarded", data)
    }

    /// The ball and all figures after it: `striker` faced it, `next` has the roles after it.
    fn ball_bowled(&self, ball: &Ball) -> Message {
        let index = usize::try_from(ball.innings_number.saturating_sub(1)).unwrap_or(0);
        let innings = self.scoreboard.innings.get(index);
        let balls_per_over = self.setup.format.balls_per_over;
        let batter_json = |batter_id: i64| {
            let mut cards = innings.into_iter().flat_map(|innings| &innings.batters);
            cards.find(|card| card.player.id == batter_id).map(batter_summary_json)
        };
        let mut figures = innings.into_iter().flat_map(|innings| &innings.bowlers);
        let figures = figures.find(|figures| figures.player.id == ball.bowler.id);
        let partnership = innings.and_then(|innings| innings.partnerships.last());
        let open_innings = self.scoreboard.open_innings();
        let id = |index: Option<usize>| Some(open_innings?.batters.get(index?)?.player.id);
        let next_bowler = open_innings.and_then(Innings::current_bowler);
        let data = json!({
            "ball": ball_json(ball),
            "innings": live::innings_json(self.setup, self.scoreboard, index),
            "striker": batter_json(ball.striker.id),
            "non_striker": batter_json(ball.non_striker.id),
            "bowler": figures.map(|figures| bowler_json(figures, balls_per_over)),
            "partnership": partnership_summary_json(partnership),
            "next": {
                "striker_id": id(open_innings.and_then(|innings| innings.striker_index)),
                "non_striker_id": id(open_innings.and_then(|innings| innings.non_striker_index)),
                "bowler_id": next_bowler.map(|figures| figures.player.id),
                "free_hit": open_innings.is_some_and(|innings| innings.next_is_free_hit),
                "number": self.scoreboard.ball_count() + 1,
            },
        });
        self.match_message("ball_bowled", data)
    }

    fn wicket_fallen(&self, fall: &FallOfWicket, ball_number: Option<u32>) -> Vec<Message> {
        let mut wicket = dismissal_json(&fall.dismissal);
        wicket["wicket"] = json!(fall.wicket_number);
        wicket["batter"] = json!({ "runs": fall.batter_runs, "balls": fall.batter_balls_faced });
        let innings_index = self.scoreboard.innings.len().saturating_sub(1);
        let partnership = self
            .scoreboard
            .innings
            .get(innings_index)
            .and_then(|innings| innings.partnerships.last());
        let data = json!({
            "ball_number": ball_number,
            "wicket": wicket,
            "fall": fall_json(fall),
            "innings": live::innings_json(self.setup, self.scoreboard, innings_index),
            "partnership": partnership_summary_json(partnership),
        });
        let label = fall.dismissal.kind.as_str();
        self.match_and_team_messages("wicket_fallen", label, &[Side::Home, Side::Away], data)
    }

    fn over_complete(&self, innings_index: usize, over_number: usize, over: &Over) -> Message {
        let innings = self.scoreboard.innings.get(innings_index);
        let bowler = over.bowler_indices.last().and_then(|last| innings?.bowlers.get(*last));
        let data = json!({
            "over": over_number,
            "balls": over.ball_symbols,
            "summary": over.symbols_text(),
            "runs": over.runs,
            "wickets": over.wickets,
            "maiden": over.is_maiden(),
            "bowler": bowler.map(|figures| bowler_json(figures, self.setup.format.balls_per_over)),
            "innings": live::innings_json(self.setup, self.scoreboard, innings_index),
        });
        self.match_message("over_complete", data)
    }

    /// `milestone_achieved`; or `milestone_withdrawn`, as corrections and penalty runs can cause.
    pub fn milestone_messages(&self, kind: &'static str, milestone: &Milestone) -> Vec<Message> {
        let data = json!({ "milestone": milestone_json(milestone, &self.setup.teams) });
        self.match_and_team_messages(kind, milestone.kind.as_str(), &[milestone.side], data)
    }

    fn innings_complete(&self, index: usize) -> Vec<Message> {
        let Some(innings) = self.scoreboard.innings.get(index) else { return Vec::new() };
        let mut summary = live::innings_json(self.setup, self.scoreboard, index);
        let reason = innings.end_reason.map_or("", |end| end.as_str());
        summary["reason"] = json!(reason);
        let balls_per_over = self.setup.format.balls_per_over;
        let data = json!({
            "innings": summary,
            "top_performers": performers::top_performers_json(innings, balls_per_over),
            "next_target": self.scoreboard.next_innings_target(&self.setup.format),
        });
        self.match_and_team_messages("innings_complete", reason, &[innings.batting_side], data)
    }
}
