// Announcements: urgent ones as a banner, and as a notification if the visitor allows it.

import { html } from "../vendor/htm-preact.js";
import { ErrorBoundary } from "./error-boundary.js";
import { sortByPriority } from "./page-state.js";
import { formatDay, formatTime } from "./dates.js";

/** @import { Announcement } from "./page-state.js" */
/** @import { Message } from "../client/message-types.js" */

/** @type {{ [type: string]: string }} */
const TYPE_LABELS = { general: "", schedule_change: "Schedule", result_update: "Result", weather_alert: "Weather", emergency: "Emergency" };

/** @param {{ announcements: Announcement[] }} props */
export function UrgentBanners({ announcements }) {
  const urgent = sortByPriority(announcements).filter(({ priority }) => priority === "urgent");
  // The live region is always present, since screen readers announce only what is added to one.
  return html`<div class="banners" role="alert">${urgent.map((one) => html`
    <div class="banner" key=${one.id}><strong>${one.title}</strong> <span>${one.message}</span></div>`)}</div>`;
}

/** @param {{ announcements: Announcement[] }} props */
export function AnnouncementList({ announcements }) {
  if (announcements.length === 0) return html`<p class="empty">Nothing has been announced.</p>`;
  return html`<ul class="announcements">${sortByPriority(announcements).map((one) => html`
    <li key=${one.id} class="announcement" data-priority=${one.priority}><${ErrorBoundary} item=${one} render=${() => html`
      <h3>${one.title}</h3>
      <p class="words">${one.message}</p>
      <p class="meta">${[TYPE_LABELS[one.type], one.priority === "normal" ? "" : priorityLabel(one.priority), publishedText(one)].filter(Boolean).join(" · ")}</p>`} />
    </li>`)}</ul>`;
}

/** @param {string} priority */
const priorityLabel = (priority) => ({ urgent: "Urgent", high: "Important", low: "For information" })[priority] ?? "";

/** @param {Announcement} announcement */
const publishedText = ({ created_at }) => `${formatDay(created_at, Date.now())}, ${formatTime(created_at)}`;

/** Asks for permission to notify; hidden if there is no support, or the visitor has decided. @param {{ onDecided: () => void }} props */
export function NotificationPermissionButton({ onDecided }) {
  if (typeof Notification === "undefined" || Notification.permission !== "default") return null;
  const requestPermission = async () => {
    await Notification.requestPermission();
    onDecided();
  };
  return html`<button type="button" class="quiet-button" onClick=${requestPermission}>Notify me of urgent ones</button>`;
}

/** Shows a notification for an urgent announcement that arrived while the page was open. @param {Message} message */
export async function notifyOfUrgent({ type, data }) {
  const isUrgent = type === "announcement_update" && data.change !== "deleted" && data.announcement.priority === "urgent";
  if (!isUrgent || typeof Notification === "undefined" || Notification.permission !== "granted") return;
  const { id, title, message } = data.announcement;
  const options = { body: message, tag: `announcement-${id}`, icon: "/assets/icon.svg" };
  try {
    new Notification(title, options);
  } catch {
    // Android allows notifications from a service worker only.
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.showNotification(title, options);
  }
}
