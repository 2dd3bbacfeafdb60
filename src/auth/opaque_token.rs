//! Unguessable tokens, and the digest under which they are stored.

/// An unguessable token: 128 random bits as 32 lower-case hex digits.
pub fn random_token() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// SHA-256 as 64 lower-case hex digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
