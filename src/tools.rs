//! What the command line does besides serving.

mod people;

use std::io::IsTerminal;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use anyhow::bail;
use chrono::TimeDelta;
use chrono::Utc;
use touchline::auth::Keys;
use touchline::config::Config;
use touchline::config::ImportCommand;
use touchline::domain::topic::Stream;
use touchline::domain::topic::Topic;
use touchline::import;
use touchline::import::Wish;
use touchline::server;
use touchline::store::Issued;
use touchline::store::Principal;
use touchline::store::Store;

pub use people::first_admin;
pub use people::user;

/// Opens the database and brings it up to date. What is asked of it may take as long as it takes:
/// nobody but the operator waits.
pub async fn open(settings: &Config) -> anyhow::Result<Store> {
    let mut options = server::options(settings)?;
    options.waits.statement = Duration::ZERO;
    Store::open(&options).await.context("The database can't be opened")
}

/// How many times as fast a real match is played in the demo, as `demo --help` says.
const REPLAY_SPEED: u32 = 30;

/// `touchline epoch show`
pub async fn epoch(settings: &Config) -> anyhow::Result<()> {
    let store = open(settings).await?;
    say(store.epoch())
}

/// `touchline epoch new`
pub async fn new_epoch(settings: &Config) -> anyhow::Result<()> {
    let store = open(settings).await?;
    let new = store.begin_epoch().await?;
    say(&format!("Epoch {new} instead of {}: all readers begin anew", store.epoch()))
}

/// `touchline token`
pub async fn token(
    settings: &Config,
    email: &str,
    good_for: Duration,
    topics: &[String],
) -> anyhow::Result<()> {
    let parse = |text: &String| text.parse::<Topic>().with_context(|| format!("{text:?}"));
    let topics: Vec<Topic> = topics.iter().map(parse).collect::<Result<_, _>>()?;
    let keys = Keys::new(settings)?;
    let store = open(settings).await?;
    let user = store.user_by_email(email).await?;
    let user = user.with_context(|| format!("There is no user {email}"))?;
    let topics = (!topics.is_empty()).then_some(topics.as_slice());
    let issued = Issued::Here { generation: user.generation, session_id: None };
    let principal = Principal { user_id: user.id, issued };
    let expires_at = TimeDelta::from_std(good_for)
        .ok()
        .and_then(|good_for| Utc::now().checked_add_signed(good_for));
    let expires_at = expires_at.context("--expires: too long")?;
    let Some(token) = keys.sign(&principal, expires_at, topics) else {
        bail!("Tokens are signed by the identity provider: jwt_algorithm is not HS256");
    };
    say(&token)
}

/// A file's name, by which its writes are known, and its text.
fn sheet(file: &Path) -> anyhow::Result<(String, String)> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    Ok((name.into_owned(), text))
}

/// A sheet that the rules take: what doesn't fit is said before anything starts.
pub fn fitting_sheet(file: &Path) -> anyhow::Result<(String, String)> {
    let (name, text) = sheet(file)?;
    import::rehearse(&text).with_context(|| file.display().to_string())?;
    Ok((name, text))
}

/// A match as it was played, but so that one can see the end of it.
pub async fn replay(store: Store, by: i64, (name, text): (String, String)) {
    let wish = Wish { by, event_id: None, speed: Some(REPLAY_SPEED) };
    match import::write(&store, &wish, (&name, &text), &|_, _| ()).await {
        Ok(imported) => tracing::info!(match_id = imported.match_id, "{}", imported.text),
        Err(error) => tracing::error!(error = %error, "The replay has ended: {error}"),
    }
}

/// `touchline import`: one file after the other, up to the first that doesn't fit.
pub async fn import(settings: &Config, command: ImportCommand) -> anyhow::Result<()> {
    let ImportCommand::Cricsheet { files, event, speed, by } = command;
    let store = open(settings).await?;
    let found = match &by {
        Some(email) => store.user_by_email(email).await?.map(|user| user.id),
        // A newcomer's first command may be this one.
        None => first_admin(settings, &store).await?,
    };
    let email = by.as_ref().unwrap_or(&settings.admin_email);
    let by = found.with_context(|| format!("There is no user {email}: say --by EMAIL"))?;
    let wish = Wish { by, event_id: event, speed };
    let shows = std::io::stderr().is_terminal();
    for file in files {
        let (name, text) = sheet(&file)?;
        let progress = move |done, of| {
            if shows {
                bar(done, of);
            }
        };
        let imported = import::write(&store, &wish, (&name, &text), &progress).await;
        if shows {
            let _ = writeln!(std::io::stderr());
        }
        let imported = imported.with_context(|| file.display().to_string())?;
        say(&format!("{}: match {}, {}", file.display(), imported.match_id, imported.text))?;
    }
    Ok(())
}

/// `touchline verify`: each fault on a line; fails if there is one.
pub async fn verify(settings: &Config) -> anyhow::Result<ExitCode> {
    let store = open(settings).await?;
    let shows = std::io::stderr().is_terminal();
    let faults = store
        .verify(&move |done, of| {
            if shows {
                bar(done, of);
            }
        })
        .await?;
    if shows {
        let _ = writeln!(std::io::stderr());
    }
    if faults.is_empty() {
        say("Every stream is without gaps, every state the fold of its log")?;
        return Ok(ExitCode::SUCCESS);
    }
    faults.iter().try_for_each(|fault| say(fault))?;
    Ok(ExitCode::FAILURE)
}

/// How far it is; that it can't be drawn doesn't matter.
fn bar(done: u64, of: u64) {
    const WIDTH: usize = 40;
    let filled = (1..=WIDTH as u64).filter(|step| step * of.max(1) <= done * WIDTH as u64).count();
    let empty = WIDTH - filled;
    let bar = format!("\r[{}{}] {done}/{of}", "#".repeat(filled), " ".repeat(empty));
    let _ = std::io::stderr().write_all(bar.as_bytes());
}

/// `touchline prune`
pub async fn prune(settings: &Config, keep: i64, topic: Option<&str>) -> anyhow::Result<()> {
    let parse = |text: &str| text.parse::<Stream>().with_context(|| format!("{text:?}"));
    let stream = topic.map(parse).transpose()?;
    let store = open(settings).await?;
    let gone = store.prune(stream, keep).await?;
    say(&format!("Removed {gone} messages"))
}

/// Writes one line where the caller reads the outcome.
fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}").context("Standard output is closed")
}
