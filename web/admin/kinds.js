// The fields of everything that can be made or edited here.

/** @import { Field } from "./fields.js" */

/** @type {[string, string][]} */
const VISIBILITY = [["public", "Public"], ["private", "Private"]];
/** @type {[string, string][]} */
const SPORTS = [["football", "Football"], ["cricket", "Cricket"], ["generic", "Score only"]];
/** @type {(words: string[]) => [string, string][]} */
const choices = (words) => words.map((word) => [word, word.replaceAll("_", " ")]);

/** @type {Field[]} */
export const EVENT = [
  { name: "name", label: "Name", required: true },
  { name: "sport", label: "Sport", type: "choice", options: SPORTS, fixed: true, usual: "football" },
  { name: "visibility", label: "Visibility", type: "choice", options: VISIBILITY, usual: "public" },
  { name: "points/win", label: "Points for a win", type: "number", usual: 3 },
  { name: "points/draw", label: "for a draw", type: "number", usual: 1 },
  { name: "points/loss", label: "for a loss", type: "number", usual: 0 },
  { name: "points/no_result", label: "for no result", type: "number", usual: 1 },
  { name: "tie_breakers", label: "Order of the table", type: "words", usual: ["points", "difference", "for"], hint: "points, difference, for, head_to_head, wins, net_run_rate, name" },
  { name: "capacity", label: "Tickets in all", type: "number" },
  { name: "max_quantity", label: "Tickets a purchase", type: "number" },
  { name: "ticket_types", label: "Kinds of tickets", type: "tickets", hint: "a line each: adult; 25.00 EUR; 400" },
];

/** @type {Field[]} */
export const TEAM = [
  { name: "name", label: "Name", required: true },
  { name: "short_name", label: "Short name" },
  { name: "colour", label: "Colour", type: "colour", hint: "#003090" },
  { name: "visibility", label: "Visibility", type: "choice", options: VISIBILITY, usual: "private" },
];

/** @type {Field[]} */
export const PLAYER = [
  { name: "name", label: "Name", required: true },
  { name: "shirt_number", label: "Shirt number", type: "number" },
];

/** @type {Field[]} */
export const MEMBER = [
  { name: "user_id", label: "User", type: "ref", from: "/api/users", required: true },
  { name: "role", label: "Role", type: "choice", options: choices(["manager", "coach", "player", "family"]) },
];

/** @type {Field[]} */
export const MATCH = [
  { name: "event_id", label: "Event", type: "ref", from: "/api/events", fixed: true },
  { name: "sport", label: "Sport", type: "choice", options: SPORTS, fixed: true, usual: "football" },
  { name: "home_team_id", label: "Home", type: "ref", from: "/api/teams", required: true, fixed: true },
  { name: "away_team_id", label: "Away", type: "ref", from: "/api/teams", required: true, fixed: true },
  { name: "starts_at", label: "Starts at", type: "time" },
  { name: "venue", label: "Venue" },
  { name: "visibility", label: "Visibility", type: "choice", options: VISIBILITY, usual: "public" },
];

/** @type {Field[]} */
export const OFFICIAL = [
  { name: "user_id", label: "User", type: "ref", from: "/api/users", required: true },
  { name: "role", label: "Role", type: "choice", options: choices(["scorer", "referee"]) },
];

/** @param {{ home: any, away: any }} teams @returns {Field[]} */
export const result = ({ home, away }) => [
  { name: "ending", label: "Ending", type: "choice", options: choices(["played", "walkover", "awarded", "no_result"]) },
  { name: "home_score", label: home.name, type: "number" },
  { name: "away_score", label: away.name, type: "number" },
  { name: "winner_team_id", label: "Winner, where the score doesn’t say", type: "choice", numeric: true, options: [["", "As the score says"], [String(home.id), home.name], [String(away.id), away.name]] },
  { name: "reason", label: "Reason" },
  { name: "override", label: "Even if the live score is another", type: "check" },
];

/** @type {Field[]} */
export const USER = [
  { name: "email", label: "Mail address", type: "email", required: true, fixed: true },
  { name: "name", label: "Name", required: true },
  { name: "password", label: "Password", type: "password", hint: "at least 8 characters" },
  { name: "role", label: "Role", type: "choice", options: choices(["user", "admin"]) },
];
/** @type {Field[]} */
export const ACCOUNT = [...USER, { name: "disabled", label: "May not sign in", type: "check" }];
/** @type {Field[]} */
export const OWN_ACCOUNT = [...ACCOUNT, { name: "current_password", label: "Current password", type: "password", hint: "for a new one" }];

/** @type {Field[]} */
const NEWS = [
  { name: "type", label: "Type", type: "choice", options: choices(["general", "schedule_change", "result_update", "weather_alert", "emergency"]) },
  { name: "priority", label: "Priority", type: "choice", options: choices(["low", "normal", "high", "urgent"]), usual: "normal" },
  { name: "title", label: "Title", required: true },
  { name: "message", label: "Message", type: "area", required: true },
  { name: "expires_at", label: "Expires at", type: "time" },
];
export const ANNOUNCEMENT = NEWS;
/** @param {string} from @returns {Field[]} */
export const announcement = (from) => [...NEWS, { name: "team_ids", label: "For these teams alone", type: "ref", from, many: true }];

/** @type {Field[]} */
export const TEAM_REGISTRATION = [{ name: "team_id", label: "Team", type: "ref", from: "/api/teams", required: true }];
/** @type {Field[]} */
export const PERSON = [{ name: "user_id", label: "User", type: "ref", from: "/api/users", required: true }];
/** @type {Field[]} */
export const DEDUCTION = [
  { name: "deduction", label: "Points to take away (0 gives them back)", type: "number", required: true },
  { name: "reason", label: "Reason" },
];
