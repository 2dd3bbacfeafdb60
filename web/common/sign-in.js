// The sign-in form, for pages that need to know who reads or writes.

import { html, useState } from "../vendor/htm-preact.js";
import { request } from "./api.js";

/** @import { User } from "./api.js" */

/**
 * @param {{ onSignedIn: (user: User) => void, explanation?: string }} props
 */
export function SignInForm({ onSignedIn, explanation }) {
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const credentials = Object.fromEntries(new FormData(form));
    setBusy(true);
    const { body, problem: failure } = await request("POST", "/api/auth/login", credentials);
    setBusy(false);
    setProblem(failure ? failure.detail : "");
    if (body) onSignedIn(body.user);
  };
  return html`
    <form class="sign-in" method="post" onSubmit=${submit}>
      <h2>Sign in</h2>
      ${explanation && html`<p class="hint">${explanation}</p>`}
      <label>Email address <input name="email" type="email" autocomplete="username" required /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      <p class="error" role="alert">${problem}</p>
      <button class="button" disabled=${isBusy}>${isBusy ? "Signing in …" : "Sign in"}</button>
    </form>`;
}
