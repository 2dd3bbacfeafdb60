//! Matches: their fixture data, their officials, and the actions that scorers record in them.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::matches::OfficialRole;
use crate::domain::permission::Permission;
use crate::domain::visibility::Visibility;
use crate::input::{self, FieldReader};
use crate::sports::{MatchAction, SportRules};
use crate::store::mutation::{Mutation, RequestMutation, TextFields};

/// Creates a match. In an event, it also registers teams that are not registered yet.
#[derive(Clone, Debug)]
pub struct CreateMatch(pub NewMatch);

/// The fields of a new match.
#[derive(Clone, Debug)]
pub struct NewMatch {
    /// A sport's code.
    pub sport: String,
    /// The sport's match format; null is its default.
    pub format: Value,
    pub home_team_id: i64,
    pub away_team_id: i64,
    pub starts_at: Option<DateTime<Utc>>,
    pub place: MatchPlace,
    pub visibility: Visibility,
    pub event_id: Option<i64>,
}

/// Where a match is played, and where it belongs in its competition: the organiser's words.
#[derive(Clone, Debug, Default)]
pub struct MatchPlace {
    pub venue: Option<String>,
    /// Of the venue: `Pitch 2`.
    pub pitch: Option<String>,
    /// Of the competition: `Group stage`.
    pub stage: Option<String>,
    /// Of the stage: `6`, `Quarter-final`.
    pub round: Option<String>,
    /// Of the stage: `B`.
    pub group: Option<String>,
}

impl Mutation for CreateMatch {
    fn permission(&self) -> Permission {
        let NewMatch { event_id, home_team_id, away_team_id, .. } = self.0;
        Permission::CreateMatch { event_id, home_team_id, away_team_id }
    }

    fn text_fields(&self) -> TextFields<'_> {
        let MatchPlace { venue, pitch, stage, round, group } = &self.0.place;
        vec![
            ("/venue", venue.as_ref()),
            ("/pitch", pitch.as_ref()),
            ("/stage", stage.as_ref()),
            ("/round", round.as_ref()),
            ("/group", group.as_ref()),
        ]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for CreateMatch {
    type Path = ();

    const PERMISSION_NEEDS_BODY: bool = true;

    fn read((): Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let sport = fields.required("sport", input::name());
        let format = fields.optional("format", input::any_value()).unwrap_or(Value::Null);
        let scorers = fields.optional("scorers_required", input::integer(1..=5));
        let format = with_scorers_required(fields, &sport, format, scorers);
        Self(NewMatch {
            sport,
            format,
            home_team_id: fields.required("home_team_id", input::id()),
            away_team_id: fields.required("away_team_id", input::id()),
            starts_at: fields.optional("starts_at", input::time()),
            place: MatchPlace {
                venue: fields.optional("venue", input::name()),
                pitch: fields.optional("pitch", input::name()),
                stage: fields.optional("stage", input::name()),
                round: fields.optional("round", input::name()),
                group: fields.optional("group", input::name()),
            },
            visibility: fields
                .optional("visibility", input::one_of())
                .unwrap_or(Visibility::Public),
            event_id: fields.optional("event_id", input::id()),
        })
    }
}

/// Adds the number of scorers who must agree to the format, if the sport has that.
fn with_scorers_required(
    fields: &mut FieldReader<'_>,
    sport: &str,
    format: Value,
    scorers: Option<i64>,
) -> Value {
    // An unknown sport is rejected with the other references.
    let (Some(scorers), Some(rules)) = (scorers, SportRules::find(sport)) else { return format };
    match rules.with_scorers_required(format, scorers) {
        Ok(format) => format,
        Err(detail) => {
            fields.add_error::<()>("scorers_required", detail);
            Value::Null
        }
    }
}

/// Changes the time, the place and the visibility of a match.
#[derive(Clone, Debug)]
pub struct EditMatch {
    pub id: i64,
    pub fields: MatchEdit,
}

/// `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct MatchEdit {
    pub starts_at: Option<Option<DateTime<Utc>>>,
    pub venue: Option<Option<String>>,
    pub pitch: Option<Option<String>>,
    pub stage: Option<Option<String>>,
    pub round: Option<Option<String>>,
    pub group: Option<Option<String>>,
    pub visibility: Option<Visibility>,
}

impl Mutation for EditMatch {
    fn permission(&self) -> Permission {
        Permission::EditMatch(self.id)
    }

    fn text_fields(&self) -> TextFields<'_> {
        let MatchEdit { venue, pitch, stage, round, group, .. } = &self.fields;
        let fields = [
            ("/venue", venue),
            ("/pitch", pitch),
            ("/stage", stage),
            ("/round", round),
            ("/group", group),
        ];
        fields.map(|(pointer, edit)| (pointer, edit.as_ref().and_then(Option::as_ref))).to_vec()
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for EditMatch {
    type Path = i64;

    fn read(id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let fields = MatchEdit {
            starts_at: fields.nullable("starts_at", input::time()),
            venue: fields.nullable("venue", input::name()),
            pitch: fields.nullable("pitch", input::name()),
            stage: fields.nullable("stage", input::name()),
            round: fields.nullable("round", input::name()),
            group: fields.nullable("group", input::name()),
            visibility: fields.optional_non_null("visibility", input::one_of()),
        };
        Self { id, fields }
    }
}

/// Deletes a match that has not started.
#[derive(Clone, Debug)]
pub struct DeleteMatch {
    pub id: i64,
}

impl Mutation for DeleteMatch {
    fn permission(&self) -> Permission {
        Permission::EditMatch(self.id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for DeleteMatch {
    type Path = i64;

    fn read(id: Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { id }
    }
}

/// Lets a team accept a match outside events that others created.
#[derive(Clone, Debug)]
pub struct AcceptMatch {
    pub match_id: i64,
    pub team_id: i64,
}

impl Mutation for AcceptMatch {
    fn permission(&self) -> Permission {
        Permission::EditTeam(self.team_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for AcceptMatch {
    type Path = i64;

    fn read(team_id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        Self { match_id: fields.required("match_id", input::id()), team_id }
    }
}

/// Adds an official to a match, or changes the official's role.
#[derive(Clone, Debug)]
pub struct AddOfficial {
    pub match_id: i64,
    pub user_id: i64,
    pub role: OfficialRole,
}

impl Mutation for AddOfficial {
    fn permission(&self) -> Permission {
        Permission::EditMatch(self.match_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for AddOfficial {
    type Path = i64;

    fn read(match_id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let user_id = fields.required("user_id", input::id());
        let role = fields.required("role", input::one_of());
        Self { match_id, user_id, role }
    }
}

/// Removes an official from a match.
#[derive(Clone, Debug)]
pub struct RemoveOfficial {
    pub match_id: i64,
    pub user_id: i64,
}

impl Mutation for RemoveOfficial {
    fn permission(&self) -> Permission {
        Permission::EditMatch(self.match_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for RemoveOfficial {
    type Path = (i64, i64);

    fn read((match_id, user_id): Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { match_id, user_id }
    }
}

/// Applies a scorer's action to a match.
#[derive(Clone, Debug)]
pub struct ApplyMatchAction {
    pub match_id: i64,
    pub action: MatchAction,
    pub body: Value,
    /// The clock of the scorer's device; `None` for the server's.
    pub occurred_at: Option<DateTime<Utc>>,
}

impl Mutation for ApplyMatchAction {
    fn permission(&self) -> Permission {
        self.action.permission().in_match(self.match_id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}
