//! Passwords, as argon2id hashes.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use tokio::sync::Semaphore;

/// Hashes so many at once as there are cores, however many ask: each takes 19 MiB and a core.
static TURNS: std::sync::LazyLock<Semaphore> = std::sync::LazyLock::new(|| {
    Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from))
});

/// Of no password; checked where there is no hash, so that both take the same time.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$dG91Y2hsaW5lLWRlY295IQ$\
                     x2Yq0p2nM1kZ0mC2k5b7o3cW7m5e3b6Jr9o0h3v0u1A";

/// The hash to keep, in PHC form.
pub async fn hash(password: String) -> Result<String, String> {
    in_turn(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash: PasswordHash| hash.to_string()).map_err(|error| error.to_string())
    })
    .await?
}

/// Whether the password is the one the hash was made from. Takes as long without a hash.
pub async fn is_right(password: String, hash: Option<String>) -> Result<bool, String> {
    in_turn(move || {
        let kept = hash.is_some();
        let text = hash.unwrap_or_else(|| DECOY.to_owned());
        let hash = PasswordHash::new(&text).map_err(|error| error.to_string())?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && kept)
    })
    .await?
}

async fn in_turn<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let _turn = TURNS.acquire().await.map_err(|error| error.to_string())?;
    tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_only_for_its_own_hash() {
        let kept = hash("correct horse".to_owned()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(is_right("correct horse".to_owned(), Some(kept.clone())).await.unwrap());
        assert!(!is_right("correct horsf".to_owned(), Some(kept.clone())).await.unwrap());
        assert_ne!(kept, hash("correct horse".to_owned()).await.unwrap(), "salted");
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        assert_eq!(is_right(String::new(), None).await, Ok(false));
    }
}
