// A form made of fields: what is wrong stands beside the field that it is about.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact.js";
import { all } from "../desk/api.js";
import { at, bodyOf, changesOf, place, show } from "./fields.js";

/** @import { Problem } from "../desk/api.js" */
/** @import { Field } from "./fields.js" */

/**
 * @param {{
 *   fields: readonly Field[], label: string, before?: any,
 *   onSubmit: (body: any) => Promise<Problem | null>,
 * }} props `before` is what is edited; without it something new is made
 */
export function Form({ fields, label, before, onSubmit }) {
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const [state, setState] = useState(/** @type {"" | "busy" | "done"} */ (""));
  const shown = useRef(/** @type {HTMLFormElement | null} */ (null));
  const { beside, apart } = place(fields, problem?.errors ?? []);
  useEffect(() => {
    if (problem) /** @type {HTMLElement | null} */ (shown.current?.querySelector('[aria-invalid="true"]'))?.focus();
  }, [problem]);
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const given = new FormData(form);
    const body = before ? changesOf(fields, given, before) : bodyOf(fields, given);
    setState("busy");
    const no = before && Object.keys(body).length === 0 ? null : await onSubmit(body);
    setProblem(no);
    setState(no ? "" : "done");
    if (!no && !before) form.reset();
  };
  return html`
    <form ref=${shown} class="fields" noValidate=${false} onSubmit=${submit} onInput=${() => setState("")}>
      ${fields.filter(({ fixed }) => !(fixed && before)).map((field) => html`<${Input} key=${field.name} field=${field} before=${before} fault=${beside[field.name]} />`)}
      <p class="fault" role="alert">${problem && (apart.join("; ") || (Object.keys(beside).length > 0 ? "" : problem.detail))}</p>
      <div class="row end">
        <button class="act strong" disabled=${state === "busy"}>${label}</button>
        <span class="hint" role="status">${{ "": "", busy: "Sending …", done: "Saved." }[state]}</span>
      </div>
    </form>`;
}

/** @param {{ field: Field, before: any, fault?: string }} props */
function Input({ field, before, fault }) {
  const { name, label, hint, type = "text" } = field;
  const id = `${name.replace("/", "-")}-fault`;
  const value = before ? at(before, name) : field.usual;
  const marks = { name, "aria-invalid": fault ? "true" : undefined, "aria-describedby": fault ? id : undefined, required: field.required };
  const input = type === "check"
    ? html`<input type="checkbox" ...${marks} defaultChecked=${Boolean(value)} />`
    : html`<${Control} field=${field} marks=${marks} value=${value} />`;
  return html`
    <label class="${type} ${fault ? "wrong" : ""}">${label} ${hint && html`<span class="hint">${hint}</span>`}
      ${input}
      ${fault && html`<span class="fault" id=${id}>${fault}</span>`}
    </label>`;
}

const TYPES = { number: "number", time: "datetime-local", colour: "text", password: "password", email: "email" };

/** @param {{ field: Field, marks: any, value: any }} props */
function Control({ field, marks, value }) {
  const { type = "text", options } = field;
  if (type === "ref") return html`<${Reference} field=${field} marks=${marks} value=${value} />`;
  if (type === "area" || type === "tickets") return html`<textarea rows="4" ...${marks} defaultValue=${show(field, value)}></textarea>`;
  if (type === "choice") return html`<${Select} marks=${marks} options=${options ?? []} value=${show(field, value)} />`;
  const step = type === "number" ? "any" : undefined;
  return html`<input type=${TYPES[/** @type {keyof typeof TYPES} */ (type)] ?? "text"} step=${step} ...${marks} autocomplete="off" defaultValue=${show(field, value)} />`;
}

/** @param {{ marks: any, options: [string, string][], value: string }} props */
function Select({ marks, options, value }) {
  return html`<select ...${marks}>${options.map(([one, words]) => html`<option key=${one} value=${one} selected=${one === value}>${words}</option>`)}</select>`;
}

/** One or several of a list; by number where the list may not be read. @param {{ field: Field, marks: any, value: any }} props */
function Reference({ field: { from = "", required, many }, marks, value }) {
  const [found, setFound] = useState(/** @type {Awaited<ReturnType<typeof all>> | null} */ (null));
  useEffect(() => {
    let isOver = false;
    all(from).then((answer) => !isOver && setFound(answer));
    return () => void (isOver = true);
  }, [from]);
  if (found?.problem) return html`<input type="number" min="1" ...${marks} defaultValue=${value ?? ""} placeholder="Number" />`;
  /** @type {number[]} */ const chosen = [value ?? []].flat();
  // Until the list is here, what was chosen stands in it alone: a form that is sent early changes nothing.
  const items = found?.items ?? chosen.map((id) => ({ id, name: "…" }));
  const options = items.map(({ id, name }) => html`<option key=${id} value=${id} selected=${chosen.includes(id)}>${name} (${id})</option>`);
  if (many) return html`<select multiple size="4" ...${marks}>${options}</select>`;
  const none = !found ? "Loading …" : required ? "Choose …" : "None";
  return html`<select ...${marks}><option value="">${none}</option>${options}</select>`;
}
