//! Several scorers: what each of them said of balls that aren't official yet.

use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::sports::clock::moment;
use crate::sports::cricket::agreement;
use crate::sports::cricket::ball::Entered;
use crate::sports::cricket::delivery::Delivery;

/// What was said of balls to come, and where each scorer stands. A clone copies pointers.
#[derive(Clone, Debug, Default)]
pub struct Consensus {
    /// By number; the first is the next to become official, if anything was said of it.
    pending: Arc<Vec<Pending>>,
    /// The next ball of each scorer, so that one who fell behind needn't number them.
    places: Arc<Vec<(i64, u32)>>,
    /// Disputes that were resolved.
    resolved: Arc<Vec<Value>>,
}

/// A ball that isn't official yet.
#[derive(Clone, Debug)]
pub struct Pending {
    pub number: u32,
    /// One for each scorer, the newest they sent.
    pub said: Vec<Said>,
    pub ruling: Option<Said>,
    /// Why nobody's word is enough, once they differ.
    pub dispute: Option<String>,
}

/// One scorer's word on a ball.
#[derive(Clone, Debug)]
pub struct Said {
    pub by: i64,
    pub at: DateTime<Utc>,
    pub delivery: Arc<Delivery>,
}

impl Consensus {
    /// The ball a scorer speaks of who doesn't number it.
    pub fn place_of(&self, by: i64, next: u32) -> u32 {
        self.places.iter().find(|(scorer, _)| *scorer == by).map_or(next, |(_, place)| *place)
    }

    /// The scorer has spoken of ball `number`.
    pub fn pass(&mut self, by: i64, number: u32) {
        let places = Arc::make_mut(&mut self.places);
        match places.iter_mut().find(|(scorer, _)| *scorer == by) {
            Some((_, place)) => *place = (*place).max(number + 1),
            None => places.push((by, number + 1)),
        }
    }

    pub fn pending(&self) -> &[Pending] {
        &self.pending
    }

    pub fn of(&self, number: u32) -> Option<&Pending> {
        self.pending.iter().find(|pending| pending.number == number)
    }

    /// The highest ball that may be spoken of: one after those that were.
    pub fn highest(&self, next: u32) -> u32 {
        self.pending.last().map_or(next, |last| next.max(last.number + 1))
    }

    /// Notes one scorer's word, in place of what he said before. Gives whether it is new.
    pub fn note(&mut self, number: u32, said: Said) {
        let pending = self.at(number);
        match pending.said.iter_mut().find(|known| known.by == said.by) {
            Some(known) => *known = said,
            None => pending.said.push(said),
        }
    }

    pub fn rule(&mut self, number: u32, said: Said) {
        self.at(number).ruling = Some(said);
    }

    pub fn dispute(&mut self, number: u32, why: &str) {
        self.at(number).dispute = Some(why.to_owned());
    }

    /// Takes a ball off that has become official.
    pub fn settle(&mut self, number: u32) -> Option<Pending> {
        let place = self.pending.iter().position(|pending| pending.number == number)?;
        Some(Arc::make_mut(&mut self.pending).remove(place))
    }

    pub fn keep_resolved(&mut self, dispute: Value) {
        Arc::make_mut(&mut self.resolved).push(dispute);
    }

    /// A ball was taken back, and the numbers of those to come with it: all speak anew.
    pub fn forget(&mut self) {
        self.pending = Arc::default();
        self.places = Arc::default();
    }

    /// An innings is over: what was said of balls to come was said of none. Gives it; who was
    /// ahead goes on with ball `next`, who fell behind with what he hasn't spoken of.
    pub fn end_innings(&mut self, next: u32) -> Arc<Vec<Pending>> {
        if self.places.iter().any(|(_, place)| *place > next) {
            let places = Arc::make_mut(&mut self.places);
            for (_, place) in places {
                *place = (*place).min(next);
            }
        }
        std::mem::take(&mut self.pending)
    }

    /// Refuses what would overtake a ball in dispute.
    pub fn undisputed(&self) -> Result<(), Rejection> {
        let disputed = self.pending.iter().find(|one| one.dispute.is_some());
        disputed.map_or(Ok(()), |one| Err(one.comes_first()))
    }

    /// Refuses what would overtake any ball that scorers have spoken of.
    pub fn all_official(&self) -> Result<(), Rejection> {
        self.pending.first().map_or(Ok(()), |one| Err(one.comes_first()))
    }

    /// Disputes that nobody has resolved yet.
    pub fn open(&self) -> Vec<Value> {
        self.pending.iter().filter(|one| one.dispute.is_some()).map(Pending::view).collect()
    }

    /// Every dispute of the match, the resolved ones first.
    pub fn all(&self) -> Vec<Value> {
        self.resolved.iter().cloned().chain(self.open()).collect()
    }

    fn at(&mut self, number: u32) -> &mut Pending {
        let pending = Arc::make_mut(&mut self.pending);
        let place = pending.partition_point(|one| one.number < number);
        if pending.get(place).is_none_or(|one| one.number != number) {
            let empty = Pending { number, said: Vec::new(), ruling: None, dispute: None };
            pending.insert(place, empty);
        }
        &mut pending[place]
    }
}

impl Pending {
    /// The ball as it becomes official: ruled, or said alike by enough.
    pub fn agreed(&self, required: usize) -> Option<Entered> {
        let entered = |delivery: Delivery, by: Vec<i64>, at| Entered {
            delivery: Arc::new(delivery),
            by,
            at,
            rev: 1,
        };
        if let Some(Said { by, at, delivery }) = &self.ruling {
            return Some(entered((**delivery).clone(), vec![*by], *at));
        }
        self.said.iter().find_map(|one| {
            // Two may each agree with a third who names nobody, and not with each other.
            let mut alike: Vec<&Said> = vec![one];
            for other in self.said.iter().filter(|other| other.by != one.by) {
                let agrees = |known: &&Said| {
                    agreement::differences(&known.delivery, &other.delivery).is_empty()
                };
                if alike.iter().all(agrees) {
                    alike.push(other);
                }
            }
            if alike.len() < required {
                return None;
            }
            alike.sort_by_key(|said| self.said.iter().position(|known| known.by == said.by));
            let all = alike.iter().map(|said| said.delivery.as_ref());
            let by = alike.iter().map(|said| said.by).collect();
            Some(entered(agreement::joined(&one.delivery, all), by, one.at))
        })
    }

    fn comes_first(&self) -> Rejection {
        let waits = "it waits for another scorer's word, or for a ruling";
        let why = self.dispute.as_deref().unwrap_or(waits);
        let detail = format!("ball {} is not official yet: {why}", self.number);
        Rejection::conflict("ball-pending", detail)
    }

    /// The names of the fields that not all say alike.
    pub fn differences(&self) -> Vec<&'static str> {
        let pairs = self.said.iter().enumerate();
        let differing = pairs.flat_map(|(place, one)| {
            let others = &self.said[place + 1..];
            others.iter().flat_map(|two| agreement::differences(&one.delivery, &two.delivery))
        });
        let mut names: Vec<_> = differing.collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The ball, perhaps disputed: the fields that differ, and who said what.
    pub fn view(&self) -> Value {
        let fields = self.differences().into_iter().map(|name| {
            let value = |said: &Said| {
                json!({ "by": said.by, "value": agreement::value(&said.delivery, name) })
            };
            json!({ "field": name, "values": self.said.iter().map(value).collect::<Vec<_>>() })
        });
        json!({
            "number": self.number,
            "state": if self.dispute.is_some() { "open" } else { "waiting" },
            "reason": self.dispute,
            "fields": fields.collect::<Vec<_>>(),
            "submissions": self.submissions(),
        })
    }

    /// What each scorer has said of the ball.
    pub fn submissions(&self) -> Vec<Value> {
        let one = |said: &Said| {
            json!({
                "by": said.by,
                "at": moment(said.at),
                "ball": agreement::view(&said.delivery),
            })
        };
        self.said.iter().map(one).collect()
    }
}

/// Refuses a number that nobody may speak of yet.
pub fn in_order(number: u32, highest: u32) -> Result<(), Rejection> {
    if number > highest {
        let detail = format!("ball {highest} comes first; nothing was said of it yet");
        return Err(Rejection::conflict("out-of-order", detail));
    }
    Ok(())
}
