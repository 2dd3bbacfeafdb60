//! Stream tickets: short-lived passes for clients that can send neither header nor cookie.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::auth::{SignedInUser, random_token, sha256_hex};
use crate::domain::topic::Topic;
use crate::problem::Problem;
use crate::store::{Principal, Store};

/// Seconds in which a ticket opens streams; they live as long as the token it came from, and its
/// session.
const TICKET_LIFETIME: TimeDelta = TimeDelta::seconds(60);

/// What a ticket stands for: it dies with the session that made it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TicketGrant {
    pub principal: Principal,
    pub topics: Vec<String>,
    /// When the token it was made from expires.
    pub expires_at: DateTime<Utc>,
}

/// Makes a ticket for topics the user may read: that has been asked already.
pub async fn issue(
    store: &Store,
    user: &SignedInUser,
    topics: &[Topic],
) -> Result<(String, DateTime<Utc>), Problem> {
    let text = random_token();
    let expires_at = (Utc::now() + TICKET_LIFETIME).min(user.expires_at);
    let topics = topics.iter().map(Topic::to_string).collect();
    let grant = TicketGrant {
        principal: Principal::clone(&user.principal),
        topics,
        expires_at: user.expires_at,
    };
    let grant =
        serde_json::to_value(grant).map_err(|error| Problem::Internal(error.to_string()))?;
    store.keep_ticket(&sha256_hex(text.as_bytes()), &grant, expires_at).await?;
    Ok((text, expires_at))
}

/// What the ticket stands for, while it opens streams.
pub(super) async fn redeem(store: &Store, text: &str) -> Result<Option<TicketGrant>, Problem> {
    let grant = store.ticket(&sha256_hex(text.as_bytes()), Utc::now()).await?;
    Ok(grant.and_then(|grant| serde_json::from_value(grant).ok()))
}
