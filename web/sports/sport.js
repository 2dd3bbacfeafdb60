// What each sport's file gives, as types for the editor and for `tsc`; there is no code here.

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { Clock, End, Game, Message } from "../client/wire.js" */

/**
 * How a page draws one sport. All of it is pure; `draw` and `board` describe elements for the view library.
 * @typedef {object} Sport
 * @property {(game: Game, message: Message) => Game} apply
 * @property {(game: Game, end: End) => string[]} credits what stands under a team's name
 * @property {(clock: Clock, elapsedMs: number) => { text: string, added: string }} clock
 * @property {{ [period: string]: string }} periods
 * @property {(game: Game, message: Message) => string | null} say for those who listen
 * @property {{ title: string, draw: (game: Game) => Child }[]} panels
 * @property {(game: Game, message: Message) => Moment | null} moment what a display celebrates, once
 * @property {(game: Game, words: (text: string) => string) => Child} board the last lines of the stadium display, in another language
 *
 * @typedef {{ end: End, title: string, text: string }} Moment
 */

export {};
