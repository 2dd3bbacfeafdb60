//! How many streams are open, in all and of one user, address or topic.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

/// How many there may be; 0 is no limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct StreamLimits {
    pub in_all: usize,
    pub per_user: usize,
    pub per_address: usize,
    pub per_topic: usize,
}

/// Which limit was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    All,
    User,
    Address,
    Topic,
}

impl Limit {
    /// As metrics and logs name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "streams",
            Self::User => "streams_per_user",
            Self::Address => "streams_per_address",
            Self::Topic => "streams_per_topic",
        }
    }
}

/// Gives out the permission to hold a stream open; `T` is a topic. Clones count together.
#[derive(Clone, Debug)]
pub struct Permits<T: Hash + Eq + Clone>(Arc<Shared<T>>);

#[derive(Debug)]
struct Shared<T> {
    limits: StreamLimits,
    open: Mutex<Open<T>>,
}

#[derive(Debug)]
struct Open<T> {
    all: usize,
    users: HashMap<i64, usize>,
    addresses: HashMap<IpAddr, usize>,
    topics: HashMap<T, usize>,
}

/// One stream's place, given back when it is dropped.
#[derive(Debug)]
#[must_use = "the stream is no longer counted once this is dropped"]
pub struct Permit<T: Hash + Eq + Clone> {
    shared: Arc<Shared<T>>,
    user: Option<i64>,
    address: IpAddr,
    topics: Box<[T]>,
}

impl<T: Hash + Eq + Clone> Permits<T> {
    pub fn new(limits: StreamLimits) -> Self {
        let open = Open {
            all: 0,
            users: HashMap::new(),
            addresses: HashMap::new(),
            topics: HashMap::new(),
        };
        Self(Arc::new(Shared { limits, open: Mutex::new(open) }))
    }

    /// Counts one more stream, or says which limit is met; then nothing is counted.
    ///
    /// Give the user only for streams that count for him: public ones don't.
    pub fn take(
        &self,
        user: Option<i64>,
        address: IpAddr,
        topics: &[T],
    ) -> Result<Permit<T>, Limit> {
        let limits = self.0.limits;
        let mut open = self.0.lock();
        let full = |count: Option<&usize>, limit: usize| {
            limit != 0 && count.is_some_and(|&count| count >= limit)
        };
        if full(Some(&open.all), limits.in_all) {
            return Err(Limit::All);
        }
        if user.is_some_and(|user| full(open.users.get(&user), limits.per_user)) {
            return Err(Limit::User);
        }
        if full(open.addresses.get(&address), limits.per_address) {
            return Err(Limit::Address);
        }
        if topics.iter().any(|topic| full(open.topics.get(topic), limits.per_topic)) {
            return Err(Limit::Topic);
        }
        open.all += 1;
        user.into_iter().for_each(|user| *open.users.entry(user).or_default() += 1);
        *open.addresses.entry(address).or_default() += 1;
        topics.iter().for_each(|topic| *open.topics.entry(topic.clone()).or_default() += 1);
        drop(open);
        Ok(Permit { shared: Arc::clone(&self.0), user, address, topics: topics.into() })
    }

    /// How many streams are open.
    pub fn open(&self) -> usize {
        self.0.lock().all
    }

    /// How many readers each topic has.
    pub fn by_topic(&self) -> Vec<(T, usize)> {
        self.0.lock().topics.iter().map(|(topic, &count)| (topic.clone(), count)).collect()
    }
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Open<T>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Hash + Eq + Clone> Drop for Permit<T> {
    fn drop(&mut self) {
        let mut open = self.shared.lock();
        open.all -= 1;
        self.user.iter().for_each(|user| release(&mut open.users, user));
        release(&mut open.addresses, &self.address);
        self.topics.iter().for_each(|topic| release(&mut open.topics, topic));
    }
}

/// Counts one less, and forgets who has none.
fn release<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
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
    fn each_limit_is_met_and_given_back() {
        #[rustfmt::skip]
        let cases = [
            (StreamLimits { in_all: 1, ..StreamLimits::default() },      (Some(2), 2, "b"), Some(Limit::All)),
            (StreamLimits { per_user: 1, ..StreamLimits::default() },    (Some(1), 2, "b"), Some(Limit::User)),
            (StreamLimits { per_user: 1, ..StreamLimits::default() },    (Some(2), 1, "a"), None),
            (StreamLimits { per_user: 1, ..StreamLimits::default() },    (None, 1, "a"),    None),
            (StreamLimits { per_address: 1, ..StreamLimits::default() }, (Some(2), 1, "b"), Some(Limit::Address)),
            (StreamLimits { per_address: 1, ..StreamLimits::default() }, (Some(1), 2, "a"), None),
            (StreamLimits { per_topic: 1, ..StreamLimits::default() },   (Some(2), 2, "a"), Some(Limit::Topic)),
            (StreamLimits { per_topic: 1, ..StreamLimits::default() },   (Some(1), 1, "b"), None),
            (StreamLimits::default(),                                    (Some(1), 1, "a"), None),
        ];
        for (limits, (user, last, topic), expected) in cases {
            let permits = Permits::new(limits);
            let first = permits.take(Some(1), address(1), &["a"]).unwrap();
            let second = permits.take(user, address(last), &[topic]);
            assert_eq!(second.err(), expected, "{limits:?}");
            drop(first);
            let _again = permits.take(Some(1), address(1), &["a"]).unwrap();
            assert_eq!(permits.open(), 1, "{limits:?}");
        }
    }

    #[test]
    fn nothing_is_kept_of_those_who_left() {
        let permits = Permits::new(StreamLimits::default());
        drop(permits.take(Some(1), address(1), &["a", "b"]).unwrap());
        let open = permits.0.lock();
        assert!(open.users.is_empty() && open.addresses.is_empty() && open.topics.is_empty());
    }
}
