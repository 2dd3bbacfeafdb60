// The stadium display: unattended for weeks, through server upgrades, never stale without saying so.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, recordPageErrors } from "./chromium.js";
import { LOAD_TIMEOUT_MS, waitForText, UPDATE_TIMEOUT_MS } from "./league-fixture.js";
import { CricketMatchDriver } from "./cricket-match-driver.js";
import { Server, waitFor } from "./server.js";

const MESSAGE_COUNT = 10_000;
/** Tolerance for garbage that isn't collected yet. */
const MAX_HEAP_GROWTH_BYTES = 1024 * 1024;
const HEARTBEAT_MS = 400;
/** Time in which an unwanted reaction would have happened. */
const SETTLE_DELAY_MS = 700;

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

async function newPage(context, options = {}) {
  const browserContext = await browser.newContext({ locale: "en-GB", viewport: { width: 1920, height: 1080 }, ...options });
  context.after(() => browserContext.close());
  return recordPageErrors(await browserContext.newPage());
}

async function open(context, server, path, options) {
  const page = await newPage(context, options);
  await page.goto(server.url + path);
  await page.locator("#home-name").waitFor({ timeout: LOAD_TIMEOUT_MS });
  return page;
}

/** A display whose server is this test: `emit` sends it messages. */
async function openFedDisplay(context, server, { heartbeatMs = 15_000, game: startedMatch = null } = {}) {
  const game = startedMatch ?? (await server.startFootballMatch());
  const page = await newPage(context);
  await page.addInitScript(() => {
    for (const name of ["SharedWorker", "BroadcastChannel"]) delete globalThis[name];
    globalThis.sources = [];
    globalThis.EventSource = class extends EventTarget {
      static CLOSED = 2;
      readyState = 1;
      constructor(url) {
        super();
        this.url = url;
        globalThis.sources.push(this);
      }
      close() {
        this.readyState = 2;
      }
    };
    globalThis.emit = (type, data, lastEventId = "") => {
      const source = globalThis.sources.at(-1);
      const event = new MessageEvent(type, { data: JSON.stringify(data), lastEventId });
      source[`on${type}`]?.(event);
      source.dispatchEvent(event);
    };
  });
  await page.route(/\/stream\//, (route) => route.abort()); // no long-poll either
  await page.goto(`${server.url}/matches/${game.id}/hd`);
  await page.waitForFunction(() => globalThis.sources.length > 0);
  const state = await (await fetch(`${server.url}/api/matches/${game.id}/state`)).json();
  const snapshot = { ...state, seq: 1, reason: "connected" };
  await page.evaluate(([first, every]) => {
    globalThis.emit("hello", { connection: "c-1", heartbeat_ms: every, at: new Date().toISOString() });
    globalThis.emit("message", first, "abc.1");
    globalThis.emit("live", { replayed: 0 }, "abc.1");
  }, [snapshot, heartbeatMs]);
  await page.locator("#home-name").waitFor({ timeout: LOAD_TIMEOUT_MS });
  return { page, game, topic: state.topic, state: state.data };
}

/** Sends football messages: sixty incidents in turn, each added, corrected and removed. */
function feedFootball({ page, game, topic }, firstSeq, messageCount) {
  return page.evaluate(async ([from, count, topic, { id: match, homeTeam }]) => {
    for (let seq = from; seq < from + count; seq += 1) {
      const type = ["incident_added", "incident_updated", "incident_removed"][seq % 3];
      const id = 1 + (Math.floor(seq / 3) % 60);
      const fields = { rev: 1, kind: "goal", confirmation: "confirmed", team_id: homeTeam, player: `Player ${seq}`, period: "first_half", minute: 12, stoppage: 0 };
      const score = { home: seq % 9, away: 0 };
      const patch = { score, incidents: { [id]: type === "incident_removed" ? null : fields } };
      globalThis.emit("message", { type, topic, seq, at: new Date().toISOString(), data: { match_id: match, incident: { ...fields, id }, score }, patch }, `abc.${seq}`);
      if (seq % 100 === 0) await new Promise((resume) => setTimeout(resume, 20)); // time to render
    }
  }, [firstSeq, messageCount, topic, game]);
}

/** Sends overs that are bowled and undone, with fours and disputes. */
function feedCricket({ page, game, topic, state }, firstSeq, messageCount) {
  return page.evaluate(async ([from, count, topic, id, { innings: { 1: innings } }]) => {
    const { striker_id: striker, bowler_id: bowler } = innings;
    for (let seq = from; seq < from + count; seq += 1) {
      const number = 1 + (seq % 120);
      const overs = `${Math.floor(number / 6)}.${number % 6}`;
      const score = { home: seq % 9, away: 0 };
      const ball = { number, innings: 1, over: overs, striker_id: striker, bowler_id: bowler, runs: { batter: 4, total: 4 }, boundary: true, symbol: "4", commentary: `Said of ball ${seq}` };
      const inInnings = (members) => ({ score, innings: { 1: members } });
      const bowled = inInnings({ runs: seq % 9, overs, batting: { [striker]: { runs: seq } }, partnership: { wicket: 1, runs: seq, balls: seq, batters: {} }, this_over: ["4"] });
      const steps = {
        17: ["ball_corrected", { number, change: "undone", was: ball }, inInnings({ runs: seq % 9, this_over: [] })],
        18: ["scoring_dispute_raised", { number }, { score, pending: { [number]: { disputed: true, submissions: [] } }, disputes: { [number]: { reason: "scorers differ", fields: [] } } }],
        19: ["dispute_resolved", { number: number - 1 }, { score, pending: { [number - 1]: null }, disputes: { [number - 1]: null } }],
        6: ["over_complete", { innings: 1, over: 1 + (seq % 20), balls: "4", runs: 4 }, inInnings({ completed_overs: { [1 + (seq % 20)]: "4" }, this_over: [] })],
      };
      const [type, data, patch] = steps[seq % 20] ?? ["ball_bowled", { ball }, { ...bowled, next: { ball: number + 1 } }];
      globalThis.emit("message", { type, topic, seq, at: new Date().toISOString(), data: { match_id: id, score, ...data }, patch }, `abc.${seq}`);
      if (seq % 100 === 0) await new Promise((resume) => setTimeout(resume, 20)); // time to render
    }
  }, [firstSeq, messageCount, topic, game.id, state]);
}

const SPORTS = {
  football: { createMatch: (server) => server.startFootballMatch(), feed: feedFootball, scorePattern: (score) => new RegExp(`^${score}$`) },
  cricket: { createMatch: (server) => CricketMatchDriver.start(server), feed: feedCricket, scorePattern: (score) => new RegExp(`^${score}/0$`) },
};
for (const [sport, { createMatch, feed, scorePattern }] of Object.entries(SPORTS)) {
  test(`memory is flat over 10,000 messages of ${sport}`, { timeout: 180_000 }, async (context) => {
    const server = await Server.start(context);
    const display = await openFedDisplay(context, server, { game: await createMatch(server) });
    const { page } = display;
    const session = await page.context().newCDPSession(page);
    const heapSize = async () => {
      await page.waitForTimeout(500); // timers and animations of the last messages
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize } = await session.send("Runtime.getHeapUsage");
      const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
      return { usedSize, nodes, jsEventListeners };
    };

    await feed(display, 2, 1_000); // warm-up
    const early = await heapSize();
    await feed(display, 1_002, MESSAGE_COUNT);
    const late = await heapSize();

    await waitForText(page, "#home-score", scorePattern((1_001 + MESSAGE_COUNT) % 9));
    const sizes = JSON.stringify({ early, late });
    assert.ok(late.usedSize - early.usedSize < MAX_HEAP_GROWTH_BYTES, sizes);
    assert.ok(late.nodes <= early.nodes + 50, sizes);
    assert.ok(late.jsEventListeners <= early.jsEventListeners + 5, sizes);
    assert.deepEqual(page.pageErrors, []);
  });
}

test("it reports two missed heartbeats, and recovers when the server is back", async (context) => {
  const server = await Server.start(context);
  const { page } = await openFedDisplay(context, server, { heartbeatMs: HEARTBEAT_MS });
  await waitForText(page, "#lost", /Reconnecting since \d\d:\d\d/, LOAD_TIMEOUT_MS);
  const beating = setInterval(() => page.evaluate(() => {
    globalThis.emit("hello", { connection: "c-2", heartbeat_ms: 400, at: new Date().toISOString() });
    globalThis.emit("heartbeat", { at: new Date().toISOString() }, "abc.1");
  }).catch(() => {}), HEARTBEAT_MS / 4);
  context.after(() => clearInterval(beating));
  await page.locator("#lost").waitFor({ state: "hidden", timeout: LOAD_TIMEOUT_MS });
  assert.equal(await page.locator("#home-name").innerText(), "Leicester City", "its state is kept");
});

test("a goal is celebrated once, in its team's half, and not again after a reload", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const page = await open(context, server, `/matches/${game.id}/hd`);
  await page.evaluate(() => {
    globalThis.cheers = 0;
    document.addEventListener("animationstart", ({ animationName }) => (globalThis.cheers += Number(animationName === "rise")));
  });
  await waitFor(() => page.evaluate(() => document.title.includes("Leicester")), "the match", LOAD_TIMEOUT_MS);
  await page.waitForFunction(() => sessionStorage.length > 0);

  await server.recordGoal(game, 12);
  await waitForText(page, ".half.home .celebration", "Jamie Vardy 12′");
  await page.waitForFunction(() => globalThis.cheers === 1); // an animation starts a frame after its element
  await server.post(`/api/matches/${game.id}/incidents`, { kind: "corner", team_id: game.homeTeam, period: "first_half", minute: 13 });
  await server.recordGoal(game, 14, { kind: "yellow_card" });
  await waitForText(page, "#board .label", "Yellow card");
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  assert.equal(await page.evaluate(() => globalThis.cheers), 1, "nothing is animated twice");
  assert.equal(await page.locator(".half.away .celebration").count(), 0);

  await page.reload();
  await waitForText(page, "#home-score", /^1$/, LOAD_TIMEOUT_MS);
  assert.equal(await page.locator(".celebration").count(), 0);
  assert.deepEqual(page.pageErrors, []);
});

test("a cancelled goal ends its celebration", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const page = await open(context, server, `/matches/${game.id}/hd`);
  const { id } = await server.post(`/api/matches/${game.id}/incidents`, { kind: "goal", team_id: game.homeTeam, period: "first_half", minute: 12 });
  await waitForText(page, ".celebration", "Goal");
  await server.send("PATCH", `/api/matches/${game.id}/incidents/${id}`, { confirmation: "cancelled", reason: "var_overturned" });
  await page.locator(".celebration").waitFor({ state: "detached", timeout: UPDATE_TIMEOUT_MS });
  await waitForText(page, "#home-score", /^0$/);
});

test("the clock runs by itself, on server time", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const page = await newPage(context);
  await page.addInitScript(() => {
    const { now } = Date; // a display's own clock may be an hour fast
    Date.now = () => now() + 3_600_000;
  });
  await page.goto(`${server.url}/matches/${game.id}/hd`);
  await waitForText(page, "#clock", /^0:\d\d$/, LOAD_TIMEOUT_MS);
  const first = await page.locator("#clock").innerText();
  await waitFor(async () => (await page.locator("#clock").innerText()) !== first, "a second to pass");
  assert.match(await page.locator("#clock").innerText(), /^0:\d\d$/);
});

test("it uses the requested language and theme", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const backgroundColour = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const german = await open(context, server, `/matches/${game.id}/hd?theme=light&lang=de`);
  await waitForText(german, "#period", "1. Halbzeit", LOAD_TIMEOUT_MS);
  assert.equal(await german.evaluate(() => document.documentElement.lang), "de");
  assert.equal(await backgroundColour(german), "rgb(255, 255, 255)");
  const english = await open(context, server, `/matches/${game.id}/hd?lang=<script>&theme=<b>`);
  await waitForText(english, "#period", "First half", LOAD_TIMEOUT_MS);
  assert.equal(await backgroundColour(english), "rgb(0, 0, 0)");
});

test("it reloads after a new build, but not during a match", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const page = await newPage(context);
  let tag = '"old"';
  await page.route("**/assets/display.css", async (route) => {
    if (route.request().method() !== "HEAD") return route.continue();
    return route.fulfill({ status: 200, headers: { ETag: tag } });
  });
  let pageRequests = 0; // the HTML page first, then its files
  let fileRequests = 0;
  page.on("request", (request) => {
    if (request.method() === "HEAD") pageRequests += Number(request.url().endsWith("/hd"));
  });
  page.on("response", (response) => (fileRequests += Number(response.request().method() === "HEAD")));
  await page.goto(`${server.url}/matches/${game.id}/hd`);
  await page.evaluate(() => (globalThis.isOld = true));
  await waitFor(() => pageRequests === 1 && fileRequests > 10, "the first check", LOAD_TIMEOUT_MS);
  await page.waitForTimeout(SETTLE_DELAY_MS);
  const files = fileRequests;

  tag = '"new"';
  await server.restart();
  await server.recordGoal(game, 12);
  await waitForText(page, "#home-score", /^1$/, LOAD_TIMEOUT_MS);
  await waitFor(() => pageRequests >= 2 && fileRequests >= 2 * files, "the check after the restart", LOAD_TIMEOUT_MS);
  await page.waitForTimeout(SETTLE_DELAY_MS);
  assert.equal(await page.evaluate(() => globalThis.isOld), true, "a match is in play");

  await server.post(`/api/matches/${game.id}/end`, {});
  await waitFor(() => page.evaluate(() => globalThis.isOld === undefined).catch(() => false), "the new page", LOAD_TIMEOUT_MS);
  await waitForText(page, "#home-score", /^1$/, LOAD_TIMEOUT_MS);
  await page.waitForTimeout(SETTLE_DELAY_MS); // it must not reload again
  assert.equal(await page.evaluate(() => performance.getEntriesByType("navigation")[0].type), "reload");
  assert.deepEqual(page.pageErrors, []);
});

test("every name fits, and its text can be read from afar", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch({ home: "Borussia Mönchengladbach Amateure", away: "Wolverhampton Wanderers Football Club", player: "Hermann-Josef von und zu Guttenberg-Schwarzenberg" });
  await server.recordGoal(game, 12);
  const page = await open(context, server, `/matches/${game.id}/hd?lang=de`);
  await page.locator("#board li").first().waitFor({ timeout: LOAD_TIMEOUT_MS });
  await page.waitForFunction(() => sessionStorage.length > 0);
  await server.recordGoal(game, 14, { kind: "penalty_goal" });
  await page.locator(".celebration").waitFor({ timeout: LOAD_TIMEOUT_MS });
  await page.waitForTimeout(SETTLE_DELAY_MS); // the celebration slides in
  await waitFor(() => page.evaluate(() => document.fonts.status === "loaded"), "the fonts");
  const { clipped, small } = await page.evaluate(() => {
    const shown = [...document.querySelectorAll("#stage .name, #stage .number, #stage .celebration, #clock, #period")];
    const overflows = (one) => one.scrollWidth > one.clientWidth + 1 || (one.matches(".name, .celebration") && one.scrollHeight > one.clientHeight + 1);
    return {
      clipped: shown.filter((one) => one.id !== "clock" && overflows(one)).map((one) => `${one.id} ${one.scrollWidth}/${one.clientWidth} ${one.scrollHeight}/${one.clientHeight}`),
      // Letters of 1/27 of a screen's height can be read from 100 times that: 30 m from a screen of 8 m.
      small: shown.filter((one) => !one.matches(".celebration") && parseFloat(getComputedStyle(one).fontSize) < innerHeight / 27).map((one) => one.id),
    };
  });
  assert.deepEqual(clipped, []);
  assert.deepEqual(small, []);
});
