//! Loads the keys of access tokens: from the settings, from an identity provider's file, or from a
//! generated secret.

use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

use crate::auth::opaque_token::random_token;
use crate::auth::token::{TokenKeySet, TokenKeys, VerificationKey};
use crate::config::{Config, JwtAlgorithm};

/// Minimum length of an HS256 secret: shorter ones can be brute-forced (RFC 7518, 3.2).
const MIN_SECRET_BYTES: usize = 32;

impl TokenKeys {
    /// Loads the configured keys from files; with `SQLite` it may create the secret file next to
    /// the database.
    pub fn from_config(config: &Config) -> anyhow::Result<Self> {
        let (algorithm, verification_keys, signing_key) = match config.jwt_algorithm {
            JwtAlgorithm::Hs256 => {
                let secret = shared_secret(config)?.context(
                    "set TOUCHLINE_JWT_SECRET: with PostgreSQL all nodes must share one secret",
                )?;
                if secret.len() < MIN_SECRET_BYTES {
                    tracing::warn!(
                        "TOUCHLINE_JWT_SECRET is shorter than {MIN_SECRET_BYTES} bytes: it can be brute-forced"
                    );
                }
                let key = DecodingKey::from_secret(&secret);
                let verification_keys = vec![VerificationKey { kid: None, key }];
                (Algorithm::HS256, verification_keys, Some(EncodingKey::from_secret(&secret)))
            }
            JwtAlgorithm::Rs256 => (Algorithm::RS256, public_keys(config, Algorithm::RS256)?, None),
            JwtAlgorithm::Es256 => (Algorithm::ES256, public_keys(config, Algorithm::ES256)?, None),
            JwtAlgorithm::EdDsa => (Algorithm::EdDSA, public_keys(config, Algorithm::EdDSA)?, None),
        };
        let issuer = config.jwt_issuer.clone();
        let audience = config.jwt_audience.clone();
        if signing_key.is_none() && (issuer.is_none() || audience.is_none()) {
            bail!(
                "set TOUCHLINE_JWT_ISSUER and TOUCHLINE_JWT_AUDIENCE: an identity provider also signs tokens for other services"
            );
        }
        Ok(Self(Arc::new(TokenKeySet {
            signing_key,
            algorithm,
            verification_keys,
            issuer,
            audience,
        })))
    }
}

/// The secret shared by all nodes: `jwt_secret`, or else that of the file next to the `SQLite`
/// database, created at first use. `None` for `PostgreSQL` without `jwt_secret`.
pub fn shared_secret(config: &Config) -> anyhow::Result<Option<Vec<u8>>> {
    if let Some(secret) = &config.jwt_secret {
        return Ok(Some(secret.reveal().as_bytes().to_vec()));
    }
    let Some(file) = config.database_url.reveal().strip_prefix("sqlite:") else { return Ok(None) };
    let file = file.trim_start_matches("//").split('?').next().unwrap_or_default();
    if file.is_empty() || file == ":memory:" {
        return Ok(Some(random_token().into_bytes()));
    }
    load_or_create_secret(&PathBuf::from(format!("{file}.secret"))).map(Some)
}

/// Reads the secret file, or creates it with mode 0600 so that tokens stay valid over restarts.
fn load_or_create_secret(path: &Path) -> anyhow::Result<Vec<u8>> {
    let description =
        || format!("secret file {} (alternative: TOUCHLINE_JWT_SECRET)", path.display());
    let created = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match created {
        Ok(mut file) => {
            let secret = format!("{}{}", random_token(), random_token());
            file.write_all(secret.as_bytes())
                .and_then(|()| file.sync_all())
                .with_context(description)?;
            Ok(secret.into_bytes())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let text = std::fs::read_to_string(path).with_context(description)?;
            let secret = text.trim().as_bytes().to_vec();
            if secret.len() < MIN_SECRET_BYTES {
                bail!("{} is shorter than {MIN_SECRET_BYTES} bytes", description());
            }
            Ok(secret)
        }
        Err(error) => Err(error).with_context(description),
    }
}

/// The identity provider's keys of `jwt_public_key_file` (PEM) or `jwks_file`.
fn public_keys(config: &Config, algorithm: Algorithm) -> anyhow::Result<Vec<VerificationKey>> {
    if let Some(path) = &config.jwt_public_key_file {
        let description = || format!("public key file {}", path.display());
        let pem = std::fs::read(path).with_context(description)?;
        let key = match algorithm {
            Algorithm::ES256 => DecodingKey::from_ec_pem(&pem),
            Algorithm::EdDSA => DecodingKey::from_ed_pem(&pem),
            _ => DecodingKey::from_rsa_pem(&pem),
        };
        return Ok(vec![VerificationKey { kid: None, key: key.with_context(description)? }]);
    }
    let Some(path) = &config.jwks_file else { bail!("set TOUCHLINE_JWT_PUBLIC_KEY_FILE") };
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let set: JwkSet =
        serde_json::from_str(&text).with_context(|| format!("JWKS file {}", path.display()))?;
    let keys = keys_for_algorithm(&set, algorithm)?;
    if keys.is_empty() {
        bail!("{} has no key for {algorithm:?}", path.display());
    }
    Ok(keys)
}

/// The keys of a set that are meant for signatures with this algorithm.
pub(super) fn keys_for_algorithm(
    set: &JwkSet,
    algorithm: Algorithm,
) -> anyhow::Result<Vec<VerificationKey>> {
    let usable = set.keys.iter().filter(|jwk| is_usable(jwk, algorithm));
    usable
        .map(|jwk| {
            let kid = jwk.common.key_id.clone();
            let key = DecodingKey::from_jwk(jwk).with_context(|| format!("key {kid:?}"))?;
            Ok(VerificationKey { kid, key })
        })
        .collect()
}

fn is_usable(jwk: &Jwk, algorithm: Algorithm) -> bool {
    let common = &jwk.common;
    let is_for_signing =
        common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
    let named_algorithm = common.key_algorithm.as_ref();
    let is_same_algorithm =
        named_algorithm.is_none_or(|named| named.to_string() == format!("{algorithm:?}"));
    let is_right_key_type = match (&jwk.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256) => true,
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => {
            key.curve == EllipticCurve::P256
        }
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => {
            key.curve == EllipticCurve::Ed25519
        }
        _ => false,
    };
    is_for_signing && is_same_algorithm && is_right_key_type
}
