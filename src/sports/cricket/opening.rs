//! Whose turn it is to bat: the order of innings, the follow-on, forfeits, super overs.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::batting::Place;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::decision::Standing;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::innings::End;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::news::News;
use crate::sports::cricket::people::Who;
use crate::sports::score::Which;

/// Who begins an innings.
#[derive(Debug, PartialEq, Eq)]
pub struct Opening {
    pub batting: Which,
    pub striker: Option<Who>,
    pub non_striker: Option<Who>,
    pub bowler: Option<Who>,
    pub overrides: bool,
}

/// Opens the next innings, or the one that was just opened anew.
pub fn open(board: &mut Board, format: &Format, opening: &Opening) -> Result<Vec<News>, Rejection> {
    take_back_unplayed(board);
    let mut innings = next(board, format, opening.batting)?;
    let owed = std::mem::take(board.owed.at(opening.batting));
    innings.runs += owed;
    innings.extras.penalty += owed;
    board.innings.push(Arc::new(innings));
    let places = [(Place::Striker, &opening.striker), (Place::NonStriker, &opening.non_striker)];
    for (place, who) in places {
        let Some(who) = who else { continue };
        board.may_take_part(who)?;
        board.open_mut()?.come_in(place, who)?;
    }
    if let Some(who) = &opening.bowler {
        board.may_bowl(who)?;
        board.open_mut()?.take_the_ball(format, who, opening.overrides)?;
    }
    Ok(vec![News::Opened(board.innings.len() - 1)])
}

/// The side whose turn it is gives its innings up: before it, or before its first ball (Law 15.2).
pub fn forfeit(board: &mut Board, format: &Format) -> Result<Vec<News>, Rejection> {
    let due = board.open().filter(|innings| !innings.begun).map(|innings| innings.batting);
    take_back_unplayed(board);
    let due = due.or_else(|| board.due(format));
    let none = || Rejection::conflict("no-innings", "there is no innings to forfeit");
    let mut innings = next(board, format, due.ok_or_else(none)?)?;
    innings.end = Some(End::Forfeited);
    board.innings.push(Arc::new(innings));
    Ok(Vec::new())
}

/// An innings without a ball was opened by mistake, or is opened by a second scorer.
fn take_back_unplayed(board: &mut Board) {
    let unplayed = board
        .open()
        .is_some_and(|innings| !innings.begun && innings.wickets == 0 && innings.absent.is_empty());
    if unplayed && let Some(innings) = board.innings.pop() {
        *board.owed.at(innings.batting) += innings.extras.penalty;
    }
}

fn next(board: &Board, format: &Format, batting: Which) -> Result<Innings, Rejection> {
    let refused = |code, detail: &str| Err(Rejection::conflict(code, detail));
    if board.open().is_some() {
        return refused("innings-open", "the innings before is still being played");
    }
    let number = u32::try_from(board.innings.len()).unwrap_or(u32::MAX).saturating_add(1);
    if board.super_overs > 0 {
        let own = board.of_super_overs();
        if own.len() >= 2 * board.super_overs {
            return refused("no-innings-left", "that super over is over: ask for another");
        }
        let first = own.last().filter(|_| own.len() % 2 == 1);
        if first.is_some_and(|first| first.batting == batting) {
            return refused("wrong-side", "the other side bats now");
        }
        return Ok(Innings::super_over(format, number, batting));
    }
    if board.innings.len() >= format.innings() {
        let level = board.standing(format) == Standing::Level;
        let how = if level { "super-over or end" } else { "end" };
        return refused("no-innings-left", &format!("all innings have been played: use {how}"));
    }
    let follow_on = board.follows_on(format, batting)?;
    let mut innings = Innings { follow_on, ..Innings::new(format, number, batting) };
    let overs = board.target.as_ref().and_then(|target| target.overs);
    if let Some(overs) = overs.filter(|_| board.innings.len() + 1 == format.innings()) {
        innings.quota = Some(overs);
    }
    Ok(innings)
}

impl Board {
    /// The side that bats next if nobody enforces a follow-on.
    fn due(&self, format: &Format) -> Option<Which> {
        if self.innings.len() >= format.innings() {
            return None;
        }
        let [first, .., last] = self.innings.as_slice() else {
            return self.innings.first().map(|first| first.batting.other());
        };
        // After a follow-on the side that batted first has an innings left.
        let twice = self.innings.len() == 3;
        Some(if twice { last.batting.other() } else { first.batting })
    }

    /// Whether `batting` follows on; refused where it isn't its turn (Law 14).
    fn follows_on(&self, format: &Format, batting: Which) -> Result<bool, Rejection> {
        let Some(due) = self.due(format).filter(|due| *due != batting) else { return Ok(false) };
        let lead = self.total(due).checked_sub(self.total(batting));
        let enough = format.follow_on.zip(lead).is_some_and(|(least, lead)| lead >= least);
        if self.innings.len() == 2 && enough {
            return Ok(true);
        }
        let detail = match format.follow_on.filter(|_| self.innings.len() == 2) {
            Some(least) => format!("a follow-on needs a lead of {least} runs (Law 14.1)"),
            None => "the other side bats now".to_owned(),
        };
        Err(Rejection::conflict("wrong-side", detail))
    }
}
