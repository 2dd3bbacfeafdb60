// One's own purchases, the newest first.

import { all, call } from "./desk/api.js";
import { SignIn } from "./desk/sign-in.js";
import { Boundary } from "./parts/boundary.js";
import { dayOf } from "./parts/dates.js";
import { Frame, Notice } from "./parts/frame.js";
import { money } from "./parts/tickets.js";
import { inWords } from "./sports/generic.js";
import { html, render, useEffect, useState } from "./vendor/htm-preact.js";

/** @import { Problem } from "./desk/api.js" */
/** @import { Purchase } from "./parts/tickets.js" */

/** @typedef {Purchase & { created_at: string, event: string }} Bought */

/** Reads the list, and what the events in it are called. */
async function read() {
  const { items, problem } = await all("/api/purchases");
  const ids = [...new Set(items.map(({ event_id }) => event_id))];
  const events = await Promise.all(ids.map((id) => call("GET", `/api/events/${id}`)));
  const names = new Map(ids.map((id, at) => [id, events[at].body?.name ?? `Event ${id}`]));
  const bought = items.map((one) => ({ ...one, event: names.get(one.event_id) })).reverse();
  return { bought: problem ? null : bought, problem };
}

function Purchases() {
  const [known, setKnown] = useState(/** @type {{ bought: Bought[] | null, problem: Problem | null }} */ ({ bought: null, problem: null }));
  const ask = async () => setKnown(await read());
  useEffect(() => {
    ask();
    const again = (/** @type {PageTransitionEvent} */ event) => void (event.persisted && ask());
    addEventListener("pageshow", again);
    return () => removeEventListener("pageshow", again);
  }, []);
  const { bought, problem } = known;
  const isStranger = problem?.status === 401;
  return html`<${Frame} foot=${html`<a href="/">What is on</a>`}>
    <h1>Your tickets</h1>
    ${bought && bought.length > 0 && html`<ul class="bought">${bought.map((one) => html`<${Boundary} key=${one.id} of=${one} draw=${() => html`<${OnePurchase} one=${one} />`} instead=${html`<li>–</li>`} />`)}</ul>`}
    ${bought?.length === 0 && html`<p class="empty">You have bought none yet. An event’s page says where there are some.</p>`}
    <${Notice}>${problem && !isStranger ? problem.detail : ""}</${Notice}>
    ${isStranger && html`<${SignIn} why="Tickets are shown to their buyer." onSignedIn=${ask} />`}
  </${Frame}>`;
}

/** @param {{ one: Bought }} props */
function OnePurchase({ one }) {
  const { id, event, status, quantity, tickets, ticket_type, total, created_at } = one;
  const words = [`${quantity ?? tickets.length} × ${inWords(ticket_type)}`, total && money(total), dayOf(created_at, Date.now())];
  return html`<li><a href=${`/purchases/${id}`}>
    <span class="name">${event}</span> <span class="badge" data-status=${status}>${inWords(status)}</span>
    <span class="what">${words.filter(Boolean).join(" · ")}</span></a></li>`;
}

render(html`<${Purchases} />`, /** @type {HTMLElement} */ (document.getElementById("page")));
