//! An identity provider of the tests: a key pair, its published keys, and the tokens it signs.

use std::path::PathBuf;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::api_client::Client;
use super::database::folder;
use super::server::TestServer;

pub const ISSUER: &str = "https://id.example";
pub const AUDIENCE: &str = "touchline";

pub struct Provider {
    key: EncodingKey,
    folder: PathBuf,
}

impl Provider {
    pub fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        // PKCS#8 puts 26 bytes around what jsonwebtoken wants: PKCS#1.
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        let key = EncodingKey::from_rsa_der(&der.as_ref()[26..]);
        let set = JwkSet { keys: vec![Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap()] };
        let folder = folder("provider");
        std::fs::write(folder.join("jwks.json"), serde_json::to_string(&set).unwrap()).unwrap();
        Self { key, folder }
    }

    /// The settings of a server that takes this provider's tokens.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("jwt_algorithm", "RS256".to_owned()),
            ("jwks_file", self.folder.join("jwks.json").display().to_string()),
            ("jwt_issuer", ISSUER.to_owned()),
            ("jwt_audience", AUDIENCE.to_owned()),
        ]
    }

    /// A token with these claims, and the usual ones where they are not among them. A claim that
    /// is null is left out.
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

    /// Whoever these claims speak of, as a client of this server.
    pub fn client(&self, server: &TestServer, claims: &Value) -> Client {
        server.stranger().with_token(&self.token(claims))
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
