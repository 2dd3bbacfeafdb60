// Launches Debian's Chromium and Firefox with the same interface, and opens pages that follow streams.

import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import puppeteer from "puppeteer-core";

import { waitFor } from "./server.js";

const EXECUTABLE_NAMES = { chrome: ["chromium", "chromium-browser", "google-chrome"], firefox: ["firefox-esr", "firefox"] };
const CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"];
const FIREFOX_PREFERENCES = { "app.update.enabled": false, "network.captive-portal-service.enabled": false, "network.connectivity-service.enabled": false };

/** A page of the server without scripts, under its policy. */
const BLANK_PAGE = "/assets/client/message-types.js";

/** @param {"chrome" | "firefox"} kind */
export function launch(kind, options = {}) {
  const args = kind === "chrome" ? CHROMIUM_ARGS : [];
  const extraPrefsFirefox = kind === "firefox" ? FIREFOX_PREFERENCES : undefined;
  return puppeteer.launch({ browser: kind, executablePath: findExecutable(EXECUTABLE_NAMES[kind]), args, extraPrefsFirefox, ...options });
}

/**
 * Resizes a page. Debian 12's first Firefox 140 lacks puppeteer's command for the screen orientation.
 * @param {import("puppeteer-core").Page} page
 * @param {{ width: number, height: number }} size
 */
export async function resize(page, size) {
  await page.setViewport(size).catch((error) => {
    if (!/unknown command emulation.setScreenOrientationOverride/.test(error.message)) throw error;
  });
  const hasSize = () => page.evaluate(({ width, height }) => innerWidth === width && innerHeight === height, size);
  await waitFor(hasSize, `a page of ${size.width} by ${size.height}`);
}

function findExecutable(names) {
  for (const folder of process.env.PATH.split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not in this folder.
      }
    }
  }
  throw new Error(`none of ${names.join(", ")} is on the PATH`);
}

/** A page that follows topics, and stores its messages in `sessionStorage` as a real page does. */
export class StreamTab {
  /**
   * @param {import("node:test").TestContext} context
   * @param {import("puppeteer-core").Browser} browser
   */
  static async open(context, browser, url, { path = BLANK_PAGE, without = [] } = {}) {
    const tab = new StreamTab();
    tab.url = url;
    tab.page = await browser.newPage();
    context.after(() => tab.page.close().catch(() => {}));
    // Removes globals that a browser may lack.
    if (without.length > 0) await tab.page.evaluateOnNewDocument((names) => names.forEach((name) => delete globalThis[name]), without);
    await tab.goto(path);
    return tab;
  }

  goto(path) {
    return this.page.goto(this.url + path, { waitUntil: "domcontentloaded" });
  }

  /** Follows topics, as a page does when it loads. */
  follow(topics, options = {}) {
    return this.page.evaluate(async (topicsOrUrl, options) => {
      const { Stream } = await import("/assets/client/stream.js");
      const storageKey = `received ${topicsOrUrl}`;
      globalThis.receivedMessages = JSON.parse(sessionStorage.getItem(storageKey) ?? "[]");
      globalThis.states = [];
      globalThis.refusals = [];
      globalThis.stream = new Stream(topicsOrUrl, {
        onMessage({ type, topic, seq, data }) {
          globalThis.receivedMessages.push({ type, topic, seq, minute: data.incident?.minute });
          sessionStorage.setItem(storageKey, JSON.stringify(globalThis.receivedMessages));
        },
        onState: (streamState, reason) => globalThis.states.push(reason ? `${streamState} ${reason}` : streamState),
        onRefused: (topics, reason) => globalThis.refusals.push(`${topics} ${reason}`),
      }, options);
      globalThis.stream.connect();
    }, topics, options);
  }

  streamState() {
    return this.page.evaluate(() => globalThis.stream.state);
  }

  messages() {
    return this.page.evaluate(() => globalThis.receivedMessages);
  }

  async messageSeqs() {
    return (await this.messages()).filter(({ type }) => type !== "snapshot").map(({ seq }) => seq);
  }

  waitForState(streamState, deadlineMs) {
    return waitFor(async () => (await this.streamState()) === streamState, `the tab to be ${streamState}`, deadlineMs);
  }

  /** Waits for a message with this seq or a later one. */
  waitForSeq(seq, deadlineMs) {
    return waitFor(async () => (await this.messages()).some((message) => message.seq >= seq), `seq ${seq}`, deadlineMs);
  }

  /** Asserts that these seqs were received, once each and in order. */
  async assertExactMessages(first, last) {
    const expected = Array.from({ length: last - first + 1 }, (_, at) => first + at);
    assert.deepEqual(await this.messageSeqs(), expected);
  }
}
