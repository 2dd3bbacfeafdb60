// Cuts what comes over the wire into frames; nothing in them is read.

export class FrameSplitter {
  #incomplete = "";

  /** @param {string} text as it came, cut anywhere @returns {string[]} the frames that are whole now */
  push(text) {
    const parts = (this.#incomplete + text).split("\n\n");
    this.#incomplete = parts.pop() ?? "";
    return parts;
  }
}
