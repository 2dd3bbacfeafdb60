//! Batters at the crease: coming in, changing ends, retiring, getting out; and partnerships.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::{
    BatterRecord, BatterRole, BatterStatus, FallOfWicket, Innings, Partnership,
};
use crate::sports::cricket::laws::{
    CricketerRef, Delivery, DepartureReason, Dismissal, DismissalKind, player_rejection,
};

impl Innings {
    /// Index in `batters` of who has this role.
    pub fn batter_index(&self, role: BatterRole) -> Option<usize> {
        match role {
            BatterRole::Striker => self.striker_index,
            BatterRole::NonStriker => self.non_striker_index,
        }
    }

    /// Role of the player with this id, if at the crease.
    pub fn role_of(&self, id: i64) -> Option<BatterRole> {
        let has_role =
            |role: &BatterRole| self.batter(*role).is_some_and(|batter| batter.player.id == id);
        [BatterRole::Striker, BatterRole::NonStriker].into_iter().find(has_role)
    }

    /// Batting record of who has this role.
    pub fn batter(&self, role: BatterRole) -> Option<&BatterRecord> {
        self.batters.get(self.batter_index(role)?)
    }

    /// The vacant end; the striker's if both are.
    pub fn vacant_role(&self) -> Option<BatterRole> {
        [BatterRole::Striker, BatterRole::NonStriker]
            .into_iter()
            .find(|role| self.batter_index(*role).is_none())
    }

    /// Sends a batter in, for the first time or to resume after retiring.
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

    /// Sends a batter in; at an occupied end in place of one who came in since the last ball, by
    /// mistake.
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
                "is batting: neither end is vacant",
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

    /// Rejects a player who can't come in: other side, at the crease, absent or out.
    pub fn check_can_bat(&self, player: &CricketerRef) -> Result<(), Rejection> {
        if player.side != self.batting_side {
            return Err(player_rejection("not-eligible", player, "is not in the batting side"));
        }
        if self.role_of(player.id).is_some() {
            return Err(player_rejection("not-eligible", player, "is already at the crease"));
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

    /// Puts the batter at `index` in this role, or leaves it vacant.
    pub fn set_batter(&mut self, role: BatterRole, index: Option<usize>) {
        match role {
            BatterRole::Striker => self.striker_index = index,
            BatterRole::NonStriker => self.non_striker_index = index,
        }
    }

    /// Makes the striker the non-striker and the other way round.
    pub fn swap_ends(&mut self) {
        std::mem::swap(&mut self.striker_index, &mut self.non_striker_index);
    }

    /// Retires a batter: ends the partnership, and counts as a wicket only for retired out.
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

    /// Records a wicket; `role` is `None` for a batter who wasn't at the crease (timed out).
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
        let record = &mut self.batters[index];
        record.status = BatterStatus::Out(Arc::clone(&dismissal));
        let (batter_runs, batter_balls_faced) = (record.runs, record.balls_faced);
        self.falls_of_wicket.push(Arc::new(FallOfWicket {
            wicket_number: self.wickets,
            innings_runs: self.runs,
            overs: self.overs_text(),
            dismissal,
            batter_runs,
            batter_balls_faced,
        }));
        if let Some(role) = role {
            self.vacate(role);
        }
    }

    fn vacate(&mut self, role: BatterRole) {
        self.set_batter(role, None);
        self.end_partnership();
    }

    /// The unbroken partnership; `None` before its first ball.
    pub fn current_partnership(&self) -> Option<&Partnership> {
        self.partnerships.last().filter(|partnership| partnership.is_unbroken)
    }

    /// The two batters of a partnership.
    pub fn partnership_players(&self, partnership: &Partnership) -> Vec<CricketerRef> {
        let cards =
            partnership.shares.iter().filter_map(|share| self.batters.get(share.batter_index));
        cards.map(|card| Arc::clone(&card.player)).collect()
    }

    /// Adds a ball to the partnership, and starts one if the pair is new.
    pub fn add_to_partnership(&mut self, delivery: &Delivery) {
        let (Some(striker), Some(non_striker)) =
            (self.batter_index(BatterRole::Striker), self.batter_index(BatterRole::NonStriker))
        else {
            return;
        };
        if self.current_partnership().is_none() {
            self.partnerships.push(Partnership::new(self.wickets + 1, striker, non_striker));
        }
        if let Some(partnership) = self.partnerships.last_mut() {
            partnership.add_ball(striker, delivery);
        }
    }

    /// Ends the partnership: one of the two leaves.
    pub fn end_partnership(&mut self) {
        if let Some(partnership) = self.partnerships.last_mut() {
            partnership.is_unbroken = false;
        }
    }
}
