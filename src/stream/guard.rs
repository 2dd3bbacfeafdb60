//! Ends streams whose readers may no longer read (G7).

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream;

use crate::domain::access::Access;
use crate::domain::topic::Topic;
use crate::store::Principal;
use crate::store::Result;
use crate::store::Store;
use crate::stream::freshness::soon;
use crate::stream::hub::Hub;
use crate::stream::reader::Bye;
use crate::stream::reader::Reader;

/// Asks whether a user (or, for `None`, everybody) may read a topic now.
pub type MayRead =
    Box<dyn Fn(Option<Arc<Principal>>, Topic) -> BoxFuture<'static, Result<Access>> + Send + Sync>;

/// What hubs know of rights: when any was taken away, and how to ask.
pub struct Rights {
    version: AtomicI64,
    pub(super) may_read: MayRead,
}

/// How often the database is asked whether a right was taken away: well within the 5 s of G7,
/// on this node or another.
pub const LOOK: Duration = Duration::from_secs(1);

impl Rights {
    pub fn new(version: i64, may_read: MayRead) -> Self {
        Self { version: AtomicI64::new(version), may_read }
    }

    pub fn version(&self) -> i64 {
        self.version.load(Ordering::Relaxed)
    }

    /// Follows the store's version of rights, as long as its epoch is this node's; then gives the
    /// new one.
    pub async fn watch(&self, store: &Store) -> String {
        let mut is_failing = false;
        loop {
            tokio::time::sleep(LOOK).await;
            let marks = soon(store.marks()).await;
            match &marks {
                Ok((epoch, _)) if epoch != store.epoch() => return epoch.clone(),
                Ok((_, version)) => self.version.store(*version, Ordering::Relaxed),
                // A database that is gone for an hour is said once.
                Err(_) if is_failing => {}
                Err(error) => tracing::warn!(error = %error, "Rights can't be read: {error}"),
            }
            is_failing = marks.is_err();
        }
    }
}

/// When a hub asks anew: one round at a time, however often rights change meanwhile.
pub struct Rounds {
    /// The version of rights that a round was last begun for.
    seen: Cell<i64>,
    runs: Cell<bool>,
    /// Rights have changed since the last turn began, so everybody is to be asked for.
    all: Cell<bool>,
    /// Readers who were allowed in at other rights than those seen: the turn that asked for
    /// everybody may have been just before they came.
    newcomers: RefCell<Vec<Rc<Reader>>>,
}

impl Rounds {
    pub fn at(version: i64) -> Self {
        let (seen, newcomers) = (Cell::new(version), RefCell::default());
        Self { seen, runs: Cell::new(false), all: Cell::new(false), newcomers }
    }

    /// Whether a round is to be begun, now that this is the version of rights.
    pub fn is_due(&self, version: i64) -> bool {
        if self.seen.replace(version) == version {
            return false;
        }
        self.all.set(true);
        !self.runs.replace(true)
    }

    /// Whether a round is to be begun, now that this reader has come.
    pub fn comes(&self, reader: &Rc<Reader>) -> bool {
        if reader.rights == self.seen.get() {
            return false;
        }
        self.newcomers.borrow_mut().push(Rc::clone(reader));
        !self.runs.replace(true)
    }

    /// For whom the next turn asks; `None` at the end of the round.
    fn next(&self, everybody: impl Fn() -> Vec<Rc<Reader>>) -> Option<Vec<Rc<Reader>>> {
        let newcomers = self.newcomers.take();
        if self.all.take() {
            return Some(everybody());
        }
        let ends = newcomers.is_empty();
        self.runs.set(!ends);
        (!ends).then_some(newcomers)
    }

    /// Ends the round; the next tick of the hub begins another, for everybody.
    fn fail(&self) {
        self.runs.set(false);
        self.seen.set(-1);
    }
}

/// A user by their credential, or nobody in particular, and what they read.
type Asked = (Option<Arc<Principal>>, Topic);

/// What a reader may no longer read.
#[derive(Debug, PartialEq, Eq)]
enum Loss {
    /// These topics, with whatever credential.
    Topics(Vec<Topic>),
    /// Anything, with the credential that it came with.
    Credential,
}

/// Questions asked at once: some of the database's connections are left to others.
const AT_ONCE: usize = 16;

/// Asks again for everybody who reads, until nothing has changed meanwhile.
pub async fn recheck(hub: Rc<Hub>) {
    while let Some(readers) = hub.rounds.next(|| hub.everybody()) {
        let asked = readers.iter().map(|reader| asked_for(reader)).collect::<Vec<_>>();
        let ask = |(user, topic): Asked| {
            hub.shared.ask(move |shared| (shared.rights.may_read)(user, topic))
        };
        let end = |index: usize, loss| match (readers.get(index), loss) {
            (Some(reader), Loss::Topics(lost)) => reader.revoke(lost),
            (Some(reader), Loss::Credential) => reader.end(Bye::TokenExpired),
            (None, _) => {}
        };
        if ask_all(&asked, ask, end).await.is_err() {
            return hub.rounds.fail();
        }
    }
}

fn asked_for(reader: &Reader) -> Vec<Asked> {
    let topics = reader.follows.iter().flat_map(|follow| &follow.topics);
    topics.map(|wanted| (reader.who.principal.clone(), wanted.topic)).collect()
}

/// Asks each question once, some at a time; tells of each reader what it has lost as soon as all
/// that it reads is answered.
async fn ask_all<F: Future<Output = Result<Access>>>(
    readers: &[Vec<Asked>],
    ask: impl Fn(Asked) -> F,
    mut tell: impl FnMut(usize, Loss),
) -> Result<()> {
    let mut askers: HashMap<Asked, Vec<usize>> = HashMap::new();
    let mut questions = Vec::new();
    for (index, reader) in readers.iter().enumerate() {
        for asked in reader {
            let asking = askers.entry(asked.clone()).or_default();
            if asking.is_empty() {
                questions.push(asked.clone());
            }
            asking.push(index);
        }
    }
    let mut open: Vec<_> = readers.iter().map(|asked| Answers::awaited(asked)).collect();
    let ask = &ask;
    let answers = questions.into_iter().map(|asked| async move {
        let answer = ask(asked.clone()).await;
        (asked, answer)
    });
    let mut answers = std::pin::pin!(stream::iter(answers).buffer_unordered(AT_ONCE));
    while let Some((asked, access)) = answers.next().await {
        let access = access?;
        for index in askers.remove(&asked).unwrap_or_default() {
            if let Some(loss) = open.get_mut(index).and_then(|open| open.take(asked.1, access)) {
                tell(index, loss);
            }
        }
    }
    Ok(())
}

/// The answers to one reader's questions, so far.
struct Answers<'a> {
    asked: &'a [Asked],
    left: usize,
    lost: Vec<Topic>,
    is_signed_out: bool,
}

impl<'a> Answers<'a> {
    fn awaited(asked: &'a [Asked]) -> Self {
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
