// The shapes of purchases, and sums of money.

import { PLACEHOLDER } from "./dates.js";

/**
 * @typedef {{ amount: number, currency: string }} Money in minor units
 * @typedef {{ code: string, status: "valid" | "used" | "void" }} Ticket
 *
 * @typedef {object} Purchase as the API answers it
 * @property {string} id
 * @property {number} [event_id]
 * @property {"pending" | "confirmed" | "cancelled" | "refunded"} status
 * @property {string} ticket_type
 * @property {number} [quantity]
 * @property {Money | null} [total]
 * @property {Ticket[]} tickets
 *
 * @typedef {object} PurchaseState the folded state of a purchase's stream
 * @property {Omit<Purchase, "tickets">} purchase
 * @property {{ [code: string]: { number: number, status: Ticket["status"] } }} tickets
 */

/**
 * @param {Money} sum
 * @param {string} [locale]
 */
export function formatMoney({ amount, currency }, locale) {
  try {
    const format = new Intl.NumberFormat(locale, { style: "currency", currency });
    return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return PLACEHOLDER; // the currency is not a three-letter code
  }
}
