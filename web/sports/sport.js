// What each sport's file gives, as types for the editor and for `tsc`; there is no code here.

/** @import { Child, Part } from "../vendor/htm-preact.js" */
/** @import { Shown } from "../parts/moments.js" */
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
 * @property {(game: Game) => string} [standing] how the match stands, where its status doesn't say it
 * @property {(game: Game, end: End) => string | null} [number] what a side has made, where that is more than a number; null where a list doesn't know it
 * @property {() => object} [unplayed] what of its own a match begins with
 * @property {() => Promise<Part<{ game: Game, standing: string }>>} [head] of the match page, where two numbers won't do
 * @property {() => Promise<Part<{ game: Game, team: number, player: number, empty: string }>>} [deeds] what a side, or one player of it, has done, where that is more than incidents
 * @property {() => Promise<Part<StageProps>>} [stage] the stadium display, where two halves with a number won't do
 *
 * @typedef {{ end: End, title: string, text: string, key?: string }} Moment what has a key is celebrated once
 * @typedef {{ game: Game, words: (text: string) => string, standing: string, time: string, moment: Shown | null }} StageProps
 */

export {};
