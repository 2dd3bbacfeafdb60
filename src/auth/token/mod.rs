//! Access tokens (JWT): their claims, signing and verification.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::domain::time;
use crate::domain::topic::Topic;
use crate::input::is_email;
use crate::store::{Principal, TokenIssuer};

/// Tolerated difference between clocks of different machines, in seconds. A token holds that much
/// longer than it says, for opening streams and for open ones.
pub(super) const CLOCK_LEEWAY_SECONDS: u32 = 30;

/// Longest `sub` of an identity provider (`OpenID` Connect Core 1.0, 2).
const MAX_SUBJECT_BYTES: usize = 255;

/// Claims of a token that this service issues.
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

/// Claims read from a received token; identity providers send many more.
#[derive(Deserialize)]
struct UnverifiedClaims {
    exp: Number,
    iat: Option<Number>,
    sub: Option<String>,
    /// An identity provider may send any JSON here; an unusable value counts as missing.
    email: Option<Value>,
    email_verified: Option<Value>,
    name: Option<Value>,
    topics: Option<Vec<String>>,
    /// The user's token generation, in own tokens; an identity provider may use the name otherwise.
    #[serde(rename = "gen")]
    generation: Option<Value>,
    /// The session id, in own tokens.
    sid: Option<Value>,
}

/// The user that a token identifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Id of a local user; only in tokens that this service signed.
    Id(i64),
    /// A user of an identity provider.
    Identity(Identity),
}

/// A user of an identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `iss`
    pub issuer: String,
    /// `sub`; never a local user's id, even if it is a number.
    pub subject: String,
    /// `email`, only if the provider has verified it.
    pub email: Option<String>,
    /// `name`
    pub name: Option<String>,
}

/// The claims of a verified token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    pub subject: Subject,
    /// How and when the token was issued; decides whether it has been revoked since.
    pub issued: TokenIssuer,
    pub expires_at: DateTime<Utc>,
    /// If set, the token can only read these topics and write nothing.
    pub topics: Option<Vec<Topic>>,
}

/// Why a token doesn't verify; safe to show to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Its `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// Malformed, not signed with a known key, or made for somebody else.
    #[error("the token is invalid")]
    Invalid,
}

/// A key that verifies signatures, with its key id (`kid`) if it has one.
pub(super) struct VerificationKey {
    pub kid: Option<String>,
    pub key: DecodingKey,
}

/// The configured keys; signs and verifies access tokens. Clones share the keys.
#[derive(Clone)]
pub struct TokenKeys(pub(super) Arc<TokenKeySet>);

/// Keys and the claims that tokens must have.
pub(super) struct TokenKeySet {
    /// Set if this service signs its own tokens (HS256).
    pub signing_key: Option<EncodingKey>,
    pub algorithm: Algorithm,
    pub verification_keys: Vec<VerificationKey>,
    pub issuer: Option<String>,
    pub audience: Option<String>,
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKeys({:?})", self.0.algorithm)
    }
}

impl TokenKeys {
    /// Issues a token; `None` if an identity provider signs the tokens.
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

    /// Verifies a token's signature, expiry, issuer and audience, and returns its claims.
    pub fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        // RFC 7515, 4.1.11: an unknown critical header parameter invalidates the token.
        if header.alg != self.0.algorithm || header.crit.is_some() || !is_access_token(&header) {
            return Err(TokenError::Invalid);
        }
        let key = self.find_key(header.kid.as_deref()).ok_or(TokenError::Invalid)?;
        let decoded = jsonwebtoken::decode::<UnverifiedClaims>(token, key, &self.validation());
        let claims = decoded.map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::ExpiredSignature => TokenError::Expired,
            _ => TokenError::Invalid,
        })?;
        self.validate_claims(claims.claims).ok_or(TokenError::Invalid)
    }

    fn find_key(&self, kid: Option<&str>) -> Option<&DecodingKey> {
        match (self.0.verification_keys.as_slice(), kid) {
            ([key], None) => Some(&key.key),
            ([VerificationKey { kid: None, key }], Some(_)) => Some(key),
            (keys, Some(kid)) => {
                keys.iter().find(|key| key.kid.as_deref() == Some(kid)).map(|key| &key.key)
            }
            _ => None,
        }
    }

    fn validation(&self) -> Validation {
        let mut validation = Validation::new(self.0.algorithm);
        validation.leeway = CLOCK_LEEWAY_SECONDS.into();
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

    fn validate_claims(&self, claims: UnverifiedClaims) -> Option<Claims> {
        let latest_issued_at = Utc::now().timestamp().saturating_add(CLOCK_LEEWAY_SECONDS.into());
        if claims
            .iat
            .as_ref()
            .is_some_and(|iat| numeric_date_seconds(iat).is_none_or(|iat| iat > latest_issued_at))
        {
            return None;
        }
        let expires_at = time::from_seconds(numeric_date_seconds(&claims.exp)?)?;
        let topics = match &claims.topics {
            Some(topics) => {
                Some(topics.iter().map(|topic| topic.parse()).collect::<Result<_, _>>().ok()?)
            }
            None => None,
        };
        let issued = self.issued(&claims)?;
        Some(Claims { subject: self.subject(claims)?, issued, expires_at, topics })
    }

    /// How the token was issued; `None` for an own token without a generation, which could never be
    /// revoked.
    fn issued(&self, claims: &UnverifiedClaims) -> Option<TokenIssuer> {
        if self.0.signing_key.is_none() {
            let at = claims.iat.as_ref().and_then(numeric_date_seconds).unwrap_or_default();
            return Some(TokenIssuer::Elsewhere { at_ms: at.saturating_mul(1000) });
        }
        let session_id = match &claims.sid {
            None => None,
            Some(sid) => Some(sid.as_str()?.to_owned()),
        };
        let generation = claims.generation.as_ref()?.as_i64()?;
        Some(TokenIssuer::Here { generation, session_id })
    }

    /// The token's user: a local id only if this service signed the token.
    fn subject(&self, claims: UnverifiedClaims) -> Option<Subject> {
        let subject = claims.sub?;
        if self.0.signing_key.is_some() {
            return parse_user_id(&subject).map(Subject::Id);
        }
        let issuer = self.0.issuer.clone()?;
        if !(1..=MAX_SUBJECT_BYTES).contains(&subject.len()) || subject.contains(char::is_control) {
            return None;
        }
        let text = |claim: Option<Value>| claim.and_then(|claim| claim.as_str().map(str::to_owned));
        let is_verified = claims.email_verified == Some(Value::Bool(true));
        let email = text(claims.email).filter(|email| is_verified && is_email(email));
        Some(Subject::Identity(Identity { issuer, subject, email, name: text(claims.name) }))
    }
}

/// A positive user id in canonical form; `+1` and `01` are rejected.
fn parse_user_id(text: &str) -> Option<i64> {
    text.parse().ok().filter(|id: &i64| *id > 0 && id.to_string() == text)
}

/// Whether the header's `typ` marks an access token, or is missing; a logout token, for example, is
/// rejected (RFC 8725, 3.11).
fn is_access_token(header: &Header) -> bool {
    let Some(kind) = &header.typ else { return true };
    let kind = kind.to_ascii_lowercase();
    matches!(kind.strip_prefix("application/").unwrap_or(&kind), "jwt" | "at+jwt")
}

/// Whole seconds of a `NumericDate`, which may have a fraction (RFC 7519, 2).
fn numeric_date_seconds(number: &Number) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and dates end before")]
    let whole = |seconds: f64| seconds as i64;
    number.as_i64().or_else(|| number.as_f64().map(whole))
}

#[cfg(test)]
mod tests;
