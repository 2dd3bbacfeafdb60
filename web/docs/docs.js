// `/docs`: the OpenAPI document as a page that people can read, search and link into.

import { html, render, useEffect, useState } from "../vendor/htm-preact.js";
import { outline, parts } from "./outline.js";
import { Shape } from "./shape.js";

/** @import { Api, Operation } from "./outline.js" */

const page = /** @type {HTMLElement} */ (document.getElementById("page"));

function Page() {
  const [api, setApi] = useState(/** @type {Api | null} */ (null));
  const [trouble, setTrouble] = useState("");
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    fetch("/api/openapi.json")
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then((document) => setApi(outline(document)))
      .catch(() => setTrouble("The document can't be read at the moment. Please load the page again."));
  }, []);
  useEffect(() => {
    // What the address points at is only there now.
    if (api && location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  }, [api]);
  const found = api ? parts(api, wanted) : [];
  const count = found.reduce((sum, { operations }) => sum + operations.length, 0);
  return html`
    <header class="top"><a class="brand" href="/">Touchline</a> <a href="/api/openapi.json">openapi.json</a></header>
    <main>
      <h1>API</h1>
      ${api && html`<p class="lead">${api.description} Version ${api.version}.</p>`}
      <p class="notice" role="alert">${trouble}</p>
      ${api && html`
        <label class="search">Find <input type="search" value=${wanted} autocomplete="off" placeholder="balls, registrations, pruned …" onInput=${(/** @type {{ target: HTMLInputElement }} */ { target }) => setWanted(target.value)} /></label>
        <p class="found" role="status">${wanted ? `${count} of ${api.operations.length} operations` : `${count} operations`}</p>
        <nav class="parts" aria-label="Parts">${found.map(({ name }) => html`<a key=${name} href=${`#${name}`}>${name}</a>`)}</nav>`}
      ${found.map(({ name, description, operations }) => html`
        <section key=${name} aria-labelledby=${name}>
          <h2 id=${name}>${name}</h2>
          <p class="about">${description}</p>
          ${operations.map((one) => html`<${One} key=${one.id} api=${/** @type {Api} */ (api)} operation=${one} />`)}
        </section>`)}
    </main>`;
}

/** @param {{ api: Api, operation: Operation }} props */
function One({ api, operation }) {
  const { id, method, path, summary, description, parameters, body, answers, problems } = operation;
  const [open, setOpen] = useState(location.hash === `#${id}`);
  return html`
    <details class="operation" id=${id} open=${open} onToggle=${(/** @type {{ currentTarget: HTMLDetailsElement }} */ event) => setOpen(event.currentTarget.open)}>
      <summary><span class="method" data-method=${method}>${method}</span> <code>${path}</code> <span class="does">${summary}</span></summary>
      ${open && html`
        <div class="inside">
          <p>${description} <a class="link" href=${`#${id}`}>Link</a></p>
          ${parameters.length > 0 && html`<h3>Parameters</h3><dl>${parameters.map((one) => html`<div key=${one.name}><dt><code>${one.name}</code> <span class="kind">${one.in}${one.required ? "" : ", optional"}</span></dt><dd>${one.description} <${Shape} api=${api} schema=${one.schema} /></dd></div>`)}</dl>`}
          ${body && html`<h3>Body</h3><${Shape} api=${api} schema=${body} />`}
          <h3>Answers</h3>
          <dl>${answers.map((one) => html`<div key=${one.status + one.type}><dt>${one.status} <span class="kind">${one.type}</span></dt><dd>${one.schema ? html`<${Shape} api=${api} schema=${one.schema} />` : one.words}</dd></div>`)}</dl>
          <h3>Problems</h3>
          <dl>${problems.map((one) => html`<div key=${one.status}><dt>${one.status}</dt><dd>${one.codes.map((code, at) => html`${at > 0 && ", "}<code>${code}</code>`)}</dd></div>`)}</dl>
        </div>`}
    </details>`;
}

render(html`<${Page} />`, page);
