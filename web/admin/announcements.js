// An event's announcements: said, corrected, said again, ended early, taken away.

import { Boundary } from "../parts/boundary.js";
import { html } from "../vendor/htm-preact.js";
import { announcement, ANNOUNCEMENT } from "./kinds.js";
import { Act, Change, Create, Trouble, useList, when } from "./resource.js";

/** @param {{ id: string }} props */
export function Announcements({ id }) {
  const now = useList(`/api/events/${id}/announcements?status=active`);
  const past = useList(`/api/events/${id}/announcements?status=expired`);
  const reload = () => {
    now.reload();
    past.reload();
  };
  const items = now.items && past.items && [...now.items, ...past.items].sort((one, other) => other.id - one.id);
  return html`
    <${Create} path="/api/announcements" fields=${announcement("/api/teams")} more=${{ event_id: Number(id) }} label="New announcement" onMade=${reload} />
    <${Trouble} problem=${now.problem ?? past.problem} />
    ${items?.length === 0 && html`<p class="hint">None yet.</p>`}
    <ul class="cards">${items?.map((one) => html`<${Boundary} key=${one.id} of=${one} draw=${() => html`<${Card} one=${one} onChanged=${reload} />`} instead=${html`<li class="card">–</li>`} />`)}</ul>`;
}

/** @param {{ one: any, onChanged: () => void }} props */
function Card({ one, onChanged }) {
  const path = `/api/announcements/${one.id}`;
  const isActive = one.status === "active";
  return html`
    <li class="card" data-status=${one.status} data-priority=${one.priority}>
      <h2>${one.title}</h2>
      <p class="message">${one.message}</p>
      <p class="hint">${[one.type.replaceAll("_", " "), one.priority, one.team_ids.length > 0 && `for teams ${one.team_ids.join(", ")}`,
        isActive ? one.expires_at && `until ${when(one.expires_at)}` : `ended ${when(one.expires_at)}`, `made ${when(one.created_at)}`].filter(Boolean).join(" · ")}</p>
      <div class="row">
        ${isActive && html`<${Act} label="Send again" path="${path}/broadcast" onDone=${onChanged} />
          <${Act} label="End now" path="${path}/expire" onDone=${onChanged} />`}
        <${Act} label="Delete" method="DELETE" path=${path} grave onDone=${onChanged} />
      </div>
      <${Change} path=${path} fields=${ANNOUNCEMENT} onSaved=${onChanged} />
    </li>`;
}
