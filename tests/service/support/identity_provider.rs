//! A test identity provider: a key pair, its JWKS file, and the tokens it signs.

use std::path::PathBuf;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::api_client::ApiClient;
use super::database::folder;
use super::server::TestServer;

pub const ISSUER: &str = "https://id.example";
pub const AUDIENCE: &str = "touchline";

pub struct IdentityProvider {
    key: EncodingKey,
    folder: PathBuf,
}

impl IdentityProvider {
    pub fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        // `jsonwebtoken` expects PKCS#1, which PKCS#8 wraps in 26 bytes.
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        let key = EncodingKey::from_rsa_der(&der.as_ref()[26..]);
        let set = JwkSet { keys: vec![Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap()] };
        let folder = folder("provider");
        std::fs::write(folder.join("jwks.json"), serde_json::to_string(&set).unwrap()).unwrap();
        Self { key, folder }
    }

    /// Settings of a server that accepts this provider's tokens.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("jwt_algorithm", "RS256".to_owned()),
            ("jwks_file", self.folder.join("jwks.json").display().to_string()),
            ("jwt_issuer", ISSUER.to_owned()),
            ("jwt_audience", AUDIENCE.to_owned()),
        ]
    }

    /// Signs a token with these claims plus defaults; null claims are left out.
    pub fn token(&self, claims: &Value) -> String {
        self.token_of_type(Some("JWT"), claims)
    }

    pub fn token_of_type(&self, kind: Option<&str>, claims: &Value) -> String {
        let exp = chrono::Utc::now().timestamp() + 600;
        let mut all = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": exp });
        let all = all.as_object_mut().unwrap();
        all.extend(claims.as_object().unwrap().clone());
        all.retain(|_, value| !value.is_null());
        let mut header = Header::new(Algorithm::RS256);
        header.typ = kind.map(str::to_owned);
        jsonwebtoken::encode(&header, &all, &self.key).unwrap()
    }

    /// A client of this server with these claims.
    pub fn client(&self, server: &TestServer, claims: &Value) -> ApiClient {
        server.anonymous().with_token(&self.token(claims))
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
