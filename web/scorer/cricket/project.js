// The crease as it will be once the server has what this device has recorded.

import { ballSaid } from "./ball.js";
import { creaseOf, quota } from "./crease.js";
import { appoint, bowl, close, comeIn, goOut, leave, settle, takeTheBall } from "./fold.js";

/** @import { Ball } from "./ball.js" */
/** @import { Crease, Rules } from "./crease.js" */
/** @import { Command } from "../project.js" */

/**
 * @typedef {object} Known what a projection needs beside the game
 * @property {number | null} me
 * @property {(id: number) => string} name
 * @property {{ [number: number]: Crease }} [before] creases before earlier balls, for an undo
 * @property {Chosen | null} [chosen] who comes next, where scorers must agree
 *
 * @typedef {{ number: number, striker_id?: number, non_striker_id?: number, bowler_id?: number, override?: boolean }} Chosen
 */

/**
 * @param {any} game as the server told it
 * @param {readonly Command[]} commands that it has not settled, oldest first
 * @param {Known} known
 * @returns {Crease}
 */
export function creaseAfter(game, commands, known) {
  const rules = /** @type {Rules} */ (game.playing_conditions);
  const before = { ...known.before };
  const told = creaseOf(game);
  const [own, rest] = words(game, commands, known.me);
  /** @param {Crease} crease @param {Ball} ball */
  const bowled = (crease, ball) => {
    before[crease.number] = crease;
    return bowl(crease, ball, rules, known.name);
  };
  const spoken = own.reduce(bowled, told);
  const after = corrected(rest).reduce((crease, command) => step(crease, command, { game, rules, known, before, bowled }), spoken);
  if (known.chosen?.number !== after.number) return after;
  const filled = structuredClone(after);
  appoint(filled, known.chosen, known.name);
  return filled;
}

/**
 * This scorer's words on balls that wait for others, and the commands beside them.
 * @param {any} game @param {readonly Command[]} commands @param {number | null} me
 * @returns {[Ball[], Command[]]}
 */
function words(game, commands, me) {
  /** @type {Ball[]} */ const own = [];
  let rest = [...commands];
  for (const { number, submissions } of game.pending ?? []) {
    const said = submissions?.find((/** @type {any} */ one) => one.by === me)?.ball;
    if (!said || number !== game.live.next_number + own.length) break;
    const isNewer = (/** @type {Command} */ { action, body }) => action === "balls" && body.expected_number === number;
    own.push(rest.filter(isNewer).at(-1)?.body ?? ballSaid(said, game.teams));
    rest = rest.filter((command) => !isNewer(command));
  }
  return [own, rest];
}

/** A correction of a ball that is still on its way takes its place. @param {Command[]} commands */
function corrected(commands) {
  const targets = commands.filter(({ method }) => method === "PATCH").map(({ action, body }) => ({ number: Number(action.split("/")[1]), body }));
  return commands.map((command) => {
    const { action, method, body } = command;
    if (method !== "POST" || action !== "balls") return command;
    const correction = targets.filter(({ number }) => number === body.expected_number).at(-1)?.body;
    return correction ? { ...command, body: { ...body, extras: {}, ...correction } } : command;
  });
}

/**
 * @param {Crease} crease
 * @param {Command} command
 * @param {{ game: any, rules: Rules, known: Known, before: { [number: number]: Crease }, bowled: (crease: Crease, ball: Ball) => Crease }} how
 * @returns {Crease}
 */
function step(crease, { method, action, body }, how) {
  const [what, number] = action.split("/");
  if (what === "balls" && method === "DELETE") return undone(crease, Number(number), how.before);
  if (what === "balls" && method === "PATCH") return how.before[Number(number)] ? crease : { ...crease, isUnsure: true };
  if (method !== "POST") return crease;
  const next = structuredClone(crease);
  switch (what) {
    case "balls":
      return between(next, body, how) ?? (body.expected_number === crease.number ? how.bowled(crease, body) : crease);
    case "innings":
      return opened(next, body, how);
    case "players":
      return settle(players(next, body, how.known.name));
    case "declare":
      return crease.isOpen ? close(next) : crease;
    case "target":
      return target(next, body, how.rules);
    default:
      return crease;
  }
}

/** @param {Crease} crease @param {number} number @param {{ [number: number]: Crease }} before */
function undone(crease, number, before) {
  if (number >= crease.number) return crease; // the stream was faster
  if (number === crease.number - 1 && before[number]) return before[number];
  return { ...crease, number: crease.number - 1, isUnsure: true };
}

/** What happens while no ball is in play. @param {Crease} crease @param {any} body @param {any} how @returns {Crease | null} */
function between(crease, body, { known }) {
  if (body.runs || body.extras) return null;
  const { penalty, wickets } = body;
  if (penalty && crease.isOpen && penalty.team_id === crease.batting) award(crease, penalty.runs);
  for (const out of wickets ?? []) if (!crease.cards[out.player_out_id]?.out) goOut(crease, out.player_out_id, known.name);
  return settle(crease);
}

/** Penalty runs are the stand's too, once that has begun. @param {Crease} crease @param {number} runs */
function award(crease, runs) {
  crease.runs += runs;
  const { partnership } = crease;
  if (partnership.balls > 0 || partnership.runs > 0) partnership.runs = Math.max(0, partnership.runs + runs);
}

/** @param {Crease} crease @param {any} body @param {(id: number) => string} name */
function players(crease, body, name) {
  if (!crease.isOpen) return crease;
  const { retire, absent, batter_id, bowler_id } = body;
  if (retire?.kind === "retired_out") goOut(crease, retire.player_id, name);
  else if (retire) leave(crease, retire.player_id);
  if (absent) crease.wicketsMost -= 1;
  if (body.striker_id) comeIn(crease, "striker", body.striker_id, name);
  if (body.non_striker_id) comeIn(crease, "nonStriker", body.non_striker_id, name);
  if (batter_id && batter_id !== crease.striker && batter_id !== crease.nonStriker) comeIn(crease, place(crease), batter_id, name);
  if (bowler_id) takeTheBall(crease, bowler_id, name);
  return crease;
}

/** The vacant place; else that of one who was sent in by mistake. @param {Crease} crease @returns {"striker" | "nonStriker"} */
function place(crease) {
  if (crease.striker === null) return "striker";
  const isFresh = (/** @type {number} */ id) => crease.cards[id]?.balls === 0;
  return crease.nonStriker === null || (!isFresh(crease.striker) && isFresh(crease.nonStriker)) ? "nonStriker" : "striker";
}

/** @param {Crease} crease @param {any} body @param {any} how @returns {Crease} */
function opened(crease, body, { game, rules, known }) {
  const isAnew = crease.isOpen && crease.over.length === 0 && crease.overs === 0;
  if (crease.isOpen && !isAnew) return crease;
  const { batting, runs, superOver: wasSuper } = crease;
  const played = isAnew || batting === null ? crease.played : [...crease.played, { team: batting, runs, superOver: wasSuper }];
  // After all regular innings there is nothing else to open.
  const superOver = played.filter((one) => !one.superOver).length >= rules.innings;
  const limit = superOver ? { overs: 1, balls: 0 } : (crease.toChase?.overs ?? quota(rules.overs === null ? null : String(rules.overs)));
  const most = superOver ? Math.min(2, rules.players - 1) : rules.players - 1;
  /** @type {Crease} */ const next = {
    ...crease, played, superOver, batting: body.batting_team_id, isOpen: true, runs: 0, wickets: 0, wicketsMost: most, overs: 0, legal: 0,
    quota: limit, over: [], lastOver: [], striker: null, nonStriker: null, bowler: null, rested: [], overBowlers: [], debited: 0,
    cards: {}, figures: {}, partnership: { runs: 0, balls: 0 }, freeHit: false,
  };
  next.target = targetOf(next, rules, game);
  appoint(next, body, known.name);
  return next;
}

/** @param {Crease} crease @param {Rules} rules @param {any} game */
function targetOf({ played, superOver, batting, toChase }, rules, game) {
  if (superOver) {
    const first = played.filter((one) => one.superOver);
    return first.length % 2 === 1 ? (first.at(-1)?.runs ?? 0) + 1 : null;
  }
  const regular = played.filter((one) => !one.superOver);
  if (regular.length + 1 !== rules.innings) return null;
  if (toChase) return toChase.runs;
  const of = (/** @type {boolean} */ own) => regular.filter(({ team }) => (team === batting) === own).reduce((sum, { runs }) => sum + runs, 0);
  return Math.max(0, of(false) + 1 - of(true));
}

/** @param {Crease} crease @param {any} body @param {Rules} rules @returns {Crease} */
function target(crease, { runs, overs }, rules) {
  const limit = quota(overs === undefined ? null : String(overs));
  const isChase = crease.isOpen && crease.played.length + 1 === rules.innings;
  if (crease.isOpen && limit && (!runs || isChase)) crease.quota = limit;
  if (runs && isChase) crease.target = runs;
  if (runs && !isChase) crease.toChase = { runs, overs: limit };
  return settle(crease);
}
