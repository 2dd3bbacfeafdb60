//! Who plays, as the match has known them from their first mention.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::command_body::CommandBody;
use crate::sports::cricket::scoring::scoreboard::Scoreboard;
use crate::sports::score::{PerSide, Side};
use crate::sports::{Player, TeamInfo};

/// A player of the match.
#[derive(Debug, PartialEq, Eq)]
pub struct Cricketer {
    pub id: i64,
    pub name: String,
    pub side: Side,
}

/// Shared by all that the player does.
pub type CricketerRef = Arc<Cricketer>;

/// The two teams, and those whom a command names.
#[derive(Clone, Copy, Debug)]
pub struct PlayerLookup<'a> {
    pub teams: &'a PerSide<TeamInfo>,
    pub scoreboard: &'a Scoreboard,
    pub command_players: &'a [Player],
}

impl PlayerLookup<'_> {
    /// The player that a field names, if it names one who may be in this match.
    ///
    /// Whoever is on the board already stays who he was: he may have been renamed, or left the
    /// team, since he came in.
    pub fn read_player(
        &self,
        body: &mut CommandBody<'_>,
        name: &'static str,
    ) -> Option<CricketerRef> {
        let id = body.positive_id(name)?;
        self.find_player(id).map_err(|detail| body.add_error::<()>(name, detail)).ok()
    }

    pub fn find_player(&self, id: i64) -> Result<CricketerRef, &'static str> {
        if let Some(cricketer) = self.scoreboard.find_player(id) {
            return Ok(cricketer);
        }
        let command_player = self.command_players.iter().find(|player| player.id == id);
        let player = command_player.ok_or("no such player")?;
        let side =
            self.teams.side_of_team(player.team_id).ok_or("plays for neither of the two teams")?;
        Ok(Arc::new(Cricketer { id, name: player.name.clone(), side }))
    }
}

impl PerSide<TeamInfo> {
    /// The side that the team plays on.
    pub fn side_of_team(&self, team_id: i64) -> Option<Side> {
        if team_id == self.home.team_id {
            Some(Side::Home)
        } else if team_id == self.away.team_id {
            Some(Side::Away)
        } else {
            None
        }
    }

    pub fn team_id(&self, side: Side) -> i64 {
        self.get(side).team_id
    }

    pub fn team_name(&self, side: Side) -> &str {
        &self.get(side).name
    }

    /// The side of `team_id`, which a field named.
    pub fn read_side(&self, body: &mut CommandBody<'_>, name: &'static str) -> Option<Side> {
        let team_id = body.positive_id(name)?;
        let side = self.side_of_team(team_id);
        if side.is_none() {
            return body.add_error(name, "is neither of the match's two teams");
        }
        side
    }
}

impl<T> PerSide<T> {
    pub fn get(&self, side: Side) -> &T {
        match side {
            Side::Home => &self.home,
            Side::Away => &self.away,
        }
    }
}

/// 409 about a player.
pub fn player_rejection(code: &str, player: &Cricketer, reason: &str) -> Rejection {
    Rejection::conflict(code, format!("{} {reason}", player.name))
}
