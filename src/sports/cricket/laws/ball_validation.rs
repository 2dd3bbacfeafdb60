//! Checks of one ball that need nothing but the ball.

use crate::input::FieldReader;
use crate::sports::cricket::laws::{Delivery, EnteredWicket, Extras};

/// Adds an error for each combination that the Laws exclude.
pub fn validate_ball(body: &mut FieldReader<'_>, delivery: &Delivery) {
    validate_extras(body, delivery);
    validate_boundary(body, delivery);
    if delivery.ends_over && delivery.extends_over {
        body.add_error::<()>("over_continues", "contradicts over_called");
    }
    for (index, wicket) in delivery.wickets.iter().enumerate() {
        validate_wicket(body, delivery, index, wicket);
        validate_fielders(body, index, wicket);
    }
    if delivery.wickets.iter().filter(|out| out.kind.credits_bowler()).count() > 1 {
        body.add_error::<()>("wickets", "only one wicket of a ball can be credited to the bowler");
    }
}

/// Adds an error for each wicket that can't fall between deliveries.
pub fn validate_between_balls(body: &mut FieldReader<'_>, wickets: &[EnteredWicket]) {
    for (index, wicket) in wickets.iter().enumerate() {
        if !wicket.kind.is_possible_between_balls() {
            add_wicket_error(body, index, "kind", "needs a delivery: send runs too");
        } else if wicket.player_out.is_none() {
            add_wicket_error(body, index, "player_out_id", "is required: no ball was bowled");
        }
        validate_fielders(body, index, wicket);
    }
    if wickets.is_empty() {
        body.add_error::<()>("wickets", "must not be empty without runs");
    }
}

fn validate_extras(body: &mut FieldReader<'_>, delivery: &Delivery) {
    let Extras { wides, no_balls, byes, leg_byes, .. } = delivery.extras;
    let mut reject_if = |is_wrong: bool, name: &str, detail: &str| {
        if is_wrong {
            body.add_error_at_path(&format!("extras/{name}"), detail);
        }
    };
    reject_if(wides > 0 && delivery.bat_runs > 0, "wides", "a wide can't be hit (Law 22.1)");
    reject_if(wides > 0 && no_balls > 0, "wides", "a no-ball is never a wide (Law 22.3)");
    let has_byes = byes > 0 || leg_byes > 0;
    reject_if(wides > 0 && has_byes, "wides", "all runs off a wide are wides (Law 22.6)");
    reject_if(byes > 0 && leg_byes > 0, "byes", "runs are byes or leg byes, not both (Law 23)");
    reject_if(
        has_byes && delivery.bat_runs > 0,
        "byes",
        "byes need a ball that was not hit (Law 23)",
    );
}

/// Law 19: a boundary is four or six, or four plus the runs completed before an overthrow.
fn validate_boundary(body: &mut FieldReader<'_>, delivery: &Delivery) {
    let Extras { wides, no_balls, byes, leg_byes, .. } = delivery.extras;
    let runs_by_kind =
        [delivery.bat_runs, byes, leg_byes, wides.saturating_sub(1), no_balls.saturating_sub(1)];
    if delivery.marked_boundary && delivery.marked_non_boundary {
        body.add_error::<()>("non_boundary", "contradicts boundary");
    } else if delivery.marked_boundary && runs_by_kind.into_iter().all(|runs| runs < 4) {
        body.add_error::<()>("boundary", "a boundary is at least 4 runs (Law 19.7)");
    }
}

fn validate_wicket(
    body: &mut FieldReader<'_>,
    delivery: &Delivery,
    index: usize,
    wicket: &EnteredWicket,
) {
    let Extras { wides, no_balls, byes, leg_byes, .. } = delivery.extras;
    let kind = wicket.kind;
    if no_balls > 0 && !kind.is_possible_off_a_no_ball() {
        add_wicket_error(body, index, "kind", "is not possible off a no-ball (Law 21.18)");
    }
    if wides > 0 && !kind.is_possible_off_a_wide() {
        add_wicket_error(body, index, "kind", "is not possible off a wide (Law 22.9)");
    }
    let has_runs = delivery.bat_runs + byes + leg_byes > 0 || wides > 1;
    if has_runs && !kind.allows_runs() {
        add_wicket_error(body, index, "kind", "allows no runs but penalties (Law 18.8)");
    }
    if !kind.requires_striker() && wicket.player_out.is_none() {
        add_wicket_error(
            body,
            index,
            "player_out_id",
            "is required: either batter can be out this way",
        );
    }
}

fn validate_fielders(body: &mut FieldReader<'_>, index: usize, wicket: &EnteredWicket) {
    let max_fielders = wicket.kind.max_fielders();
    if wicket.fielders.len() > max_fielders {
        add_wicket_error(
            body,
            index,
            "fielder_ids",
            &format!("must have at most {max_fielders} ids for this kind"),
        );
    }
}

fn add_wicket_error(body: &mut FieldReader<'_>, index: usize, name: &str, detail: &str) {
    body.add_error_at_path(&format!("wickets/{index}/{name}"), detail);
}
