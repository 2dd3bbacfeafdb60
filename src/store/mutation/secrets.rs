//! Which answers hold a secret, and what of a write may be shown in a log.

use std::fmt;

use super::{IdempotencyKey, Mutation, MutationRequest, NewUser, UserEdit};

/// Characters an idempotency key needs to seal an answer: fewer could be guessed.
pub const SEALING_KEY_LENGTH: usize = 16;

impl Mutation {
    /// Whether the answer holds what lets its bearer in: it is then remembered sealed.
    ///
    /// Without a `_` arm, so that each new write says it.
    pub fn answers_with_secret(&self) -> bool {
        match self {
            // Tickets with their codes.
            Self::CreatePurchase { .. }
            | Self::SetPurchaseStatus { .. }
            | Self::SetTicketStatus { .. } => true,
            Self::CreateUser(_)
            | Self::CreateIdentity(_)
            | Self::EditUser { .. }
            | Self::CreateTeam(_)
            | Self::EditTeam { .. }
            | Self::DeleteTeam { .. }
            | Self::AddPlayer { .. }
            | Self::EditPlayer { .. }
            | Self::RemovePlayer { .. }
            | Self::AddMember { .. }
            | Self::RemoveMember { .. }
            | Self::CreateMatch(_)
            | Self::EditMatch { .. }
            | Self::DeleteMatch { .. }
            | Self::AcceptMatch { .. }
            | Self::AddOfficial { .. }
            | Self::RemoveOfficial { .. }
            | Self::CreateEvent(_)
            | Self::EditEvent { .. }
            | Self::DeleteEvent { .. }
            | Self::AddManager { .. }
            | Self::RemoveManager { .. }
            | Self::RegisterUser { .. }
            | Self::UnregisterUser { .. }
            | Self::RegisterTeam { .. }
            | Self::AcceptRegistration { .. }
            | Self::SetDeduction { .. }
            | Self::UnregisterTeam { .. }
            | Self::CreateAnnouncement(_)
            | Self::EditAnnouncement { .. }
            | Self::DeleteAnnouncement { .. }
            | Self::BroadcastAnnouncement { .. }
            | Self::ExpireAnnouncement { .. }
            | Self::ApplyMatchAction { .. } => false,
        }
    }
}

impl MutationRequest {
    /// Whether the answer would be sealed with a key that can be guessed.
    pub fn seals_with_a_short_key(&self) -> bool {
        let is_short = |key: &IdempotencyKey| key.key.len() < SEALING_KEY_LENGTH;
        self.mutation.answers_with_secret() && self.idempotency_key.as_ref().is_some_and(is_short)
    }
}

impl fmt::Debug for IdempotencyKey {
    /// Without the key, which opens sealed answers, and the path, which may hold a ticket's code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").finish_non_exhaustive()
    }
}

impl fmt::Debug for NewUser {
    /// Without the password's hash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { email, name, role, .. } = self;
        let mut shown = f.debug_struct("NewUser");
        shown.field("email", email).field("name", name).field("role", role).finish_non_exhaustive()
    }
}

impl fmt::Debug for UserEdit {
    /// Without the password's hash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, role, is_disabled: disabled, .. } = self;
        let mut shown = f.debug_struct("EditUser");
        shown.field("name", name).field("role", role).field("disabled", disabled);
        shown.finish_non_exhaustive()
    }
}
