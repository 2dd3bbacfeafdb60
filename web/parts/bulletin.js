// What an event's or a team's page knows: a snapshot, moved on by messages. All of it is pure.

import { dateOf } from "./dates.js";

/** @import { Game, Message } from "../client/wire.js" */

/**
 * @typedef {object} Row one team's place in the table
 * @property {number} position
 * @property {number} team_id
 * @property {string} team
 * @property {number} played
 * @property {number} won
 * @property {number} drawn
 * @property {number} lost
 * @property {number} for
 * @property {number} against
 * @property {number} difference
 * @property {number} points
 * @property {number | null} net_run_rate
 *
 * @typedef {object} Result
 * @property {number} match_id
 * @property {number} home_team_id
 * @property {number} away_team_id
 * @property {number} home_score
 * @property {number} away_score
 * @property {number | null} winner_team_id
 * @property {string} ending
 * @property {boolean} [by_hand]
 * @property {string | null} [reason]
 * @property {string | null} [text]
 *
 * @typedef {object} Announcement
 * @property {number} id
 * @property {string} title
 * @property {string} message
 * @property {string} type
 * @property {"low" | "normal" | "high" | "urgent"} priority
 * @property {string} created_at
 * @property {string | null} expires_at
 *
 * @typedef {object} Bulletin
 * @property {{ id: number, name: string, sport?: string, capacity?: number | null, ticket_types?: { name: string }[] }} [event]
 * @property {{ id: number, name: string, colour?: string | null }} [team]
 * @property {{ id: number, name: string, shirt_number?: number | null }[]} [players]
 * @property {Row[]} leaderboard
 * @property {Game[]} matches
 * @property {Result[]} results the newest first
 * @property {Announcement[]} announcements
 */

/** From the most pressing. */
const PRIORITIES = ["urgent", "high", "normal", "low"];
const TO_COME = new Set(["scheduled", "postponed", "cancelled"]);

/**
 * The bulletin after a message. Tables, matches and results come whole, so they replace what we had.
 * @param {Bulletin | null} now
 * @param {Message} message
 * @returns {Bulletin | null}
 */
export function tell(now, { type, data }) {
  if (type === "snapshot") return { leaderboard: [], matches: [], results: [], announcements: [], ...data };
  if (!now) return now;
  if (type === "leaderboard_update") return { ...now, leaderboard: data.leaderboard };
  if (type === "schedule_update") return { ...now, matches: changed(now.matches, data.match, data.change) };
  if (type === "result_update") {
    const others = now.results.filter(({ match_id }) => match_id !== data.result.match_id);
    return { ...now, results: data.change === "deleted" ? others : [data.result, ...others] };
  }
  if (type === "announcement_expired") return { ...now, announcements: changed(now.announcements, data.announcement, "deleted") };
  if (type === "announcement_update") return { ...now, announcements: changed(now.announcements, data.announcement, data.change) };
  return now;
}

/**
 * @template {{ id: number }} Thing
 * @param {Thing[]} things
 * @param {Thing} thing
 * @param {string} change
 */
function changed(things, thing, change) {
  const others = things.filter(({ id }) => id !== thing.id);
  return change === "deleted" ? others : [...others, thing];
}

/** What presses most comes first, then the newest. @param {Announcement[]} announcements */
export function byPriority(announcements) {
  const rank = (/** @type {Announcement} */ { priority }) => PRIORITIES.indexOf(priority);
  return [...announcements].sort(
    (one, other) => rank(one) - rank(other) || madeAt(other) - madeAt(one) || other.id - one.id,
  );
}

/** @param {Announcement} announcement */
const madeAt = ({ created_at }) => dateOf(created_at)?.getTime() ?? 0;

/** The matches that are still to be played, the next first. @param {Bulletin} bulletin */
export function toCome({ matches, results }) {
  const over = new Set(results.map(({ match_id }) => match_id));
  return inOrder(matches.filter(({ id, status }) => TO_COME.has(status) && !over.has(id)));
}

/** The matches that are being played. @param {Bulletin} bulletin */
export function underWay({ matches, results }) {
  const over = new Set(results.map(({ match_id }) => match_id));
  return inOrder(matches.filter(({ id, status }) => ["live", "paused"].includes(status) && !over.has(id)));
}

/** @param {Game[]} games */
export function inOrder(games) {
  return [...games].sort((one, other) => startOf(one) - startOf(other) || one.id - other.id);
}

/** When a match begins, in milliseconds; those without a time, or with none that is one, come last. @param {Game} game */
export function startOf({ starts_at }) {
  return dateOf(starts_at)?.getTime() ?? Number.MAX_SAFE_INTEGER;
}
