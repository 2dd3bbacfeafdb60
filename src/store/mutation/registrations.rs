//! Who takes part in an event: users, and teams with the points taken from them.

use std::ops::RangeInclusive;

use crate::domain::permission::Permission;
use crate::input::{self, FieldReader};
use crate::store::mutation::{Mutation, RequestMutation, TextFields};

/// Points that can be taken from a team; 0 gives them back.
const DEDUCTION: RangeInclusive<i64> = 0..=1000;

/// Registers a user for an event.
#[derive(Clone, Debug)]
pub struct RegisterUser {
    pub event_id: i64,
    pub user_id: i64,
}

impl Mutation for RegisterUser {
    fn permission(&self) -> Permission {
        Permission::EditEvent(self.event_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

/// Removes a user from an event.
#[derive(Clone, Debug)]
pub struct UnregisterUser {
    pub event_id: i64,
    pub user_id: i64,
}

impl Mutation for UnregisterUser {
    fn permission(&self) -> Permission {
        Permission::EditEvent(self.event_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for UnregisterUser {
    type Path = (i64, i64);

    fn read((event_id, user_id): Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { event_id, user_id }
    }
}

/// Registers a team for an event. The team agrees at once where the caller manages it or is an
/// administrator.
#[derive(Clone, Debug)]
pub struct RegisterTeam {
    pub event_id: i64,
    pub team_id: i64,
    pub by_admin: bool,
}

impl Mutation for RegisterTeam {
    fn permission(&self) -> Permission {
        Permission::EditEvent(self.event_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

/// Lets a team agree to an event that its managers ask it to.
#[derive(Clone, Debug)]
pub struct AcceptRegistration {
    pub event_id: i64,
    pub team_id: i64,
}

impl Mutation for AcceptRegistration {
    fn permission(&self) -> Permission {
        Permission::EditTeam(self.team_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for AcceptRegistration {
    type Path = i64;

    fn read(team_id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        Self { event_id: fields.required("event_id", input::id()), team_id }
    }
}

/// Takes points from a team in the table, or gives them back.
#[derive(Clone, Debug)]
pub struct SetDeduction {
    pub event_id: i64,
    pub team_id: i64,
    pub fields: PointsDeduction,
}

/// Points taken from a team, and why.
#[derive(Clone, Debug)]
pub struct PointsDeduction {
    /// 0 gives them back.
    pub points: i64,
    pub reason: Option<String>,
}

impl Mutation for SetDeduction {
    fn permission(&self) -> Permission {
        Permission::EditEvent(self.event_id)
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![("/reason", self.fields.reason.as_ref())]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for SetDeduction {
    type Path = (i64, i64);

    fn read((event_id, team_id): Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let fields = PointsDeduction {
            points: fields.required("deduction", input::integer(DEDUCTION)),
            reason: fields.optional("reason", input::name()),
        };
        Self { event_id, team_id, fields }
    }
}

/// Removes a team from an event.
#[derive(Clone, Debug)]
pub struct UnregisterTeam {
    pub event_id: i64,
    pub team_id: i64,
}

impl Mutation for UnregisterTeam {
    fn permission(&self) -> Permission {
        Permission::EditEvent(self.event_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for UnregisterTeam {
    type Path = (i64, i64);

    fn read((event_id, team_id): Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { event_id, team_id }
    }
}

/// Lets a team withdraw from an event, or decline.
#[derive(Clone, Debug)]
pub struct WithdrawTeam {
    pub team_id: i64,
    pub event_id: i64,
}

impl Mutation for WithdrawTeam {
    fn permission(&self) -> Permission {
        Permission::EditTeam(self.team_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for WithdrawTeam {
    type Path = (i64, i64);

    fn read((team_id, event_id): Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { team_id, event_id }
    }
}
