//! Look-ups in the two teams of a match.

use crate::input::{self, FieldReader};
use crate::sports::TeamInfo;
use crate::sports::score::{PerSide, Side};

impl PerSide<TeamInfo> {
    /// The side this team plays on; `None` for a team that isn't in the match.
    pub fn side_of_team(&self, team_id: i64) -> Option<Side> {
        PerSide { home: self.home.team_id, away: self.away.team_id }.side_of(&team_id)
    }

    /// The id of the team on `side`.
    pub fn team_id(&self, side: Side) -> i64 {
        self.get(side).team_id
    }

    /// The full name of the team on `side`.
    pub fn team_name(&self, side: Side) -> &str {
        &self.get(side).name
    }

    /// Reads a team id from the field `name`, as the side that team plays on.
    pub fn read_side(&self, body: &mut FieldReader<'_>, name: &'static str) -> Option<Side> {
        let team_id = body.optional(name, input::id())?;
        let side = self.side_of_team(team_id);
        if side.is_none() {
            return body.add_error(name, "is neither of the match's two teams");
        }
        side
    }
}

impl<T> PerSide<T> {
    /// The value of `side`.
    pub fn get(&self, side: Side) -> &T {
        match side {
            Side::Home => &self.home,
            Side::Away => &self.away,
        }
    }
}
