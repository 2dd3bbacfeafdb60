//! Player changes between balls: new batters and bowlers, retirements, absences, replacements.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::{BatterRole, Innings};
use crate::sports::cricket::laws::{
    CricketFormat, CricketerRef, DepartureReason, player_rejection,
};
use crate::sports::cricket::scoring::effects::StepEffect;
use crate::sports::cricket::scoring::scoreboard::Scoreboard;

/// Player changes of one request, applied in the order of the fields.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PlayerChange {
    pub retirement: Option<Retirement>,
    pub absent_player: Option<CricketerRef>,
    pub suspended_bowler: Option<CricketerRef>,
    pub replacement: Option<Replacement>,
    pub new_striker: Option<CricketerRef>,
    pub new_non_striker: Option<CricketerRef>,
    /// Goes to the vacant end.
    pub new_batter: Option<CricketerRef>,
    pub new_bowler: Option<CricketerRef>,
    pub overrides_rules: bool,
}

/// A batter who leaves the crease without being dismissed by a ball.
#[derive(Debug, PartialEq, Eq)]
pub struct Retirement {
    pub player: CricketerRef,
    /// Retired hurt, not out or out.
    pub reason: DepartureReason,
}

/// A player who takes another's place for the rest of the match.
#[derive(Debug, PartialEq, Eq)]
pub struct Replacement {
    pub player_out: CricketerRef,
    pub player_in: CricketerRef,
    pub reason: Option<String>,
}

impl PlayerChange {
    /// Applies the changes; returns their effects.
    pub fn apply(
        &self,
        scoreboard: &mut Scoreboard,
        format: &CricketFormat,
    ) -> Result<Vec<StepEffect>, Rejection> {
        let mut effects = Vec::new();
        if let Some(Retirement { player, reason }) = &self.retirement {
            scoreboard.open_innings_mut()?.retire_batter(player, *reason)?;
            effects.push(StepEffect::PlayerLeft(*reason, Arc::clone(player)));
            let fall = scoreboard
                .open_innings()
                .and_then(|innings| innings.falls_of_wicket.last().cloned());
            let fall = fall.filter(|_| *reason == DepartureReason::RetiredOut);
            effects.extend(fall.map(|fall| StepEffect::WicketFell { fall, ball_number: None }));
        }
        if let Some(who) = &self.absent_player {
            mark_absent(scoreboard.open_innings_mut()?, who)?;
            effects.push(StepEffect::PlayerLeft(DepartureReason::Absent, Arc::clone(who)));
        }
        if let Some(who) = &self.suspended_bowler {
            let innings = scoreboard.open_innings_mut()?;
            let is_bowling =
                innings.current_bowler().is_some_and(|figures| figures.player.id == who.id);
            innings.bowler_index = innings.bowler_index.filter(|_| !is_bowling);
            scoreboard.suspended_bowlers.push(Arc::clone(who));
            effects.push(StepEffect::PlayerLeft(DepartureReason::Suspended, Arc::clone(who)));
        }
        if let Some(replacement) = &self.replacement {
            effects.push(replace_player(scoreboard, replacement)?);
        }
        self.send_in_batters(scoreboard, &mut effects)?;
        if let Some(who) = &self.new_bowler {
            scoreboard.check_can_bowl(who)?;
            scoreboard.open_innings_mut()?.set_bowler(format, who, self.overrides_rules)?;
            effects.push(StepEffect::BowlerOn(Arc::clone(who)));
        }
        Ok(effects)
    }

    fn send_in_batters(
        &self,
        scoreboard: &mut Scoreboard,
        effects: &mut Vec<StepEffect>,
    ) -> Result<(), Rejection> {
        let named_batters = [
            (BatterRole::Striker, &self.new_striker),
            (BatterRole::NonStriker, &self.new_non_striker),
        ];
        for (role, player) in named_batters {
            let Some(who) = player else { continue };
            scoreboard.check_eligible(who)?;
            scoreboard.open_innings_mut()?.send_in_or_substitute(role, who)?;
            effects.push(StepEffect::BatterIn(role, Arc::clone(who)));
        }
        let Some(who) = &self.new_batter else { return Ok(()) };
        scoreboard.check_eligible(who)?;
        let innings = scoreboard.open_innings_mut()?;
        let has_just_arrived =
            |place: &BatterRole| innings.batter(*place).is_some_and(|card| card.has_just_arrived);
        let replaceable_role =
            || [BatterRole::Striker, BatterRole::NonStriker].into_iter().find(has_just_arrived);
        let place = innings.vacant_role().or_else(replaceable_role).unwrap_or(BatterRole::Striker);
        innings.send_in_or_substitute(place, who)?;
        effects.push(StepEffect::BatterIn(place, Arc::clone(who)));
        Ok(())
    }
}

fn mark_absent(innings: &mut Innings, player: &CricketerRef) -> Result<(), Rejection> {
    innings.check_can_bat(player)?;
    innings.absent_players.push(Arc::clone(player));
    Ok(())
}

fn replace_player(
    scoreboard: &mut Scoreboard,
    replacement: &Replacement,
) -> Result<StepEffect, Rejection> {
    let Replacement { player_out, player_in, reason } = replacement;
    if player_out.side != player_in.side || player_out.id == player_in.id {
        return Err(player_rejection(
            "not-eligible",
            player_in,
            "can't replace a player of the other side",
        ));
    }
    scoreboard.check_eligible(player_in)?;
    scoreboard.check_eligible(player_out)?;
    if let Ok(innings) = scoreboard.open_innings_mut() {
        if innings.role_of(player_out.id).is_some() {
            return Err(player_rejection(
                "is-batting",
                player_out,
                "is at the crease: retire them first",
            ));
        }
        let is_bowling =
            innings.current_bowler().is_some_and(|figures| figures.player.id == player_out.id);
        innings.bowler_index = innings.bowler_index.filter(|_| !is_bowling);
    }
    scoreboard.replaced_players.push(Arc::clone(player_out));
    Ok(StepEffect::PlayerReplaced {
        player_out: Arc::clone(player_out),
        player_in: Arc::clone(player_in),
        reason: reason.clone(),
    })
}
