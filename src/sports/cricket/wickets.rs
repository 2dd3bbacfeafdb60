//! Wickets that fall: which may, whose they are, and which end stands empty after.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::batting::Place;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::crease::Crease;
use crate::sports::cricket::delivery::Delivery;
use crate::sports::cricket::delivery::Out;
use crate::sports::cricket::dismissal::Dismissal;
use crate::sports::cricket::dismissal::Kind;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::news::News;
use crate::sports::cricket::people::Who;
use crate::sports::cricket::people::refused;

/// Refuses what a free hit protects from: all that a no-ball does, even if this ball is a wide.
pub fn may_fall(innings: &Innings, delivery: &Delivery) -> Result<(), Rejection> {
    let protected = innings.free_hit && !delivery.overrides;
    let out = delivery.wickets.iter().find(|out| !out.kind.is_possible_off_a_no_ball());
    match out.filter(|_| protected) {
        Some(out) => {
            let word = out.kind.word();
            Err(Rejection::conflict("free-hit", format!("{word} is not possible off a free hit")))
        }
        None => Ok(()),
    }
}

/// Refuses a hand in a wicket to who takes no further part.
pub fn may_field(board: &Board, wickets: &[Out]) -> Result<(), Rejection> {
    let mut fielders = wickets.iter().flat_map(|out| &out.fielders);
    fielders.try_for_each(|fielder| board.may_take_part(fielder))
}

/// Lets the wickets of a ball fall, one after the other. The batters have run by now: who is out
/// leaves the end he is at, which is the striker's for a catch unless they crossed and it counts
/// (Law 18.11 since October 2022: it doesn't).
pub fn fall(
    innings: &mut Innings,
    crease: &Crease,
    wickets: &[Out],
) -> Result<Vec<Arc<Dismissal>>, Rejection> {
    let striker = Arc::clone(&innings.cards[crease.striker].who);
    let bowler = Arc::clone(&innings.figures[crease.bowler].who);
    for out in wickets {
        let who = out.player.as_ref().unwrap_or(&striker);
        if out.kind.is_the_strikers() && who.id != striker.id {
            let why = format!("doesn't face, and only the striker can be {}", out.kind.word());
            return Err(refused("not-the-striker", who, &why));
        }
        let credited = out.kind.is_the_bowlers().then_some(&bowler);
        one(innings, (out, who), credited)?;
        innings.figures[crease.bowler].wickets += u32::from(credited.is_some());
    }
    let before = innings.falls.len() - wickets.len();
    Ok(innings.falls[before..].iter().map(|fall| Arc::clone(&fall.dismissal)).collect())
}

/// Lets wickets fall while no ball is in play: who is timed out, or left his ground too early
/// (Law 38.3.1: the ball doesn't count).
pub fn between_balls(board: &mut Board, wickets: &[Out]) -> Result<Vec<News>, Rejection> {
    may_field(board, wickets)?;
    let mut news = Vec::new();
    for out in wickets {
        let Some(who) = &out.player else { continue };
        board.may_take_part(who)?;
        let innings = board.open_mut()?;
        one(innings, (out, who), None)?;
        news.extend(innings.falls.last().cloned().map(|fall| News::Wicket { fall, ball: None }));
    }
    Ok(news)
}

fn one(
    innings: &mut Innings,
    (out, who): (&Out, &Who),
    bowler: Option<&Who>,
) -> Result<(), Rejection> {
    if innings.wickets_left() == 0 {
        return Err(refused("all-out", who, "can't be out: the last wicket has fallen"));
    }
    let own = out.fielders.iter().find(|fielder| fielder.side == innings.batting);
    if let Some(own) = own.filter(|_| !out.substitute) {
        return Err(refused("not-eligible", own, "is of the batting side, and can't field"));
    }
    let place = place(innings, out.kind, who)?;
    let dismissal = Dismissal {
        kind: out.kind,
        out: Arc::clone(who),
        bowler: bowler.cloned(),
        fielders: out.fielders.clone(),
        substitute: out.substitute,
    };
    innings.fall(dismissal, place);
    Ok(())
}

/// Where the batter stands; nowhere who is timed out, as he never came.
fn place(innings: &Innings, kind: Kind, who: &Who) -> Result<Option<Place>, Rejection> {
    if kind != Kind::TimedOut {
        let place = innings.place_of(who.id);
        return place.map(Some).ok_or_else(|| refused("not-batting", who, "isn't at the crease"));
    }
    if innings.vacant().is_none() {
        return Err(refused("not-vacant", who, "can't be timed out: no place is vacant"));
    }
    innings.may_bat(who)?;
    Ok(None)
}
