// Announcements: the urgent as a banner, and as a notification where the reader allows it.

import { html } from "../vendor/htm-preact.js";
import { Boundary } from "./boundary.js";
import { byPriority } from "./bulletin.js";
import { dayOf, timeOfDay } from "./dates.js";

/** @import { Announcement } from "./bulletin.js" */
/** @import { Message } from "../client/wire.js" */

/** @type {{ [type: string]: string }} */
const TYPES = { general: "", schedule_change: "Schedule", result_update: "Result", weather_alert: "Weather", emergency: "Emergency" };

/** @param {{ announcements: Announcement[] }} props */
export function Banners({ announcements }) {
  const urgent = byPriority(announcements).filter(({ priority }) => priority === "urgent");
  // The region is there from the start: what is put into it later is read out.
  return html`<div class="banners" role="alert">${urgent.map((one) => html`
    <div class="banner" key=${one.id}><strong>${one.title}</strong> <span>${one.message}</span></div>`)}</div>`;
}

/** @param {{ announcements: Announcement[] }} props */
export function Announcements({ announcements }) {
  if (announcements.length === 0) return html`<p class="empty">Nothing has been announced.</p>`;
  return html`<ul class="announcements">${byPriority(announcements).map((one) => html`
    <li key=${one.id} class="announcement" data-priority=${one.priority}><${Boundary} of=${one} draw=${() => html`
      <h3>${one.title}</h3>
      <p class="words">${one.message}</p>
      <p class="meta">${[TYPES[one.type], one.priority === "normal" ? "" : wordOf(one.priority), when(one)].filter(Boolean).join(" · ")}</p>`} />
    </li>`)}</ul>`;
}

/** @param {string} priority */
const wordOf = (priority) => ({ urgent: "Urgent", high: "Important", low: "For information" })[priority] ?? "";

/** @param {Announcement} announcement */
const when = ({ created_at }) => `${dayOf(created_at, Date.now())}, ${timeOfDay(created_at)}`;

/** Asks for leave to notify; nothing where the browser can't, or the reader has decided. @param {{ onDecided: () => void }} props */
export function AskToNotify({ onDecided }) {
  if (typeof Notification === "undefined" || Notification.permission !== "default") return null;
  const ask = async () => {
    await Notification.requestPermission();
    onDecided();
  };
  return html`<button type="button" class="quiet-button" onClick=${ask}>Notify me of urgent ones</button>`;
}

/** Notifies of a message that came while the page was open. @param {Message} message */
export async function notify({ type, data }) {
  const said = type === "announcement_update" && data.change !== "deleted" && data.announcement.priority === "urgent";
  if (!said || typeof Notification === "undefined" || Notification.permission !== "granted") return;
  const { id, title, message } = data.announcement;
  const shape = { body: message, tag: `announcement-${id}`, icon: "/assets/icon.svg" };
  try {
    new Notification(title, shape);
  } catch {
    // Android takes them from a service worker alone.
    const worker = await navigator.serviceWorker?.getRegistration();
    await worker?.showNotification(title, shape);
  }
}
