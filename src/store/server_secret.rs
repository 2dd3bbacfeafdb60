//! Keys derived from the server's secret: for hashes of requests, and for sealed outcomes.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::{digest, hkdf, hmac};

use crate::store::error::{QueryError, QueryResult};

/// HKDF labels. Each use has its own key, which reveals nothing about the others or about the key
/// that signs tokens.
const SECRET_ID_LABEL: &[u8] = b"touchline idempotency: id of the secret";
const REQUEST_HASH_LABEL: &[u8] = b"touchline idempotency: hash of a request";
const SEALING_LABEL: &[u8] = b"touchline idempotency: key of a sealed answer";

/// The secret that all nodes of a service share, as the keys derived from it.
pub struct ServerSecret {
    /// Identifies the secret that a record was made with, and reveals nothing about it.
    pub id: Vec<u8>,
    request_key: hmac::Key,
    sealing_key: hkdf::Prk,
}

/// The length of a derived key in bytes.
struct Bytes(usize);

impl hkdf::KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

impl fmt::Debug for ServerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerSecret")
    }
}

impl ServerSecret {
    /// Derives the keys from a secret.
    pub fn new(secret: &[u8]) -> QueryResult<Self> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(secret);
        let request_key =
            hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, &[REQUEST_HASH_LABEL], 32)?);
        let sealing_key =
            hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &expand(&root, &[SEALING_LABEL], 32)?);
        Ok(Self { id: expand(&root, &[SECRET_ID_LABEL], 8)?, request_key, sealing_key })
    }

    /// The stored hash of a request's body.
    pub fn request_hash(&self, body_hash: &str) -> Vec<u8> {
        hmac::sign(&self.request_key, body_hash.as_bytes()).as_ref().to_vec()
    }

    /// Whether this is the hash of such a body; compares in constant time.
    pub fn is_of(&self, body_hash: &str, hash: &[u8]) -> bool {
        hmac::verify(&self.request_key, body_hash.as_bytes(), hash).is_ok()
    }

    /// Encrypts the outcome of a record, so that reading it takes the idempotency key.
    pub fn seal(&self, record: &[u8], key: &str, answer: &str) -> QueryResult<Vec<u8>> {
        let mut bytes = answer.as_bytes().to_vec();
        let aead_key = self.derive_aead_key(record, key)?;
        let nonce = aead_key.seal_in_place_append_tag(Aad::from(record), &mut bytes);
        let nonce = nonce.map_err(|_| invalid_record("can't be sealed"))?;
        Ok([nonce.as_ref(), bytes.as_slice()].concat())
    }

    /// Decrypts an outcome that was sealed with the same secret, record and key.
    pub fn open(&self, record: &[u8], key: &str, sealed: &[u8]) -> QueryResult<String> {
        let (nonce, bytes) =
            sealed.split_at_checked(NONCE_LEN).ok_or_else(|| invalid_record("is cut off"))?;
        let nonce =
            Nonce::try_assume_unique_for_key(nonce).map_err(|_| invalid_record("has no nonce"))?;
        let mut bytes = bytes.to_vec();
        let aead_key = self.derive_aead_key(record, key)?;
        let plain = aead_key.open_in_place(nonce, Aad::from(record), &mut bytes);
        let plain = plain.map_err(|_| invalid_record("can't be opened"))?;
        String::from_utf8(plain.to_vec()).map_err(|_| invalid_record("is not text"))
    }

    fn derive_aead_key(&self, record: &[u8], key: &str) -> QueryResult<RandomizedNonceKey> {
        let bytes = expand(&self.sealing_key, &[record, key.as_bytes()], 32)?;
        RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| invalid_record("has no key"))
    }
}

/// Id of a record: a hash of user, scope and key, which reveals none of them.
pub fn record_id(user_id: i64, scope: &str, key: &str) -> Vec<u8> {
    let mut digest = digest::Context::new(&digest::SHA256);
    digest.update(b"touchline idempotency: record");
    digest.update(&user_id.to_be_bytes());
    digest.update(&(scope.len() as u64).to_be_bytes());
    digest.update(scope.as_bytes());
    digest.update(key.as_bytes());
    digest.finish().as_ref().to_vec()
}

fn expand(from: &hkdf::Prk, info: &[&[u8]], length: usize) -> QueryResult<Vec<u8>> {
    let mut bytes = vec![0; length];
    let derived = from.expand(info, Bytes(length)).and_then(|key| key.fill(&mut bytes));
    derived.map(|()| bytes).map_err(|_| invalid_record("has no key"))
}

fn invalid_record(fault: &str) -> QueryError {
    QueryError::InvariantViolated(format!("a remembered outcome {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> ServerSecret {
        ServerSecret::new(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_sealed_outcome_opens_only_with_the_same_secret_record_and_key() {
        let (ours, other) = (secret("ours"), secret("another"));
        let sealed = ours.seal(b"record", "key", "{\"code\":\"7KQ2\"}").unwrap();
        assert_eq!(ours.open(b"record", "key", &sealed).unwrap(), "{\"code\":\"7KQ2\"}");
        assert!(!sealed.windows(4).any(|window| window == b"7KQ2"));
        assert!(other.open(b"record", "key", &sealed).is_err());
        assert!(ours.open(b"another", "key", &sealed).is_err());
        assert!(ours.open(b"record", "other", &sealed).is_err());
        assert!(ours.open(b"record", "key", &sealed[1..]).is_err());
        assert!(ours.open(b"record", "key", &[]).is_err());
        let again = ours.seal(b"record", "key", "{\"code\":\"7KQ2\"}").unwrap();
        assert_ne!(sealed, again, "a nonce of its own");
    }

    #[test]
    fn a_request_hash_verifies_only_with_the_same_secret() {
        let (ours, other) = (secret("ours"), secret("another"));
        let hash = ours.request_hash("body");
        assert!(ours.is_of("body", &hash));
        assert!(!ours.is_of("another", &hash) && !other.is_of("body", &hash));
        assert!(!ours.is_of("body", &hash[..8]));
        assert_ne!(ours.id, other.id);
        assert_eq!(ours.id, secret("ours").id);
    }

    #[test]
    fn a_record_id_depends_on_user_scope_and_key() {
        let id = record_id(1, "POST /a", "bc");
        assert_eq!(id, record_id(1, "POST /a", "bc"));
        for (user_id, scope, key) in
            [(2, "POST /a", "bc"), (1, "POST /ab", "c"), (1, "POST /a", "bd")]
        {
            assert_ne!(id, record_id(user_id, scope, key));
        }
    }
}
