//! Users: made by an administrator, or at their provider's first sign-in; and edited.

use std::fmt;

use crate::domain::permission::Permission;
use crate::store::Principal;
use crate::store::mutation::{Mutation, TextFields};

/// Makes a user who signs in here.
#[derive(Clone, Debug)]
pub struct CreateUser(pub NewUser);

/// The fields of a new user.
#[derive(Clone)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    /// In PHC form (argon2id); none for people who sign in elsewhere.
    pub password_hash: Option<String>,
    /// `user` or `admin`
    pub role: String,
}

impl fmt::Debug for NewUser {
    /// Without the password's hash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { email, name, role, .. } = self;
        let mut shown = f.debug_struct("NewUser");
        shown.field("email", email).field("name", name).field("role", role).finish_non_exhaustive()
    }
}

impl Mutation for CreateUser {
    fn permission(&self) -> Permission {
        Permission::ManageUsers
    }

    fn text_fields(&self) -> TextFields<'_> {
        let NewUser { email, name, role, .. } = &self.0;
        vec![("/email", Some(email)), ("/name", Some(name)), ("/role", Some(role))]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

/// Makes the user of a provider's subject: without rights, and never an account that exists.
#[derive(Clone, Debug)]
pub struct CreateIdentity(pub NewIdentity);

/// A user whom an identity provider has signed in for the first time.
#[derive(Clone, Debug)]
pub struct NewIdentity {
    pub issuer: String,
    /// What the provider calls the user.
    pub subject: String,
    /// One that the provider has verified. It is stored unless another user has it.
    pub email: Option<String>,
    pub name: String,
}

impl Mutation for CreateIdentity {
    /// No route leads here: the server makes these itself when a token is first seen.
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

/// Changes a user: users their own name and password, administrators everything of everybody.
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
    /// Who sets their own password: rejected where this principal is no longer valid. Its session
    /// is the one that goes on, in the next generation.
    pub own: Option<Principal>,
    /// `user` or `admin`
    pub role: Option<String>,
    pub is_disabled: Option<bool>,
}

impl fmt::Debug for UserEdit {
    /// Without the password's hash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, role, is_disabled, .. } = self;
        let mut shown = f.debug_struct("UserEdit");
        shown.field("name", name).field("role", role).field("is_disabled", is_disabled);
        shown.finish_non_exhaustive()
    }
}

impl Mutation for EditUser {
    fn permission(&self) -> Permission {
        let changes_rights = self.edit.role.is_some() || self.edit.is_disabled.is_some();
        if changes_rights { Permission::ManageUsers } else { Permission::ManageAccount(self.id) }
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![("/name", self.edit.name.as_ref()), ("/role", self.edit.role.as_ref())]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}
