// Incidents as a scorer records them: which players are asked for, and in how many taps.

/** @import { Side, Match } from "../../../client/message-types.js" */
/** @import { ScorerIncident } from "../../../scorer/projected-match.js" */

/**
 * @typedef {object} IncidentKind
 * @property {string} label
 * @property {string} [playerLabel] the first player's part; without it no player is asked for
 * @property {string} [relatedLabel] the second player's part
 * @property {"other"} [playerSide] if not of the incident's team
 * @property {"other"} [relatedSide]
 * @property {true} [needsBothPlayers] recorded only when both players are chosen
 * @property {true} [hasNoTeam] belongs to no team
 * @property {true} [isShootoutOnly] for the shoot-out only
 */

/** @type {{ [kind: string]: IncidentKind }} */
export const INCIDENT_KINDS = {
  goal: { label: "Goal", playerLabel: "Scorer", relatedLabel: "Assist" },
  yellow_card: { label: "Yellow card", playerLabel: "Booked" },
  substitution: { label: "Substitution", playerLabel: "Goes off", relatedLabel: "Comes on", needsBothPlayers: true },
  red_card: { label: "Red card", playerLabel: "Sent off" },
  penalty_goal: { label: "Penalty scored", playerLabel: "Taker" },
  penalty_missed: { label: "Penalty missed", playerLabel: "Taker" },
  penalty_saved: { label: "Penalty saved", playerLabel: "Taker", relatedLabel: "Keeper", relatedSide: "other" },
  own_goal: { label: "Own goal", playerLabel: "By (other side)", playerSide: "other" },
  second_yellow: { label: "Second yellow", playerLabel: "Sent off" },
  corner: { label: "Corner" },
  foul: { label: "Foul" },
  offside: { label: "Offside" },
  shot_on_target: { label: "Shot on target" },
  shot_off_target: { label: "Shot off target" },
  save: { label: "Save", playerLabel: "Keeper", relatedLabel: "Shooter", relatedSide: "other" },
  injury: { label: "Injury", playerLabel: "Injured" },
  var_review: { label: "VAR review", hasNoTeam: true },
  note: { label: "Note", hasNoTeam: true },
  shootout_goal: { label: "Scored", playerLabel: "Taker", isShootoutOnly: true },
  shootout_miss: { label: "Missed", playerLabel: "Taker", isShootoutOnly: true },
};

export const MAIN_KINDS = ["goal", "yellow_card", "substitution", "red_card"];
export const SHOOTOUT_KINDS = ["shootout_goal", "shootout_miss", "yellow_card", "red_card"];
export const MORE_KINDS = [
  "penalty_goal", "penalty_missed", "penalty_saved", "own_goal", "corner", "foul", "offside",
  "shot_on_target", "shot_off_target", "save", "second_yellow", "injury",
];

const GOAL_KINDS = new Set(["goal", "penalty_goal", "own_goal"]);

/** @param {Side} side @returns {Side} */
export const oppositeSide = (side) => (side === "home" ? "away" : "home");

/** The side whose players are asked for. @param {string} kind @param {Side} teamSide @param {"player" | "related"} role */
export function promptedSide(kind, teamSide, role) {
  return INCIDENT_KINDS[kind]?.[role === "player" ? "playerSide" : "relatedSide"] === "other" ? oppositeSide(teamSide) : teamSide;
}

/** Players with a valid yellow card. @param {readonly ScorerIncident[]} incidents @returns {Set<number>} */
export function bookedPlayers(incidents) {
  const yellowCards = incidents.filter(({ kind, confirmation, pending }) =>
    kind === "yellow_card" && confirmation !== "cancelled" && pending !== "removed");
  return new Set(yellowCards.flatMap(({ player_id }) => player_id ?? []));
}

/**
 * A yellow card for a player who has one is a second yellow.
 * @param {string} kind
 * @param {number | null} playerId
 * @param {readonly ScorerIncident[]} incidents
 */
export function effectiveKind(kind, playerId, incidents) {
  return kind === "yellow_card" && playerId !== null && bookedPlayers(incidents).has(playerId) ? "second_yellow" : kind;
}

/**
 * Applies changed incidents to the score, until the server's score includes them.
 * @param {Match} game
 * @param {readonly ScorerIncident[]} before included in the server's score
 * @param {readonly ScorerIncident[]} after
 * @returns {Pick<Match, "score" | "shootout_score">}
 */
export function scoreAfter(game, before, after) {
  const isShootoutGoal = (/** @type {string} */ kind) => kind === "shootout_goal";
  const countDifference = (/** @type {(kind: string) => boolean} */ isCounted, /** @type {Side} */ side) =>
    countValid(after, isCounted, game.teams[side].id) - countValid(before, isCounted, game.teams[side].id);
  const addDifference = (/** @type {{ home: number, away: number }} */ score, /** @type {(kind: string) => boolean} */ isCounted) =>
    ({ home: score.home + countDifference(isCounted, "home"), away: score.away + countDifference(isCounted, "away") });
  const hasShootout = game.shootout_score || after.some(({ kind }) => INCIDENT_KINDS[kind]?.isShootoutOnly);
  return {
    score: addDifference(game.score ?? { home: 0, away: 0 }, (kind) => GOAL_KINDS.has(kind)),
    ...(hasShootout ? { shootout_score: addDifference(game.shootout_score ?? { home: 0, away: 0 }, isShootoutGoal) } : {}),
  };
}

/**
 * @param {readonly ScorerIncident[]} incidents
 * @param {(kind: string) => boolean} isCounted
 * @param {number} team
 */
function countValid(incidents, isCounted, team) {
  const isValid = (/** @type {ScorerIncident} */ { kind, team_id, confirmation, pending }) =>
    isCounted(kind) && team_id === team && confirmation !== "cancelled" && pending !== "removed";
  return incidents.filter(isValid).length;
}

const PERIOD_ORDER = ["first_half", "second_half", "extra_first_half", "extra_second_half", "penalty_shootout"];

/** In order of play. @param {readonly ScorerIncident[]} incidents */
export function sortScorerIncidents(incidents) {
  return [...incidents].sort((one, other) =>
    PERIOD_ORDER.indexOf(one.period) - PERIOD_ORDER.indexOf(other.period) || one.minute - other.minute ||
    (one.stoppage ?? 0) - (other.stoppage ?? 0) || (one.occurred_at ?? "").localeCompare(other.occurred_at ?? ""));
}

/** Players who have left the field. @param {readonly ScorerIncident[]} incidents @returns {Set<number>} */
export function departedPlayers(incidents) {
  const departed = new Set(/** @type {number[]} */ ([]));
  for (const { kind, player_id, related_player_id, confirmation, pending } of sortScorerIncidents(incidents)) {
    if (confirmation === "cancelled" || pending === "removed") continue;
    if (["substitution", "red_card", "second_yellow"].includes(kind) && player_id) departed.add(player_id);
    if (kind === "substitution" && related_player_id) departed.delete(related_player_id);
  }
  return departed;
}
