//! Users made from the command line, and the administrator that a server has at its start.

use anyhow::{Context, bail};
use chrono::{SubsecRound, Utc};
use touchline::auth;
use touchline::auth::password;
use touchline::config::{Config, JwtAlgorithm, Secret, UserCommand};
use touchline::domain::rejection::RejectionReason;
use touchline::input;
use touchline::store::mutation::{CreateUser, EditUser, MutationRequest, NewUser, UserEdit};
use touchline::store::{Store, StoreError, User};

use crate::cli_commands::{open_store, print_line};

/// `touchline user`
pub async fn user(settings: &Config, command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Add { email, name, role, password } => {
            add_user(settings, &email, &name, (&role, password)).await
        }
        UserCommand::Promote { id, email } => promote_user(settings, id, email.as_deref()).await,
    }
}

async fn add_user(
    settings: &Config,
    email: &str,
    name: &str,
    (role, password): (&str, Option<Secret>),
) -> anyhow::Result<()> {
    if !input::is_email(email) {
        bail!("{email:?} is not a mail address");
    }
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        bail!("{name:?} is not a name");
    }
    let store = open_store(settings).await?;
    let (id, made_up) = add(&store, email, name, (role, password)).await?;
    print_line(&format!("Added {role} {email} with id {id}"))?;
    made_up.map_or(Ok(()), |password| print_line(&format!("Password: {password}")))
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
    let user = user.context("There is no such user")?;
    if !promote(&store, &user, None).await? {
        bail!("Somebody has just changed this user: try again");
    }
    print_line(&format!("User {} ({}) is an administrator", user.id, user.name))
}

/// Makes the administrator of the settings where there is none; gives its id.
///
/// Where an identity provider signs people in, a password would let nobody in: an administrator is
/// made of somebody who has signed in.
pub async fn first_admin(settings: &Config, store: &Store) -> anyhow::Result<Option<i64>> {
    let email = &settings.admin_email;
    let known = store.user_by_email(email).await?;
    let has_admin = store.has_admin().await?;
    if settings.jwt_algorithm != JwtAlgorithm::Hs256 {
        if !has_admin {
            tracing::warn!("There is no administrator: touchline user promote makes one of a user");
        }
        return Ok(known.map(|user| user.id));
    }
    match known {
        Some(user) if has_admin => Ok(Some(user.id)),
        Some(user) => restore_admin(settings, store, user).await.map(Some),
        None if has_admin && settings.admin_password.is_none() => Ok(None),
        None => make_admin(settings, store).await.map(Some),
    }
}

async fn make_admin(settings: &Config, store: &Store) -> anyhow::Result<i64> {
    let email = &settings.admin_email;
    let given = settings.admin_password.clone();
    let added = add(store, email, "Administrator", ("admin", given)).await;
    let (id, made_up) = match added {
        Ok(added) => added,
        // Another node that starts at the same moment was first.
        Err(error) => match store.user_by_email(email).await? {
            Some(user) => return Ok(user.id),
            None => return Err(error),
        },
    };
    if let Some(password) = made_up {
        print_line(&format!("First administrator: {email}, password {password} (told only now)"))?;
    }
    Ok(id)
}

/// Makes an administrator of the user who has the settings' address: nobody else is left.
async fn restore_admin(settings: &Config, store: &Store, user: User) -> anyhow::Result<i64> {
    let (password, made_up) = match &settings.admin_password {
        Some(given) => (Some(given.reveal().to_owned()), false),
        None if user.password_hash.is_none() => (Some(made_up_password()), true),
        None => (None, false),
    };
    if !promote(store, &user, password.clone()).await? {
        return Ok(user.id);
    }
    let Config { admin_email: email, .. } = settings;
    tracing::warn!(user.id = user.id, "No administrator was left: {email} is one again");
    if let Some(password) = password.filter(|_| made_up) {
        print_line(&format!("Administrator: {email}, password {password} (told only now)"))?;
    }
    Ok(user.id)
}

/// Makes a user an administrator who may sign in; false where somebody else has changed the user
/// meanwhile, as another node that starts at the same moment.
async fn promote(store: &Store, user: &User, password: Option<String>) -> anyhow::Result<bool> {
    let password_hash = match password {
        Some(password) => Some(password::hash(password).await.map_err(anyhow::Error::msg)?),
        None => None,
    };
    let (role, disabled) = (Some("admin".to_owned()), Some(false));
    let edit = UserEdit { password_hash, role, is_disabled: disabled, ..UserEdit::default() };
    let at = Utc::now().trunc_subsecs(3);
    let if_match = Some(user.version.to_string());
    let request = MutationRequest { if_match, ..MutationRequest::new(0, at) };
    match store.commit(request, EditUser { id: user.id, edit }).await {
        Ok(_) => Ok(true),
        Err(StoreError::Rejected(rejection)) if rejection.reason == RejectionReason::Stale => {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// The new user's id, and the password where it was made up.
async fn add(
    store: &Store,
    email: &str,
    name: &str,
    (role, password): (&str, Option<Secret>),
) -> anyhow::Result<(i64, Option<String>)> {
    let given = password.map(|secret| secret.reveal().to_owned()).filter(|text| !text.is_empty());
    let made_up = given.is_none().then(made_up_password);
    let password = given.or_else(|| made_up.clone()).unwrap_or_default();
    let hash = password::hash(password).await.map_err(anyhow::Error::msg)?;
    let user = NewUser {
        email: email.to_owned(),
        name: name.trim().to_owned(),
        password_hash: Some(hash),
        role: role.to_owned(),
    };
    let at = Utc::now().trunc_subsecs(3);
    let request = MutationRequest::new(0, at);
    let done = store.commit(request, CreateUser(user)).await.map_err(|error| match error {
        StoreError::Rejected(rejection) => anyhow::anyhow!("{}", rejection.detail),
        error => error.into(),
    })?;
    let id = done.body["id"].as_i64().context("The new user has no id")?;
    Ok((id, made_up))
}

fn made_up_password() -> String {
    auth::random_token()[..20].to_owned()
}
