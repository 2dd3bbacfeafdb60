//! Which tokens verify, and which are rejected.

mod golden;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde_json::json;

use super::*;
use crate::auth::keys;

const ISSUER: &str = "https://id.example";
const AUDIENCE: &str = "touchline";
const SECRET: &[u8] = b"a secret of more than thirty-two bytes";

fn secret_keys() -> TokenKeys {
    TokenKeys(Arc::new(TokenKeySet {
        signing_key: Some(EncodingKey::from_secret(SECRET)),
        algorithm: Algorithm::HS256,
        verification_keys: vec![VerificationKey {
            kid: None,
            key: DecodingKey::from_secret(SECRET),
        }],
        issuer: None,
        audience: None,
    }))
}

fn keys_with_issuer_and_audience(issuer: &str, audience: &str) -> TokenKeys {
    let TokenKeys(inner) = secret_keys();
    let mut inner = Arc::into_inner(inner).unwrap();
    inner.issuer = Some(issuer.to_owned());
    inner.audience = Some(audience.to_owned());
    TokenKeys(Arc::new(inner))
}

/// An identity provider with RSA keys, each under a key id.
struct TestProvider {
    key_ids: Vec<&'static str>,
    signing_keys: Vec<EncodingKey>,
    jwks: JwkSet,
}

impl TestProvider {
    fn new(key_ids: &[&'static str]) -> Self {
        let signing_keys: Vec<_> = key_ids.iter().map(|_| rsa_key()).collect();
        let jwk = |(key, key_id): (&EncodingKey, &&str)| {
            let mut jwk = Jwk::from_encoding_key(key, Algorithm::RS256).unwrap();
            jwk.common.key_id = Some((*key_id).to_owned());
            jwk
        };
        let jwks = JwkSet { keys: signing_keys.iter().zip(key_ids).map(jwk).collect() };
        Self { key_ids: key_ids.to_vec(), signing_keys, jwks }
    }

    fn keys(&self) -> TokenKeys {
        TokenKeys(Arc::new(TokenKeySet {
            signing_key: None,
            algorithm: Algorithm::RS256,
            verification_keys: keys::keys_for_algorithm(&self.jwks, Algorithm::RS256).unwrap(),
            issuer: Some(ISSUER.to_owned()),
            audience: Some(AUDIENCE.to_owned()),
        }))
    }

    /// Signs with the key `signer`, and puts `kid` into the header.
    fn token(&self, signer: &str, kid: Option<&str>, claims: &Value) -> String {
        let index = self.key_ids.iter().position(|key_id| *key_id == signer).unwrap();
        let mut header = Header::new(Algorithm::RS256);
        header.kid = kid.map(str::to_owned);
        jsonwebtoken::encode(&header, claims, &self.signing_keys[index]).unwrap()
    }
}

/// A provider's user without email and name.
fn identity(subject: &str) -> Subject {
    let (issuer, subject) = (ISSUER.to_owned(), subject.to_owned());
    Subject::Identity(Identity { issuer, subject, email: None, name: None })
}

/// A provider's valid claims about this subject.
fn provider_claims(subject: &str) -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "exp": now() + 60 })
}

fn rsa_key() -> EncodingKey {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    // PKCS#8 puts a header of 26 bytes before the PKCS#1 key that jsonwebtoken expects.
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
    EncodingKey::from_rsa_der(&der.as_ref()[26..])
}

/// Signs with an HMAC secret; adds generation 1, as own tokens have, unless the claims set one.
fn encode(algorithm: Algorithm, secret: &[u8], claims: &Value) -> String {
    let key = EncodingKey::from_secret(secret);
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().entry("gen").or_insert(json!(1));
    jsonwebtoken::encode(&Header::new(algorithm), &claims, &key).unwrap()
}

fn issued_here(generation: i64, session: Option<&str>) -> TokenIssuer {
    TokenIssuer::Here { generation, session_id: session.map(str::to_owned) }
}

fn now() -> i64 {
    Utc::now().timestamp()
}

/// A token with a handmade signature part.
fn unsigned(header: &Value, claims: &Value, signature: &str) -> String {
    format!("{}.{}.{signature}", token_part(header), token_part(claims))
}

/// The base64url form of a token's part, taken from a token that `encode` made.
fn token_part(value: &Value) -> String {
    let token = encode(Algorithm::HS256, SECRET, value);
    token.split('.').nth(1).unwrap().to_owned()
}

#[test]
fn own_tokens_verify() {
    let keys = keys_with_issuer_and_audience("touchline", "viewers");
    let topics: Vec<Topic> = vec!["match_3".parse().unwrap()];
    let at = DateTime::from_timestamp(now() + 60, 0).unwrap();
    for issued in [issued_here(3, Some("a session")), issued_here(3, None)] {
        let principal = Principal { user_id: 7, issued: issued.clone() };
        let token = keys.sign(&principal, at, Some(&topics)).unwrap();
        let expected = Claims {
            subject: Subject::Id(7),
            issued,
            expires_at: at,
            topics: Some(topics.clone()),
        };
        assert_eq!(keys.verify(&token), Ok(expected));
    }
}

#[test]
fn tokens_that_could_not_be_revoked_are_rejected() {
    let exp = now() + 60;
    #[rustfmt::skip]
    let cases = [
        ("a session",          json!({ "sub": "7", "exp": exp, "gen": 2, "sid": "s" }),  Some(issued_here(2, Some("s")))),
        ("the command line",   json!({ "sub": "7", "exp": exp, "gen": 2 }),              Some(issued_here(2, None))),
        ("no generation",      json!({ "sub": "7", "exp": exp, "gen": null }),           None),
        ("only a session",     json!({ "sub": "7", "exp": exp, "gen": null, "sid": "s" }), None),
        ("text",               json!({ "sub": "7", "exp": exp, "gen": "2" }),            None),
        ("a fraction",         json!({ "sub": "7", "exp": exp, "gen": 2.5 }),            None),
        ("a session number",   json!({ "sub": "7", "exp": exp, "gen": 2, "sid": 7 }),    None),
    ];
    for (case, claims, expected) in cases {
        let verified = secret_keys().verify(&encode(Algorithm::HS256, SECRET, &claims));
        assert_eq!(verified.ok().map(|claims| claims.issued), expected, "{case}");
    }
    // An identity provider may use the names `gen` and `sid` for anything.
    let provider = TestProvider::new(&["only"]);
    let mut claims = provider_claims("7");
    for (name, value) in
        [("iat", json!(1_700_000_000)), ("gen", json!("x")), ("sid", json!("theirs"))]
    {
        claims[name] = value;
    }
    let verified = provider.keys().verify(&provider.token("only", None, &claims)).unwrap();
    assert_eq!(verified.issued, TokenIssuer::Elsewhere { at_ms: 1_700_000_000_000 });
    let verified =
        provider.keys().verify(&provider.token("only", None, &provider_claims("7"))).unwrap();
    assert_eq!(verified.issued, TokenIssuer::Elsewhere { at_ms: 0 });
}

#[test]
fn claims_out_of_range_are_rejected() {
    let (future, past) = (now() + 60, now() - 60);
    #[rustfmt::skip]
    let cases = [
        ("valid",                  json!({ "sub": "7", "exp": future }), Ok(())),
        ("with a fraction",        json!({ "sub": "7", "exp": 7_258_118_400.5 }), Ok(())),
        ("exp within the leeway",  json!({ "sub": "7", "exp": now() - 20 }), Ok(())),
        ("expired",                json!({ "sub": "7", "exp": past }), Err(TokenError::Expired)),
        ("without exp",            json!({ "sub": "7" }), Err(TokenError::Invalid)),
        ("exp is text",            json!({ "sub": "7", "exp": "soon" }), Err(TokenError::Invalid)),
        ("exp overflows",          json!({ "sub": "7", "exp": u64::MAX }), Err(TokenError::Invalid)),
        ("nbf in the future",      json!({ "sub": "7", "exp": future, "nbf": future }), Err(TokenError::Invalid)),
        ("nbf within the leeway",  json!({ "sub": "7", "exp": future, "nbf": now() + 20 }), Ok(())),
        ("iat in the future",      json!({ "sub": "7", "exp": future, "iat": future }), Err(TokenError::Invalid)),
        ("without sub",            json!({ "exp": future }), Err(TokenError::Invalid)),
        ("sub is a number",        json!({ "sub": 7, "exp": future }), Err(TokenError::Invalid)),
        ("sub is 0",               json!({ "sub": "0", "exp": future }), Err(TokenError::Invalid)),
        ("sub is a name",          json!({ "sub": "ann", "exp": future }), Err(TokenError::Invalid)),
        ("sub is negative",        json!({ "sub": "-7", "exp": future }), Err(TokenError::Invalid)),
        ("sub has a sign",         json!({ "sub": "+7", "exp": future }), Err(TokenError::Invalid)),
        ("sub has a leading zero", json!({ "sub": "07", "exp": future }), Err(TokenError::Invalid)),
        ("sub has a space",        json!({ "sub": " 7", "exp": future }), Err(TokenError::Invalid)),
        ("sub in other digits",    json!({ "sub": "\u{667}", "exp": future }), Err(TokenError::Invalid)),
        ("sub overflows",          json!({ "sub": "9223372036854775808", "exp": future }), Err(TokenError::Invalid)),
        ("unknown topic",          json!({ "sub": "7", "exp": future, "topics": ["all"] }), Err(TokenError::Invalid)),
        ("audience not checked",   json!({ "sub": "7", "exp": future, "aud": "others" }), Ok(())),
    ];
    let keys = secret_keys();
    for (case, claims, expected) in cases {
        let result = keys.verify(&encode(Algorithm::HS256, SECRET, &claims)).map(drop);
        assert_eq!(result, expected, "{case}");
    }
}

#[test]
fn issuer_and_audience_are_checked_if_configured() {
    let keys = keys_with_issuer_and_audience("touchline", "viewers");
    let exp = now() + 60;
    #[rustfmt::skip]
    let cases = [
        ("both",            json!({ "sub": "7", "exp": exp, "iss": "touchline", "aud": "viewers" }), true),
        ("two audiences",   json!({ "sub": "7", "exp": exp, "iss": "touchline", "aud": ["x", "viewers"] }), true),
        ("wrong audience",  json!({ "sub": "7", "exp": exp, "iss": "touchline", "aud": "x" }), false),
        ("no audience",     json!({ "sub": "7", "exp": exp, "iss": "touchline" }), false),
        ("wrong issuer",    json!({ "sub": "7", "exp": exp, "iss": "x", "aud": "viewers" }), false),
        ("no issuer",       json!({ "sub": "7", "exp": exp, "aud": "viewers" }), false),
    ];
    for (case, claims, is_valid) in cases {
        let result = keys.verify(&encode(Algorithm::HS256, SECRET, &claims));
        assert_eq!(result.is_ok(), is_valid, "{case}");
    }
}

#[test]
fn tokens_without_a_valid_signature_are_rejected() {
    let claims = json!({ "sub": "7", "exp": now() + 60 });
    let valid = encode(Algorithm::HS256, SECRET, &claims);
    let (signed, signature) = valid.rsplit_once('.').unwrap();
    let other = token_part(&json!({ "sub": "1", "exp": now() + 60 }));
    let header = valid.split('.').next().unwrap();
    #[rustfmt::skip]
    let cases = [
        ("empty",               String::new()),
        ("garbage",             "garbage".to_owned()),
        ("dots",                "..".to_owned()),
        ("another secret",      encode(Algorithm::HS256, b"another secret of more than 32 bytes", &claims)),
        ("another algorithm",   encode(Algorithm::HS512, SECRET, &claims)),
        ("no signature",        format!("{signed}.")),
        ("other claims",        format!("{header}.{other}.{signature}")),
        ("alg none",            unsigned(&json!({ "alg": "none" }), &claims, "")),
        ("alg None",            unsigned(&json!({ "alg": "None" }), &claims, signature)),
        ("without alg",         unsigned(&json!({ "typ": "JWT" }), &claims, signature)),
    ];
    let keys = secret_keys();
    for (case, token) in cases {
        assert_eq!(keys.verify(&token), Err(TokenError::Invalid), "{case}");
    }
    keys.verify(&valid).unwrap();
}

#[test]
fn unknown_critical_headers_are_rejected() {
    let mut header = Header::new(Algorithm::HS256);
    header.crit = Some(vec!["exp".to_owned()]);
    let claims = json!({ "sub": "7", "exp": now() + 60, "gen": 1 });
    let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(SECRET)).unwrap();
    assert_eq!(secret_keys().verify(&token), Err(TokenError::Invalid));
}

#[test]
fn tokens_of_another_type_are_rejected() {
    let claims = json!({ "sub": "7", "exp": now() + 60, "gen": 1 });
    let with_type = |kind: Option<&str>| {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = kind.map(str::to_owned);
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(SECRET)).unwrap()
    };
    let keys = secret_keys();
    for kind in [None, Some("JWT"), Some("jwt"), Some("at+JWT"), Some("Application/at+jwt")] {
        assert!(keys.verify(&with_type(kind)).is_ok(), "{kind:?}");
    }
    for kind in ["logout+jwt", "application/logout+jwt", "JWS", "", "application/", " JWT"] {
        assert_eq!(keys.verify(&with_type(Some(kind))), Err(TokenError::Invalid), "{kind:?}");
    }
}

#[test]
fn a_provider_key_is_found_by_its_key_id() {
    let provider = TestProvider::new(&["old", "new"]);
    let keys = provider.keys();
    let claims = provider_claims("7");
    #[rustfmt::skip]
    let cases = [
        ("old", Some("old"),   true),
        ("new", Some("new"),   true),
        ("new", Some("old"),   false),
        ("new", Some("other"), false),
        ("new", None,          false),
    ];
    for (signer, kid, is_valid) in cases {
        let result = keys.verify(&provider.token(signer, kid, &claims));
        assert_eq!(result.is_ok(), is_valid, "{signer} {kid:?}");
    }
    let principal = Principal { user_id: 7, issued: issued_here(1, None) };
    assert_eq!(keys.sign(&principal, Utc::now(), None), None, "only the provider signs");
}

#[test]
fn a_public_key_does_not_verify_as_an_hmac_secret() {
    let provider = TestProvider::new(&["only"]);
    let claims = provider_claims("7");
    let public = serde_json::to_string(&provider.jwks).unwrap();
    let modulus = provider.jwks.keys.iter().find_map(|jwk| match &jwk.algorithm {
        jsonwebtoken::jwk::AlgorithmParameters::RSA(key) => Some(key.n.clone()),
        _ => None,
    });
    let secrets = [public, modulus.unwrap(), golden::GOLDEN_TOKENS[0].public_key.to_owned()];
    for keys in [provider.keys(), golden::GOLDEN_TOKENS[0].keys()] {
        for secret in &secrets {
            let token = encode(Algorithm::HS256, secret.as_bytes(), &claims);
            assert_eq!(keys.verify(&token), Err(TokenError::Invalid));
        }
    }
    let token = provider.token("only", None, &claims);
    assert_eq!(
        secret_keys().verify(&token),
        Err(TokenError::Invalid),
        "a secret doesn't verify RS256"
    );
}

#[test]
fn keys_of_other_algorithms_in_a_set_are_ignored() {
    let mut provider = TestProvider::new(&["rsa"]);
    let secret = EncodingKey::from_secret(SECRET);
    provider.jwks.keys.push(Jwk::from_encoding_key(&secret, Algorithm::HS256).unwrap());
    provider.jwks.keys[0].common.public_key_use = Some(jsonwebtoken::jwk::PublicKeyUse::Encryption);
    assert!(keys::keys_for_algorithm(&provider.jwks, Algorithm::RS256).unwrap().is_empty());
}

#[test]
fn a_provider_subject_is_never_a_local_user_id() {
    let provider = TestProvider::new(&["only"]);
    let keys = provider.keys();
    let verify = |subject: Value, more: Value| {
        let mut claims = provider_claims("");
        claims["sub"] = subject;
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        keys.verify(&provider.token("only", None, &claims)).ok().map(|claims| claims.subject)
    };
    let longest = "x".repeat(255);
    for subject in ["1", "+1", "01", "auth0|x", "\u{1f3cf}", &longest] {
        let email = json!({ "email": "ann@example.org" });
        for more in [json!({}), email] {
            assert_eq!(verify(json!(subject), more), Some(identity(subject)), "{subject}");
        }
    }
    for subject in [json!(""), json!("a\u{0}"), json!("x".repeat(256)), json!(1), json!(null)] {
        assert_eq!(verify(subject.clone(), json!({})), None, "{subject}");
    }
    #[rustfmt::skip]
    let cases = [
        (json!({ "email": "Ann@Example.org", "email_verified": true }),     Some("Ann@Example.org")),
        (json!({ "email": "ann@example.org" }),                             None),
        (json!({ "email": "ann@example.org", "email_verified": false }),    None),
        (json!({ "email": "ann@example.org", "email_verified": "true" }),   None),
        (json!({ "email": "ann@example.org", "email_verified": 1 }),        None),
        (json!({ "email": "not one", "email_verified": true }),             None),
        (json!({ "email": ["ann@example.org"], "email_verified": true }),   None),
    ];
    for (more, email) in cases {
        let Some(Subject::Identity(identity)) = verify(json!("x"), more.clone()) else {
            panic!("{more} is rejected")
        };
        assert_eq!(identity.email.as_deref(), email, "{more}");
    }
    let own = json!({ "sub": "1", "email": "x@y", "exp": now() + 60 });
    let own = encode(Algorithm::HS256, SECRET, &own);
    assert_eq!(secret_keys().verify(&own).unwrap().subject, Subject::Id(1), "own subjects are ids");
}

#[test]
fn an_expiry_beyond_the_year_9999_is_rejected() {
    let keys = secret_keys();
    let verify = |exp: Value| {
        let claims = json!({ "sub": "1", "exp": exp, "gen": 1 });
        let key = EncodingKey::from_secret(SECRET);
        keys.verify(&jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap())
    };
    let last = verify(json!(253_402_300_799_i64)).unwrap().expires_at;
    assert_eq!(time::format(last), "9999-12-31T23:59:59.000Z");
    let beyond = [json!(253_402_300_800_i64), json!(i64::MAX), json!(u64::MAX), json!(1e300)];
    for exp in beyond.into_iter().chain([json!(-1), json!(i64::MIN), json!("soon")]) {
        assert!(verify(exp.clone()).is_err(), "{exp}");
    }
}
