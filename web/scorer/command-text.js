// Names of commands and incidents for the scorer; pure.

import { humanize } from "../sports/common.js";
import { cricketCommandName } from "../sports/cricket/scorer/record-ball.js";
import { INCIDENT_KINDS } from "../sports/football/scorer/incident-kinds.js";

/** @import { Match } from "../client/message-types.js" */
/** @import { ScorerIncident } from "../sports/football/scorer/incident-kinds.js" */
/** @import { ScorerCommand } from "./projected-match.js" */
/** @import { SquadPlayer } from "./scorebook.js" */

/** @typedef {{ [team: number]: SquadPlayer[] }} Squads */

/** @param {{ minute: number, stoppage?: number | null }} at */
export const minuteLabel = ({ minute, stoppage }) => (stoppage ? `${minute}+${stoppage}′` : `${minute}′`);

/**
 * A player's name, from the server or the squad.
 * @param {ScorerIncident} incident
 * @param {Squads} squads
 * @param {"player" | "related_player"} role
 */
export function playerName(incident, squads, role) {
  const id = incident[`${role}_id`];
  if (id === null || id === undefined) return null;
  const squadPlayer = Object.values(squads).flat().find((player) => player.id === id);
  return squadPlayer?.name ?? incident[role] ?? `Player ${id}`;
}

/** `Goal, Jamie Vardy, 13′` @param {ScorerIncident} incident @param {Squads} squads */
export function incidentText(incident, squads) {
  const label = INCIDENT_KINDS[incident.kind]?.label ?? humanize(incident.kind);
  const players = incident.kind === "substitution"
    ? [playerName(incident, squads, "related_player"), playerName(incident, squads, "player")].filter(Boolean).join(" for ")
    : playerName(incident, squads, "player");
  return [label, players, minuteLabel(incident)].filter(Boolean).join(", ");
}

/** @param {ScorerCommand} command @param {Match | null} game @param {Squads} squads */
export function commandText(command, game, squads) {
  const { method, action, body } = command;
  const cricketText = cricketCommandName(command);
  if (cricketText) return cricketText;
  const [resource, id] = action.split("/");
  if (resource === "incidents" && method === "POST") return incidentText(/** @type {ScorerIncident} */ (body), squads);
  if (resource === "incidents") {
    const incident = game?.incidents?.find((one) => String(one.id) === id);
    const name = incident ? incidentText(/** @type {any} */ (incident), squads) : `incident ${id}`;
    return `${method === "DELETE" ? "Delete" : "Correct"}: ${name}`;
  }
  if (resource === "score") return `Score ${body.home}–${body.away}`;
  return [humanize(resource), body.reason && humanize(body.reason).toLowerCase()].filter(Boolean).join(": ");
}

/** Why a command was refused, in the server's words. @param {any} problem */
export function problemText(problem) {
  const errors = (problem?.errors ?? []).map((/** @type {any} */ { pointer, detail }) =>
    [humanize(String(pointer ?? "").split("/").filter(Boolean).at(-1) ?? ""), detail].filter(Boolean).join(" "));
  return errors.length > 0 ? errors.join("; ") : (problem?.detail ?? problem?.title ?? "The server gave no reason.");
}

/** What the outbox is doing. @param {string} state @param {number} waitingCount */
export function outboxText(state, waitingCount) {
  if (waitingCount === 0) return "All sent";
  const count = `${waitingCount} waiting`;
  if (state === "sending") return `${count}: sending`;
  return state === "signed-out" ? `${count}: sign in to send` : `${count} for the network`;
}
