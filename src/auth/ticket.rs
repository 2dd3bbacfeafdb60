//! Stream tickets: short-lived credentials for clients that can send neither header nor cookie.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::auth::opaque_token::{random_token, sha256_hex};
use crate::auth::signed_in_user::SignedInUser;
use crate::domain::topic::Topic;
use crate::problem::Problem;
use crate::store::{Principal, Store};

/// How long a ticket can open streams; the streams themselves last as long as the token and session
/// that it was issued from.
const TICKET_LIFETIME: TimeDelta = TimeDelta::seconds(60);

/// What a ticket grants; its principal ties it to the session that issued it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TicketGrant {
    pub principal: Principal,
    /// The only topics that the ticket can read.
    pub topics: Vec<String>,
    /// Expiry of the token that the ticket was issued from.
    pub expires_at: DateTime<Utc>,
}

/// Issues a ticket for topics that the caller has checked the user can read; returns the ticket and
/// its expiry.
pub async fn issue(
    store: &Store,
    user: &SignedInUser,
    topics: &[Topic],
) -> Result<(String, DateTime<Utc>), Problem> {
    let text = random_token();
    let expires_at = (Utc::now() + TICKET_LIFETIME).min(user.valid_until());
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

/// The grant of a ticket that hasn't expired; `None` for any other text.
pub(super) async fn redeem(store: &Store, text: &str) -> Result<Option<TicketGrant>, Problem> {
    let grant = store.ticket(&sha256_hex(text.as_bytes()), Utc::now()).await?;
    Ok(grant.and_then(|grant| serde_json::from_value(grant).ok()))
}
