// The visitor's own purchases, newest first.

import { listAll, request } from "./common/api.js";
import { SignInForm } from "./common/sign-in.js";
import { ErrorBoundary } from "./parts/error-boundary.js";
import { formatDay } from "./parts/dates.js";
import { PageFrame, StatusNotice } from "./parts/page-frame.js";
import { formatMoney } from "./parts/purchase-state.js";
import { humanize } from "./common/text.js";
import { html, render, useEffect, useState } from "./vendor/htm-preact.js";

/** @import { Problem } from "./common/api.js" */
/** @import { Purchase } from "./parts/purchase-state.js" */

/** @typedef {Purchase & { created_at: string, event: string }} PurchaseWithEvent */

/** Loads the purchases and the names of their events. */
async function loadPurchases() {
  const { items, problem } = await listAll("/api/purchases");
  const ids = [...new Set(items.map(({ event_id }) => event_id))];
  const events = await Promise.all(ids.map((id) => request("GET", `/api/events/${id}`)));
  const names = new Map(ids.map((id, index) => [id, events[index].body?.name ?? `Event ${id}`]));
  const purchases = items.map((one) => ({ ...one, event: names.get(one.event_id) })).reverse();
  return { purchases: problem ? null : purchases, problem };
}

function PurchasesPage() {
  const [loaded, setLoaded] = useState(/** @type {{ purchases: PurchaseWithEvent[] | null, problem: Problem | null }} */ ({ purchases: null, problem: null }));
  const reload = async () => setLoaded(await loadPurchases());
  useEffect(() => {
    reload();
    const reloadIfRestored = (/** @type {PageTransitionEvent} */ event) => void (event.persisted && reload());
    addEventListener("pageshow", reloadIfRestored);
    return () => removeEventListener("pageshow", reloadIfRestored);
  }, []);
  const { purchases, problem } = loaded;
  const isSignedOut = problem?.status === 401;
  return html`<${PageFrame} footer=${html`<a href="/">All matches</a>`}>
    <h1>Your tickets</h1>
    ${purchases && purchases.length > 0 && html`<ul class="purchases">${purchases.map((one) => html`<${ErrorBoundary} key=${one.id} item=${one} render=${() => html`<${PurchaseItem} purchase=${one} />`} fallback=${html`<li>–</li>`} />`)}</ul>`}
    ${purchases?.length === 0 && html`<p class="empty">No purchases yet. Tickets are sold on an event’s page.</p>`}
    <${StatusNotice}>${problem && !isSignedOut ? problem.detail : ""}</${StatusNotice}>
    ${isSignedOut && html`<${SignInForm} explanation="Tickets are shown to their buyer." onSignedIn=${reload} />`}
  </${PageFrame}>`;
}

/** @param {{ purchase: PurchaseWithEvent }} props */
function PurchaseItem({ purchase }) {
  const { id, event, status, quantity, tickets, ticket_type, total, created_at } = purchase;
  const details = [`${quantity ?? tickets.length} × ${humanize(ticket_type)}`, total && formatMoney(total), formatDay(created_at, Date.now())];
  return html`<li><a href=${`/purchases/${id}`}>
    <span class="name">${event}</span> <span class="badge" data-status=${status}>${humanize(status)}</span>
    <span class="what">${details.filter(Boolean).join(" · ")}</span></a></li>`;
}

render(html`<${PurchasesPage} />`, /** @type {HTMLElement} */ (document.getElementById("page")));
