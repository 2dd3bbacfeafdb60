//! Look-up of the players and teams in a body.

use std::sync::Arc;

use crate::input::{self, FieldReader};
use crate::sports::cricket::laws::{Cricketer, CricketerRef};
use crate::sports::cricket::scoring::Scoreboard;
use crate::sports::score::PerSide;
use crate::sports::{Player, TeamInfo};

/// Where ids in a body are looked up.
#[derive(Clone, Copy, Debug)]
pub struct PlayerLookup<'a> {
    pub teams: &'a PerSide<TeamInfo>,
    /// First choice: players keep the name and side they had when they first appeared.
    pub scoreboard: &'a Scoreboard,
    /// Players that the store loaded for the command.
    pub command_players: &'a [Player],
}

impl PlayerLookup<'_> {
    /// Reads a player id from the field `name`, as a player of this match.
    pub fn read_player(
        &self,
        body: &mut FieldReader<'_>,
        name: &'static str,
    ) -> Option<CricketerRef> {
        let id = body.optional(name, input::id())?;
        self.find_player(id).map_err(|detail| body.add_error::<()>(name, detail)).ok()
    }

    /// The player with this id, or an error text.
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
