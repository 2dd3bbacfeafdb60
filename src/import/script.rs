//! Turns a file into the commands of a scorer, each accepted by the rules.

use chrono::{DateTime, NaiveTime, Utc};
use serde_json::{Value, json};

use crate::domain::time;
use crate::import::command_script::CommandScript;
use crate::import::cricsheet::{CricsheetFile, CricsheetInnings, CricsheetTarget};
use crate::import::invalid_file::InvalidFile;
use crate::import::roster::{Roster, RosterTeam};
use crate::import::simulation::MatchSimulation;
use crate::import::{cross_check, deliveries, endings};
use crate::sports::{MatchInfo, SportRules, TeamInfo};

/// Plays a file against the rules and returns the commands that a scorer would have sent.
///
/// Fails if the rules reject a command, or if the file's totals differ from the computed ones.
pub fn build_script(file: &CricsheetFile, roster: &Roster) -> Result<CommandScript, InvalidFile> {
    let rules = SportRules::find("cricket")
        .ok_or_else(|| InvalidFile::new("sport", "cricket is not available"))?;
    let match_info = match_info(file, roster);
    let mut simulation = MatchSimulation::new(rules, match_info, roster, start_time(file)?)
        .map_err(|rejection| InvalidFile::new("info", rejection.to_string()))?;
    start_match(&mut simulation, file).map_err(|reason| InvalidFile::new("info.toss", reason))?;
    for number in 0..file.innings.len() {
        play_innings(&mut simulation, file, number)?;
    }
    let invalid_outcome = |reason| InvalidFile::new("info.outcome", reason);
    endings::end_match(&mut simulation, file).map_err(invalid_outcome)?;
    cross_check::check_outcome(&simulation, file).map_err(invalid_outcome)?;
    Ok(CommandScript {
        scorecard: simulation.scorecard(),
        result: simulation.result(),
        commands: simulation.commands,
    })
}

/// The match format as `POST /api/matches` takes it, with differences from the standard ones.
pub fn match_format(file: &CricsheetFile) -> Value {
    let info = &file.info;
    let (name, standard_overs) = match info.match_type.as_str() {
        "Test" | "MDM" => ("test", None),
        "ODI" | "ODM" => ("odi", Some(50)),
        "T20" | "IT20" => ("t20", Some(20)),
        _ => ("custom", None),
    };
    let mut format = json!({ "name": name });
    if let Some(overs) = info.overs.filter(|overs| Some(*overs) != standard_overs && name != "test")
    {
        format["overs"] = json!(overs);
        format["overs_per_bowler"] = json!(overs.div_ceil(5));
    }
    if info.balls_per_over != 6 {
        format["balls_per_over"] = json!(info.balls_per_over);
    }
    format
}

/// Assumed start of the match: 10:00 UTC on its first day, since files have dates only.
pub fn start_time(file: &CricsheetFile) -> Result<DateTime<Utc>, InvalidFile> {
    let ten = NaiveTime::from_hms_opt(10, 0, 0).unwrap_or_default();
    let day = file.info.dates.first().ok_or_else(|| InvalidFile::new("info.dates", "is empty"))?;
    let at = day.and_time(ten).and_utc();
    let at = time::from_millis(at.timestamp_millis());
    at.ok_or_else(|| InvalidFile::new("info.dates", "is outside the years 0001 to 9999"))
}

fn match_info(file: &CricsheetFile, roster: &Roster) -> MatchInfo {
    let side = |team: &RosterTeam| TeamInfo {
        team_id: team.id,
        name: team.name.clone(),
        short_name: String::new(),
        colour: None,
    };
    let [home, away] = &roster.teams;
    let (home, away) = (side(home), side(away));
    MatchInfo { match_id: 0, event_id: None, format: match_format(file), home, away }
}

fn start_match(simulation: &mut MatchSimulation<'_>, file: &CricsheetFile) -> Result<(), String> {
    if let Some(toss) = &file.info.toss
        && let (Some(winner), Some(decision)) = (&toss.winner, &toss.decision)
    {
        let winner = simulation.roster.find_team(winner)?.id;
        simulation
            .run_command("toss", json!({ "winner_team_id": winner, "decision": decision }))?;
    }
    simulation.run_command("start", json!({}))
}

fn play_innings(
    simulation: &mut MatchSimulation<'_>,
    file: &CricsheetFile,
    number: usize,
) -> Result<(), InvalidFile> {
    let innings = &file.innings[number];
    let location = format!("innings {}", number + 1);
    let invalid = |reason| InvalidFile::new(&location, reason);
    let is_new_super_over = innings.super_over
        && file.innings[..number].iter().filter(|previous| previous.super_over).count() % 2 == 0;
    if is_new_super_over {
        simulation.run_command("super-over", json!({})).map_err(invalid)?;
    }
    if let Some(target) = innings.target.as_ref().filter(|_| number == 1) {
        set_target(simulation, file, target).map_err(invalid)?;
    }
    open_innings(simulation, innings).map_err(invalid)?;
    deliveries::play_deliveries(simulation, file, number)?;
    endings::end_innings(simulation, file, number).map_err(invalid)?;
    cross_check::check_innings(simulation, innings).map_err(invalid)
}

/// Sets the target of the second innings if it isn't simply one more than the first innings.
fn set_target(
    simulation: &mut MatchSimulation<'_>,
    file: &CricsheetFile,
    target: &CricsheetTarget,
) -> Result<(), String> {
    let method = file.info.outcome.method.as_ref().filter(|method| *method != "Awarded");
    if endings::is_target_set_late(file) {
        return Ok(());
    }
    let first_innings_runs = simulation.state["innings"]["runs"].as_i64().unwrap_or_default();
    let full_overs = file.info.overs.map(|overs| overs.to_string());
    let is_whole = target.overs_text().is_none() || target.overs_text() == full_overs;
    match target.runs.filter(|_| is_whole && method.is_none()) {
        Some(runs) if runs == first_innings_runs + 1 => return Ok(()),
        Some(runs) => {
            return Err(format!(
                "a target of {runs} after {first_innings_runs} runs needs a method"
            ));
        }
        None => {}
    }
    let body = json!({ "runs": target.runs, "overs": target.overs_text(), "method": method });
    simulation.run_command("target", body)
}

fn open_innings(
    simulation: &mut MatchSimulation<'_>,
    innings: &CricsheetInnings,
) -> Result<(), String> {
    let team = simulation.roster.find_team(&innings.team)?.clone();
    let pre = innings.penalty_runs.pre;
    if pre != 0 {
        simulation
            .run_command("balls", json!({ "penalty": { "team_id": team.id, "runs": pre } }))?;
    }
    if innings.forfeited && innings.overs.is_empty() {
        return simulation.run_command("declare", json!({ "reason": "forfeited" }));
    }
    simulation.run_command("innings", json!({ "batting_team_id": team.id }))?;
    for name in &innings.absent_hurt {
        let id = team.find_or_error(name)?;
        simulation.run_command("players", json!({ "absent": { "player_id": id } }))?;
    }
    Ok(())
}
