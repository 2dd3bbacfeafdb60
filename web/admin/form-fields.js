// The form fields of every resource on the admin pages.

import { SPORT_OPTIONS } from "../sports/registry.js";

/** @import { FormField } from "./form-data.js" */

/** @type {[string, string][]} */
const VISIBILITY_OPTIONS = [["public", "Public"], ["private", "Private"]];
/** @type {(values: string[]) => [string, string][]} */
const optionsFrom = (values) => values.map((value) => [value, value.replaceAll("_", " ")]);

/** @type {FormField} */
const SPORT_FIELD = { name: "sport", label: "Sport", type: "choice", options: SPORT_OPTIONS, isCreateOnly: true, defaultValue: SPORT_OPTIONS[0][0] };

/** @type {FormField[]} */
export const EVENT_FIELDS = [
  { name: "name", label: "Name", isRequired: true },
  SPORT_FIELD,
  { name: "visibility", label: "Visibility", type: "choice", options: VISIBILITY_OPTIONS, defaultValue: "public" },
  { name: "points/win", label: "Points for a win", type: "number", defaultValue: 3 },
  { name: "points/draw", label: "for a draw", type: "number", defaultValue: 1 },
  { name: "points/loss", label: "for a loss", type: "number", defaultValue: 0 },
  { name: "points/no_result", label: "for no result", type: "number", defaultValue: 1 },
  { name: "tie_breakers", label: "Tie-breakers", type: "words", defaultValue: ["points", "difference", "for"], hint: "points, difference, for, head_to_head, wins, net_run_rate, name" },
  { name: "capacity", label: "Total tickets", type: "number" },
  { name: "max_quantity", label: "Tickets per purchase", type: "number" },
  { name: "ticket_types", label: "Ticket types", type: "tickets", hint: "one per line: adult; 25.00 EUR; 400" },
];

/** @type {FormField[]} */
export const TEAM_FIELDS = [
  { name: "name", label: "Name", isRequired: true },
  { name: "short_name", label: "Short name" },
  { name: "colour", label: "Colour", type: "colour", hint: "#003090" },
  { name: "visibility", label: "Visibility", type: "choice", options: VISIBILITY_OPTIONS, defaultValue: "private" },
];

/** @type {FormField[]} */
export const PLAYER_FIELDS = [
  { name: "name", label: "Name", isRequired: true },
  { name: "shirt_number", label: "Shirt number", type: "number" },
];

/** @type {FormField[]} */
export const MEMBER_FIELDS = [
  { name: "user_id", label: "User", type: "ref", listPath: "/api/users", isRequired: true },
  { name: "role", label: "Role", type: "choice", options: optionsFrom(["manager", "coach", "player", "family"]) },
];

/** @type {FormField[]} */
export const MATCH_FIELDS = [
  { name: "event_id", label: "Event", type: "ref", listPath: "/api/events", isCreateOnly: true },
  SPORT_FIELD,
  { name: "home_team_id", label: "Home", type: "ref", listPath: "/api/teams", isRequired: true, isCreateOnly: true },
  { name: "away_team_id", label: "Away", type: "ref", listPath: "/api/teams", isRequired: true, isCreateOnly: true },
  { name: "starts_at", label: "Starts at", type: "time" },
  { name: "venue", label: "Venue" },
  { name: "pitch", label: "Pitch" },
  { name: "stage", label: "Stage" },
  { name: "round", label: "Round" },
  { name: "group", label: "Group" },
  { name: "visibility", label: "Visibility", type: "choice", options: VISIBILITY_OPTIONS, defaultValue: "public" },
];

/** @type {FormField[]} */
export const OFFICIAL_FIELDS = [
  { name: "user_id", label: "User", type: "ref", listPath: "/api/users", isRequired: true },
  { name: "role", label: "Role", type: "choice", options: optionsFrom(["scorer", "referee"]) },
];

/** @param {{ home: any, away: any }} teams @returns {FormField[]} */
export const resultFields = ({ home, away }) => [
  { name: "ending", label: "Ending", type: "choice", options: optionsFrom(["played", "walkover", "awarded", "no_result"]) },
  { name: "home_score", label: home.name, type: "number" },
  { name: "away_score", label: away.name, type: "number" },
  { name: "winner_team_id", label: "Winner, if the score doesn’t say", type: "choice", isNumeric: true, options: [["", "By the score"], [String(home.id), home.name], [String(away.id), away.name]] },
  { name: "reason", label: "Reason" },
  { name: "override", label: "Even if the live score differs", type: "check" },
];

/** @type {FormField[]} */
export const NEW_USER_FIELDS = [
  { name: "email", label: "Email address", type: "email", isRequired: true, isCreateOnly: true },
  { name: "name", label: "Name", isRequired: true },
  { name: "password", label: "Password", type: "password", hint: "at least 8 characters" },
  { name: "role", label: "Role", type: "choice", options: optionsFrom(["user", "admin"]) },
];
/** @type {FormField[]} */
export const USER_FIELDS = [...NEW_USER_FIELDS, { name: "disabled", label: "Disabled", type: "check" }];
/** @type {FormField[]} */
export const OWN_ACCOUNT = [...USER_FIELDS, { name: "current_password", label: "Current password", type: "password", hint: "to set a new one" }];

/** @type {FormField[]} */
const ANNOUNCEMENT_CONTENT_FIELDS = [
  { name: "type", label: "Type", type: "choice", options: optionsFrom(["general", "schedule_change", "result_update", "weather_alert", "emergency"]) },
  { name: "priority", label: "Priority", type: "choice", options: optionsFrom(["low", "normal", "high", "urgent"]), defaultValue: "normal" },
  { name: "title", label: "Title", isRequired: true },
  { name: "message", label: "Message", type: "area", isRequired: true },
  { name: "expires_at", label: "Expires at", type: "time" },
];
export const ANNOUNCEMENT_FIELDS = ANNOUNCEMENT_CONTENT_FIELDS;
/** @param {string} teamListPath @returns {FormField[]} */
export const newAnnouncementFields = (teamListPath) => [...ANNOUNCEMENT_CONTENT_FIELDS, { name: "team_ids", label: "Only for these teams", type: "ref", listPath: teamListPath, isMultiple: true }];

/** @type {FormField[]} */
export const TEAM_REGISTRATION_FIELDS = [{ name: "team_id", label: "Team", type: "ref", listPath: "/api/teams", isRequired: true }];
/** @type {FormField[]} */
export const USER_CHOICE_FIELDS = [{ name: "user_id", label: "User", type: "ref", listPath: "/api/users", isRequired: true }];
/** @type {FormField[]} */
export const DEDUCTION_FIELDS = [
  { name: "deduction", label: "Points to deduct (0 restores them)", type: "number", isRequired: true },
  { name: "reason", label: "Reason" },
];
