// A cricket match as its pages draw it: the state's rows in their order, with names and rates. Pure.

/** @import { FollowedMatch, Match, Message } from "../../client/message-types.js" */
/** @import { Ball, BallEvent, BatterRecord, Bowler, CricketMatch, Innings, LiveState, RecentBalls } from "./types.js" */

/** Recent balls that a page keeps; it requests older ones over by over. */
const MAX_RECENT_BALLS = 60;

/** @type {RecentBalls} */
const NO_RECENT_BALLS = { balls: [], lastCorrectionSeq: 0 };

/** @param {Match} common @param {FollowedMatch} followed @returns {CricketMatch} */
export function viewMatch(common, { state, recent = NO_RECENT_BALLS }) {
  const conditions = { overs: null, overs_per_bowler: null, follow_on: null, ...state.playing_conditions };
  const innings = Object.entries(state.innings).map(([number, one]) => inningsView(Number(number), one, conditions.balls_per_over));
  const match = {
    ...common,
    playing_conditions: conditions,
    toss: "decision" in state.toss ? state.toss : null,
    live: liveView(state, innings.at(-1) ?? null),
    scorecard: { innings },
    outcome: "kind" in state.outcome ? state.outcome : null,
    playerOfTheMatch: state.player_of_the_match.name ?? null,
    pending: Object.entries(state.pending).map(([number, { disputed, submissions }]) => ({ number: Number(number), disputed, submissions, by: submissions.map((/** @type {{ by: number }} */ { by }) => by) })),
    disputes: Object.entries(state.disputes).map(([number, dispute]) => ({ ...dispute, number: Number(number), submissions: state.pending[number]?.submissions ?? [] })),
    lastCorrectionSeq: recent.lastCorrectionSeq,
  };
  return { ...match, recentBalls: recent.balls.map((/** @type {BallEvent} */ ball) => ballView(match, ball)) };
}

/**
 * The match's recent balls after a message; the state has only their symbols.
 * @param {RecentBalls | undefined} recent
 * @param {Message} message
 * @returns {RecentBalls}
 */
export function rememberBall(recent = NO_RECENT_BALLS, { type, data, seq }) {
  const { balls } = recent;
  if (type === "ball_bowled") return { ...recent, balls: [...balls.filter(({ number }) => number < data.ball.number), data.ball].slice(-MAX_RECENT_BALLS) };
  if (type !== "ball_corrected") return recent;
  const { number, change, ball, was: previous } = data;
  const kept = balls.filter((one) => change === "changed" || one.number !== number)
    .map((one) => (one.number === number ? ball : one.number > number && change === "removed" ? { ...one, number: one.number - 1 } : one));
  const changesOtherBalls = change === "removed" || (change === "changed" && (previous.symbol !== ball.symbol || previous.over !== ball.over || previous.crossed !== ball.crossed));
  return { balls: kept, lastCorrectionSeq: changesOtherBalls ? seq : recent.lastCorrectionSeq };
}

/** The name of a player who has batted or bowled. @param {Match} game @param {number} id */
export function playerName(game, id) {
  const { scorecard } = /** @type {CricketMatch} */ (game);
  const rows = scorecard.innings.flatMap(({ batting, bowlers, absent }) => [...batting, ...bowlers, ...absent]);
  return rows.find(({ player_id }) => player_id === id)?.name ?? "";
}

/** @param {Match} match @param {BallEvent} ball @returns {Ball} */
function ballView(match, ball) {
  return { commentary: null, ...ball, striker: playerName(match, ball.striker_id), bowler: playerName(match, ball.bowler_id) };
}

/** Runs per so many balls; null before the first. @param {number} runs @param {number} balls @param {number} perBalls */
const rate = (runs, balls, perBalls) => (balls > 0 ? (runs * perBalls) / balls : null);

/**
 * Rows by id, in their order.
 * @template {{ order: number }} Row
 * @param {{ [id: string]: Row }} rows
 * @returns {(Row & { player_id: number })[]}
 */
function inOrder(rows) {
  return Object.entries(rows).map(([id, row]) => ({ ...row, player_id: Number(id) })).sort((one, other) => one.order - other.order);
}

/** @param {number} number @param {any} innings of the state @param {number} ballsPerOver @returns {Innings} */
function inningsView(number, innings, ballsPerOver) {
  const { batting, bowling, falls, partnership, partnerships, absent, completed_overs: completedOvers, this_over: currentOver, ...totals } = innings;
  const { runs, balls, target = null, balls_left: ballsLeft = null, end = null } = totals;
  const runsNeeded = target === null ? null : Math.max(0, target - runs);
  const bowlers = inOrder(bowling).map((/** @type {any} */ figures) => ({ ...figures, economy: rate(figures.runs, figures.balls, ballsPerOver) }));
  return {
    overs_allotted: null, method: null, super_over: false, follow_on: false,
    ...totals, number, target, balls_left: ballsLeft, end, completed: end !== null, declared: end === "declared",
    run_rate: rate(runs, balls, ballsPerOver), runs_needed: runsNeeded,
    required_rate: runsNeeded === null || end !== null ? null : rate(runsNeeded, ballsLeft ?? 0, ballsPerOver),
    batting: inOrder(batting).map(batterView),
    bowlers,
    bowling: bowlers.filter((/** @type {Bowler} */ figures) => figures.balls + figures.wides + figures.no_balls > 0),
    fall_of_wickets: Object.entries(falls).map(([wicket, fall]) => ({ ...fall, wicket: Number(wicket), name: batting[fall.player_id]?.name ?? "" })),
    partnerships: [...Object.values(partnerships), partnership].filter(({ wicket }) => wicket).map((pair) => ({
      ...pair, unbroken: pair === partnership,
      batters: inOrder(pair.batters).map((/** @type {any} */ share) => ({ ...share, name: batting[share.player_id]?.name ?? "" })),
    })),
    absent: Object.entries(absent).map(([id, { name }]) => ({ player_id: Number(id), name })),
    over_summaries: Object.values(completedOvers),
    unfinished_over: currentOver.join(" ") || null,
    this_over: currentOver,
  };
}

/** @param {any} row @returns {BatterRecord} */
function batterView({ out = null, retired, ...row }) {
  const notOut = retired ? `retired ${retired.replace("_", " ")}` : "not out";
  return { ...row, out, dismissal: out?.text ?? notOut, strike_rate: rate(row.runs, row.balls, 100) };
}

/** Who is in and what is being bowled. @param {any} state @param {Innings | null} innings the latest @returns {LiveState} */
function liveView({ next, innings: inningsByNumber }, innings) {
  const current = innings && !innings.completed ? inningsByNumber[innings.number] : null;
  const batter = (/** @type {number | undefined} */ id) => innings?.batting.find(({ player_id }) => player_id === id) ?? null;
  const { runs = 0, balls = 0 } = current?.partnership ?? {};
  return {
    innings,
    striker: current && batter(current.striker_id),
    non_striker: current && batter(current.non_striker_id),
    bowler: (current && innings?.bowlers.find(({ player_id }) => player_id === current.bowler_id)) ?? null,
    partnership: { runs, balls },
    this_over: current?.this_over ?? null,
    last_over: innings?.over_summaries.at(-1)?.split(" ") ?? null,
    over_bowler_ids: current?.over_bowler_ids ?? [],
    last_bowler_ids: current?.last_bowler_ids ?? [],
    free_hit: current?.free_hit ?? false,
    next_number: next.ball, next_target: next.target ?? null, next_method: next.method ?? null,
  };
}
