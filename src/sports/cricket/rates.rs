//! What a match adds to the net run rates of its two teams.

use crate::domain::leaderboard::Rates;
use crate::domain::leaderboard::Scored;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::decision::Decision;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::innings::End;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::over::Quota;
use crate::sports::score::Pair;

/// What each side made; what a side gave away is what the other made. None for a match that
/// counts for no net run rate: without a result, awarded, or not of one limited innings a side.
///
/// A side that is all out counts as having faced all its overs. Where a method set the target,
/// the side batting first counts with one run less than it in the overs the other was given;
/// where the match was then cut short, with the par score in the overs the other faced.
pub fn of_match(board: &Board, format: &Format) -> Option<Rates> {
    let decision = board.decision(format)?;
    let counts = matches!(decision, Decision::Won { .. } | Decision::Tied { .. });
    let [first, second] = board.regular() else { return None };
    if !counts || !format.is_limited() {
        return None;
    }
    let (one, two) = (scored(first, format), scored(second, format));
    let target = board.target.as_ref().filter(|target| target.method.is_some());
    let one = match (target, second.end) {
        (None, _) => one,
        (Some(target), Some(End::Umpires { par })) => {
            let par = par.unwrap_or(target.runs.saturating_sub(1));
            Scored { runs: par.into(), balls: two.balls }
        }
        (Some(_), _) => {
            let runs = board.target_of(format, 1).unwrap_or(0).saturating_sub(1);
            Scored { runs: runs.into(), balls: allotted(second, format).unwrap_or(one.balls) }
        }
    };
    let mut pair = Pair::default();
    *pair.at(first.batting) = one;
    *pair.at(second.batting) = two;
    let Pair { home, away } = pair;
    Some(Rates { home, away, balls_per_over: format.balls_per_over.into() })
}

fn scored(innings: &Innings, format: &Format) -> Scored {
    let faced = i64::from(innings.bowled().in_balls(format.balls_per_over));
    let all_out = innings.end == Some(End::AllOut);
    let balls = allotted(innings, format).filter(|_| all_out).unwrap_or(faced);
    Scored { runs: innings.runs.into(), balls }
}

fn allotted(innings: &Innings, format: &Format) -> Option<i64> {
    innings.quota.map(|quota: Quota| quota.in_balls(format.balls_per_over).into())
}
