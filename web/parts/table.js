// An event's table, whose rows slide to their new places.

import { html, useLayoutEffect, useRef } from "../vendor/htm-preact.js";
import { Boundary } from "./boundary.js";
import { risen } from "./movement.js";

/** @import { Row } from "./bulletin.js" */
/** @import { Standing } from "./movement.js" */

const SLIDE_MS = 600;

/** @param {{ table: Row[], standing: Standing | null, cricket?: boolean }} props */
export function Table({ table, standing, cricket = false }) {
  const body = useRef(/** @type {HTMLElement | null} */ (null));
  useSliding(body, table.map(({ team_id }) => team_id).join());
  return html`
    <table class="standings">
      <caption class="unseen">Table</caption>
      <thead><tr>
        <th scope="col"><abbr title="Position">#</abbr></th><th scope="col" class="team">Team</th>
        <th scope="col"><abbr title="Played">P</abbr></th><th scope="col" class="wide"><abbr title="Won">W</abbr></th>
        <th scope="col" class="wide"><abbr title="Drawn">D</abbr></th><th scope="col" class="wide"><abbr title="Lost">L</abbr></th>
        <th scope="col" class="wide"><abbr title="For">F</abbr></th><th scope="col" class="wide"><abbr title="Against">A</abbr></th>
        <th scope="col">${cricket ? html`<abbr title="Net run rate">NRR</abbr>` : html`<abbr title="Difference">±</abbr>`}</th>
        <th scope="col"><abbr title="Points">Pts</abbr></th>
      </tr></thead>
      <tbody ref=${body}>${table.map((row) => html`
        <tr key=${row.team_id} data-team=${row.team_id}><${Boundary} of=${row} instead=${html`<td colspan="10">–</td>`} draw=${() => html`
          <td class="place">${row.position} <${Arrow} places=${risen(standing, row.team_id)} /></td>
          <th scope="row" class="team"><a href=${`/teams/${row.team_id}`}>${row.team}</a></th>
          <td>${row.played}</td><td class="wide">${row.won}</td><td class="wide">${row.drawn}</td><td class="wide">${row.lost}</td>
          <td class="wide">${row.for}</td><td class="wide">${row.against}</td>
          <td>${cricket ? (row.net_run_rate ?? 0).toFixed(3) : signed(row.difference)}</td>
          <td class="points">${row.points}</td>`} /></tr>`)}
      </tbody>
    </table>`;
}

/** @param {{ places: number }} props */
function Arrow({ places }) {
  if (places === 0) return null;
  const way = places > 0 ? "up" : "down";
  return html`<span class=${`moved ${way}`}><span aria-hidden="true">${Math.abs(places)}</span><span class="unseen">${way} ${Math.abs(places)}</span></span>`;
}

/** @param {number} number */
const signed = (number) => (number > 0 ? `+${number}` : String(number).replace("-", "−"));

/**
 * @param {{ current: HTMLElement | null }} body
 * @param {string} order
 */
function useSliding(body, order) {
  const tops = useRef(/** @type {Map<string, number>} */ (new Map()));
  useLayoutEffect(() => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const rows = /** @type {HTMLElement[]} */ ([...(body.current?.children ?? [])]);
    const next = new Map(rows.map((row) => [row.dataset.team ?? "", row.offsetTop]));
    for (const row of rows) {
      const by = (tops.current.get(row.dataset.team ?? "") ?? row.offsetTop) - row.offsetTop;
      if (by && !calm) row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: SLIDE_MS, easing: "ease-in-out" });
    }
    tops.current = next;
  }, [order]);
}
