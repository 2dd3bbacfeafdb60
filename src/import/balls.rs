//! The balls of an innings, each as a scorer would send it.

use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::import::Misfit;
use crate::import::Sheet;
use crate::import::roster::Team;
use crate::import::sheet::Delivery;
use crate::import::sheet::Over;
use crate::import::sheet::Wicket;
use crate::import::table::Table;
use crate::import::table::Tried;
use crate::import::table::said;

/// A delivery with what is around it.
struct Ball<'a> {
    delivery: &'a Delivery,
    next: Option<&'a Delivery>,
    batting: &'a Team,
    bowling: &'a Team,
    ends: Ends,
}

/// How its over goes on, where the umpires' count was not that of the Laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    AsUsual,
    Called,
    Continues,
}

/// Plays all balls of an innings.
pub fn play(table: &mut Table<'_>, sheet: &Sheet, number: usize) -> Result<(), Misfit> {
    let innings = &sheet.innings[number];
    let roster = table.roster;
    let misfit = |why| Misfit::at(format!("innings {}", number + 1), why);
    let batting = roster.team(&innings.team).map_err(misfit)?;
    let bowling = roster.other(batting.id);
    let all: Vec<_> = innings.deliveries().collect();
    let mut played = 0;
    for (at, over) in innings.overs.iter().enumerate() {
        is_in_place(over, at).map_err(|why| {
            Misfit::at(format!("innings {}, over {}", number + 1, over.over), why)
        })?;
        let is_last_over = at + 1 == innings.overs.len();
        let mut legal = 0;
        for (place, delivery) in over.deliveries.iter().enumerate() {
            played += 1;
            legal += u32::from(delivery.is_legal());
            let is_last = place + 1 == over.deliveries.len();
            let full = legal >= sheet.info.balls_per_over;
            let ends = match (is_last, full) {
                (true, false) if !is_last_over => Ends::Called,
                (false, true) if delivery.is_legal() => Ends::Continues,
                _ => Ends::AsUsual,
            };
            let next = all.get(played).copied();
            let ball = Ball { delivery, next, batting, bowling, ends };
            one(table, &ball).map_err(|why| {
                let place =
                    format!("innings {}, over {}, ball {}", number + 1, over.over, place + 1);
                Misfit::at(place, why)
            })?;
        }
    }
    Ok(())
}

/// Refuses an over that others are missing before, or whose balls are.
fn is_in_place(over: &Over, at: usize) -> Result<(), String> {
    if usize::try_from(over.over) != Ok(at) {
        return Err(format!("over {at} comes here"));
    }
    if over.deliveries.is_empty() {
        return Err("has no deliveries".to_owned());
    }
    Ok(())
}

fn one(table: &mut Table<'_>, ball: &Ball<'_>) -> Result<(), String> {
    before(table, ball)?;
    let (body, left) = (ball.body()?, ball.retirements()?);
    let told = |refused: Rejection| said("balls", &refused);
    let tried = table.tries_all_the_same("balls", &body).map_err(told)?;
    let tried = if ball.is_followed(&tried) {
        tried
    } else {
        let mut body = body;
        body["crossed"] = json!(true);
        let crossed = table.tries_all_the_same("balls", &body).map_err(told)?;
        if !ball.is_followed(&crossed) {
            return Err("nobody stands where the next ball has them".to_owned());
        }
        crossed
    };
    table.keep(tried);
    left.into_iter().try_for_each(|body| table.does("players", body))
}

/// Who leaves or takes over before the ball.
fn before(table: &mut Table<'_>, ball: &Ball<'_>) -> Result<(), String> {
    let roles = ball.delivery.replacements.role.iter().filter(|role| role.role == "batter");
    for name in roles.filter_map(|role| role.out.as_ref()) {
        let out = ball.batting.player(name)?;
        let body = json!({ "retire": { "player_id": out, "kind": "retired_hurt" } });
        // Some files tell it twice: with the ball before as well.
        if let Ok(tried) = table.tries("players", body) {
            table.keep(tried);
        }
    }
    let bowler = ball.bowling.player(&ball.delivery.bowler)?;
    let known = &table.state["bowler"]["player_id"];
    if known.is_null() || *known == json!(bowler) {
        return Ok(());
    }
    let body = json!({ "bowler_id": bowler });
    if let Ok(tried) = table.tries("players", body) {
        table.keep(tried);
        return Ok(());
    }
    table.does("players", json!({ "bowler_id": bowler, "override": true }))
}

impl Ball<'_> {
    fn body(&self) -> Result<Value, String> {
        let Delivery { batter, bowler, non_striker, runs, extras, .. } = self.delivery;
        let mut body = json!({
            "runs": { "batter": runs.batter },
            "extras": {
                "wides": extras.wides,
                "no_balls": extras.noballs,
                "byes": extras.byes,
                "leg_byes": extras.legbyes,
                "penalty": extras.penalty,
            },
            "striker_id": self.batting.player(batter)?,
            "non_striker_id": self.batting.player(non_striker)?,
            "bowler_id": self.bowling.player(bowler)?,
        });
        if runs.non_boundary {
            body["non_boundary"] = json!(true);
        }
        match self.ends {
            Ends::AsUsual => {}
            Ends::Called => body["over_called"] = json!(true),
            Ends::Continues => body["over_continues"] = json!(true),
        }
        let fell = self.delivery.wickets.iter().filter(|wicket| !wicket.is_retirement());
        let fell = fell.map(|wicket| self.wicket(wicket)).collect::<Result<Vec<_>, _>>()?;
        if !fell.is_empty() {
            body["wickets"] = json!(fell);
        }
        Ok(body)
    }

    fn wicket(&self, wicket: &Wicket) -> Result<Value, String> {
        let out = self.batting.player(&wicket.player_out)?;
        let named = wicket.fielders.iter().filter_map(|fielder| fielder.name.as_ref());
        let mut fielders: Vec<_> = named.filter_map(|name| self.bowling.find(name)).collect();
        let kind = match wicket.kind.as_str() {
            "caught and bowled" => {
                fielders = vec![self.bowling.player(&self.delivery.bowler)?];
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
    fn retirements(&self) -> Result<Vec<Value>, String> {
        let retired = self.delivery.wickets.iter().filter(|wicket| wicket.is_retirement());
        let body = |wicket: &Wicket| {
            let (out, kind) =
                (self.batting.player(&wicket.player_out)?, wicket.kind.replace(' ', "_"));
            Ok(json!({ "retire": { "player_id": out, "kind": kind } }))
        };
        retired.map(body).collect()
    }

    /// Whether the batters stand after it where the next ball has them. Names that nobody has are
    /// that ball's own fault.
    fn is_followed(&self, tried: &Tried) -> bool {
        let Some(next) = self.next else { return true };
        let (striker, non_striker) =
            (self.batting.find(&next.batter), self.batting.find(&next.non_striker));
        let (Some(striker), Some(non_striker)) = (striker, non_striker) else { return true };
        let stands = |place: &str| &tried.state[place]["player_id"];
        *stands("striker") != json!(non_striker) && *stands("non_striker") != json!(striker)
    }
}
