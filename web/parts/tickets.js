// A purchase as its buyer's page knows it. Pure.

import { UNKNOWN } from "./dates.js";

/** @import { Message } from "../client/wire.js" */

/**
 * @typedef {{ amount: number, currency: string }} Money in minor units
 * @typedef {{ code: string, status: "valid" | "used" | "void" }} Ticket
 *
 * @typedef {object} Purchase
 * @property {string} id
 * @property {number} [event_id]
 * @property {"pending" | "confirmed" | "cancelled" | "refunded"} status
 * @property {string} ticket_type
 * @property {number} [quantity]
 * @property {Money | null} [total]
 * @property {Ticket[]} tickets
 */

/**
 * @param {Purchase | null} now
 * @param {Message} message
 * @returns {Purchase | null}
 */
export function tell(now, { type, data }) {
  if (type === "snapshot" || type === "purchase_update") return { ...data.purchase, tickets: data.purchase.tickets ?? now?.tickets ?? [] };
  if (!now || type !== "ticket_update") return now;
  return { ...now, tickets: now.tickets.map((ticket) => (ticket.code === data.ticket.code ? { ...ticket, ...data.ticket } : ticket)) };
}

/**
 * @param {Money} sum
 * @param {string} [locale]
 */
export function money({ amount, currency }, locale) {
  try {
    const format = new Intl.NumberFormat(locale, { style: "currency", currency });
    return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return UNKNOWN; // a currency of no three letters
  }
}
