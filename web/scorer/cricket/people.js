// Who comes next: the batter after a wicket, the bowler of the next over.

import { html } from "../../vendor/htm-preact.js";
import { Sure } from "../../desk/parts.js";
import { endOf } from "./board.js";
import { bowled } from "./crease.js";
import { comesNext } from "./send.js";

/** @import { Console, Player } from "../console.js" */
/** @import { Expected } from "../project.js" */
/** @import { Crease, Figures, Rules } from "./crease.js" */

/** @typedef {{ console: Console, game: Expected, onSaid: (text: string) => void, onDone?: () => void }} Props */

/** @param {Expected} game @param {Console} console @param {boolean} isBatting @returns {Player[]} */
export function squadOf(game, { squads }, isBatting) {
  const end = endOf(game, game.crease?.batting ?? null);
  const other = end === "home" ? "away" : "home";
  return squads[game.teams[isBatting ? end : other].id] ?? [];
}

/** @param {Player} one @param {Player} other */
export const byShirt = (one, other) => (one.shirt_number ?? 1_000) - (other.shirt_number ?? 1_000);

/** @param {Props} props */
export function NextBatter({ console, game, onSaid, onDone }) {
  const { cards, striker, nonStriker } = /** @type {Crease} */ (game.crease);
  const left = squadOf(game, console, true).filter(({ id }) => !cards[id]?.out && id !== striker && id !== nonStriker);
  const choose = (/** @type {Player} */ { id, name }) => {
    comesNext(console, { batter_id: id });
    onSaid(`${name} comes in`);
    onDone?.();
  };
  return html`
    <section class="next" aria-label="New batter">
      <h2>New batter${striker === null ? ", on strike" : nonStriker === null ? ", not on strike" : ""}</h2>
      <ul class="players">${left.sort(byShirt).map((player) => html`
        <li key=${player.id}><button type="button" class="big player" onClick=${() => choose(player)}><b>${player.shirt_number ?? "–"}</b> <span>${player.name}${cards[player.id] && html` <small>retired on ${cards[player.id].runs}</small>`}</span></button></li>`)}
      </ul>
      ${left.length === 0 && html`<p class="empty">Nobody of this team is left, or its players are not known here.</p>`}
      <${Sure} label="Nobody comes: all out" onSure=${() => console.record("declare", { reason: "all_out" })} />
    </section>`;
}

/**
 * Why a bowler may not have the next over, if so.
 * @param {number} id @param {Crease} crease @param {Rules} rules
 */
export function barred(id, { rested, figures, overBowlers, quota }, rules) {
  if (rested.includes(id)) return "bowled the last over";
  const most = overs(rules, quota);
  const spell = figures[id];
  if (most === null || !spell || overBowlers.includes(id)) return null;
  return used(spell, rules) >= most ? `has bowled all ${most} overs` : null;
}

/** A quota; in a shortened innings a fifth of it, where it was a fifth before. @param {Rules} rules @param {Crease["quota"]} quota */
function overs({ overs_per_bowler: most, overs: all }, quota) {
  if (most === null || quota === null) return null;
  const fifth = all !== null && Math.ceil(all / 5) === most;
  return fifth ? Math.min(most, Math.ceil((quota.overs + (quota.balls > 0 ? 1 : 0)) / 5)) : most;
}

/** Overs begun. @param {Figures} spell @param {Rules} rules */
const used = ({ whole, loose }, { balls_per_over: per }) => Math.ceil((whole * per + loose) / per);

/** @param {Props} props */
export function NextBowler({ console, game, onSaid, onDone }) {
  const crease = /** @type {Crease} */ (game.crease);
  const rules = /** @type {Rules} */ (/** @type {any} */ (game).playing_conditions);
  const most = overs(rules, crease.quota);
  const choose = (/** @type {Player} */ { id, name }, override = false) => {
    comesNext(console, { bowler_id: id, ...(override ? { override } : {}) });
    onSaid(`${name} bowls`);
    onDone?.();
  };
  const rank = (/** @type {Player} */ { id }) => (barred(id, crease, rules) ? 2 : crease.figures[id] ? 0 : 1);
  const players = squadOf(game, console, false).filter(({ id }) => id !== crease.bowler).sort((one, other) => rank(one) - rank(other) || byShirt(one, other));
  return html`
    <section class="next" aria-label="New bowler">
      <h2>Who bowls over ${crease.overs + 1}?</h2>
      <ul class="players">${players.map((player) => {
        const why = barred(player.id, crease, rules);
        const spell = crease.figures[player.id];
        const said = [spell && `${bowled(spell, rules)}-${spell.maidens}-${spell.runs}-${spell.wickets}`, most !== null && `${spell ? used(spell, rules) : 0} of ${most} overs`, why].filter(Boolean).join(" · ");
        return html`<li key=${player.id}>${why
          ? html`<${Sure} name="big player off" ask="All the same?" label="${player.name} (${why})" onSure=${() => choose(player, true)} />`
          : html`<button type="button" class="big player" onClick=${() => choose(player)}><b>${player.shirt_number ?? "–"}</b> <span>${player.name}${said && html` <small>${said}</small>`}</span></button>`}</li>`;
      })}</ul>
      ${players.length === 0 && html`<p class="empty">The players of the fielding side are not known here.</p>`}
    </section>`;
}
