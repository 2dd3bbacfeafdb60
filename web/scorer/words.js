// What a command is called, for who gave it: pure.

import { inWords } from "../sports/generic.js";
import { commandName } from "./cricket/send.js";
import { KINDS } from "./kinds.js";

/** @import { Game } from "../client/wire.js" */
/** @import { Noted } from "./kinds.js" */
/** @import { Command } from "./project.js" */
/** @import { Player } from "./console.js" */

/** @typedef {{ [team: number]: Player[] }} Squads */

/** @param {{ minute: number, stoppage?: number | null }} at */
export const minuteOf = ({ minute, stoppage }) => (stoppage ? `${minute}+${stoppage}′` : `${minute}′`);

/**
 * A player's name, as the server gave it or as the squad has it.
 * @param {Noted} incident
 * @param {Squads} squads
 * @param {"player" | "related_player"} which
 */
export function nameOf(incident, squads, which) {
  const id = incident[`${which}_id`];
  if (id === null || id === undefined) return null;
  const known = Object.values(squads).flat().find((player) => player.id === id);
  return known?.name ?? incident[which] ?? `Player ${id}`;
}

/** `Goal, Jamie Vardy, 13′` @param {Noted} incident @param {Squads} squads */
export function describe(incident, squads) {
  const label = KINDS[incident.kind]?.label ?? inWords(incident.kind);
  const who = incident.kind === "substitution"
    ? [nameOf(incident, squads, "related_player"), nameOf(incident, squads, "player")].filter(Boolean).join(" for ")
    : nameOf(incident, squads, "player");
  return [label, who, minuteOf(incident)].filter(Boolean).join(", ");
}

/** @param {Command} command @param {Game | null} game @param {Squads} squads */
export function describeCommand(command, game, squads) {
  const { method, action, body } = command;
  const ofCricket = commandName(command);
  if (ofCricket) return ofCricket;
  const [what, id] = action.split("/");
  if (what === "incidents" && method === "POST") return describe(/** @type {Noted} */ (body), squads);
  if (what === "incidents") {
    const incident = game?.incidents?.find((one) => String(one.id) === id);
    const name = incident ? describe(/** @type {any} */ (incident), squads) : `incident ${id}`;
    return `${method === "DELETE" ? "Delete" : "Correct"}: ${name}`;
  }
  if (what === "score") return `Score ${body.home}–${body.away}`;
  return [inWords(what), body.reason && inWords(body.reason).toLowerCase()].filter(Boolean).join(": ");
}

/** Why a command was not taken, in the server's words. @param {any} problem */
export function why(problem) {
  const faults = (problem?.errors ?? []).map((/** @type {any} */ { pointer, detail }) =>
    [inWords(String(pointer ?? "").split("/").filter(Boolean).at(-1) ?? ""), detail].filter(Boolean).join(" "));
  return faults.length > 0 ? faults.join("; ") : (problem?.detail ?? problem?.title ?? "The server didn’t say why.");
}

/** What the outbox is doing. @param {string} state @param {number} waiting */
export function queueWords(state, waiting) {
  if (waiting === 0) return "All sent";
  const count = `${waiting} waiting`;
  if (state === "sending") return `${count}: sending`;
  return state === "signed-out" ? `${count}: sign in to send` : `${count} for the network`;
}
