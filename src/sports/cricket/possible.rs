//! What no ball can be, whoever bats: judged by the ball alone.

use crate::sports::body::Body;
use crate::sports::cricket::delivery::Delivery;
use crate::sports::cricket::delivery::Extras;
use crate::sports::cricket::delivery::Out;

/// Refuses a ball that the Laws know nothing of.
pub fn ball(body: &mut Body<'_>, ball: &Delivery) {
    extras(body, ball);
    boundary(body, ball);
    if ball.over_called && ball.over_continues {
        body.refuse::<()>("over_continues", "an over that was called doesn't continue");
    }
    for (place, out) in ball.wickets.iter().enumerate() {
        wicket(body, ball, (place, out));
        hands(body, (place, out));
    }
    if ball.wickets.iter().filter(|out| out.kind.is_the_bowlers()).count() > 1 {
        body.refuse::<()>("wickets", "only one of a ball's wickets can be the bowler's");
    }
}

/// Refuses a wicket that needs a ball in play.
pub fn between_balls(body: &mut Body<'_>, wickets: &[Out]) {
    for (place, out) in wickets.iter().enumerate() {
        if !out.kind.can_be_between_balls() {
            refuse(body, place, "kind", "needs a ball: send its runs too");
        } else if out.player.is_none() {
            refuse(body, place, "player_out_id", "is required: nobody faced a ball");
        }
        hands(body, (place, out));
    }
    if wickets.is_empty() {
        body.refuse::<()>("wickets", "must not be empty without runs");
    }
}

fn extras(body: &mut Body<'_>, ball: &Delivery) {
    let Extras { wides, no_balls, byes, leg_byes, .. } = ball.extras;
    let mut refuse = |wrong: bool, name: &str, why: &str| {
        if wrong {
            body.refuse_within(&format!("extras/{name}"), why);
        }
    };
    refuse(wides > 0 && ball.runs > 0, "wides", "a wide can't be hit (Law 22.1)");
    refuse(wides > 0 && no_balls > 0, "wides", "a no-ball is never a wide (Law 22.3)");
    let run = byes > 0 || leg_byes > 0;
    refuse(wides > 0 && run, "wides", "all runs off a wide are wides (Law 22.6)");
    refuse(byes > 0 && leg_byes > 0, "byes", "runs are byes or leg byes, not both (Law 23)");
    refuse(run && ball.runs > 0, "byes", "a ball that was hit gives no byes (Law 23)");
}

/// Law 19: four or six, or four beside what was run before an overthrow.
fn boundary(body: &mut Body<'_>, ball: &Delivery) {
    let Extras { wides, no_balls, byes, leg_byes, .. } = ball.extras;
    let most = [ball.runs, byes, leg_byes, wides.saturating_sub(1), no_balls.saturating_sub(1)];
    if ball.boundary && ball.non_boundary {
        body.refuse::<()>("non_boundary", "contradicts boundary");
    } else if ball.boundary && most.into_iter().all(|runs| runs < 4) {
        body.refuse::<()>("boundary", "a boundary is at least 4 runs (Law 19.7)");
    }
}

fn wicket(body: &mut Body<'_>, ball: &Delivery, (place, out): (usize, &Out)) {
    let Extras { wides, no_balls, byes, leg_byes, .. } = ball.extras;
    let kind = out.kind;
    if no_balls > 0 && !kind.is_possible_off_a_no_ball() {
        refuse(body, place, "kind", "is not possible off a no-ball (Law 21.18)");
    }
    if wides > 0 && !kind.is_possible_off_a_wide() {
        refuse(body, place, "kind", "is not possible off a wide (Law 22.9)");
    }
    let run = ball.runs + byes + leg_byes > 0 || wides > 1;
    if run && !kind.lets_runs_stand() {
        refuse(body, place, "kind", "leaves no runs but penalties (Law 18.8)");
    }
    if !kind.is_the_strikers() && out.player.is_none() {
        refuse(body, place, "player_out_id", "is required: either batter may be out so");
    }
}

fn hands(body: &mut Body<'_>, (place, out): (usize, &Out)) {
    let most = out.kind.fielders_most();
    if out.fielders.len() > most {
        refuse(body, place, "fielder_ids", &format!("may name {most} for this kind"));
    }
}

fn refuse(body: &mut Body<'_>, place: usize, name: &str, why: &str) {
    body.refuse_within(&format!("wickets/{place}/{name}"), why);
}
