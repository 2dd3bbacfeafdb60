//! `touchline user`, and the administrator that the service ensures at its start.

use anyhow::{Context, bail};
use chrono::{SubsecRound, Utc};
use touchline::auth::password;
use touchline::config::{Config, JwtAlgorithm, Secret, UserCommand};
use touchline::domain::rejection::RejectionReason;
use touchline::domain::users::UserRole;
use touchline::store::mutation::{CreateUser, EditUser, MutationRequest, NewUser, UserEdit};
use touchline::store::{Store, StoreError, User};
use touchline::{auth, input};

use crate::cli_commands::{open_store, print_line};

/// `touchline user`
pub async fn run_user_command(settings: &Config, command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Add { email, name, role, password } => {
            add_user(settings, &email, &name, (role, password)).await
        }
        UserCommand::Promote { id, email } => promote_user(settings, id, email.as_deref()).await,
    }
}

async fn add_user(
    settings: &Config,
    email: &str,
    name: &str,
    (role, password): (UserRole, Option<Secret>),
) -> anyhow::Result<()> {
    if !input::is_email(email) {
        bail!("{email:?} is not an email address");
    }
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        bail!("{name:?} is empty or has control characters");
    }
    let store = open_store(settings).await?;
    let (id, generated) = create_user(&store, email, name, (role, password)).await?;
    print_line(&format!("Created {role} {email} with id {id}"))?;
    generated.map_or(Ok(()), |password| print_line(&format!("Password: {password}")))
}

async fn promote_user(
    settings: &Config,
    id: Option<i64>,
    email: Option<&str>,
) -> anyhow::Result<()> {
    let store = open_store(settings).await?;
    let user = match (id, email) {
        (Some(id), _) => store.user(id).await?,
        (None, Some(email)) => store.user_by_email(email).await?,
        (None, None) => None,
    };
    let user = user.context("no such user")?;
    if !promote(&store, &user, None).await? {
        bail!("the user was changed concurrently: try again");
    }
    print_line(&format!("User {} ({}) is now an administrator", user.id, user.name))
}

/// Ensures that there is an administrator; returns the id of the user with the address of
/// `admin_email`, if it exists.
///
/// With an identity provider nobody signs in with a password, so no user is created: an operator
/// promotes one who has signed in.
pub async fn ensure_admin(settings: &Config, store: &Store) -> anyhow::Result<Option<i64>> {
    let email = &settings.admin_email;
    let existing = store.user_by_email(email).await?;
    let has_admin = store.has_admin().await?;
    if settings.jwt_algorithm != JwtAlgorithm::Hs256 {
        if !has_admin {
            tracing::warn!(
                "There is no administrator: make a user one with touchline user promote"
            );
        }
        return Ok(existing.map(|user| user.id));
    }
    match existing {
        Some(user) if has_admin => Ok(Some(user.id)),
        Some(user) => restore_admin(settings, store, user).await.map(Some),
        None if has_admin && settings.admin_password.is_none() => Ok(None),
        None => create_admin(settings, store).await.map(Some),
    }
}

/// Creates the administrator with the configured password, or with a generated one that it prints.
async fn create_admin(settings: &Config, store: &Store) -> anyhow::Result<i64> {
    let email = &settings.admin_email;
    let configured = settings.admin_password.clone();
    let created = create_user(store, email, "Administrator", (UserRole::Admin, configured)).await;
    let (id, generated) = match created {
        Ok(created) => created,
        // Another node that starts at the same time has created it.
        Err(error) => match store.user_by_email(email).await? {
            Some(user) => return Ok(user.id),
            None => return Err(error),
        },
    };
    if let Some(password) = generated {
        print_line(&format!(
            "First administrator: {email}, password {password} (printed only this once)"
        ))?;
    }
    Ok(id)
}

/// Makes the user with the address of `admin_email` an administrator again, because none is left.
async fn restore_admin(settings: &Config, store: &Store, user: User) -> anyhow::Result<i64> {
    let (password, is_generated) = match &settings.admin_password {
        Some(configured) => (Some(configured.reveal().to_owned()), false),
        None if user.password_hash.is_none() => (Some(generate_password()), true),
        None => (None, false),
    };
    if !promote(store, &user, password.clone()).await? {
        return Ok(user.id);
    }
    let email = &settings.admin_email;
    tracing::warn!(user.id = user.id, "No administrator was left: made {email} administrator");
    if let Some(password) = password.filter(|_| is_generated) {
        print_line(&format!(
            "Administrator: {email}, password {password} (printed only this once)"
        ))?;
    }
    Ok(user.id)
}

/// Makes a user an enabled administrator; false if the user was changed concurrently, for example
/// by another node that starts at the same time.
async fn promote(store: &Store, user: &User, password: Option<String>) -> anyhow::Result<bool> {
    let password_hash = match password {
        Some(password) => Some(password::hash(password).await.map_err(anyhow::Error::msg)?),
        None => None,
    };
    let edit = UserEdit {
        password_hash,
        role: Some(UserRole::Admin),
        is_disabled: Some(false),
        ..UserEdit::default()
    };
    let request = MutationRequest {
        if_match: Some(user.version.to_string()),
        ..MutationRequest::new(0, Utc::now().trunc_subsecs(3))
    };
    match store.commit(request, EditUser { id: user.id, edit }).await {
        Ok(_) => Ok(true),
        Err(StoreError::Rejected(rejection)) if rejection.reason == RejectionReason::Stale => {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Creates a user; returns its id, and the password if it was generated.
async fn create_user(
    store: &Store,
    email: &str,
    name: &str,
    (role, password): (UserRole, Option<Secret>),
) -> anyhow::Result<(i64, Option<String>)> {
    let given = password.map(|secret| secret.reveal().to_owned()).filter(|text| !text.is_empty());
    let generated = given.is_none().then(generate_password);
    let password = given.or_else(|| generated.clone()).unwrap_or_default();
    let hash = password::hash(password).await.map_err(anyhow::Error::msg)?;
    let user = NewUser {
        email: email.to_owned(),
        name: name.trim().to_owned(),
        password_hash: Some(hash),
        role,
    };
    let request = MutationRequest::new(0, Utc::now().trunc_subsecs(3));
    let outcome = store.commit(request, CreateUser(user)).await.map_err(|error| match error {
        StoreError::Rejected(rejection) => anyhow::anyhow!("{}", rejection.detail),
        error => error.into(),
    })?;
    let id = outcome.body["id"].as_i64().context("the new user has no id")?;
    Ok((id, generated))
}

/// A random password of 20 hex digits (80 bits).
fn generate_password() -> String {
    auth::random_token()[..20].to_owned()
}
