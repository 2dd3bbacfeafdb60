// One order, however often it is sent: double taps, lost answers, reloads.

import { tryOrUndefined, randomId } from "../client/environment.js";

/** @import { Problem } from "../common/api.js" */
/** @import { Money } from "./purchase-state.js" */

/**
 * @typedef {{ name: string, price: Money | null, left: number | null }} TicketOption `left` is null if unlimited
 * @typedef {{ max_quantity: number, left: number | null, ticket_types: TicketOption[] }} TicketOffer
 * @typedef {{ ticket_type: string, quantity: number }} OrderRequest
 */

/** The only ticket type of an event that names none: the server accepts any name, without a price. */
const DEFAULT_TICKET_TYPE = "admission";

/** @param {TicketOffer} offer @returns {TicketOption[]} */
export function ticketOptions({ ticket_types, left }) {
  return ticket_types.length > 0 ? ticket_types : [{ name: DEFAULT_TICKET_TYPE, price: null, left }];
}

/** The maximum quantity of one order. @param {TicketOffer} offer @param {TicketOption} choice */
export function maxQuantity({ max_quantity }, { left }) {
  return Math.max(0, Math.min(max_quantity, left ?? max_quantity));
}

/** The price of a quantity. @param {TicketOption} choice @param {number} quantity @returns {Money | null} */
export function totalPrice({ price }, quantity) {
  return price && { ...price, amount: price.amount * quantity };
}

/** The idempotency keys of a tab's orders for one event. */
export class OrderKeys {
  /** @type {(OrderRequest & { key: string }) | null} */ #pendingOrder = null;
  #storageKey;
  #storage;

  /**
   * @param {number} eventId
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} storage survives a reload; null if the browser blocks it
   */
  constructor(eventId, storage) {
    this.#storageKey = `touchline:order:${eventId}`;
    this.#storage = storage;
    this.#pendingOrder = tryOrUndefined(() => JSON.parse(storage?.getItem(this.#storageKey) ?? "null")) ?? null;
  }

  /** The key of an order: the same for a repeated order, until the server has answered it. @param {OrderRequest} order */
  idempotencyKeyFor({ ticket_type, quantity }) {
    if (this.#pendingOrder?.ticket_type !== ticket_type || this.#pendingOrder.quantity !== quantity) {
      this.#pendingOrder = { ticket_type, quantity, key: randomId() };
      tryOrUndefined(() => this.#storage?.setItem(this.#storageKey, JSON.stringify(this.#pendingOrder)));
    }
    return this.#pendingOrder.key;
  }

  /** Forgets the order that the server has answered, so that the next one has a new key. @param {Problem | null} problem */
  recordOutcome(problem) {
    const { status = 200 } = problem ?? {};
    const isDecided = (status >= 200 && status < 300) || (status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status));
    if (!isDecided) return;
    this.#pendingOrder = null;
    tryOrUndefined(() => this.#storage?.removeItem(this.#storageKey));
  }
}
