//! Applies one ball to the scoreboard.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::{Ball, EnteredBall, Innings, ball_symbol};
use crate::sports::cricket::laws::{CricketFormat, Delivery, Extras};
use crate::sports::cricket::scoring::crease::{self, ActivePlayers};
use crate::sports::cricket::scoring::effects::StepEffect;
use crate::sports::cricket::scoring::milestones::{self, TotalsBeforeBall};
use crate::sports::cricket::scoring::scoreboard::Scoreboard;
use crate::sports::cricket::scoring::{penalty_runs, wickets};

/// A delivery about to be scored.
struct ScoredDelivery<'a> {
    /// Number of the ball, from 1 through the match.
    number: u32,
    entered: &'a Arc<EnteredBall>,
    /// The part that counts: nothing does after the winning run.
    counted_delivery: Arc<Delivery>,
}

/// Applies one ball; returns its effects in the order of their messages.
pub fn apply_ball(
    scoreboard: &mut Scoreboard,
    format: &CricketFormat,
    entered_ball: &Arc<EnteredBall>,
) -> Result<Vec<StepEffect>, Rejection> {
    let mut effects = crease::fill_vacant_roles(scoreboard, format, &entered_ball.delivery)?;
    let number = scoreboard.ball_count() + 1;
    let target = scoreboard.current_target(format);
    let active = crease::active_players(scoreboard.open_innings_mut()?)?;
    let totals_before = TotalsBeforeBall::of(scoreboard, &active);

    wickets::check_fielders(scoreboard, &entered_ball.delivery.wickets)?;
    let innings = scoreboard.open_innings_mut()?;
    wickets::check_free_hit(innings, &entered_ball.delivery)?;
    let delivery = without_runs_after_win(innings, format, &entered_ball.delivery, target);
    let wickets_before = innings.falls_of_wicket.len();
    let scored = ScoredDelivery { number, entered: entered_ball, counted_delivery: delivery };
    let mut ball = score_ball(innings, format, &active, scored)?;
    let new_wickets = innings.falls_of_wicket[wickets_before..].to_vec();
    let finished_over = innings.completed_overs.last().filter(|_| ball.ends_over).cloned();
    let over_number = innings.completed_overs.len();

    let milestones_reached =
        milestones::record_ball_milestones(scoreboard, format, &totals_before, &active, &ball);
    let award_effects = match ball.counted_delivery.fielding_penalty {
        Some(penalty) => penalty_runs::award_penalty(scoreboard, penalty, Some(number))?,
        None => Vec::new(),
    };
    // Penalty runs that came with the ball are part of the total after it.
    ball.innings_runs = scoreboard.open_innings_mut()?.runs;
    let ball = Arc::new(ball);
    scoreboard.balls.push(Arc::clone(&ball));

    effects.push(StepEffect::BallBowled(ball));
    let wicket_fell = |fall| StepEffect::WicketFell { fall, ball_number: Some(number) };
    effects.extend(new_wickets.into_iter().map(wicket_fell));
    effects.extend(milestones_reached.into_iter().map(StepEffect::MilestoneReached));
    let innings_index = scoreboard.innings.len() - 1;
    effects.extend(finished_over.map(|over| StepEffect::OverCompleted {
        innings_index,
        over_number,
        over,
    }));
    effects.extend(award_effects);
    Ok(effects)
}

/// The delivery without anything after the winning run (Law 16.5): a wide or no-ball can win by
/// itself, else only a boundary counts in full; wickets don't count.
fn without_runs_after_win(
    innings: &Innings,
    format: &CricketFormat,
    delivery: &Arc<Delivery>,
    target: Option<u32>,
) -> Arc<Delivery> {
    let Extras { wides, no_balls, byes, leg_byes, penalty } = delivery.extras;
    let completed_runs = delivery.total_runs() - penalty;
    let runs_needed = target.map(|target| target.saturating_sub(innings.runs));
    let Some(needed) =
        runs_needed.filter(|needed| completed_runs >= *needed && !delivery.overrides_rules)
    else {
        return Arc::clone(delivery);
    };
    let called_runs = wides.min(1) + no_balls.min(format.no_ball_runs);
    let without_wickets = Delivery { wickets: Vec::new(), ..delivery.as_ref().clone() };
    if called_runs < needed && delivery.is_boundary() {
        return Arc::new(without_wickets);
    }
    let runs_left = needed.saturating_sub(called_runs);
    let extras = Extras {
        wides: wides.min(1 + runs_left),
        no_balls: no_balls.min(format.no_ball_runs + runs_left),
        byes: byes.min(runs_left),
        leg_byes: leg_byes.min(runs_left),
        penalty,
    };
    Arc::new(Delivery { bat_runs: delivery.bat_runs.min(runs_left), extras, ..without_wickets })
}

/// Counts the ball, moves the batters, records wickets, and ends the over.
fn score_ball(
    innings: &mut Innings,
    format: &CricketFormat,
    active: &ActivePlayers,
    scored: ScoredDelivery<'_>,
) -> Result<Ball, Rejection> {
    let batter_at = |index: usize| Arc::clone(&innings.batters[index].player);
    let mut ball = Ball {
        number: scored.number,
        innings_number: innings.number,
        overs_before: innings.overs_bowled().overs,
        number_in_over: innings.current_over.legal_balls + 1,
        striker: batter_at(active.striker_index),
        non_striker: batter_at(active.non_striker_index),
        bowler: Arc::clone(&innings.bowlers[active.bowler_index].player),
        is_free_hit: innings.next_is_free_hit,
        dismissals: Vec::new(),
        innings_runs: 0,
        innings_wickets: 0,
        ends_over: false,
        entered: Arc::clone(scored.entered),
        counted_delivery: scored.counted_delivery,
    };
    let delivery = &ball.counted_delivery;
    add_ball_figures(innings, active, delivery);
    if batters_swap_ends(format, delivery) {
        innings.swap_ends();
    }
    ball.dismissals = wickets::apply_ball_wickets(innings, active, &delivery.wickets)?;
    let Extras { wides, no_balls, .. } = delivery.extras;
    let keeps_free_hit = innings.next_is_free_hit && wides > 0;
    innings.next_is_free_hit = format.has_free_hits && (no_balls > 0 || keeps_free_hit);
    ball.ends_over = delivery.ends_over
        || delivery.is_legal()
            && innings.current_over.legal_balls >= format.balls_per_over
            && !delivery.extends_over;
    if ball.ends_over {
        end_over(innings);
    }
    ball.innings_runs = innings.runs;
    ball.innings_wickets = innings.wickets;
    Ok(ball)
}

/// Adds the ball to the totals and to the records of striker and bowler.
fn add_ball_figures(innings: &mut Innings, active: &ActivePlayers, delivery: &Delivery) {
    let legal_balls = u32::from(delivery.is_legal());
    innings.has_started = true;
    innings.add_to_partnership(delivery);
    innings.runs += delivery.total_runs();
    innings.extras.add_extras(&delivery.extras);
    innings.legal_balls += legal_balls;

    let over = &mut innings.current_over;
    over.ball_symbols.push(ball_symbol(delivery).into());
    over.legal_balls += legal_balls;
    over.runs += delivery.total_runs();
    over.runs_conceded += delivery.runs_conceded();
    let figures = &mut innings.bowlers[active.bowler_index];
    if !over.bowler_indices.contains(&active.bowler_index) {
        over.bowler_indices.push(active.bowler_index);
        figures.overs_bowled_in += 1;
    }
    figures.balls_this_over += legal_balls;
    figures.legal_balls += legal_balls;
    figures.runs_conceded += delivery.runs_conceded();
    figures.wide_runs += delivery.extras.wides;
    figures.no_ball_runs += delivery.extras.no_balls;

    for card in &mut innings.batters {
        card.has_just_arrived = false;
    }
    let card = &mut innings.batters[active.striker_index];
    card.runs += delivery.bat_runs;
    card.balls_faced += u32::from(delivery.extras.wides == 0);
    let is_boundary = delivery.is_boundary();
    card.fours += u32::from(is_boundary && delivery.bat_runs == 4);
    card.sixes += u32::from(is_boundary && delivery.bat_runs == 6);
}

/// Whether the batters changed ends: after an odd number of completed runs. The penalty of a wide
/// or no-ball is not run; a boundary's four or six is even.
fn batters_swap_ends(format: &CricketFormat, delivery: &Delivery) -> bool {
    let Extras { wides, no_balls, byes, leg_byes, .. } = delivery.extras;
    let extra_runs_run = wides.saturating_sub(1) + no_balls.saturating_sub(format.no_ball_runs);
    let runs_run = delivery.bat_runs + byes + leg_byes + extra_runs_run;
    (runs_run % 2 == 1) != delivery.batters_crossed
}

/// Completes the over: the next one is bowled from the other end, to the other batter (Law 17).
fn end_over(innings: &mut Innings) {
    let over = std::mem::take(&mut innings.current_over);
    let by_one_bowler = over.bowler_indices.len() == 1;
    for index in &over.bowler_indices {
        let figures = &mut innings.bowlers[*index];
        figures.maidens += u32::from(over.is_maiden());
        figures.complete_overs += u32::from(by_one_bowler);
        figures.balls_of_shared_overs += if by_one_bowler { 0 } else { figures.balls_this_over };
        figures.balls_this_over = 0;
    }
    innings.previous_over_bowlers.clone_from(&over.bowler_indices);
    innings.completed_overs.push(Arc::new(over));
    innings.bowler_index = None;
    innings.swap_ends();
}
