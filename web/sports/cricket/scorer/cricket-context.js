// What the scorer page keeps of a match beside the server's state: names, players chosen for the
// next ball, the states before earlier balls, and the last projection.

import { inningsStateOf } from "./innings-state.js";
import { isReadyToBowl } from "./innings-rules.js";
import { projectInnings } from "./projected-innings.js";

/** @import { Scorebook } from "../../../scorer/scorebook.js" */
/** @import { ScorerCommand } from "../../../scorer/projected-match.js" */
/** @import { SportContext } from "../../sport-scorer.js" */
/** @import { InningsState } from "./innings-state.js" */
/** @import { ChosenPlayers } from "./projected-innings.js" */

/** An over and its extras can be undone without a network. */
const MAX_UNDO_STATES = 12;

/** @param {Scorebook} scorebook of a cricket match */
export const cricketContextOf = (scorebook) => /** @type {CricketContext} */ (scorebook.sportContext);

/** @implements {SportContext} */
export class CricketContext {
  /** @type {{ inputs: any[], innings: InningsState } | null} */ #cachedInnings = null;

  /** @param {Scorebook} scorebook */
  constructor(scorebook) {
    this.scorebook = scorebook;
    /** @type {{ [number: number]: InningsState }} */ this.stateBeforeBall = scorebook.matchStorage.load("innings-states", {});
    /** @type {ChosenPlayers | null} */ this.chosenPlayers = scorebook.matchStorage.load("chosen", null);
  }

  /** Cached, since an hour without a network is a hundred balls. @param {any} game from the server @param {readonly ScorerCommand[]} commands */
  projectInnings(game, commands) {
    const { stateBeforeBall, chosenPlayers } = this;
    const { user, squads } = this.scorebook;
    const userId = user?.id ?? null;
    const inputs = [game, userId, stateBeforeBall, chosenPlayers, squads, ...commands];
    const isCached = this.#cachedInnings?.inputs.length === inputs.length && this.#cachedInnings.inputs.every((one, index) => one === inputs[index]);
    if (!this.#cachedInnings || !isCached) {
      const innings = projectInnings(game, commands, { userId, nameOf: (id) => this.playerName(id), stateBeforeBall, chosenPlayers });
      this.#cachedInnings = { inputs, innings };
    }
    return this.#cachedInnings.innings;
  }

  /** @param {any} game from the server */
  onServerMatch(game) {
    const innings = inningsStateOf(game);
    // States after an undone ball are obsolete.
    this.stateBeforeBall = Object.fromEntries(Object.entries(this.stateBeforeBall).filter(([number]) => Number(number) <= innings.nextBallNumber));
    const remembered = this.stateBeforeBall[innings.nextBallNumber];
    // An undo keeps the players who came in before the ball; states from the stream may lack them.
    if (!remembered || !isReadyToBowl(remembered) || isReadyToBowl(innings)) this.rememberState(innings);
  }

  /** Stores the state before the next ball. @param {InningsState} innings */
  rememberState(innings) {
    const states = { ...this.stateBeforeBall, [innings.nextBallNumber]: innings };
    const numbers = Object.keys(states).map(Number).sort((one, other) => one - other).slice(-MAX_UNDO_STATES);
    this.stateBeforeBall = Object.fromEntries(numbers.map((number) => [number, states[number]]));
    this.scorebook.matchStorage.save("innings-states", this.stateBeforeBall);
  }

  /** Chooses the next players where scorers must agree: the next ball names them. @param {ChosenPlayers} chosenPlayers */
  chooseNextPlayers(chosenPlayers) {
    const { chosenPlayers: previous } = this;
    this.chosenPlayers = previous?.number === chosenPlayers.number ? { ...previous, ...chosenPlayers } : chosenPlayers;
    this.scorebook.matchStorage.save("chosen", this.chosenPlayers);
    this.scorebook.onChange();
  }

  /** @param {number | null | undefined} id */
  playerName(id) {
    if (!id) return "";
    const { squads, serverMatch } = this.scorebook;
    const squadPlayer = Object.values(squads).flat().find((player) => player.id === id);
    if (squadPlayer) return squadPlayer.name;
    const records = /** @type {any} */ (serverMatch)?.scorecard?.innings.flatMap((/** @type {any} */ one) => [...one.batting, ...one.bowling]) ?? [];
    return records.find((/** @type {any} */ one) => one.player_id === id)?.name ?? `Player ${id}`;
  }

  /** A scorer's name. @param {number} userId */
  scorerName(userId) {
    const { user, scorerNames } = this.scorebook;
    return userId === user?.id ? "You" : (scorerNames[userId] ?? `Scorer ${userId}`);
  }
}
