// One buyer's tickets, each with a code that the gate can read.

import { Stream } from "./client/stream.js";
import { SignIn } from "./desk/sign-in.js";
import { Frame, noContact, Notice, refusal } from "./parts/frame.js";
import { Code } from "./parts/qr.js";
import { money, tell } from "./parts/tickets.js";
import { inWords } from "./sports/generic.js";
import { html, render } from "./vendor/htm-preact.js";

/** @import { Message } from "./client/wire.js" */
/** @import { Purchase, Ticket } from "./parts/tickets.js" */

const page = /** @type {HTMLElement} */ (document.getElementById("page"));
const id = location.pathname.split("/")[2];

/** @type {Purchase | null} */ let purchase = null;
let contact = noContact();
let said = "";

const stream = new Stream([`purchase_${id}`], {
  onMessage(message) {
    purchase = tell(purchase, message);
    if (stream.state === "live") said = sayAloud(message);
    draw();
  },
  onState(state, why, since) {
    contact = { state, why, since };
    if (state === "refused") purchase = null; // codes are shown to their buyer alone
    draw();
  },
});
stream.forget(); // codes are not kept in the browser, so the page begins with a snapshot
stream.connect();
draw();

/** @param {Message} message */
function sayAloud({ type, data }) {
  if (type === "ticket_update") return `A ticket is now ${data.ticket.status}.`;
  return type === "purchase_update" ? `The purchase is ${data.purchase.status}.` : said;
}

function draw() {
  const refused = contact.state === "refused";
  const mayBeAnother = refused && ["401", "404", "token_expired"].includes(contact.why ?? "");
  render(html`<${Frame} contact=${contact} said=${said}>
    <h1>Tickets</h1>
    ${purchase && html`<${Page} purchase=${purchase} />`}
    <${Notice}>${refused ? reason(contact.why) : ""}</${Notice}>
    ${mayBeAnother && html`<${SignIn} onSignedIn=${() => stream.connect()} />`}
  </${Frame}>`, page);
}

/** Somebody else's purchase looks like none: its buyer may be signed in as another. @param {string | null} why */
function reason(why) {
  return why === "404" ? "There is no such purchase, or it is another buyer's. Sign in as the buyer to see it." : refusal("purchase", why);
}

/** @param {{ purchase: Purchase }} props */
function Page({ purchase: now }) {
  const { status, quantity, ticket_type, total, tickets } = now;
  return html`
    <p class="sum"><span class="badge" data-status=${status}>${inWords(status)}</span>
      ${[`${quantity ?? tickets.length} × ${ticket_type}`, total && money(total)].filter(Boolean).join(" · ")}</p>
    ${status === "pending" && html`<p class="hint">These tickets are kept for you. They open the gate once the purchase is confirmed.</p>`}
    <ul class="tickets">${tickets.map((ticket, at) => html`<${OneTicket} key=${ticket.code} ticket=${ticket} at=${at} status=${status} type=${ticket_type} />`)}</ul>
    <footer class="foot"><nav aria-label="More">${now.event_id && html`<a href=${`/events/${now.event_id}`}>The event</a>`} <a href="/purchases">All your tickets</a></nav></footer>`;
}

/** @param {{ ticket: Ticket, at: number, status: string, type: string }} props */
function OneTicket({ ticket, at, status, type }) {
  const opens = status === "confirmed" && ticket.status === "valid";
  return html`
    <li class="ticket" data-status=${ticket.status} data-opens=${String(opens)}>
      <${Code} text=${ticket.code} label=${`Code of ticket ${at + 1}`} />
      <p class="ticket-line"><strong>${inWords(type)} ${at + 1}</strong> <span class="badge" data-status=${ticket.status}>${inWords(ticket.status)}</span></p>
      <p class="code">${ticket.code}</p>
    </li>`;
}
