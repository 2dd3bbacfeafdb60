//! Penalty runs: which innings they belong to, and what they bring it (Law 41.17).

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::delivery::Penalty;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::milestones;
use crate::sports::cricket::milestones::Before;
use crate::sports::cricket::news::News;
use crate::sports::score::Which;

/// Adds penalty runs to the innings a side is playing, else to its last one, else to its next;
/// `ball` is the one they came with. Gives what they brought.
pub fn award(
    board: &mut Board,
    penalty: Penalty,
    ball: Option<u32>,
) -> Result<Vec<News>, Rejection> {
    let place = place(board, penalty.side);
    let mut news = vec![News::Penalty { penalty, innings: place }];
    let Some(innings) = place.and_then(|place| board.innings.get_mut(place)) else {
        let owed = board.owed.at(penalty.side);
        *owed = owed.checked_add_signed(penalty.runs).ok_or_else(never_awarded)?;
        return Ok(news);
    };
    let innings = Arc::make_mut(innings);
    let partnership = innings.partnership().map_or(0, |pair| pair.runs);
    let before = Before { team: innings.runs, partnership, ..Before::default() };
    add(innings, penalty.runs)?;
    news.extend(milestones::lost(innings, &before).into_iter().map(News::Withdrawn));
    let reached = milestones::of_award(innings, &before, ball).into_iter().map(Arc::new);
    let reached: Vec<_> = reached.collect();
    innings.milestones.extend(reached.iter().cloned());
    news.extend(reached.into_iter().map(News::Milestone));
    Ok(news)
}

/// The newest innings of the side. While super overs are played the match's own are history: only
/// those of the super over in play count, and before a side has batted in it, its next.
fn place(board: &Board, side: Which) -> Option<usize> {
    let earlier = board.super_overs.checked_sub(1);
    let from = earlier.map_or(0, |earlier| board.regular().len() + 2 * earlier);
    let own = board.innings.get(from..)?;
    own.iter().rposition(|innings| innings.batting == side).map(|at| from + at)
}

fn add(innings: &mut Innings, runs: i32) -> Result<(), Rejection> {
    let extras = &mut innings.extras.penalty;
    *extras = extras.checked_add_signed(runs).ok_or_else(never_awarded)?;
    innings.runs = innings.runs.checked_add_signed(runs).ok_or_else(never_awarded)?;
    let stands = innings.is_open();
    if let Some(pair) = innings.partnerships.last_mut().filter(|pair| pair.unbroken && stands) {
        pair.runs = pair.runs.saturating_add_signed(runs);
    }
    Ok(())
}

fn never_awarded() -> Rejection {
    Rejection::conflict("never-awarded", "more penalty runs would be taken back than were awarded")
}
