//! Decides the match from the scoreboard (Law 16).

use crate::sports::cricket::innings::{Innings, InningsEnd};
use crate::sports::cricket::laws::CricketFormat;
use crate::sports::cricket::scoring::decision::{MatchDecision, WinningMargin};
use crate::sports::cricket::scoring::scoreboard::Scoreboard;

/// Whether play has decided the match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecisionState {
    Undecided,
    /// The scores are level, and nothing is left to bowl.
    ScoresLevel,
    Decided(MatchDecision),
}

/// Name of the super over in result texts.
const SUPER_OVER_LABEL: &str = "the Super Over";

impl Scoreboard {
    /// Whether the match is decided: by hand, by a super over or by its innings (Law 16).
    pub fn decision_state(&self, format: &CricketFormat) -> DecisionState {
        if let Some(ended) = &self.manual_decision {
            return DecisionState::Decided(ended.clone());
        }
        if self.super_over_count > 0 {
            self.decide_by_super_over()
        } else {
            self.decide_by_play(format)
        }
    }

    /// The decision, if there is one.
    pub fn decision(&self, format: &CricketFormat) -> Option<MatchDecision> {
        match self.decision_state(format) {
            DecisionState::Decided(decision) => Some(decision),
            _ => None,
        }
    }

    fn decide_by_super_over(&self) -> DecisionState {
        let super_over_innings = self.super_over_innings();
        let [.., first, second] = super_over_innings else { return DecisionState::Undecided };
        // A super over that was cut short decides nothing.
        let is_cut_short =
            |one: &Innings| matches!(one.end_reason, Some(InningsEnd::EndedByUmpires { .. }));
        let either_cut_short = is_cut_short(first) || is_cut_short(second);
        if super_over_innings.len() < 2 * self.super_over_count
            || second.is_open()
            || either_cut_short
        {
            return DecisionState::Undecided;
        }
        let winner = match second.runs.cmp(&first.runs) {
            std::cmp::Ordering::Equal => return DecisionState::ScoresLevel,
            std::cmp::Ordering::Greater => second.batting_side,
            std::cmp::Ordering::Less => first.batting_side,
        };
        let decided_by = Some(SUPER_OVER_LABEL.to_owned());
        DecisionState::Decided(MatchDecision::Tied {
            advancing: Some(winner),
            decided_by,
            method: self.target_method(),
        })
    }

    fn decide_by_play(&self, format: &CricketFormat) -> DecisionState {
        let count = self.regular_innings().len();
        let Some(last) = self.regular_innings().last() else { return DecisionState::Undecided };
        if count + 1 == format.innings_count() && count > 1 {
            return self.decide_by_innings_victory(last);
        }
        match self.target_for(format, count - 1) {
            Some(target) => self.decide_chase(format, last, target),
            None => DecisionState::Undecided,
        }
    }

    /// After three of four innings, the side that has batted twice may still be behind.
    fn decide_by_innings_victory(&self, last: &Innings) -> DecisionState {
        let other = last.batting_side.other();
        let has_batted_twice = self
            .regular_innings()
            .iter()
            .filter(|one| one.batting_side == last.batting_side)
            .count()
            == 2;
        let (last_total, other_total) =
            (self.total_runs(last.batting_side), self.total_runs(other));
        if last.is_open() || !has_batted_twice || last_total >= other_total {
            return DecisionState::Undecided;
        }
        let margin = WinningMargin::Innings { runs: other_total - last_total };
        DecisionState::Decided(MatchDecision::Won { side: other, margin, method: None })
    }

    fn decide_chase(&self, format: &CricketFormat, last: &Innings, target: u32) -> DecisionState {
        let (side, method) = (last.batting_side, self.target_method());
        let won = |side, margin, method| {
            DecisionState::Decided(MatchDecision::Won { side, margin, method })
        };
        match last.end_reason {
            None => DecisionState::Undecided,
            Some(InningsEnd::TargetReached) => {
                let wickets = last.max_wickets.saturating_sub(last.wickets);
                let balls_left = last.balls_left(format);
                won(side, WinningMargin::Wickets { wickets, balls_left }, method)
            }
            // Only with a method does an unfinished chase have a winner.
            Some(InningsEnd::EndedByUmpires { par }) => match (&method, par) {
                (Some(_), par) => {
                    self.decide_by_par_score(last, par.unwrap_or(target.saturating_sub(1)))
                }
                (None, _) => DecisionState::Undecided,
            },
            Some(_) if last.runs >= target => won(side, WinningMargin::PenaltyRuns, method),
            Some(_) if last.runs + 1 == target => DecisionState::ScoresLevel,
            Some(_) => won(side.other(), WinningMargin::Runs(target - 1 - last.runs), method),
        }
    }

    fn decide_by_par_score(&self, last: &Innings, par: u32) -> DecisionState {
        let (side, method) = (last.batting_side, self.target_method());
        let (winner, runs) = match last.runs.cmp(&par) {
            std::cmp::Ordering::Equal => return DecisionState::ScoresLevel,
            std::cmp::Ordering::Greater => (side, last.runs - par),
            std::cmp::Ordering::Less => (side.other(), par - last.runs),
        };
        DecisionState::Decided(MatchDecision::Won {
            side: winner,
            margin: WinningMargin::Runs(runs),
            method,
        })
    }

    /// A decision made by hand; a tie also names the method that set the target.
    pub fn with_target_method(&self, decision: MatchDecision) -> MatchDecision {
        match decision {
            MatchDecision::Tied { advancing, decided_by, .. } => {
                MatchDecision::Tied { advancing, decided_by, method: self.target_method() }
            }
            other => other,
        }
    }

    fn target_method(&self) -> Option<String> {
        self.revised_target.as_ref().and_then(|target| target.method.clone())
    }
}
