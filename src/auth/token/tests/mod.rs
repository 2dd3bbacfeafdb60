//! Which tokens are believed.

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

/// The keys of an identity provider, by name.
struct TestProvider {
    names: Vec<&'static str>,
    pairs: Vec<EncodingKey>,
    set: JwkSet,
}

impl TestProvider {
    fn new(names: &[&'static str]) -> Self {
        let pairs: Vec<_> = names.iter().map(|_| rsa()).collect();
        let publish = |(key, name): (&EncodingKey, &&str)| {
            let mut jwk = Jwk::from_encoding_key(key, Algorithm::RS256).unwrap();
            jwk.common.key_id = Some((*name).to_owned());
            jwk
        };
        let set = JwkSet { keys: pairs.iter().zip(names).map(publish).collect() };
        Self { names: names.to_vec(), pairs, set }
    }

    fn keys(&self) -> TokenKeys {
        TokenKeys(Arc::new(TokenKeySet {
            signing_key: None,
            algorithm: Algorithm::RS256,
            verification_keys: keys::keys_for_algorithm(&self.set, Algorithm::RS256).unwrap(),
            issuer: Some(ISSUER.to_owned()),
            audience: Some(AUDIENCE.to_owned()),
        }))
    }

    /// Signed with the key `by`, saying it were the key `kid`.
    fn token(&self, by: &str, kid: Option<&str>, claims: &Value) -> String {
        let index = self.names.iter().position(|name| *name == by).unwrap();
        let mut header = Header::new(Algorithm::RS256);
        header.kid = kid.map(str::to_owned);
        jsonwebtoken::encode(&header, claims, &self.pairs[index]).unwrap()
    }
}

/// A provider's subject of whom nothing else is known.
fn identity(subject: &str) -> Subject {
    let (issuer, subject) = (ISSUER.to_owned(), subject.to_owned());
    Subject::Identity(Identity { issuer, subject, email: None, name: None })
}

/// A provider's claims about this subject.
fn provided(subject: &str) -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "exp": now() + 60 })
}

fn rsa() -> EncodingKey {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    // PKCS#8 puts 26 bytes around what jsonwebtoken wants: PKCS#1.
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
    EncodingKey::from_rsa_der(&der.as_ref()[26..])
}

/// Of the first generation, as ours are, unless the claims name one.
fn encode(algorithm: Algorithm, secret: &[u8], claims: &Value) -> String {
    let key = EncodingKey::from_secret(secret);
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().entry("gen").or_insert(json!(1));
    jsonwebtoken::encode(&Header::new(algorithm), &claims, &key).unwrap()
}

fn of(generation: i64, session: Option<&str>) -> Issued {
    Issued::Here { generation, session_id: session.map(str::to_owned) }
}

fn now() -> i64 {
    Utc::now().timestamp()
}

/// A token whose signature part is made by hand.
fn raw(header: &Value, claims: &Value, signature: &str) -> String {
    format!("{}.{}.{signature}", base64(header), base64(claims))
}

/// What `encode` does to a part, taken from a token it makes.
fn base64(value: &Value) -> String {
    let token = encode(Algorithm::HS256, SECRET, value);
    token.split('.').nth(1).unwrap().to_owned()
}

#[test]
fn own_tokens_verify() {
    let keys = keys_with_issuer_and_audience("touchline", "viewers");
    let topics: Vec<Topic> = vec!["match_3".parse().unwrap()];
    let at = DateTime::from_timestamp(now() + 60, 0).unwrap();
    for issued in [of(3, Some("a session")), of(3, None)] {
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
fn g7_what_could_not_be_revoked_is_refused() {
    let exp = now() + 60;
    #[rustfmt::skip]
    let cases = [
        ("a session",          json!({ "sub": "7", "exp": exp, "gen": 2, "sid": "s" }),  Some(of(2, Some("s")))),
        ("the command line",   json!({ "sub": "7", "exp": exp, "gen": 2 }),              Some(of(2, None))),
        ("no generation",      json!({ "sub": "7", "exp": exp, "gen": null }),           None),
        ("a session alone",    json!({ "sub": "7", "exp": exp, "gen": null, "sid": "s" }), None),
        ("a text",             json!({ "sub": "7", "exp": exp, "gen": "2" }),            None),
        ("a fraction",         json!({ "sub": "7", "exp": exp, "gen": 2.5 }),            None),
        ("no session's name",  json!({ "sub": "7", "exp": exp, "gen": 2, "sid": 7 }),    None),
    ];
    for (case, claims, expected) in cases {
        let found = secret_keys().verify(&encode(Algorithm::HS256, SECRET, &claims));
        assert_eq!(found.ok().map(|claims| claims.issued), expected, "{case}");
    }
    // A provider means something else by them.
    let provider = TestProvider::new(&["only"]);
    let mut claims = provided("7");
    for (name, value) in
        [("iat", json!(1_700_000_000)), ("gen", json!("x")), ("sid", json!("theirs"))]
    {
        claims[name] = value;
    }
    let found = provider.keys().verify(&provider.token("only", None, &claims)).unwrap();
    assert_eq!(found.issued, Issued::Elsewhere { at_ms: 1_700_000_000_000 });
    let found = provider.keys().verify(&provider.token("only", None, &provided("7"))).unwrap();
    assert_eq!(found.issued, Issued::Elsewhere { at_ms: 0 });
}

#[test]
fn claims_are_verified() {
    let (future, past) = (now() + 60, now() - 60);
    #[rustfmt::skip]
    let cases = [
        ("fine",                   json!({ "sub": "7", "exp": future }), Ok(())),
        ("with a fraction",        json!({ "sub": "7", "exp": 7_258_118_400.5 }), Ok(())),
        ("just expired",           json!({ "sub": "7", "exp": now() - 20 }), Ok(())),
        ("expired",                json!({ "sub": "7", "exp": past }), Err(TokenError::Expired)),
        ("without an end",         json!({ "sub": "7" }), Err(TokenError::Invalid)),
        ("the end is text",        json!({ "sub": "7", "exp": "soon" }), Err(TokenError::Invalid)),
        ("the end of time",        json!({ "sub": "7", "exp": u64::MAX }), Err(TokenError::Invalid)),
        ("not yet",                json!({ "sub": "7", "exp": future, "nbf": future }), Err(TokenError::Invalid)),
        ("almost",                 json!({ "sub": "7", "exp": future, "nbf": now() + 20 }), Ok(())),
        ("made tomorrow",          json!({ "sub": "7", "exp": future, "iat": future }), Err(TokenError::Invalid)),
        ("of nobody",              json!({ "exp": future }), Err(TokenError::Invalid)),
        ("of a number",            json!({ "sub": 7, "exp": future }), Err(TokenError::Invalid)),
        ("of nobody's id",         json!({ "sub": "0", "exp": future }), Err(TokenError::Invalid)),
        ("of a stranger",          json!({ "sub": "ann", "exp": future }), Err(TokenError::Invalid)),
        ("of a negative id",       json!({ "sub": "-7", "exp": future }), Err(TokenError::Invalid)),
        ("with a sign",            json!({ "sub": "+7", "exp": future }), Err(TokenError::Invalid)),
        ("with a zero before it",  json!({ "sub": "07", "exp": future }), Err(TokenError::Invalid)),
        ("with a space",           json!({ "sub": " 7", "exp": future }), Err(TokenError::Invalid)),
        ("in other digits",        json!({ "sub": "\u{667}", "exp": future }), Err(TokenError::Invalid)),
        ("beyond all ids",         json!({ "sub": "9223372036854775808", "exp": future }), Err(TokenError::Invalid)),
        ("for no such topic",      json!({ "sub": "7", "exp": future, "topics": ["all"] }), Err(TokenError::Invalid)),
        ("for somebody else",      json!({ "sub": "7", "exp": future, "aud": "others" }), Ok(())),
    ];
    let keys = secret_keys();
    for (case, claims, expected) in cases {
        let result = keys.verify(&encode(Algorithm::HS256, SECRET, &claims)).map(drop);
        assert_eq!(result, expected, "{case}");
    }
}

#[test]
fn issuer_and_audience_are_checked_where_configured() {
    let keys = keys_with_issuer_and_audience("touchline", "viewers");
    let exp = now() + 60;
    #[rustfmt::skip]
    let cases = [
        ("both",            json!({ "sub": "7", "exp": exp, "iss": "touchline", "aud": "viewers" }), true),
        ("among others",    json!({ "sub": "7", "exp": exp, "iss": "touchline", "aud": ["x", "viewers"] }), true),
        ("wrong audience",  json!({ "sub": "7", "exp": exp, "iss": "touchline", "aud": "x" }), false),
        ("no audience",     json!({ "sub": "7", "exp": exp, "iss": "touchline" }), false),
        ("wrong issuer",    json!({ "sub": "7", "exp": exp, "iss": "x", "aud": "viewers" }), false),
        ("no issuer",       json!({ "sub": "7", "exp": exp, "aud": "viewers" }), false),
    ];
    for (case, claims, good) in cases {
        let result = keys.verify(&encode(Algorithm::HS256, SECRET, &claims));
        assert_eq!(result.is_ok(), good, "{case}");
    }
}

#[test]
fn signatures_are_checked() {
    let claims = json!({ "sub": "7", "exp": now() + 60 });
    let good = encode(Algorithm::HS256, SECRET, &claims);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other = base64(&json!({ "sub": "1", "exp": now() + 60 }));
    let header = good.split('.').next().unwrap();
    #[rustfmt::skip]
    let cases = [
        ("empty",               String::new()),
        ("garbage",             "garbage".to_owned()),
        ("dots",                "..".to_owned()),
        ("another secret",      encode(Algorithm::HS256, b"another secret of more than 32 bytes", &claims)),
        ("another algorithm",   encode(Algorithm::HS512, SECRET, &claims)),
        ("no signature",        format!("{signed}.")),
        ("other claims",        format!("{header}.{other}.{signature}")),
        ("alg none",            raw(&json!({ "alg": "none" }), &claims, "")),
        ("alg None",            raw(&json!({ "alg": "None" }), &claims, signature)),
        ("without alg",         raw(&json!({ "typ": "JWT" }), &claims, signature)),
    ];
    let keys = secret_keys();
    for (case, token) in cases {
        assert_eq!(keys.verify(&token), Err(TokenError::Invalid), "{case}");
    }
    keys.verify(&good).unwrap();
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
fn a_token_made_for_something_else_is_refused() {
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
fn a_provider_key_is_found_by_its_name() {
    let provider = TestProvider::new(&["old", "new"]);
    let keys = provider.keys();
    let claims = provided("7");
    #[rustfmt::skip]
    let cases = [
        ("old", Some("old"),   true),
        ("new", Some("new"),   true),
        ("new", Some("old"),   false),
        ("new", Some("other"), false),
        ("new", None,          false),
    ];
    for (by, kid, good) in cases {
        assert_eq!(keys.verify(&provider.token(by, kid, &claims)).is_ok(), good, "{by} {kid:?}");
    }
    let principal = Principal { user_id: 7, issued: of(1, None) };
    assert_eq!(keys.sign(&principal, Utc::now(), None), None, "the provider signs");
}

#[test]
fn a_public_key_does_not_verify_as_an_hmac_secret() {
    let provider = TestProvider::new(&["only"]);
    let claims = provided("7");
    let public = serde_json::to_string(&provider.set).unwrap();
    let modulus = provider.set.keys.iter().find_map(|jwk| match &jwk.algorithm {
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
    assert_eq!(secret_keys().verify(&token), Err(TokenError::Invalid), "and the other way round");
}

#[test]
fn keys_of_other_algorithms_in_a_set_are_ignored() {
    let mut provider = TestProvider::new(&["rsa"]);
    let secret = EncodingKey::from_secret(SECRET);
    provider.set.keys.push(Jwk::from_encoding_key(&secret, Algorithm::HS256).unwrap());
    provider.set.keys[0].common.public_key_use = Some(jsonwebtoken::jwk::PublicKeyUse::Encryption);
    assert!(keys::keys_for_algorithm(&provider.set, Algorithm::RS256).unwrap().is_empty());
}

#[test]
fn a_provider_names_users_by_its_own_subjects() {
    let provider = TestProvider::new(&["only"]);
    let keys = provider.keys();
    let read = |subject: Value, more: Value| {
        let mut claims = provided("");
        claims["sub"] = subject;
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        keys.verify(&provider.token("only", None, &claims)).ok().map(|claims| claims.subject)
    };
    let longest = "x".repeat(255);
    for subject in ["1", "+1", "01", "auth0|x", "\u{1f3cf}", &longest] {
        let email = json!({ "email": "ann@example.org" });
        for more in [json!({}), email] {
            assert_eq!(read(json!(subject), more), Some(identity(subject)), "{subject}");
        }
    }
    for subject in [json!(""), json!("a\u{0}"), json!("x".repeat(256)), json!(1), json!(null)] {
        assert_eq!(read(subject.clone(), json!({})), None, "{subject}");
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
        let Some(Subject::Identity(found)) = read(json!("x"), more.clone()) else {
            panic!("{more} is refused")
        };
        assert_eq!(found.email.as_deref(), email, "{more}");
    }
    let own = json!({ "sub": "1", "email": "x@y", "exp": now() + 60 });
    let own = encode(Algorithm::HS256, SECRET, &own);
    assert_eq!(secret_keys().verify(&own).unwrap().subject, Subject::Id(1), "ours are numbers");
}

#[test]
fn g10_a_token_ends_in_a_year_that_can_be_written() {
    let keys = secret_keys();
    let read = |exp: Value| {
        let claims = json!({ "sub": "1", "exp": exp, "gen": 1 });
        let key = EncodingKey::from_secret(SECRET);
        keys.verify(&jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap())
    };
    let last = read(json!(253_402_300_799_i64)).unwrap().expires_at;
    assert_eq!(time::text(last), "9999-12-31T23:59:59.000Z");
    let beyond = [json!(253_402_300_800_i64), json!(i64::MAX), json!(u64::MAX), json!(1e300)];
    for exp in beyond.into_iter().chain([json!(-1), json!(i64::MIN), json!("soon")]) {
        assert!(read(exp.clone()).is_err(), "{exp}");
    }
}
