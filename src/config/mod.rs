//! All settings with units, ranges and defaults: flags, `TOUCHLINE_…` variables or keys of a TOML
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

/// Default of `database_url`: a `SQLite` file in the working directory.
pub const DEFAULT_DATABASE_URL: &str = "sqlite://touchline.db";

/// Signature algorithm of access tokens. Only the configured one is accepted, whatever a token's
/// header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum JwtAlgorithm {
    /// HMAC with SHA-256: this service signs its own tokens.
    #[value(name = "HS256")]
    Hs256,
    /// RSA with SHA-256, of an identity provider.
    #[value(name = "RS256")]
    Rs256,
    /// ECDSA with P-256 and SHA-256, of an identity provider.
    #[value(name = "ES256")]
    Es256,
    /// Ed25519, of an identity provider.
    #[value(name = "EdDSA")]
    EdDsa,
}

/// Whether the session cookie is restricted to HTTPS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CookieSecure {
    /// If the request used HTTPS, as seen through trusted proxies
    Auto,
    /// On every request
    Always,
    /// On no request
    Never,
}

impl CookieSecure {
    /// Whether the session cookie of a request is restricted to HTTPS.
    pub fn is_secure(self, is_https: bool) -> bool {
        match self {
            Self::Auto => is_https,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for people
    Pretty,
    /// One JSON object per line
    Json,
}

/// The settings, read once at the start.
#[derive(Clone, Debug, Args)]
pub struct Config {
    /// IP address and port to listen on, behind a reverse proxy
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", help_heading = "Server")]
    pub listen: SocketAddr,
    /// Worker threads that serve requests and streams; 0 means one per core
    #[arg(long, value_name = "THREADS", default_value_t = 0, value_parser = count(0..=1_024), help_heading = "Server")]
    pub workers: usize,
    /// Networks of reverse proxies whose Forwarded and X-Forwarded-* headers are trusted, for example 10.0.0.0/8
    #[arg(long, value_name = "NETWORK", value_delimiter = ',', help_heading = "Server")]
    pub trusted_proxies: Vec<IpNet>,
    /// Networks that can read /metrics directly; forwarded requests never can
    #[arg(
        long,
        value_name = "NETWORK",
        value_delimiter = ',',
        default_value = "127.0.0.0/8,::1/128",
        help_heading = "Server"
    )]
    pub metrics_from: Vec<IpNet>,
    /// Origins of other sites whose pages may call this service from a browser, for example `https://club.example`
    #[arg(long, value_name = "ORIGIN", value_delimiter = ',', help_heading = "Server")]
    pub allowed_origins: Vec<String>,
    /// Maximum size of a request body, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 65_536, value_parser = count(1..=1_073_741_824), help_heading = "Server")]
    pub body_bytes: usize,
    /// Seconds over which open streams are closed at shutdown
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=86_400), help_heading = "Server")]
    pub drain_seconds: u64,
    /// Log filter: a level, or levels per module, for example `info,touchline::stream=debug`; libraries never log below info, because that would include request data
    #[arg(
        long,
        value_name = "FILTER",
        default_value = "info,actix_server=warn",
        help_heading = "Server"
    )]
    pub log: String,
    /// Format of log lines
    #[arg(long, value_enum, default_value_t = LogFormat::Pretty, help_heading = "Server")]
    pub log_format: LogFormat,

    /// Database: `sqlite://FILE` for a single node, or `postgres://…` for one or several [default: `sqlite://touchline.db`]
    #[arg(
        long,
        value_name = "URL",
        default_value = DEFAULT_DATABASE_URL,
        hide_default_value = true,
        help_heading = "Database"
    )]
    pub database_url: Secret,
    /// Maximum number of connections to PostgreSQL, or of reading connections to SQLite
    #[arg(long, value_name = "COUNT", default_value_t = 16, value_parser = count(1..=10_000), help_heading = "Database")]
    pub database_connections: usize,
    /// Seconds to wait for a PostgreSQL connection
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=86_400), help_heading = "Database")]
    pub database_wait_seconds: u32,
    /// Timeout of a PostgreSQL statement, in seconds; 0 means no timeout
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u32).range(0..=86_400), help_heading = "Database")]
    pub database_statement_seconds: u32,
    /// PEM file of certificate authorities to trust for PostgreSQL's TLS, in addition to the system's
    #[arg(long, value_name = "FILE", help_heading = "Database")]
    pub database_ca_file: Option<PathBuf>,
    /// Bus that nodes notify each other over: `postgres://…`, `redis://…`, `rediss://…` or `none` [default: the database, if it is PostgreSQL]
    #[arg(long, value_name = "URL", help_heading = "Database")]
    pub bus_url: Option<Secret>,
    /// PEM file of certificate authorities to trust for Redis's TLS (`rediss://`), instead of the system's
    #[arg(long, value_name = "FILE", help_heading = "Database")]
    pub bus_ca_file: Option<PathBuf>,
    /// Newest messages to keep of each stream; 0 keeps all
    #[arg(long, value_name = "MESSAGES", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=1_000_000_000_000), help_heading = "Database")]
    pub prune_keep: i64,

    /// Secret that signs access tokens (HS256), at least 32 bytes; if omitted with SQLite, it is generated and kept next to the database file
    #[arg(long, value_name = "SECRET", help_heading = "Identity")]
    pub jwt_secret: Option<Secret>,
    /// Signature algorithm of access tokens; all but HS256 are for tokens of an identity provider
    #[arg(long, value_enum, default_value_t = JwtAlgorithm::Hs256, help_heading = "Identity")]
    pub jwt_algorithm: JwtAlgorithm,
    /// PEM file with the identity provider's public key
    #[arg(long, value_name = "FILE", help_heading = "Identity")]
    pub jwt_public_key_file: Option<PathBuf>,
    /// JWKS file with the identity provider's public keys
    #[arg(long, value_name = "FILE", help_heading = "Identity")]
    pub jwks_file: Option<PathBuf>,
    /// Required issuer (iss) of access tokens, also set in own tokens; mandatory with an identity provider's keys
    #[arg(long, value_name = "ISSUER", help_heading = "Identity")]
    pub jwt_issuer: Option<String>,
    /// Required audience (aud) of access tokens, also set in own tokens; mandatory with an identity provider's keys
    #[arg(long, value_name = "AUDIENCE", help_heading = "Identity")]
    pub jwt_audience: Option<String>,
    /// Lifetime of access tokens and session cookies, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 43_200, value_parser = clap::value_parser!(u32).range(1..=3_200_000_000), help_heading = "Identity")]
    pub token_seconds: u32,
    /// Whether streams and long-polls accept ?token=, for clients that can set neither headers nor cookies
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set, help_heading = "Identity")]
    pub token_in_query: bool,
    /// Email address of the first administrator; this user becomes administrator whenever the service starts without one
    #[arg(
        long,
        value_name = "EMAIL",
        default_value = "admin@localhost",
        help_heading = "Identity"
    )]
    pub admin_email: String,
    /// Password of the first administrator; if omitted, one is generated and printed once
    #[arg(long, value_name = "PASSWORD", help_heading = "Identity")]
    pub admin_password: Option<Secret>,
    /// Whether the session cookie is restricted to HTTPS and named `__Host-touchline`
    #[arg(long, value_enum, default_value_t = CookieSecure::Auto, help_heading = "Identity")]
    pub cookie_secure: CookieSecure,

    #[command(flatten)]
    pub streams: StreamConfig,
    #[command(flatten)]
    pub limits: LimitConfig,
}

/// Settings of streams.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Streams")]
pub struct StreamConfig {
    /// Seconds without a message before a heartbeat; keep it below the proxy's read timeout
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub heartbeat_seconds: u32,
    /// Maximum lifetime of a stream in seconds, drawn between half and all of it; 0 means unlimited
    #[arg(long, value_name = "SECONDS", default_value_t = 1800, value_parser = clap::value_parser!(u32).range(0..=31_536_000))]
    pub lifetime_seconds: u32,
    /// Minimum reconnection delay of clients, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=3_600_000))]
    pub retry_min_ms: u32,
    /// Maximum reconnection delay of clients, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 4000, value_parser = clap::value_parser!(u32).range(0..=3_600_000))]
    pub retry_max_ms: u32,
    /// Capacity of a stream's ring buffer in each worker, in messages
    #[arg(long, value_name = "MESSAGES", default_value_t = 1024, value_parser = count(1..=1_000_000))]
    pub ring_messages: usize,
    /// Capacity of a stream's ring buffer in each worker, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 4_194_304, value_parser = count(1..=1_073_741_824))]
    pub ring_bytes: usize,
    /// Maximum number of missed messages that are replayed to a subscriber; beyond it gets a snapshot
    #[arg(long, value_name = "MESSAGES", default_value_t = 10_000, value_parser = clap::value_parser!(i64).range(0..=1_000_000_000_000))]
    pub replay_max: i64,
    /// Messages per page read from the database during a replay
    #[arg(long, value_name = "MESSAGES", default_value_t = 500, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub replay_page: i64,
    /// Size of a connection's send buffer in the kernel, in bytes; 0 means the system's default
    #[arg(long, value_name = "BYTES", default_value_t = 32_768, value_parser = count(0..=1_073_741_824))]
    pub send_buffer_bytes: usize,
    /// Seconds after which a connection that acknowledges no data is closed; 0 means never
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub stuck_seconds: u32,
}

/// Limits; 0 means unlimited.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits (0 means unlimited)")]
pub struct LimitConfig {
    /// Open streams in total
    #[arg(id = "streams", long = "streams", value_name = "STREAMS", default_value_t = 20_000, value_parser = count(0..=10_000_000))]
    pub streams_in_all: usize,
    /// Open streams of private topics per signed-in user
    #[arg(long, value_name = "STREAMS", default_value_t = 3, value_parser = count(0..=10_000_000))]
    pub streams_per_user: usize,
    /// Open streams per client address
    #[arg(long, value_name = "STREAMS", default_value_t = 0, value_parser = count(0..=10_000_000))]
    pub streams_per_address: usize,
    /// Open streams per topic
    #[arg(long, value_name = "STREAMS", default_value_t = 0, value_parser = count(0..=10_000_000))]
    pub streams_per_topic: usize,
    /// Writes per minute per user
    #[arg(long, value_name = "WRITES", default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=1_000_000_000))]
    pub writes_per_minute: u32,
    /// Reads per minute per client address, not counting streams
    #[arg(long, value_name = "READS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_000_000_000))]
    pub reads_per_minute: u32,
    /// Sign-in attempts per minute per client address
    #[arg(long, value_name = "ATTEMPTS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(0..=1_000_000_000))]
    pub logins_per_minute: u32,
}

/// Parses a count in this range. Every numeric setting has a range, so that arithmetic with it
/// can't overflow.
fn count(range: RangeInclusive<u64>) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(range)
}

impl Config {
    /// Treats empty values as unset: some tools can't remove a variable, only empty it.
    fn drop_empty_values(&mut self) {
        self.jwt_secret.take_if(|secret| secret.reveal().is_empty());
        self.admin_password.take_if(|secret| secret.reveal().is_empty());
        self.jwt_issuer.take_if(|text| text.is_empty());
        self.jwt_audience.take_if(|text| text.is_empty());
    }

    /// Checks rules that involve more than one setting.
    fn validate(&self) -> Result<(), String> {
        let has_public_key = self.jwt_public_key_file.is_some() || self.jwks_file.is_some();
        if self.jwt_algorithm == JwtAlgorithm::Hs256 && has_public_key {
            return Err(
                "jwt_algorithm HS256 has no public key: set jwt_algorithm to the identity \
                        provider's, or remove jwt_public_key_file and jwks_file"
                    .to_owned(),
            );
        }
        if self.jwt_algorithm != JwtAlgorithm::Hs256 && !has_public_key {
            return Err("this jwt_algorithm needs jwt_public_key_file or jwks_file".to_owned());
        }
        if has_public_key && self.jwt_issuer.is_none() {
            return Err("an identity provider's keys need jwt_issuer: set it to the `iss` of the \
                        provider's tokens; issuer and subject together identify its users"
                .to_owned());
        }
        if has_public_key && self.jwt_audience.is_none() {
            return Err(
                "an identity provider's keys need jwt_audience: set it to the `aud` of the \
                        provider's tokens for this service; without it, tokens for other \
                        services would be accepted"
                    .to_owned(),
            );
        }
        if self.jwt_public_key_file.is_some() && self.jwks_file.is_some() {
            return Err("set either jwt_public_key_file or jwks_file, not both".to_owned());
        }
        if self.streams.retry_min_ms > self.streams.retry_max_ms {
            return Err("retry_min_ms must not exceed retry_max_ms".to_owned());
        }
        Ok(())
    }
}
