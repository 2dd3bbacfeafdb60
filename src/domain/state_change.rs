//! Changes of many rows of a state at once: `change` of `state_update`.

use crate::domain::closed_set::closed_set;

/// Why the state of a channel changed, where no other message says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateChange {
    /// An event, a team or a match became public or private.
    Visibility,
    /// A team joined an event, accepted its invitation, or left it.
    Registration,
    /// The team accepted a match outside events.
    Acceptance,
    /// An event or another team was deleted, and with it what the state held of it.
    Deletion,
}

closed_set!(StateChange {
    Visibility => "visibility",
    Registration => "registration",
    Acceptance => "acceptance",
    Deletion => "deletion",
});
