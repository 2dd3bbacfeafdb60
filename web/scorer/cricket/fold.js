// What each thing a scorer records does to the crease: for as long as the server can't say so itself.
//
// As `src/sports/cricket` has it, as far as the console shows it: pure, each gives a new crease.

import { extrasOf, isBoundary, isLegal, isTheBowlers, symbol, total } from "./ball.js";

/** @import { Ball, Out } from "./ball.js" */
/** @import { Crease, Rules } from "./crease.js" */

/** @param {Crease} crease */
export const isReady = ({ isOpen, striker, nonStriker, bowler }) => isOpen && striker !== null && nonStriker !== null && bowler !== null;

/**
 * @param {Crease} before
 * @param {Ball} entered
 * @param {Rules} rules
 * @param {(id: number) => string} name
 * @returns {Crease} the same where the ball could not be bowled
 */
export function bowl(before, entered, rules, name) {
  const crease = structuredClone(before);
  appoint(crease, entered, name);
  if (!isReady(crease)) return before;
  const ball = inTime(crease, entered, rules);
  const { striker, bowler } = /** @type {{ striker: number, bowler: number }} */ (crease);
  count(crease, ball, striker, bowler);
  if (isTurned(ball, rules)) changeEnds(crease);
  for (const out of ball.wickets ?? []) fall(crease, out, striker, bowler, name);
  const { wides, no_balls } = extrasOf(ball);
  crease.freeHit = rules.free_hit && (no_balls > 0 || (crease.freeHit && wides > 0));
  const isOver = isLegal(ball) && crease.legal >= rules.balls_per_over && !ball.over_continues;
  if (ball.over_called || isOver) endOver(crease);
  crease.number += 1;
  return settle(crease);
}

/** Whoever is named takes a vacant place. @param {Crease} crease @param {any} named @param {(id: number) => string} name */
export function appoint(crease, { striker_id, non_striker_id, bowler_id }, name) {
  if (striker_id && crease.striker === null) comeIn(crease, "striker", striker_id, name);
  if (non_striker_id && crease.nonStriker === null) comeIn(crease, "nonStriker", non_striker_id, name);
  if (bowler_id && crease.bowler === null) takeTheBall(crease, bowler_id, name);
}

/** @param {Crease} crease @param {"striker" | "nonStriker"} place @param {number} id @param {(id: number) => string} name */
export function comeIn(crease, place, id, name) {
  crease.cards[id] ??= { player_id: id, name: name(id), runs: 0, balls: 0, fours: 0, sixes: 0, out: false };
  crease[place] = id;
}

/** @param {Crease} crease @param {number} id @param {(id: number) => string} name */
export function takeTheBall(crease, id, name) {
  crease.figures[id] ??= { player_id: id, name: name(id), whole: 0, loose: 0, inOver: 0, maidens: 0, runs: 0, wickets: 0 };
  crease.bowler = id;
}

/** Ends the innings where the rules end it. @param {Crease} crease */
export function settle(crease) {
  const { quota, target, runs } = crease;
  const isPassed = target !== null && runs >= target && runs > 0;
  const isAllOut = crease.wickets >= crease.wicketsMost;
  const isBowledOut = quota !== null && (crease.overs > quota.overs || (crease.overs === quota.overs && crease.legal >= quota.balls));
  return crease.isOpen && (isPassed || isAllOut || isBowledOut) ? close(crease) : crease;
}

/** @param {Crease} crease */
export function close(crease) {
  return { ...crease, isOpen: false, striker: null, nonStriker: null, bowler: null, over: [], freeHit: false, partnership: { runs: 0, balls: 0 } };
}

/** A batter goes for good, from wherever he is. @param {Crease} crease @param {number} id @param {(id: number) => string} name */
export function goOut(crease, id, name) {
  crease.cards[id] ??= { player_id: id, name: name(id), runs: 0, balls: 0, fours: 0, sixes: 0, out: false };
  crease.cards[id].out = true;
  crease.wickets += 1;
  leave(crease, id);
}

/** @param {Crease} crease @param {number} id */
export function leave(crease, id) {
  if (crease.striker !== id && crease.nonStriker !== id) return;
  if (crease.striker === id) crease.striker = null;
  else crease.nonStriker = null;
  crease.partnership = { runs: 0, balls: 0 };
}

/** @param {Crease} crease @param {Out} out @param {number} striker @param {number} bowler @param {(id: number) => string} name */
function fall(crease, out, striker, bowler, name) {
  goOut(crease, out.player_out_id ?? striker, name);
  if (isTheBowlers(out.kind)) crease.figures[bowler].wickets += 1;
}

/** @param {Crease} crease @param {Ball} ball @param {number} striker @param {number} bowler */
function count(crease, ball, striker, bowler) {
  const { wides, no_balls } = extrasOf(ball);
  const { batter } = ball.runs;
  const legal = isLegal(ball) ? 1 : 0;
  const faced = wides === 0 ? 1 : 0;
  const debited = batter + wides + no_balls;
  crease.runs += total(ball);
  crease.legal += legal;
  crease.over.push(symbol(ball));
  crease.debited += debited;
  if (!crease.overBowlers.includes(bowler)) crease.overBowlers.push(bowler);
  crease.partnership.runs += total(ball);
  crease.partnership.balls += faced;

  const figures = crease.figures[bowler];
  figures.loose += legal;
  figures.inOver += legal;
  figures.runs += debited;
  const card = crease.cards[striker];
  card.runs += batter;
  card.balls += faced;
  card.fours += isBoundary(ball) && batter === 4 ? 1 : 0;
  card.sixes += isBoundary(ball) && batter === 6 ? 1 : 0;
}

/** What a wide or no-ball costs by itself is not run. @param {Ball} ball @param {Rules} rules */
function isTurned(ball, { no_ball_runs }) {
  const { wides, no_balls, byes, leg_byes } = extrasOf(ball);
  const run = ball.runs.batter + byes + leg_byes + Math.max(0, wides - 1) + Math.max(0, no_balls - no_ball_runs);
  return (run % 2 === 1) !== Boolean(ball.crossed);
}

/** @param {Crease} crease */
function changeEnds(crease) {
  [crease.striker, crease.nonStriker] = [crease.nonStriker, crease.striker];
}

/** @param {Crease} crease */
function endOver(crease) {
  const isAlone = crease.overBowlers.length === 1;
  for (const id of crease.overBowlers) {
    const figures = crease.figures[id];
    if (isAlone) {
      figures.maidens += crease.debited === 0 ? 1 : 0;
      figures.whole += 1;
      figures.loose -= figures.inOver;
    }
    figures.inOver = 0;
  }
  Object.assign(crease, { lastOver: crease.over, rested: crease.overBowlers, over: [], overBowlers: [], debited: 0, legal: 0, bowler: null });
  crease.overs += 1;
  changeEnds(crease);
}

/** Without what came after the winning run (Law 16.5): neither runs nor wickets. @param {Crease} crease @param {Ball} ball @param {Rules} rules @returns {Ball} */
function inTime(crease, ball, { no_ball_runs }) {
  if (crease.target === null || ball.override) return ball;
  const needed = Math.max(0, crease.target - crease.runs);
  const { wides, no_balls, byes, leg_byes, penalty } = extrasOf(ball);
  if (total(ball) - penalty < needed) return ball;
  const called = Math.min(wides, 1) + Math.min(no_balls, no_ball_runs);
  if (called < needed && isBoundary(ball)) return { ...ball, wickets: [] };
  const left = Math.max(0, needed - called);
  const extras = {
    wides: Math.min(wides, 1 + left), no_balls: Math.min(no_balls, no_ball_runs + left),
    byes: Math.min(byes, left), leg_byes: Math.min(leg_byes, left), penalty,
  };
  return { ...ball, runs: { batter: Math.min(ball.runs.batter, left) }, extras, wickets: [] };
}
