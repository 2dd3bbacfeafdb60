// One purchase's tickets, each with a QR code for the entrance.

import { foldMessage } from "./client/fold.js";
import { Stream } from "./client/stream.js";
import { SignInForm } from "./common/sign-in.js";
import { PageFrame, initialConnectionStatus, StatusNotice, refusalText } from "./parts/page-frame.js";
import { QrCode } from "./parts/qr-code.js";
import { formatMoney } from "./parts/purchase-state.js";
import { humanize } from "./common/text.js";
import { html, render } from "./vendor/htm-preact.js";

/** @import { Message } from "./client/message-types.js" */
/** @import { PurchaseState, Ticket } from "./parts/purchase-state.js" */

const root = /** @type {HTMLElement} */ (document.getElementById("page"));
const id = location.pathname.split("/")[2];

/** @type {PurchaseState | null} */ let state = null;
let connection = initialConnectionStatus();
let spokenText = "";

const stream = new Stream([`purchase_${id}`], {
  onMessage(message) {
    state = foldMessage(state, message);
    if (stream.state === "live") spokenText = describeMessage(message);
    renderPage();
  },
  onState(connectionState, reason, since) {
    connection = { state: connectionState, reason, since };
    if (connectionState === "refused") {
      state = null; // codes are shown to their buyer only
      stream.forgetCursor(); // the next user starts with a snapshot
    }
    renderPage();
  },
});
stream.forgetCursor(); // codes are not stored in the browser, so the page starts with a snapshot
stream.connect();
renderPage();

/** @param {Message} message */
function describeMessage({ type, data }) {
  if (type === "ticket_update") return `A ticket is now ${data.change}.`;
  return type === "purchase_update" && state ? `The purchase is ${state.purchase.status}.` : spokenText;
}

function renderPage() {
  const isRefused = connection.state === "refused";
  const mayNeedOtherUser = isRefused && ["401", "404", "token_expired"].includes(connection.reason ?? "");
  render(html`<${PageFrame} connection=${connection} spokenText=${spokenText}>
    <h1>Tickets</h1>
    ${state && html`<${PurchasePage} state=${state} />`}
    <${StatusNotice}>${isRefused ? purchaseRefusalText(connection.reason) : ""}</${StatusNotice}>
    ${mayNeedOtherUser && html`<${SignInForm} onSignedIn=${() => stream.connect()} />`}
  </${PageFrame}>`, root);
}

/** Another user's purchase is answered with 404: its buyer may have another account. @param {string | null} reason */
function purchaseRefusalText(reason) {
  return reason === "404" ? "There is no such purchase, or it is another buyer's. Sign in as the buyer to see it." : refusalText("purchase", reason);
}

/** @param {{ state: PurchaseState }} props */
function PurchasePage({ state: { purchase, tickets: ticketByCode } }) {
  const { status, quantity, ticket_type, total } = purchase;
  const tickets = Object.entries(ticketByCode).map(([code, ticket]) => ({ code, ...ticket })).sort((one, other) => one.number - other.number);
  return html`
    <p class="sum"><span class="badge" data-status=${status}>${humanize(status)}</span>
      ${[`${quantity ?? tickets.length} × ${ticket_type}`, total && formatMoney(total)].filter(Boolean).join(" · ")}</p>
    ${status === "pending" && html`<p class="hint">These tickets are reserved for you, and valid once the purchase is confirmed.</p>`}
    <ul class="tickets">${tickets.map((ticket, index) => html`<${TicketItem} key=${ticket.code} ticket=${ticket} index=${index} status=${status} type=${ticket_type} />`)}</ul>
    <footer class="foot"><nav aria-label="More">${purchase.event_id && html`<a href=${`/events/${purchase.event_id}`}>The event</a>`} <a href="/purchases">All your tickets</a></nav></footer>`;
}

/** @param {{ ticket: Ticket, index: number, status: string, type: string }} props */
function TicketItem({ ticket, index, status, type }) {
  const admits = status === "confirmed" && ticket.status === "valid";
  return html`
    <li class="ticket" data-status=${ticket.status} data-opens=${String(admits)}>
      <${QrCode} text=${ticket.code} label=${`Code of ticket ${index + 1}`} />
      <p class="ticket-line"><strong>${humanize(type)} ${index + 1}</strong> <span class="badge" data-status=${ticket.status}>${humanize(ticket.status)}</span></p>
      <p class="code">${ticket.code}</p>
    </li>`;
}
