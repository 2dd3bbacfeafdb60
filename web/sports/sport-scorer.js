// The interface of a sport's scorer, as types for editors and `tsc`; there is no code here.

/** @import { Component } from "../vendor/htm-preact.js" */
/** @import { Match } from "../client/message-types.js" */
/** @import { LifecycleAction } from "../scorer/lifecycle-actions.js" */
/** @import { ProjectedMatch, ScorerCommand } from "../scorer/projected-match.js" */
/** @import { Scorebook, Squads } from "../scorer/scorebook.js" */

/**
 * How the scorer page scores one sport: `scorer` of its `scorer.js`. The offline cache holds what that
 * file imports, and style sheets that it names by `new URL("./….css", import.meta.url)`.
 * @typedef {object} SportScorer
 * @property {Component<ControlProps>} Pad the buttons
 * @property {Component<ViewProps>} Log what was recorded, or waits to be sent
 * @property {Component<ViewProps>} [Scoreboard] if two numbers aren't enough
 * @property {Component<ViewProps>} [UndoButton]
 * @property {(game: ProjectedMatch) => LifecycleAction[]} [lifecycleActions] if there are more than those of all sports
 * @property {Component<ControlProps>} [LifecycleControls] instead of buttons for the lifecycle actions
 * @property {(game: Match, commands: readonly ScorerCommand[], scorebook: Scorebook) => ProjectedMatch} project the server's match with unsettled commands applied, oldest first
 * @property {(command: ScorerCommand, game: Match | null, squads: Squads) => string | null} [commandText] null for commands of all sports
 * @property {(scorebook: Scorebook) => SportContext} [createContext]
 * @property {true} [projectsUnstoredCommands] projects commands before the device has stored them: taps may be faster than the disk
 * @property {() => Promise<unknown>} [loadStyles]
 *
 * @typedef {{ scorebook: Scorebook, game: ProjectedMatch }} ViewProps
 * @typedef {ViewProps & { onAnnounce: (text: string) => void }} ControlProps
 *
 * What a sport keeps of a match on the device, beside the server's state.
 * @typedef {{ onServerMatch: (game: Match) => void }} SportContext
 */

export {};
