//! Authentication: resolves the credential of a request to a user.

mod authentication;
pub mod cookie;
mod credential;
mod keys;
mod opaque_token;
pub mod origin;
pub mod password;
pub mod permission;
pub mod public_topics;
mod signed_in_user;
pub mod ticket;
pub mod token;

pub use authentication::{is_tls, presented_principals, request_provenance};
pub use credential::INVALID_TOKEN;
pub use keys::shared_secret;
pub use opaque_token::{random_token, sha256_hex};
pub use signed_in_user::{MaybeSignedIn, RequestUserId, SignedInUser, StreamViewer};
pub use token::TokenKeys;
