// Signing in, where a page needs to know who reads it, or who writes.

import { html, useState } from "../vendor/htm-preact.js";
import { call } from "./api.js";

/** @import { Person } from "./api.js" */

/**
 * @param {{ onSignedIn: (me: Person) => void, why?: string }} props
 */
export function SignIn({ onSignedIn, why }) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const given = Object.fromEntries(new FormData(form));
    setBusy(true);
    const { body, problem: no } = await call("POST", "/api/auth/login", given);
    setBusy(false);
    setProblem(no ? no.detail : "");
    if (body) onSignedIn(body.user);
  };
  return html`
    <form class="sign-in" method="post" onSubmit=${submit}>
      <h2>Sign in</h2>
      ${why && html`<p class="hint">${why}</p>`}
      <label>Mail address <input name="email" type="email" autocomplete="username" required /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      <p class="fault" role="alert">${problem}</p>
      <button class="button" disabled=${busy}>${busy ? "Signing in …" : "Sign in"}</button>
    </form>`;
}
