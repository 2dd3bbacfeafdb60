// An event's table, whose rows animate to their new positions.

import { html, useLayoutEffect, useRef } from "../vendor/htm-preact.js";
import { ErrorBoundary } from "./error-boundary.js";
import { positionsGained } from "./table-movement.js";

/** @import { LeaderboardRow } from "./page-state.js" */
/** @import { TableMovement } from "./table-movement.js" */
/** @import { DifferenceColumn } from "../sports/sport.js" */

const SLIDE_MS = 600;

/** @type {DifferenceColumn} */
const SCORE_DIFFERENCE = { name: "Difference", abbreviation: "±", text: (row) => formatSigned(row.difference) };

/** @param {{ rows: LeaderboardRow[], movement: TableMovement | null, difference?: DifferenceColumn }} props */
export function LeaderboardTable({ rows, movement, difference = SCORE_DIFFERENCE }) {
  const bodyRef = useRef(/** @type {HTMLElement | null} */ (null));
  useRowAnimation(bodyRef, rows.map(({ team_id }) => team_id).join());
  return html`
    <table class="standings">
      <caption class="visually-hidden">Table</caption>
      <thead><tr>
        <th scope="col"><abbr title="Position">#</abbr></th><th scope="col" class="team">Team</th>
        <th scope="col"><abbr title="Played">P</abbr></th><th scope="col" class="wide"><abbr title="Won">W</abbr></th>
        <th scope="col" class="wide"><abbr title="VNode">D</abbr></th><th scope="col" class="wide"><abbr title="Lost">L</abbr></th>
        <th scope="col" class="wide"><abbr title="For">F</abbr></th><th scope="col" class="wide"><abbr title="Against">A</abbr></th>
        <th scope="col"><abbr title=${difference.name}>${difference.abbreviation}</abbr></th>
        <th scope="col"><abbr title="Points">Pts</abbr></th>
      </tr></thead>
      <tbody ref=${bodyRef}>${rows.map((row) => html`
        <tr key=${row.team_id} data-team=${row.team_id}><${ErrorBoundary} item=${row} fallback=${html`<td colspan="10">–</td>`} render=${() => html`
          <td class="place">${row.position} <${MovementArrow} gained=${positionsGained(movement, row.team_id)} /></td>
          <th scope="row" class="team"><a href=${`/teams/${row.team_id}`}>${row.team}</a></th>
          <td>${row.played}</td><td class="wide">${row.won}</td><td class="wide">${row.drawn}</td><td class="wide">${row.lost}</td>
          <td class="wide">${row.for}</td><td class="wide">${row.against}</td>
          <td>${difference.text(row)}</td>
          <td class="points">${row.points}</td>`} /></tr>`)}
      </tbody>
    </table>`;
}

/** @param {{ gained: number }} props */
function MovementArrow({ gained }) {
  if (gained === 0) return null;
  const direction = gained > 0 ? "up" : "down";
  return html`<span class=${`moved ${direction}`}><span aria-hidden="true">${Math.abs(gained)}</span><span class="visually-hidden">${direction} ${Math.abs(gained)}</span></span>`;
}

/** @param {number} number */
const formatSigned = (number) => (number > 0 ? `+${number}` : String(number).replace("-", "−"));

/**
 * @param {{ current: HTMLElement | null }} bodyRef
 * @param {string} rowOrder
 */
function useRowAnimation(bodyRef, rowOrder) {
  const previousTops = useRef(/** @type {Map<string, number>} */ (new Map()));
  useLayoutEffect(() => {
    const prefersReducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const rows = /** @type {HTMLElement[]} */ ([...(bodyRef.current?.children ?? [])]);
    const currentTops = new Map(rows.map((row) => [row.dataset.team ?? "", row.offsetTop]));
    for (const row of rows) {
      const offset = (previousTops.current.get(row.dataset.team ?? "") ?? row.offsetTop) - row.offsetTop;
      if (offset && !prefersReducedMotion) row.animate([{ transform: `translateY(${offset}px)` }, { transform: "none" }], { duration: SLIDE_MS, easing: "ease-in-out" });
    }
    previousTops.current = currentTops;
  }, [rowOrder]);
}
