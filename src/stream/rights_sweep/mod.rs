//! Re-checks rights while streams live, and ends those whose subscribers lost them (G7).

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::{StreamExt, stream};

use crate::domain::access::Access;
use crate::domain::topic::Topic;
use crate::store::Principal;
use crate::stream::close_reason::CloseReason;
use crate::stream::context::StreamContext;
use crate::stream::source_error::SourceResult;
use crate::stream::subscriber::Subscriber;

/// Schedules a hub's re-checks: one sweep at a time, however often rights change meanwhile.
pub struct RightsSweep {
    /// The version of rights that a sweep was last started for.
    swept_version: Cell<i64>,
    is_running: Cell<bool>,
    /// Rights have changed since the last batch, so the next one is all subscribers.
    all_due: Cell<bool>,
    /// Subscribers authorised at another version than the swept one: the batch of all subscribers
    /// may have been taken just before they joined.
    new_subscribers: RefCell<Vec<Rc<Subscriber>>>,
}

impl RightsSweep {
    /// A schedule that has swept this version.
    pub fn starting_at(version: i64) -> Self {
        Self {
            swept_version: Cell::new(version),
            is_running: Cell::new(false),
            all_due: Cell::new(false),
            new_subscribers: RefCell::default(),
        }
    }

    /// Notes the version of rights; true where the caller has to start a sweep.
    pub fn start_if_changed(&self, version: i64) -> bool {
        if self.swept_version.replace(version) == version {
            return false;
        }
        self.all_due.set(true);
        !self.is_running.replace(true)
    }

    /// Notes a new subscriber; true where the caller has to start a sweep.
    pub fn register(&self, subscriber: &Rc<Subscriber>) -> bool {
        if subscriber.rights_version == self.swept_version.get() {
            return false;
        }
        self.new_subscribers.borrow_mut().push(Rc::clone(subscriber));
        !self.is_running.replace(true)
    }

    /// The subscribers to check next; `None` at the end of the sweep.
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

    /// Ends the sweep; the hub's next tick starts another one of all subscribers.
    fn abort(&self) {
        self.is_running.set(false);
        self.swept_version.set(-1);
    }
}

/// A user by their credential, or the public, and a topic that they read.
type ReadCheck = (Option<Arc<Principal>>, Topic);

/// What a subscriber may no longer read.
#[derive(Debug, PartialEq, Eq)]
enum Loss {
    /// These topics, with any credential.
    Topics(Vec<Topic>),
    /// Anything, with the credential that it connected with.
    Credential,
}

/// Checks that run at once: some of the database's connections are left to others.
const MAX_CONCURRENT_CHECKS: usize = 16;

/// Re-checks subscribers until rights no longer change meanwhile.
pub async fn run_rights_sweep(
    sweep: &RightsSweep,
    context: &Arc<StreamContext>,
    all_subscribers: impl Fn() -> Vec<Rc<Subscriber>>,
) {
    while let Some(subscribers) = sweep.next_batch(&all_subscribers) {
        let checks =
            subscribers.iter().map(|subscriber| read_checks_of(subscriber)).collect::<Vec<_>>();
        let run_check = |(principal, topic): ReadCheck| {
            context.run_on_database_runtime(move |context| {
                context.rights_watch.check_read(principal, topic)
            })
        };
        let close = |index: usize, loss| match (subscribers.get(index), loss) {
            (Some(subscriber), Loss::Topics(lost)) => subscriber.revoke_topics(lost),
            (Some(subscriber), Loss::Credential) => subscriber.close(CloseReason::TokenExpired),
            (None, _) => {}
        };
        if run_checks(&checks, run_check, close).await.is_err() {
            return sweep.abort();
        }
    }
}

fn read_checks_of(subscriber: &Subscriber) -> Vec<ReadCheck> {
    let topics = subscriber.subscriptions.iter().flat_map(|subscription| &subscription.topics);
    topics.map(|subscribed| (subscriber.identity.principal.clone(), subscribed.topic)).collect()
}

/// Runs each distinct check once, some at a time, and reports what a subscriber has lost as soon as
/// all its checks are answered.
async fn run_checks<F: Future<Output = SourceResult<Access>>>(
    checks_by_subscriber: &[Vec<ReadCheck>],
    run_check: impl Fn(ReadCheck) -> F,
    mut on_loss: impl FnMut(usize, Loss),
) -> SourceResult<()> {
    let mut waiting: HashMap<ReadCheck, Vec<usize>> = HashMap::new();
    let mut unique_checks = Vec::new();
    for (index, checks) in checks_by_subscriber.iter().enumerate() {
        for check in checks {
            let subscribers = waiting.entry(check.clone()).or_default();
            if subscribers.is_empty() {
                unique_checks.push(check.clone());
            }
            subscribers.push(index);
        }
    }
    let mut pending: Vec<_> =
        checks_by_subscriber.iter().map(|checks| PendingChecks::new(checks)).collect();
    let run_check = &run_check;
    let results = unique_checks.into_iter().map(|check| async move {
        let access = run_check(check.clone()).await;
        (check, access)
    });
    let mut results = std::pin::pin!(stream::iter(results).buffer_unordered(MAX_CONCURRENT_CHECKS));
    while let Some((check, access)) = results.next().await {
        let access = access?;
        for index in waiting.remove(&check).unwrap_or_default() {
            let loss = pending.get_mut(index).and_then(|checks| checks.record(check.1, access));
            if let Some(loss) = loss {
                on_loss(index, loss);
            }
        }
    }
    Ok(())
}

/// One subscriber's checks, and the results so far.
struct PendingChecks<'a> {
    checks: &'a [ReadCheck],
    remaining: usize,
    lost: Vec<Topic>,
    is_signed_out: bool,
}

impl<'a> PendingChecks<'a> {
    fn new(checks: &'a [ReadCheck]) -> Self {
        Self { checks, remaining: checks.len(), lost: Vec::new(), is_signed_out: false }
    }

    /// Records one result; the last one gives what is lost, if anything.
    fn record(&mut self, topic: Topic, access: Access) -> Option<Loss> {
        self.remaining -= 1;
        match access {
            Access::Allowed => {}
            Access::Denied => self.lost.push(topic),
            Access::SignedOut => self.is_signed_out = true,
        }
        if self.remaining > 0 || (self.lost.is_empty() && !self.is_signed_out) {
            return None;
        }
        if self.is_signed_out {
            return Some(Loss::Credential);
        }
        // In the order in which the subscriber named them.
        let named = self.checks.iter().map(|(_, topic)| *topic);
        Some(Loss::Topics(named.filter(|topic| self.lost.contains(topic)).collect()))
    }
}

#[cfg(test)]
mod tests;
