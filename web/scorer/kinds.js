// The kinds of football's incidents, as a scorer records them: who is asked for, and in how many taps.

/** @import { End, Game, Incident } from "../client/wire.js" */

/**
 * An incident as the console has it: the server's, or one that is still on its way there.
 * @typedef {Omit<Incident, "id"> & {
 *   id: number | string, player_id?: number | null, related_player_id?: number | null, occurred_at?: string,
 *   pending?: "new" | "changed" | "removed",
 * }} Noted
 *
 * @typedef {object} Kind
 * @property {string} label
 * @property {string} [player] what the first player does; without it nobody is asked for
 * @property {string} [related] what the second one does
 * @property {"other"} [playerSide] on whose side, where it isn't the incident's own
 * @property {"other"} [relatedSide]
 * @property {true} [both] nothing is recorded before both players are known
 * @property {true} [nobody] of no team
 * @property {true} [shootout] only there
 */

/** @type {{ [kind: string]: Kind }} */
export const KINDS = {
  goal: { label: "Goal", player: "Scorer", related: "Assist" },
  yellow_card: { label: "Yellow card", player: "Booked" },
  substitution: { label: "Substitution", player: "Goes off", related: "Comes on", both: true },
  red_card: { label: "Red card", player: "Sent off" },
  penalty_goal: { label: "Penalty scored", player: "Taker" },
  penalty_missed: { label: "Penalty missed", player: "Taker" },
  penalty_saved: { label: "Penalty saved", player: "Taker", related: "Keeper", relatedSide: "other" },
  own_goal: { label: "Own goal", player: "By (other side)", playerSide: "other" },
  second_yellow: { label: "Second yellow", player: "Sent off" },
  corner: { label: "Corner" },
  foul: { label: "Foul" },
  offside: { label: "Offside" },
  shot_on_target: { label: "Shot on target" },
  shot_off_target: { label: "Shot off target" },
  save: { label: "Save", player: "Keeper", related: "Shooter", relatedSide: "other" },
  injury: { label: "Injury", player: "Injured" },
  var_review: { label: "VAR review", nobody: true },
  note: { label: "Note", nobody: true },
  shootout_goal: { label: "Scored", player: "Taker", shootout: true },
  shootout_miss: { label: "Missed", player: "Taker", shootout: true },
};

export const MAIN = ["goal", "yellow_card", "substitution", "red_card"];
export const SHOOTOUT = ["shootout_goal", "shootout_miss", "yellow_card", "red_card"];
export const MORE = [
  "penalty_goal", "penalty_missed", "penalty_saved", "own_goal", "corner", "foul", "offside",
  "shot_on_target", "shot_off_target", "save", "second_yellow", "injury",
];

const GOALS = new Set(["goal", "penalty_goal", "own_goal"]);

/** @param {End} end @returns {End} */
export const opposite = (end) => (end === "home" ? "away" : "home");

/** Whose players are asked for. @param {string} kind @param {End} end @param {"player" | "related"} which */
export function sideOf(kind, end, which) {
  return KINDS[kind]?.[which === "player" ? "playerSide" : "relatedSide"] === "other" ? opposite(end) : end;
}

/** Who has a yellow card that counts. @param {readonly Noted[]} incidents @returns {Set<number>} */
export function booked(incidents) {
  const cards = incidents.filter(({ kind, confirmation, pending }) =>
    kind === "yellow_card" && confirmation !== "cancelled" && pending !== "removed");
  return new Set(cards.flatMap(({ player_id }) => player_id ?? []));
}

/**
 * A yellow card for who has one is a second yellow.
 * @param {string} kind
 * @param {number | null} playerId
 * @param {readonly Noted[]} incidents
 */
export function kindFor(kind, playerId, incidents) {
  return kind === "yellow_card" && playerId !== null && booked(incidents).has(playerId) ? "second_yellow" : kind;
}

/**
 * The score that these incidents make, where it is counted here: while the server doesn't know them.
 * @param {Game} game
 * @param {readonly Noted[]} before as the server's score has them
 * @param {readonly Noted[]} after
 * @returns {Pick<Game, "score" | "shootout_score">}
 */
export function scoreAfter(game, before, after) {
  const inShootout = (/** @type {string} */ kind) => kind === "shootout_goal";
  const changed = (/** @type {(kind: string) => boolean} */ counts, /** @type {End} */ end) =>
    count(after, counts, game.teams[end].id) - count(before, counts, game.teams[end].id);
  const add = (/** @type {{ home: number, away: number }} */ score, /** @type {(kind: string) => boolean} */ counts) =>
    ({ home: score.home + changed(counts, "home"), away: score.away + changed(counts, "away") });
  const hasShootout = game.shootout_score || after.some(({ kind }) => KINDS[kind]?.shootout);
  return {
    score: add(game.score ?? { home: 0, away: 0 }, (kind) => GOALS.has(kind)),
    ...(hasShootout ? { shootout_score: add(game.shootout_score ?? { home: 0, away: 0 }, inShootout) } : {}),
  };
}

/**
 * @param {readonly Noted[]} incidents
 * @param {(kind: string) => boolean} counts
 * @param {number} team
 */
function count(incidents, counts, team) {
  const stands = (/** @type {Noted} */ { kind, team_id, confirmation, pending }) =>
    counts(kind) && team_id === team && confirmation !== "cancelled" && pending !== "removed";
  return incidents.filter(stands).length;
}

const PERIODS = ["first_half", "second_half", "extra_first_half", "extra_second_half", "penalty_shootout"];

/** In the order of play. @param {readonly Noted[]} incidents */
export function inOrder(incidents) {
  return [...incidents].sort((one, other) =>
    PERIODS.indexOf(one.period) - PERIODS.indexOf(other.period) || one.minute - other.minute ||
    (one.stoppage ?? 0) - (other.stoppage ?? 0) || (one.occurred_at ?? "").localeCompare(other.occurred_at ?? ""));
}

/** Who has left the field. @param {readonly Noted[]} incidents @returns {Set<number>} */
export function gone(incidents) {
  const left = new Set(/** @type {number[]} */ ([]));
  for (const { kind, player_id, related_player_id, confirmation, pending } of inOrder(incidents)) {
    if (confirmation === "cancelled" || pending === "removed") continue;
    if (["substitution", "red_card", "second_yellow"].includes(kind) && player_id) left.add(player_id);
    if (kind === "substitution" && related_player_id) left.delete(related_player_id);
  }
  return left;
}
