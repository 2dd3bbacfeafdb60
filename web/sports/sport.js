// The interface of a sport's pages, as types for editors and `tsc`; there is no code here.

/** @import { Child, Component } from "../vendor/htm-preact.js" */
/** @import { ActiveCelebration } from "../parts/celebration-queue.js" */
/** @import { Translations } from "../parts/language.js" */
/** @import { LeaderboardRow } from "../parts/page-state.js" */
/** @import { FollowedMatch, MatchClock, Side, Match, Message } from "../client/message-types.js" */

/**
 * How pages show one sport: `sport` of its `pages.js`. All of it is pure; `render` and `displayLines`
 * return elements.
 * @typedef {object} Sport
 * @property {(game: Match, side: Side) => string[]} scorerLines shown under a team's name
 * @property {(clock: MatchClock, elapsedMs: number) => { text: string, added: string }} formatClock
 * @property {{ [period: string]: string }} periodNames
 * @property {(game: Match, message: Message) => string | null} spokenMessage for screen readers
 * @property {{ title: string, render: (game: Match) => Child }[]} panels
 * @property {(game: Match, message: Message) => Celebration | null} celebrationOf for a display, once
 * @property {(message: Message) => boolean} [withdrawsCelebration] whether what is being celebrated may not have happened
 * @property {(game: Match, translate: (text: string) => string) => Child} displayLines the last lines of the stadium display, translated
 * @property {Translations} [translations] of what the display shows
 * @property {(game: Match) => string} [statusText] if the status alone doesn't say it
 * @property {(game: Match, side: Side) => string | null} [scoreText] if it is more than a number; null if a match in a list lacks the data
 * @property {(common: Match, followed: FollowedMatch) => Match} [viewMatch] the match with the sport's parts of its state
 * @property {(recent: any, message: Message) => any} [rememberMessage] what is kept of recent messages, beside the state
 * @property {DifferenceColumn} [differenceColumn] of an event's table, if it isn't the difference of goals or points
 * @property {() => Promise<Component<{ game: Match, statusText: string }>>} [loadHeader] of the match page, if two numbers aren't enough
 * @property {() => Promise<Component<{ game: Match, teamId: number, playerId: number, emptyText: string }>>} [loadTeamActivity] what one team, or one of its players, has done
 * @property {() => Promise<Component<DisplayProps>>} [loadDisplay] the stadium display, if the default one isn't enough
 *
 * @typedef {{ side: Side, title: string, text: string, key?: string }} Celebration one with a key is celebrated once
 * @typedef {{ name: string, abbreviation: string, text: (row: LeaderboardRow) => string }} DifferenceColumn
 * @typedef {{ game: Match, translate: (text: string) => string, statusText: string, timeText: string, celebration: ActiveCelebration | null }} DisplayProps
 */

export {};
