//! What is derived from the server's secret: hashes of requests, and the keys that seal answers.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::{digest, hkdf, hmac};

use crate::store::error::{QueryError, QueryResult};

/// Each use has a key of its own: one tells nothing of another, nor of the tokens' signatures.
const ID: &[u8] = b"touchline idempotency: id of the secret";
const REQUESTS: &[u8] = b"touchline idempotency: hash of a request";
const ANSWERS: &[u8] = b"touchline idempotency: key of a sealed answer";

/// The secret that all nodes of a service share, as the keys that are derived from it.
pub struct ServerSecret {
    /// Says which secret a record was made with, and nothing about it.
    pub id: Vec<u8>,
    requests: hmac::Key,
    answers: hkdf::Prk,
}

/// Derived keys are any number of bytes.
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
    pub fn new(secret: &[u8]) -> QueryResult<Self> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(secret);
        let requests = hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, &[REQUESTS], 32)?);
        let answers = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &expand(&root, &[ANSWERS], 32)?);
        Ok(Self { id: expand(&root, &[ID], 8)?, requests, answers })
    }

    /// What is kept of a request, to know it again.
    pub fn request_hash(&self, body_hash: &str) -> Vec<u8> {
        hmac::sign(&self.requests, body_hash.as_bytes()).as_ref().to_vec()
    }

    /// Whether this is the hash of such a request; takes as long wherever they differ.
    pub fn is_of(&self, body_hash: &str, hash: &[u8]) -> bool {
        hmac::verify(&self.requests, body_hash.as_bytes(), hash).is_ok()
    }

    /// Encrypts the answer of a record, so that it takes the idempotency key to read it.
    pub fn seal(&self, record: &[u8], key: &str, answer: &str) -> QueryResult<Vec<u8>> {
        let mut bytes = answer.as_bytes().to_vec();
        let sealing = self.key_of(record, key)?;
        let nonce = sealing.seal_in_place_append_tag(Aad::from(record), &mut bytes);
        let nonce = nonce.map_err(|_| broken("can't be sealed"))?;
        Ok([nonce.as_ref(), bytes.as_slice()].concat())
    }

    /// The answer that was sealed with the same secret, record and key.
    pub fn open(&self, record: &[u8], key: &str, sealed: &[u8]) -> QueryResult<String> {
        let (nonce, bytes) =
            sealed.split_at_checked(NONCE_LEN).ok_or_else(|| broken("is cut off"))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken("has no nonce"))?;
        let mut bytes = bytes.to_vec();
        let opening = self.key_of(record, key)?;
        let plain = opening.open_in_place(nonce, Aad::from(record), &mut bytes);
        let plain = plain.map_err(|_| broken("can't be opened"))?;
        String::from_utf8(plain.to_vec()).map_err(|_| broken("is not text"))
    }

    fn key_of(&self, record: &[u8], key: &str) -> QueryResult<RandomizedNonceKey> {
        let bytes = expand(&self.answers, &[record, key.as_bytes()], 32)?;
        RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| broken("has no key"))
    }
}

/// Names a record: the caller, the path and the key in one hash, from which none can be had back.
pub fn record_id(by: i64, path: &str, key: &str) -> Vec<u8> {
    let mut digest = digest::Context::new(&digest::SHA256);
    digest.update(b"touchline idempotency: record");
    digest.update(&by.to_be_bytes());
    digest.update(&(path.len() as u64).to_be_bytes());
    digest.update(path.as_bytes());
    digest.update(key.as_bytes());
    digest.finish().as_ref().to_vec()
}

fn expand(from: &hkdf::Prk, info: &[&[u8]], length: usize) -> QueryResult<Vec<u8>> {
    let mut bytes = vec![0; length];
    let derived = from.expand(info, Bytes(length)).and_then(|key| key.fill(&mut bytes));
    derived.map(|()| bytes).map_err(|_| broken("has no key"))
}

fn broken(what: &str) -> QueryError {
    QueryError::InvariantViolated(format!("a remembered answer {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> ServerSecret {
        ServerSecret::new(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_sealed_answer_opens_with_the_same_secret_record_and_key_alone() {
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
    fn a_request_is_known_by_the_same_secret_alone() {
        let (ours, other) = (secret("ours"), secret("another"));
        let hash = ours.request_hash("body");
        assert!(ours.is_of("body", &hash));
        assert!(!ours.is_of("another", &hash) && !other.is_of("body", &hash));
        assert!(!ours.is_of("body", &hash[..8]));
        assert_ne!(ours.id, other.id);
        assert_eq!(ours.id, secret("ours").id);
    }

    #[test]
    fn a_record_belongs_to_its_caller_path_and_key() {
        let one = record_id(1, "POST /a", "bc");
        assert_eq!(one, record_id(1, "POST /a", "bc"));
        for (by, path, key) in [(2, "POST /a", "bc"), (1, "POST /ab", "c"), (1, "POST /a", "bd")] {
            assert_ne!(one, record_id(by, path, key));
        }
    }
}
