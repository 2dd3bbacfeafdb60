// Signing in, where a page needs to know who reads it.

import { html, useState } from "../vendor/htm-preact.js";
import { api } from "./api.js";

/** @param {{ onSignedIn: () => void }} props */
export function SignIn({ onSignedIn }) {
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const said = new FormData(/** @type {HTMLFormElement} */ (event.target));
    setBusy(true);
    try {
      await api("/api/auth/login", { method: "POST", body: { email: said.get("email"), password: said.get("password") } });
      setTrouble("");
      onSignedIn();
    } catch (error) {
      setTrouble(error instanceof Error ? sentence(error.message) : "That did not work.");
    } finally {
      setBusy(false);
    }
  };
  return html`
    <form class="sign-in" onSubmit=${submit}>
      <label>Email <input name="email" type="email" autocomplete="username" required /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      <p class="trouble" role="alert">${trouble}</p>
      <button class="button" disabled=${busy}>Sign in</button>
    </form>`;
}

/** @param {string} words */
const sentence = (words) => `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith(".") ? "" : "."}`;
