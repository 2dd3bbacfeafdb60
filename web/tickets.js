// Buying tickets of one event: what is sold, how many are left, and one order however often it is tapped.

import { attempt } from "./client/world.js";
import { call, whoAmI } from "./desk/api.js";
import { SignIn } from "./desk/sign-in.js";
import { Frame, Notice, refusal } from "./parts/frame.js";
import { choicesOf, mostOf, Orders, totalOf } from "./parts/order.js";
import { money } from "./parts/tickets.js";
import { inWords } from "./sports/generic.js";
import { html, render, useEffect, useRef, useState } from "./vendor/htm-preact.js";

/** @import { Person, Problem } from "./desk/api.js" */
/** @import { Choice, Offer } from "./parts/order.js" */

const ASK_AGAIN_MS = 30_000; // others buy too
const FEW = 20; // what is left is news below that

const id = Number(location.pathname.split("/")[2]);
const orders = new Orders(id, attempt(() => sessionStorage) ?? null);

/** The event, what it sells, and who asks. */
function useShop() {
  const [event, setEvent] = useState(/** @type {{ name: string } | null} */ (null));
  const [offer, setOffer] = useState(/** @type {Offer | null} */ (null));
  const [me, setMe] = useState(/** @type {Person | null} */ (null));
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const ask = async () => {
    const [about, sold, who] = await Promise.all([call("GET", `/api/events/${id}`), call("GET", `/api/events/${id}/tickets`), whoAmI()]);
    setProblem(about.problem ?? sold.problem);
    setMe(who.me);
    if (about.body) setEvent(about.body);
    if (sold.body) setOffer(sold.body);
  };
  useEffect(() => {
    ask();
    const again = () => void (document.visibilityState === "visible" && ask());
    const timer = setInterval(again, ASK_AGAIN_MS);
    addEventListener("pageshow", again);
    return () => {
      clearInterval(timer);
      removeEventListener("pageshow", again);
    };
  }, []);
  return { event, offer, me, problem, ask };
}

function Shop() {
  const { event, offer, me, problem, ask } = useShop();
  if (event) document.title = `Tickets for ${event.name} · Touchline`;
  const isPrivate = problem?.status === 401;
  const foot = html`<nav aria-label="More"><a href=${`/events/${id}`}>The event</a> <a href="/purchases">Your tickets</a></nav>`;
  return html`<${Frame} foot=${foot}>
    <h1>${event ? `Tickets for ${event.name}` : "Tickets"}</h1>
    ${event && offer && html`<${Order} offer=${offer} me=${me} onChanged=${ask} />`}
    <${Notice}>${!event && problem ? trouble(problem) : ""}</${Notice}>
    ${isPrivate && html`<${SignIn} onSignedIn=${ask} />`}
  </${Frame}>`;
}

/** @param {Problem} problem */
const trouble = ({ status, detail }) => (status === 0 || status >= 500 ? detail : refusal("event", String(status)));

/** @param {{ offer: Offer, me: Person | null, onChanged: () => void }} props */
function Order({ offer, me, onChanged }) {
  const choices = choicesOf(offer);
  const sold = choices.filter((one) => mostOf(offer, one) > 0);
  // What is sold out while one looks isn't changed into another kind by itself.
  const [chosen, setChosen] = useState(sold[0]?.name ?? "");
  const [wanted, setWanted] = useState(1);
  const { buy, isBusy, problem } = useBuying(onChanged);
  if (sold.length === 0) return html`<p class="empty">Everything is sold.</p>`;
  const choice = sold.find(({ name }) => name === chosen) ?? null;
  const most = choice ? mostOf(offer, choice) : 1;
  const quantity = Math.min(wanted, most);
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    if (me && choice) buy({ ticket_type: choice.name, quantity });
  };
  return html`
    <form class="order" onSubmit=${submit} aria-busy=${isBusy}>
      <fieldset class="choices"><legend>Kind</legend>
        ${choices.map((one) => html`<${Kind} key=${one.name} one=${one} isChosen=${one === choice} isGone=${!sold.includes(one)} onChoose=${() => setChosen(one.name)} />`)}
      </fieldset>
      <label class="quantity">How many
        <select name="quantity" value=${String(quantity)} disabled=${!choice} onChange=${(/** @type {Event} */ event) => setWanted(Number(/** @type {HTMLSelectElement} */ (event.target).value))}>
          ${Array.from({ length: most }, (_, at) => html`<option key=${at} value=${String(at + 1)} selected=${at + 1 === quantity}>${at + 1}</option>`)}
        </select></label>
      <p class="total" role="status"><${Total} choice=${choice} quantity=${quantity} /></p>
      <div role="alert">${problem && html`<p class="fault">${inSentence(problem)}</p>`}</div>
      ${me && html`<button class="button" disabled=${isBusy || !choice}>${isBusy ? "Buying …" : "Buy"}</button>
        <p class="hint">They will be ${me.name}’s, and kept for you until the organiser confirms them.</p>`}
    </form>
    ${!me && html`<${SignIn} why="Tickets are yours alone: sign in to buy." onSignedIn=${onChanged} />`}`;
}

/** @param {{ choice: Choice | null, quantity: number }} props */
function Total({ choice, quantity }) {
  if (!choice) return "Choose what to buy.";
  const total = totalOf(choice, quantity);
  return total ? html`Total <strong>${money(total)}</strong>` : "Nothing to pay here";
}

/** @param {{ one: Choice, isChosen: boolean, isGone: boolean, onChoose: () => void }} props */
function Kind({ one, isChosen, isGone, onChoose }) {
  const left = isGone ? "Sold out" : one.left !== null && one.left <= FEW ? `${one.left} left` : "";
  return html`
    <label class="choice" data-gone=${isGone ? "yes" : undefined}>
      <input type="radio" name="ticket_type" value=${one.name} checked=${isChosen} disabled=${isGone} onChange=${onChoose} />
      <span class="kind">${inWords(one.name)}</span> <span class="left">${left}</span> <span class="price">${one.price ? money(one.price) : ""}</span>
    </label>`;
}

/** Sends an order, once, and goes to what was bought. @param {() => void} onRefused */
function useBuying(onRefused) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const sending = useRef(false); // a second tap comes before anything is drawn anew
  useEffect(() => {
    const back = () => {
      sending.current = false; // the page as it was left, out of the browser's cache
      setBusy(false);
    };
    addEventListener("pageshow", back);
    return () => removeEventListener("pageshow", back);
  }, []);
  /** @param {{ ticket_type: string, quantity: number }} wish */
  const buy = async (wish) => {
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    const { body, problem: no } = await call("POST", `/api/events/${id}/purchases`, wish, { key: orders.keyOf(wish) });
    orders.answered(no);
    if (body) return location.assign(`/purchases/${body.id}`);
    sending.current = false;
    setBusy(false);
    setProblem(no);
    onRefused();
  };
  return { buy, isBusy, problem };
}

/** @param {Problem} problem */
function inSentence({ status, detail, errors }) {
  const words = errors?.length ? errors.map((one) => `${inWords(one.pointer.slice(1))} ${one.detail}`).join("; ") : inWords(detail);
  const again = status === 0 || status >= 500 ? " Nothing is bought twice if you try again." : "";
  return `${words}${words.endsWith(".") ? "" : "."}${again}`;
}

render(html`<${Shop} />`, /** @type {HTMLElement} */ (document.getElementById("page")));
