// A form built from fields; each error is shown beside its field.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact.js";
import { listAll } from "../common/api.js";
import { valueAt, createBody, patchBody, placeErrors, fieldText } from "./form-data.js";

/** @import { Problem } from "../common/api.js" */
/** @import { FormField } from "./form-data.js" */

/**
 * @param {{
 *   fields: readonly FormField[], submitLabel: string, current?: any,
 *   onSubmit: (body: any) => Promise<Problem | null>,
 * }} props `current` is the edited resource; without it the form creates one
 */
export function Form({ fields, submitLabel, current, onSubmit }) {
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const [submitState, setSubmitState] = useState(/** @type {"" | "busy" | "done"} */ (""));
  const formRef = useRef(/** @type {HTMLFormElement | null} */ (null));
  const { byField: errorsByField, general: generalErrors } = placeErrors(fields, problem?.errors ?? []);
  useEffect(() => {
    if (problem) /** @type {HTMLElement | null} */ (formRef.current?.querySelector('[aria-invalid="true"]'))?.focus();
  }, [problem]);
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const formData = new FormData(form);
    const body = current ? patchBody(fields, formData, current) : createBody(fields, formData);
    setSubmitState("busy");
    const failure = current && Object.keys(body).length === 0 ? null : await onSubmit(body);
    setProblem(failure);
    setSubmitState(failure ? "" : "done");
    if (!failure && !current) form.reset();
  };
  return html`
    <form ref=${formRef} class="fields" noValidate=${false} onSubmit=${submit} onInput=${() => setSubmitState("")}>
      ${fields.filter(({ isCreateOnly }) => !(isCreateOnly && current)).map((field) => html`<${FormInput} key=${field.name} field=${field} current=${current} error=${errorsByField[field.name]} />`)}
      <p class="error" role="alert">${problem && (generalErrors.join("; ") || (Object.keys(errorsByField).length > 0 ? "" : problem.detail))}</p>
      <div class="row end">
        <button class="action-button strong" disabled=${submitState === "busy"}>${submitLabel}</button>
        <span class="hint" role="status">${{ "": "", busy: "Sending …", done: "Saved." }[submitState]}</span>
      </div>
    </form>`;
}

/** @param {{ field: FormField, current: any, error?: string }} props */
function FormInput({ field, current, error }) {
  const { name, label, hint, type = "text" } = field;
  const id = `${name.replace("/", "-")}-fault`;
  const value = current ? valueAt(current, name) : field.defaultValue;
  const attributes = { name, "aria-invalid": error ? "true" : undefined, "aria-describedby": error ? id : undefined, required: field.isRequired };
  const input = type === "check"
    ? html`<input type="checkbox" ...${attributes} defaultChecked=${Boolean(value)} />`
    : html`<${InputControl} field=${field} attributes=${attributes} value=${value} />`;
  return html`
    <label class="${type} ${error ? "invalid" : ""}">${label} ${hint && html`<span class="hint">${hint}</span>`}
      ${input}
      ${error && html`<span class="error" id=${id}>${error}</span>`}
    </label>`;
}

const INPUT_TYPES = { number: "number", time: "datetime-local", colour: "text", password: "password", email: "email" };

/** @param {{ field: FormField, attributes: any, value: any }} props */
function InputControl({ field, attributes, value }) {
  const { type = "text", options } = field;
  if (type === "ref") return html`<${ReferenceSelect} field=${field} attributes=${attributes} value=${value} />`;
  if (type === "area" || type === "tickets") return html`<textarea rows="4" ...${attributes} defaultValue=${fieldText(field, value)}></textarea>`;
  if (type === "choice") return html`<${SelectControl} attributes=${attributes} options=${options ?? []} value=${fieldText(field, value)} />`;
  const step = type === "number" ? "any" : undefined;
  return html`<input type=${INPUT_TYPES[/** @type {keyof typeof INPUT_TYPES} */ (type)] ?? "text"} step=${step} ...${attributes} autocomplete="off" defaultValue=${fieldText(field, value)} />`;
}

/** @param {{ attributes: any, options: [string, string][], value: string }} props */
function SelectControl({ attributes, options, value }) {
  return html`<select ...${attributes}>${options.map(([optionValue, label]) => html`<option key=${optionValue} value=${optionValue} selected=${optionValue === value}>${label}</option>`)}</select>`;
}

/** A select of one or several items of a list; a number input if the list can't be read. @param {{ field: FormField, attributes: any, value: any }} props */
function ReferenceSelect({ field: { listPath = "", isRequired, isMultiple }, attributes, value }) {
  const [loaded, setLoaded] = useState(/** @type {Awaited<ReturnType<typeof listAll>> | null} */ (null));
  useEffect(() => {
    let isUnmounted = false;
    listAll(listPath).then((answer) => !isUnmounted && setLoaded(answer));
    return () => void (isUnmounted = true);
  }, [listPath]);
  if (loaded?.problem) return html`<input type="number" min="1" ...${attributes} defaultValue=${value ?? ""} placeholder="Number" />`;
  /** @type {number[]} */ const selectedIds = [value ?? []].flat();
  // Until the list is loaded it holds only the chosen items, so that submitting early changes nothing.
  const items = loaded?.items ?? selectedIds.map((id) => ({ id, name: "…" }));
  const options = items.map(({ id, name }) => html`<option key=${id} value=${id} selected=${selectedIds.includes(id)}>${name} (${id})</option>`);
  if (isMultiple) return html`<select multiple size="4" ...${attributes}>${options}</select>`;
  const emptyLabel = !loaded ? "Loading …" : isRequired ? "Choose …" : "None";
  return html`<select ...${attributes}><option value="">${emptyLabel}</option>${options}</select>`;
}
