// What an event has sold, and the door: tickets are let in by their code.

import { html, useState } from "../vendor/htm-preact.js";
import { call } from "../desk/api.js";
import { money } from "../parts/tickets.js";
import { Act, Table, useList, when } from "./resource.js";

/** What can become of a purchase. @type {{ [status: string]: [string, string][] }} */
const NEXT = { pending: [["confirmed", "Confirm"], ["cancelled", "Cancel"]], confirmed: [["refunded", "Refund"]] };

/** @param {{ id: string }} props */
export function Purchases({ id }) {
  const { items, problem, reload } = useList(`/api/events/${id}/purchases`);
  const columns = [
    { label: "Made", show: (/** @type {any} */ { created_at }) => when(created_at) },
    { label: "Tickets", show: (/** @type {any} */ { quantity, ticket_type }) => `${quantity} × ${ticket_type}` },
    { label: "Total", show: (/** @type {any} */ { total }) => (total ? money(total) : "–") },
    { label: "Buyer", show: (/** @type {any} */ { buyer }) => buyer },
    { label: "Status", show: (/** @type {any} */ { status }) => html`<span class="status" data-status=${status}>${status}</span>` },
    { label: "Actions", show: (/** @type {any} */ one) => (NEXT[one.status] ?? []).map(([status, label]) => html`
      <${Act} key=${status} label=${label} path="/api/purchases/${one.id}/status" body=${{ status }} grave=${status !== "confirmed"} onDone=${reload} />`) },
  ];
  return html`
    <${Door} />
    <h2>Sold</h2>
    <${Table} items=${items} problem=${problem} columns=${columns} empty="Nothing has been sold yet." />`;
}

function Door() {
  const [said, setSaid] = useState({ text: "", isFine: true });
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const code = String(new FormData(form).get("code")).trim();
    const { problem } = await call("POST", `/api/tickets/${encodeURIComponent(code)}/check-in`, {});
    setSaid(problem ? { text: problem.detail, isFine: false } : { text: `${code}: let in.`, isFine: true });
    if (!problem) form.reset();
  };
  return html`
    <form class="door" onSubmit=${submit}>
      <label>Check a ticket in <input name="code" required autocomplete="off" autocapitalize="characters" placeholder="Code" /></label>
      <button class="act strong">Check in</button>
      <p class=${said.isFine ? "hint" : "fault"} role="status">${said.text}</p>
    </form>`;
}
