// How teams have moved in a table since the page last stood still.

/** @import { Row } from "./bulletin.js" */

/**
 * @typedef {{ [team_id: number]: number }} Places the position of each team
 * @typedef {{ now: Places, before: Places | null }} Standing `before` is the last table that was another one
 */

/** @param {Row[]} table @returns {Places} */
export function placesOf(table) {
  return Object.fromEntries(table.map(({ team_id, position }) => [team_id, position]));
}

/**
 * The standing after a table. The same order said again changes nothing, so that arrows stay until the
 * next change; so does a table that was empty before there were teams.
 * @param {Standing | null} standing
 * @param {Row[]} table
 * @returns {Standing}
 */
export function follow(standing, table) {
  const now = placesOf(table);
  if (!standing) return { now, before: null };
  const same = sameOrder(standing.now, now);
  if (same) return standing;
  return { now, before: Object.keys(standing.now).length > 0 ? standing.now : null };
}

/**
 * @param {Places} one
 * @param {Places} other
 */
function sameOrder(one, other) {
  const teams = Object.keys(one);
  return teams.length === Object.keys(other).length && teams.every((id) => one[Number(id)] === other[Number(id)]);
}

/**
 * How many places a team has risen; below 0 it has fallen, and a team that is new has not moved.
 * @param {Standing | null} standing
 * @param {number} team
 */
export function risen(standing, team) {
  const before = standing?.before?.[team];
  const now = standing?.now[team];
  return before === undefined || now === undefined ? 0 : before - now;
}
