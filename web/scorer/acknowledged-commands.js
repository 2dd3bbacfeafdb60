// What the server has taken and the stream hasn't brought yet: without it, it would be gone for a moment.

/** @import { Match } from "../client/message-types.js" */
/** @import { ScorerCommand } from "./projected-match.js" */

export class Answered {
  /** @type {{ command: ScorerCommand, seq: number }[]} oldest first */ #waiting = [];
  /** The last message that is in what was shown. */ #seq = 0;

  /** @returns {ScorerCommand[]} */
  get commands() {
    return this.#waiting.map(({ command }) => command);
  }

  /**
   * @param {ScorerCommand} command that the server has taken
   * @param {string | null} cursor where the match's stream was after it; none where it told nothing
   */
  add(command, cursor) {
    const seq = Number(cursor?.split(".").at(-1));
    if (cursor && seq > this.#seq) this.#waiting.push({ command, seq });
  }

  /** States may come late, and in one what came in several: only its seq says what is in it. @param {Match} game as the server told it */
  hear({ seq }) {
    // Another database has other numbers.
    if (seq < this.#seq) this.#waiting = [];
    this.#seq = seq;
    this.#waiting = this.#waiting.filter((one) => one.seq > seq);
  }
}
