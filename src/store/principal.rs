//! Whom a credential authenticates, and what it is valid by besides its own expiry.

use serde::{Deserialize, Serialize};

use crate::store::User;

/// A user, and what their credential is valid by: checked for each request, and again while a
/// stream lives.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Principal {
    pub user_id: i64,
    pub issued: Issued,
}

/// Who issued the token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Issued {
    /// This service, for a generation of its user, and for a session unless it was made on the
    /// command line.
    Here { generation: i64, session_id: Option<String> },
    /// An identity provider, at this time: milliseconds since 1970. It ends sessions of its own.
    Elsewhere { at_ms: i64 },
}

/// What a principal's credential is worth now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    Valid(User),
    /// There is no such user (any more), or they are disabled.
    Disabled,
    /// Its session has ended, or all credentials of then were revoked: another may be valid.
    Revoked,
}

impl Principal {
    pub fn session_id(&self) -> Option<&str> {
        match &self.issued {
            Issued::Here { session_id, .. } => session_id.as_deref(),
            Issued::Elsewhere { .. } => None,
        }
    }

    /// The generation of its user that a token of ours is of.
    pub fn generation(&self) -> Option<i64> {
        match self.issued {
            Issued::Here { generation, .. } => Some(generation),
            Issued::Elsewhere { .. } => None,
        }
    }

    /// What it is worth where `user` is its user and its session is open, if it has one.
    pub fn authenticate(&self, user: User, session_is_open: bool) -> Authentication {
        if user.is_disabled {
            return Authentication::Disabled;
        }
        let is_valid = match &self.issued {
            Issued::Here { generation, session_id } => {
                *generation == user.generation && (session_is_open || session_id.is_none())
            }
            Issued::Elsewhere { at_ms } => *at_ms >= user.tokens_valid_from,
        };
        if is_valid { Authentication::Valid(user) } else { Authentication::Revoked }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g7_a_credential_is_worth_what_its_user_and_session_are() {
        let user = |disabled| User {
            id: 7,
            email: Some("mia@example.org".to_owned()),
            name: "Mia".to_owned(),
            role: "user".to_owned(),
            is_disabled: disabled,
            password_hash: None,
            version: 1,
            generation: 3,
            tokens_valid_from: 5000,
        };
        let here = |generation, session: Option<&str>| Issued::Here {
            generation,
            session_id: session.map(str::to_owned),
        };
        #[rustfmt::skip]
        let cases = [
            ("an open session",        here(3, Some("s")),              true,  true),
            ("a session that ended",   here(3, Some("s")),              false, false),
            ("an earlier generation",  here(2, Some("s")),              true,  false),
            ("a later one",            here(4, Some("s")),              true,  false),
            ("the command line",       here(3, None),                   false, true),
            ("the same, revoked",      here(2, None),                   false, false),
            ("a provider",             Issued::Elsewhere { at_ms: 5000 }, false, true),
            ("a provider, before",     Issued::Elsewhere { at_ms: 4999 }, false, false),
        ];
        for (about, issued, is_open, is_valid) in cases {
            let principal = Principal { user_id: 7, issued };
            let found = principal.authenticate(user(false), is_open);
            let worth =
                if is_valid { Authentication::Valid(user(false)) } else { Authentication::Revoked };
            assert_eq!(found, worth, "{about}");
            let found = principal.authenticate(user(true), is_open);
            assert_eq!(found, Authentication::Disabled, "{about}, disabled");
        }
    }
}
