// Cricket: how messages are spoken and celebrated; rendering code is loaded on demand.

import { loadStyleSheet } from "../../parts/style-sheet.js";
import { LazyComponent } from "../../parts/tabs.js";
import { html } from "../../vendor/htm-preact.js";
import { allInnings, battingSide, hasInningsData, isInningsBreak, otherSide, resultText, sideScoreText } from "./innings.js";
import { playerName, rememberBall, viewMatch } from "./view.js";
import { commonSport, defaultStatusText } from "../common.js";
import { TRANSLATIONS } from "./translations.js";

/** @import { Match, Message } from "../../client/message-types.js" */
/** @import { Celebration, Sport } from "../sport.js" */
/** @import { CricketMatch, Innings, Milestone } from "./types.js" */

const loadTimeline = async () => (await import("./timeline.js")).CricketTimeline;
const loadScorecard = async () => (await import("./scorecard.js")).Scorecard;
const loadCharts = async () => (await import("./charts.js")).Charts;
const loadStatistics = async () => (await import("./statistics.js")).CricketStatistics;
const loadLineUps = async () => (await import("./statistics.js")).CricketLineUps;

/** @param {string} title @param {Parameters<typeof LazyComponent>[0]["load"]} load */
const lazyPanel = (title, load) => ({ title, render: (/** @type {Match} */ game) => html`<${LazyComponent} load=${load} props=${{ game }} />` });

/** @type {Sport} */
export const sport = {
  viewMatch,
  rememberMessage: rememberBall,
  scorerLines: () => [],
  formatClock: () => ({ text: "", added: "" }), // an innings is measured in overs
  periodNames: {},
  statusText,
  scoreText: (game, side) => (hasInningsData(game) ? sideScoreText(game, side) : null),
  spokenMessage,
  differenceColumn: { name: "Net run rate", abbreviation: "NRR", text: ({ net_run_rate: rate }) => (rate ?? 0).toFixed(3) },
  loadHeader: async () => (await Promise.all([import("./header.js"), loadStyleSheet(new URL("./match.css", import.meta.url))]))[0].CricketHeader,
  panels: [
    lazyPanel("Timeline", loadTimeline),
    lazyPanel("Scorecard", loadScorecard),
    lazyPanel("Charts", loadCharts),
    lazyPanel("Statistics", loadStatistics),
    lazyPanel("Line-ups", loadLineUps),
  ],
  loadTeamActivity: async () => (await import("./team-activity.js")).CricketTeamActivity,
  loadDisplay: async () => (await Promise.all([import("./display.js"), loadStyleSheet(new URL("./display.css", import.meta.url))]))[0].CricketDisplay,
  celebrationOf,
  translations: TRANSLATIONS,
  withdrawsCelebration: ({ type }) => type === "ball_corrected" || type === "milestone_withdrawn",
  displayLines: () => null,
};

/** The match's status in a few words that displays can translate. @param {Match} game */
function statusText(game) {
  const { live } = /** @type {Partial<CricketMatch>} */ (game);
  if (game.status === "finished") return "Finished";
  if (game.status !== "live" || !live?.innings) return defaultStatusText(game);
  if (isInningsBreak(game)) return areScoresLevel(game) ? "Scores level" : "Innings break";
  return live.innings.super_over ? "Super over" : "Live";
}

/** All balls are bowled, and nobody has won. @param {Match} game */
function areScoresLevel(game) {
  const { live } = /** @type {CricketMatch} */ (game);
  return live.innings?.runs_needed === 1 && !live.next_target;
}

/** `Deccan 120 for 3`; empty if the message is about no innings. @param {Match} game @param {Innings | undefined} innings */
function spokenScore(game, innings) {
  return innings ? `${game.teams[battingSide(game, innings)].name} ${innings.runs} for ${innings.wickets}` : "";
}

/** The innings that a message is about. @param {Match} game @param {any} data */
function inningsOf(game, { innings, ball, was: previous }) {
  const number = ball?.innings ?? previous?.innings ?? innings?.number ?? innings;
  return allInnings(game).find((one) => one.number === number);
}

/** The row of a batter who is out. @param {Match} game @param {any} data of a wicket */
function dismissedBatter(game, data) {
  return inningsOf(game, data)?.batting.find(({ player_id: id }) => id === data.wicket.player_out_id);
}

/** @type {Sport["spokenMessage"]} */
function spokenMessage(game, message) {
  const { type, data } = message;
  const score = spokenScore(game, inningsOf(game, data));
  if (type === "ball_bowled") {
    const boundaryName = boundaryNameOf(data.ball);
    return boundaryName ? `${boundaryName}, ${playerName(game, data.ball.striker_id)}. ${score}.` : null; // announcing every ball would be too much
  }
  if (type === "wicket_fallen") return `Wicket: ${playerName(game, data.wicket.player_out_id)} ${dismissedBatter(game, data)?.dismissal}, ${data.wicket.runs}. ${score}.`;
  if (type === "over_complete") return `Over ${data.over}: ${data.runs} ${data.runs === 1 ? "run" : "runs"}. ${score}.`;
  if (type === "innings_complete") return `Innings over. ${score}.`;
  if (type === "milestone_achieved") return `${milestoneText(game, data.milestone)}.`;
  if (type === "ball_corrected") return `Corrected. ${score}.`;
  if (type === "match_complete") return `${resultText(game)}.`;
  return type.startsWith("match_") ? (resultText(game) || commonSport.spokenMessage(game, message)) : null;
}

/** `Ada Okafor: 50 runs` @param {Match} game @param {Milestone} milestone */
function milestoneText(game, { kind, value, team_id: teamId, player_ids: playerIds }) {
  const { name } = game.teams.away.id === teamId ? game.teams.away : game.teams.home;
  const players = playerIds.map((id) => playerName(game, id)).join(" and ");
  const texts = {
    team_runs: `${name}: ${value} runs`, batter_runs: `${players}: ${value} runs`, partnership: `${players}: partnership of ${value}`,
    five_wickets: `${players}: five wickets`, ten_wickets: `${players}: ten wickets in the match`, hat_trick: `${players}: hat-trick`,
    wickets_in_a_row: `${players}: ${value} wickets in ${value} balls`,
  };
  return texts[/** @type {keyof typeof texts} */ (kind)] ?? `${players || name}: ${value}`;
}

/** @param {any} ball @returns {"Four" | "Six" | ""} */
function boundaryNameOf(ball) {
  if (!ball.boundary) return "";
  return { 4: /** @type {const} */ ("Four"), 6: /** @type {const} */ ("Six") }[/** @type {4 | 6} */ (ball.runs.batter)] ?? "";
}

/**
 * The celebration of a message. Its key identifies it: a ball undone and entered again is the same
 * four, and a fifty that a correction removes and restores is the same, unless another ball reaches it.
 * @param {Match} game
 * @param {Message} message
 * @returns {Celebration | null}
 */
function celebrationOf(game, { type, data }) {
  const innings = inningsOf(game, data);
  if (type === "ball_bowled" && innings) {
    const title = boundaryNameOf(data.ball);
    const { number, striker_id: striker } = data.ball;
    return title ? { side: battingSide(game, innings), title, text: playerName(game, striker), key: `${title} ${innings.number} ${number}` } : null;
  }
  if (type === "wicket_fallen" && innings) {
    const { wicket } = data;
    const text = `${playerName(game, wicket.player_out_id)} ${dismissedBatter(game, data)?.dismissal} ${wicket.runs} (${wicket.balls})`;
    return { side: otherSide(battingSide(game, innings)), title: "Wicket", text, key: `wicket ${data.ball_number} ${wicket.number} ${wicket.player_out_id}` };
  }
  return type === "milestone_achieved" ? milestoneCelebration(game, data.milestone) : null;
}

/** @param {Match} game @param {Milestone} milestone @returns {Celebration | null} */
function milestoneCelebration(game, { kind, value, innings, ball_number: ballNumber, team_id: teamId, player_ids: playerIds }) {
  const { next_number: next } = /** @type {CricketMatch} */ (game).live;
  if (ballNumber !== undefined && ballNumber !== next - 1) return null; // a correction found it overs later
  const side = game.teams.away.id === teamId ? "away" : "home";
  const title = { five_wickets: "Five wickets", ten_wickets: "Ten wickets", hat_trick: "Hat-trick", wickets_in_a_row: "Wickets in a row", partnership: "Partnership" }[kind] ?? `${value}`;
  const text = kind === "partnership" ? String(value) : playerIds.map((id) => playerName(game, id)).join(" and ") || game.teams[side].name;
  return { side, title, text, key: [kind, value, innings, ballNumber, ...playerIds].join(" ") };
}

