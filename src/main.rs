//! The command line: reads the settings and does what it is told.

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
use touchline::server;
use touchline::server::demo::DemoLeague;
use touchline::server::demo::cricket::CricketGround;
use touchline::server::{RelayServer, Server, StopReason, allocator};
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

fn main() -> ExitCode {
    allocator::use_one_arena();
    // Not actix's runtime: the database needs one of several threads.
    let result = Runtime::new()
        .context("The runtime can't be started")
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
            let server = RelayServer::build(settings, &upstream, upstream_ca_file.as_deref())?;
            let address = server.address;
            tracing::info!(listen = %address, "Relaying {upstream} on http://{address}");
            server.run(server::shutdown_requested()).await?;
        }
        CliCommand::Migrate => drop(cli_commands::open_store(&settings).await?),
        CliCommand::User(command) => cli_commands::user(&settings, command).await?,
        CliCommand::Token { user, expires, topics } => {
            cli_commands::print_token(&settings, &user, expires, &topics).await?;
        }
        CliCommand::Import(command) => cli_commands::import_files(&settings, command).await?,
        CliCommand::Epoch(EpochCommand::Show) => cli_commands::show_epoch(&settings).await?,
        CliCommand::Epoch(EpochCommand::New) => cli_commands::renew_epoch(&settings).await?,
        CliCommand::Verify => return cli_commands::verify_database(&settings).await,
        CliCommand::Prune { keep, topic } => {
            cli_commands::prune_messages(&settings, keep, topic.as_deref()).await?
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn run_service(settings: Config) -> anyhow::Result<()> {
    raise_descriptor_limit();
    let shutdown = server::shutdown_requested();
    loop {
        let store = Server::open_store(&settings).await?;
        cli_commands::first_admin(&settings, &store).await?;
        let server = Server::with_store(settings.clone(), store).await?;
        tracing::info!(listen = %server.address, "Listening on http://{}", server.address);
        if server.run(shutdown.clone()).await? == StopReason::Requested || *shutdown.borrow() {
            return Ok(());
        }
    }
}

/// The service with a league being played, in a database of its own unless one is named.
async fn run_demo(mut settings: Config, cricsheet: Option<&Path>) -> anyhow::Result<()> {
    raise_descriptor_limit();
    let match_file = cricsheet.map(cli_commands::read_valid_file).transpose()?;
    if settings.database_url.reveal() == DEFAULT_DATABASE_URL {
        let name = format!("touchline-demo-{}.db", std::process::id());
        let file = std::env::temp_dir().join(name);
        settings.database_url = Secret::new(format!("sqlite://{}", file.display()));
    }
    let store = Server::open_store(&settings).await?;
    let admin = cli_commands::first_admin(&settings, &store).await?;
    let user_id = admin.context("The demo needs the administrator that admin_email names")?;
    let server = Server::with_store(settings, store.clone()).await?;
    let (league, mut matches) = DemoLeague::create(store.clone(), user_id).await?;
    let ground = CricketGround::create(store.clone(), user_id).await?;
    matches.push(ground.match_id());
    tokio::spawn(league.run());
    tokio::spawn(ground.run());
    if let Some(sheet) = match_file {
        tokio::spawn(cli_commands::replay_match(store, user_id, sheet));
    }
    print_welcome(server.address, &matches)?;
    server.run(server::shutdown_requested()).await.map(drop)
}

fn print_welcome(address: SocketAddr, matches: &[i64]) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "\nA league is being played, and beside it a match of cricket. Open\n")?;
    writeln!(out, "  http://{address}/              all matches")?;
    for id in matches {
        writeln!(
            out,
            "  http://{address}/matches/{id}     and /matches/{id}/hd for the stadium display"
        )?;
    }
    writeln!(out, "\nor read a stream: curl -N http://{address}/api/matches/1/stream/")?;
    writeln!(out, "Sign in (POST /api/auth/login) as the administrator above. Ctrl-C ends it.\n")
}

/// A stream takes a descriptor; the soft limit is often 1,024.
fn raise_descriptor_limit() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => tracing::info!(limit, "Up to {limit} descriptors, one a stream"),
        Err(error) => {
            tracing::warn!(error = %error, "The limit of descriptors can't be raised: {error}");
        }
    }
}

/// Lines go to standard error: standard output is for what was asked for.
fn init_logging(settings: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log).context("The setting log can't be read")?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let fit = filter_fn(|about| *about.level() <= Level::INFO || is_ours(about.target()));
    match settings.log_format {
        LogFormat::Pretty => lines.finish().with(fit).init(),
        LogFormat::Json => lines.json().finish().with(fit).init(),
    }
    Ok(())
}

/// Libraries say below `info` what they carry: a statement's parameters, a request's headers.
fn is_ours(target: &str) -> bool {
    target.split("::").next() == Some("touchline")
}
