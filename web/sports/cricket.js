// Cricket: what a message changes, says and celebrates; how it is drawn comes when it is looked at.

import { Later } from "../parts/tabs.js";
import { html } from "../vendor/htm-preact.js";
import { battingEnd, hasInnings, isBreak, otherEnd, resultText, scoreOf } from "./cricket-figures.js";
import { apply, unplayed } from "./cricket-fold.js";
import { generic, standing } from "./generic.js";

/** @import { Game, Message } from "../client/wire.js" */
/** @import { Moment, Sport } from "./sport.js" */
/** @import { Brief } from "./innings.js" */
/** @import { Match } from "./cricket-fold.js" */

const loadTimeline = async () => (await import("./cricket-timeline.js")).Timeline;
const loadCards = async () => (await import("./cricket-card.js")).Cards;
const loadCharts = async () => (await import("./cricket-charts.js")).Charts;
const loadFigures = async () => (await import("./cricket-statistics.js")).Statistics;
const loadSquads = async () => (await import("./cricket-statistics.js")).LineUps;

/** @param {string} title @param {Parameters<typeof Later>[0]["load"]} load */
const panel = (title, load) => ({ title, draw: (/** @type {Game} */ game) => html`<${Later} load=${load} props=${{ game }} />` });

/** @type {Sport} */
export const cricket = {
  apply,
  unplayed,
  credits: () => [],
  clock: () => ({ text: "", added: "" }), // an innings is measured in overs
  periods: {},
  standing: stands,
  number: (game, end) => (hasInnings(game) ? scoreOf(game, end) : null),
  say,
  head: async () => (await Promise.all([import("./cricket-head.js"), dressed()]))[0].Head,
  panels: [
    panel("Timeline", loadTimeline),
    panel("Scorecard", loadCards),
    panel("Charts", loadCharts),
    panel("Statistics", loadFigures),
    panel("Line-ups", loadSquads),
  ],
  deeds: async () => (await import("./cricket-team.js")).Deeds,
  stage: async () => (await import("./cricket-stage.js")).Stage,
  moment,
  board: () => null,
};

/** What a match of another sport needn't fetch. @returns {Promise<unknown>} */
function dressed() {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = "/assets/cricket.css";
  const come = new Promise((resolve, reject) => {
    sheet.onload = resolve;
    sheet.onerror = reject;
  });
  document.head.append(sheet);
  return come;
}

/** How the match stands, in a few words that a display can speak in other languages. @param {Game} game */
function stands(game) {
  const { live } = /** @type {Partial<Match>} */ (game);
  if (game.status === "finished") return "Finished";
  if (game.status !== "live" || !live?.innings) return standing(game);
  if (isBreak(game)) return isLevel(game) ? "Scores level" : "Innings break";
  return live.innings.super_over ? "Super over" : "Live";
}

/** Nothing is left to bowl, and nobody has won. @param {Game} game */
function isLevel(game) {
  const { live } = /** @type {Match} */ (game);
  return live.innings?.runs_needed === 1 && !live.next_target;
}

/** `Deccan 120 for 3` @param {Game} game @param {Brief} innings */
function spoken(game, innings) {
  return `${game.teams[battingEnd(game, innings)].name} ${innings.runs} for ${innings.wickets}`;
}

/** @type {Sport["say"]} */
function say(game, message) {
  const { type, data } = message;
  const score = data.innings ? spoken(game, data.innings) : "";
  if (type === "ball_bowled") {
    const big = boundary(data.ball);
    return big ? `${big}, ${data.ball.striker}. ${score}.` : null; // every ball would drown it
  }
  if (type === "wicket_fallen") return `Wicket: ${data.fall.name} ${data.wicket.text}, ${data.wicket.batter.runs}. ${score}.`;
  if (type === "over_complete") return `Over ${data.over}: ${data.runs} ${data.runs === 1 ? "run" : "runs"}. ${score}.`;
  if (type === "innings_complete") return `Innings over. ${score}.`;
  if (type === "milestone_achieved") return `${data.milestone.text}.`;
  if (type === "ball_corrected") return `Corrected. ${score}.`;
  if (type === "match_complete") return `${data.text}.`;
  return type.startsWith("match_") ? (resultText(game) || generic.say(game, message)) : null;
}

/** @param {any} ball @returns {"Four" | "Six" | ""} */
function boundary(ball) {
  if (!ball.boundary) return "";
  return { 4: /** @type {const} */ ("Four"), 6: /** @type {const} */ ("Six") }[/** @type {4 | 6} */ (ball.runs.batter)] ?? "";
}

/**
 * What a display celebrates. Its key tells it from all others: a ball that is undone and entered again is the same
 * four, and a fifty that a correction takes away and gives back is the same fifty; one reached by another ball isn't.
 * @param {Game} game
 * @param {Message} message
 * @returns {Moment | null}
 */
function moment(game, { type, data }) {
  if (type === "ball_bowled") {
    const title = boundary(data.ball);
    const { number, striker, innings } = data.ball;
    return title ? { end: battingEnd(game, data.innings), title, text: striker, key: `${title} ${innings} ${number}` } : null;
  }
  if (type === "wicket_fallen") {
    const { fall, wicket } = data;
    const text = `${fall.name} ${wicket.text} ${wicket.batter.runs} (${wicket.batter.balls})`;
    return { end: otherEnd(battingEnd(game, data.innings)), title: "Wicket", text, key: `wicket ${data.ball_number} ${fall.wicket} ${fall.player_id}` };
  }
  return type === "milestone_achieved" ? ofMilestone(game, data.milestone) : null;
}

/** @param {Game} game @param {import("./innings.js").Milestone} milestone @returns {Moment | null} */
function ofMilestone(game, { kind, value, innings, ball_number: ball, team_id: team, player_ids: players, name }) {
  const { next_number: next } = /** @type {Match} */ (game).live;
  if (ball !== null && ball !== next - 1) return null; // a correction found it, overs later
  const end = game.teams.away.id === team ? "away" : "home";
  const title = { five_wickets: "Five wickets", ten_wickets: "Ten wickets", hat_trick: "Hat-trick", wickets_in_a_row: "Wickets in a row", partnership: "Partnership" }[kind] ?? `${value}`;
  const text = kind === "partnership" ? String(value) : name;
  return { end, title, text, key: [kind, value, innings, ball, ...players].join(" ") };
}

