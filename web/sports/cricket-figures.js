// Figures of a match of cricket that pages reckon from what they were told: scores as they are written, runs over by over. Pure.

/** @import { End, Game } from "../client/wire.js" */
/** @import { Innings, Line } from "./innings.js" */
/** @import { Match } from "./cricket-fold.js" */

/** @typedef {{ over: number, runs: number, wickets: number, total: number, down: number, balls: string[] }} Over */

/** What a ball that is written `2nb+1b` or `W` brought the team. @param {string} symbol */
export function runsOf(symbol) {
  return symbol.split("+").reduce((sum, part) => sum + (parseInt(part, 10) || 0), 0);
}

/** @param {string} symbol */
export function wicketsOf(symbol) {
  return symbol.split("+").filter((part) => part === "W").length;
}

/**
 * Every over of an innings, an unfinished one too; where runs came between balls, the totals lack them.
 * @param {Innings} innings
 * @returns {Over[]}
 */
export function oversOf({ over_summaries: summaries, unfinished_over: rest }) {
  let total = 0;
  let down = 0;
  return [...summaries, ...(rest ? [rest] : [])].map((text, at) => {
    const balls = text.split(" ");
    const runs = balls.reduce((sum, ball) => sum + runsOf(ball), 0);
    const wickets = balls.reduce((sum, ball) => sum + wicketsOf(ball), 0);
    total += runs;
    down += wickets;
    return { over: at + 1, runs, wickets, total, down, balls };
  });
}

/** `176/6`, `150` where all are out, `300/4d` @param {Line & { declared?: boolean }} innings */
export function total({ runs, wickets, end, declared }) {
  if (end === "all_out") return String(runs);
  return `${runs}/${wickets}${declared || end === "declared" ? "d" : ""}`;
}

/** `176/6 (20.0)` @param {Line & { declared?: boolean }} innings */
export function withOvers(innings) {
  return `${total(innings)} (${innings.overs})`;
}

/**
 * What a side has made: `176/6 (20.0)`, `302 & 45/1 (12.3)`; nothing before it bats.
 * @param {Game} game
 * @param {End} end
 */
export function scoreOf(game, end) {
  const { scorecard, innings: listed } = /** @type {Partial<Match>} */ (game);
  /** @type {Line[]} */ const all = scorecard?.innings ?? listed ?? [];
  const innings = all.filter((one) => isOwn(game, end, one));
  const last = innings.at(-1);
  if (!last) return "";
  return [...innings.slice(0, -1).map(total), withOvers(last)].join(" & ");
}

/**
 * The innings of a side in the match itself, super overs aside.
 * @param {Game} game
 * @param {End} end
 */
export function inningsOf(game, end) {
  return inningsIn(game).filter((one) => isOwn(game, end, one));
}

/** @param {Game} game @param {End} end @param {Line} innings */
function isOwn(game, end, innings) {
  return innings.batting_team_id === game.teams[end].id && !innings.super_over;
}

/** Whether scores can be written with wickets and overs. @param {Game} game */
export function hasInnings(game) {
  return "scorecard" in game || "innings" in game;
}

/** @param {Game} game @returns {Innings[]} */
export function inningsIn(game) {
  return /** @type {Partial<Match>} */ (game).scorecard?.innings ?? [];
}

/** The side that bats. @param {Game} game @param {{ batting_team_id: number }} innings @returns {End} */
export function battingEnd({ teams }, { batting_team_id: id }) {
  return teams.away.id === id ? "away" : "home";
}

/** @param {End} end @returns {End} */
export const otherEnd = (end) => (end === "home" ? "away" : "home");

/** How many overs an innings may have: `20`, `9.2`; nothing where overs don't end it. @param {{ overs: string, balls_left: number | null }} innings @param {number} perOver */
export function oversAllowed({ overs, balls_left: left }, perOver) {
  if (left === null) return "";
  const [whole, loose] = overs.split(".").map(Number);
  const balls = whole * perOver + loose + left;
  return balls % perOver ? `${Math.floor(balls / perOver)}.${balls % perOver}` : String(balls / perOver);
}

/** `1st innings`: which of a side's this is. @param {Game} game @param {Innings} innings */
export function nameOf(game, innings) {
  const { teams } = game;
  const end = battingEnd(game, innings);
  if (innings.super_over) return `${teams[end].name}, super over`;
  const own = inningsOf(game, end);
  const nth = own.findIndex(({ number }) => number === innings.number);
  const several = /** @type {Match} */ (game).playing_conditions?.innings > 2 || own.length > 1;
  return several ? `${teams[end].name}, ${nth === 0 ? "1st" : "2nd"} innings` : teams[end].name;
}

/** @param {number | null | undefined} rate */
export function rateText(rate) {
  return typeof rate === "number" ? rate.toFixed(2) : "–";
}

/** How a match ended, in words; nothing while it hasn't. @param {Game} game */
export function resultText(game) {
  const { status, result } = game;
  if (!["finished", "abandoned"].includes(status)) return "";
  const how = { walkover: "Walk-over", awarded: "Awarded", no_result: "No result" }[/** @type {string} */ (result?.ending)] ?? "";
  const struck = status === "finished" && !result;
  return result?.text ?? (how || (struck ? "" : (/** @type {Partial<Match>} */ (game).scorecard?.result?.text ?? "")));
}

/** Between two innings, or after the last while the scores are level. @param {Game} game */
export function isBreak(game) {
  const { live } = /** @type {Partial<Match>} */ (game);
  return Boolean(game.status === "live" && live?.innings?.completed);
}

/**
 * How far the side that bats is ahead, in a match of two innings a side; nothing where there is a target, or nothing to
 * compare with yet.
 * @param {Game} game
 * @returns {number | null}
 */
export function leadOf(game) {
  const innings = /** @type {Partial<Match>} */ (game).live?.innings;
  if (!innings || innings.target || innings.super_over || innings.number < 2 || game.status === "finished") return null;
  const end = battingEnd(game, innings);
  const made = (/** @type {End} */ side) => inningsOf(game, side).reduce((sum, { runs }) => sum + runs, 0);
  return made(end) - made(otherEnd(end));
}

/** `Middlesex lead by 45` @param {Game} game */
export function lead(game) {
  const by = leadOf(game);
  const innings = /** @type {Partial<Match>} */ (game).live?.innings;
  if (by === null || !innings) return "";
  const { name } = game.teams[battingEnd(game, innings)];
  return by === 0 ? `${name} are level` : `${name} ${by > 0 ? "lead" : "trail"} by ${Math.abs(by)}`;
}

/** `Rajasthan need 45 from 30 balls`; nothing without a target. @param {Game} game @param {(text: string) => string} [words] */
export function chase(game, words = (text) => text) {
  const match = /** @type {Match} */ (game);
  const innings = match.live?.innings;
  if (!innings || game.status === "finished") return "";
  if (innings.completed) {
    const next = match.live.next_target;
    return next ? `${game.teams[otherEnd(battingEnd(game, innings))].name} ${words("need")} ${next} ${words("to win")}` : "";
  }
  if (!innings.runs_needed) return "";
  const balls = innings.balls_left === null ? words("to win") : `${words("from")} ${innings.balls_left} ${words(innings.balls_left === 1 ? "ball" : "balls")}`;
  return `${game.teams[battingEnd(game, innings)].name} ${words("need")} ${innings.runs_needed} ${balls}`;
}
