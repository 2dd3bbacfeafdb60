// Buying tickets of one event: types, availability, and one order however often it is tapped.

import { tryOrUndefined } from "./client/environment.js";
import { request, fetchCurrentUser } from "./common/api.js";
import { SignInForm } from "./common/sign-in.js";
import { PageFrame, StatusNotice, refusalText } from "./parts/page-frame.js";
import { ticketOptions, maxQuantity, OrderKeys, totalPrice } from "./parts/ticket-order.js";
import { formatMoney } from "./parts/purchase-state.js";
import { humanize } from "./common/text.js";
import { html, render, useEffect, useRef, useState } from "./vendor/htm-preact.js";

/** @import { User, Problem } from "./common/api.js" */
/** @import { TicketOption, TicketOffer } from "./parts/ticket-order.js" */

const REFRESH_INTERVAL_MS = 30_000; // others buy too
const LOW_STOCK = 20; // availability is shown below this

const id = Number(location.pathname.split("/")[2]);
const orderKeys = new OrderKeys(id, tryOrUndefined(() => sessionStorage) ?? null);

/** The event, its ticket offer, and the signed-in user. */
function useTicketShop() {
  const [event, setEvent] = useState(/** @type {{ name: string } | null} */ (null));
  const [offer, setOffer] = useState(/** @type {TicketOffer | null} */ (null));
  const [user, setUser] = useState(/** @type {User | null} */ (null));
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const reload = async () => {
    const [eventResponse, offerResponse, signIn] = await Promise.all([request("GET", `/api/events/${id}`), request("GET", `/api/events/${id}/tickets`), fetchCurrentUser()]);
    setProblem(eventResponse.problem ?? offerResponse.problem);
    setUser(signIn.user);
    if (eventResponse.body) setEvent(eventResponse.body);
    if (offerResponse.body) setOffer(offerResponse.body);
  };
  useEffect(() => {
    reload();
    const reloadIfVisible = () => void (document.visibilityState === "visible" && reload());
    const timer = setInterval(reloadIfVisible, REFRESH_INTERVAL_MS);
    addEventListener("pageshow", reloadIfVisible);
    return () => {
      clearInterval(timer);
      removeEventListener("pageshow", reloadIfVisible);
    };
  }, []);
  return { event, offer, user, problem, reload };
}

function TicketShop() {
  const { event, offer, user, problem, reload } = useTicketShop();
  if (event) document.title = `Tickets for ${event.name} · Touchline`;
  const isPrivate = problem?.status === 401;
  const footer = html`<nav aria-label="More"><a href=${`/events/${id}`}>The event</a> <a href="/purchases">Your tickets</a></nav>`;
  return html`<${PageFrame} footer=${footer}>
    <h1>${event ? `Tickets for ${event.name}` : "Tickets"}</h1>
    ${event && offer && html`<${OrderForm} offer=${offer} user=${user} onChanged=${reload} />`}
    <${StatusNotice}>${!event && problem ? problemText(problem) : ""}</${StatusNotice}>
    ${isPrivate && html`<${SignInForm} onSignedIn=${reload} />`}
  </${PageFrame}>`;
}

/** @param {Problem} problem */
const problemText = ({ status, detail }) => (status === 0 || status >= 500 ? detail : refusalText("event", String(status)));

/** @param {{ offer: TicketOffer, user: User | null, onChanged: () => void }} props */
function OrderForm({ offer, user, onChanged }) {
  const options = ticketOptions(offer);
  const available = options.filter((one) => maxQuantity(offer, one) > 0);
  // If the selected type sells out, the selection doesn't move to another one.
  const [selectedName, setSelectedName] = useState(available[0]?.name ?? "");
  const [requestedQuantity, setRequestedQuantity] = useState(1);
  const { buy, isBusy, problem } = usePurchase(onChanged);
  if (available.length === 0) return html`<p class="empty">Everything is sold out.</p>`;
  const selected = available.find(({ name }) => name === selectedName) ?? null;
  const maxAllowed = selected ? maxQuantity(offer, selected) : 1;
  const quantity = Math.min(requestedQuantity, maxAllowed);
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    if (user && selected) buy({ ticket_type: selected.name, quantity });
  };
  return html`
    <form class="order" onSubmit=${submit} aria-busy=${isBusy}>
      <fieldset class="choices"><legend>Kind</legend>
        ${options.map((one) => html`<${TicketOptionRadio} key=${one.name} option=${one} isSelected=${one === selected} isSoldOut=${!available.includes(one)} onSelect=${() => setSelectedName(one.name)} />`)}
      </fieldset>
      <label class="quantity">How many
        <select name="quantity" value=${String(quantity)} disabled=${!selected} onChange=${(/** @type {Event} */ event) => setRequestedQuantity(Number(/** @type {HTMLSelectElement} */ (event.target).value))}>
          ${Array.from({ length: maxAllowed }, (_, index) => html`<option key=${index} value=${String(index + 1)} selected=${index + 1 === quantity}>${index + 1}</option>`)}
        </select></label>
      <p class="total" role="status"><${OrderTotal} option=${selected} quantity=${quantity} /></p>
      <div role="alert">${problem && html`<p class="error">${orderProblemText(problem)}</p>`}</div>
      ${user && html`<button class="button" disabled=${isBusy || !selected}>${isBusy ? "Buying …" : "Buy"}</button>
        <p class="hint">They will belong to ${user.name}, and are reserved until the organiser confirms them.</p>`}
    </form>
    ${!user && html`<${SignInForm} explanation="Sign in to buy tickets." onSignedIn=${onChanged} />`}`;
}

/** @param {{ option: TicketOption | null, quantity: number }} props */
function OrderTotal({ option, quantity }) {
  if (!option) return "Choose what to buy.";
  const total = totalPrice(option, quantity);
  return total ? html`Total <strong>${formatMoney(total)}</strong>` : "Nothing to pay here";
}

/** @param {{ option: TicketOption, isSelected: boolean, isSoldOut: boolean, onSelect: () => void }} props */
function TicketOptionRadio({ option, isSelected, isSoldOut, onSelect }) {
  const leftText = isSoldOut ? "Sold out" : option.left !== null && option.left <= LOW_STOCK ? `${option.left} left` : "";
  return html`
    <label class="choice" data-gone=${isSoldOut ? "yes" : undefined}>
      <input type="radio" name="ticket_type" value=${option.name} checked=${isSelected} disabled=${isSoldOut} onChange=${onSelect} />
      <span class="kind">${humanize(option.name)}</span> <span class="left">${leftText}</span> <span class="price">${option.price ? formatMoney(option.price) : ""}</span>
    </label>`;
}

/** Sends an order once, and opens the purchase. @param {() => void} onFailed */
function usePurchase(onFailed) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const isSending = useRef(false); // a second tap may come before the next rendering
  useEffect(() => {
    const reset = () => {
      isSending.current = false; // restored from the back-forward cache
      setBusy(false);
    };
    addEventListener("pageshow", reset);
    return () => removeEventListener("pageshow", reset);
  }, []);
  /** @param {{ ticket_type: string, quantity: number }} order */
  const buy = async (order) => {
    if (isSending.current) return;
    isSending.current = true;
    setBusy(true);
    const { body, problem: failure } = await request("POST", `/api/events/${id}/purchases`, order, { idempotencyKey: orderKeys.idempotencyKeyFor(order) });
    orderKeys.recordOutcome(failure);
    if (body) return location.assign(`/purchases/${body.id}`);
    isSending.current = false;
    setBusy(false);
    setProblem(failure);
    onFailed();
  };
  return { buy, isBusy, problem };
}

/** @param {Problem} problem */
function orderProblemText({ status, detail, errors }) {
  const sentence = errors?.length ? errors.map((one) => `${humanize(one.pointer.slice(1))} ${one.detail}`).join("; ") : humanize(detail);
  const retryHint = status === 0 || status >= 500 ? " Nothing is bought twice if you try again." : "";
  return `${sentence}${sentence.endsWith(".") ? "" : "."}${retryHint}`;
}

render(html`<${TicketShop} />`, /** @type {HTMLElement} */ (document.getElementById("page")));
