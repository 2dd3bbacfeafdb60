// An event's announcements: create, edit, send again, end early, delete.

import { ErrorBoundary } from "../parts/error-boundary.js";
import { html } from "../vendor/htm-preact.js";
import { formatDateTime } from "../parts/dates.js";
import { newAnnouncementFields, ANNOUNCEMENT_FIELDS } from "./form-fields.js";
import { ActionButton, EditDisclosure, CreateForm, ProblemText, useList } from "./resource.js";

/** @param {{ id: string }} props */
export function AnnouncementAdmin({ id }) {
  const active = useList(`/api/events/${id}/announcements?status=active`);
  const expired = useList(`/api/events/${id}/announcements?status=expired`);
  const reload = () => {
    active.reload();
    expired.reload();
  };
  const items = active.items && expired.items && [...active.items, ...expired.items].sort((one, other) => other.id - one.id);
  return html`
    <${CreateForm} path="/api/announcements" fields=${newAnnouncementFields("/api/teams")} extraFields=${{ event_id: Number(id) }} label="New announcement" onCreated=${reload} />
    <${ProblemText} problem=${active.problem ?? expired.problem} />
    ${items?.length === 0 && html`<p class="hint">None yet.</p>`}
    <ul class="cards">${items?.map((one) => html`<${ErrorBoundary} key=${one.id} item=${one} render=${() => html`<${AnnouncementCard} announcement=${one} onChanged=${reload} />`} fallback=${html`<li class="card">–</li>`} />`)}</ul>`;
}

/** @param {{ announcement: any, onChanged: () => void }} props */
function AnnouncementCard({ announcement, onChanged }) {
  const path = `/api/announcements/${announcement.id}`;
  const isActive = announcement.status === "active";
  return html`
    <li class="card" data-status=${announcement.status} data-priority=${announcement.priority}>
      <h2>${announcement.title}</h2>
      <p class="message">${announcement.message}</p>
      <p class="hint">${[announcement.type.replaceAll("_", " "), announcement.priority, announcement.team_ids.length > 0 && `for teams ${announcement.team_ids.join(", ")}`,
        isActive ? announcement.expires_at && `until ${formatDateTime(announcement.expires_at)}` : `ended ${formatDateTime(announcement.expires_at)}`, `created ${formatDateTime(announcement.created_at)}`].filter(Boolean).join(" · ")}</p>
      <div class="row">
        ${isActive && html`<${ActionButton} label="Send again" path="${path}/broadcast" onDone=${onChanged} />
          <${ActionButton} label="End now" path="${path}/expire" onDone=${onChanged} />`}
        <${ActionButton} label="Delete" method="DELETE" path=${path} needsConfirmation onDone=${onChanged} />
      </div>
      <${EditDisclosure} path=${path} fields=${ANNOUNCEMENT_FIELDS} onSaved=${onChanged} />
    </li>`;
}
