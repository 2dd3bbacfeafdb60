// One order, however often it is sent: tapped twice, after an answer that got lost, after a reload.

import { attempt, uniqueId } from "../client/world.js";

/** @import { Problem } from "../desk/api.js" */
/** @import { Money } from "./tickets.js" */

/**
 * @typedef {{ name: string, price: Money | null, left: number | null }} Choice `left` is null for no limit
 * @typedef {{ max_quantity: number, left: number | null, ticket_types: Choice[] }} Offer
 * @typedef {{ ticket_type: string, quantity: number }} Wish
 */

/** What an event sells that names no kinds: any word is one, without a price. */
const ADMISSION = "admission";

/** @param {Offer} offer @returns {Choice[]} */
export function choicesOf({ ticket_types, left }) {
  return ticket_types.length > 0 ? ticket_types : [{ name: ADMISSION, price: null, left }];
}

/** How many of this one order may have. @param {Offer} offer @param {Choice} choice */
export function mostOf({ max_quantity }, { left }) {
  return Math.max(0, Math.min(max_quantity, left ?? max_quantity));
}

/** What so many cost. @param {Choice} choice @param {number} quantity @returns {Money | null} */
export function totalOf({ price }, quantity) {
  return price && { ...price, amount: price.amount * quantity };
}

/** The keys of a tab's orders of one event. */
export class Orders {
  /** @type {(Wish & { key: string }) | null} */ #open = null;
  #name;
  #store;

  /**
   * @param {number} event
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} store outlives a reload; none where the browser forbids it
   */
  constructor(event, store) {
    this.#name = `touchline:order:${event}`;
    this.#store = store;
    this.#open = attempt(() => JSON.parse(store?.getItem(this.#name) ?? "null")) ?? null;
  }

  /** The key to send this under: that of the same order, while nobody knows what became of it. @param {Wish} wish */
  keyOf({ ticket_type, quantity }) {
    if (this.#open?.ticket_type !== ticket_type || this.#open.quantity !== quantity) {
      this.#open = { ticket_type, quantity, key: uniqueId() };
      attempt(() => this.#store?.setItem(this.#name, JSON.stringify(this.#open)));
    }
    return this.#open.key;
  }

  /** What the server has decided is not sent again: the next order is another one. @param {Problem | null} problem */
  answered(problem) {
    const { status = 200 } = problem ?? {};
    const isDecided = (status >= 200 && status < 300) || (status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status));
    if (!isDecided) return;
    this.#open = null;
    attempt(() => this.#store?.removeItem(this.#name));
  }
}
