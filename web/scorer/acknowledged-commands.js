// Commands accepted by the server but not in the stream yet, so that they don't vanish in between.

/** @import { Match } from "../client/message-types.js" */
/** @import { ScorerCommand } from "./projected-match.js" */

export class AcknowledgedCommands {
  /** @type {{ command: ScorerCommand, seq: number }[]} oldest first */ #unconfirmed = [];
  /** The seq of the last message included in the shown match. */ #streamSeq = 0;

  /** @returns {ScorerCommand[]} */
  get commands() {
    return this.#unconfirmed.map(({ command }) => command);
  }

  /**
   * @param {ScorerCommand} command accepted by the server
   * @param {string | null} cursor the match stream's position after it; null if it published nothing
   */
  add(command, cursor) {
    const seq = Number(cursor?.split("-").at(-1));
    if (cursor && seq > this.#streamSeq) this.#unconfirmed.push({ command, seq });
  }

  /** States may arrive late, and one may include several commands: only its seq tells which. @param {Match} game from the stream */
  onServerMatch({ seq }) {
    // A lower seq means another database.
    if (seq < this.#streamSeq) this.#unconfirmed = [];
    this.#streamSeq = seq;
    this.#unconfirmed = this.#unconfirmed.filter((one) => one.seq > seq);
  }
}
