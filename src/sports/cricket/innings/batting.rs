//! Those who bat: in, out, retired, and come again.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::over::rounded_rate;
use crate::sports::cricket::innings::state::Innings;
use crate::sports::cricket::laws::dismissal::{Dismissal, DismissalKind};
use crate::sports::cricket::laws::players::{CricketerRef, player_rejection};
use crate::sports::cricket::scoring::effects::DepartureReason;

/// One line of a batting card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatterRecord {
    pub player: CricketerRef,
    pub runs: u32,
    /// Faced: no-balls are, wides aren't.
    pub balls_faced: u32,
    pub fours: u32,
    pub sixes: u32,
    pub status: BatterStatus,
    /// In since the last ball, so a slip of the thumb may still be taken back.
    pub has_just_arrived: bool,
}

/// What became of a batter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatterStatus {
    NotOut,
    Out(Arc<Dismissal>),
    /// Law 25.4.2: ill or hurt, or for another unavoidable cause; not out, and may come again when
    /// a place is vacant.
    Retired {
        is_hurt: bool,
    },
}

/// One of the two places at the crease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatterRole {
    Striker,
    NonStriker,
}

/// A wicket that fell, and where the innings stood then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FallOfWicket {
    pub wicket_number: u32,
    pub innings_runs: u32,
    pub overs: String,
    pub dismissal: Arc<Dismissal>,
    /// The batter's own.
    pub batter_runs_and_balls: (u32, u32),
}

impl BatterRole {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Striker => "striker",
            Self::NonStriker => "non_striker",
        }
    }
}

impl BatterRecord {
    pub fn new(player: &CricketerRef) -> Self {
        Self {
            player: Arc::clone(player),
            runs: 0,
            balls_faced: 0,
            fours: 0,
            sixes: 0,
            status: BatterStatus::NotOut,
            has_just_arrived: true,
        }
    }

    pub fn dismissal_text(&self) -> String {
        match &self.status {
            BatterStatus::NotOut => "not out".to_owned(),
            BatterStatus::Out(dismissal) => dismissal.scorecard_text(),
            BatterStatus::Retired { is_hurt: true } => "retired hurt".to_owned(),
            BatterStatus::Retired { is_hurt: false } => "retired not out".to_owned(),
        }
    }

    /// As displays draw a batter who is in.
    pub fn summary_json(&self) -> Value {
        json!({
            "player_id": self.player.id,
            "name": self.player.name,
            "runs": self.runs,
            "balls": self.balls_faced,
            "fours": self.fours,
            "sixes": self.sixes,
        })
    }

    /// As scorecards list a batter.
    pub fn to_json(&self) -> Value {
        let mut fields = self.summary_json();
        fields["strike_rate"] = json!(rounded_rate(self.runs, self.balls_faced, 100));
        fields["dismissal"] = json!(self.dismissal_text());
        fields["out"] = match &self.status {
            BatterStatus::Out(dismissal) => dismissal.to_json(),
            _ => Value::Null,
        };
        fields
    }
}

impl FallOfWicket {
    pub fn to_json(&self) -> Value {
        json!({
            "wicket": self.wicket_number,
            "runs": self.innings_runs,
            "overs": self.overs,
            "player_id": self.dismissal.batter.id,
            "name": self.dismissal.batter.name,
        })
    }
}

impl Innings {
    pub fn batter_index(&self, role: BatterRole) -> Option<usize> {
        match role {
            BatterRole::Striker => self.striker_index,
            BatterRole::NonStriker => self.non_striker_index,
        }
    }

    pub fn role_of(&self, id: i64) -> Option<BatterRole> {
        let has_role =
            |role: &BatterRole| self.batter(*role).is_some_and(|batter| batter.player.id == id);
        [BatterRole::Striker, BatterRole::NonStriker].into_iter().find(has_role)
    }

    pub fn batter(&self, role: BatterRole) -> Option<&BatterRecord> {
        self.batters.get(self.batter_index(role)?)
    }

    /// The place a batter takes whom nobody sent to one: the vacant one, the striker's of two.
    pub fn vacant_role(&self) -> Option<BatterRole> {
        [BatterRole::Striker, BatterRole::NonStriker]
            .into_iter()
            .find(|role| self.batter_index(*role).is_none())
    }

    /// Puts a batter at the crease, as a new one or as one who had retired.
    pub fn send_in(&mut self, role: BatterRole, player: &CricketerRef) -> Result<(), Rejection> {
        self.check_can_bat(player)?;
        let existing_index = self.batters.iter().position(|batter| batter.player.id == player.id);
        let index = existing_index.unwrap_or(self.batters.len());
        match existing_index.and_then(|index| self.batters.get_mut(index)) {
            Some(card) => card.status = BatterStatus::NotOut,
            None => self.batters.push(BatterRecord::new(player)),
        }
        self.set_batter(role, Some(index));
        Ok(())
    }

    /// Takes the place of one who was sent in by mistake and hasn't been there for a ball.
    pub fn send_in_or_substitute(
        &mut self,
        role: BatterRole,
        player: &CricketerRef,
    ) -> Result<(), Rejection> {
        let Some(index) = self.batter_index(role) else { return self.send_in(role, player) };
        let Some(batter) = self.batters.get(index) else { return Ok(()) };
        if batter.player.id == player.id {
            return Ok(());
        }
        if !batter.has_just_arrived {
            return Err(player_rejection(
                "not-vacant",
                &batter.player,
                "is batting: no place is vacant",
            ));
        }
        self.check_can_bat(player)?;
        let has_batted = self.batters.iter().any(|card| card.player.id == player.id);
        if has_batted {
            return Err(player_rejection(
                "not-vacant",
                player,
                "has batted before: undo the last ball first",
            ));
        }
        self.batters[index] = BatterRecord::new(player);
        Ok(())
    }

    pub fn check_can_bat(&self, player: &CricketerRef) -> Result<(), Rejection> {
        if player.side != self.batting_side {
            return Err(player_rejection("not-eligible", player, "isn't of the batting side"));
        }
        if self.role_of(player.id).is_some() {
            return Err(player_rejection("not-eligible", player, "is at the crease already"));
        }
        if self.absent_players.iter().any(|absent| absent.id == player.id) {
            return Err(player_rejection("not-eligible", player, "is absent"));
        }
        let batter = self.batters.iter().find(|card| card.player.id == player.id);
        match batter.map(|card| &card.status) {
            Some(BatterStatus::Out(dismissal)) => {
                let reason = format!("is out ({})", dismissal.scorecard_text());
                Err(player_rejection("not-eligible", player, &reason))
            }
            _ => Ok(()),
        }
    }

    pub fn set_batter(&mut self, role: BatterRole, index: Option<usize>) {
        match role {
            BatterRole::Striker => self.striker_index = index,
            BatterRole::NonStriker => self.non_striker_index = index,
        }
    }

    pub fn swap_ends(&mut self) {
        std::mem::swap(&mut self.striker_index, &mut self.non_striker_index);
    }

    /// A batter goes without being out; the pair is parted, but not the wicket's number.
    pub fn retire_batter(
        &mut self,
        player: &CricketerRef,
        departure: DepartureReason,
    ) -> Result<(), Rejection> {
        let Some(role) = self.role_of(player.id) else {
            return Err(player_rejection("not-batting", player, "isn't at the crease"));
        };
        if departure == DepartureReason::RetiredOut {
            let dismissal = Dismissal {
                kind: DismissalKind::RetiredOut,
                batter: Arc::clone(player),
                bowler: None,
                fielders: Vec::new(),
                by_substitute: false,
            };
            self.record_wicket(dismissal, Some(role));
        } else {
            let index = self.batter_index(role);
            if let Some(batter) = index.and_then(|index| self.batters.get_mut(index)) {
                batter.status =
                    BatterStatus::Retired { is_hurt: departure == DepartureReason::RetiredHurt };
            }
            self.vacate(role);
        }
        Ok(())
    }

    /// Counts a wicket: of a batter at the crease, or of one who never got there.
    pub fn record_wicket(&mut self, dismissal: Dismissal, role: Option<BatterRole>) {
        let dismissal = Arc::new(dismissal);
        self.wickets += 1;
        self.current_over.wickets += u32::from(dismissal.kind != DismissalKind::RetiredOut);
        let existing_index =
            self.batters.iter().position(|record| record.player.id == dismissal.batter.id);
        let index = existing_index.unwrap_or_else(|| {
            self.batters.push(BatterRecord::new(&dismissal.batter));
            self.batters.len() - 1
        });
        let mut batter_runs_and_balls = (0, 0);
        if let Some(card) = self.batters.get_mut(index) {
            card.status = BatterStatus::Out(Arc::clone(&dismissal));
            batter_runs_and_balls = (card.runs, card.balls_faced);
        }
        let (wicket, runs, overs) = (self.wickets, self.runs, self.overs_text());
        self.falls_of_wicket.push(Arc::new(FallOfWicket {
            wicket_number: wicket,
            innings_runs: runs,
            overs,
            dismissal,
            batter_runs_and_balls: batter_runs_and_balls,
        }));
        if let Some(place) = role {
            self.vacate(place);
        }
    }

    fn vacate(&mut self, role: BatterRole) {
        self.set_batter(role, None);
        self.end_partnership();
    }
}
