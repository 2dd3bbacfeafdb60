// Something of the server's on a page: read, edited, deleted; and lists of such things.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact.js";
import { Sure } from "../desk/parts.js";
import { all, call } from "../desk/api.js";
import { Boundary } from "../parts/boundary.js";
import { dayAndTime } from "../parts/dates.js";
import { Form } from "./form.js";

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { Answer, Problem } from "../desk/api.js" */
/** @import { Field } from "./fields.js" */

/**
 * What is said of a path; asked again by calling `reload`. Answers may overtake one another: the
 * one that was asked for last counts.
 * @template T
 * @param {string} path
 * @param {(path: string) => Promise<T>} ask
 * @returns {{ said: T | null, reload: () => Promise<void> }}
 */
function useLatest(path, ask) {
  const [known, setKnown] = useState(/** @type {{ path: string, said: T } | null} */ (null));
  const asked = useRef(0);
  const reload = async () => {
    const turn = ++asked.current;
    const said = await ask(path);
    if (turn === asked.current) setKnown({ path, said });
  };
  useEffect(() => void reload(), [path]);
  return { said: known?.path === path ? known.said : null, reload };
}

/**
 * What is at a path now.
 * @param {string} path
 * @returns {{ answer: Answer | null, reload: () => Promise<void> }}
 */
export function useAnswer(path) {
  const { said, reload } = useLatest(path, (at) => call("GET", at));
  return { answer: said, reload };
}

/** @param {string} path @returns {{ items: any[] | null, problem: Problem | null, reload: () => Promise<void> }} */
export function useList(path) {
  const { said, reload } = useLatest(path, (at) => all(at));
  return { items: said?.items ?? null, problem: said?.problem ?? null, reload };
}

/** @param {{ problem: Problem | null | undefined }} props */
export function Trouble({ problem }) {
  return problem ? html`<p class="fault" role="alert">${problem.detail}</p>` : null;
}

/**
 * Changes a thing, unless somebody else has in the meantime.
 * @param {{ path: string, fields: readonly Field[], answer: Answer, onSaved: () => void }} props
 */
export function Edit({ path, fields, answer, onSaved }) {
  const [stale, setStale] = useState(false);
  /** @param {any} body */
  const save = async (body) => {
    const { problem } = await call("PATCH", path, body, { etag: answer.etag });
    setStale(problem?.status === 412);
    if (problem?.status === 412) return { ...problem, detail: "Somebody else has changed this since you opened it." };
    if (!problem) onSaved();
    return problem;
  };
  return html`
    <${Form} key=${answer.etag} fields=${fields} before=${answer.body} label="Save" onSubmit=${save} />
    ${stale && html`<button type="button" class="act" onClick=${onSaved}>Show what it is now</button>`}`;
}

/**
 * A button that opens the fields of one of many, as they are then.
 * @param {{ path: string, fields: readonly Field[], onSaved: () => void }} props
 */
export function Change({ path, fields, onSaved }) {
  const [isOpen, setOpen] = useState(false);
  const saved = () => {
    setOpen(false);
    onSaved();
  };
  return html`
    <button type="button" class="act small" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>Edit</button>
    ${isOpen && html`<${Opened} path=${path} fields=${fields} onSaved=${saved} />`}`;
}

/** @param {{ path: string, fields: readonly Field[], onSaved: () => void }} props */
function Opened({ path, fields, onSaved }) {
  const { answer } = useAnswer(path);
  return answer?.body ? html`<${Edit} path=${path} fields=${fields} answer=${answer} onSaved=${onSaved} />` : html`<${Trouble} problem=${answer?.problem} />`;
}

/** Makes a new thing. @param {{ path: string, fields: readonly Field[], label: string, more?: any, onMade: (made: any) => void }} props */
export function Create({ path, fields, label, more = {}, onMade }) {
  /** @param {any} given */
  const create = async (given) => {
    const { body, problem } = await call("POST", path, { ...given, ...more });
    if (!problem) onMade(body);
    return problem;
  };
  return html`<details class="create"><summary class="act">${label}</summary><${Form} fields=${fields} label=${label} onSubmit=${create} /></details>`;
}

/**
 * A button that writes, and says what came of it.
 * @param {{ label: string, method?: string, path: string, body?: any, etag?: string | null, grave?: boolean, onDone: () => void }} props
 *   `body` may be a function, asked at the press
 */
export function Act({ label, method = "POST", path, body, etag, grave = false, onDone }) {
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const act = async () => {
    const given = typeof body === "function" ? body() : body;
    const answer = await call(method, path, given ?? (method === "DELETE" ? undefined : {}), { etag });
    setProblem(answer.problem);
    if (!answer.problem) onDone();
  };
  return html`<span class="doing">
    ${grave ? html`<${Sure} name="act small danger" label=${label} onSure=${act} />` : html`<button type="button" class="act small" onClick=${act}>${label}</button>`}
    <${Trouble} problem=${problem} />
  </span>`;
}

/**
 * A list, with what can be done to each item.
 * @param {{ items: any[] | null, problem?: Problem | null, columns: { label: string, show: (item: any) => Child }[], empty?: string, keyOf?: (item: any) => any }} props
 */
export function Table({ items, problem, columns, empty = "None yet.", keyOf = ({ id }) => id }) {
  if (problem) return html`<${Trouble} problem=${problem} />`;
  if (!items) return html`<p class="hint">Loading …</p>`;
  if (items.length === 0) return html`<p class="hint">${empty}</p>`;
  return html`
    <div class="wide"><table class="rows">
      <thead><tr>${columns.map(({ label }) => html`<th key=${label} scope="col">${label}</th>`)}</tr></thead>
      <tbody>${items.map((item) => html`<tr key=${keyOf(item)}>${columns.map(({ label, show }) => html`<td key=${label} data-label=${label}><${Boundary} of=${item} draw=${() => show(item)} /></td>`)}</tr>`)}</tbody>
    </table></div>`;
}

/** @param {string | null | undefined} at */
export const when = (at) => dayAndTime(at);
