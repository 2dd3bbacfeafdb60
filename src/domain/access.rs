//! Read access of a subscriber to a topic.

/// Whether a subscriber can read a topic at the moment of the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The subscriber can read the topic.
    Allowed,
    /// The user can't read the topic, with any credential.
    Denied,
    /// The credential was revoked or its session has ended; another one may be allowed.
    SignedOut,
}
