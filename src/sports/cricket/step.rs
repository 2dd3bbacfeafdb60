//! What can happen in a match, and what each of it does to the board: the fold's one function.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::award;
use crate::sports::cricket::ball::Entered;
use crate::sports::cricket::batting::Place;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::board::Target;
use crate::sports::cricket::decision::Decision;
use crate::sports::cricket::decision::Standing;
use crate::sports::cricket::deliver;
use crate::sports::cricket::delivery::Out;
use crate::sports::cricket::delivery::Penalty;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::innings::End;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::news::Gone;
use crate::sports::cricket::news::News;
use crate::sports::cricket::opening;
use crate::sports::cricket::opening::Opening;
use crate::sports::cricket::over::Quota;
use crate::sports::cricket::people::Who;
use crate::sports::cricket::people::refused;
use crate::sports::cricket::wickets;

/// Something official.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    Open(Opening),
    Ball(Arc<Entered>),
    Penalty(Penalty),
    Out(Vec<Out>),
    Players(Change),
    Close(End),
    Target {
        runs: Option<u32>,
        overs: Option<Quota>,
        method: Option<String>,
    },
    SuperOver,
    End(Decision),
    /// The player of the match, as somebody judged.
    Best(Who),
}

/// What changes about who plays; one after the other, as they stand here.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub retire: Option<(Who, Gone)>,
    pub absent: Option<Who>,
    pub suspend: Option<Who>,
    pub replace: Option<(Who, Who, Option<String>)>,
    pub striker: Option<Who>,
    pub non_striker: Option<Who>,
    /// Wherever a place is vacant.
    pub batter: Option<Who>,
    pub bowler: Option<Who>,
    pub overrides: bool,
}

impl Step {
    /// The action that asks for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open(_) => "innings",
            Self::Ball(_) | Self::Penalty(_) | Self::Out(_) => "balls",
            Self::Players(_) => "players",
            Self::Close(_) => "declare",
            Self::Target { .. } => "target",
            Self::SuperOver => "super-over",
            Self::End(_) | Self::Best(_) => "end",
        }
    }

    /// Does it; gives what it brought. On a rejection the board is of no more use.
    pub fn take(&self, board: &mut Board, format: &Format) -> Result<Vec<News>, Rejection> {
        let mut news = match self {
            Self::Open(opening) => opening::open(board, format, opening)?,
            Self::Ball(entered) => deliver::bowl(board, format, entered)?,
            Self::Penalty(penalty) => award::award(board, *penalty, None)?,
            Self::Out(outs) => wickets::between_balls(board, outs)?,
            Self::Players(change) => change.make(board, format)?,
            Self::Close(end) => close(board, format, *end)?,
            Self::Target { runs, overs, method } => {
                set_target(board, format, (*runs, *overs, method))?;
                vec![News::Target]
            }
            Self::SuperOver => super_over(board, format)?,
            Self::End(decision) => {
                board.ended = Some(decision.clone());
                Vec::new()
            }
            Self::Best(who) => {
                board.best = Some(Arc::clone(who));
                Vec::new()
            }
        };
        let was_closed = matches!(self, Self::Close(_));
        if board.settle(format) || was_closed {
            news.extend(board.innings.len().checked_sub(1).map(News::Completed));
        }
        Ok(news)
    }
}

fn close(board: &mut Board, format: &Format, end: End) -> Result<Vec<News>, Rejection> {
    if end == End::Forfeited {
        return opening::forfeit(board, format);
    }
    board.open_mut()?.end = Some(end);
    Ok(Vec::new())
}

fn set_target(
    board: &mut Board,
    format: &Format,
    (runs, overs, method): (Option<u32>, Option<Quota>, &Option<String>),
) -> Result<(), Rejection> {
    if board.super_overs > 0 {
        return Err(Rejection::conflict("no-target", "a super over has no other target"));
    }
    let last = format.innings();
    if let Some(overs) = overs
        && (runs.is_none() || board.innings.len() == last)
    {
        board.open_mut()?.quota = Some(overs);
    }
    let Some(runs) = runs else { return Ok(()) };
    let chasing = match board.regular() {
        [.., innings] if board.innings.len() == last => innings.batting,
        [.., innings] if board.innings.len() + 1 == last => innings.batting.other(),
        _ => return Err(Rejection::conflict("no-target", "there is nothing to chase yet")),
    };
    let beside = board.penalties(chasing.other());
    board.target = Some(Target { runs, overs, method: method.clone(), beside });
    Ok(())
}

fn super_over(board: &mut Board, format: &Format) -> Result<Vec<News>, Rejection> {
    if format.innings_a_side > 1 || board.standing(format) != Standing::Level {
        let detail = "a super over follows a match of one innings a side with the scores level";
        return Err(Rejection::conflict("not-level", detail));
    }
    board.super_overs += 1;
    Ok(vec![News::SuperOver(board.super_overs)])
}

impl Change {
    fn make(&self, board: &mut Board, format: &Format) -> Result<Vec<News>, Rejection> {
        let mut news = Vec::new();
        if let Some((who, gone)) = &self.retire {
            board.open_mut()?.retire(who, *gone)?;
            news.push(News::Gone(*gone, Arc::clone(who)));
            let fall = board.open().and_then(|innings| innings.falls.last().cloned());
            let fall = fall.filter(|_| *gone == Gone::RetiredOut);
            news.extend(fall.map(|fall| News::Wicket { fall, ball: None }));
        }
        if let Some(who) = &self.absent {
            absent(board.open_mut()?, who)?;
            news.push(News::Gone(Gone::Absent, Arc::clone(who)));
        }
        if let Some(who) = &self.suspend {
            let innings = board.open_mut()?;
            let bowls = innings.current_bowler().is_some_and(|figures| figures.who.id == who.id);
            innings.bowler = innings.bowler.filter(|_| !bowls);
            board.suspended.push(Arc::clone(who));
            news.push(News::Gone(Gone::Suspended, Arc::clone(who)));
        }
        if let Some((out, by, reason)) = &self.replace {
            news.push(replace(board, (out, by, reason))?);
        }
        self.come_in(board, &mut news)?;
        if let Some(who) = &self.bowler {
            board.may_bowl(who)?;
            board.open_mut()?.take_the_ball(format, who, self.overrides)?;
            news.push(News::Bowler(Arc::clone(who)));
        }
        Ok(news)
    }

    fn come_in(&self, board: &mut Board, news: &mut Vec<News>) -> Result<(), Rejection> {
        let named = [(Place::Striker, &self.striker), (Place::NonStriker, &self.non_striker)];
        for (place, who) in named {
            let Some(who) = who else { continue };
            board.may_take_part(who)?;
            board.open_mut()?.come_in_instead(place, who)?;
            news.push(News::Batter(place, Arc::clone(who)));
        }
        let Some(who) = &self.batter else { return Ok(()) };
        board.may_take_part(who)?;
        let innings = board.open_mut()?;
        let fresh = |place: &Place| innings.batter(*place).is_some_and(|card| card.fresh);
        let mistaken = || [Place::Striker, Place::NonStriker].into_iter().find(fresh);
        let place = innings.vacant().or_else(mistaken).unwrap_or(Place::Striker);
        innings.come_in_instead(place, who)?;
        news.push(News::Batter(place, Arc::clone(who)));
        Ok(())
    }
}

fn absent(innings: &mut Innings, who: &Who) -> Result<(), Rejection> {
    innings.may_bat(who)?;
    innings.absent.push(Arc::clone(who));
    Ok(())
}

fn replace(
    board: &mut Board,
    (out, by, reason): (&Who, &Who, &Option<String>),
) -> Result<News, Rejection> {
    if out.side != by.side || out.id == by.id {
        return Err(refused("not-eligible", by, "can't replace a player of the other side"));
    }
    board.may_take_part(by)?;
    board.may_take_part(out)?;
    if let Ok(innings) = board.open_mut() {
        if innings.place_of(out.id).is_some() {
            return Err(refused("is-batting", out, "is at the crease: let him retire first"));
        }
        let bowls = innings.current_bowler().is_some_and(|figures| figures.who.id == out.id);
        innings.bowler = innings.bowler.filter(|_| !bowls);
    }
    board.replaced.push(Arc::clone(out));
    let (out, by) = (Arc::clone(out), Arc::clone(by));
    Ok(News::Replaced { out, by, reason: reason.clone() })
}
