// Incidents and their commands as text for the scorer; pure.

import { humanize } from "../../../common/text.js";
import { minuteText } from "../incidents.js";
import { INCIDENT_KINDS } from "./incident-kinds.js";

/** @import { ScorerIncident } from "../../../scorer/projected-match.js" */
/** @import { Squads } from "../../../scorer/scorebook.js" */
/** @import { SportScorer } from "../../sport-scorer.js" */

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
  return [label, players, minuteText(incident)].filter(Boolean).join(", ");
}

/** @type {NonNullable<SportScorer["commandText"]>} */
export function incidentCommandText({ method, action, body }, game, squads) {
  const [resource, id] = action.split("/");
  if (resource !== "incidents") return null;
  if (method === "POST") return incidentText(body, squads);
  const incident = game?.incidents?.find((one) => String(one.id) === id);
  const name = incident ? incidentText(incident, squads) : `incident ${id}`;
  return `${method === "DELETE" ? "Delete" : "Correct"}: ${name}`;
}
