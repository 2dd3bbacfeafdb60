//! Teams, their players and their members.

use crate::domain::permission::Permission;
use crate::domain::teams::MemberRole;
use crate::domain::visibility::Visibility;
use crate::input::{self, FieldReader};
use crate::store::mutation::{Mutation, RequestMutation, TextFields};

/// Creates a team, managed by its creator.
#[derive(Clone, Debug)]
pub struct CreateTeam(pub NewTeam);

/// The fields of a new team.
#[derive(Clone, Debug)]
pub struct NewTeam {
    pub name: String,
    /// Derived from the name if `None`.
    pub short_name: Option<String>,
    /// `#rrggbb`
    pub colour: Option<String>,
    pub visibility: Visibility,
}

impl Mutation for CreateTeam {
    fn permission(&self) -> Permission {
        Permission::CreateTeam
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![
            ("/name", Some(&self.0.name)),
            ("/short_name", self.0.short_name.as_ref()),
            ("/colour", self.0.colour.as_ref()),
        ]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for CreateTeam {
    type Path = ();

    fn read((): Self::Path, fields: &mut FieldReader<'_>) -> Self {
        Self(NewTeam {
            name: fields.required("name", input::name()),
            short_name: fields.optional("short_name", input::short_name()),
            colour: fields.optional("colour", input::colour()),
            visibility: fields
                .optional("visibility", input::one_of())
                .unwrap_or(Visibility::Private),
        })
    }
}

/// Changes a team.
#[derive(Clone, Debug)]
pub struct EditTeam {
    pub id: i64,
    pub fields: TeamEdit,
}

/// `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct TeamEdit {
    pub name: Option<String>,
    pub short_name: Option<String>,
    /// `Some(None)` removes the colour.
    pub colour: Option<Option<String>>,
    pub visibility: Option<Visibility>,
}

impl Mutation for EditTeam {
    fn permission(&self) -> Permission {
        Permission::EditTeam(self.id)
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![
            ("/name", self.fields.name.as_ref()),
            ("/short_name", self.fields.short_name.as_ref()),
            ("/colour", self.fields.colour.as_ref().and_then(Option::as_ref)),
        ]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for EditTeam {
    type Path = i64;

    fn read(id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let fields = TeamEdit {
            name: fields.optional_non_null("name", input::name()),
            short_name: fields.optional_non_null("short_name", input::short_name()),
            colour: fields.nullable("colour", input::colour()),
            visibility: fields.optional_non_null("visibility", input::one_of()),
        };
        Self { id, fields }
    }
}

/// Deletes a team that plays no match and participates in no event.
#[derive(Clone, Debug)]
pub struct DeleteTeam {
    pub id: i64,
}

impl Mutation for DeleteTeam {
    fn permission(&self) -> Permission {
        Permission::EditTeam(self.id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for DeleteTeam {
    type Path = i64;

    fn read(id: Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { id }
    }
}

/// Adds a player to a team.
#[derive(Clone, Debug)]
pub struct AddPlayer {
    pub team_id: i64,
    pub fields: NewPlayer,
}

/// The fields of a new player.
#[derive(Clone, Debug)]
pub struct NewPlayer {
    pub name: String,
    /// 0 to 999
    pub shirt_number: Option<i32>,
}

impl Mutation for AddPlayer {
    fn permission(&self) -> Permission {
        Permission::EditTeam(self.team_id)
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![("/name", Some(&self.fields.name))]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for AddPlayer {
    type Path = i64;

    fn read(team_id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let fields = NewPlayer {
            name: fields.required("name", input::name()),
            shirt_number: fields.optional("shirt_number", input::shirt_number()),
        };
        Self { team_id, fields }
    }
}

/// Changes a player.
#[derive(Clone, Debug)]
pub struct EditPlayer {
    pub team_id: i64,
    pub id: i64,
    pub fields: PlayerEdit,
}

/// `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct PlayerEdit {
    pub name: Option<String>,
    /// `Some(None)` removes the number.
    pub shirt_number: Option<Option<i32>>,
}

impl Mutation for EditPlayer {
    fn permission(&self) -> Permission {
        Permission::EditTeam(self.team_id)
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![("/name", self.fields.name.as_ref())]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for EditPlayer {
    type Path = (i64, i64);

    fn read((team_id, id): Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let fields = PlayerEdit {
            name: fields.optional_non_null("name", input::name()),
            shirt_number: fields.nullable("shirt_number", input::shirt_number()),
        };
        Self { team_id, id, fields }
    }
}

/// Removes a player from a team.
#[derive(Clone, Debug)]
pub struct RemovePlayer {
    pub team_id: i64,
    pub id: i64,
}

impl Mutation for RemovePlayer {
    fn permission(&self) -> Permission {
        Permission::EditTeam(self.team_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for RemovePlayer {
    type Path = (i64, i64);

    fn read((team_id, id): Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { team_id, id }
    }
}

/// Adds a member to a team, or changes the member's role.
#[derive(Clone, Debug)]
pub struct AddMember {
    pub team_id: i64,
    pub user_id: i64,
    pub role: MemberRole,
}

impl Mutation for AddMember {
    fn permission(&self) -> Permission {
        Permission::EditTeam(self.team_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for AddMember {
    type Path = i64;

    fn read(team_id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let user_id = fields.required("user_id", input::id());
        let role = fields.required("role", input::one_of());
        Self { team_id, user_id, role }
    }
}

/// Removes a member from a team.
#[derive(Clone, Debug)]
pub struct RemoveMember {
    pub team_id: i64,
    pub user_id: i64,
}

impl Mutation for RemoveMember {
    fn permission(&self) -> Permission {
        Permission::EditTeam(self.team_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for RemoveMember {
    type Path = (i64, i64);

    fn read((team_id, user_id): Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { team_id, user_id }
    }
}
