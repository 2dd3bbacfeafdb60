//! What readers are told, message by message.

use serde_json::Value;
use serde_json::json;

use crate::domain::message::Message;
use crate::domain::topic::Channel;
use crate::domain::topic::Stream;
use crate::sports::cricket::ball::Ball;
use crate::sports::cricket::batting::Card;
use crate::sports::cricket::batting::Fall;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::delivery::Penalty;
use crate::sports::cricket::live;
use crate::sports::cricket::match_state::Setup;
use crate::sports::cricket::milestones::Milestone;
use crate::sports::cricket::news::News;
use crate::sports::cricket::over::Over;
use crate::sports::cricket::partnership::Partnership;
use crate::sports::cricket::people::Cricketer;
use crate::sports::cricket::performers;
use crate::sports::score::Score;
use crate::sports::score::Which;

/// Puts news into words, as the board stands after the step that brought them.
#[derive(Clone, Copy, Debug)]
pub struct Teller<'a> {
    pub match_id: i64,
    pub setup: &'a Setup,
    pub board: &'a Board,
    /// What is shown: a result entered by hand has its own.
    pub score: Score,
}

impl Teller<'_> {
    pub fn tell(&self, news: &News) -> Vec<Message> {
        match news {
            News::Opened(index) => vec![self.opened(*index)],
            News::Batter(place, who) => vec![self.changed(place.word(), who)],
            News::Bowler(who) => vec![self.changed("bowler", who)],
            News::Gone(gone, who) => vec![self.changed(gone.word(), who)],
            News::Replaced { out, by, reason } => {
                let change = json!({
                    "change": "replaced",
                    "player_id": by.id,
                    "name": by.name,
                    "player_out_id": out.id,
                    "reason": reason,
                });
                vec![self.player_changed(change)]
            }
            News::Ball(ball) => vec![self.bowled(ball)],
            News::Wicket { fall, ball } => self.wicket(fall, *ball),
            News::Over { innings, number, over } => vec![self.over(*innings, *number, over)],
            News::Milestone(milestone) => self.milestone("milestone_achieved", milestone),
            News::Withdrawn(milestone) => self.milestone("milestone_withdrawn", milestone),
            News::Penalty { penalty, innings } => vec![self.awarded(*penalty, *innings)],
            News::Completed(index) => self.completed(*index),
            News::Target => vec![self.to_match("target_set", self.now())],
            News::SuperOver(number) => {
                vec![self.to_match("super_over", json!({ "super_over": number }))]
            }
        }
    }

    /// The board as it stands, for messages that change more than one thing of it.
    pub fn now(&self) -> Value {
        live::now(self.setup, self.board)
    }

    /// A message to the match; all carry the score, so that no reader needs to add.
    pub fn to_match(self, kind: &'static str, mut data: Value) -> Message {
        data["match_id"] = json!(self.match_id);
        data["score"] = json!(self.score.goals);
        Message::new(Stream::Match(self.match_id).topic(), kind, data)
    }

    /// To the match, and to those who follow `sides`.
    fn to_sides(
        self,
        kind: &'static str,
        (label, sides): (&str, &[Which]),
        data: Value,
    ) -> Vec<Message> {
        let message = self.to_match(kind, data).labelled(label);
        let team = |side: &Which| Stream::Team(self.setup.sides.team_id(*side));
        let topics = sides.iter().map(|side| team(side).channel(Channel::Live));
        let copies = topics.map(|topic| Message { topic, ..message.clone() });
        std::iter::once(message.clone()).chain(copies).collect()
    }

    fn opened(&self, index: usize) -> Message {
        let mut data = self.now();
        data["super_over"] =
            json!(self.board.innings.get(index).is_some_and(|innings| innings.super_over));
        self.to_match("innings_start", data)
    }

    fn changed(&self, change: &str, who: &Cricketer) -> Message {
        self.player_changed(json!({ "change": change, "player_id": who.id, "name": who.name }))
    }

    fn player_changed(&self, change: Value) -> Message {
        let mut data = self.now();
        if let (Value::Object(data), Value::Object(change)) = (&mut data, change) {
            data.extend(change);
        }
        self.to_match("player_changed", data)
    }

    /// The board with it: what a side that isn't batting is awarded moves the target too.
    fn awarded(&self, penalty: Penalty, innings: Option<usize>) -> Message {
        let mut data = self.now();
        let team_id = self.setup.sides.team_id(penalty.side);
        data["penalty"] = json!({ "team_id": team_id, "runs": penalty.runs });
        let awarded = innings.map(|index| live::innings(self.setup, self.board, index));
        data["awarded_innings"] = json!(awarded);
        self.to_match("penalty_awarded", data)
    }

    /// The ball, and everybody's figures after it. `striker` is who faced it; `next` says who
    /// stands where now.
    fn bowled(&self, ball: &Ball) -> Message {
        let index = usize::try_from(ball.innings.saturating_sub(1)).unwrap_or(0);
        let innings = self.board.innings.get(index);
        let per = self.setup.format.balls_per_over;
        let card = |id: i64| {
            let mut cards = innings.into_iter().flat_map(|innings| &innings.cards);
            cards.find(|card| card.who.id == id).map(Card::brief)
        };
        let mut figures = innings.into_iter().flat_map(|innings| &innings.figures);
        let figures = figures.find(|figures| figures.who.id == ball.bowler.id);
        let stand = innings.and_then(|innings| innings.partnerships.last());
        let open = self.board.open();
        let id = |index: Option<usize>| Some(open?.cards.get(index?)?.who.id);
        let data = json!({
            "ball": ball.view(),
            "innings": live::innings(self.setup, self.board, index),
            "striker": card(ball.striker.id),
            "non_striker": card(ball.non_striker.id),
            "bowler": figures.map(|figures| figures.view(per)),
            "partnership": Partnership::brief(stand),
            "next": {
                "striker_id": id(open.and_then(|innings| innings.striker)),
                "non_striker_id": id(open.and_then(|innings| innings.non_striker)),
                "bowler_id": open.and_then(|o| o.current_bowler()).map(|figures| figures.who.id),
                "free_hit": open.is_some_and(|innings| innings.free_hit),
                "number": self.board.count() + 1,
            },
        });
        self.to_match("ball_bowled", data)
    }

    fn wicket(&self, fall: &Fall, ball: Option<u32>) -> Vec<Message> {
        let mut wicket = fall.dismissal.view();
        wicket["wicket"] = json!(fall.wicket);
        wicket["batter"] = json!({ "runs": fall.batter.0, "balls": fall.batter.1 });
        let last = self.board.innings.len().saturating_sub(1);
        let stand = self.board.innings.get(last).and_then(|innings| innings.partnerships.last());
        let data = json!({
            "ball_number": ball,
            "wicket": wicket,
            "fall": fall.view(),
            "innings": live::innings(self.setup, self.board, last),
            "partnership": Partnership::brief(stand),
        });
        let label = fall.dismissal.kind.word();
        self.to_sides("wicket_fallen", (label, &[Which::Home, Which::Away]), data)
    }

    fn over(&self, index: usize, number: usize, over: &Over) -> Message {
        let innings = self.board.innings.get(index);
        let bowler = over.bowlers.last().and_then(|last| innings?.figures.get(*last));
        let data = json!({
            "over": number,
            "balls": over.balls,
            "summary": over.summary(),
            "runs": over.runs,
            "wickets": over.wickets,
            "maiden": over.is_maiden(),
            "bowler": bowler.map(|figures| figures.view(self.setup.format.balls_per_over)),
            "innings": live::innings(self.setup, self.board, index),
        });
        self.to_match("over_complete", data)
    }

    /// `milestone_achieved`, or `milestone_withdrawn` after a correction or an award taken back.
    pub fn milestone(&self, kind: &'static str, milestone: &Milestone) -> Vec<Message> {
        let data = json!({ "milestone": milestone.view(&self.setup.sides) });
        self.to_sides(kind, (milestone.kind.word(), &[milestone.side]), data)
    }

    fn completed(&self, index: usize) -> Vec<Message> {
        let Some(innings) = self.board.innings.get(index) else { return Vec::new() };
        let mut brief = live::innings(self.setup, self.board, index);
        let reason = innings.end.map_or("", |end| end.word());
        brief["reason"] = json!(reason);
        let data = json!({
            "innings": brief,
            "top_performers": performers::of_innings(innings, self.setup.format.balls_per_over),
            "next_target": self.board.target_of_next(&self.setup.format),
        });
        self.to_sides("innings_complete", (reason, &[innings.batting]), data)
    }
}
