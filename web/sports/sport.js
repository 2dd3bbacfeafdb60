// What each sport's file gives, as types for the editor and for `tsc`; there is no code here.

/** @import { Child, Part } from "../vendor/htm-preact.js" */
/** @import { ActiveCelebration } from "../parts/celebration-queue.js" */
/** @import { MatchClock, Side, Match, Message } from "../client/message-types.js" */

/**
 * How a page draws one sport. All of it is pure; `draw` and `board` describe elements for the view library.
 * @typedef {object} Sport
 * @property {(game: Match, message: Message) => Match} applyMessage
 * @property {(game: Match, side: Side) => string[]} scorerLines what stands under a team's name
 * @property {(formatClock: MatchClock, elapsedMs: number) => { text: string, added: string }} formatClock
 * @property {{ [period: string]: string }} periodNames
 * @property {(game: Match, message: Message) => string | null} spokenMessage for those who listen
 * @property {{ title: string, render: (game: Match) => Child }[]} panels
 * @property {(game: Match, message: Message) => Celebration | null} celebrationOf what a display celebrates, once
 * @property {(game: Match, translate: (text: string) => string) => Child} displayLines the last lines of the stadium display, in another language
 * @property {(game: Match) => string} [statusText] how the match stands, where its status doesn't say it
 * @property {(game: Match, side: Side) => string | null} [scoreText] what a side has made, where that is more than a number; null where a list doesn't know it
 * @property {() => object} [initialState] what of its own a match begins with
 * @property {() => Promise<Part<{ game: Match, statusText: string }>>} [loadHeader] of the match page, where two numbers won't do
 * @property {() => Promise<Part<{ game: Match, teamId: number, playerId: number, emptyText: string }>>} [loadTeamActivity] what a side, or one player of it, has done, where that is more than incidents
 * @property {() => Promise<Part<DisplayProps>>} [loadDisplay] the stadium display, where two halves with a number won't do
 *
 * @typedef {{ side: Side, title: string, text: string, key?: string }} Celebration what has a key is celebrated once
 * @typedef {{ game: Match, translate: (text: string) => string, statusText: string, timeText: string, celebration: ActiveCelebration | null }} DisplayProps
 */

export {};
