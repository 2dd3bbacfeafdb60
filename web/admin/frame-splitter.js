// Splits an event stream's text into frames without parsing them.

export class FrameSplitter {
  #incomplete = "";

  /** @param {string} text a chunk, cut anywhere @returns {string[]} the frames that are now complete */
  push(text) {
    const parts = (this.#incomplete + text).split("\n\n");
    this.#incomplete = parts.pop() ?? "";
    return parts;
  }
}
