//! How much one may ask of us: rates, open streams, and whose address it really is.

mod client;
mod direct;
mod permits;

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use governor::DefaultKeyedRateLimiter;
use governor::Quota;
use governor::RateLimiter;
use governor::clock::Clock;
use governor::clock::DefaultClock;

use crate::config::Config;
use crate::domain::topic::Topic;

pub use client::Client;
pub use client::Proxies;
pub use direct::is_direct;
pub use permits::Limit;
pub use permits::Permit;
pub use permits::Permits;
pub use permits::StreamLimits;

/// Every limit there is, and how much of it is used.
pub struct Limits {
    /// Writes of a user.
    pub writes: Rate<i64>,
    /// Reads from an address.
    pub reads: Rate<IpAddr>,
    /// Attempts to sign in from an address.
    pub logins: Rate<IpAddr>,
    /// Open streams.
    pub permits: Permits<Topic>,
    pub proxies: Proxies,
}

impl Limits {
    pub fn new(config: &Config) -> Self {
        let limits = &config.limits;
        Self {
            writes: Rate::per_minute(limits.writes_per_minute),
            reads: Rate::per_minute(limits.reads_per_minute),
            logins: Rate::per_minute(limits.logins_per_minute),
            permits: Permits::new(StreamLimits {
                in_all: limits.streams_in_all,
                per_user: limits.streams_per_user,
                per_address: limits.streams_per_address,
                per_topic: limits.streams_per_topic,
            }),
            proxies: Proxies::new(config.trusted_proxies.clone()),
        }
    }
}

/// So many a minute for each key; the whole minute's worth may come at once.
pub struct Rate<K: Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    asked: AtomicU32,
}

/// After how many questions keys that have been quiet are forgotten: often enough that addresses
/// passing by don't pile up, seldom enough that nobody waits for it.
const TIDY_EVERY: u32 = 4096;

impl<K: Hash + Eq + Clone> Rate<K> {
    /// 0 is no limit.
    pub fn per_minute(count: u32) -> Self {
        let limiter =
            NonZeroU32::new(count).map(|count| RateLimiter::keyed(Quota::per_minute(count)));
        Self { limiter, asked: AtomicU32::new(0) }
    }

    /// Counts one for `key`, or gives the seconds until there is room again.
    pub fn take(&self, key: &K) -> Result<(), u64> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.asked.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            wait.as_secs() + 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_counted_by_key() {
        let rate = Rate::per_minute(2);
        assert_eq!(rate.take(&1), Ok(()));
        assert_eq!(rate.take(&1), Ok(()));
        let wait = rate.take(&1).unwrap_err();
        assert!((1..=31).contains(&wait), "{wait}");
        assert_eq!(rate.take(&2), Ok(()), "another key");
    }

    #[test]
    fn nought_is_no_limit() {
        let rate = Rate::per_minute(0);
        assert!((0..10_000).all(|_| rate.take(&1).is_ok()));
    }
}
