//! Newest states of the matches last asked for: memory only, believed by their hash.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::sports::Game;

/// Matches kept: a league's match day. More cost memory, fewer a fold for each look.
const MATCHES: usize = 512;
/// States kept of a match: readers still see the last commit while a batch of writes goes on.
const STATES: usize = 4;

/// A match after one of its entries. The hash binds it to all entries up to there, so a state of
/// a transaction that was rolled back, or of another node's database, is never mistaken.
#[derive(Clone, Debug)]
pub struct Known {
    pub number: i64,
    pub hash: String,
    pub game: Game,
}

#[derive(Debug, Default)]
pub struct Games(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    asked: u64,
    matches: HashMap<i64, Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    asked: u64,
    states: VecDeque<Known>,
}

impl Games {
    /// The state with this hash, or else the newest that may lead to it.
    pub fn known(&self, match_id: i64, number: i64, hash: &str) -> Option<Known> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.asked += 1;
        let asked = all.asked;
        let kept = all.matches.get_mut(&match_id)?;
        kept.asked = asked;
        let exact = kept.states.iter().find(|state| state.number == number && state.hash == hash);
        let before =
            || kept.states.iter().filter(|state| state.number < number).max_by_key(|s| s.number);
        exact.or_else(before).cloned()
    }

    pub fn keep(&self, match_id: i64, state: Known) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.asked += 1;
        let asked = all.asked;
        if all.matches.len() >= MATCHES && !all.matches.contains_key(&match_id) {
            let oldest = all.matches.iter().min_by_key(|(_, kept)| kept.asked);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                all.matches.remove(&oldest);
            }
        }
        let kept = all.matches.entry(match_id).or_default();
        kept.asked = asked;
        if kept.states.iter().any(|known| known.hash == state.hash) {
            return;
        }
        if kept.states.len() == STATES {
            kept.states.pop_front();
        }
        kept.states.push_back(state);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::sports::Fixture;
    use crate::sports::Rules;
    use crate::sports::Side;

    fn state(number: i64, hash: &str) -> Known {
        let side = |team_id| Side {
            team_id,
            name: String::new(),
            short_name: String::new(),
            colour: None,
        };
        let fixture = Fixture {
            match_id: 1,
            event_id: None,
            format: Value::Null,
            home: side(1),
            away: side(2),
        };
        let game = Rules::find("generic").unwrap().start(&fixture).unwrap();
        Known { number, hash: hash.to_owned(), game }
    }

    #[test]
    fn a_state_is_known_by_its_hash_or_by_what_came_before() {
        let games = Games::default();
        assert!(games.known(1, 1, "a").is_none());
        games.keep(1, state(1, "a"));
        games.keep(1, state(2, "b"));
        let cases = [(2, "b", Some(2)), (1, "a", Some(1)), (2, "c", Some(1)), (9, "z", Some(2))];
        for (number, hash, found) in cases {
            let known = games.known(1, number, hash).map(|known| known.number);
            assert_eq!(known, found, "{number} {hash}");
        }
        assert!(games.known(1, 1, "other").is_none(), "no state before the first");
        assert!(games.known(2, 2, "b").is_none(), "another match");
    }

    #[test]
    fn what_was_not_asked_for_lately_goes_first() {
        let games = Games::default();
        for id in 0..=i64::try_from(MATCHES).unwrap() {
            games.keep(id, state(1, "a"));
            games.known(0, 1, "a");
        }
        assert!(games.known(0, 1, "a").is_some(), "asked for all the time");
        assert!(games.known(1, 1, "a").is_none(), "the oldest");
        for number in 2..9 {
            games.keep(0, state(number, &number.to_string()));
        }
        assert!(games.known(0, 4, "4").is_none_or(|known| known.hash != "4"), "too old");
        assert!(games.known(0, 8, "8").is_some());
    }
}
