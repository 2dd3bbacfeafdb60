//! What the command line does besides serving.

mod people;

use std::io::{IsTerminal, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::{TimeDelta, Utc};
pub use people::{first_admin, user};
use touchline::auth::TokenKeys;
use touchline::config::{Config, ImportCommand};
use touchline::domain::topic::{StreamId, Topic};
use touchline::import::ImportOptions;
use touchline::store::{Issued, Principal, Store};
use touchline::{import, server};

/// Opens the database and brings it up to date. What is asked of it may take as long as it takes:
/// nobody but the operator waits.
pub async fn open_store(settings: &Config) -> anyhow::Result<Store> {
    let mut options = server::store_options(settings)?;
    options.timeouts.statement = Duration::ZERO;
    Store::open(&options).await.context("The database can't be opened")
}

/// How many times as fast a real match is played in the demo, as `demo --help` says.
const REPLAY_SPEED_FACTOR: u32 = 30;

/// `touchline epoch show`
pub async fn show_epoch(settings: &Config) -> anyhow::Result<()> {
    let store = open_store(settings).await?;
    print_line(store.epoch())
}

/// `touchline epoch new`
pub async fn renew_epoch(settings: &Config) -> anyhow::Result<()> {
    let store = open_store(settings).await?;
    let new = store.renew_epoch().await?;
    print_line(&format!("Epoch {new} instead of {}: all readers begin anew", store.epoch()))
}

/// `touchline token`
pub async fn print_token(
    settings: &Config,
    email: &str,
    lifetime: Duration,
    topics: &[String],
) -> anyhow::Result<()> {
    let parse = |text: &String| text.parse::<Topic>().with_context(|| format!("{text:?}"));
    let topics: Vec<Topic> = topics.iter().map(parse).collect::<Result<_, _>>()?;
    let keys = TokenKeys::from_config(settings)?;
    let store = open_store(settings).await?;
    let user = store.user_by_email(email).await?;
    let user = user.with_context(|| format!("There is no user {email}"))?;
    let topics = (!topics.is_empty()).then_some(topics.as_slice());
    let issued = Issued::Here { generation: user.generation, session_id: None };
    let principal = Principal { user_id: user.id, issued };
    let expires_at = TimeDelta::from_std(lifetime)
        .ok()
        .and_then(|good_for| Utc::now().checked_add_signed(good_for));
    let expires_at = expires_at.context("--expires: too long")?;
    let Some(token) = keys.sign(&principal, expires_at, topics) else {
        bail!("Tokens are signed by the identity provider: jwt_algorithm is not HS256");
    };
    print_line(&token)
}

/// A file's name, by which its writes are known, and its text.
fn read_file(file: &Path) -> anyhow::Result<(String, String)> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    Ok((name.into_owned(), text))
}

/// A sheet that the rules take: what doesn't fit is said before anything starts.
pub fn read_valid_file(file: &Path) -> anyhow::Result<(String, String)> {
    let (name, text) = read_file(file)?;
    import::simulate_file(&text).with_context(|| file.display().to_string())?;
    Ok((name, text))
}

/// A match as it was played, but so that one can see the end of it.
pub async fn replay_match(store: Store, user_id: i64, (name, text): (String, String)) {
    let options =
        ImportOptions { user_id: user_id, event_id: None, speed: Some(REPLAY_SPEED_FACTOR) };
    match import::import_match(&store, &options, (&name, &text), &|_, _| ()).await {
        Ok(imported) => tracing::info!(match_id = imported.match_id, "{}", imported.result_text),
        Err(error) => tracing::error!(error = %error, "The replay has ended: {error}"),
    }
}

/// `touchline import`: one file after the other, up to the first that doesn't fit.
pub async fn import_files(settings: &Config, command: ImportCommand) -> anyhow::Result<()> {
    let ImportCommand::Cricsheet { files, event, speed, by } = command;
    let store = open_store(settings).await?;
    let user_id = match &by {
        Some(email) => store.user_by_email(email).await?.map(|user| user.id),
        // A newcomer's first command may be this one.
        None => first_admin(settings, &store).await?,
    };
    let email = by.as_ref().unwrap_or(&settings.admin_email);
    let by = user_id.with_context(|| format!("There is no user {email}: say --by EMAIL"))?;
    let options = ImportOptions { user_id: by, event_id: event, speed };
    let is_terminal = std::io::stderr().is_terminal();
    for file in files {
        let (name, text) = read_file(&file)?;
        let progress = move |done, total| {
            if is_terminal {
                draw_progress(done, total);
            }
        };
        let imported = import::import_match(&store, &options, (&name, &text), &progress).await;
        if is_terminal {
            let _ = writeln!(std::io::stderr());
        }
        let imported = imported.with_context(|| file.display().to_string())?;
        print_line(&format!(
            "{}: match {}, {}",
            file.display(),
            imported.match_id,
            imported.result_text
        ))?;
    }
    Ok(())
}

/// `touchline verify`: each fault on a line; fails if there is one.
pub async fn verify_database(settings: &Config) -> anyhow::Result<ExitCode> {
    let store = open_store(settings).await?;
    let is_terminal = std::io::stderr().is_terminal();
    let faults = store
        .verify(&move |done, total| {
            if is_terminal {
                draw_progress(done, total);
            }
        })
        .await?;
    if is_terminal {
        let _ = writeln!(std::io::stderr());
    }
    if faults.is_empty() {
        print_line("Every stream is without gaps, every state the fold of its log")?;
        return Ok(ExitCode::SUCCESS);
    }
    faults.iter().try_for_each(|fault| print_line(fault))?;
    Ok(ExitCode::FAILURE)
}

/// How far it is; that it can't be drawn doesn't matter.
fn draw_progress(done: u64, total: u64) {
    const WIDTH: usize = 40;
    let filled =
        (1..=WIDTH as u64).filter(|step| step * total.max(1) <= done * WIDTH as u64).count();
    let empty = WIDTH - filled;
    let bar = format!("\r[{}{}] {done}/{total}", "#".repeat(filled), " ".repeat(empty));
    let _ = std::io::stderr().write_all(bar.as_bytes());
}

/// `touchline prune`
pub async fn prune_messages(
    settings: &Config,
    keep: i64,
    topic: Option<&str>,
) -> anyhow::Result<()> {
    let parse = |text: &str| text.parse::<StreamId>().with_context(|| format!("{text:?}"));
    let stream = topic.map(parse).transpose()?;
    let store = open_store(settings).await?;
    let removed = store.prune(stream, keep).await?;
    print_line(&format!("Removed {removed} messages"))
}

/// Writes one line where the caller reads the outcome.
fn print_line(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}").context("Standard output is closed")
}
