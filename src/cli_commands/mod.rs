//! Subcommands other than `serve`, `demo` and `relay`.

mod people;

use std::io::{IsTerminal, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::{TimeDelta, Utc};
pub use people::{ensure_admin, run_user_command};
use touchline::auth::TokenKeys;
use touchline::config::{Config, ImportCommand};
use touchline::domain::topic::{StreamId, Topic};
use touchline::import::ImportOptions;
use touchline::store::{Principal, Store, TokenIssuer};
use touchline::{import, server};

/// Speed of a replayed match in the demo, as a multiple of the real one; `demo --help` states it.
const REPLAY_SPEED_FACTOR: u32 = 30;

/// Opens and migrates the database, without a statement timeout: only the operator waits.
pub async fn open_store(settings: &Config) -> anyhow::Result<Store> {
    let mut options = server::store_options(settings)?;
    options.timeouts.statement = Duration::ZERO;
    Store::open(&options).await.context("can't open the database")
}

/// `touchline epoch show`
pub async fn show_epoch(settings: &Config) -> anyhow::Result<()> {
    let store = open_store(settings).await?;
    print_line(store.epoch())
}

/// `touchline epoch new`
pub async fn renew_epoch(settings: &Config) -> anyhow::Result<()> {
    let store = open_store(settings).await?;
    let new = store.renew_epoch().await?;
    let old = store.epoch();
    print_line(&format!(
        "Epoch changed from {old} to {new}: all subscribers start over with a snapshot"
    ))
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
    let user = user.with_context(|| format!("no user {email}"))?;
    let topics = (!topics.is_empty()).then_some(topics.as_slice());
    let issued = TokenIssuer::Here { generation: user.generation, session_id: None };
    let principal = Principal { user_id: user.id, issued };
    let expires_at = TimeDelta::from_std(lifetime)
        .ok()
        .and_then(|lifetime| Utc::now().checked_add_signed(lifetime));
    let expires_at = expires_at.context("--expires is too long")?;
    let Some(token) = keys.sign(&principal, expires_at, topics) else {
        bail!("only the identity provider can sign tokens: jwt_algorithm is not HS256");
    };
    print_line(&token)
}

/// Reads a file; returns its name without extension, which idempotency keys contain, and its text.
fn read_file(file: &Path) -> anyhow::Result<(String, String)> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    Ok((name.into_owned(), text))
}

/// Like `read_file`, and fails if the rules reject the match, so that errors appear before the
/// demo starts.
pub fn read_valid_file(file: &Path) -> anyhow::Result<(String, String)> {
    let (name, text) = read_file(file)?;
    import::simulate_file(&text).with_context(|| file.display().to_string())?;
    Ok((name, text))
}

/// Replays a match at `REPLAY_SPEED_FACTOR` times its real speed.
pub async fn replay_match(store: Store, user_id: i64, (name, text): (String, String)) {
    let options = ImportOptions { user_id, event_id: None, speed: Some(REPLAY_SPEED_FACTOR) };
    match import::import_match(&store, &options, (&name, &text), &|_, _| ()).await {
        Ok(imported) => tracing::info!(match_id = imported.match_id, "{}", imported.result_text),
        Err(error) => tracing::error!(error = %error, "Match replay failed: {error}"),
    }
}

/// `touchline import`: imports the files in order, up to the first that fails.
pub async fn import_files(settings: &Config, command: ImportCommand) -> anyhow::Result<()> {
    let ImportCommand::Cricsheet { files, event, speed, by } = command;
    let store = open_store(settings).await?;
    let user_id = match &by {
        Some(email) => store.user_by_email(email).await?.map(|user| user.id),
        // This may be the first command on a new database.
        None => ensure_admin(settings, &store).await?,
    };
    let email = by.as_ref().unwrap_or(&settings.admin_email);
    let user_id = user_id.with_context(|| format!("no user {email}: set --by EMAIL"))?;
    let options = ImportOptions { user_id, event_id: event, speed };
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

/// `touchline verify`: prints one line per fault, and fails if there is any.
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
        print_line("No stream has gaps, and every stored state equals the fold of its log")?;
        return Ok(ExitCode::SUCCESS);
    }
    faults.iter().try_for_each(|fault| print_line(fault))?;
    Ok(ExitCode::FAILURE)
}

/// Draws a progress bar on standard error; errors of writing are ignored.
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
    print_line(&format!("Deleted {removed} messages"))
}

/// Writes one line to standard output.
fn print_line(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}").context("can't write to standard output")
}
