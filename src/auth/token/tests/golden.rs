//! Tokens that OpenSSL signed, with public keys as a provider publishes them.

use clap::Parser;

use super::*;
use crate::config::Cli;
use crate::config::JwtAlgorithm;

pub struct Golden {
    algorithm: JwtAlgorithm,
    pub public_key: &'static str,
    /// Of user 77, until the year 2200.
    token: &'static str,
}

#[rustfmt::skip]
pub const ALL: [Golden; 3] = [
    Golden {
        algorithm: JwtAlgorithm::Rs256,
        public_key: "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvGgt6PJ9jr9gqksNdMMQ
GXURcE249aA+NRP0Cy1Vxw0CEueE6Uyr8oP4xX3/urA4iW9HCU/QH+Avuhsgippi
N33C5hV12dq6lAv5WwwfpBwHI+oImedv8U3VlRSlPoXAFOoPG4VL3cE6UEuIdIEb
9hQala5vTZvr/jFPCjrQiUpmdrC/2yi5bBY09CAYwR9AEGTDG62vXTvjBGw9KGRp
Oe7PR1vDitXoQwR42YLGeupXdA5YNpRpjDuwTzD8gj+2Dp+OV/I035hU635ZFZTb
2ohrFBA50EIdbUwWcTNuKvZEB8k/kPmhrbElfVwt/KkgkfKgHHOaDM7s6TEXByYq
tQIDAQAB
-----END PUBLIC KEY-----",
        token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI3NyIsImV4cCI6NzI1ODExODQwMH0.RmYe1vKpW448FHnu4PK79wyI9vQ\
        mBzCERK_jsk9wHreyX1qNNPcOGJM4C3rvZsoWi30bJ0CigjalrtUixrLCLX1Wbxk3q-X61EWMN6xVYHD_TFjk65K\
        4IAyP7w06z9chMmMPsnVnQZ_7UXWuEOOffFTIMDSL4PmdvlS0MhHm2jym6o9kHQ6GghfzKW5XXfyDzzWR4UL3Dwp\
        f5Fu-o0nR08-BAJy9ma_5ISnrTRDmtjXFGTensei4hft1uO89xNsaAQ64Jc2jylV66h6rJvloAKX05I8D2QMVe6o\
        3MqUm_E7AVgwM0CfGTHteQZUbi4MVDawQtWoEuhZtxFTwqU4cKw",
    },
    Golden {
        algorithm: JwtAlgorithm::Es256,
        public_key: "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEN3YAV9QbfHrYa4iZd+3FXohlpa77
3Kmvi0e1oAwtecqA/szsyoCj9WaJpldxQf6MCQxkMkMdiDSkyQ+fum4LNg==
-----END PUBLIC KEY-----",
        token: "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI3NyIsImV4cCI6NzI1ODExODQwMH0.75_Hr72k2bAyPKSpqu63W6VMJWT\
        HyTCbF5kANNBEYDRaLZavkxQphIzYZp0dkPm2-jdEZ8ZHS95Mb31AC1LJXg",
    },
    Golden {
        algorithm: JwtAlgorithm::EdDsa,
        public_key: "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAmOVH4V2z/xjYbln0BlneAkeqwRlTT1jht8tkz+J/qSA=
-----END PUBLIC KEY-----",
        token: "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiI3NyIsImV4cCI6NzI1ODExODQwMH0.xKAKx_-0LwW1TDK4kirjL80iKJq\
        x2QL4PrqvD5RGhjEOh5yKrumGTbS-Xv1W0bhWAs3iYfYHUKbhMAqHxEqGBw",
    },
];

impl Golden {
    pub fn keys(&self) -> Keys {
        let path = std::env::temp_dir().join(format!("touchline-{:x}.pem", rand::random::<u64>()));
        std::fs::write(&path, self.public_key).unwrap();
        let mut config = Cli::parse_from(["touchline", "serve"]).settings;
        config.jwt_algorithm = self.algorithm;
        config.jwt_public_key_file = Some(path.clone());
        let keys = Keys::new(&config).unwrap();
        std::fs::remove_file(path).unwrap();
        keys
    }
}

#[test]
fn tokens_signed_elsewhere_are_believed_by_their_own_key_only() {
    for (signer, Golden { token, .. }) in ALL.iter().enumerate() {
        for (believer, golden) in ALL.iter().enumerate() {
            let found = golden.keys().verify(token).map(|claims| claims.subject);
            let expected =
                if signer == believer { Ok(Subject::Id(77)) } else { Err(BadToken::Invalid) };
            assert_eq!(found, expected, "signed {:?}, read {:?}", signer, golden.algorithm);
        }
    }
}
