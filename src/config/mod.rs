//! Every setting with its unit and default: a flag, a `TOUCHLINE_…` variable, or a line in a TOML
//! file, in this order of precedence.

pub mod cli;
mod file;
mod secret;

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
pub use cli::{Cli, CliCommand, EpochCommand, ImportCommand, UserCommand};
use ipnet::IpNet;
pub use secret::Secret;

/// Where everything is kept unless something else is said: a file in the working folder.
pub const DEFAULT_DATABASE_URL: &str = "sqlite://touchline.db";

/// How access tokens are signed. One at a time: a token can't choose its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum JwtAlgorithm {
    #[value(name = "HS256")]
    Hs256,
    #[value(name = "RS256")]
    Rs256,
    #[value(name = "ES256")]
    Es256,
    #[value(name = "EdDSA")]
    EdDsa,
}

/// Whether the sign-in cookie is for HTTPS only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CookieSecure {
    /// As the request came in, seen through trusted proxies.
    Auto,
    Always,
    Never,
}

impl CookieSecure {
    /// Whether a request's session counts as one over TLS.
    pub fn is_secure(self, is_https: bool) -> bool {
        match self {
            Self::Auto => is_https,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Pretty,
    Json,
}

/// What the operator has decided. Read once, at the start.
#[derive(Clone, Debug, Args)]
pub struct Config {
    /// Address to listen on; a reverse proxy stands in front of it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", help_heading = "Server")]
    pub listen: SocketAddr,
    /// Threads that answer requests; 0 is one a core
    #[arg(long, value_name = "THREADS", default_value_t = 0, value_parser = count(0..=1_024), help_heading = "Server")]
    pub workers: usize,
    /// Networks of the reverse proxies whose Forwarded and X-Forwarded-* headers are believed, as in 10.0.0.0/8
    #[arg(long, value_name = "NETWORK", value_delimiter = ',', help_heading = "Server")]
    pub trusted_proxies: Vec<IpNet>,
    /// Networks whose direct requests get /metrics; what a proxy hands on never does
    #[arg(
        long,
        value_name = "NETWORK",
        value_delimiter = ',',
        default_value = "127.0.0.0/8,::1/128",
        help_heading = "Server"
    )]
    pub metrics_from: Vec<IpNet>,
    /// Other sites whose pages may call this service from a browser, as in `https://club.example`
    #[arg(long, value_name = "ORIGIN", value_delimiter = ',', help_heading = "Server")]
    pub allowed_origins: Vec<String>,
    /// Bytes a request body may have
    #[arg(long, value_name = "BYTES", default_value_t = 65_536, value_parser = count(1..=1_073_741_824), help_heading = "Server")]
    pub body_bytes: usize,
    /// Seconds over which open streams are ended at shutdown
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=86_400), help_heading = "Server")]
    pub drain_seconds: u64,
    /// What is logged: a level, or parts with a level each, as in `info,touchline::stream=debug`; of libraries nothing below info, as that holds what they carry
    #[arg(
        long,
        value_name = "FILTER",
        default_value = "info,actix_server=warn",
        help_heading = "Server"
    )]
    pub log: String,
    /// How log lines look
    #[arg(long, value_enum, default_value_t = LogFormat::Pretty, help_heading = "Server")]
    pub log_format: LogFormat,

    /// Where everything is kept: `sqlite://FILE`, or `postgres://…` for several nodes [default: `sqlite://touchline.db`]
    #[arg(
        long,
        value_name = "URL",
        default_value = DEFAULT_DATABASE_URL,
        hide_default_value = true,
        help_heading = "Database"
    )]
    pub database_url: Secret,
    /// Connections to PostgreSQL, or readers of SQLite
    #[arg(long, value_name = "COUNT", default_value_t = 16, value_parser = count(1..=10_000), help_heading = "Database")]
    pub database_connections: usize,
    /// Seconds a connection to PostgreSQL may be waited for
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=86_400), help_heading = "Database")]
    pub database_wait_seconds: u32,
    /// Seconds one statement may take on PostgreSQL; 0 is as long as it takes
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u32).range(0..=86_400), help_heading = "Database")]
    pub database_statement_seconds: u32,
    /// PEM file of authorities to trust for PostgreSQL's TLS, besides the system's
    #[arg(long, value_name = "FILE", help_heading = "Database")]
    pub database_ca_file: Option<PathBuf>,
    /// How nodes wake each other: `postgres://…`, `redis://…`, `rediss://…` or `none` [default: the database where that is PostgreSQL]
    #[arg(long, value_name = "URL", help_heading = "Database")]
    pub bus_url: Option<Secret>,
    /// PEM file of authorities to trust for Redis' TLS (`rediss://`) instead of the system's
    #[arg(long, value_name = "FILE", help_heading = "Database")]
    pub bus_ca_file: Option<PathBuf>,
    /// Messages kept of each stream; 0 keeps all
    #[arg(long, value_name = "MESSAGES", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=1_000_000_000_000), help_heading = "Database")]
    pub prune_keep: i64,

    /// Secret that signs access tokens (HS256); where it isn't given, one is kept beside the SQLite file
    #[arg(long, value_name = "SECRET", help_heading = "Identity")]
    pub jwt_secret: Option<Secret>,
    /// How access tokens are signed; all but HS256 are for tokens of an identity provider
    #[arg(long, value_enum, default_value_t = JwtAlgorithm::Hs256, help_heading = "Identity")]
    pub jwt_algorithm: JwtAlgorithm,
    /// PEM file with the identity provider's public key
    #[arg(long, value_name = "FILE", help_heading = "Identity")]
    pub jwt_public_key_file: Option<PathBuf>,
    /// JWKS file with the identity provider's public keys
    #[arg(long, value_name = "FILE", help_heading = "Identity")]
    pub jwks_file: Option<PathBuf>,
    /// Issuer (iss) that access tokens must have; made part of our own. Needed with an identity provider's keys
    #[arg(long, value_name = "ISSUER", help_heading = "Identity")]
    pub jwt_issuer: Option<String>,
    /// Audience (aud) that access tokens must have; made part of our own. Needed with an identity provider's keys
    #[arg(long, value_name = "AUDIENCE", help_heading = "Identity")]
    pub jwt_audience: Option<String>,
    /// Seconds an access token and its cookie are good for
    #[arg(long, value_name = "SECONDS", default_value_t = 43_200, value_parser = clap::value_parser!(u32).range(1..=3_200_000_000), help_heading = "Identity")]
    pub token_seconds: u32,
    /// Whether streams and long-polls take ?token=, for clients that can set neither header nor cookie
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set, help_heading = "Identity")]
    pub token_in_query: bool,
    /// Mail address of the first administrator; at a start without any, this user becomes one
    #[arg(
        long,
        value_name = "EMAIL",
        default_value = "admin@localhost",
        help_heading = "Identity"
    )]
    pub admin_email: String,
    /// Password of the first administrator; where it isn't given, one is made up and printed once
    #[arg(long, value_name = "PASSWORD", help_heading = "Identity")]
    pub admin_password: Option<Secret>,
    /// Whether the sign-in cookie is for HTTPS only, and named `__Host-touchline`
    #[arg(long, value_enum, default_value_t = CookieSecure::Auto, help_heading = "Identity")]
    pub cookie_secure: CookieSecure,

    #[command(flatten)]
    pub streams: StreamConfig,
    #[command(flatten)]
    pub limits: LimitConfig,
}

/// How streams behave.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Streams")]
pub struct StreamConfig {
    /// Seconds of silence before a heartbeat; keep it below the proxy's read timeout
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub heartbeat_seconds: u32,
    /// Seconds after which a stream ends and is opened again, drawn between half and whole; 0 never
    #[arg(long, value_name = "SECONDS", default_value_t = 1800, value_parser = clap::value_parser!(u32).range(0..=31_536_000))]
    pub lifetime_seconds: u32,
    /// Milliseconds a reader waits at least before it comes back
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=3_600_000))]
    pub retry_min_ms: u32,
    /// Milliseconds a reader waits at most before it comes back
    #[arg(long, value_name = "MS", default_value_t = 4000, value_parser = clap::value_parser!(u32).range(0..=3_600_000))]
    pub retry_max_ms: u32,
    /// Messages of a stream that each worker keeps at hand
    #[arg(long, value_name = "MESSAGES", default_value_t = 1024, value_parser = count(1..=1_000_000))]
    pub ring_messages: usize,
    /// Bytes of a stream that each worker keeps at hand
    #[arg(long, value_name = "BYTES", default_value_t = 4_194_304, value_parser = count(1..=1_073_741_824))]
    pub ring_bytes: usize,
    /// Messages a reader may be behind; beyond, it gets a snapshot instead
    #[arg(long, value_name = "MESSAGES", default_value_t = 10_000, value_parser = clap::value_parser!(i64).range(0..=1_000_000_000_000))]
    pub replay_max: i64,
    /// Messages read from the database at once
    #[arg(long, value_name = "MESSAGES", default_value_t = 500, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub replay_page: i64,
    /// Bytes the kernel may hold for a reader; 0 leaves it to the system
    #[arg(long, value_name = "BYTES", default_value_t = 32_768, value_parser = count(0..=1_073_741_824))]
    pub send_buffer_bytes: usize,
    /// Seconds after which a reader that takes nothing is cut off; 0 never
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub stuck_seconds: u32,
}

/// How much one may ask of us. 0 is no limit.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits (0 is no limit)")]
pub struct LimitConfig {
    /// Open streams in all
    #[arg(id = "streams", long = "streams", value_name = "STREAMS", default_value_t = 20_000, value_parser = count(0..=10_000_000))]
    pub streams_in_all: usize,
    /// Open streams of private topics a signed-in user
    #[arg(long, value_name = "STREAMS", default_value_t = 3, value_parser = count(0..=10_000_000))]
    pub streams_per_user: usize,
    /// Open streams an address
    #[arg(long, value_name = "STREAMS", default_value_t = 0, value_parser = count(0..=10_000_000))]
    pub streams_per_address: usize,
    /// Open streams a topic
    #[arg(long, value_name = "STREAMS", default_value_t = 0, value_parser = count(0..=10_000_000))]
    pub streams_per_topic: usize,
    /// Writes a minute a user
    #[arg(long, value_name = "WRITES", default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=1_000_000_000))]
    pub writes_per_minute: u32,
    /// Reads a minute an address; streams don't count
    #[arg(long, value_name = "READS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_000_000_000))]
    pub reads_per_minute: u32,
    /// Attempts to sign in a minute an address
    #[arg(long, value_name = "ATTEMPTS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(0..=1_000_000_000))]
    pub logins_per_minute: u32,
}

/// Reads a count in this range. Every setting that is a number has one: what is reckoned with it
/// must not run over.
fn count(range: RangeInclusive<u64>) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(range)
}

impl Config {
    /// An empty variable is how some tools say that a setting isn't given.
    fn drop_empty_values(&mut self) {
        self.jwt_secret.take_if(|secret| secret.reveal().is_empty());
        self.admin_password.take_if(|secret| secret.reveal().is_empty());
        self.jwt_issuer.take_if(|text| text.is_empty());
        self.jwt_audience.take_if(|text| text.is_empty());
    }

    /// What can't be told from one setting alone.
    fn validate(&self) -> Result<(), String> {
        let has_no_public_key = self.jwt_public_key_file.is_none() && self.jwks_file.is_none();
        if self.jwt_algorithm == JwtAlgorithm::Hs256 && !has_no_public_key {
            return Err(
                "jwt_algorithm HS256 has no public key: set jwt_algorithm to the identity \
                        provider's, or leave out jwt_public_key_file and jwks_file"
                    .to_owned(),
            );
        }
        if self.jwt_algorithm != JwtAlgorithm::Hs256 && has_no_public_key {
            return Err("this jwt_algorithm needs jwt_public_key_file or jwks_file".to_owned());
        }
        if !has_no_public_key && self.jwt_issuer.is_none() {
            return Err("an identity provider's keys need jwt_issuer: set it to the `iss` of the \
                        provider's tokens; its users are known by issuer and subject"
                .to_owned());
        }
        if !has_no_public_key && self.jwt_audience.is_none() {
            return Err("an identity provider's keys need jwt_audience: set it to the `aud` that \
                        the provider gives to tokens for this service; without it, tokens for \
                        other services would be taken"
                .to_owned());
        }
        if self.jwt_public_key_file.is_some() && self.jwks_file.is_some() {
            return Err("give jwt_public_key_file or jwks_file, not both".to_owned());
        }
        if self.streams.retry_min_ms > self.streams.retry_max_ms {
            return Err("retry_min_ms is more than retry_max_ms".to_owned());
        }
        Ok(())
    }
}
