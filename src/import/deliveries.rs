//! Plays the deliveries of an innings, each as the command of a scorer.

use serde_json::{Value, json};

use crate::domain::rejection::Rejection;
use crate::import::cricsheet::{CricsheetDelivery, CricsheetFile, CricsheetOver, CricsheetWicket};
use crate::import::invalid_file::InvalidFile;
use crate::import::roster::RosterTeam;
use crate::import::simulation::{MatchSimulation, SimulatedCommand, describe_rejection};

/// A delivery with its context.
struct ContextualDelivery<'a> {
    delivery: &'a CricsheetDelivery,
    /// The following delivery of the innings.
    next: Option<&'a CricsheetDelivery>,
    batting: &'a RosterTeam,
    bowling: &'a RosterTeam,
    over_end: OverEnd,
}

/// Whether the umpires ended the over as the Laws say, or miscounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OverEnd {
    /// As the Laws say.
    Normal,
    /// After this ball, although too few legal balls were bowled.
    CalledEarly,
    /// Later, although enough legal balls were bowled.
    RunsOn,
}

/// Plays all deliveries of an innings; `number` counts from 0.
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
        check_over(over, at).map_err(|reason| {
            InvalidFile::new(format!("innings {}, over {}", number + 1, over.over), reason)
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
            let ball = ContextualDelivery { delivery, next, batting, bowling, over_end };
            play_delivery(simulation, &ball).map_err(|reason| {
                let location =
                    format!("innings {}, over {}, ball {}", number + 1, over.over, index + 1);
                InvalidFile::new(location, reason)
            })?;
        }
    }
    Ok(())
}

/// Rejects an over that is out of order or has no deliveries.
fn check_over(over: &CricsheetOver, expected: usize) -> Result<(), String> {
    if usize::try_from(over.over) != Ok(expected) {
        return Err(format!("expected over {expected}"));
    }
    if over.deliveries.is_empty() {
        return Err("has no deliveries".to_owned());
    }
    Ok(())
}

/// Plays a delivery and the retirements after it. The file doesn't say whether the batters crossed,
/// so where they stand at the next delivery decides.
fn play_delivery(
    simulation: &mut MatchSimulation<'_>,
    ball: &ContextualDelivery<'_>,
) -> Result<(), String> {
    apply_changes_before(simulation, ball)?;
    let (body, retirements) = (ball.command_body()?, ball.retirement_bodies()?);
    let describe = |rejection: Rejection| describe_rejection("balls", &rejection);
    let simulated = simulation.simulate_or_override("balls", &body).map_err(describe)?;
    let accepted = if ball.matches_next_delivery(&simulated) {
        simulated
    } else {
        let mut body = body;
        body["crossed"] = json!(true);
        let crossed = simulation.simulate_or_override("balls", &body).map_err(describe)?;
        if !ball.matches_next_delivery(&crossed) {
            return Err(
                "the batters are not at the ends that the next delivery has them at".to_owned()
            );
        }
        crossed
    };
    simulation.accept(accepted);
    retirements.into_iter().try_for_each(|body| simulation.run_command("players", body))
}

/// Applies retirements and a change of bowler before a delivery.
fn apply_changes_before(
    simulation: &mut MatchSimulation<'_>,
    ball: &ContextualDelivery<'_>,
) -> Result<(), String> {
    let roles = ball.delivery.replacements.role.iter().filter(|role| role.role == "batter");
    for name in roles.filter_map(|role| role.out.as_ref()) {
        let out = ball.batting.find_or_error(name)?;
        let body = json!({ "retire": { "player_id": out, "kind": "retired_hurt" } });
        // Some files list a retirement twice, also with the previous delivery.
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
    if let Ok(simulated) = simulation.simulate("players", body) {
        simulation.accept(simulated);
        return Ok(());
    }
    simulation.run_command("players", json!({ "bowler_id": bowler, "override": true }))
}

impl ContextualDelivery<'_> {
    /// The body of the scorer's `balls` command.
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
        let wickets = wickets.map(|wicket| self.wicket_body(wicket));
        let wickets = wickets.collect::<Result<Vec<_>, _>>()?;
        if !wickets.is_empty() {
            body["wickets"] = json!(wickets);
        }
        Ok(body)
    }

    fn wicket_body(&self, wicket: &CricsheetWicket) -> Result<Value, String> {
        let out = self.batting.find_or_error(&wicket.player_out)?;
        let names = wicket.fielders.iter().filter_map(|fielder| fielder.name.as_ref());
        let mut fielders: Vec<_> = names.filter_map(|name| self.bowling.find(name)).collect();
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

    /// Bodies of `players` commands for the batters who retired after the delivery.
    fn retirement_bodies(&self) -> Result<Vec<Value>, String> {
        let retired = self.delivery.wickets.iter().filter(|wicket| wicket.is_retirement());
        let body = |wicket: &CricsheetWicket| {
            let (out, kind) =
                (self.batting.find_or_error(&wicket.player_out)?, wicket.kind.replace(' ', "_"));
            Ok(json!({ "retire": { "player_id": out, "kind": kind } }))
        };
        retired.map(body).collect()
    }

    /// Whether the batters are at the ends that the next delivery has them at. Unknown names are
    /// reported with that delivery.
    fn matches_next_delivery(&self, simulated: &SimulatedCommand) -> bool {
        let Some(next) = self.next else { return true };
        let (striker, non_striker) =
            (self.batting.find(&next.batter), self.batting.find(&next.non_striker));
        let (Some(striker), Some(non_striker)) = (striker, non_striker) else { return true };
        let batter_at = |role: &str| &simulated.state[role]["player_id"];
        *batter_at("striker") != json!(non_striker) && *batter_at("non_striker") != json!(striker)
    }
}
