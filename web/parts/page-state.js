// The state of an event's or a team's page: a snapshot with later messages applied; pure.

import { parseTime } from "./dates.js";

/** @import { Match, Message } from "../client/message-types.js" */

/**
 * @typedef {object} LeaderboardRow a team's row in the table
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
 * @typedef {object} MatchResult
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
 * @typedef {object} PageState
 * @property {{ id: number, name: string, sport?: string, capacity?: number | null, ticket_types?: { name: string }[] }} [event]
 * @property {{ id: number, name: string, colour?: string | null }} [team]
 * @property {{ id: number, name: string, shirt_number?: number | null }[]} [players]
 * @property {LeaderboardRow[]} leaderboard
 * @property {Match[]} matches
 * @property {MatchResult[]} results newest first
 * @property {Announcement[]} announcements
 */

/** Highest priority first. */
const PRIORITY_ORDER = ["urgent", "high", "normal", "low"];
const UPCOMING_STATUSES = new Set(["scheduled", "postponed", "cancelled"]);

/**
 * Applies a message. Tables, matches and results are complete and replace the previous ones.
 * @param {PageState | null} state
 * @param {Message} message
 * @returns {PageState | null}
 */
export function applyMessage(state, { type, data }) {
  if (type === "snapshot") return { leaderboard: [], matches: [], results: [], announcements: [], ...data };
  if (!state) return state;
  if (type === "leaderboard_update") return { ...state, leaderboard: data.leaderboard };
  if (type === "schedule_update") return { ...state, matches: withChange(state.matches, data.match, data.change) };
  if (type === "result_update") {
    const otherResults = state.results.filter(({ match_id }) => match_id !== data.result.match_id);
    return { ...state, results: data.change === "deleted" ? otherResults : [data.result, ...otherResults] };
  }
  if (type === "announcement_expired") return { ...state, announcements: withChange(state.announcements, data.announcement, "deleted") };
  if (type === "announcement_update") return { ...state, announcements: withChange(state.announcements, data.announcement, data.change) };
  return state;
}

/**
 * @template {{ id: number }} Thing
 * @param {Thing[]} items
 * @param {Thing} item
 * @param {string} change
 */
function withChange(items, item, change) {
  const rest = items.filter(({ id }) => id !== item.id);
  return change === "deleted" ? rest : [...rest, item];
}

/** By priority, then newest first. @param {Announcement[]} announcements */
export function sortByPriority(announcements) {
  const rank = (/** @type {Announcement} */ { priority }) => PRIORITY_ORDER.indexOf(priority);
  return [...announcements].sort(
    (one, other) => rank(one) - rank(other) || createdAtMs(other) - createdAtMs(one) || other.id - one.id,
  );
}

/** @param {Announcement} announcement */
const createdAtMs = ({ created_at }) => parseTime(created_at)?.getTime() ?? 0;

/** Upcoming matches, the next first. @param {PageState} state */
export function upcomingMatches({ matches, results }) {
  const finishedIds = new Set(results.map(({ match_id }) => match_id));
  return sortByStart(matches.filter(({ id, status }) => UPCOMING_STATUSES.has(status) && !finishedIds.has(id)));
}

/** Live and paused matches. @param {PageState} state */
export function liveMatches({ matches, results }) {
  const finishedIds = new Set(results.map(({ match_id }) => match_id));
  return sortByStart(matches.filter(({ id, status }) => ["live", "paused"].includes(status) && !finishedIds.has(id)));
}

/** @param {Match[]} games */
export function sortByStart(games) {
  return [...games].sort((one, other) => startTimeMs(one) - startTimeMs(other) || one.id - other.id);
}

/** When a match starts, in milliseconds; without a valid time it sorts last. @param {Match} game */
export function startTimeMs({ starts_at }) {
  return parseTime(starts_at)?.getTime() ?? Number.MAX_SAFE_INTEGER;
}
