//! Stream tickets: short-lived passes for clients that can send neither header nor cookie.

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;

use crate::auth::SignedIn;
use crate::auth::hash_of;
use crate::auth::random_text;
use crate::domain::topic::Topic;
use crate::problem::Problem;
use crate::store::Principal;
use crate::store::Store;

/// Seconds in which a ticket opens streams; they live as long as the token it came from, and its
/// session.
const OPENS_FOR: TimeDelta = TimeDelta::seconds(60);

/// What a ticket stands for: it dies with the session that made it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Grant {
    pub principal: Principal,
    pub topics: Vec<String>,
    /// When the token it was made from expires.
    pub expires_at: DateTime<Utc>,
}

/// Makes a ticket for topics the user may read: that has been asked already.
pub async fn issue(
    store: &Store,
    who: &SignedIn,
    topics: &[Topic],
) -> Result<(String, DateTime<Utc>), Problem> {
    let text = random_text();
    let until = (Utc::now() + OPENS_FOR).min(who.expires_at);
    let topics = topics.iter().map(Topic::to_string).collect();
    let grant =
        Grant { principal: Principal::clone(&who.principal), topics, expires_at: who.expires_at };
    let grant =
        serde_json::to_value(grant).map_err(|error| Problem::Internal(error.to_string()))?;
    store.keep_ticket(&hash_of(text.as_bytes()), &grant, until).await?;
    Ok((text, until))
}

/// What the ticket stands for, while it opens streams.
pub(super) async fn redeem(store: &Store, text: &str) -> Result<Option<Grant>, Problem> {
    let grant = store.ticket(&hash_of(text.as_bytes()), Utc::now()).await?;
    Ok(grant.and_then(|grant| serde_json::from_value(grant).ok()))
}
