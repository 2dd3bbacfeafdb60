// How each command changes an innings, until the server's state arrives.
//
// The rules of `src/sports/cricket` as far as the page shows them; pure, each returns a new state.

import { extrasWithDefaults, isBoundary, isLegal, isCreditedToBowler, ballSymbol, totalRuns } from "./ball-request.js";

/** @import { BallRequest, EnteredWicket } from "./ball-request.js" */
/** @import { InningsState, PlayingConditions } from "./innings-state.js" */

/** @param {InningsState} innings */
export const isReadyToBowl = ({ isOpen, striker, nonStriker, bowler }) => isOpen && striker !== null && nonStriker !== null && bowler !== null;

/**
 * @param {InningsState} current
 * @param {BallRequest} entered
 * @param {PlayingConditions} conditions
 * @param {(id: number) => string} nameOf
 * @returns {InningsState} unchanged if the ball could not be bowled
 */
export function applyBall(current, entered, conditions, nameOf) {
  const innings = structuredClone(current);
  fillVacantRoles(innings, entered, nameOf);
  if (!isReadyToBowl(innings)) return current;
  const countedBall = withoutRunsAfterWin(innings, entered, conditions);
  const { striker, bowler } = /** @type {{ striker: number, bowler: number }} */ (innings);
  addToTotals(innings, countedBall, striker, bowler);
  if (doBattersSwap(countedBall, conditions)) swapEnds(innings);
  for (const wicket of countedBall.wickets ?? []) recordWicket(innings, wicket, striker, bowler, nameOf);
  const { wides, no_balls } = extrasWithDefaults(countedBall);
  innings.nextIsFreeHit = conditions.free_hit && (no_balls > 0 || (innings.nextIsFreeHit && wides > 0));
  const isOverComplete = isLegal(countedBall) && innings.legalBalls >= conditions.balls_per_over && !countedBall.over_continues;
  if (countedBall.over_called || isOverComplete) endOver(innings);
  innings.nextBallNumber += 1;
  return closeIfComplete(innings);
}

/** Puts the named players into vacant roles. @param {InningsState} innings @param {any} named @param {(id: number) => string} nameOf */
export function fillVacantRoles(innings, { striker_id, non_striker_id, bowler_id }, nameOf) {
  if (striker_id && innings.striker === null) sendIn(innings, "striker", striker_id, nameOf);
  if (non_striker_id && innings.nonStriker === null) sendIn(innings, "nonStriker", non_striker_id, nameOf);
  if (bowler_id && innings.bowler === null) setBowler(innings, bowler_id, nameOf);
}

/** @param {InningsState} innings @param {"striker" | "nonStriker"} role @param {number} id @param {(id: number) => string} nameOf */
export function sendIn(innings, role, id, nameOf) {
  innings.batters[id] ??= { player_id: id, name: nameOf(id), runs: 0, ballsFaced: 0, fours: 0, sixes: 0, isOut: false };
  innings[role] = id;
}

/** @param {InningsState} innings @param {number} id @param {(id: number) => string} nameOf */
export function setBowler(innings, id, nameOf) {
  innings.bowlers[id] ??= { player_id: id, name: nameOf(id), completeOvers: 0, ballsOfSharedOvers: 0, ballsThisOver: 0, maidens: 0, runsConceded: 0, wickets: 0 };
  innings.bowler = id;
}

/** Ends the innings if the rules end it. @param {InningsState} innings */
export function closeIfComplete(innings) {
  const { allottedOvers, target, runs } = innings;
  const isTargetReached = target !== null && runs >= target && runs > 0;
  const isAllOut = innings.wickets >= innings.maxWickets;
  const hasUsedAllOvers = allottedOvers !== null && (innings.completedOvers > allottedOvers.overs || (innings.completedOvers === allottedOvers.overs && innings.legalBalls >= allottedOvers.balls));
  return innings.isOpen && (isTargetReached || isAllOut || hasUsedAllOvers) ? closeInnings(innings) : innings;
}

/** @param {InningsState} innings */
export function closeInnings(innings) {
  return { ...innings, isOpen: false, striker: null, nonStriker: null, bowler: null, currentOver: [], nextIsFreeHit: false, partnership: { runs: 0, balls: 0 } };
}

/** Removes a batter for good, whichever end he is at. @param {InningsState} innings @param {number} id @param {(id: number) => string} nameOf */
export function dismissBatter(innings, id, nameOf) {
  innings.batters[id] ??= { player_id: id, name: nameOf(id), runs: 0, ballsFaced: 0, fours: 0, sixes: 0, isOut: false };
  innings.batters[id].isOut = true;
  innings.wickets += 1;
  vacateRole(innings, id);
}

/** @param {InningsState} innings @param {number} id */
export function vacateRole(innings, id) {
  if (innings.striker !== id && innings.nonStriker !== id) return;
  if (innings.striker === id) innings.striker = null;
  else innings.nonStriker = null;
  innings.partnership = { runs: 0, balls: 0 };
}

/** @param {InningsState} innings @param {EnteredWicket} wicket @param {number} striker @param {number} bowler @param {(id: number) => string} nameOf */
function recordWicket(innings, wicket, striker, bowler, nameOf) {
  dismissBatter(innings, wicket.player_out_id ?? striker, nameOf);
  if (isCreditedToBowler(wicket.kind)) innings.bowlers[bowler].wickets += 1;
}

/** @param {InningsState} innings @param {BallRequest} ball @param {number} striker @param {number} bowler */
function addToTotals(innings, ball, striker, bowler) {
  const { wides, no_balls } = extrasWithDefaults(ball);
  const { batter } = ball.runs;
  const legalBalls = isLegal(ball) ? 1 : 0;
  const ballsFaced = wides === 0 ? 1 : 0;
  const runsConceded = batter + wides + no_balls;
  innings.runs += totalRuns(ball);
  innings.legalBalls += legalBalls;
  innings.currentOver.push(ballSymbol(ball));
  innings.overRunsConceded += runsConceded;
  if (!innings.currentOverBowlers.includes(bowler)) innings.currentOverBowlers.push(bowler);
  innings.partnership.runs += totalRuns(ball);
  innings.partnership.balls += ballsFaced;

  const figures = innings.bowlers[bowler];
  figures.ballsOfSharedOvers += legalBalls;
  figures.ballsThisOver += legalBalls;
  figures.runsConceded += runsConceded;
  const batterRecord = innings.batters[striker];
  batterRecord.runs += batter;
  batterRecord.ballsFaced += ballsFaced;
  batterRecord.fours += isBoundary(ball) && batter === 4 ? 1 : 0;
  batterRecord.sixes += isBoundary(ball) && batter === 6 ? 1 : 0;
}

/** Whether the batters change ends; the penalty of a wide or no-ball itself is not run. @param {BallRequest} ball @param {PlayingConditions} conditions */
function doBattersSwap(ball, { no_ball_runs }) {
  const { wides, no_balls, byes, leg_byes } = extrasWithDefaults(ball);
  const runsRun = ball.runs.batter + byes + leg_byes + Math.max(0, wides - 1) + Math.max(0, no_balls - no_ball_runs);
  return (runsRun % 2 === 1) !== Boolean(ball.crossed);
}

/** @param {InningsState} innings */
function swapEnds(innings) {
  [innings.striker, innings.nonStriker] = [innings.nonStriker, innings.striker];
}

/** @param {InningsState} innings */
function endOver(innings) {
  const isSingleBowler = innings.currentOverBowlers.length === 1;
  for (const id of innings.currentOverBowlers) {
    const figures = innings.bowlers[id];
    if (isSingleBowler) {
      figures.maidens += innings.overRunsConceded === 0 ? 1 : 0;
      figures.completeOvers += 1;
      figures.ballsOfSharedOvers -= figures.ballsThisOver;
    }
    figures.ballsThisOver = 0;
  }
  Object.assign(innings, { previousOver: innings.currentOver, previousOverBowlers: innings.currentOverBowlers, currentOver: [], currentOverBowlers: [], overRunsConceded: 0, legalBalls: 0, bowler: null });
  innings.completedOvers += 1;
  swapEnds(innings);
}

/** Removes what came after the winning run (Law 16.5): runs and wickets. @param {InningsState} innings @param {BallRequest} ball @param {PlayingConditions} conditions @returns {BallRequest} */
function withoutRunsAfterWin(innings, ball, { no_ball_runs }) {
  if (innings.target === null || ball.override) return ball;
  const runsNeeded = Math.max(0, innings.target - innings.runs);
  const { wides, no_balls, byes, leg_byes, penalty } = extrasWithDefaults(ball);
  if (totalRuns(ball) - penalty < runsNeeded) return ball;
  const penaltyOfCall = Math.min(wides, 1) + Math.min(no_balls, no_ball_runs);
  if (penaltyOfCall < runsNeeded && isBoundary(ball)) return { ...ball, wickets: [] };
  const runsLeft = Math.max(0, runsNeeded - penaltyOfCall);
  const extras = {
    wides: Math.min(wides, 1 + runsLeft), no_balls: Math.min(no_balls, no_ball_runs + runsLeft),
    byes: Math.min(byes, runsLeft), leg_byes: Math.min(leg_byes, runsLeft), penalty,
  };
  return { ...ball, runs: { batter: Math.min(ball.runs.batter, runsLeft) }, extras, wickets: [] };
}
