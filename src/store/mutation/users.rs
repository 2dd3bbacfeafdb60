//! Users: created by an administrator or at the first sign-in through a provider; and edited.

use std::fmt;

use crate::domain::permission::Permission;
use crate::domain::users::UserRole;
use crate::store::Principal;
use crate::store::mutation::{Mutation, TextFields};

/// Creates a user who signs in with a password.
#[derive(Clone, Debug)]
pub struct CreateUser(pub NewUser);

/// The fields of a new user.
#[derive(Clone)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    /// In PHC format (argon2id); `None` for users who sign in elsewhere.
    pub password_hash: Option<String>,
    pub role: UserRole,
}

impl fmt::Debug for NewUser {
    /// Omits the password hash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { email, name, role, .. } = self;
        let mut debug = f.debug_struct("NewUser");
        debug.field("email", email).field("name", name).field("role", role).finish_non_exhaustive()
    }
}

impl Mutation for CreateUser {
    fn permission(&self) -> Permission {
        Permission::ManageUsers
    }

    fn text_fields(&self) -> TextFields<'_> {
        let NewUser { email, name, .. } = &self.0;
        vec![("/email", Some(email)), ("/name", Some(name))]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

/// Creates the user of a provider subject: without rights, never linked to an existing account.
#[derive(Clone, Debug)]
pub struct CreateIdentity(pub NewIdentity);

/// A user on the first sign-in through an identity provider.
#[derive(Clone, Debug)]
pub struct NewIdentity {
    pub issuer: String,
    /// The provider's id of the user.
    pub subject: String,
    /// Verified by the provider. Not stored if another user has it.
    pub email: Option<String>,
    pub name: String,
}

impl Mutation for CreateIdentity {
    /// Not reachable by a route: the server creates identities when it first sees a token.
    fn permission(&self) -> Permission {
        Permission::ManageUsers
    }

    fn text_fields(&self) -> TextFields<'_> {
        let NewIdentity { issuer, subject, email, name } = &self.0;
        vec![
            ("/iss", Some(issuer)),
            ("/sub", Some(subject)),
            ("/email", email.as_ref()),
            ("/name", Some(name)),
        ]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

/// Changes a user: users their own name and password, administrators everything of everyone.
#[derive(Clone, Debug)]
pub struct EditUser {
    pub id: i64,
    pub edit: UserEdit,
}

/// `None` leaves a field as it is.
#[derive(Clone, Default)]
pub struct UserEdit {
    pub name: Option<String>,
    pub password_hash: Option<String>,
    /// The principal of users who set their own password: rejected if it is no longer valid. Its
    /// session moves on to the next generation.
    pub own_principal: Option<Principal>,
    pub role: Option<UserRole>,
    pub is_disabled: Option<bool>,
}

impl fmt::Debug for UserEdit {
    /// Omits the password hash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, role, is_disabled, .. } = self;
        let mut debug = f.debug_struct("UserEdit");
        debug.field("name", name).field("role", role).field("is_disabled", is_disabled);
        debug.finish_non_exhaustive()
    }
}

impl Mutation for EditUser {
    fn permission(&self) -> Permission {
        let changes_rights = self.edit.role.is_some() || self.edit.is_disabled.is_some();
        if changes_rights { Permission::ManageUsers } else { Permission::ManageAccount(self.id) }
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![("/name", self.edit.name.as_ref())]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}
