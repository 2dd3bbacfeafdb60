// Clients that follow a stream; all but `stream.js` are by others. Each returns the received seqs.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { EventSource } from "eventsource";

import { StreamTab } from "./browsers.js";

/**
 * @typedef {{ url: string, path: string, topic: string, browser: (kind: "chrome" | "firefox") => Promise<import("puppeteer-core").Browser> }} FollowTarget
 * @typedef {(context: import("node:test").TestContext, target: FollowTarget) => Promise<() => Promise<number[]> | number[]>} FollowStream
 */

const PYTHON = process.env.TOUCHLINE_PYTHON ?? fileURLToPath(new URL("../../target/clients-venv/bin/python", import.meta.url));
const scriptPath = (name) => fileURLToPath(new URL(`../clients/${name}`, import.meta.url));

/** To add a program: it takes an address and prints the seq of each message on a line. @type {Record<string, FollowStream>} */
export const QUICK_CLIENTS = {
  "the eventsource package": followWithPackage,
  "EventSource in Chromium": followInPage("chrome"),
  "stream.js in Chromium": followWithStream("chrome"),
  "httpx-sse": followWithProgram(PYTHON, scriptPath("with_httpx_sse.py")),
  "curl in a loop": followWithProgram(scriptPath("with_curl.sh")),
};

/** @type {Record<string, FollowStream>} */
export const ALL_CLIENTS = { ...QUICK_CLIENTS, "EventSource in Firefox": followInPage("firefox"), "stream.js in Firefox": followWithStream("firefox") };

/** @type {FollowStream} */
async function followWithPackage(context, { url, path }) {
  const seqs = [];
  const source = new EventSource(url + path);
  context.after(() => source.close());
  source.onmessage = ({ data }) => seqs.push(JSON.parse(data).seq);
  return () => seqs;
}

/** The browser's own. @returns {FollowStream} */
function followInPage(kind) {
  return async (context, { url, path, browser }) => {
    const tab = await StreamTab.open(context, await browser(kind), url);
    await tab.page.evaluate((path) => {
      globalThis.seqs = [];
      globalThis.source = new EventSource(path);
      globalThis.source.onmessage = ({ data }) => globalThis.seqs.push(JSON.parse(data).seq);
    }, path);
    return () => tab.page.evaluate(() => globalThis.seqs);
  };
}

/** @returns {FollowStream} */
function followWithStream(kind) {
  return async (context, { url, topic, browser }) => {
    const tab = await StreamTab.open(context, await browser(kind), url);
    await tab.follow([topic]);
    return async () => (await tab.messages()).map(({ seq }) => seq);
  };
}

/** @returns {FollowStream} */
function followWithProgram(...command) {
  return async (context, { url, path }) => {
    let output = "";
    const child = spawn(command[0], [...command.slice(1), url + path], { stdio: ["ignore", "pipe", "inherit"], detached: true });
    child.stdout.on("data", (bytes) => (output += bytes));
    context.after(async () => {
      if (child.exitCode !== null) return;
      process.kill(-child.pid, "SIGKILL"); // kills its child processes too
      await once(child, "exit");
    });
    return () => output.split("\n").slice(0, -1).map(Number);
  };
}
