//! Look-ups of users for sign-in.

use super::{Result, Store, User};

impl Store {
    /// Finds a user by id.
    pub async fn user(&self, id: i64) -> Result<Option<User>> {
        query_backend!(self.backend, read, |conn, queries| queries::users::find(conn, id))
    }

    /// Finds a user by email address, in any case.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        let email = email.to_owned();
        query_backend!(self.backend, read, |conn, queries| async move {
            queries::users::find_by_email(conn, &email).await
        })
    }

    /// Finds the user of an identity provider's subject.
    pub async fn user_of_identity(&self, issuer: &str, subject: &str) -> Result<Option<User>> {
        let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
        query_backend!(self.backend, read, |conn, queries| async move {
            queries::identities::user(conn, &issuer, &subject).await
        })
    }

    /// Whether there is an administrator who is not disabled.
    pub async fn has_admin(&self) -> Result<bool> {
        query_backend!(self.backend, read, |conn, queries| queries::users::has_admin(conn))
    }
}
