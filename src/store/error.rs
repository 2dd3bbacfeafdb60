//! Errors of queries and of the store, and the constraint violations that are the caller's fault.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DatabaseError};

use crate::domain::rejection::Rejection;

/// Why a store operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(transparent)]
    Rejected(Rejection),
    /// The idempotency key was used before with a different body (422).
    #[error("this idempotency key was used with another body")]
    IdempotencyKeyReused,
    /// The idempotency key is guessable, and would seal an outcome that holds a secret (422).
    #[error("this idempotency key is too short for an answer with a secret")]
    KeyTooShort,
    /// The database is unreachable or overloaded; a retry may succeed (503).
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    #[error("the database failed: {0}")]
    Internal(String),
}

/// Result of a store operation.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why a query or a transaction failed; the backend may still retry it.
#[derive(Debug)]
pub enum QueryError {
    Rejected(Rejection),
    IdempotencyKeyReused,
    Database(DatabaseError),
    /// The database holds data that breaks an invariant: it was tampered with, or there is a bug.
    InvariantViolated(String),
}

/// Result of a query, before it becomes a [`StoreError`].
pub type QueryResult<T> = Result<T, QueryError>;

/// Rejection for each constraint: its name in `PostgreSQL`, its name in `SQLite` where that
/// differs, the JSON pointer of the field (empty for none), and the detail.
#[rustfmt::skip]
const CONSTRAINT_MESSAGES: &[(&str, &str, &str, &str)] = &[
    ("users_email_is_unique",       "users.email", "/email",        "another user has this address"),
    ("users_role_is_known",         "",            "/role",         "must be user or admin"),
    ("teams_visibility_is_known",   "",            "/visibility",   "must be public or private"),
    ("matches_visibility_is_known", "",            "/visibility",   "must be public or private"),
    ("events_visibility_is_known",  "",            "/visibility",   "must be public or private"),
    ("members_role_is_known",       "",            "/role",         "must be manager, coach, player or family"),
    ("officials_role_is_known",     "",            "/role",         "must be scorer or referee"),
    ("members_user_exists",         "",            "/user_id",      "no such user"),
    ("officials_user_exists",       "",            "/user_id",      "no such user"),
    ("managers_user_exists",        "",            "/user_id",      "no such user"),
    ("registrations_user_exists",   "",            "/user_id",      "no such user"),
    ("registrations_team_exists",   "",            "/team_id",      "no such team"),
    ("matches_home_team_exists",    "",            "/home_team_id", "no such team"),
    ("matches_away_team_exists",    "",            "/away_team_id", "no such team"),
    ("matches_teams_differ",        "",            "/away_team_id", "a team can't play itself"),
    ("members_team_exists",         "",            "",              "no such team"),
    ("audiences_team_exists",       "",            "/team_ids",     "no such team"),
    ("players_team_exists",         "",            "",              "no such team"),
    ("officials_match_exists",      "",            "",              "no such match"),
    ("managers_event_exists",       "",            "",              "no such event"),
    ("registrations_event_exists",  "",            "",              "no such event"),
];

impl From<DatabaseError> for QueryError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

impl From<Rejection> for QueryError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<serde_json::Error> for QueryError {
    fn from(error: serde_json::Error) -> Self {
        Self::InvariantViolated(error.to_string())
    }
}

impl QueryError {
    /// Converts an error that the caller caused into a rejection; returns any other unchanged.
    pub fn into_rejection(self) -> Result<Rejection, Self> {
        match self {
            Self::Rejected(rejection) => Ok(rejection),
            Self::Database(DatabaseError::DatabaseError(kind, info)) => {
                rejection_from_violation(kind, &*info)
                    .ok_or_else(|| Self::Database(DatabaseError::DatabaseError(kind, info)))
            }
            other => Err(other),
        }
    }

    /// Whether the server is read-only: a former primary that kept the connection open.
    pub fn is_read_only_server(&self) -> bool {
        match self {
            Self::Database(DatabaseError::DatabaseError(_, info)) => {
                info.message().contains(READ_ONLY_MESSAGE)
            }
            _ => false,
        }
    }

    /// Whether the transaction lost a conflict with another one and can be retried.
    pub fn is_retryable_conflict(&self) -> bool {
        match self {
            Self::Database(DatabaseError::DatabaseError(kind, info)) => {
                matches!(kind, DatabaseErrorKind::SerializationFailure)
                    || info.message() == "deadlock detected"
            }
            _ => false,
        }
    }
}

/// Part of the error message with which a read-only server refuses a write.
const READ_ONLY_MESSAGE: &str = "in a read-only transaction";

/// Finds the rejection of a violated constraint, as either database names it, in
/// [`CONSTRAINT_MESSAGES`].
fn rejection_from_violation(
    kind: DatabaseErrorKind,
    info: &dyn DatabaseErrorInformation,
) -> Option<Rejection> {
    use DatabaseErrorKind as Kind;
    let is_violation =
        matches!(kind, Kind::UniqueViolation | Kind::ForeignKeyViolation | Kind::CheckViolation);
    let constraint = info.message().rsplit(": ").next().unwrap_or_default();
    let &(_, _, pointer, detail) = CONSTRAINT_MESSAGES.iter().find(|(name, other, _, _)| {
        info.constraint_name() == Some(name)
            || constraint == *name
            || (!other.is_empty() && constraint == *other)
    })?;
    (is_violation && !pointer.is_empty())
        .then(|| Rejection::field(pointer, detail))
        .or_else(|| Some(Rejection::conflict("gone", detail)))
}

impl From<QueryError> for StoreError {
    fn from(query_error: QueryError) -> Self {
        let error = match query_error.into_rejection() {
            Ok(rejection) | Err(QueryError::Rejected(rejection)) => {
                return Self::Rejected(rejection);
            }
            Err(QueryError::Database(error)) => error,
            Err(QueryError::IdempotencyKeyReused) => return Self::IdempotencyKeyReused,
            Err(QueryError::InvariantViolated(detail)) => return Self::Internal(detail),
        };
        if is_transient(&error) {
            Self::Unavailable(error.to_string())
        } else {
            Self::Internal(error.to_string())
        }
    }
}

/// Whether a retry may soon succeed: connection lost, row locked, database starting or stopping.
fn is_transient(error: &DatabaseError) -> bool {
    const TRANSIENT_MESSAGES: [&str; 7] = [
        "database is locked",
        "deadlock detected",
        "canceling statement due to",
        "terminating connection",
        "the database system is",
        "connection closed",
        READ_ONLY_MESSAGE,
    ];
    match error {
        DatabaseError::DatabaseError(kind, info) => {
            use DatabaseErrorKind as Kind;
            matches!(
                kind,
                Kind::ClosedConnection | Kind::UnableToSendCommand | Kind::SerializationFailure
            ) || TRANSIENT_MESSAGES.iter().any(|message| info.message().contains(message))
        }
        DatabaseError::BrokenTransactionManager => true,
        _ => false,
    }
}
