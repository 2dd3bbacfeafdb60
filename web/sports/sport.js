// The interface of a sport's module, as types for editors and `tsc`; there is no code here.

/** @import { Child, Part } from "../vendor/htm-preact.js" */
/** @import { ActiveCelebration } from "../parts/celebration-queue.js" */
/** @import { MatchClock, Side, Match, Message } from "../client/message-types.js" */

/**
 * How pages show one sport; all of it is pure. `render` and `displayLines` return elements.
 * @typedef {object} Sport
 * @property {(game: Match, message: Message) => Match} applyMessage
 * @property {(game: Match, side: Side) => string[]} scorerLines shown under a team's name
 * @property {(formatClock: MatchClock, elapsedMs: number) => { text: string, added: string }} formatClock
 * @property {{ [period: string]: string }} periodNames
 * @property {(game: Match, message: Message) => string | null} spokenMessage for screen readers
 * @property {{ title: string, render: (game: Match) => Child }[]} panels
 * @property {(game: Match, message: Message) => Celebration | null} celebrationOf for a display, once
 * @property {(game: Match, translate: (text: string) => string) => Child} displayLines the last lines of the stadium display, translated
 * @property {(game: Match) => string} [statusText] if the status alone doesn't say it
 * @property {(game: Match, side: Side) => string | null} [scoreText] if it is more than a number; null if a match in a list lacks the data
 * @property {() => object} [initialState] the sport's part of a match before its first message
 * @property {() => Promise<Part<{ game: Match, statusText: string }>>} [loadHeader] of the match page, if two numbers aren't enough
 * @property {() => Promise<Part<{ game: Match, teamId: number, playerId: number, emptyText: string }>>} [loadTeamActivity] of one team, or one of its players, if incidents aren't enough
 * @property {() => Promise<Part<DisplayProps>>} [loadDisplay] the stadium display, if the default one isn't enough
 *
 * @typedef {{ side: Side, title: string, text: string, key?: string }} Celebration one with a key is celebrated once
 * @typedef {{ game: Match, translate: (text: string) => string, statusText: string, timeText: string, celebration: ActiveCelebration | null }} DisplayProps
 */

export {};
