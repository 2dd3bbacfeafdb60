// Cuts what comes over the wire into frames; nothing in them is read.

export class Frames {
  #rest = "";

  /** @param {string} text as it came, cut anywhere @returns {string[]} the frames that are whole now */
  add(text) {
    const parts = (this.#rest + text).split("\n\n");
    this.#rest = parts.pop() ?? "";
    return parts;
  }
}
