//! The command line: reads the settings and does what it is told.

mod tools;

use anyhow::Context;
use touchline::config::Cli;
use touchline::config::Command;
use touchline::config::Config;
use touchline::config::LogFormat;
use touchline::server::Server;
use touchline::server::demo::League;
use tracing_subscriber::EnvFilter;

// Not `actix_web::main`: the database needs a multi-threaded runtime.
#[tokio::main]
async fn main() -> anyhow::Result<std::process::ExitCode> {
    let Cli { command, settings, .. } = Cli::read();
    log(&settings)?;
    match command {
        Command::Serve => serve(settings, false).await?,
        Command::Demo => serve(settings, true).await?,
        Command::Migrate => drop(tools::open(&settings).await?),
        Command::User(command) => tools::user(&settings, command).await?,
        Command::Token { user, expires, topics } => {
            tools::token(&settings, &user, expires, &topics).await?;
        }
        Command::Verify => return tools::verify(&settings).await,
        Command::Prune { keep, topic } => tools::prune(&settings, keep, topic.as_deref()).await?,
    }
    Ok(std::process::ExitCode::SUCCESS)
}

async fn serve(settings: Config, demo: bool) -> anyhow::Result<()> {
    let store = tools::open(&settings).await?;
    let admin = tools::first_admin(&settings, &store).await?;
    let server = Server::with_store(settings, store.clone()).await?;
    if demo {
        let by = admin.context("The demo needs the administrator that admin_email names")?;
        let (league, games) = League::found(store, by).await?;
        for id in games {
            tracing::info!("A match to watch: http://{}/matches/{id}", server.address);
        }
        tokio::spawn(league.play());
    }
    tracing::info!(listen = %server.address, "Listening on http://{}", server.address);
    server.run().await
}

/// Lines go to standard error: standard output is for what was asked for.
fn log(settings: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log).context("The setting log can't be read")?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Pretty => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}
