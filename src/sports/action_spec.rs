//! How a sport declares what scorers can do.

use crate::domain::permission::MatchPermission;

/// One action, as a sport declares it.
#[derive(Debug, PartialEq, Eq)]
pub struct ActionSpec {
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The path after `/api/matches/{id}/`; a part in braces stands for any one: `balls/{number}`.
    pub path: &'static str,
    pub permission: MatchPermission,
    pub revision: Revision,
}

/// Whose version an action's `ETag` and `If-Match` are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revision {
    /// The match's.
    Match,
    /// The incident's or ball's own, which is `rev` in the response.
    Part,
}

impl ActionSpec {
    /// An action whose `ETag` is the match's version.
    pub const fn new(
        method: &'static str,
        path: &'static str,
        permission: MatchPermission,
    ) -> Self {
        Self { method, path, permission, revision: Revision::Match }
    }

    /// An action on an incident or a ball, which has revisions of its own.
    pub const fn on_part(
        method: &'static str,
        path: &'static str,
        permission: MatchPermission,
    ) -> Self {
        Self { method, path, permission, revision: Revision::Part }
    }

    /// Whether it is the action at this method and path.
    pub fn matches(&self, method: &str, path: &str) -> bool {
        let (expected, parts) = (self.path.split('/'), path.split('/'));
        self.method == method
            && expected.clone().count() == parts.clone().count()
            && expected.zip(parts).all(|(expected, part)| {
                if expected.starts_with('{') { !part.is_empty() } else { expected == part }
            })
    }

    /// Whether the path names one thing of several.
    pub fn has_variable(&self) -> bool {
        self.path.contains('{')
    }
}
