//! Ends streams whose readers may no longer read (G7).

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};

use crate::domain::access::Access;
use crate::domain::topic::Topic;
use crate::store::{Principal, Result, Store};
use crate::stream::hub::Hub;
use crate::stream::staleness::with_read_timeout;
use crate::stream::subscriber::{CloseReason, Subscriber};

/// Asks whether a user (or, for `None`, everybody) may read a topic now.
pub type ReadCheckFn =
    Box<dyn Fn(Option<Arc<Principal>>, Topic) -> BoxFuture<'static, Result<Access>> + Send + Sync>;

/// What hubs know of rights: when any was taken away, and how to ask.
pub struct RightsWatch {
    version: AtomicI64,
    pub(super) check_read: ReadCheckFn,
}

/// How often the database is asked whether a right was taken away: well within the 5 s of G7,
/// on this node or another.
pub const RIGHTS_POLL_INTERVAL: Duration = Duration::from_secs(1);

impl RightsWatch {
    pub fn new(version: i64, check_read: ReadCheckFn) -> Self {
        Self { version: AtomicI64::new(version), check_read }
    }

    pub fn version(&self) -> i64 {
        self.version.load(Ordering::Relaxed)
    }

    /// Follows the store's version of rights, as long as its epoch is this node's; then gives the
    /// new one.
    pub async fn watch_until_epoch_changes(&self, store: &Store) -> String {
        let mut is_failing = false;
        loop {
            tokio::time::sleep(RIGHTS_POLL_INTERVAL).await;
            let epoch_and_version = with_read_timeout(store.epoch_and_rights_version()).await;
            match &epoch_and_version {
                Ok((epoch, _)) if epoch != store.epoch() => return epoch.clone(),
                Ok((_, version)) => self.version.store(*version, Ordering::Relaxed),
                // A database that is gone for an hour is said once.
                Err(_) if is_failing => {}
                Err(error) => tracing::warn!(error = %error, "Rights can't be read: {error}"),
            }
            is_failing = epoch_and_version.is_err();
        }
    }
}

/// When a hub asks anew: one round at a time, however often rights change meanwhile.
pub struct RightsSweep {
    /// The version of rights that a round was last begun for.
    swept_version: Cell<i64>,
    is_running: Cell<bool>,
    /// Rights have changed since the last turn began, so everybody is to be asked for.
    all_due: Cell<bool>,
    /// Readers who were allowed in at other rights than those seen: the turn that asked for
    /// everybody may have been just before they came.
    new_subscribers: RefCell<Vec<Rc<Subscriber>>>,
}

impl RightsSweep {
    pub fn starting_at(version: i64) -> Self {
        let (swept_version, new_subscribers) = (Cell::new(version), RefCell::default());
        Self {
            swept_version: swept_version,
            is_running: Cell::new(false),
            all_due: Cell::new(false),
            new_subscribers,
        }
    }

    /// Whether a round is to be begun, now that this is the version of rights.
    pub fn start_if_changed(&self, version: i64) -> bool {
        if self.swept_version.replace(version) == version {
            return false;
        }
        self.all_due.set(true);
        !self.is_running.replace(true)
    }

    /// Whether a round is to be begun, now that this reader has come.
    pub fn register(&self, subscriber: &Rc<Subscriber>) -> bool {
        if subscriber.rights_version == self.swept_version.get() {
            return false;
        }
        self.new_subscribers.borrow_mut().push(Rc::clone(subscriber));
        !self.is_running.replace(true)
    }

    /// For whom the next turn asks; `None` at the end of the round.
    fn next_batch(
        &self,
        all_subscribers: impl Fn() -> Vec<Rc<Subscriber>>,
    ) -> Option<Vec<Rc<Subscriber>>> {
        let new_subscribers = self.new_subscribers.take();
        if self.all_due.take() {
            return Some(all_subscribers());
        }
        let is_done = new_subscribers.is_empty();
        self.is_running.set(!is_done);
        (!is_done).then_some(new_subscribers)
    }

    /// Ends the round; the next tick of the hub begins another, for everybody.
    fn abort(&self) {
        self.is_running.set(false);
        self.swept_version.set(-1);
    }
}

/// A user by their credential, or nobody in particular, and what they read.
type ReadCheck = (Option<Arc<Principal>>, Topic);

/// What a reader may no longer read.
#[derive(Debug, PartialEq, Eq)]
enum Loss {
    /// These topics, with whatever credential.
    Topics(Vec<Topic>),
    /// Anything, with the credential that it came with.
    Credential,
}

/// Questions asked at once: some of the database's connections are left to others.
const MAX_CONCURRENT_CHECKS: usize = 16;

/// Asks again for everybody who reads, until nothing has changed meanwhile.
pub async fn run_rights_sweep(hub: Rc<Hub>) {
    while let Some(subscribers) = hub.rights_sweep.next_batch(|| hub.all_subscribers()) {
        let checks =
            subscribers.iter().map(|subscriber| read_checks_of(subscriber)).collect::<Vec<_>>();
        let run_check = |(user, topic): ReadCheck| {
            hub.context.run_on_database_runtime(move |shared| {
                (shared.rights_watch.check_read)(user, topic)
            })
        };
        let end = |index: usize, loss| match (subscribers.get(index), loss) {
            (Some(reader), Loss::Topics(lost)) => reader.revoke_topics(lost),
            (Some(reader), Loss::Credential) => reader.close(CloseReason::TokenExpired),
            (None, _) => {}
        };
        if run_checks(&checks, run_check, end).await.is_err() {
            return hub.rights_sweep.abort();
        }
    }
}

fn read_checks_of(subscriber: &Subscriber) -> Vec<ReadCheck> {
    let topics = subscriber.subscriptions.iter().flat_map(|subscription| &subscription.topics);
    topics.map(|subscribed| (subscriber.identity.principal.clone(), subscribed.topic)).collect()
}

/// Asks each question once, some at a time; tells of each reader what it has lost as soon as all
/// that it reads is answered.
async fn run_checks<F: Future<Output = Result<Access>>>(
    checks_by_subscriber: &[Vec<ReadCheck>],
    run_check: impl Fn(ReadCheck) -> F,
    mut tell: impl FnMut(usize, Loss),
) -> Result<()> {
    let mut waiting: HashMap<ReadCheck, Vec<usize>> = HashMap::new();
    let mut unique_checks = Vec::new();
    for (index, subscriber) in checks_by_subscriber.iter().enumerate() {
        for check in subscriber {
            let subscribers = waiting.entry(check.clone()).or_default();
            if subscribers.is_empty() {
                unique_checks.push(check.clone());
            }
            subscribers.push(index);
        }
    }
    let mut pending: Vec<_> =
        checks_by_subscriber.iter().map(|asked| Answers::awaited(asked)).collect();
    let ask = &run_check;
    let results = unique_checks.into_iter().map(|asked| async move {
        let answer = ask(asked.clone()).await;
        (asked, answer)
    });
    let mut answers = std::pin::pin!(stream::iter(results).buffer_unordered(MAX_CONCURRENT_CHECKS));
    while let Some((asked, access)) = answers.next().await {
        let access = access?;
        for index in waiting.remove(&asked).unwrap_or_default() {
            if let Some(loss) = pending.get_mut(index).and_then(|open| open.take(asked.1, access)) {
                tell(index, loss);
            }
        }
    }
    Ok(())
}

/// The answers to one reader's questions, so far.
struct Answers<'a> {
    asked: &'a [ReadCheck],
    left: usize,
    lost: Vec<Topic>,
    is_signed_out: bool,
}

impl<'a> Answers<'a> {
    fn awaited(asked: &'a [ReadCheck]) -> Self {
        Self { asked, left: asked.len(), lost: Vec::new(), is_signed_out: false }
    }

    /// Takes one answer; with the last one, gives what is lost.
    fn take(&mut self, topic: Topic, access: Access) -> Option<Loss> {
        self.left -= 1;
        match access {
            Access::Allowed => {}
            Access::Denied => self.lost.push(topic),
            Access::SignedOut => self.is_signed_out = true,
        }
        if self.left > 0 || (self.lost.is_empty() && !self.is_signed_out) {
            return None;
        }
        if self.is_signed_out {
            return Some(Loss::Credential);
        }
        // In the order in which the reader named them.
        let named = self.asked.iter().map(|(_, topic)| *topic);
        Some(Loss::Topics(named.filter(|topic| self.lost.contains(topic)).collect()))
    }
}

#[cfg(test)]
mod tests;
