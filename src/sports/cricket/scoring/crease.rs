//! Striker, non-striker and bowler of a ball.

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::{BatterRole, Innings};
use crate::sports::cricket::laws::{CricketFormat, Cricketer, Delivery};
use crate::sports::cricket::scoring::effects::StepEffect;
use crate::sports::cricket::scoring::scoreboard::Scoreboard;

/// The three players of a ball, as indices in the innings' `batters` and `bowlers`.
#[expect(clippy::struct_field_names, reason = "each is an index, not a player")]
#[derive(Clone, Copy, Debug)]
pub struct ActivePlayers {
    pub striker_index: usize,
    pub non_striker_index: usize,
    pub bowler_index: usize,
}

/// Puts players that a ball names into vacant roles; rejects a name that contradicts one there.
pub fn fill_vacant_roles(
    scoreboard: &mut Scoreboard,
    format: &CricketFormat,
    delivery: &Delivery,
) -> Result<Vec<StepEffect>, Rejection> {
    let mut effects = Vec::new();
    let named_batters =
        [(BatterRole::Striker, &delivery.striker), (BatterRole::NonStriker, &delivery.non_striker)];
    for (role, player) in named_batters {
        let Some(who) = player else { continue };
        match scoreboard.open_innings_mut()?.batter(role) {
            Some(card) if card.player.id == who.id => {}
            Some(card) => return Err(player_contradiction(&card.player, role.as_str(), who)),
            None => {
                scoreboard.check_eligible(who)?;
                scoreboard.open_innings_mut()?.send_in(role, who)?;
                effects.push(StepEffect::BatterIn(role, who.clone()));
            }
        }
    }
    let Some(who) = &delivery.bowler else { return Ok(effects) };
    match scoreboard.open_innings_mut()?.current_bowler() {
        Some(figures) if figures.player.id == who.id => {}
        Some(figures) => return Err(player_contradiction(&figures.player, "bowler", who)),
        None => {
            scoreboard.check_can_bowl(who)?;
            scoreboard.open_innings_mut()?.set_bowler(format, who, delivery.overrides_rules)?;
            effects.push(StepEffect::BowlerOn(who.clone()));
        }
    }
    Ok(effects)
}

/// The three players, or a rejection that says who is missing.
pub fn active_players(innings: &Innings) -> Result<ActivePlayers, Rejection> {
    let vacant_role = |role: &str, field: &str| {
        Rejection::conflict("vacant", format!("there is no {role}: send {field}"))
    };
    Ok(ActivePlayers {
        striker_index: innings.striker_index.ok_or_else(|| vacant_role("striker", "striker_id"))?,
        non_striker_index: innings
            .non_striker_index
            .ok_or_else(|| vacant_role("non-striker", "non_striker_id"))?,
        bowler_index: innings.bowler_index.ok_or_else(|| vacant_role("bowler", "bowler_id"))?,
    })
}

fn player_contradiction(current: &Cricketer, role: &str, named: &Cricketer) -> Rejection {
    let place = role.replace('_', "-");
    let detail = format!("{} is the {place}, not {}", current.name, named.name);
    Rejection::conflict("contradicts", detail)
}
