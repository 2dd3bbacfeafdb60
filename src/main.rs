//! The `touchline` binary: parses the command line and runs the subcommand.

mod cli_commands;

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use tokio::runtime::Runtime;
use touchline::config::{
    Cli, CliCommand, Config, DEFAULT_DATABASE_URL, EpochCommand, LogFormat, Secret,
};
use touchline::demo::{self, Demo};
use touchline::server;
use touchline::server::{Server, StopReason, allocator};
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

fn main() -> ExitCode {
    allocator::use_one_arena();
    // Not actix's runtime, which is single-threaded: the store needs a multi-threaded one.
    let result = Runtime::new()
        .context("can't start the async runtime")
        .and_then(|runtime| runtime.block_on(run_command(Cli::parse_args())));
    result.unwrap_or_else(|error| {
        let _ = writeln!(std::io::stderr(), "error: {error:#}");
        ExitCode::FAILURE
    })
}

async fn run_command(Cli { command, settings, .. }: Cli) -> anyhow::Result<ExitCode> {
    init_logging(&settings)?;
    match command {
        CliCommand::Serve => run_service(settings).await?,
        CliCommand::Demo { cricsheet } => run_demo(settings, cricsheet.as_deref()).await?,
        CliCommand::Relay { upstream, upstream_ca_file } => {
            raise_descriptor_limit();
            let relay = server::build_relay(settings, &upstream, upstream_ca_file.as_deref())?;
            let address = relay.address;
            tracing::info!(listen = %address, "Relaying {upstream} on http://{address}");
            relay.run_relay(server::shutdown_requested()).await?;
        }
        CliCommand::Migrate => drop(cli_commands::open_store(&settings).await?),
        CliCommand::User(command) => cli_commands::run_user_command(&settings, command).await?,
        CliCommand::Token { user, expires, topics } => {
            cli_commands::print_token(&settings, &user, expires, &topics).await?;
        }
        CliCommand::Import(command) => cli_commands::import_files(&settings, command).await?,
        CliCommand::Epoch(EpochCommand::Show) => cli_commands::show_epoch(&settings).await?,
        CliCommand::Epoch(EpochCommand::New) => cli_commands::renew_epoch(&settings).await?,
        CliCommand::Verify => return cli_commands::verify_database(&settings).await,
        CliCommand::Prune { keep, topic } => {
            cli_commands::prune_messages(&settings, keep, topic.as_deref()).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `touchline serve`; starts over with a new server when the database's epoch has changed.
async fn run_service(settings: Config) -> anyhow::Result<()> {
    raise_descriptor_limit();
    let shutdown = server::shutdown_requested();
    loop {
        let store = Server::open_store(&settings).await?;
        cli_commands::ensure_admin(&settings, &store).await?;
        let server = Server::with_store(settings.clone(), store).await?;
        let address = server.address();
        tracing::info!(listen = %address, "Listening on http://{address}");
        if server.run(shutdown.clone()).await? == StopReason::Requested || *shutdown.borrow() {
            return Ok(());
        }
    }
}

/// `touchline demo`: the service with simulated matches, in a temporary database unless
/// `database_url` is set.
async fn run_demo(mut settings: Config, cricsheet: Option<&Path>) -> anyhow::Result<()> {
    raise_descriptor_limit();
    let match_file = cricsheet.map(cli_commands::read_valid_file).transpose()?;
    if settings.database_url.reveal() == DEFAULT_DATABASE_URL {
        let name = format!("touchline-demo-{}.db", std::process::id());
        let file = std::env::temp_dir().join(name);
        settings.database_url = Secret::new(format!("sqlite://{}", file.display()));
    }
    let store = Server::open_store(&settings).await?;
    let admin = cli_commands::ensure_admin(&settings, &store).await?;
    let user_id = admin.context("the demo needs a user with the address of admin_email")?;
    let server = Server::with_store(settings, store.clone()).await?;
    let demo = Demo::create(&store, user_id).await?;
    let matches = demo.match_ids.clone();
    demo.spawn();
    if let Some(file) = match_file {
        tokio::spawn(cli_commands::replay_match(store, user_id, file));
    }
    print_welcome(server.address(), &matches)?;
    server.run(server::shutdown_requested()).await.map(drop)
}

fn print_welcome(address: SocketAddr, matches: &[i64]) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "\n{}. Open\n", demo::SUMMARY)?;
    writeln!(out, "  http://{address}/              all matches")?;
    for id in matches {
        writeln!(out, "  http://{address}/matches/{id}     (stadium display: /matches/{id}/hd)")?;
    }
    writeln!(out, "\nor read a stream: curl -N http://{address}/api/matches/1/stream/")?;
    writeln!(out, "Sign in (POST /api/auth/login) as the administrator above. Ctrl-C stops it.\n")
}

/// Raises the limit of file descriptors: each stream needs one, and the soft limit is often 1,024.
fn raise_descriptor_limit() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => tracing::info!(limit, "Limit of file descriptors: {limit}, one per stream"),
        Err(error) => {
            tracing::warn!(error = %error, "Can't raise the limit of file descriptors: {error}");
        }
    }
}

/// Logs to standard error; standard output is for the output of subcommands.
fn init_logging(settings: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log).context("invalid setting log")?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let hide_library_details =
        filter_fn(|meta| *meta.level() <= Level::INFO || is_own_target(meta.target()));
    match settings.log_format {
        LogFormat::Pretty => subscriber.finish().with(hide_library_details).init(),
        LogFormat::Json => subscriber.json().finish().with(hide_library_details).init(),
    }
    Ok(())
}

/// Whether this crate logs the event; below `info` libraries log request data: parameters of
/// statements, headers of requests.
fn is_own_target(target: &str) -> bool {
    target.split("::").next() == Some("touchline")
}
