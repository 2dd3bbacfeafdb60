//! The balls of an innings, each as a scorer would send it.

use serde_json::{Value, json};

use crate::domain::rejection::Rejection;
use crate::import::cricsheet::{CricsheetDelivery, CricsheetOver, CricsheetWicket};
use crate::import::roster::RosterTeam;
use crate::import::simulation::{MatchSimulation, SimulatedCommand, describe_rejection};
use crate::import::{CricsheetFile, InvalidFile};

/// A delivery with what is around it.
struct ContextualDelivery<'a> {
    delivery: &'a CricsheetDelivery,
    next: Option<&'a CricsheetDelivery>,
    batting: &'a RosterTeam,
    bowling: &'a RosterTeam,
    over_end: OverEnd,
}

/// How its over goes on, where the umpires' count was not that of the Laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OverEnd {
    Normal,
    CalledEarly,
    RunsOn,
}

/// Plays all balls of an innings.
pub fn play_deliveries(
    simulation: &mut MatchSimulation<'_>,
    file: &CricsheetFile,
    number: usize,
) -> Result<(), InvalidFile> {
    let innings = &file.innings[number];
    let roster = simulation.roster;
    let invalid = |reason| InvalidFile::new(format!("innings {}", number + 1), reason);
    let batting = roster.find_team(&innings.team).map_err(invalid)?;
    let bowling = roster.opponent_of(batting.id);
    let all: Vec<_> = innings.deliveries().collect();
    let mut played = 0;
    for (at, over) in innings.overs.iter().enumerate() {
        check_over(over, at).map_err(|why| {
            InvalidFile::new(format!("innings {}, over {}", number + 1, over.over), why)
        })?;
        let is_last_over = at + 1 == innings.overs.len();
        let mut legal = 0;
        for (index, delivery) in over.deliveries.iter().enumerate() {
            played += 1;
            legal += u32::from(delivery.is_legal());
            let is_last = index + 1 == over.deliveries.len();
            let is_over_full = legal >= file.info.balls_per_over;
            let over_end = match (is_last, is_over_full) {
                (true, false) if !is_last_over => OverEnd::CalledEarly,
                (false, true) if delivery.is_legal() => OverEnd::RunsOn,
                _ => OverEnd::Normal,
            };
            let next = all.get(played).copied();
            let ball = ContextualDelivery { delivery, next, batting, bowling, over_end: over_end };
            play_delivery(simulation, &ball).map_err(|why| {
                let place =
                    format!("innings {}, over {}, ball {}", number + 1, over.over, index + 1);
                InvalidFile::new(place, why)
            })?;
        }
    }
    Ok(())
}

/// Refuses an over that others are missing before, or whose balls are.
fn check_over(over: &CricsheetOver, at: usize) -> Result<(), String> {
    if usize::try_from(over.over) != Ok(at) {
        return Err(format!("over {at} comes here"));
    }
    if over.deliveries.is_empty() {
        return Err("has no deliveries".to_owned());
    }
    Ok(())
}

fn play_delivery(
    simulation: &mut MatchSimulation<'_>,
    ball: &ContextualDelivery<'_>,
) -> Result<(), String> {
    apply_changes_before(simulation, ball)?;
    let (body, retirements) = (ball.command_body()?, ball.retirement_bodies()?);
    let describe = |rejection: Rejection| describe_rejection("balls", &rejection);
    let simulated = simulation.simulate_or_override("balls", &body).map_err(describe)?;
    let tried = if ball.matches_next_delivery(&simulated) {
        simulated
    } else {
        let mut body = body;
        body["crossed"] = json!(true);
        let crossed = simulation.simulate_or_override("balls", &body).map_err(describe)?;
        if !ball.matches_next_delivery(&crossed) {
            return Err("nobody stands where the next ball has them".to_owned());
        }
        crossed
    };
    simulation.accept(tried);
    retirements.into_iter().try_for_each(|body| simulation.run_command("players", body))
}

/// Who leaves or takes over before the ball.
fn apply_changes_before(
    simulation: &mut MatchSimulation<'_>,
    ball: &ContextualDelivery<'_>,
) -> Result<(), String> {
    let roles = ball.delivery.replacements.role.iter().filter(|role| role.role == "batter");
    for name in roles.filter_map(|role| role.out.as_ref()) {
        let out = ball.batting.find_or_error(name)?;
        let body = json!({ "retire": { "player_id": out, "kind": "retired_hurt" } });
        // Some files tell it twice: with the ball before as well.
        if let Ok(simulated) = simulation.simulate("players", body) {
            simulation.accept(simulated);
        }
    }
    let bowler = ball.bowling.find_or_error(&ball.delivery.bowler)?;
    let current_bowler = &simulation.state["bowler"]["player_id"];
    if current_bowler.is_null() || *current_bowler == json!(bowler) {
        return Ok(());
    }
    let body = json!({ "bowler_id": bowler });
    if let Ok(tried) = simulation.simulate("players", body) {
        simulation.accept(tried);
        return Ok(());
    }
    simulation.run_command("players", json!({ "bowler_id": bowler, "override": true }))
}

impl ContextualDelivery<'_> {
    fn command_body(&self) -> Result<Value, String> {
        let CricsheetDelivery { batter, bowler, non_striker, runs, extras, .. } = self.delivery;
        let mut body = json!({
            "runs": { "batter": runs.batter },
            "extras": {
                "wides": extras.wides,
                "no_balls": extras.noballs,
                "byes": extras.byes,
                "leg_byes": extras.legbyes,
                "penalty": extras.penalty,
            },
            "striker_id": self.batting.find_or_error(batter)?,
            "non_striker_id": self.batting.find_or_error(non_striker)?,
            "bowler_id": self.bowling.find_or_error(bowler)?,
        });
        if runs.non_boundary {
            body["non_boundary"] = json!(true);
        }
        match self.over_end {
            OverEnd::Normal => {}
            OverEnd::CalledEarly => body["over_called"] = json!(true),
            OverEnd::RunsOn => body["over_continues"] = json!(true),
        }
        let wickets = self.delivery.wickets.iter().filter(|wicket| !wicket.is_retirement());
        let fell = wickets.map(|wicket| self.wicket_body(wicket)).collect::<Result<Vec<_>, _>>()?;
        if !fell.is_empty() {
            body["wickets"] = json!(fell);
        }
        Ok(body)
    }

    fn wicket_body(&self, wicket: &CricsheetWicket) -> Result<Value, String> {
        let out = self.batting.find_or_error(&wicket.player_out)?;
        let named = wicket.fielders.iter().filter_map(|fielder| fielder.name.as_ref());
        let mut fielders: Vec<_> = named.filter_map(|name| self.bowling.find(name)).collect();
        let kind = match wicket.kind.as_str() {
            "caught and bowled" => {
                fielders = vec![self.bowling.find_or_error(&self.delivery.bowler)?];
                "caught".to_owned()
            }
            "obstructing the field" | "hit wicket" => {
                fielders.clear();
                wicket.kind.replace(' ', "_")
            }
            kind => kind.replace(' ', "_"),
        };
        let substitute = wicket.fielders.iter().any(|fielder| fielder.substitute);
        Ok(json!({
            "kind": kind,
            "player_out_id": out,
            "fielder_ids": fielders,
            "substitute": substitute,
        }))
    }

    /// Who left after the ball without being out to it.
    fn retirement_bodies(&self) -> Result<Vec<Value>, String> {
        let retired = self.delivery.wickets.iter().filter(|wicket| wicket.is_retirement());
        let body = |wicket: &CricsheetWicket| {
            let (out, kind) =
                (self.batting.find_or_error(&wicket.player_out)?, wicket.kind.replace(' ', "_"));
            Ok(json!({ "retire": { "player_id": out, "kind": kind } }))
        };
        retired.map(body).collect()
    }

    /// Whether the batters stand after it where the next ball has them. Names that nobody has are
    /// that ball's own fault.
    fn matches_next_delivery(&self, simulated: &SimulatedCommand) -> bool {
        let Some(next) = self.next else { return true };
        let (striker, non_striker) =
            (self.batting.find(&next.batter), self.batting.find(&next.non_striker));
        let (Some(striker), Some(non_striker)) = (striker, non_striker) else { return true };
        let batter_at = |role: &str| &simulated.state[role]["player_id"];
        *batter_at("striker") != json!(non_striker) && *batter_at("non_striker") != json!(striker)
    }
}
