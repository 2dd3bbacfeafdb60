//! Rate limits, limits of open streams, and the client address that they count by.

mod client_origin;
mod direct;
mod permits;

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

pub use client_origin::{ClientOrigin, TrustedProxies};
pub use direct::is_direct;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
pub use permits::{StreamLimit, StreamLimits, StreamPermit, StreamPermits};

use crate::config::Config;
use crate::domain::topic::Topic;

/// All limiters of a node with their current counts.
pub struct Limiters {
    /// Writes per user id.
    pub writes: RateLimit<i64>,
    /// Reads per client address.
    pub reads: RateLimit<IpAddr>,
    /// Sign-in attempts per client address.
    pub sign_ins: RateLimit<IpAddr>,
    /// Open streams.
    pub stream_permits: StreamPermits<Topic>,
    /// Resolve the client address of a request.
    pub proxies: TrustedProxies,
}

impl Limiters {
    /// Builds the limiters with the configured limits.
    pub fn new(config: &Config) -> Self {
        let limits = &config.limits;
        Self {
            writes: RateLimit::per_minute(limits.writes_per_minute),
            reads: RateLimit::per_minute(limits.reads_per_minute),
            sign_ins: RateLimit::per_minute(limits.logins_per_minute),
            stream_permits: StreamPermits::new(StreamLimits {
                total: limits.streams_in_all,
                per_user: limits.streams_per_user,
                per_address: limits.streams_per_address,
                per_topic: limits.streams_per_topic,
            }),
            proxies: TrustedProxies::new(config.trusted_proxies.clone()),
        }
    }
}

/// A rate limit per key and minute; a burst may use the whole minute's quota at once.
pub struct RateLimit<K: Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    checks: AtomicU32,
}

/// Checks between two removals of idle keys: often enough that keys don't pile up, rarely enough
/// that the scan costs nothing noticeable.
const CHECKS_PER_CLEANUP: u32 = 4096;

impl<K: Hash + Eq + Clone> RateLimit<K> {
    /// Allows `count` operations per minute and key; 0 means unlimited.
    pub fn per_minute(count: u32) -> Self {
        let limiter =
            NonZeroU32::new(count).map(|count| RateLimiter::keyed(Quota::per_minute(count)));
        Self { limiter, checks: AtomicU32::new(0) }
    }

    /// Counts one operation of `key`, or returns the seconds to wait until the next is allowed.
    pub fn try_acquire(&self, key: &K) -> Result<(), u64> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_PER_CLEANUP
            == CHECKS_PER_CLEANUP - 1
        {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|not_until| {
            let delay = not_until.wait_time_from(DefaultClock::default().now());
            delay.as_secs() + 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_counted_per_key() {
        let rate = RateLimit::per_minute(2);
        assert_eq!(rate.try_acquire(&1), Ok(()));
        assert_eq!(rate.try_acquire(&1), Ok(()));
        let wait = rate.try_acquire(&1).unwrap_err();
        assert!((1..=31).contains(&wait), "{wait}");
        assert_eq!(rate.try_acquire(&2), Ok(()), "another key");
    }

    #[test]
    fn zero_means_unlimited() {
        let rate = RateLimit::per_minute(0);
        assert!((0..10_000).all(|_| rate.try_acquire(&1).is_ok()));
    }
}
