// Recording what happened: a ball with its number, who comes next, an undo.

import { inSpeech, symbol } from "./ball.js";

/** @import { Console } from "../console.js" */
/** @import { Ball } from "./ball.js" */
/** @import { Crease } from "./crease.js" */

/** @param {Console} console @returns {Crease} as it is now: the page may show what was */
export const creaseNow = (console) => /** @type {Crease} */ (console.game?.crease);

/** @param {any} game */
export const areSeveral = (game) => game.playing_conditions.scorers_required > 1;

/**
 * A ball, as the next one: its number keeps another scorer's from being doubled.
 * @param {Console} console
 * @param {Ball} ball
 * @param {(text: string) => void} onSaid
 */
export function bowlBall(console, ball, onSaid) {
  const crease = creaseNow(console);
  const { number } = crease;
  const { chosen } = console.known;
  if (!areSeveral(console.told)) console.known.keep(crease);
  const { number: _, ...named } = chosen?.number === number ? chosen : { number };
  console.record("balls", { ...ball, ...named, expected_number: number });
  const { runs, wickets } = creaseNow(console);
  onSaid(`${inSpeech(ball)}. ${runs} for ${wickets}`);
}

/**
 * Who comes next. Where scorers must agree, an over that has ended for one goes on for the server
 * until the others say so: then the next ball names them.
 * @param {Console} console
 * @param {{ batter_id?: number, bowler_id?: number, override?: boolean }} who
 */
export function comesNext(console, who) {
  const crease = creaseNow(console);
  if (!areSeveral(console.told)) return console.record("players", who);
  const { batter_id, ...rest } = who;
  const isVacant = batter_id ? crease.striker === null || crease.nonStriker === null : crease.bowler === null;
  if (!isVacant) return console.record("players", who); // in mid-over, or in place of one sent in by mistake
  const place = crease.striker === null ? "striker_id" : "non_striker_id";
  return console.known.choose({ number: crease.number, ...rest, ...(batter_id ? { [place]: batter_id } : {}) });
}

/**
 * The last ball that is official here, and how it is written.
 * @param {any} game
 * @returns {{ number: number, name: string } | null}
 */
export function lastBall(game) {
  const { crease, pending, live } = game;
  const isWaiting = (/** @type {any} */ one) => one.number === crease?.number - 1;
  // A word that waits for others isn't taken back, but said anew.
  if (!crease || crease.number < 2 || (pending ?? []).some(isWaiting)) return null;
  if (areSeveral(game) && crease.number > live.next_number) return null;
  const said = crease.over.at(-1) ?? crease.lastOver.at(-1);
  return { number: crease.number - 1, name: said ? `ball ${crease.number - 1}: ${said}` : `ball ${crease.number - 1}` };
}

/** @param {Console} console @param {number} number */
export function undo(console, number) {
  const isOwn = waitingBall(console, number) !== null;
  // Should it be refused, the ball of that number is another scorer's.
  console.record(`balls/${number}`, isOwn && console.me ? { by: console.me.id } : {}, { method: "DELETE" });
}

/** A ball that hasn't reached the server. @param {Console} console @param {number} number @returns {Ball | null} */
export function waitingBall({ waiting }, number) {
  const is = (/** @type {any} */ { action, method, body }) => method === "POST" && action === "balls" && body.expected_number === number;
  return waiting.filter(is).at(-1)?.body ?? null;
}

const NAMES = /** @type {{ [action: string]: string }} */ ({
  toss: "Toss", innings: "Start of an innings", declare: "End of an innings", target: "Target",
  "super-over": "Super over", rulings: "Ruling",
});

/** What a command is called, for who gave it; null for those of all sports. @param {{ method: string, action: string, body: any }} command */
export function commandName({ method, action, body }) {
  const [what, number] = action.split("/");
  if (what === "balls" && method === "DELETE") return `Take out ball ${number}`;
  if (what === "balls" && method === "PATCH") return `Correct ball ${number}: ${symbol(body)}`;
  if (what === "balls" && body.runs) return `Ball ${body.expected_number}: ${symbol(body)}`;
  if (what === "balls") return body.penalty ? `${body.penalty.runs} penalty runs` : "Wicket between balls";
  if (what === "players") return playersName(body);
  if (what === "rulings") return `Ruling on ball ${body.number}`;
  return NAMES[what] ?? null;
}

/** @param {any} body */
function playersName({ batter_id, bowler_id, retire }) {
  if (retire) return "Retirement";
  return batter_id ? "New batter" : bowler_id ? "New bowler" : "Change of players";
}
