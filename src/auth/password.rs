//! Password hashing and verification with argon2id.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

/// Limits concurrent hashing to the number of cores: each hash takes 19 MiB and a whole core.
static HASHING_PERMITS: std::sync::LazyLock<Semaphore> = std::sync::LazyLock::new(|| {
    Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from))
});

/// Dummy hash, verified for unknown users so that timing reveals nothing.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$dG91Y2hsaW5lLWRlY295IQ$\
                     x2Yq0p2nM1kZ0mC2k5b7o3cW7m5e3b6Jr9o0h3v0u1A";

/// Hashes a password with a random salt; returns the PHC string to store.
pub async fn hash(password: String) -> Result<String, String> {
    run_with_permit(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash: PasswordHash| hash.to_string()).map_err(|error| error.to_string())
    })
    .await?
}

/// Whether the password matches the stored hash; without a hash it takes equally long and is
/// false.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, String> {
    run_with_permit(move || {
        let has_hash = hash.is_some();
        let text = hash.unwrap_or_else(|| DUMMY_HASH.to_owned());
        let hash = PasswordHash::new(&text).map_err(|error| error.to_string())?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && has_hash)
    })
    .await?
}

async fn run_with_permit<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let _permit = HASHING_PERMITS.acquire().await.map_err(|error| error.to_string())?;
    tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_only_against_its_own_hash() {
        let stored = hash("correct horse".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse".to_owned(), Some(stored.clone())).await.unwrap());
        assert!(!verify("correct horsf".to_owned(), Some(stored.clone())).await.unwrap());
        assert_ne!(stored, hash("correct horse".to_owned()).await.unwrap(), "each hash has a salt");
    }

    #[tokio::test]
    async fn an_empty_password_does_not_verify_without_a_hash() {
        assert_eq!(verify(String::new(), None).await, Ok(false));
    }
}
