// A scorer's console in a browser, pressed as a thumb presses it.

import assert from "node:assert/strict";

import { resize } from "./browsers.js";
import { until } from "./server.js";

export const SOON_MS = 10_000; // two seconds are promised; a machine that also compiles takes longer
export const BACK_MS = 20_000; // the longest `retry`, and the browser's own patience
export const ADMIN = { email: "admin@example.org", password: "correct horse battery staple" };

/** A console on a device. */
export class Desk {
  faults = [];

  static async open(profile, url) {
    const desk = new Desk();
    desk.profile = profile;
    desk.url = url;
    desk.page = await profile.newPage();
    await resize(desk.page, { width: 390, height: 844 });
    desk.page.on("pageerror", (error) => desk.faults.push(`error: ${error.message}`));
    desk.page.on("console", (line) => {
      if (/content security policy|trusted/i.test(line.text())) desk.faults.push(line.text());
    });
    await desk.page.goto(url, { waitUntil: "domcontentloaded" });
    return desk;
  }

  /** The same in a new tab of the same device. */
  reopen() {
    return Desk.open(this.profile, this.url);
  }

  async signIn({ email, password }, succeeds = true) {
    await this.page.waitForSelector('input[name="email"]');
    await this.page.$eval('input[name="email"]', (field, text) => (field.value = text), email);
    await this.page.$eval('input[name="password"]', (field, text) => (field.value = text), password);
    await this.page.$eval(".sign-in button", (button) => button.click()); // wherever it has moved to by now
    if (succeeds) await this.page.waitForSelector(".dock");
  }

  /** Presses the button with this text, in the dialog where there is one. */
  async press(text, deadlineMs = SOON_MS) {
    await until(() => this.page.evaluate((wanted) => {
      const place = document.querySelector("dialog[open]") ?? document;
      const plain = (button) => button.textContent.replace(/\s+/g, " ").trim();
      const is = (button) => plain(button) === wanted || button.getAttribute("aria-label") === wanted;
      const found = [...place.querySelectorAll("button")].find((button) => is(button) && !button.disabled);
      found?.click();
      return Boolean(found);
    }, text), `a button “${text}”`, deadlineMs);
  }

  async tap(kind, end) {
    const button = `.big[data-kind="${kind}"][data-end="${end}"]:not(:disabled)`;
    await until(() => this.page.evaluate((wanted) => !document.querySelector("dialog[open]") && Boolean(document.querySelector(".pads")) && wanted, button), "the pads");
    if (!(await this.page.$(`.big[data-kind="${kind}"]`))) await this.press("More …");
    await this.page.waitForSelector(button, { timeout: SOON_MS });
    await this.page.click(button);
  }

  /** Chooses in a list, once it is there. */
  async choose(name, value) {
    const option = `select[name="${name}"] option[value="${value}"]`;
    await this.page.waitForSelector(option, { timeout: SOON_MS });
    await this.page.select(`select[name="${name}"]`, String(value));
  }

  sees(selector, text, deadlineMs = SOON_MS) {
    const has = () => this.page.$$eval(selector, (found, wanted) => found.some(({ textContent }) => textContent.includes(wanted)), text);
    return until(has, `${selector} to say “${text}”`, deadlineMs);
  }

  isSent(deadlineMs = SOON_MS) {
    return this.sees("#queue", "All sent", deadlineMs);
  }

  /** Waits for the server's state of cricket before ball `next`. */
  isTold(next) {
    const told = () => this.page.evaluate((wanted) => {
      const kept = Object.keys(localStorage).find((key) => /:\d+:game$/.test(key));
      return JSON.parse(localStorage.getItem(kept) ?? "null")?.live.next_number === wanted;
    }, next);
    return until(told, `the state before ball ${next}`);
  }

  hasShell() {
    const isKept = () => this.page.evaluate(async () => {
      const names = await caches.keys();
      return names.length > 0 && Boolean(await (await caches.open(names[0])).match("/scorer/")) && Boolean((await navigator.serviceWorker.getRegistration("/scorer/"))?.active);
    });
    return until(isKept, "the console's files to be kept", BACK_MS);
  }

  hasSquads() {
    const known = () => this.page.evaluate(() => Object.keys(localStorage).some((key) => key.endsWith(":squads")));
    return until(known, "the players to be known");
  }

  /** No finding of axe-core that keeps somebody from the page. */
  async hasNoFaults(axe) {
    if (!(await this.page.evaluate(() => "axe" in window))) await this.page.evaluate(axe);
    const serious = await this.page.evaluate(async () => {
      const { violations } = await window.axe.run();
      return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
    });
    assert.deepEqual(serious, []);
  }
}
