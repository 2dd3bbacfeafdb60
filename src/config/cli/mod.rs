//! The command line: what `touchline` can be told to do.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Arg, ArgGroup, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::{Config, Secret, file};

/// Live sport over plain HTTP: scored through REST, followed over streams that resume.
///
/// Each setting is a flag, a `TOUCHLINE_…` variable and a line of the TOML file given with --config,
/// all of the same name: `--listen`, `TOUCHLINE_LISTEN`, `listen = "…"`. The flag wins over the variable, the
/// variable over the file.
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

#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Run the service
    Serve,
    /// Run the service with an invented league whose matches are being played
    Demo {
        /// Also play a real match of cricket from this file of Cricsheet's, 30 times as fast as it
        /// was played
        #[arg(long, value_name = "FILE")]
        cricsheet: Option<PathBuf>,
    },
    /// Run a node without a database that tells another node's streams to readers of its own
    Relay {
        /// Address of the node, or of what stands before several, as in `https://live.example`
        #[arg(long, value_name = "URL", env = "TOUCHLINE_UPSTREAM")]
        upstream: String,
        /// PEM file of authorities to trust for the upstream's TLS, besides the system's
        #[arg(long, value_name = "FILE", env = "TOUCHLINE_UPSTREAM_CA_FILE")]
        upstream_ca_file: Option<PathBuf>,
    },
    /// Bring the database up to date, and stop
    Migrate,
    /// Manage users
    #[command(subcommand)]
    User(UserCommand),
    /// Print an access token
    Token {
        /// Mail address of the user whose token it is
        #[arg(long, value_name = "EMAIL")]
        user: String,
        /// How long it is good for, as in 60s, 15m, 12h or 30d
        #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "1h")]
        expires: Duration,
        /// Only for reading these topics, as in `match_3,team_7_live`
        #[arg(long, value_name = "TOPIC", value_delimiter = ',')]
        topics: Vec<String>,
    },
    /// Enter matches that were played elsewhere
    #[command(subcommand)]
    Import(ImportCommand),
    /// The word that binds cursors to this database
    #[command(subcommand)]
    Epoch(EpochCommand),
    /// Check that every stream is without gaps and every state is the fold of its log
    Verify,
    /// Remove old messages from the log
    Prune {
        /// Messages of each stream that stay
        #[arg(long, value_name = "MESSAGES", value_parser = clap::value_parser!(i64).range(0..=1_000_000_000_000))]
        keep: i64,
        /// Only of this stream, as in `match_3`
        #[arg(long, value_name = "TOPIC")]
        topic: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make a user
    Add {
        #[arg(long, value_name = "EMAIL")]
        email: String,
        #[arg(long, value_name = "NAME")]
        name: String,
        #[arg(long, value_name = "ROLE", value_parser = ["user", "admin"], default_value = "user")]
        role: String,
        /// Where it isn't given, one is made up and printed once
        #[arg(long, value_name = "PASSWORD", env = "TOUCHLINE_PASSWORD", hide_env_values = true)]
        password: Option<Secret>,
    },
    /// Make a user who is there an administrator, and let it sign in
    #[command(group = ArgGroup::new("who").required(true))]
    Promote {
        /// Number of the user, as in `GET /api/auth/me`
        #[arg(long, value_name = "ID", group = "who", value_parser = clap::value_parser!(i64).range(1..=9_007_199_254_740_991))]
        id: Option<i64>,
        /// Mail address of the user
        #[arg(long, value_name = "EMAIL", group = "who")]
        email: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum EpochCommand {
    /// Print it
    Show,
    /// Make a new one, after messages were lost (a standby promoted, a backup restored): all readers begin anew
    New,
}

#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Cricket, ball by ball, from Cricsheet's JSON (1.0.0 and 1.1.0)
    Cricsheet {
        /// One match each; what was entered of it before is passed over
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Event the matches belong to
        #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(1..=9_007_199_254_740_991))]
        event: Option<i64>,
        /// How many times as fast as it was played; all at once where it isn't given
        #[arg(long, value_name = "TIMES", value_parser = clap::value_parser!(u32).range(1..=10_000))]
        speed: Option<u32>,
        /// Mail address of the user who enters them, the administrator where it isn't given
        #[arg(long, value_name = "EMAIL")]
        by: Option<String>,
    },
}

impl Cli {
    /// Reads the process's arguments, variables and settings file; ends it with a message where
    /// they are wrong.
    pub fn parse_args() -> Self {
        Self::from_args(std::env::args_os().collect()).unwrap_or_else(|error| error.exit())
    }

    /// The same of these arguments.
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
            .map_err(|fault| Self::command().error(ErrorKind::ArgumentConflict, fault))?;
        Ok(cli)
    }
}

/// Gives each setting its variable and lets it stand before or after the subcommand.
fn with_env_vars(command: clap::Command) -> clap::Command {
    command.mut_args(|arg| {
        let variable = format!("TOUCHLINE_{}", arg.get_id().as_str().to_uppercase());
        let is_hidden = is_secret(&arg);
        arg.env(variable).global(true).hide_env_values(is_hidden)
    })
}

/// Whether a setting's value must not be shown.
pub(super) fn is_secret(arg: &Arg) -> bool {
    arg.get_value_parser().type_id() == std::any::TypeId::of::<Secret>()
}

/// Where the settings file is. All else that is wrong is told when the arguments are really read.
fn find_settings_file(command: &clap::Command, args: &[OsString]) -> Option<PathBuf> {
    let matches = command.clone().ignore_errors(true).try_get_matches_from(args).ok()?;
    matches.try_get_one::<PathBuf>("config").ok().flatten().cloned()
}

/// `60s`, `15m`, `12h`, `30d`, or seconds.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let count: u64 = digits.parse().map_err(|_| "not a time, as in 60s or 12h".to_owned())?;
    let unit = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        unit => return Err(format!("unknown unit {unit}: use s, m, h or d")),
    };
    // A century: beyond it, times can no longer be written.
    let seconds = count.checked_mul(unit).filter(|&seconds| seconds <= 3_200_000_000);
    seconds.map(Duration::from_secs).ok_or_else(|| "too long".to_owned())
}

#[cfg(test)]
mod tests;
