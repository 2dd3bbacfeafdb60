//! Records wickets: which are possible, who gets credit, and which end is vacant after.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::{BatterRole, Innings};
use crate::sports::cricket::laws::{
    CricketerRef, Delivery, Dismissal, DismissalKind, EnteredWicket, player_rejection,
};
use crate::sports::cricket::scoring::crease::ActivePlayers;
use crate::sports::cricket::scoring::effects::StepEffect;
use crate::sports::cricket::scoring::scoreboard::Scoreboard;

/// Rejects wickets that a free hit excludes: the same as a no-ball, even if this ball is a wide.
pub fn check_free_hit(innings: &Innings, delivery: &Delivery) -> Result<(), Rejection> {
    let is_protected = innings.next_is_free_hit && !delivery.overrides_rules;
    let wicket = delivery.wickets.iter().find(|wicket| !wicket.kind.is_possible_off_a_no_ball());
    match wicket.filter(|_| is_protected) {
        Some(wicket) => {
            let word = wicket.kind.as_str();
            Err(Rejection::conflict("free-hit", format!("{word} is not possible off a free hit")))
        }
        None => Ok(()),
    }
}

/// Rejects fielders who may take no further part.
pub fn check_fielders(scoreboard: &Scoreboard, wickets: &[EnteredWicket]) -> Result<(), Rejection> {
    let mut fielders = wickets.iter().flat_map(|wicket| &wicket.fielders);
    fielders.try_for_each(|fielder| scoreboard.check_eligible(fielder))
}

/// Records the wickets of a ball, in order. The batters have already run, so the one who is out
/// leaves the end they are at; after a catch that is the striker's, as crossing no longer counts
/// (Law 18.11 since October 2022).
pub fn apply_ball_wickets(
    innings: &mut Innings,
    active: &ActivePlayers,
    wickets: &[EnteredWicket],
) -> Result<Vec<Arc<Dismissal>>, Rejection> {
    let striker = Arc::clone(&innings.batters[active.striker_index].player);
    let bowler = Arc::clone(&innings.bowlers[active.bowler_index].player);
    for wicket in wickets {
        let player = wicket.player_out.as_ref().unwrap_or(&striker);
        if wicket.kind.requires_striker() && player.id != striker.id {
            let reason =
                format!("is not the striker, and only the striker can be {}", wicket.kind.as_str());
            return Err(player_rejection("not-the-striker", player, &reason));
        }
        let credited_bowler = wicket.kind.credits_bowler().then_some(&bowler);
        apply_wicket(innings, wicket, player, credited_bowler)?;
        innings.bowlers[active.bowler_index].wickets += u32::from(credited_bowler.is_some());
    }
    let wickets_before = innings.falls_of_wicket.len() - wickets.len();
    Ok(innings.falls_of_wicket[wickets_before..]
        .iter()
        .map(|fall| Arc::clone(&fall.dismissal))
        .collect())
}

/// Records wickets while no ball is in play: timed out, or run out for leaving the ground early
/// (Law 38.3.1: the ball doesn't count).
pub fn apply_wickets_between_balls(
    scoreboard: &mut Scoreboard,
    wickets: &[EnteredWicket],
) -> Result<Vec<StepEffect>, Rejection> {
    check_fielders(scoreboard, wickets)?;
    let mut effects = Vec::new();
    for wicket in wickets {
        let Some(player) = &wicket.player_out else { continue };
        scoreboard.check_eligible(player)?;
        let innings = scoreboard.open_innings_mut()?;
        apply_wicket(innings, wicket, player, None)?;
        effects.extend(
            innings
                .falls_of_wicket
                .last()
                .cloned()
                .map(|fall| StepEffect::WicketFell { fall, ball_number: None }),
        );
    }
    Ok(effects)
}

fn apply_wicket(
    innings: &mut Innings,
    wicket: &EnteredWicket,
    player: &CricketerRef,
    bowler: Option<&CricketerRef>,
) -> Result<(), Rejection> {
    if innings.wickets_left() == 0 {
        return Err(player_rejection(
            "all-out",
            player,
            "can't be out: the last wicket has fallen",
        ));
    }
    let own_fielder = wicket.fielders.iter().find(|fielder| fielder.side == innings.batting_side);
    if let Some(own) = own_fielder.filter(|_| !wicket.by_substitute) {
        return Err(player_rejection(
            "not-eligible",
            own,
            "is in the batting side and can't field",
        ));
    }
    let role = role_of_dismissed(innings, wicket.kind, player)?;
    let dismissal = Dismissal {
        kind: wicket.kind,
        batter: Arc::clone(player),
        bowler: bowler.cloned(),
        fielders: wicket.fielders.clone(),
        by_substitute: wicket.by_substitute,
    };
    innings.record_wicket(dismissal, role);
    Ok(())
}

/// Role of the batter; `None` for timed out, as they never came in.
fn role_of_dismissed(
    innings: &Innings,
    kind: DismissalKind,
    player: &CricketerRef,
) -> Result<Option<BatterRole>, Rejection> {
    if kind != DismissalKind::TimedOut {
        let role = innings.role_of(player.id);
        return role
            .map(Some)
            .ok_or_else(|| player_rejection("not-batting", player, "isn't at the crease"));
    }
    if innings.vacant_role().is_none() {
        return Err(player_rejection(
            "not-vacant",
            player,
            "can't be timed out: neither end is vacant",
        ));
    }
    innings.check_can_bat(player)?;
    Ok(None)
}
