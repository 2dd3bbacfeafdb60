//! From a body to an incident: its shape, and whether teams and players fit.

use serde_json::Value;

use crate::domain::rejection::Rejection;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::Player;
use crate::sports::body::Body;
use crate::sports::football::PERIODS;
use crate::sports::football::SHOOTOUT;
use crate::sports::football::incident::Confirmation;
use crate::sports::football::incident::Incident;
use crate::sports::football::kind::Allegiance;
use crate::sports::football::kind::Kind;
use crate::sports::score::Which;

/// Beyond any match that was played to an end.
const MINUTE_MOST: i64 = 200;
const STOPPAGE_MOST: i64 = 60;
/// Characters of a text or a reason.
const TEXT_LONGEST: usize = 500;

/// A new incident.
pub fn post(fixture: &Fixture, command: &Command, id: i64) -> Result<Incident, Rejection> {
    let mut body = Body::of(&command.body)?;
    let draft = Draft { fixture, command, was: None };
    let incident = draft.incident(&mut body).map(|incident| Incident { id, ..incident });
    body.end(incident)
}

/// The next revision: what the body doesn't name stays, and the whole must be right again.
pub fn patch(fixture: &Fixture, command: &Command, was: &Incident) -> Result<Incident, Rejection> {
    let changes = match &command.body {
        Value::Object(changes) if !changes.is_empty() => changes,
        _ => return Err(Rejection::field("", "name at least one field to change")),
    };
    if changes.get("confirmation") == Some(&Value::Null) {
        return Err(Rejection::field("/confirmation", "must not be null"));
    }
    let mut fields = was.fields();
    // The old reason was that of the old confirmation.
    if changes.contains_key("confirmation") {
        fields.remove("reason");
    }
    fields.extend(changes.clone());
    let fields = Value::Object(fields);
    let mut body = Body::of(&fields)?;
    let incident = Draft { fixture, command, was: Some(was) }.incident(&mut body);
    body.end(incident)
}

/// What a body is read against.
struct Draft<'a> {
    fixture: &'a Fixture,
    command: &'a Command,
    was: Option<&'a Incident>,
}

impl Draft<'_> {
    fn incident(&self, body: &mut Body<'_>) -> Option<Incident> {
        body.require(&["kind", "period", "minute"]);
        let kind = body.word("kind", Kind::ALL.map(|kind| (kind.word(), kind)));
        let period = body.word("period", PERIODS.iter().map(|period| (period.name, period)));
        let minute = body.integer("minute", 0..=MINUTE_MOST);
        let stoppage = body.integer("stoppage", 0..=STOPPAGE_MOST);
        let confirmation = self.confirmation(body);
        let team_id = body.id("team_id");
        let player = self.player(body, "player_id");
        let related_player = self.player(body, "related_player_id");
        let occurred_at = body.time("occurred_at");
        let text = body.text("text", TEXT_LONGEST);
        let reason = self.was.and_then(|_| body.text("reason", TEXT_LONGEST));

        let recorded_at = self.was.map_or(self.command.at, |was| was.recorded_at);
        let incident = Incident {
            id: self.was.map_or(0, |was| was.id),
            rev: self.was.map_or(1, |was| was.rev + 1),
            kind: kind?,
            confirmation: confirmation.unwrap_or(Confirmation::Confirmed),
            team_id,
            side: team_id.and_then(|team_id| self.fixture.which(team_id)),
            player,
            related_player,
            period: period?,
            minute: minute?,
            stoppage: stoppage.unwrap_or(0),
            occurred_at: occurred_at.unwrap_or(recorded_at),
            text,
            reason,
            recorded_at,
            recorded_by: self.was.map_or(self.command.by, |was| was.recorded_by),
            corrected_by: self.was.map(|_| self.command.by),
        };
        self.check(body, &incident);
        Some(incident)
    }

    /// Only what has been given can be taken back.
    fn confirmation(&self, body: &mut Body<'_>) -> Option<Confirmation> {
        let words = Confirmation::ALL.map(|one| (one.word(), one));
        let allowed = if self.was.is_some() { 3 } else { 2 };
        body.word("confirmation", words.into_iter().take(allowed))
    }

    /// The player as known when the command was given, else as the incident has known him:
    /// a correction of something else mustn't fail because he has left the team since.
    fn player(&self, body: &mut Body<'_>, name: &'static str) -> Option<Player> {
        let id = body.id(name)?;
        let before = self.was.into_iter().flat_map(|was| [&was.player, &was.related_player]);
        let known = self.command.players.iter().chain(before.flatten());
        match known.into_iter().find(|player| player.id == id) {
            Some(player) => Some(player.clone()),
            None => body.refuse(name, "no such player"),
        }
    }

    /// What would make score or statistics wrong is refused; odd but possible things are not.
    fn check(&self, body: &mut Body<'_>, incident: &Incident) {
        let kind = incident.kind;
        let word = kind.word();
        if incident.team_id.is_none() && kind.needs_team() {
            body.refuse::<()>("team_id", format!("is required for {word}"));
        }
        if incident.team_id.is_some() && incident.side.is_none() {
            body.refuse::<()>("team_id", "is neither of the match's two teams");
        }
        let in_shootout = incident.period.name == SHOOTOUT;
        if kind.is_shootout() && !in_shootout {
            body.refuse::<()>("period", format!("{word} belongs to {SHOOTOUT}"));
        }
        if kind.is_in_play() && in_shootout {
            body.refuse::<()>(
                "kind",
                format!("{word} can't be in {SHOOTOUT}; use shootout_goal or shootout_miss"),
            );
        }
        let players = [&incident.player, &incident.related_player];
        let names = ["player_id", "related_player_id"];
        let allegiances = [kind.player_is(), kind.related_player_is()];
        for ((player, name), allegiance) in players.into_iter().zip(names).zip(allegiances) {
            let wrong = player.as_ref().and_then(|player| {
                let plays_for = self.fixture.which(player.team_id);
                misplaced(plays_for, incident.side, allegiance)
            });
            if let Some(wrong) = wrong {
                body.refuse::<()>(name, format!("{wrong}, for {word}"));
            }
        }
        if let [Some(player), Some(related)] = players
            && player.id == related.id
        {
            body.refuse::<()>("related_player_id", "must be another than the player");
        }
    }
}

/// What is wrong with a player of `plays_for` in an incident of `side`; nothing mostly.
fn misplaced(
    plays_for: Option<Which>,
    side: Option<Which>,
    allegiance: Allegiance,
) -> Option<&'static str> {
    let Some(plays_for) = plays_for else { return Some("plays for neither of the two teams") };
    let side = side?;
    match allegiance {
        Allegiance::Own if plays_for != side => Some("must play for the team of team_id"),
        Allegiance::Other if plays_for == side => Some("must play for the other team"),
        _ => None,
    }
}
