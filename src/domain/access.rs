//! Whether a subscriber may go on reading a topic.

/// The answer, as of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Allowed,
    /// Not to this user, with whatever credential.
    Denied,
    /// Not with this credential: its session has ended, or it was revoked. Another may be allowed.
    SignedOut,
}
