// Statistics of both sides.

import { html } from "../../vendor/htm-preact.js";
import { StatisticsTable } from "../../parts/statistics-table.js";

/** @import { Match } from "../../client/message-types.js" */

/** Others follow. */
const STATISTIC_ORDER = [
  "goals", "possession", "shots_on_target", "shots_off_target", "saves", "corners", "fouls",
  "offsides", "yellow_cards", "red_cards",
];

/** @param {{ game: Match }} props */
export function FootballStatistics({ game: { statistics, teams } }) {
  if (!statistics) return html`<p class="empty">No statistics yet.</p>`;
  return html`<${StatisticsTable} statistics=${statistics} teams=${teams} order=${STATISTIC_ORDER} />`;
}
