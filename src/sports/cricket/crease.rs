//! Who stands where when a ball is bowled.

use crate::domain::rejection::Rejection;
use crate::sports::cricket::batting::Place;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::delivery::Delivery;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::news::News;
use crate::sports::cricket::people::Cricketer;
use crate::sports::cricket::people::Who;
use crate::sports::cricket::people::refused;

/// The three that a ball needs, by their places on the cards.
#[derive(Clone, Copy, Debug)]
pub struct Crease {
    pub striker: usize,
    pub non_striker: usize,
    pub bowler: usize,
}

/// Lets those whom a ball names fill vacant places; who stands elsewhere contradicts it.
pub fn fill(
    board: &mut Board,
    format: &Format,
    delivery: &Delivery,
) -> Result<Vec<News>, Rejection> {
    let mut news = Vec::new();
    let places = [(Place::Striker, &delivery.striker), (Place::NonStriker, &delivery.non_striker)];
    for (place, who) in places {
        let Some(who) = who else { continue };
        match board.open_mut()?.batter(place) {
            Some(card) if card.who.id == who.id => {}
            Some(card) => return Err(contradicts(&card.who, place.word(), who)),
            None => {
                board.may_take_part(who)?;
                board.open_mut()?.come_in(place, who)?;
                news.push(News::Batter(place, who.clone()));
            }
        }
    }
    let Some(who) = &delivery.bowler else { return Ok(news) };
    match board.open_mut()?.current_bowler() {
        Some(figures) if figures.who.id == who.id => {}
        Some(figures) => return Err(contradicts(&figures.who, "bowler", who)),
        None => {
            board.may_bowl(who)?;
            board.open_mut()?.take_the_ball(format, who, delivery.overrides)?;
            news.push(News::Bowler(who.clone()));
        }
    }
    Ok(news)
}

/// Everybody the ball needs, or who is missing.
pub fn stand(innings: &Innings) -> Result<Crease, Rejection> {
    let vacant = |what: &str, how: &str| {
        Rejection::conflict("vacant", format!("there is no {what}: send {how}"))
    };
    Ok(Crease {
        striker: innings.striker.ok_or_else(|| vacant("striker", "striker_id"))?,
        non_striker: innings.non_striker.ok_or_else(|| vacant("non-striker", "non_striker_id"))?,
        bowler: innings.bowler.ok_or_else(|| vacant("bowler", "bowler_id"))?,
    })
}

fn contradicts(is: &Cricketer, place: &str, named: &Cricketer) -> Rejection {
    let place = place.replace('_', "-");
    let detail = format!("{} is the {place}, not {}", is.name, named.name);
    Rejection::conflict("contradicts", detail)
}

impl Board {
    /// Refuses who was replaced.
    pub fn may_take_part(&self, who: &Who) -> Result<(), Rejection> {
        if self.replaced.iter().any(|gone| gone.id == who.id) {
            return Err(refused("not-eligible", who, "was replaced and takes no further part"));
        }
        Ok(())
    }

    /// Refuses who was suspended too (Laws 41.7, 41.8: for the rest of the match).
    pub fn may_bowl(&self, who: &Who) -> Result<(), Rejection> {
        if self.suspended.iter().any(|gone| gone.id == who.id) {
            return Err(refused("not-eligible", who, "is suspended from bowling"));
        }
        self.may_take_part(who)
    }
}
