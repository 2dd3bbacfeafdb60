//! Messages of a match: what happened, in ids; what it changed is in the patch of the state.

use serde_json::{Value, json};

use crate::domain::closed_set::ClosedSet;
use crate::domain::merge_patch;
use crate::domain::message::Message;
use crate::domain::topic::{Channel, StreamId};
use crate::sports::cricket::innings::{
    Ball, FallOfWicket, InningsEnd, Milestone, MilestoneKind, Over,
};
use crate::sports::cricket::laws::{Cricketer, DismissalKind, OverCount, PenaltyAward};
use crate::sports::cricket::report::balls::ball_event_json;
use crate::sports::cricket::report::cards::{dismissal_event_json, milestone_event_json};
use crate::sports::cricket::report::performers;
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
                let data = merge_patch::without_nulls(json!({
                    "change": "replaced",
                    "player_id": player_in.id,
                    "player_out_id": player_out.id,
                    "reason": reason,
                }));
                vec![self.match_message("player_changed", data)]
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
            StepEffect::TargetSet => vec![self.target_set()],
            StepEffect::SuperOverStarted(number) => {
                vec![self.match_message("super_over", json!({ "super_over": number }))]
            }
        }
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
        let innings = self.scoreboard.innings.get(index);
        let data = json!({
            "innings": innings.map(|innings| innings.number),
            "batting_team_id":
                innings.map(|innings| self.setup.teams.team_id(innings.batting_side)),
            "super_over": innings.is_some_and(|innings| innings.is_super_over),
        });
        self.match_message("innings_start", data)
    }

    fn player_change(&self, change: &str, player: &Cricketer) -> Message {
        let data = json!({ "change": change, "player_id": player.id });
        self.match_message("player_changed", data)
    }

    fn penalty_awarded(&self, penalty: PenaltyAward, innings_index: Option<usize>) -> Message {
        let team_id = self.setup.teams.team_id(penalty.side);
        let mut data = json!({ "penalty": { "team_id": team_id, "runs": penalty.runs } });
        // Runs for a side that hasn't batted yet count in its next innings.
        if let Some(innings) = innings_index.and_then(|index| self.scoreboard.innings.get(index)) {
            data["innings"] = json!(innings.number);
        }
        self.match_message("penalty_awarded", data)
    }

    fn target_set(&self) -> Message {
        let target = self.scoreboard.revised_target.as_ref();
        let data = json!({
            "target": target.map(|target| target.runs),
            "overs": target.and_then(|target| target.overs).map(OverCount::to_text),
            "method": target.and_then(|target| target.method.as_deref()),
        });
        self.match_message("target_set", merge_patch::without_nulls(data))
    }

    fn ball_bowled(&self, ball: &Ball) -> Message {
        self.match_message("ball_bowled", json!({ "ball": ball_event_json(ball) }))
    }

    fn wicket_fallen(&self, fall: &FallOfWicket, ball_number: Option<u32>) -> Vec<Message> {
        let mut wicket = dismissal_event_json(&fall.dismissal);
        wicket["number"] = json!(fall.wicket_number);
        wicket["runs"] = json!(fall.batter_runs);
        wicket["balls"] = json!(fall.batter_balls_faced);
        let data = json!({
            "innings": self.scoreboard.innings.len(),
            "ball_number": ball_number,
            "wicket": wicket,
        });
        let label = fall.dismissal.kind.as_str();
        let data = merge_patch::without_nulls(data);
        self.match_and_team_messages("wicket_fallen", label, &[Side::Home, Side::Away], data)
    }

    fn over_complete(&self, innings_index: usize, over_number: usize, over: &Over) -> Message {
        let innings = self.scoreboard.innings.get(innings_index);
        let bowler = over.bowler_indices.last().and_then(|last| innings?.bowlers.get(*last));
        let data = json!({
            "innings": innings.map(|innings| innings.number),
            "over": over_number,
            "balls": over.symbols_text(),
            "runs": over.runs,
            "wickets": over.wickets,
            "maiden": over.is_maiden(),
            "bowler_id": bowler.map(|figures| figures.player.id),
        });
        self.match_message("over_complete", merge_patch::without_nulls(data))
    }

    /// `milestone_achieved`; or `milestone_withdrawn`, as corrections and penalty runs can cause.
    pub fn milestone_messages(&self, kind: &'static str, milestone: &Milestone) -> Vec<Message> {
        let data = json!({ "milestone": milestone_event_json(milestone, &self.setup.teams) });
        self.match_and_team_messages(kind, milestone.kind.as_str(), &[milestone.side], data)
    }

    fn innings_complete(&self, index: usize) -> Vec<Message> {
        let Some(innings) = self.scoreboard.innings.get(index) else { return Vec::new() };
        let reason = innings.end_reason.map_or("", |end| end.as_str());
        let data = json!({
            "innings": {
                "number": innings.number,
                "reason": reason,
                "runs": innings.runs,
                "wickets": innings.wickets,
                "overs": innings.overs_text(),
            },
            "top_performers": performers::top_performers_json(innings),
        });
        self.match_and_team_messages("innings_complete", reason, &[innings.batting_side], data)
    }
}
