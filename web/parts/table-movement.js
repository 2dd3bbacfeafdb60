// Tracks how teams have moved in a table since its order last changed.

/** @import { LeaderboardRow } from "./page-state.js" */

/**
 * @typedef {{ [team_id: number]: number }} TeamPositions position by team id
 * @typedef {{ now: TeamPositions, before: TeamPositions | null }} TableMovement `before` is the previous different order
 */

/** @param {LeaderboardRow[]} rows @returns {TeamPositions} */
export function positionsByTeam(rows) {
  return Object.fromEntries(rows.map(({ team_id, position }) => [team_id, position]));
}

/**
 * The movement after a new table. An unchanged order keeps the previous movement, so that arrows stay
 * until the next change; so does a table that follows an empty one.
 * @param {TableMovement | null} movement
 * @param {LeaderboardRow[]} rows
 * @returns {TableMovement}
 */
export function trackMovement(movement, rows) {
  const positions = positionsByTeam(rows);
  if (!movement) return { now: positions, before: null };
  const isUnchanged = isSameOrder(movement.now, positions);
  if (isUnchanged) return movement;
  return { now: positions, before: Object.keys(movement.now).length > 0 ? movement.now : null };
}

/**
 * @param {TeamPositions} left
 * @param {TeamPositions} right
 */
function isSameOrder(left, right) {
  const teams = Object.keys(left);
  return teams.length === Object.keys(right).length && teams.every((id) => left[Number(id)] === right[Number(id)]);
}

/**
 * How many positions a team has risen; negative if it fell, 0 for a new team.
 * @param {TableMovement | null} movement
 * @param {number} teamId
 */
export function positionsGained(movement, teamId) {
  const previousPosition = movement?.before?.[teamId];
  const position = movement?.now[teamId];
  return previousPosition === undefined || position === undefined ? 0 : previousPosition - position;
}
