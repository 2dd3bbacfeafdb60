// An event's purchases, and the check-in of tickets by their code.

import { html, useState } from "../vendor/htm-preact.js";
import { request } from "../common/api.js";
import { formatMoney } from "../parts/purchase-state.js";
import { formatDateTime } from "../parts/dates.js";
import { ActionButton, DataTable, useList } from "./resource.js";

/** Allowed changes of a purchase's status. @type {{ [status: string]: [string, string][] }} */
const STATUS_TRANSITIONS = { pending: [["confirmed", "Confirm"], ["cancelled", "Cancel"]], confirmed: [["refunded", "Refund"]] };

/** @param {{ id: string }} props */
export function PurchaseAdmin({ id }) {
  const { items, problem, reload } = useList(`/api/events/${id}/purchases`);
  const columns = [
    { label: "Created", render: (/** @type {any} */ { created_at }) => formatDateTime(created_at) },
    { label: "Tickets", render: (/** @type {any} */ { quantity, ticket_type }) => `${quantity} × ${ticket_type}` },
    { label: "Total", render: (/** @type {any} */ { total }) => (total ? formatMoney(total) : "–") },
    { label: "Buyer", render: (/** @type {any} */ { buyer }) => buyer },
    { label: "Status", render: (/** @type {any} */ { status }) => html`<span class="status" data-status=${status}>${status}</span>` },
    { label: "Actions", render: (/** @type {any} */ purchase) => (STATUS_TRANSITIONS[purchase.status] ?? []).map(([status, label]) => html`
      <${ActionButton} key=${status} label=${label} path="/api/purchases/${purchase.id}/status" body=${{ status }} needsConfirmation=${status !== "confirmed"} onDone=${reload} />`) },
  ];
  return html`
    <${TicketCheckIn} />
    <h2>Sold</h2>
    <${DataTable} items=${items} problem=${problem} columns=${columns} empty="Nothing has been sold yet." />`;
}

function TicketCheckIn() {
  const [outcome, setOutcome] = useState({ text: "", isSuccess: true });
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const code = String(new FormData(form).get("code")).trim();
    const { problem } = await request("POST", `/api/tickets/${encodeURIComponent(code)}/check-in`, {});
    setOutcome(problem ? { text: problem.detail, isSuccess: false } : { text: `${code}: checked in.`, isSuccess: true });
    if (!problem) form.reset();
  };
  return html`
    <form class="inline-form" onSubmit=${submit}>
      <label>Check in a ticket <input name="code" required autocomplete="off" autocapitalize="characters" placeholder="Code" /></label>
      <button class="action-button strong">Check in</button>
      <p class=${outcome.isSuccess ? "hint" : "error"} role="status">${outcome.text}</p>
    </form>`;
}
