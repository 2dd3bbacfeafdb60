//! A whole file as the commands of a scorer, each accepted by the rules.

use chrono::DateTime;
use chrono::NaiveTime;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use crate::domain::time;
use crate::import::Misfit;
use crate::import::Roster;
use crate::import::Sheet;
use crate::import::balls;
use crate::import::compare;
use crate::import::ending;
use crate::import::roster::Team;
use crate::import::sheet::Innings;
use crate::import::sheet::Target;
use crate::import::table::Table;
use crate::sports::Fixture;
use crate::sports::MatchResult;
use crate::sports::Rules;
use crate::sports::Side;

/// One command.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub action: &'static str,
    pub body: Value,
    pub at: DateTime<Utc>,
}

/// A match from the toss to the result.
#[derive(Debug)]
pub struct Script {
    pub lines: Vec<Line>,
    pub scorecard: Value,
    /// None where the match goes on in another file, or was given up.
    pub result: Option<MatchResult>,
}

/// Plays a file against the rules.
///
/// - Gives: what a scorer would have sent; or where the file doesn't fit them, or itself.
pub fn play(sheet: &Sheet, roster: &Roster) -> Result<Script, Misfit> {
    let rules = Rules::find("cricket").ok_or_else(|| Misfit::at("sport", "there is no cricket"))?;
    let fixture = fixture(sheet, roster);
    let table = Table::new(rules, fixture, roster, began(sheet)?);
    let mut table = table.map_err(|refused| Misfit::at("info", refused.to_string()))?;
    start(&mut table, sheet).map_err(|why| Misfit::at("info.toss", why))?;
    for number in 0..sheet.innings.len() {
        play_innings(&mut table, sheet, number)?;
    }
    ending::of_match(&mut table, sheet).map_err(|why| Misfit::at("info.outcome", why))?;
    compare::outcome(&table, sheet).map_err(|why| Misfit::at("info.outcome", why))?;
    Ok(Script { scorecard: table.scorecard(), result: table.result(), lines: table.lines })
}

/// The format that a file's match was played by.
pub fn format(sheet: &Sheet) -> Value {
    let info = &sheet.info;
    let (name, usual) = match info.match_type.as_str() {
        "Test" | "MDM" => ("test", None),
        "ODI" | "ODM" => ("odi", Some(50)),
        "T20" | "IT20" => ("t20", Some(20)),
        _ => ("custom", None),
    };
    let mut format = json!({ "name": name });
    if let Some(overs) = info.overs.filter(|overs| Some(*overs) != usual && name != "test") {
        format["overs"] = json!(overs);
        format["overs_per_bowler"] = json!(overs.div_ceil(5));
    }
    if info.balls_per_over != 6 {
        format["balls_per_over"] = json!(info.balls_per_over);
    }
    format
}

/// When the first ball counts as bowled: ten o'clock of the first day.
pub fn began(sheet: &Sheet) -> Result<DateTime<Utc>, Misfit> {
    let ten = NaiveTime::from_hms_opt(10, 0, 0).unwrap_or_default();
    let day = sheet.info.dates.first().ok_or_else(|| Misfit::at("info.dates", "is empty"))?;
    let at = day.and_time(ten).and_utc();
    let at = time::of_millis(at.timestamp_millis());
    at.ok_or_else(|| Misfit::at("info.dates", "is beyond the years that times have"))
}

fn fixture(sheet: &Sheet, roster: &Roster) -> Fixture {
    let side = |team: &Team| Side {
        team_id: team.id,
        name: team.name.clone(),
        short_name: String::new(),
        colour: None,
    };
    let [home, away] = &roster.teams;
    let (home, away) = (side(home), side(away));
    Fixture { match_id: 0, event_id: None, format: format(sheet), home, away }
}

fn start(table: &mut Table<'_>, sheet: &Sheet) -> Result<(), String> {
    if let Some(toss) = &sheet.info.toss
        && let (Some(winner), Some(decision)) = (&toss.winner, &toss.decision)
    {
        let winner = table.roster.team(winner)?.id;
        table.does("toss", json!({ "winner_team_id": winner, "decision": decision }))?;
    }
    table.does("start", json!({}))
}

fn play_innings(table: &mut Table<'_>, sheet: &Sheet, number: usize) -> Result<(), Misfit> {
    let innings = &sheet.innings[number];
    let place = format!("innings {}", number + 1);
    let misfit = |why| Misfit::at(&place, why);
    let is_new_super_over = innings.super_over
        && sheet.innings[..number].iter().filter(|one| one.super_over).count() % 2 == 0;
    if is_new_super_over {
        table.does("super-over", json!({})).map_err(misfit)?;
    }
    if let Some(target) = innings.target.as_ref().filter(|_| number == 1) {
        set_target(table, sheet, target).map_err(misfit)?;
    }
    open(table, innings).map_err(misfit)?;
    balls::play(table, sheet, number)?;
    ending::of_innings(table, sheet, number).map_err(misfit)?;
    compare::innings(table, innings).map_err(misfit)
}

/// Says what is to be made where the first innings doesn't by itself.
fn set_target(table: &mut Table<'_>, sheet: &Sheet, target: &Target) -> Result<(), String> {
    let method = sheet.info.outcome.method.as_ref().filter(|method| *method != "Awarded");
    if ending::target_came_late(sheet) {
        return Ok(());
    }
    let made = table.state["innings"]["runs"].as_i64().unwrap_or_default();
    let whole = sheet.info.overs.map(|overs| overs.to_string());
    let is_whole = target.overs().is_none() || target.overs() == whole;
    match target.runs.filter(|_| is_whole && method.is_none()) {
        Some(runs) if runs == made + 1 => return Ok(()),
        Some(runs) => {
            let why = format!("a target of {runs} needs a method: {made} were made before");
            return Err(why);
        }
        None => {}
    }
    let body = json!({ "runs": target.runs, "overs": target.overs(), "method": method });
    table.does("target", body)
}

fn open(table: &mut Table<'_>, innings: &Innings) -> Result<(), String> {
    let team = table.roster.team(&innings.team)?.clone();
    let pre = innings.penalty_runs.pre;
    if pre != 0 {
        table.does("balls", json!({ "penalty": { "team_id": team.id, "runs": pre } }))?;
    }
    if innings.forfeited && innings.overs.is_empty() {
        return table.does("declare", json!({ "reason": "forfeited" }));
    }
    table.does("innings", json!({ "batting_team_id": team.id }))?;
    for name in &innings.absent_hurt {
        let id = team.player(name)?;
        table.does("players", json!({ "absent": { "player_id": id } }))?;
    }
    Ok(())
}
