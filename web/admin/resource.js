// Hooks and components for REST resources: load, edit, delete, list.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact.js";
import { ConfirmButton } from "../common/widgets.js";
import { listAll, request } from "../common/api.js";
import { ErrorBoundary } from "../parts/error-boundary.js";
import { Form } from "./form.js";

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { ApiResponse, Problem } from "../common/api.js" */
/** @import { FormField } from "./form-data.js" */

/**
 * Loads a path, again on `reload`. Responses may arrive out of order; only that of the
 * latest request counts.
 * @template T
 * @param {string} path
 * @param {(path: string) => Promise<T>} load
 * @returns {{ response: T | null, reload: () => Promise<void> }}
 */
function useLatestResponse(path, load) {
  const [loaded, setLoaded] = useState(/** @type {{ path: string, response: T } | null} */ (null));
  const requestCount = useRef(0);
  const reload = async () => {
    const requestNumber = ++requestCount.current;
    const response = await load(path);
    if (requestNumber === requestCount.current) setLoaded({ path, response });
  };
  useEffect(() => void reload(), [path]);
  return { response: loaded?.path === path ? loaded.response : null, reload };
}

/**
 * The resource at a path.
 * @param {string} path
 * @returns {{ response: ApiResponse | null, reload: () => Promise<void> }}
 */
export function useResource(path) {
  const { response, reload } = useLatestResponse(path, (url) => request("GET", url));
  return { response, reload };
}

/** @param {string} path @returns {{ items: any[] | null, problem: Problem | null, reload: () => Promise<void> }} */
export function useList(path) {
  const { response, reload } = useLatestResponse(path, (url) => listAll(url));
  return { items: response?.items ?? null, problem: response?.problem ?? null, reload };
}

/** @param {{ problem: Problem | null | undefined }} props */
export function ProblemText({ problem }) {
  return problem ? html`<p class="error" role="alert">${problem.detail}</p>` : null;
}

/**
 * A form that edits a resource, unless somebody else has changed it in the meantime.
 * @param {{ path: string, fields: readonly FormField[], response: ApiResponse, onSaved: () => void }} props
 */
export function EditForm({ path, fields, response, onSaved }) {
  const [isStale, setIsStale] = useState(false);
  /** @param {any} body */
  const save = async (body) => {
    const { problem } = await request("PATCH", path, body, { etag: response.etag });
    setIsStale(problem?.status === 412);
    if (problem?.status === 412) return { ...problem, detail: "Somebody else has changed this since you opened it." };
    if (!problem) onSaved();
    return problem;
  };
  return html`
    <${Form} key=${response.etag} fields=${fields} current=${response.body} submitLabel="Save" onSubmit=${save} />
    ${isStale && html`<button type="button" class="action-button" onClick=${onSaved}>Load the current version</button>`}`;
}

/**
 * A button that opens an edit form with the resource's current values.
 * @param {{ path: string, fields: readonly FormField[], onSaved: () => void }} props
 */
export function EditDisclosure({ path, fields, onSaved }) {
  const [isOpen, setOpen] = useState(false);
  const closeAndReport = () => {
    setOpen(false);
    onSaved();
  };
  return html`
    <button type="button" class="action-button small" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>Edit</button>
    ${isOpen && html`<${LoadedEditForm} path=${path} fields=${fields} onSaved=${closeAndReport} />`}`;
}

/** @param {{ path: string, fields: readonly FormField[], onSaved: () => void }} props */
function LoadedEditForm({ path, fields, onSaved }) {
  const { response } = useResource(path);
  return response?.body ? html`<${EditForm} path=${path} fields=${fields} response=${response} onSaved=${onSaved} />` : html`<${ProblemText} problem=${response?.problem} />`;
}

/** A form that creates a resource. @param {{ path: string, fields: readonly FormField[], label: string, extraFields?: any, onCreated: (created: any) => void }} props */
export function CreateForm({ path, fields, label, extraFields = {}, onCreated }) {
  /** @param {any} formBody */
  const create = async (formBody) => {
    const { body, problem } = await request("POST", path, { ...formBody, ...extraFields });
    if (!problem) onCreated(body);
    return problem;
  };
  return html`<details class="create"><summary class="action-button">${label}</summary><${Form} fields=${fields} submitLabel=${label} onSubmit=${create} /></details>`;
}

/**
 * A button that sends a request and shows its problem.
 * @param {{ label: string, method?: string, path: string, body?: any, etag?: string | null, needsConfirmation?: boolean, onDone: () => void }} props
 *   `body` may be a function, called on the press
 */
export function ActionButton({ label, method = "POST", path, body, etag, needsConfirmation = false, onDone }) {
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const run = async () => {
    const requestBody = typeof body === "function" ? body() : body;
    const response = await request(method, path, requestBody ?? (method === "DELETE" ? undefined : {}), { etag });
    setProblem(response.problem);
    if (!response.problem) onDone();
  };
  return html`<span class="action">
    ${needsConfirmation ? html`<${ConfirmButton} className="action-button small danger" label=${label} onConfirm=${run} />` : html`<button type="button" class="action-button small" onClick=${run}>${label}</button>`}
    <${ProblemText} problem=${problem} />
  </span>`;
}

/**
 * A table with an optional column of actions.
 * @param {{ items: any[] | null, problem?: Problem | null, columns: { label: string, render: (item: any) => Child }[], empty?: string, getKey?: (item: any) => any }} props
 */
export function DataTable({ items, problem, columns, empty = "None yet.", getKey = ({ id }) => id }) {
  if (problem) return html`<${ProblemText} problem=${problem} />`;
  if (!items) return html`<p class="hint">Loading …</p>`;
  if (items.length === 0) return html`<p class="hint">${empty}</p>`;
  return html`
    <div class="wide"><table class="rows">
      <thead><tr>${columns.map(({ label }) => html`<th key=${label} scope="col">${label}</th>`)}</tr></thead>
      <tbody>${items.map((item) => html`<tr key=${getKey(item)}>${columns.map(({ label, render }) => html`<td key=${label} data-label=${label}><${ErrorBoundary} item=${item} render=${() => render(item)} /></td>`)}</tr>`)}</tbody>
    </table></div>`;
}
