//! What a ball does: pure, on a copy of the board.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::award;
use crate::sports::cricket::ball::Ball;
use crate::sports::cricket::ball::Entered;
use crate::sports::cricket::ball::symbol;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::crease;
use crate::sports::cricket::crease::Crease;
use crate::sports::cricket::delivery::Delivery;
use crate::sports::cricket::delivery::Extras;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::innings::Innings;
use crate::sports::cricket::milestones;
use crate::sports::cricket::milestones::Before;
use crate::sports::cricket::milestones::Milestone;
use crate::sports::cricket::news::News;
use crate::sports::cricket::wickets;

/// Bowls one ball; gives what it brought, in the order it is told.
pub fn bowl(
    board: &mut Board,
    format: &Format,
    entered: &Arc<Entered>,
) -> Result<Vec<News>, Rejection> {
    let mut news = crease::fill(board, format, &entered.delivery)?;
    let number = board.count() + 1;
    let target = board.target_now(format);
    let crease = crease::stand(board.open_mut()?)?;
    let before = before(board, &crease);

    wickets::may_field(board, &entered.delivery.wickets)?;
    let innings = board.open_mut()?;
    wickets::may_fall(innings, &entered.delivery)?;
    let delivery = in_time(innings, format, (&entered.delivery, target));
    let falls = innings.falls.len();
    let mut ball = play(innings, format, (&crease, entered, delivery, number))?;
    let fell: Vec<_> = innings.falls.iter().skip(falls).cloned().collect();
    let over = innings.overs.last().filter(|_| ball.over_ended).cloned();
    let overs = innings.overs.len();

    let reached = milestones(board, format, (&before, &crease, &ball));
    let awarded = ball.delivery.penalty.map(|penalty| award::award(board, penalty, Some(number)));
    let awarded = awarded.transpose()?.unwrap_or_default();
    // What came with the ball to the side that bats is part of where it stands after the ball.
    ball.runs = board.open_mut()?.runs;
    let ball = Arc::new(ball);
    board.balls.push(Arc::clone(&ball));

    news.push(News::Ball(ball));
    news.extend(fell.into_iter().map(|fall| News::Wicket { fall, ball: Some(number) }));
    news.extend(reached.into_iter().map(News::Milestone));
    let innings = board.innings.len() - 1;
    news.extend(over.map(|over| News::Over { innings, number: overs, over }));
    news.extend(awarded);
    Ok(news)
}

/// The ball without what came after the winning run (Law 16.5): a wide or no-ball wins by being
/// called, then only a boundary counts whole. Nobody is out after it either.
fn in_time(
    innings: &Innings,
    format: &Format,
    (delivery, target): (&Arc<Delivery>, Option<u32>),
) -> Arc<Delivery> {
    let Extras { wides, no_balls, byes, leg_byes, penalty } = delivery.extras;
    let completed = delivery.total() - penalty;
    let needed = target.map(|target| target.saturating_sub(innings.runs));
    let Some(needed) = needed.filter(|needed| completed >= *needed && !delivery.overrides) else {
        return Arc::clone(delivery);
    };
    let called = wides.min(1) + no_balls.min(format.no_ball_runs);
    let in_time = Delivery { wickets: Vec::new(), ..delivery.as_ref().clone() };
    if called < needed && delivery.is_boundary() {
        return Arc::new(in_time);
    }
    let left = needed.saturating_sub(called);
    let extras = Extras {
        wides: wides.min(1 + left),
        no_balls: no_balls.min(format.no_ball_runs + left),
        byes: byes.min(left),
        leg_byes: leg_byes.min(left),
        penalty,
    };
    Arc::new(Delivery { runs: delivery.runs.min(left), extras, ..in_time })
}

fn before(board: &Board, crease: &Crease) -> Before {
    let Some(innings) = board.open() else { return Before::default() };
    let bowler = innings.figures.get(crease.bowler);
    Before {
        team: innings.runs,
        batter: innings.cards.get(crease.striker).map_or(0, |card| card.runs),
        partnership: innings.partnership().map_or(0, |pair| pair.runs),
        wickets: bowler.map_or(0, |figures| figures.wickets),
        wickets_of_match: bowler.map_or(0, |figures| board.wickets_of(figures.who.id)),
    }
}

/// Counts the ball, moves the batters, lets wickets fall and the over end.
fn play(
    innings: &mut Innings,
    format: &Format,
    (crease, entered, delivery, number): (&Crease, &Arc<Entered>, Arc<Delivery>, u32),
) -> Result<Ball, Rejection> {
    let who = |index: usize| Arc::clone(&innings.cards[index].who);
    let mut ball = Ball {
        number,
        innings: innings.number,
        overs: innings.bowled().overs,
        place: innings.over.legal + 1,
        striker: who(crease.striker),
        non_striker: who(crease.non_striker),
        bowler: Arc::clone(&innings.figures[crease.bowler].who),
        free_hit: innings.free_hit,
        dismissals: Vec::new(),
        runs: 0,
        wickets: 0,
        over_ended: false,
        entered: Arc::clone(entered),
        delivery,
    };
    let delivery = &ball.delivery;
    count(innings, crease, delivery);
    if is_turned(format, delivery) {
        innings.change_ends();
    }
    ball.dismissals = wickets::fall(innings, crease, &delivery.wickets)?;
    let Extras { wides, no_balls, .. } = delivery.extras;
    let carries = innings.free_hit && wides > 0;
    innings.free_hit = format.free_hit && (no_balls > 0 || carries);
    ball.over_ended = delivery.over_called
        || delivery.is_legal()
            && innings.over.legal >= format.balls_per_over
            && !delivery.over_continues;
    if ball.over_ended {
        end_over(innings);
    }
    ball.runs = innings.runs;
    ball.wickets = innings.wickets;
    Ok(ball)
}

/// Field notes A: what the ball is worth, and to whom.
fn count(innings: &mut Innings, crease: &Crease, delivery: &Delivery) {
    let legal = u32::from(delivery.is_legal());
    innings.begun = true;
    innings.stand(delivery);
    innings.runs += delivery.total();
    innings.extras.add(&delivery.extras);
    innings.balls += legal;

    let over = &mut innings.over;
    over.balls.push(symbol(delivery).into());
    over.legal += legal;
    over.runs += delivery.total();
    over.debited += delivery.debited();
    let figures = &mut innings.figures[crease.bowler];
    if !over.bowlers.contains(&crease.bowler) {
        over.bowlers.push(crease.bowler);
        figures.shared += 1;
    }
    figures.in_over += legal;
    figures.balls += legal;
    figures.runs += delivery.debited();
    figures.wides += delivery.extras.wides;
    figures.no_balls += delivery.extras.no_balls;

    for card in &mut innings.cards {
        card.fresh = false;
    }
    let card = &mut innings.cards[crease.striker];
    card.runs += delivery.runs;
    card.balls += u32::from(delivery.extras.wides == 0);
    let boundary = delivery.is_boundary();
    card.fours += u32::from(boundary && delivery.runs == 4);
    card.sixes += u32::from(boundary && delivery.runs == 6);
}

/// Whether the batters end where the other began: after an odd number of runs that were run. What
/// a wide or no-ball costs by itself is not run, and a boundary's four or six are even.
fn is_turned(format: &Format, delivery: &Delivery) -> bool {
    let Extras { wides, no_balls, byes, leg_byes, .. } = delivery.extras;
    let beside = wides.saturating_sub(1) + no_balls.saturating_sub(format.no_ball_runs);
    let run = delivery.runs + byes + leg_byes + beside;
    (run % 2 == 1) != delivery.crossed
}

/// Law 17: the bowling changes ends, so the batter who didn't face will.
fn end_over(innings: &mut Innings) {
    let over = std::mem::take(&mut innings.over);
    let alone = over.bowlers.len() == 1;
    for index in &over.bowlers {
        let figures = &mut innings.figures[*index];
        figures.maidens += u32::from(over.is_maiden());
        figures.overs += u32::from(alone);
        figures.loose += if alone { 0 } else { figures.in_over };
        figures.in_over = 0;
    }
    innings.previous.clone_from(&over.bowlers);
    innings.overs.push(Arc::new(over));
    innings.bowler = None;
    innings.change_ends();
}

fn milestones(
    board: &mut Board,
    format: &Format,
    (before, crease, ball): (&Before, &Crease, &Ball),
) -> Vec<Arc<Milestone>> {
    let Some(innings) = board.innings.last().cloned() else { return Vec::new() };
    let took = innings.figures[crease.bowler].wickets > before.wickets;
    let stays = format.hat_trick_spans_extras && !ball.delivery.is_legal();
    let row = match board.row_of(ball.bowler.id) {
        row if took => row + 1,
        row if stays => row,
        _ => 0,
    };
    if !innings.super_over {
        board.count_row(ball.bowler.id, row);
    }
    let stand = innings.partnerships.last();
    let batting = milestones::of_batting(&innings, before, (crease.striker, stand), ball.number);
    let bowling = milestones::of_bowling(&innings, before, (crease.bowler, row), ball.number);
    let reached: Vec<_> = batting.into_iter().chain(bowling).map(Arc::new).collect();
    drop(innings);
    if let Some(last) = board.innings.last_mut().filter(|_| !reached.is_empty()) {
        Arc::make_mut(last).milestones.extend(reached.iter().cloned());
    }
    reached
}
