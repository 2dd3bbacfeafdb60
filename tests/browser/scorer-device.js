// The scorer page in a browser, driven by its buttons.

import assert from "node:assert/strict";

import { resize } from "./browsers.js";
import { waitFor } from "./server.js";

export const UPDATE_TIMEOUT_MS = 10_000; // the limit is two seconds; a machine that also compiles takes longer
export const RECOVERY_TIMEOUT_MS = 20_000; // the longest `retry`, plus the browser's own delay
export const ADMIN_CREDENTIALS = { email: "admin@example.org", password: "correct horse battery staple" };

/** Opens the scorer page on a device. */
export class ScorerDevice {
  pageErrors = [];

  static async open(profile, url) {
    const device = new ScorerDevice();
    device.profile = profile;
    device.url = url;
    device.page = await profile.newPage();
    await resize(device.page, { width: 390, height: 844 });
    device.page.on("pageerror", (error) => device.pageErrors.push(`error: ${error.message}`));
    device.page.on("console", (line) => {
      if (/content security policy|trusted/i.test(line.text())) device.pageErrors.push(line.text());
    });
    await device.page.goto(url, { waitUntil: "domcontentloaded" });
    return device;
  }

  /** Opens a new tab on the same device. */
  reopen() {
    return ScorerDevice.open(this.profile, this.url);
  }

  async signIn({ email, password }, succeeds = true) {
    await this.page.waitForSelector('input[name="email"]');
    await this.page.$eval('input[name="email"]', (field, text) => (field.value = text), email);
    await this.page.$eval('input[name="password"]', (field, text) => (field.value = text), password);
    await this.page.$eval(".sign-in button", (button) => button.click()); // it may be moving
    if (succeeds) await this.page.waitForSelector(".dock");
  }

  /** Presses the button with this text, in the dialog if one is open. */
  async pressButton(text, deadlineMs = UPDATE_TIMEOUT_MS) {
    await waitFor(() => this.page.evaluate((label) => {
      const root = document.querySelector("dialog[open]") ?? document;
      const plainText = (button) => button.textContent.replace(/\s+/g, " ").trim();
      const isWanted = (button) => plainText(button) === label || button.getAttribute("aria-label") === label;
      const found = [...root.querySelectorAll("button")].find((button) => isWanted(button) && !button.disabled);
      found?.click();
      return Boolean(found);
    }, text), `a button “${text}”`, deadlineMs);
  }

  async tapIncident(kind, end) {
    const button = `.big[data-kind="${kind}"][data-side="${end}"]:not(:disabled)`;
    await waitFor(() => this.page.evaluate((wanted) => !document.querySelector("dialog[open]") && Boolean(document.querySelector(".pads")) && wanted, button), "the pads");
    if (!(await this.page.$(`.big[data-kind="${kind}"]`))) await this.pressButton("More …");
    await this.page.waitForSelector(button, { timeout: UPDATE_TIMEOUT_MS });
    await this.page.click(button);
  }

  /** Selects an option once the list is there. */
  async selectOption(name, value) {
    const option = `select[name="${name}"] option[value="${value}"]`;
    await this.page.waitForSelector(option, { timeout: UPDATE_TIMEOUT_MS });
    await this.page.select(`select[name="${name}"]`, String(value));
  }

  waitForText(selector, text, deadlineMs = UPDATE_TIMEOUT_MS) {
    const hasText = () => this.page.$$eval(selector, (found, expected) => found.some(({ textContent }) => textContent.includes(expected)), text);
    return waitFor(hasText, `${selector} to say “${text}”`, deadlineMs);
  }

  waitUntilSent(deadlineMs = UPDATE_TIMEOUT_MS) {
    return this.waitForText("#queue", "All sent", deadlineMs);
  }

  /** Waits for the server's cricket state before ball `next`. */
  waitForServerBall(next) {
    const isStored = () => this.page.evaluate((ballNumber) => {
      const key = Object.keys(localStorage).find((name) => /:\d+:game$/.test(name));
      return JSON.parse(localStorage.getItem(key) ?? "null")?.live.next_number === ballNumber;
    }, next);
    return waitFor(isStored, `the state before ball ${next}`);
  }

  waitForOfflineCache() {
    const isCached = () => this.page.evaluate(async () => {
      const names = await caches.keys();
      return names.length > 0 && Boolean(await (await caches.open(names[0])).match("/scorer/")) && Boolean((await navigator.serviceWorker.getRegistration("/scorer/"))?.active);
    });
    return waitFor(isCached, "the scorer page's files to be cached", RECOVERY_TIMEOUT_MS);
  }

  waitForSquads() {
    const areSquadsStored = () => this.page.evaluate(() => Object.keys(localStorage).some((key) => key.endsWith(":squads")));
    return waitFor(areSquadsStored, "the squads to be loaded");
  }

  /** Asserts that axe-core finds nothing serious. */
  async assertAccessible(axe) {
    if (!(await this.page.evaluate(() => "axe" in window))) await this.page.evaluate(axe);
    const violations = await this.page.evaluate(async () => {
      const { violations } = await window.axe.run();
      return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
    });
    assert.deepEqual(violations, []);
  }
}
