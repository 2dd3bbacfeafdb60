//! The teams and players of a file, with the ids that commands refer to.

use crate::import::cricsheet::CricsheetFile;
use crate::import::invalid_file::InvalidFile;
use crate::sports::Player;

/// Both teams; the one that the file names first counts as the home side.
#[derive(Clone, Debug)]
pub struct Roster {
    /// Home, then away.
    pub teams: [RosterTeam; 2],
}

/// A team with its players.
#[derive(Clone, Debug)]
pub struct RosterTeam {
    pub id: i64,
    pub name: String,
    pub players: Vec<Player>,
}

impl Roster {
    /// A roster with made-up ids, for a simulation before anything is stored.
    pub fn with_temporary_ids(file: &CricsheetFile) -> Result<Self, InvalidFile> {
        let [home, away] = &file.info.teams;
        let mut next = 0;
        let mut team = |id, name: &String| {
            let names = file.info.players.get(name);
            let names = names
                .ok_or_else(|| InvalidFile::new("info.players", format!("has no team {name}")))?;
            let player = |name: &String| {
                next += 1;
                Player { id: next, team_id: id, name: name.clone(), shirt_number: None }
            };
            let players = names.iter().map(player).collect();
            Ok(RosterTeam { id, name: name.clone(), players })
        };
        let teams = [team(1, home)?, team(2, away)?];
        Ok(Self { teams })
    }

    /// The team with this name; the error is for the operator.
    pub fn find_team(&self, name: &str) -> Result<&RosterTeam, String> {
        let found = self.teams.iter().find(|team| team.name == name);
        found.ok_or_else(|| format!("{name} is not one of the two teams"))
    }

    /// The other team.
    pub fn opponent_of(&self, team_id: i64) -> &RosterTeam {
        let [home, away] = &self.teams;
        if home.id == team_id { away } else { home }
    }

    /// The players of both teams with these ids.
    pub fn players_by_id(&self, ids: &[i64]) -> Vec<Player> {
        let all = self.teams.iter().flat_map(|team| &team.players);
        all.filter(|player| ids.contains(&player.id)).cloned().collect()
    }
}

impl RosterTeam {
    /// The id of the player with this name; the error is for the operator.
    pub fn find_or_error(&self, name: &str) -> Result<i64, String> {
        let found = self.find(name);
        found.ok_or_else(|| format!("{name} is not a player of {}", self.name))
    }

    /// The id of the player with this name.
    pub fn find(&self, name: &str) -> Option<i64> {
        self.players.iter().find(|player| player.name == name).map(|player| player.id)
    }
}
