// A purchase on its buyer's page; pure.

import { PLACEHOLDER } from "./dates.js";

/** @import { Message } from "../client/message-types.js" */

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
 * @param {Purchase | null} purchase
 * @param {Message} message
 * @returns {Purchase | null}
 */
export function applyPurchaseMessage(purchase, { type, data }) {
  if (type === "snapshot" || type === "purchase_update") return { ...data.purchase, tickets: data.purchase.tickets ?? purchase?.tickets ?? [] };
  if (!purchase || type !== "ticket_update") return purchase;
  return { ...purchase, tickets: purchase.tickets.map((ticket) => (ticket.code === data.ticket.code ? { ...ticket, ...data.ticket } : ticket)) };
}

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
