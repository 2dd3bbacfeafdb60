// The innings with this device's unsettled commands applied.

import { ballFromSubmission } from "./ball-request.js";
import { inningsStateOf, parseOverCount } from "./innings-state.js";
import { fillVacantRoles, applyBall, closeInnings, sendIn, dismissBatter, vacateRole, closeIfComplete, setBowler } from "./innings-rules.js";

/** @import { BallRequest } from "./ball-request.js" */
/** @import { InningsState, PlayingConditions } from "./innings-state.js" */
/** @import { ScorerCommand } from "../../../scorer/projected-match.js" */

/**
 * @typedef {object} ProjectionContext input of a projection beside the match
 * @property {number | null} userId
 * @property {(id: number) => string} nameOf
 * @property {{ [number: number]: InningsState }} [stateBeforeBall] states before earlier balls, for an undo
 * @property {ChosenPlayers | null} [chosenPlayers] players for the next ball, where scorers must agree
 *
 * @typedef {{ number: number, striker_id?: number, non_striker_id?: number, bowler_id?: number, override?: boolean }} ChosenPlayers
 */

/**
 * @param {any} game from the server
 * @param {readonly ScorerCommand[]} commands not settled, oldest first
 * @param {ProjectionContext} context
 * @returns {InningsState}
 */
export function projectInnings(game, commands, context) {
  const conditions = /** @type {PlayingConditions} */ (game.playing_conditions);
  const statesBeforeBall = { ...context.stateBeforeBall };
  const serverInnings = inningsStateOf(game);
  const [ownBalls, otherCommands] = takeOwnSubmissions(game, commands, context.userId);
  /** @param {InningsState} innings @param {BallRequest} ball */
  const applyBallRemembering = (innings, ball) => {
    statesBeforeBall[innings.nextBallNumber] = innings;
    return applyBall(innings, ball, conditions, context.nameOf);
  };
  const withOwnBalls = ownBalls.reduce(applyBallRemembering, serverInnings);
  const projected = applyPendingCorrections(otherCommands).reduce((innings, command) => applyCommand(innings, command, { game, conditions, context, stateBeforeBall: statesBeforeBall, applyBall: applyBallRemembering }), withOwnBalls);
  if (context.chosenPlayers?.number !== projected.nextBallNumber) return projected;
  const withChosen = structuredClone(projected);
  fillVacantRoles(withChosen, context.chosenPlayers, context.nameOf);
  return withChosen;
}

/**
 * Splits off this scorer's submissions that wait for others, from the other commands.
 * @param {any} game @param {readonly ScorerCommand[]} commands @param {number | null} userId
 * @returns {[BallRequest[], ScorerCommand[]]}
 */
function takeOwnSubmissions(game, commands, userId) {
  /** @type {BallRequest[]} */ const ownBalls = [];
  let rest = [...commands];
  for (const { number, submissions } of game.pending ?? []) {
    const submission = submissions?.find((/** @type {any} */ one) => one.by === userId)?.ball;
    if (!submission || number !== game.live.next_number + ownBalls.length) break;
    const isResubmission = (/** @type {ScorerCommand} */ { action, body }) => action === "balls" && body.expected_number === number;
    ownBalls.push(rest.filter(isResubmission).at(-1)?.body ?? ballFromSubmission(submission, game.teams));
    rest = rest.filter((command) => !isResubmission(command));
  }
  return [ownBalls, rest];
}

/** Merges a correction of an unsent ball into it. @param {ScorerCommand[]} commands */
function applyPendingCorrections(commands) {
  const corrections = commands.filter(({ method }) => method === "PATCH").map(({ action, body }) => ({ number: Number(action.split("/")[1]), body }));
  return commands.map((command) => {
    const { action, method, body } = command;
    if (method !== "POST" || action !== "balls") return command;
    const correction = corrections.filter(({ number }) => number === body.expected_number).at(-1)?.body;
    return correction ? { ...command, body: { ...body, extras: {}, ...correction } } : command;
  });
}

/**
 * @param {InningsState} innings
 * @param {ScorerCommand} command
 * @param {{ game: any, conditions: PlayingConditions, context: ProjectionContext, stateBeforeBall: { [number: number]: InningsState }, applyBall: (innings: InningsState, ball: BallRequest) => InningsState }} projection
 * @returns {InningsState}
 */
function applyCommand(innings, { method, action, body }, projection) {
  const [resource, number] = action.split("/");
  if (resource === "balls" && method === "DELETE") return undoBall(innings, Number(number), projection.stateBeforeBall);
  if (resource === "balls" && method === "PATCH") return projection.stateBeforeBall[Number(number)] ? innings : { ...innings, isUncertain: true };
  if (method !== "POST") return innings;
  const next = structuredClone(innings);
  switch (resource) {
    case "balls":
      return applyBetweenBalls(next, body, projection) ?? (body.expected_number === innings.nextBallNumber ? projection.applyBall(innings, body) : innings);
    case "innings":
      return openInnings(next, body, projection);
    case "players":
      return closeIfComplete(applyPlayerChange(next, body, projection.context.nameOf));
    case "declare":
      return innings.isOpen ? closeInnings(next) : innings;
    case "target":
      return setTarget(next, body, projection.conditions);
    default:
      return innings;
  }
}

/** @param {InningsState} innings @param {number} number @param {{ [number: number]: InningsState }} statesBeforeBall */
function undoBall(innings, number, statesBeforeBall) {
  if (number >= innings.nextBallNumber) return innings; // the stream was faster
  if (number === innings.nextBallNumber - 1 && statesBeforeBall[number]) return statesBeforeBall[number];
  return { ...innings, nextBallNumber: innings.nextBallNumber - 1, isUncertain: true };
}

/** Applies wickets and penalty runs between balls. @param {InningsState} innings @param {any} body @param {any} projection @returns {InningsState | null} */
function applyBetweenBalls(innings, body, { context }) {
  if (body.runs || body.extras) return null;
  const { penalty, wickets } = body;
  if (penalty && innings.isOpen && penalty.team_id === innings.battingTeamId) awardPenalty(innings, penalty.runs);
  for (const wicket of wickets ?? []) if (!innings.batters[wicket.player_out_id]?.isOut) dismissBatter(innings, wicket.player_out_id, context.nameOf);
  return closeIfComplete(innings);
}

/** Penalty runs also count for a partnership that has begun. @param {InningsState} innings @param {number} runs */
function awardPenalty(innings, runs) {
  innings.runs += runs;
  const { partnership } = innings;
  if (partnership.balls > 0 || partnership.runs > 0) partnership.runs = Math.max(0, partnership.runs + runs);
}

/** @param {InningsState} innings @param {any} body @param {(id: number) => string} name */
function applyPlayerChange(innings, body, name) {
  if (!innings.isOpen) return innings;
  const { retire, absent, batter_id, bowler_id } = body;
  if (retire?.kind === "retired_out") dismissBatter(innings, retire.player_id, name);
  else if (retire) vacateRole(innings, retire.player_id);
  if (absent) innings.maxWickets -= 1;
  if (body.striker_id) sendIn(innings, "striker", body.striker_id, name);
  if (body.non_striker_id) sendIn(innings, "nonStriker", body.non_striker_id, name);
  if (batter_id && batter_id !== innings.striker && batter_id !== innings.nonStriker) sendIn(innings, vacantRole(innings), batter_id, name);
  if (bowler_id) setBowler(innings, bowler_id, name);
  return innings;
}

/** The vacant role; else that of a batter sent in by mistake. @param {InningsState} innings @returns {"striker" | "nonStriker"} */
function vacantRole(innings) {
  if (innings.striker === null) return "striker";
  const hasNotFaced = (/** @type {number} */ id) => innings.batters[id]?.ballsFaced === 0;
  return innings.nonStriker === null || (!hasNotFaced(innings.striker) && hasNotFaced(innings.nonStriker)) ? "nonStriker" : "striker";
}

/** @param {InningsState} innings @param {any} body @param {any} projection @returns {InningsState} */
function openInnings(innings, body, { game, conditions, context }) {
  const isReplacingOpeners = innings.isOpen && innings.currentOver.length === 0 && innings.completedOvers === 0;
  if (innings.isOpen && !isReplacingOpeners) return innings;
  const { battingTeamId: batting, runs, isSuperOver: wasSuperOver } = innings;
  const previousInnings = isReplacingOpeners || batting === null ? innings.previousInnings : [...innings.previousInnings, { battingTeamId: batting, runs, isSuperOver: wasSuperOver }];
  // Any innings after the regular ones is a super over.
  const isSuperOver = previousInnings.filter((one) => !one.isSuperOver).length >= conditions.innings;
  const allottedOvers = isSuperOver ? { overs: 1, balls: 0 } : (innings.presetTarget?.allottedOvers ?? parseOverCount(conditions.overs === null ? null : String(conditions.overs)));
  const maxWickets = isSuperOver ? Math.min(2, conditions.players - 1) : conditions.players - 1;
  /** @type {InningsState} */ const next = {
    ...innings, previousInnings, isSuperOver, battingTeamId: body.batting_team_id, isOpen: true, runs: 0, wickets: 0, maxWickets, completedOvers: 0, legalBalls: 0,
    allottedOvers: allottedOvers, currentOver: [], previousOver: [], striker: null, nonStriker: null, bowler: null, previousOverBowlers: [], currentOverBowlers: [], overRunsConceded: 0,
    batters: {}, bowlers: {}, partnership: { runs: 0, balls: 0 }, nextIsFreeHit: false,
  };
  next.target = targetFor(next, conditions, game);
  fillVacantRoles(next, body, context.nameOf);
  return next;
}

/** @param {InningsState} innings @param {PlayingConditions} conditions @param {any} game */
function targetFor({ previousInnings, isSuperOver, battingTeamId, presetTarget }, conditions, game) {
  if (isSuperOver) {
    const superOvers = previousInnings.filter((one) => one.isSuperOver);
    return superOvers.length % 2 === 1 ? (superOvers.at(-1)?.runs ?? 0) + 1 : null;
  }
  const regularInnings = previousInnings.filter((one) => !one.isSuperOver);
  if (regularInnings.length + 1 !== conditions.innings) return null;
  if (presetTarget) return presetTarget.runs;
  const totalRuns = (/** @type {boolean} */ isBattingSide) => regularInnings.filter(({ battingTeamId: team }) => (team === battingTeamId) === isBattingSide).reduce((sum, { runs }) => sum + runs, 0);
  return Math.max(0, totalRuns(false) + 1 - totalRuns(true));
}

/** @param {InningsState} innings @param {any} body @param {PlayingConditions} conditions @returns {InningsState} */
function setTarget(innings, { runs, overs }, conditions) {
  const allottedOvers = parseOverCount(overs === undefined ? null : String(overs));
  const isChase = innings.isOpen && innings.previousInnings.length + 1 === conditions.innings;
  if (innings.isOpen && allottedOvers && (!runs || isChase)) innings.allottedOvers = allottedOvers;
  if (runs && isChase) innings.target = runs;
  if (runs && !isChase) innings.presetTarget = { runs, allottedOvers };
  return closeIfComplete(innings);
}
