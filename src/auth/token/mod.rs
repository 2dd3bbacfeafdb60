//! What an access token says, and how it is signed and believed.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::domain::time;
use crate::domain::topic::Topic;
use crate::input::is_email;
use crate::store::{Issued, Principal};

/// Clocks of different machines may differ by so much, in seconds.
const CLOCK_LEEWAY_SECONDS: u64 = 30;
/// Bytes that a provider's subject may have (`OpenID` Connect Core 1.0, 2).
const SUBJECT_LENGTH: usize = 255;

/// What we put into a token of our own.
#[derive(Serialize)]
struct IssuedClaims<'a> {
    sub: String,
    iat: i64,
    exp: i64,
    #[serde(rename = "gen")]
    generation: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topics: Option<&'a [Topic]>,
}

/// What we read from a token; identity providers put in much more.
#[derive(Deserialize)]
struct ReceivedClaims {
    exp: Number,
    iat: Option<Number>,
    sub: Option<String>,
    /// A provider may put anything here: what can't be used says nothing.
    email: Option<Value>,
    email_verified: Option<Value>,
    name: Option<Value>,
    topics: Option<Vec<String>>,
    /// Ours only in tokens of our own; a provider may mean anything by it.
    #[serde(rename = "gen")]
    generation: Option<Value>,
    /// As of `generation`.
    sid: Option<Value>,
}

/// Whom a token speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A user of ours: of tokens that we have signed alone.
    Id(i64),
    Identity(Identity),
}

/// A user of an identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    /// What the provider calls the user; never one of our ids, whatever it looks like.
    pub subject: String,
    /// An address that the provider has verified.
    pub email: Option<String>,
    pub name: Option<String>,
}

/// A token that has been believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    pub subject: Subject,
    pub issued: Issued,
    pub expires_at: DateTime<Utc>,
    /// Where given, the token is good for reading these and nothing else.
    pub topics: Option<Vec<Topic>>,
}

/// Why a token isn't believed; may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid")]
    Invalid,
}

/// A key that signatures are checked with, and its name where it has one.
pub(super) struct VerificationKey {
    pub kid: Option<String>,
    pub key: DecodingKey,
}

/// Signs and believes tokens as the settings say. Clones share the keys.
#[derive(Clone)]
pub struct TokenKeys(pub(super) Arc<TokenKeySet>);

pub(super) struct TokenKeySet {
    /// Only where we sign ourselves (HS256).
    pub signing_key: Option<EncodingKey>,
    pub algorithm: Algorithm,
    pub verification_keys: Vec<VerificationKey>,
    pub issuer: Option<String>,
    pub audience: Option<String>,
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({:?})", self.0.algorithm)
    }
}

impl TokenKeys {
    /// A token of ours, or `None` where an identity provider signs them.
    pub fn sign(
        &self,
        principal: &Principal,
        expires_at: DateTime<Utc>,
        topics: Option<&[Topic]>,
    ) -> Option<String> {
        let signing_key = self.0.signing_key.as_ref()?;
        let claims = IssuedClaims {
            sub: principal.user_id.to_string(),
            iat: Utc::now().timestamp(),
            exp: expires_at.timestamp(),
            generation: principal.generation()?,
            sid: principal.session_id(),
            iss: self.0.issuer.as_deref(),
            aud: self.0.audience.as_deref(),
            topics,
        };
        jsonwebtoken::encode(&Header::new(self.0.algorithm), &claims, signing_key).ok()
    }

    /// What a token says, if it can be believed now.
    pub fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        // RFC 7515, 4.1.11: what we don't understand and must, we refuse.
        if header.alg != self.0.algorithm || header.crit.is_some() || !is_access(&header) {
            return Err(TokenError::Invalid);
        }
        let key = self.find_key(header.kid.as_deref()).ok_or(TokenError::Invalid)?;
        let decoded = jsonwebtoken::decode::<ReceivedClaims>(token, key, &self.validation());
        let claims = decoded.map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::ExpiredSignature => TokenError::Expired,
            _ => TokenError::Invalid,
        })?;
        self.to_claims(claims.claims).ok_or(TokenError::Invalid)
    }

    fn find_key(&self, kid: Option<&str>) -> Option<&DecodingKey> {
        match (self.0.verification_keys.as_slice(), kid) {
            ([key], None) => Some(&key.key),
            ([VerificationKey { kid: None, key }], Some(_)) => Some(key),
            (known, Some(kid)) => {
                known.iter().find(|named| named.kid.as_deref() == Some(kid)).map(|named| &named.key)
            }
            _ => None,
        }
    }

    fn validation(&self) -> Validation {
        let mut validation = Validation::new(self.0.algorithm);
        validation.leeway = CLOCK_LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.validate_aud = self.0.audience.is_some();
        if let Some(audience) = &self.0.audience {
            validation.set_audience(&[audience]);
            validation.required_spec_claims.insert("aud".to_owned());
        }
        if let Some(issuer) = &self.0.issuer {
            validation.set_issuer(&[issuer]);
            validation.required_spec_claims.insert("iss".to_owned());
        }
        validation
    }

    fn to_claims(&self, claims: ReceivedClaims) -> Option<Claims> {
        let latest_issued_at = Utc::now().timestamp().saturating_add_unsigned(CLOCK_LEEWAY_SECONDS);
        if claims
            .iat
            .as_ref()
            .is_some_and(|iat| numeric_date_seconds(iat).is_none_or(|iat| iat > latest_issued_at))
        {
            return None;
        }
        let expires_at = time::of_seconds(numeric_date_seconds(&claims.exp)?)?;
        let topics = match &claims.topics {
            Some(topics) => {
                Some(topics.iter().map(|topic| topic.parse()).collect::<Result<_, _>>().ok()?)
            }
            None => None,
        };
        let issued = self.issued(&claims)?;
        Some(Claims { subject: self.subject(claims)?, issued, expires_at, topics })
    }

    /// A token of ours without a generation could not be revoked.
    fn issued(&self, claims: &ReceivedClaims) -> Option<Issued> {
        if self.0.signing_key.is_none() {
            let at = claims.iat.as_ref().and_then(numeric_date_seconds).unwrap_or_default();
            return Some(Issued::Elsewhere { at_ms: at.saturating_mul(1000) });
        }
        let session_id = match &claims.sid {
            None => None,
            Some(sid) => Some(sid.as_str()?.to_owned()),
        };
        let generation = claims.generation.as_ref()?.as_i64()?;
        Some(Issued::Here { generation, session_id })
    }

    /// Only a token that we have signed names one of our users.
    fn subject(&self, claims: ReceivedClaims) -> Option<Subject> {
        let subject = claims.sub?;
        if self.0.signing_key.is_some() {
            return own_id(&subject).map(Subject::Id);
        }
        let issuer = self.0.issuer.clone()?;
        if !(1..=SUBJECT_LENGTH).contains(&subject.len()) || subject.contains(char::is_control) {
            return None;
        }
        let text = |claim: Option<Value>| claim.and_then(|claim| claim.as_str().map(str::to_owned));
        let verified = claims.email_verified == Some(Value::Bool(true));
        let email = text(claims.email).filter(|email| verified && is_email(email));
        Some(Subject::Identity(Identity { issuer, subject, email, name: text(claims.name) }))
    }
}

/// An id as we write it: `+1` and `01` are none.
fn own_id(text: &str) -> Option<i64> {
    text.parse().ok().filter(|id: &i64| *id > 0 && id.to_string() == text)
}

/// Whether the token was made to give access (RFC 8725, 3.11): a logout token, say, wasn't.
fn is_access(header: &Header) -> bool {
    let Some(kind) = &header.typ else { return true };
    let kind = kind.to_ascii_lowercase();
    matches!(kind.strip_prefix("application/").unwrap_or(&kind), "jwt" | "at+jwt")
}

/// RFC 7519's `NumericDate` may have a fraction.
fn numeric_date_seconds(number: &Number) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and dates end before")]
    let whole = |seconds: f64| seconds as i64;
    number.as_i64().or_else(|| number.as_f64().map(whole))
}

#[cfg(test)]
mod tests;
