//! Tokens signed with OpenSSL verify with public keys as an identity provider publishes them.

use clap::Parser;

use super::*;
use crate::config::{Cli, JwtAlgorithm};

/// A token signed elsewhere, with the key that verifies it.
pub struct GoldenToken {
    algorithm: JwtAlgorithm,
    /// PEM.
    pub public_key: &'static str,
    /// `sub` 77, for [`ISSUER`] and [`AUDIENCE`], valid until the year 2200.
    token: &'static str,
}

#[rustfmt::skip]
/// One token of each algorithm of an identity provider.
pub const GOLDEN_TOKENS: [GoldenToken; 3] = [
    GoldenToken {
        algorithm: JwtAlgorithm::Rs256,
        public_key: "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA2RGaACKCP4YQgcTwLz1T
HcWOMt1CZiBs7htHgJSJccgOI/4LwFcaKchZJhp+6saOyzMQlmxsVGkcOawxL7S/
asjF/K0TDp6GKIwlv1CJiUbIPPDdmAo2BJJqTwLHUTBJXsAwMTOB8FfM6b2bQTTL
wl2XVh1ClS6Dn2ndl862QUAwk46sd1yoejTRtaBHBawIP0BRUKnGVCGSM7y88Tl/
K6Xc8Ik29WzkDjUuBhKB5GrhhV2NTYkSPQZFXlOxc57GezM9OwLSQk/yccxNgnnf
d28yi7PocAvEJBl8UNGUwd0MFoAa/T/IAr6CpkA5HGAFl+8dznbrwFMR8BFJQ//h
mQIDAQAB
-----END PUBLIC KEY-----",
        token: "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOiJ0b3VjaGxpbmUiLCJzdWI\
        iOiI3NyIsImV4cCI6NzI1ODExODQwMH0.iYpZOgVmq3DNHTSuIZc9G0cSfOQwdQcOonkCGWeZ1uwNdF7NPcSnqSnon\
        0lApfSxy-5b8P5XLc-GBjAKNhj-r1O6_CAQDquqK9VudqB9J4qH6FLh9rtE5DOW3cUxPayXX7DA2NcS3oqlmmwMD_1\
        cdj5sP9KFtKBasXzIsBL3hdd-7B_XTjyM5FHtXI2cw9ADdEcvAvIUm8XNhl5ZxADo3qOI8a1xNXfrSvpCYkDOkOuee\
        XlL6Z0hnoULRlZ7KYnZ8sfpFcbxYwC99iSf2h8b-ydSqc_DRDbVYm_8yeFgUxQHA_IC81wgk9OM-hOq1aJjDuZChBk\
        rqKBKdDzogPsu7w",
    },
    GoldenToken {
        algorithm: JwtAlgorithm::Es256,
        public_key: "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqN/lc5C+w0GjLE/+E5LgGYwnNhvf
fO60q4eq/byPte6utPR7SdIu8U7qpR4EGhfJ7A1X+LAHk0K/pQYA+9a0bQ==
-----END PUBLIC KEY-----",
        token: "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOiJ0b3VjaGxpbmUiLCJzdWI\
        iOiI3NyIsImV4cCI6NzI1ODExODQwMH0.hk_NwB92Z95P__HpwQT_ZjZZO0O3QB3lBgPqvel82yz0Oka2iGhjOPGjM\
        QnIdt6iqBQzPbVISBOzhfNo0mV8uQ",
    },
    GoldenToken {
        algorithm: JwtAlgorithm::EdDsa,
        public_key: "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAfkQNhBR+H0iTWgSEBeVePhSHkuiDRxLMRVBhmd8mk3A=
-----END PUBLIC KEY-----",
        token: "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOiJ0b3VjaGxpbmUiLCJzdWI\
        iOiI3NyIsImV4cCI6NzI1ODExODQwMH0.8L7ilm14bybZyUsdhn6SfGeLUKJPB1AsQHqpxhkIGhHcTbmhCnf9vVzZr\
        7lRhkXADIqGLiTxo7VM40_RG0QDBg",
    },
];

impl GoldenToken {
    /// Loads the public key as the service would.
    pub fn keys(&self) -> TokenKeys {
        let path = std::env::temp_dir().join(format!("touchline-{:x}.pem", rand::random::<u64>()));
        std::fs::write(&path, self.public_key).unwrap();
        let mut config = Cli::parse_from(["touchline", "serve"]).settings;
        config.jwt_algorithm = self.algorithm;
        config.jwt_public_key_file = Some(path.clone());
        config.jwt_issuer = Some(ISSUER.to_owned());
        config.jwt_audience = Some(AUDIENCE.to_owned());
        let keys = TokenKeys::from_config(&config).unwrap();
        std::fs::remove_file(path).unwrap();
        keys
    }
}

#[test]
fn a_provider_token_verifies_only_with_its_own_key() {
    for (signer, GoldenToken { token, .. }) in GOLDEN_TOKENS.iter().enumerate() {
        for (verifier, golden) in GOLDEN_TOKENS.iter().enumerate() {
            let subject = golden.keys().verify(token).map(|claims| claims.subject);
            let expected =
                if signer == verifier { Ok(identity("77")) } else { Err(TokenError::Invalid) };
            assert_eq!(subject, expected, "token {signer}, key {:?}", golden.algorithm);
        }
    }
}
