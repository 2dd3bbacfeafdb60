// Derived values of a cricket match: scores as text, runs per over; pure.

/** @import { Side, Match } from "../../client/message-types.js" */
/** @import { CricketMatch, Innings, InningsScore } from "./types.js" */

/** @typedef {{ over: number, runs: number, wickets: number, runsTotal: number, wicketsDown: number, balls: string[] }} OverSummary */

/** The team's runs of a ball's symbol, such as `2nb+1b` or `W`. @param {string} symbol */
export function runsOfSymbol(symbol) {
  return symbol.split("+").reduce((sum, part) => sum + (parseInt(part, 10) || 0), 0);
}

/** @param {string} symbol */
export function wicketsOfSymbol(symbol) {
  return symbol.split("+").filter((part) => part === "W").length;
}

/**
 * All overs of an innings, including an unfinished one; the totals lack runs between balls.
 * @param {Innings} innings
 * @returns {OverSummary[]}
 */
export function overSummaries({ over_summaries: completedOvers, unfinished_over: unfinishedOver }) {
  let runsTotal = 0;
  let wicketsDown = 0;
  return [...completedOvers, ...(unfinishedOver ? [unfinishedOver] : [])].map((text, index) => {
    const balls = text.split(" ");
    const runs = balls.reduce((sum, ball) => sum + runsOfSymbol(ball), 0);
    const wickets = balls.reduce((sum, ball) => sum + wicketsOfSymbol(ball), 0);
    runsTotal += runs;
    wicketsDown += wickets;
    return { over: index + 1, runs, wickets, runsTotal, wicketsDown, balls };
  });
}

/** `176/6`, `150` if all out, `300/4d` @param {InningsScore & { declared?: boolean }} innings */
export function scoreText({ runs, wickets, end, declared }) {
  if (end === "all_out") return String(runs);
  return `${runs}/${wickets}${declared || end === "declared" ? "d" : ""}`;
}

/** `176/6 (20.0)` @param {InningsScore & { declared?: boolean }} innings */
export function scoreWithOvers(innings) {
  return `${scoreText(innings)} (${innings.overs})`;
}

/**
 * A side's scores: `176/6 (20.0)`, `302 & 45/1 (12.3)`; empty before it bats.
 * @param {Match} game
 * @param {Side} side
 */
export function sideScoreText(game, side) {
  const { scorecard, innings: listed } = /** @type {Partial<CricketMatch>} */ (game);
  /** @type {InningsScore[]} */ const allInnings = scorecard?.innings ?? listed ?? [];
  const innings = allInnings.filter((one) => isInningsOfSide(game, side, one));
  const last = innings.at(-1);
  if (!last) return "";
  return [...innings.slice(0, -1).map(scoreText), scoreWithOvers(last)].join(" & ");
}

/**
 * A side's regular innings, without super overs.
 * @param {Match} game
 * @param {Side} side
 */
export function inningsOfSide(game, side) {
  return allInnings(game).filter((one) => isInningsOfSide(game, side, one));
}

/** @param {Match} game @param {Side} side @param {InningsScore} innings */
function isInningsOfSide(game, side, innings) {
  return innings.batting_team_id === game.teams[side].id && !innings.super_over;
}

/** Whether the match has wickets and overs. @param {Match} game */
export function hasInningsData(game) {
  return "scorecard" in game || "innings" in game;
}

/** @param {Match} game @returns {Innings[]} */
export function allInnings(game) {
  return /** @type {Partial<CricketMatch>} */ (game).scorecard?.innings ?? [];
}

/** The batting side. @param {Match} game @param {{ batting_team_id: number }} innings @returns {Side} */
export function battingSide({ teams }, { batting_team_id: id }) {
  return teams.away.id === id ? "away" : "home";
}

/** @param {Side} side @returns {Side} */
export const otherSide = (side) => (side === "home" ? "away" : "home");

/** The allotted overs of an innings: `20`, `9.2`; empty if unlimited. @param {{ overs: string, balls_left: number | null }} innings @param {number} ballsPerOver */
export function allottedOversText({ overs, balls_left: left }, ballsPerOver) {
  if (left === null) return "";
  const [whole, loose] = overs.split(".").map(Number);
  const balls = whole * ballsPerOver + loose + left;
  return balls % ballsPerOver ? `${Math.floor(balls / ballsPerOver)}.${balls % ballsPerOver}` : String(balls / ballsPerOver);
}

/** The innings' name: its team, and `1st innings` if each side has two. @param {Match} game @param {Innings} innings */
export function inningsName(game, innings) {
  const { teams } = game;
  const side = battingSide(game, innings);
  if (innings.super_over) return `${teams[side].name}, super over`;
  const sideInnings = inningsOfSide(game, side);
  const nth = sideInnings.findIndex(({ number }) => number === innings.number);
  const hasSecondInnings = /** @type {CricketMatch} */ (game).playing_conditions?.innings > 2 || sideInnings.length > 1;
  return hasSecondInnings ? `${teams[side].name}, ${nth === 0 ? "1st" : "2nd"} innings` : teams[side].name;
}

/** @param {number | null | undefined} rate */
export function formatRate(rate) {
  return typeof rate === "number" ? rate.toFixed(2) : "–";
}

/** The result as text; empty before the end. @param {Match} game */
export function resultText(game) {
  const { status, result } = game;
  if (!["finished", "abandoned"].includes(status)) return "";
  const endingName = { walkover: "Walk-over", awarded: "Awarded", no_result: "No result" }[/** @type {string} */ (result?.ending)] ?? "";
  const isResultDeleted = status === "finished" && !result;
  return result?.text ?? (endingName || (isResultDeleted ? "" : outcomeText(game)));
}

/** How the match was decided: `Deccan won by 12 runs`; empty while it isn't. @param {Match} game */
export function outcomeText(game) {
  const { outcome, teams, live } = /** @type {Partial<CricketMatch> & Match} */ (game);
  if (!outcome) return "";
  const { kind, winner_team_id: winner, by, decided_by: decidedBy, method } = outcome;
  const { name } = winner === teams.away.id ? teams.away : teams.home;
  const advanced = winner === undefined ? "" : ` (${[name, "won", decidedBy].filter(Boolean).join(" ")})`;
  const sentence = {
    won: `${name} won by ${by && marginText(by)}`,
    tied: `Match tied${advanced}`,
    drawn: `Match drawn${advanced}`,
    awarded: `Match awarded to ${name}`,
    no_result: "No result",
    abandoned: live?.next_number === 1 ? "Match abandoned without a ball bowled" : "Match abandoned",
  }[kind];
  return method && kind !== "awarded" ? `${sentence} (${method} method)` : sentence;
}

/** @param {NonNullable<import("./types.js").Outcome["by"]>} margin */
function marginText({ innings, runs, wickets, balls_left: ballsLeft }) {
  if (innings) return `an innings and ${pluralize(Number(runs), "run")}`;
  if (wickets !== undefined) return pluralize(wickets, "wicket") + (ballsLeft ? ` with ${pluralize(ballsLeft, "ball")} remaining` : "");
  return runs === undefined ? "penalty runs" : pluralize(runs, "run");
}

/** @param {number} count @param {string} word */
const pluralize = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** Between two innings, or after the last while the scores are level. @param {Match} game */
export function isInningsBreak(game) {
  const { live } = /** @type {Partial<CricketMatch>} */ (game);
  return Boolean(game.status === "live" && live?.innings?.completed);
}

/**
 * The batting side's lead in a match of two innings a side; null with a target, or without
 * earlier innings to compare.
 * @param {Match} game
 * @returns {number | null}
 */
export function leadRuns(game) {
  const innings = /** @type {Partial<CricketMatch>} */ (game).live?.innings;
  if (!innings || innings.target || innings.super_over || innings.number < 2 || game.status === "finished") return null;
  const side = battingSide(game, innings);
  const runsOfSide = (/** @type {Side} */ side) => inningsOfSide(game, side).reduce((sum, { runs }) => sum + runs, 0);
  return runsOfSide(side) - runsOfSide(otherSide(side));
}

/** `Middlesex lead by 45` @param {Match} game */
export function leadText(game) {
  const leadBy = leadRuns(game);
  const innings = /** @type {Partial<CricketMatch>} */ (game).live?.innings;
  if (leadBy === null || !innings) return "";
  const { name } = game.teams[battingSide(game, innings)];
  return leadBy === 0 ? `${name} are level` : `${name} ${leadBy > 0 ? "lead" : "trail"} by ${Math.abs(leadBy)}`;
}

/** `Rajasthan need 45 from 30 balls`; empty without a target. @param {Match} game @param {(text: string) => string} [translate] */
export function chaseText(game, translate = (text) => text) {
  const match = /** @type {CricketMatch} */ (game);
  const innings = match.live?.innings;
  if (!innings || game.status === "finished") return "";
  if (innings.completed) {
    const next = match.live.next_target;
    return next ? `${game.teams[otherSide(battingSide(game, innings))].name} ${translate("need")} ${next} ${translate("to win")}` : "";
  }
  if (!innings.runs_needed) return "";
  const balls = innings.balls_left === null ? translate("to win") : `${translate("from")} ${innings.balls_left} ${translate(innings.balls_left === 1 ? "ball" : "balls")}`;
  return `${game.teams[battingSide(game, innings)].name} ${translate("need")} ${innings.runs_needed} ${balls}`;
}
