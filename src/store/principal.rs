//! The principal of a credential, and the checks of its validity besides its own expiry.

use serde::{Deserialize, Serialize};

use crate::store::User;

/// A user and how their credential was issued: checked per request, and again while a stream is
/// open.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Principal {
    pub user_id: i64,
    pub issued: TokenIssuer,
}

/// Issuer of the token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TokenIssuer {
    /// This service: for a generation of the user, and for a session unless it was issued on the
    /// command line.
    Here { generation: i64, session_id: Option<String> },
    /// An identity provider, at this time in milliseconds since 1970; it manages its own sessions.
    Elsewhere { at_ms: i64 },
}

/// Result of checking a principal's credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    Valid(User),
    /// The user does not exist (any more) or is disabled.
    Disabled,
    /// The session has ended, or older credentials were revoked: a new one may be valid.
    Revoked,
}

impl Principal {
    /// The session of a token that this service issued for one.
    pub fn session_id(&self) -> Option<&str> {
        match &self.issued {
            TokenIssuer::Here { session_id, .. } => session_id.as_deref(),
            TokenIssuer::Elsewhere { .. } => None,
        }
    }

    /// The user's generation that a token of this service was issued for.
    pub fn generation(&self) -> Option<i64> {
        match self.issued {
            TokenIssuer::Here { generation, .. } => Some(generation),
            TokenIssuer::Elsewhere { .. } => None,
        }
    }

    /// Checks the credential against its user, and whether its session, if any, is open.
    pub fn authenticate(&self, user: User, session_is_open: bool) -> Authentication {
        if user.is_disabled {
            return Authentication::Disabled;
        }
        let is_valid = match &self.issued {
            TokenIssuer::Here { generation, session_id } => {
                *generation == user.generation && (session_is_open || session_id.is_none())
            }
            TokenIssuer::Elsewhere { at_ms } => *at_ms >= user.tokens_valid_from,
        };
        if is_valid { Authentication::Valid(user) } else { Authentication::Revoked }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::users::UserRole;

    #[test]
    fn g7_a_credential_is_valid_for_its_generation_session_and_issue_time() {
        let user = |disabled| User {
            id: 7,
            email: Some("mia@example.org".to_owned()),
            name: "Mia".to_owned(),
            role: UserRole::User,
            is_disabled: disabled,
            password_hash: None,
            version: 1,
            generation: 3,
            tokens_valid_from: 5000,
        };
        let here = |generation, session: Option<&str>| TokenIssuer::Here {
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
            ("a provider",             TokenIssuer::Elsewhere { at_ms: 5000 }, false, true),
            ("a provider, before",     TokenIssuer::Elsewhere { at_ms: 4999 }, false, false),
        ];
        for (name, issued, is_open, is_valid) in cases {
            let principal = Principal { user_id: 7, issued };
            let authentication = principal.authenticate(user(false), is_open);
            let expected =
                if is_valid { Authentication::Valid(user(false)) } else { Authentication::Revoked };
            assert_eq!(authentication, expected, "{name}");
            let authentication = principal.authenticate(user(true), is_open);
            assert_eq!(authentication, Authentication::Disabled, "{name}, disabled");
        }
    }
}
