//! Those who bat: in, out, retired, and come again.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::dismissal::Dismissal;
use crate::sports::cricket::dismissal::Kind;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::news::Gone;
use crate::sports::cricket::over::rate;
use crate::sports::cricket::people::Who;
use crate::sports::cricket::people::refused;

/// One line of a batting card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub who: Who,
    pub runs: u32,
    /// Faced: no-balls are, wides aren't.
    pub balls: u32,
    pub fours: u32,
    pub sixes: u32,
    pub fate: Fate,
    /// In since the last ball, so a slip of the thumb may still be taken back.
    pub fresh: bool,
}

/// What became of a batter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    NotOut,
    Out(Arc<Dismissal>),
    /// Law 25.4.2: ill or hurt, or for another unavoidable cause; not out, and may come again when
    /// a place is vacant.
    Retired {
        hurt: bool,
    },
}

/// One of the two places at the crease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Striker,
    NonStriker,
}

/// A wicket that fell, and where the innings stood then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fall {
    pub wicket: u32,
    pub runs: u32,
    pub overs: String,
    pub dismissal: Arc<Dismissal>,
    /// The batter's own.
    pub batter: (u32, u32),
}

impl Place {
    pub fn word(self) -> &'static str {
        match self {
            Self::Striker => "striker",
            Self::NonStriker => "non_striker",
        }
    }
}

impl Card {
    pub fn new(who: &Who) -> Self {
        Self {
            who: Arc::clone(who),
            runs: 0,
            balls: 0,
            fours: 0,
            sixes: 0,
            fate: Fate::NotOut,
            fresh: true,
        }
    }

    pub fn dismissal(&self) -> String {
        match &self.fate {
            Fate::NotOut => "not out".to_owned(),
            Fate::Out(dismissal) => dismissal.text(),
            Fate::Retired { hurt: true } => "retired hurt".to_owned(),
            Fate::Retired { hurt: false } => "retired not out".to_owned(),
        }
    }

    /// As displays draw a batter who is in.
    pub fn brief(&self) -> Value {
        json!({
            "player_id": self.who.id,
            "name": self.who.name,
            "runs": self.runs,
            "balls": self.balls,
            "fours": self.fours,
            "sixes": self.sixes,
        })
    }

    /// As scorecards list a batter.
    pub fn view(&self) -> Value {
        let mut view = self.brief();
        view["strike_rate"] = json!(rate(self.runs, self.balls, 100));
        view["dismissal"] = json!(self.dismissal());
        view["out"] = match &self.fate {
            Fate::Out(dismissal) => dismissal.view(),
            _ => Value::Null,
        };
        view
    }
}

impl Fall {
    pub fn view(&self) -> Value {
        json!({
            "wicket": self.wicket,
            "runs": self.runs,
            "overs": self.overs,
            "player_id": self.dismissal.out.id,
            "name": self.dismissal.out.name,
        })
    }
}

impl Innings {
    pub fn at(&self, place: Place) -> Option<usize> {
        match place {
            Place::Striker => self.striker,
            Place::NonStriker => self.non_striker,
        }
    }

    pub fn place_of(&self, id: i64) -> Option<Place> {
        let is_there = |place: &Place| self.batter(*place).is_some_and(|card| card.who.id == id);
        [Place::Striker, Place::NonStriker].into_iter().find(is_there)
    }

    pub fn batter(&self, place: Place) -> Option<&Card> {
        self.cards.get(self.at(place)?)
    }

    /// The place a batter takes whom nobody sent to one: the vacant one, the striker's of two.
    pub fn vacant(&self) -> Option<Place> {
        [Place::Striker, Place::NonStriker].into_iter().find(|place| self.at(*place).is_none())
    }

    /// Puts a batter at the crease, as a new one or as one who had retired.
    pub fn come_in(&mut self, place: Place, who: &Who) -> Result<(), Rejection> {
        self.may_bat(who)?;
        let known = self.cards.iter().position(|card| card.who.id == who.id);
        let index = known.unwrap_or(self.cards.len());
        match known.and_then(|index| self.cards.get_mut(index)) {
            Some(card) => card.fate = Fate::NotOut,
            None => self.cards.push(Card::new(who)),
        }
        self.put(place, Some(index));
        Ok(())
    }

    /// Takes the place of one who was sent in by mistake and hasn't been there for a ball.
    pub fn come_in_instead(&mut self, place: Place, who: &Who) -> Result<(), Rejection> {
        let Some(index) = self.at(place) else { return self.come_in(place, who) };
        let Some(card) = self.cards.get(index) else { return Ok(()) };
        if card.who.id == who.id {
            return Ok(());
        }
        if !card.fresh {
            return Err(refused("not-vacant", &card.who, "is batting: no place is vacant"));
        }
        self.may_bat(who)?;
        let known = self.cards.iter().any(|card| card.who.id == who.id);
        if known {
            return Err(refused("not-vacant", who, "has batted before: undo the last ball first"));
        }
        self.cards[index] = Card::new(who);
        Ok(())
    }

    pub fn may_bat(&self, who: &Who) -> Result<(), Rejection> {
        if who.side != self.batting {
            return Err(refused("not-eligible", who, "isn't of the batting side"));
        }
        if self.place_of(who.id).is_some() {
            return Err(refused("not-eligible", who, "is at the crease already"));
        }
        if self.absent.iter().any(|absent| absent.id == who.id) {
            return Err(refused("not-eligible", who, "is absent"));
        }
        let card = self.cards.iter().find(|card| card.who.id == who.id);
        match card.map(|card| &card.fate) {
            Some(Fate::Out(dismissal)) => {
                let why = format!("is out ({})", dismissal.text());
                Err(refused("not-eligible", who, &why))
            }
            _ => Ok(()),
        }
    }

    pub fn put(&mut self, place: Place, index: Option<usize>) {
        match place {
            Place::Striker => self.striker = index,
            Place::NonStriker => self.non_striker = index,
        }
    }

    pub fn change_ends(&mut self) {
        std::mem::swap(&mut self.striker, &mut self.non_striker);
    }

    /// A batter goes without being out; the pair is parted, but not the wicket's number.
    pub fn retire(&mut self, who: &Who, gone: Gone) -> Result<(), Rejection> {
        let Some(place) = self.place_of(who.id) else {
            return Err(refused("not-batting", who, "isn't at the crease"));
        };
        if gone == Gone::RetiredOut {
            let dismissal = Dismissal {
                kind: Kind::RetiredOut,
                out: Arc::clone(who),
                bowler: None,
                fielders: Vec::new(),
                substitute: false,
            };
            self.fall(dismissal, Some(place));
        } else {
            let index = self.at(place);
            if let Some(card) = index.and_then(|index| self.cards.get_mut(index)) {
                card.fate = Fate::Retired { hurt: gone == Gone::RetiredHurt };
            }
            self.leave(place);
        }
        Ok(())
    }

    /// Counts a wicket: of a batter at the crease, or of one who never got there.
    pub fn fall(&mut self, dismissal: Dismissal, place: Option<Place>) {
        let dismissal = Arc::new(dismissal);
        self.wickets += 1;
        self.over.wickets += u32::from(dismissal.kind != Kind::RetiredOut);
        let known = self.cards.iter().position(|card| card.who.id == dismissal.out.id);
        let index = known.unwrap_or_else(|| {
            self.cards.push(Card::new(&dismissal.out));
            self.cards.len() - 1
        });
        let mut batter = (0, 0);
        if let Some(card) = self.cards.get_mut(index) {
            card.fate = Fate::Out(Arc::clone(&dismissal));
            batter = (card.runs, card.balls);
        }
        let (wicket, runs, overs) = (self.wickets, self.runs, self.overs_text());
        self.falls.push(Arc::new(Fall { wicket, runs, overs, dismissal, batter }));
        if let Some(place) = place {
            self.leave(place);
        }
    }

    fn leave(&mut self, place: Place) {
        self.put(place, None);
        self.part();
    }
}
