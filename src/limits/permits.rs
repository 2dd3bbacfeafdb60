//! Limits the number of open streams, in total and per user, address and topic.

use crate::domain::closed_set::closed_set;

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Maximum numbers of open streams; 0 means unlimited.
#[derive(Clone, Copy, Debug, Default)]
pub struct StreamLimits {
    pub total: usize,
    pub per_user: usize,
    pub per_address: usize,
    pub per_topic: usize,
}

/// The limit that a stream was rejected by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamLimit {
    /// Of all streams.
    Total,
    /// Of one user.
    PerUser,
    /// Of one client address.
    PerAddress,
    /// Of one topic.
    PerTopic,
}

closed_set!(StreamLimit {
    Total => "streams",
    PerUser => "streams_per_user",
    PerAddress => "streams_per_address",
    PerTopic => "streams_per_topic",
});

/// Grants permits for open streams; `T` is a topic. Clones share their counts.
#[derive(Clone, Debug)]
pub struct StreamPermits<T: Hash + Eq + Clone>(Arc<PermitCounter<T>>);

#[derive(Debug)]
struct PermitCounter<T> {
    limits: StreamLimits,
    counts: Mutex<OpenCounts<T>>,
}

#[derive(Debug)]
struct OpenCounts<T> {
    total: usize,
    by_user: HashMap<i64, usize>,
    by_address: HashMap<IpAddr, usize>,
    by_topic: HashMap<T, usize>,
}

/// The permit of one open stream, released when it is dropped.
#[derive(Debug)]
#[must_use = "the stream is no longer counted once this is dropped"]
pub struct StreamPermit<T: Hash + Eq + Clone> {
    counter: Arc<PermitCounter<T>>,
    user_id: Option<i64>,
    address: IpAddr,
    topics: Box<[T]>,
}

impl<T: Hash + Eq + Clone> StreamPermits<T> {
    /// Starts with no open streams.
    pub fn new(limits: StreamLimits) -> Self {
        let counts = OpenCounts {
            total: 0,
            by_user: HashMap::new(),
            by_address: HashMap::new(),
            by_topic: HashMap::new(),
        };
        Self(Arc::new(PermitCounter { limits, counts: Mutex::new(counts) }))
    }

    /// Counts one more stream, or returns the limit that is reached and counts nothing.
    ///
    /// Pass the user only for streams of private topics: public ones don't count per user.
    pub fn try_acquire(
        &self,
        user_id: Option<i64>,
        address: IpAddr,
        topics: &[T],
    ) -> Result<StreamPermit<T>, StreamLimit> {
        let limits = self.0.limits;
        let mut counts = self.0.lock();
        let is_full = |count: Option<&usize>, limit: usize| {
            limit != 0 && count.is_some_and(|&count| count >= limit)
        };
        if is_full(Some(&counts.total), limits.total) {
            return Err(StreamLimit::Total);
        }
        if user_id.is_some_and(|user| is_full(counts.by_user.get(&user), limits.per_user)) {
            return Err(StreamLimit::PerUser);
        }
        if is_full(counts.by_address.get(&address), limits.per_address) {
            return Err(StreamLimit::PerAddress);
        }
        if topics.iter().any(|topic| is_full(counts.by_topic.get(topic), limits.per_topic)) {
            return Err(StreamLimit::PerTopic);
        }
        counts.total += 1;
        if let Some(user) = user_id {
            *counts.by_user.entry(user).or_default() += 1;
        }
        *counts.by_address.entry(address).or_default() += 1;
        for topic in topics {
            *counts.by_topic.entry(topic.clone()).or_default() += 1;
        }
        drop(counts);
        Ok(StreamPermit { counter: Arc::clone(&self.0), user_id, address, topics: topics.into() })
    }

    /// The number of open streams.
    pub fn open_count(&self) -> usize {
        self.0.lock().total
    }

    /// The number of open streams per topic; a stream of several topics counts for each.
    pub fn open_streams_by_topic(&self) -> Vec<(T, usize)> {
        self.0.lock().by_topic.iter().map(|(topic, &count)| (topic.clone(), count)).collect()
    }
}

impl<T> PermitCounter<T> {
    fn lock(&self) -> MutexGuard<'_, OpenCounts<T>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Hash + Eq + Clone> Drop for StreamPermit<T> {
    fn drop(&mut self) {
        let mut counts = self.counter.lock();
        counts.total -= 1;
        if let Some(user) = &self.user_id {
            decrement(&mut counts.by_user, user);
        }
        decrement(&mut counts.by_address, &self.address);
        for topic in &self.topics {
            decrement(&mut counts.by_topic, topic);
        }
    }
}

/// Decrements the count of a key, and removes the key at zero.
fn decrement<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn each_limit_rejects_and_is_released_on_drop() {
        #[rustfmt::skip]
        let cases = [
            (StreamLimits { total: 1, ..StreamLimits::default() },      (Some(2), 2, "b"), Some(StreamLimit::Total)),
            (StreamLimits { per_user: 1, ..StreamLimits::default() },    (Some(1), 2, "b"), Some(StreamLimit::PerUser)),
            (StreamLimits { per_user: 1, ..StreamLimits::default() },    (Some(2), 1, "a"), None),
            (StreamLimits { per_user: 1, ..StreamLimits::default() },    (None, 1, "a"),    None),
            (StreamLimits { per_address: 1, ..StreamLimits::default() }, (Some(2), 1, "b"), Some(StreamLimit::PerAddress)),
            (StreamLimits { per_address: 1, ..StreamLimits::default() }, (Some(1), 2, "a"), None),
            (StreamLimits { per_topic: 1, ..StreamLimits::default() },   (Some(2), 2, "a"), Some(StreamLimit::PerTopic)),
            (StreamLimits { per_topic: 1, ..StreamLimits::default() },   (Some(1), 1, "b"), None),
            (StreamLimits::default(),                                    (Some(1), 1, "a"), None),
        ];
        for (limits, (user, last, topic), expected) in cases {
            let permits = StreamPermits::new(limits);
            let first = permits.try_acquire(Some(1), address(1), &["a"]).unwrap();
            let second = permits.try_acquire(user, address(last), &[topic]);
            assert_eq!(second.err(), expected, "{limits:?}");
            drop(first);
            let _again = permits.try_acquire(Some(1), address(1), &["a"]).unwrap();
            assert_eq!(permits.open_count(), 1, "{limits:?}");
        }
    }

    #[test]
    fn counts_are_removed_when_permits_drop() {
        let permits = StreamPermits::new(StreamLimits::default());
        drop(permits.try_acquire(Some(1), address(1), &["a", "b"]).unwrap());
        let counts = permits.0.lock();
        assert!(counts.by_user.is_empty());
        assert!(counts.by_address.is_empty());
        assert!(counts.by_topic.is_empty());
    }
}
