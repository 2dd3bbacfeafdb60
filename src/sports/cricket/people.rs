//! Who plays, as the match has known them from their first mention.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::Player;
use crate::sports::Side;
use crate::sports::body::Body;
use crate::sports::cricket::board::Board;
use crate::sports::score::Pair;
use crate::sports::score::Which;

/// A player of the match.
#[derive(Debug, PartialEq, Eq)]
pub struct Cricketer {
    pub id: i64,
    pub name: String,
    pub side: Which,
}

/// Shared by all that the player does.
pub type Who = Arc<Cricketer>;

/// The two teams, and those whom a command names.
#[derive(Clone, Copy, Debug)]
pub struct Cast<'a> {
    pub sides: &'a Pair<Side>,
    pub board: &'a Board,
    pub players: &'a [Player],
}

impl Cast<'_> {
    /// The player that a field names, if it names one who may be in this match.
    ///
    /// Whoever is on the board already stays who he was: he may have been renamed, or left the
    /// team, since he came in.
    pub fn read(&self, body: &mut Body<'_>, name: &'static str) -> Option<Who> {
        let id = body.id(name)?;
        self.find(id).map_err(|why| body.refuse::<()>(name, why)).ok()
    }

    pub fn find(&self, id: i64) -> Result<Who, &'static str> {
        if let Some(who) = self.board.cricketer(id) {
            return Ok(who);
        }
        let found = self.players.iter().find(|player| player.id == id);
        let player = found.ok_or("no such player")?;
        let side = self.sides.which(player.team_id).ok_or("plays for neither of the two teams")?;
        Ok(Arc::new(Cricketer { id, name: player.name.clone(), side }))
    }
}

impl Pair<Side> {
    /// The side that the team plays on.
    pub fn which(&self, team_id: i64) -> Option<Which> {
        if team_id == self.home.team_id {
            Some(Which::Home)
        } else if team_id == self.away.team_id {
            Some(Which::Away)
        } else {
            None
        }
    }

    pub fn team_id(&self, which: Which) -> i64 {
        self.of(which).team_id
    }

    pub fn name(&self, which: Which) -> &str {
        &self.of(which).name
    }

    /// The side of `team_id`, which a field named.
    pub fn read(&self, body: &mut Body<'_>, name: &'static str) -> Option<Which> {
        let team_id = body.id(name)?;
        let which = self.which(team_id);
        if which.is_none() {
            return body.refuse(name, "is neither of the match's two teams");
        }
        which
    }
}

impl<T> Pair<T> {
    pub fn of(&self, which: Which) -> &T {
        match which {
            Which::Home => &self.home,
            Which::Away => &self.away,
        }
    }
}

/// 409 about a player.
pub fn refused(code: &str, who: &Cricketer, why: &str) -> Rejection {
    Rejection::conflict(code, format!("{} {why}", who.name))
}
