//! Parses and validates the bodies of incidents.

use serde_json::Value;

use crate::domain::closed_set::ClosedSet;
use crate::domain::rejection::Rejection;
use crate::input::{self, FieldReader};
use crate::sports::football::incident::{Confirmation, Incident};
use crate::sports::football::incident_kind::{ExpectedSide, IncidentKind};
use crate::sports::football::periods::{PERIODS, SHOOTOUT_PERIOD};
use crate::sports::score::Side;
use crate::sports::{MatchCommand, MatchInfo, Player};

/// Minutes; more than any match has taken.
const MAX_MINUTE: i64 = 200;
const MAX_STOPPAGE_MINUTES: i64 = 60;
const MAX_TEXT_CHARS: usize = 500;

/// Parses the body of `POST incidents`.
pub fn parse_new(
    match_info: &MatchInfo,
    command: &MatchCommand,
    id: i64,
) -> Result<Incident, Rejection> {
    let mut body = FieldReader::nullable_body(&command.body);
    let parser = IncidentParser { match_info, command, previous: None };
    let incident = parser.parse(&mut body).map(|incident| Incident { id, ..incident });
    body.finish_with(incident)
}

/// Parses the body of `PATCH incidents/{id}`: fields it doesn't name stay, and the result must be
/// valid as a whole.
pub fn parse_correction(
    match_info: &MatchInfo,
    command: &MatchCommand,
    previous: &Incident,
) -> Result<Incident, Rejection> {
    let changes = match &command.body {
        Value::Object(changes) if !changes.is_empty() => changes,
        _ => return Err(Rejection::field("", "name at least one field to change")),
    };
    if changes.get("confirmation") == Some(&Value::Null) {
        return Err(Rejection::field("/confirmation", "must not be null"));
    }
    let mut fields = previous.editable_fields();
    // The reason belonged to the previous confirmation.
    if changes.contains_key("confirmation") {
        fields.remove("reason");
    }
    fields.extend(changes.clone());
    let fields = Value::Object(fields);
    let mut body = FieldReader::nullable_body(&fields);
    let incident =
        IncidentParser { match_info, command, previous: Some(previous) }.parse(&mut body);
    body.finish_with(incident)
}

/// Parser of a body, with the match and the incident's previous revision.
struct IncidentParser<'a> {
    match_info: &'a MatchInfo,
    command: &'a MatchCommand,
    previous: Option<&'a Incident>,
}

impl IncidentParser<'_> {
    fn parse(&self, body: &mut FieldReader<'_>) -> Option<Incident> {
        body.require(&["kind", "period", "minute"]);
        let kind: Option<IncidentKind> = body.optional("kind", input::one_of());
        let period = body
            .optional("period", input::choice(PERIODS.iter().map(|period| (period.name, period))));
        let minute = body.optional("minute", input::integer(0..=MAX_MINUTE));
        let stoppage = body.optional("stoppage", input::integer(0..=MAX_STOPPAGE_MINUTES));
        let confirmation = self.parse_confirmation(body);
        let team_id = body.optional("team_id", input::id());
        let player = self.parse_player(body, "player_id");
        let related_player = self.parse_player(body, "related_player_id");
        let occurred_at = body.optional("occurred_at", input::time());
        let text = body.optional("text", input::any_text(MAX_TEXT_CHARS));
        let reason =
            self.previous.and_then(|_| body.optional("reason", input::any_text(MAX_TEXT_CHARS)));

        let recorded_at =
            self.previous.map_or(self.command.occurred_at, |previous| previous.recorded_at);
        let incident = Incident {
            id: self.previous.map_or(0, |previous| previous.id),
            rev: self.previous.map_or(1, |previous| previous.rev + 1),
            kind: kind?,
            confirmation: confirmation.unwrap_or(Confirmation::Confirmed),
            team_id,
            side: team_id.and_then(|team_id| self.match_info.side_of_team(team_id)),
            player,
            related_player,
            period: period?,
            minute: minute?,
            stoppage: stoppage.unwrap_or(0),
            occurred_at: occurred_at.unwrap_or(recorded_at),
            text,
            reason,
            recorded_at,
            recorded_by: self
                .previous
                .map_or(self.command.user_id, |previous| previous.recorded_by),
            corrected_by: self.previous.map(|_| self.command.user_id),
        };
        self.validate(body, &incident);
        Some(incident)
    }

    /// A new incident can't be cancelled.
    fn parse_confirmation(&self, body: &mut FieldReader<'_>) -> Option<Confirmation> {
        let may_be_cancelled = self.previous.is_some();
        let allowed = Confirmation::ALL.iter().copied();
        let allowed = allowed.filter(|one| may_be_cancelled || *one != Confirmation::Cancelled);
        body.optional("confirmation", input::one_of_these(allowed))
    }

    /// A player of the command, else of the previous revision: a correction must not fail because a
    /// player has left the team since.
    fn parse_player(&self, body: &mut FieldReader<'_>, name: &'static str) -> Option<Player> {
        let id = body.optional(name, input::id())?;
        let previous_players = self
            .previous
            .into_iter()
            .flat_map(|previous| [&previous.player, &previous.related_player]);
        let candidates = self.command.players.iter().chain(previous_players.flatten());
        match candidates.into_iter().find(|player| player.id == id) {
            Some(player) => Some(player.clone()),
            None => body.add_error(name, "no such player"),
        }
    }

    /// Adds errors for what would falsify score or statistics; accepts odd but possible incidents.
    fn validate(&self, body: &mut FieldReader<'_>, incident: &Incident) {
        let kind = incident.kind;
        let word = kind.as_str();
        if incident.team_id.is_none() && kind.requires_team() {
            body.add_error::<()>("team_id", format!("is required for {word}"));
        }
        if incident.team_id.is_some() && incident.side.is_none() {
            body.add_error::<()>("team_id", "is neither of the match's two teams");
        }
        let in_shootout = incident.period.name == SHOOTOUT_PERIOD;
        if kind.is_shootout() && !in_shootout {
            body.add_error::<()>("period", format!("must be {SHOOTOUT_PERIOD} for {word}"));
        }
        if kind.is_forbidden_in_shootout() && in_shootout {
            body.add_error::<()>(
                "kind",
                format!(
                    "{word} is impossible in {SHOOTOUT_PERIOD}; use shootout_goal or shootout_miss"
                ),
            );
        }
        let players = [&incident.player, &incident.related_player];
        let names = ["player_id", "related_player_id"];
        let expected_sides = [kind.expected_player_side(), kind.expected_related_player_side()];
        for ((player, name), expected_side) in players.into_iter().zip(names).zip(expected_sides) {
            let error = player.as_ref().and_then(|player| {
                let plays_for = self.match_info.side_of_team(player.team_id);
                player_side_error(plays_for, incident.side, expected_side)
            });
            if let Some(error) = error {
                body.add_error::<()>(name, format!("{error}, for {word}"));
            }
        }
        if let [Some(player), Some(related)] = players
            && player.id == related.id
        {
            body.add_error::<()>("related_player_id", "must differ from player_id");
        }
    }
}

/// Error for a player of side `plays_for` in an incident of `side`, if any.
fn player_side_error(
    plays_for: Option<Side>,
    side: Option<Side>,
    expected: ExpectedSide,
) -> Option<&'static str> {
    let Some(plays_for) = plays_for else { return Some("plays for neither of the two teams") };
    let side = side?;
    match expected {
        ExpectedSide::Own if plays_for != side => Some("must play for the team of team_id"),
        ExpectedSide::Other if plays_for == side => Some("must play for the other team"),
        _ => None,
    }
}
