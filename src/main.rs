//! The command line: reads the settings and does what it is told.

mod tools;

use std::io::IsTerminal;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use tokio::runtime::Runtime;
use touchline::config::Cli;
use touchline::config::Command;
use touchline::config::Config;
use touchline::config::DEFAULT_DATABASE;
use touchline::config::EpochCommand;
use touchline::config::LogFormat;
use touchline::config::Secret;
use touchline::server;
use touchline::server::Ended;
use touchline::server::RelayServer;
use touchline::server::Server;
use touchline::server::demo::League;
use touchline::server::demo::cricket::Ground;
use touchline::server::memory;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

fn main() -> ExitCode {
    memory::use_one_arena();
    // Not actix's runtime: the database needs one of several threads.
    let ended = Runtime::new()
        .context("The runtime can't be started")
        .and_then(|runtime| runtime.block_on(run(Cli::read())));
    ended.unwrap_or_else(|error| {
        let _ = writeln!(std::io::stderr(), "error: {error:#}");
        ExitCode::FAILURE
    })
}

async fn run(Cli { command, settings, .. }: Cli) -> anyhow::Result<ExitCode> {
    log(&settings)?;
    match command {
        Command::Serve => serve(settings).await?,
        Command::Demo { cricsheet } => demo(settings, cricsheet.as_deref()).await?,
        Command::Relay { upstream, upstream_ca_file } => {
            raise_descriptors();
            let server = RelayServer::build(settings, &upstream, upstream_ca_file.as_deref())?;
            let address = server.address;
            tracing::info!(listen = %address, "Relaying {upstream} on http://{address}");
            server.run(server::ending()).await?;
        }
        Command::Migrate => drop(tools::open(&settings).await?),
        Command::User(command) => tools::user(&settings, command).await?,
        Command::Token { user, expires, topics } => {
            tools::token(&settings, &user, expires, &topics).await?;
        }
        Command::Import(command) => tools::import(&settings, command).await?,
        Command::Epoch(EpochCommand::Show) => tools::epoch(&settings).await?,
        Command::Epoch(EpochCommand::New) => tools::new_epoch(&settings).await?,
        Command::Verify => return tools::verify(&settings).await,
        Command::Prune { keep, topic } => tools::prune(&settings, keep, topic.as_deref()).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: Config) -> anyhow::Result<()> {
    raise_descriptors();
    let ending = server::ending();
    loop {
        let store = Server::open(&settings).await?;
        tools::first_admin(&settings, &store).await?;
        let server = Server::with_store(settings.clone(), store).await?;
        tracing::info!(listen = %server.address, "Listening on http://{}", server.address);
        if server.run(ending.clone()).await? == Ended::Asked || *ending.borrow() {
            return Ok(());
        }
    }
}

/// The service with a league being played, in a database of its own unless one is named.
async fn demo(mut settings: Config, cricsheet: Option<&Path>) -> anyhow::Result<()> {
    raise_descriptors();
    let sheet = cricsheet.map(tools::fitting_sheet).transpose()?;
    if settings.database_url.reveal() == DEFAULT_DATABASE {
        let name = format!("touchline-demo-{}.db", std::process::id());
        let file = std::env::temp_dir().join(name);
        settings.database_url = Secret::new(format!("sqlite://{}", file.display()));
    }
    let store = Server::open(&settings).await?;
    let admin = tools::first_admin(&settings, &store).await?;
    let by = admin.context("The demo needs the administrator that admin_email names")?;
    let server = Server::with_store(settings, store.clone()).await?;
    let (league, mut matches) = League::found(store.clone(), by).await?;
    let ground = Ground::found(store.clone(), by).await?;
    matches.push(ground.match_id());
    tokio::spawn(league.play());
    tokio::spawn(ground.play());
    if let Some(sheet) = sheet {
        tokio::spawn(tools::replay(store, by, sheet));
    }
    welcome(server.address, &matches)?;
    server.run(server::ending()).await.map(drop)
}

fn welcome(address: SocketAddr, matches: &[i64]) -> std::io::Result<()> {
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
fn raise_descriptors() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => tracing::info!(limit, "Up to {limit} descriptors, one a stream"),
        Err(error) => {
            tracing::warn!(error = %error, "The limit of descriptors can't be raised: {error}");
        }
    }
}

/// Lines go to standard error: standard output is for what was asked for.
fn log(settings: &Config) -> anyhow::Result<()> {
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
