//! Match cache: the latest states of recently used matches, in memory, validated by hash.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::sports::ErasedMatch;

/// Cached matches: a league's match day. More cost memory, fewer cost a fold per read.
const MAX_CACHED_MATCHES: usize = 512;
/// Cached states per match: reads need the last commit while a batch of writes is in progress.
const MAX_STATES_PER_MATCH: usize = 4;

/// The state of a match after one of its entries. The hash covers all entries up to there, so a
/// state from a rolled-back transaction or from another node's database never matches.
#[derive(Clone, Debug)]
pub struct CachedMatch {
    pub entry_number: i64,
    pub entry_hash: String,
    pub game: ErasedMatch,
}

/// Cached match states, shared by all clones of a store; the least recently used match goes first.
#[derive(Debug, Default)]
pub struct MatchCache(Mutex<CacheEntries>);

#[derive(Debug, Default)]
struct CacheEntries {
    use_counter: u64,
    matches: HashMap<i64, MatchStates>,
}

#[derive(Debug, Default)]
struct MatchStates {
    last_used: u64,
    states: VecDeque<CachedMatch>,
}

impl MatchCache {
    /// The state with this hash, or else the newest one with a lower entry number.
    pub fn closest(&self, match_id: i64, number: i64, hash: &str) -> Option<CachedMatch> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.use_counter += 1;
        let now = entries.use_counter;
        let cached = entries.matches.get_mut(&match_id)?;
        cached.last_used = now;
        let exact = cached
            .states
            .iter()
            .find(|state| state.entry_number == number && state.entry_hash == hash);
        let latest_before = || {
            cached
                .states
                .iter()
                .filter(|state| state.entry_number < number)
                .max_by_key(|s| s.entry_number)
        };
        exact.or_else(latest_before).cloned()
    }

    /// Caches a state, and evicts the least recently used match when the cache is full.
    pub fn insert(&self, match_id: i64, state: CachedMatch) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.use_counter += 1;
        let now = entries.use_counter;
        if entries.matches.len() >= MAX_CACHED_MATCHES && !entries.matches.contains_key(&match_id) {
            let oldest = entries.matches.iter().min_by_key(|(_, cached)| cached.last_used);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                entries.matches.remove(&oldest);
            }
        }
        let cached = entries.matches.entry(match_id).or_default();
        cached.last_used = now;
        if cached.states.iter().any(|other| other.entry_hash == state.entry_hash) {
            return;
        }
        if cached.states.len() == MAX_STATES_PER_MATCH {
            cached.states.pop_front();
        }
        cached.states.push_back(state);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::sports::{MatchInfo, SportRules, TeamInfo};

    fn cached_match(number: i64, hash: &str) -> CachedMatch {
        let side = |team_id| TeamInfo {
            team_id,
            name: String::new(),
            short_name: String::new(),
            colour: None,
        };
        let match_info = MatchInfo {
            match_id: 1,
            event_id: None,
            format: Value::Null,
            home: side(1),
            away: side(2),
        };
        let game = SportRules::find("generic").unwrap().initial_state(&match_info).unwrap();
        CachedMatch { entry_number: number, entry_hash: hash.to_owned(), game }
    }

    #[test]
    fn the_closest_state_has_the_hash_or_an_earlier_number() {
        let match_cache = MatchCache::default();
        assert!(match_cache.closest(1, 1, "a").is_none());
        match_cache.insert(1, cached_match(1, "a"));
        match_cache.insert(1, cached_match(2, "b"));
        let cases = [(2, "b", Some(2)), (1, "a", Some(1)), (2, "c", Some(1)), (9, "z", Some(2))];
        for (number, hash, expected) in cases {
            let cached = match_cache.closest(1, number, hash).map(|state| state.entry_number);
            assert_eq!(cached, expected, "{number} {hash}");
        }
        assert!(match_cache.closest(1, 1, "other").is_none(), "no state before the first");
        assert!(match_cache.closest(2, 2, "b").is_none(), "another match");
    }

    #[test]
    fn the_least_recently_used_match_is_evicted_first() {
        let match_cache = MatchCache::default();
        for id in 0..=i64::try_from(MAX_CACHED_MATCHES).unwrap() {
            match_cache.insert(id, cached_match(1, "a"));
            match_cache.closest(0, 1, "a");
        }
        assert!(match_cache.closest(0, 1, "a").is_some(), "used after every insert");
        assert!(match_cache.closest(1, 1, "a").is_none(), "the oldest");
        for number in 2..9 {
            match_cache.insert(0, cached_match(number, &number.to_string()));
        }
        assert!(
            match_cache.closest(0, 4, "4").is_none_or(|cached| cached.entry_hash != "4"),
            "too old"
        );
        assert!(match_cache.closest(0, 8, "8").is_some());
    }
}
