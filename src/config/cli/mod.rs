//! The command line of `touchline`: its subcommands and their arguments.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{ArgGroup, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::secret::is_secret;
use super::{Config, Secret, file};
use crate::domain::closed_set::ClosedSet;
use crate::domain::number::MAX_INTEGER;
use crate::domain::users::UserRole;

/// Live sport over plain HTTP: scores are written with REST and read as streams that resume.
///
/// Each setting can be given as a flag, as an environment variable, or in the TOML file of --config,
/// under the same name: `--listen`, `TOUCHLINE_LISTEN`, `listen = "…"`. Flags override variables, and
/// variables override the file.
#[derive(Debug, Parser)]
#[command(name = "touchline", version, max_term_width = 120)]
pub struct Cli {
    /// TOML file with settings
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: CliCommand,
    #[command(flatten)]
    pub settings: Config,
}

/// What `touchline` does.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Run the service
    Serve,
    /// Run the service with a fictional league whose matches are in progress
    Demo {
        /// Also replay a real match from this Cricsheet file, at 30 times its speed
        #[arg(long, value_name = "FILE")]
        cricsheet: Option<PathBuf>,
    },
    /// Run a relay: a node without a database that shares another node's public streams among its
    /// own subscribers and passes all other requests through to it
    Relay {
        /// URL of the upstream node or of its load balancer, for example `https://live.example`
        #[arg(long, value_name = "URL", env = "TOUCHLINE_UPSTREAM")]
        upstream: String,
        /// PEM file of certificate authorities to trust for the upstream's TLS, in addition to the system's
        #[arg(long, value_name = "FILE", env = "TOUCHLINE_UPSTREAM_CA_FILE")]
        upstream_ca_file: Option<PathBuf>,
    },
    /// Migrate the database to the current schema and exit
    Migrate,
    /// Manage users
    #[command(subcommand)]
    User(UserCommand),
    /// Print an access token
    Token {
        /// Email address of the token's user
        #[arg(long, value_name = "EMAIL")]
        user: String,
        /// Lifetime of the token, for example 60s, 15m, 12h or 30d
        #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "1h")]
        expires: Duration,
        /// Restrict the token to reading these topics, for example `match_3,team_7_live`
        #[arg(long, value_name = "TOPIC", value_delimiter = ',')]
        topics: Vec<String>,
    },
    /// Import matches from other sources
    #[command(subcommand)]
    Import(ImportCommand),
    /// Show or renew the epoch, the database's id in cursors
    #[command(subcommand)]
    Epoch(EpochCommand),
    /// Check that no stream has gaps and that every stored state equals the fold of its log
    Verify,
    /// Delete old messages from the log
    Prune {
        /// Newest messages to keep of each stream
        #[arg(long, value_name = "MESSAGES", value_parser = clap::value_parser!(i64).range(0..=1_000_000_000_000))]
        keep: i64,
        /// Prune only this stream, for example `match_3`
        #[arg(long, value_name = "TOPIC")]
        topic: Option<String>,
    },
}

/// Subcommands of `touchline user`.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Create a user
    Add {
        /// Email address to sign in with
        #[arg(long, value_name = "EMAIL")]
        email: String,
        /// Display name
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Role of the user
        #[arg(long, value_name = "ROLE", value_parser = text_of::<UserRole>(), default_value_t)]
        role: UserRole,
        /// Password; if omitted, one is generated and printed once
        #[arg(long, value_name = "PASSWORD", env = "TOUCHLINE_PASSWORD", hide_env_values = true)]
        password: Option<Secret>,
    },
    /// Make an existing user an administrator, and enable the account
    #[command(group = ArgGroup::new("selector").required(true))]
    Promote {
        /// Id of the user, as `GET /api/auth/me` returns it
        #[arg(long, value_name = "ID", group = "selector", value_parser = clap::value_parser!(i64).range(1..=MAX_INTEGER))]
        id: Option<i64>,
        /// Email address of the user
        #[arg(long, value_name = "EMAIL", group = "selector")]
        email: Option<String>,
    },
}

/// Subcommands of `touchline epoch`.
#[derive(Debug, Subcommand)]
pub enum EpochCommand {
    /// Print the epoch
    Show,
    /// Renew the epoch after messages were lost (standby promoted, backup restored): all subscribers start over with a snapshot
    New,
}

/// Subcommands of `touchline import`.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Import matches ball by ball from Cricsheet's JSON (versions 1.0.0 and 1.1.0)
    Cricsheet {
        /// Files of one match each; parts imported before are skipped
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Id of the event that the matches belong to
        #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(1..=MAX_INTEGER))]
        event: Option<i64>,
        /// Pace, as a multiple of the speed of play; if omitted, the whole match at once
        #[arg(long, value_name = "TIMES", value_parser = clap::value_parser!(u32).range(1..=10_000))]
        speed: Option<u32>,
        /// Email address of the user to import as; if omitted, the administrator
        #[arg(long, value_name = "EMAIL")]
        by: Option<String>,
    },
}

impl Cli {
    /// Parses the process's arguments, environment and settings file; on an error it prints a
    /// message and exits.
    pub fn parse_args() -> Self {
        Self::from_args(std::env::args_os().collect()).unwrap_or_else(|error| error.exit())
    }

    /// Parses these arguments, the environment and the settings file.
    pub fn from_args(args: Vec<OsString>) -> Result<Self, clap::Error> {
        let mut command = with_env_vars(Self::command());
        if let Some(path) = find_settings_file(&command, &args) {
            command = file::apply_file_defaults(command, &path)
                .map_err(|error| Self::command().error(ErrorKind::InvalidValue, error))?;
        }
        let matches = command.try_get_matches_from(args)?;
        let mut cli = Self::from_arg_matches(&matches)?;
        cli.settings.drop_empty_values();
        cli.settings
            .validate()
            .map_err(|error| Self::command().error(ErrorKind::ArgumentConflict, error))?;
        Ok(cli)
    }
}

/// Adds its environment variable to each setting, and allows it before or after the subcommand.
fn with_env_vars(command: clap::Command) -> clap::Command {
    command.mut_args(|arg| {
        let variable = format!("TOUCHLINE_{}", arg.get_id().as_str().to_uppercase());
        let is_hidden = is_secret(&arg);
        arg.env(variable).global(true).hide_env_values(is_hidden)
    })
}

/// Path of the settings file. Other errors in the arguments are reported by the real parse later.
fn find_settings_file(command: &clap::Command, args: &[OsString]) -> Option<PathBuf> {
    let matches = command.clone().ignore_errors(true).try_get_matches_from(args).ok()?;
    matches.try_get_one::<PathBuf>("config").ok().flatten().cloned()
}

/// Parses a text of a closed set; `--help` lists them.
fn text_of<T: ClosedSet + Send + Sync>() -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(T::texts()).try_map(|text| T::from_text(&text).ok_or("is unknown"))
}

/// Parses `60s`, `15m`, `12h`, `30d`, or a number of seconds.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let count: u64 =
        digits.parse().map_err(|_| "not a duration: use for example 60s or 12h".to_owned())?;
    let unit = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        unit => return Err(format!("unknown unit {unit}: use s, m, h or d")),
    };
    // About a century: later expiry times could exceed the year 9999 of RFC 3339.
    let seconds = count.checked_mul(unit).filter(|&seconds| seconds <= 3_200_000_000);
    seconds.map(Duration::from_secs).ok_or_else(|| "too long".to_owned())
}

#[cfg(test)]
mod tests;
