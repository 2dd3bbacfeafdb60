// `/docs`: the OpenAPI document as a page to read, search and link into.

import { html, render, useEffect, useState } from "../vendor/htm-preact.js";
import { buildOutline, filterByText } from "./api-outline.js";
import { SchemaView } from "./schema-view.js";

/** @import { Api, Operation } from "./api-outline.js" */

const page = /** @type {HTMLElement} */ (document.getElementById("page"));

function ApiPage() {
  const [api, setApi] = useState(/** @type {Api | null} */ (null));
  const [errorText, setTrouble] = useState("");
  const [searchText, setWanted] = useState("");
  useEffect(() => {
    fetch("/api/openapi.json")
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then((document) => setApi(buildOutline(document)))
      .catch(() => setTrouble("The document can't be loaded at the moment. Please reload the page."));
  }, []);
  useEffect(() => {
    // The element that the address points at exists only after rendering.
    if (api && location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  }, [api]);
  const matchingTags = api ? filterByText(api, searchText) : [];
  const count = matchingTags.reduce((sum, { operations }) => sum + operations.length, 0);
  return html`
    <header class="top"><a class="brand" href="/">Touchline</a> <a href="/api/openapi.json">openapi.json</a></header>
    <main>
      <h1>API</h1>
      ${api && html`<p class="lead">${api.description} Version ${api.version}.</p>`}
      <p class="notice" role="alert">${errorText}</p>
      ${api && html`
        <label class="search">Find <input type="search" value=${searchText} autocomplete="off" placeholder="balls, registrations, pruned …" onInput=${(/** @type {{ target: HTMLInputElement }} */ { target }) => setWanted(target.value)} /></label>
        <p class="found" role="status">${searchText ? `${count} of ${api.operations.length} operations` : `${count} operations`}</p>
        <nav class="parts" aria-label="Sections">${matchingTags.map(({ name }) => html`<a key=${name} href=${`#${name}`}>${name}</a>`)}</nav>`}
      ${matchingTags.map(({ name, description, operations }) => html`
        <section key=${name} aria-labelledby=${name}>
          <h2 id=${name}>${name}</h2>
          <p class="about">${description}</p>
          ${operations.map((one) => html`<${OperationDetails} key=${one.id} api=${/** @type {Api} */ (api)} operation=${one} />`)}
        </section>`)}
    </main>`;
}

/** @param {{ api: Api, operation: Operation }} props */
function OperationDetails({ api, operation }) {
  const { id, method, path, summary, description, parameters, body, responses, problems } = operation;
  const [isOpen, setOpen] = useState(location.hash === `#${id}`);
  return html`
    <details class="operation" id=${id} open=${isOpen} onToggle=${(/** @type {{ currentTarget: HTMLDetailsElement }} */ event) => setOpen(event.currentTarget.open)}>
      <summary><span class="method" data-method=${method}>${method}</span> <code>${path}</code> <span class="does">${summary}</span></summary>
      ${isOpen && html`
        <div class="inside">
          <p>${description} <a class="link" href=${`#${id}`}>Link</a></p>
          ${parameters.length > 0 && html`<h3>Parameters</h3><dl>${parameters.map((entry) => html`<div key=${entry.name}><dt><code>${entry.name}</code> <span class="kind">${entry.in}${entry.required ? "" : ", optional"}</span></dt><dd>${entry.description} <${SchemaView} api=${api} schema=${entry.schema} /></dd></div>`)}</dl>`}
          ${body && html`<h3>Body</h3><${SchemaView} api=${api} schema=${body} />`}
          <h3>Answers</h3>
          <dl>${responses.map((entry) => html`<div key=${entry.status + entry.type}><dt>${entry.status} <span class="kind">${entry.type}</span></dt><dd>${entry.schema ? html`<${SchemaView} api=${api} schema=${entry.schema} />` : entry.description}</dd></div>`)}</dl>
          <h3>Problems</h3>
          <dl>${problems.map((entry) => html`<div key=${entry.status}><dt>${entry.status}</dt><dd>${entry.codes.map((code, index) => html`${index > 0 && ", "}<code>${code}</code>`)}</dd></div>`)}</dl>
        </div>`}
    </details>`;
}

render(html`<${ApiPage} />`, page);
