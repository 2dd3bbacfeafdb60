//! Where keys come from: the settings, a file of the identity provider, or one we made.

use std::io::ErrorKind;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use anyhow::bail;
use jsonwebtoken::Algorithm;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::EncodingKey;
use jsonwebtoken::jwk::AlgorithmParameters;
use jsonwebtoken::jwk::EllipticCurve;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::jwk::PublicKeyUse;

use crate::auth::random_text;
use crate::auth::token::Inner;
use crate::auth::token::Keys;
use crate::auth::token::NamedKey;
use crate::config::Config;
use crate::config::JwtAlgorithm;

/// Shorter secrets can be guessed (RFC 7518, 3.2).
const SECRET_BYTES: usize = 32;

impl Keys {
    /// The keys the settings ask for. Reads files, and may make one: the secret beside SQLite's.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let (algorithm, known, signing) = match config.jwt_algorithm {
            JwtAlgorithm::Hs256 => {
                let secret = shared_secret(config)?.context(
                    "set TOUCHLINE_JWT_SECRET: with PostgreSQL every node needs the same",
                )?;
                if secret.len() < SECRET_BYTES {
                    tracing::warn!(
                        "TOUCHLINE_JWT_SECRET is shorter than {SECRET_BYTES} bytes: it can be guessed"
                    );
                }
                let key = DecodingKey::from_secret(&secret);
                let known = vec![NamedKey { kid: None, key }];
                (Algorithm::HS256, known, Some(EncodingKey::from_secret(&secret)))
            }
            JwtAlgorithm::Rs256 => (Algorithm::RS256, public(config, Algorithm::RS256)?, None),
            JwtAlgorithm::Es256 => (Algorithm::ES256, public(config, Algorithm::ES256)?, None),
            JwtAlgorithm::EdDsa => (Algorithm::EdDSA, public(config, Algorithm::EdDSA)?, None),
        };
        let issuer = config.jwt_issuer.clone();
        let audience = config.jwt_audience.clone();
        if signing.is_none() && (issuer.is_none() || audience.is_none()) {
            bail!(
                "set TOUCHLINE_JWT_ISSUER and TOUCHLINE_JWT_AUDIENCE: a provider signs for others, too"
            );
        }
        Ok(Self(Arc::new(Inner { signing, algorithm, known, issuer, audience })))
    }
}

/// The secret that all nodes know: the one in the settings, else the one beside the `SQLite` file,
/// which is made the first time. None with `PostgreSQL` unless it is set.
pub fn shared_secret(config: &Config) -> anyhow::Result<Option<Vec<u8>>> {
    if let Some(secret) = &config.jwt_secret {
        return Ok(Some(secret.reveal().as_bytes().to_vec()));
    }
    let Some(file) = config.database_url.reveal().strip_prefix("sqlite:") else { return Ok(None) };
    let file = file.trim_start_matches("//").split('?').next().unwrap_or_default();
    if file.is_empty() || file == ":memory:" {
        return Ok(Some(random_text().into_bytes()));
    }
    kept_secret(&PathBuf::from(format!("{file}.secret"))).map(Some)
}

/// The secret in this file, made the first time: so that tokens outlive a restart.
fn kept_secret(path: &Path) -> anyhow::Result<Vec<u8>> {
    let place = || format!("the secret in {} (or set TOUCHLINE_JWT_SECRET)", path.display());
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Ok(mut file) => {
            let secret = format!("{}{}", random_text(), random_text());
            file.write_all(secret.as_bytes()).and_then(|()| file.sync_all()).with_context(place)?;
            Ok(secret.into_bytes())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let text = std::fs::read_to_string(path).with_context(place)?;
            let secret = text.trim().as_bytes().to_vec();
            if secret.len() < SECRET_BYTES {
                bail!("{} is shorter than {SECRET_BYTES} bytes", place());
            }
            Ok(secret)
        }
        Err(error) => Err(error).with_context(place),
    }
}

fn public(config: &Config, algorithm: Algorithm) -> anyhow::Result<Vec<NamedKey>> {
    if let Some(path) = &config.jwt_public_key_file {
        let place = || format!("the public key in {}", path.display());
        let pem = std::fs::read(path).with_context(place)?;
        let key = match algorithm {
            Algorithm::ES256 => DecodingKey::from_ec_pem(&pem),
            Algorithm::EdDSA => DecodingKey::from_ed_pem(&pem),
            _ => DecodingKey::from_rsa_pem(&pem),
        };
        return Ok(vec![NamedKey { kid: None, key: key.with_context(place)? }]);
    }
    let Some(path) = &config.jwks_file else { bail!("set TOUCHLINE_JWT_PUBLIC_KEY_FILE") };
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let set: JwkSet =
        serde_json::from_str(&text).with_context(|| format!("the keys in {}", path.display()))?;
    let known = named(&set, algorithm)?;
    if known.is_empty() {
        bail!("{} has no key for {algorithm:?}", path.display());
    }
    Ok(known)
}

/// The keys that may sign with this algorithm; a set's others aren't ours to use.
pub(super) fn named(set: &JwkSet, algorithm: Algorithm) -> anyhow::Result<Vec<NamedKey>> {
    let fitting = set.keys.iter().filter(|jwk| fits(jwk, algorithm));
    fitting
        .map(|jwk| {
            let kid = jwk.common.key_id.clone();
            let key = DecodingKey::from_jwk(jwk).with_context(|| format!("key {kid:?}"))?;
            Ok(NamedKey { kid, key })
        })
        .collect()
}

fn fits(jwk: &Jwk, algorithm: Algorithm) -> bool {
    let common = &jwk.common;
    let signs =
        common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
    let named = common.key_algorithm.as_ref();
    let same = named.is_none_or(|named| named.to_string() == format!("{algorithm:?}"));
    let kind = match (&jwk.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256) => true,
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => {
            key.curve == EllipticCurve::P256
        }
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => {
            key.curve == EllipticCurve::Ed25519
        }
        _ => false,
    };
    signs && same && kind
}
