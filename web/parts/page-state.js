// The folded state of an event's or a team's stream, and the lists that a page draws from it; pure.

import { parseTime } from "./dates.js";

/** @import { Match, TeamInfo } from "../client/message-types.js" */

/**
 * @template Row
 * @typedef {{ [id: string]: Row }} Rows by id: the fold of a stream has objects where a page has lists
 */

/**
 * @typedef {object} ScheduleRow
 * @property {string} sport
 * @property {number} [event_id]
 * @property {{ team_id: number }} home
 * @property {{ team_id: number }} away
 * @property {string} [starts_at]
 * @property {string} [venue]
 * @property {string} [pitch]
 * @property {string} [stage]
 * @property {string} [round]
 * @property {string} [group]
 * @property {string} status
 * @property {string} [reason]
 *
 * @typedef {object} ResultRow
 * @property {number} home_team_id
 * @property {number} away_team_id
 * @property {number} home_score
 * @property {number} away_score
 * @property {number} [winner_team_id] absent after a draw
 * @property {string} ending
 * @property {boolean} [by_hand]
 * @property {string} [reason]
 * @property {string} [text]
 * @property {string} entered_at
 *
 * @typedef {ResultRow & { match_id: number }} MatchResult
 *
 * @typedef {object} TableRow
 * @property {number} position
 * @property {number} played
 * @property {number} won
 * @property {number} drawn
 * @property {number} lost
 * @property {number} for
 * @property {number} against
 * @property {number} difference
 * @property {number} points
 * @property {string} [net_run_rate] to three places
 *
 * A team's row in the table, as the page draws it.
 * @typedef {Omit<TableRow, "net_run_rate"> & { team_id: number, team: string, net_run_rate: number | null }} LeaderboardRow
 *
 * @typedef {object} AnnouncementRow
 * @property {string} title
 * @property {string} message
 * @property {string} type
 * @property {"low" | "normal" | "high" | "urgent"} priority
 * @property {string} created_at
 * @property {string} [expires_at]
 *
 * @typedef {AnnouncementRow & { id: number }} Announcement
 *
 * @typedef {{ name: string, short_name?: string, colour?: string }} TeamNames
 * @typedef {{ events: Rows<{ name: string }>, teams: Rows<TeamNames> }} Names
 *
 * The folded state; `table` is an event's, `live` a team's.
 * @typedef {object} PageState
 * @property {Rows<ScheduleRow>} schedule
 * @property {Rows<ResultRow>} results
 * @property {Rows<AnnouncementRow>} announcements
 * @property {Rows<TableRow>} [table]
 * @property {Rows<{ status: string }>} [live]
 * @property {Names} names of the snapshot: messages don't patch them
 */

/** Highest priority first. */
const PRIORITY_ORDER = ["urgent", "high", "normal", "low"];
const UPCOMING_STATUSES = new Set(["scheduled", "postponed", "cancelled"]);

/** @template Row @param {Rows<Row>} rows @returns {[number, Row][]} */
const entriesOf = (rows) => Object.entries(rows).map(([id, row]) => [Number(id), row]);

/**
 * The rows of a table, best first; teams that share a position by name.
 * @param {Rows<TableRow>} table
 * @param {(teamId: number) => string} teamName
 * @returns {LeaderboardRow[]}
 */
export function leaderboardRows(table, teamName) {
  const rows = entriesOf(table).map(([team_id, row]) => ({ ...row, team_id, team: teamName(team_id), net_run_rate: row.net_run_rate === undefined ? null : Number(row.net_run_rate) }));
  return rows.sort((one, other) => one.position - other.position || compareTexts(one.team.toLowerCase(), other.team.toLowerCase()) || one.team_id - other.team_id);
}

/** By code points, as the server sorts. @param {string} one @param {string} other */
function compareTexts(one, other) {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** The last entered first. @param {PageState} state @returns {MatchResult[]} */
export function newestResults({ results }) {
  const items = entriesOf(results).map(([match_id, row]) => ({ ...row, match_id }));
  return items.sort((one, other) => timeMs(other.entered_at) - timeMs(one.entered_at) || other.match_id - one.match_id);
}

/** @param {PageState} state @returns {Announcement[]} */
export function announcementList({ announcements }) {
  return entriesOf(announcements).map(([id, row]) => ({ ...row, id }));
}

/**
 * The matches that a state speaks of, as far as it does: a live match of a team has a status only.
 * @param {PageState} state
 * @param {(teamId: number) => TeamInfo} teamInfo
 * @returns {(Partial<Match> & { id: number })[]}
 */
export function stateMatches({ schedule, live = {} }, teamInfo) {
  const scheduled = entriesOf(schedule).map(([id, { home, away, ...row }]) => ({ ...row, id, teams: { home: teamInfo(home?.team_id), away: teamInfo(away?.team_id) } }));
  return [...scheduled, ...entriesOf(live).map(([id, { status }]) => ({ id, status }))];
}

/** The ids of the teams that a state speaks of. @param {PageState} state */
export function mentionedTeams({ schedule, results, table = {} }) {
  const ofSchedule = Object.values(schedule).flatMap(({ home, away }) => [home?.team_id, away?.team_id]);
  const ofResults = Object.values(results).flatMap(({ home_team_id, away_team_id }) => [home_team_id, away_team_id]);
  return new Set([...ofSchedule, ...ofResults, ...Object.keys(table).map(Number)]);
}

/** By priority, then newest first. @param {Announcement[]} announcements */
export function sortByPriority(announcements) {
  const rank = (/** @type {Announcement} */ { priority }) => PRIORITY_ORDER.indexOf(priority);
  return [...announcements].sort(
    (one, other) => rank(one) - rank(other) || createdAtMs(other) - createdAtMs(one) || other.id - one.id,
  );
}

/** @param {Announcement} announcement */
const createdAtMs = ({ created_at }) => timeMs(created_at);

/** @param {string} time */
const timeMs = (time) => parseTime(time)?.getTime() ?? 0;

/** Upcoming matches, the next first. @param {Match[]} games */
export function upcomingMatches(games) {
  return sortByStart(games.filter(({ status }) => UPCOMING_STATUSES.has(status)));
}

/** Live and paused matches. @param {Match[]} games */
export function liveMatches(games) {
  return sortByStart(games.filter(({ status }) => ["live", "paused"].includes(status)));
}

/** @param {Match[]} games */
export function sortByStart(games) {
  return [...games].sort((one, other) => startTimeMs(one) - startTimeMs(other) || one.id - other.id);
}

/** When a match starts, in milliseconds; without a valid time it sorts last. @param {Match} game */
export function startTimeMs({ starts_at }) {
  return parseTime(starts_at)?.getTime() ?? Number.MAX_SAFE_INTEGER;
}
