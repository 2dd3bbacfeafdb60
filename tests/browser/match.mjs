// The pages of a match in Chromium, before and after a restart of the server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, recordPageErrors } from "./chromium.js";
import { Server, waitFor } from "./server.js";

const UPDATE_TIMEOUT_MS = 2_000;
const RECOVERY_TIMEOUT_MS = 20_000; // the longest `retry`, plus the browser's own delay

let browser;

before(async () => (browser = await launch()));
after(() => browser?.close());

/** Opens a page and records its errors. */
async function open(context, server, path) {
  const page = await recordPageErrors(await browser.newPage());
  context.after(() => page.close());
  const response = await page.goto(server.url + path);
  assert.equal(response.status(), 200, path);
  return page;
}

const waitForText = (page, selector, text, timeout) =>
  page.locator(selector, { hasText: text }).first().waitFor({ state: "visible", timeout });

const waitForScore = (page, home, timeout = UPDATE_TIMEOUT_MS) =>
  waitForText(page, "#home-score", new RegExp(`^${home}$`), timeout);

async function openMatchAndDisplay(context, server, game) {
  const match = await open(context, server, `/matches/${game.id}`);
  const display = await open(context, server, `/matches/${game.id}/hd`);
  await Promise.all([waitForScore(match, 0, RECOVERY_TIMEOUT_MS), waitForScore(display, 0, RECOVERY_TIMEOUT_MS)]);
  await waitForText(match, "#connection", "Live", RECOVERY_TIMEOUT_MS);
  return [match, display];
}

test("a goal is on both pages within two seconds", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const [match, display] = await openMatchAndDisplay(context, server, game);

  await server.recordGoal(game, 12);

  await Promise.all([waitForScore(match, 1), waitForScore(display, 1)]);
  await waitForText(match, "#home-credits", "Jamie Vardy 12′", UPDATE_TIMEOUT_MS);
  await waitForText(match, ".timeline .incident.home .who", "Jamie Vardy", UPDATE_TIMEOUT_MS);
  await waitForText(display, "#board .who", "Jamie Vardy", UPDATE_TIMEOUT_MS);
  await waitForText(match, "#live-region", "Goal, Jamie Vardy, Leicester City", UPDATE_TIMEOUT_MS);
  assert.deepEqual([...match.pageErrors, ...display.pageErrors], []);
});

test("after a restart the pages recover, and show the next goal once", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const pages = await openMatchAndDisplay(context, server, game);
  await server.recordGoal(game, 12);
  await Promise.all(pages.map((page) => waitForScore(page, 1)));

  await server.restart();
  await server.recordGoal(game, 30);
  await Promise.all(pages.map((page) => waitForScore(page, 2, RECOVERY_TIMEOUT_MS)));
  await waitForText(pages[0], "#connection", "Live", RECOVERY_TIMEOUT_MS);
  await server.recordGoal(game, 44);
  await Promise.all(pages.map((page) => waitForScore(page, 3)));

  const [match, display] = pages;
  assert.equal(await match.locator('.timeline [data-kind="goal"]').count(), 3);
  assert.equal(await display.locator('#board [data-kind="goal"]').count(), 3);
  assert.equal(await match.locator("#home-credits").innerText(), "Jamie Vardy 12′, 30′, 44′");
  assert.deepEqual([...match.pageErrors, ...display.pageErrors], []);
});

test("a reloaded page resumes from its cursor", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const [match] = await openMatchAndDisplay(context, server, game);
  await server.recordGoal(game, 12);
  await waitForScore(match, 1);

  const before = await assertResumes(server);
  await match.reload();
  await waitForScore(match, 1);
  await server.recordGoal(game, 20);
  await waitForScore(match, 2);
  assert.equal(await match.locator('.timeline [data-kind="goal"]').count(), 2);
  assert.ok((await assertResumes(server)) > before, "it went on from its cursor");
  assert.deepEqual(match.pageErrors, []);
});

/** The number of streams that resumed from a valid cursor. */
async function assertResumes(server) {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const counts = metrics.matchAll(/^touchline_resumes_total\{outcome="(?:live|ring|log)"\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

test("a cancelled goal leaves the score and stays in the list, marked", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const [match, display] = await openMatchAndDisplay(context, server, game);
  const { id } = await server.post(`/api/matches/${game.id}/incidents`, { kind: "goal", team_id: game.homeTeam, period: "first_half", minute: 12 });
  await waitForScore(match, 1);
  const taken = { confirmation: "cancelled", reason: "var_overturned" };
  await server.send("PATCH", `/api/matches/${game.id}/incidents/${id}`, taken);
  await waitForText(match, '[data-confirmation="cancelled"] .flag', "Cancelled", UPDATE_TIMEOUT_MS);
  await waitForScore(match, 0);
  assert.equal(await display.locator("#board li").count(), 0);
});

test("g10_hostile_names_are_text", async (context) => {
  const server = await Server.start(context);
  const names = {
    home: `<img src=x onerror="alert('home')">`,
    away: `"><script>alert(1)</script>`,
    player: `O'Neil "\u2028\u2029" </script><svg onload=alert(2)>`,
    venue: "javascript:alert(3) <b>bold</b> & &lt;",
  };
  const game = await server.startFootballMatch(names);
  const [match, display] = await openMatchAndDisplay(context, server, game);
  const list = await open(context, server, "/");
  await server.recordGoal(game, 12, { text: "<iframe src='javascript:alert(4)'></iframe>" });
  await Promise.all([waitForScore(match, 1), waitForScore(display, 1)]);
  await waitForText(list, ".game .name", names.home, RECOVERY_TIMEOUT_MS);

  for (const page of [match, display]) {
    assert.equal(await page.locator("#home-name").evaluate((element) => element.textContent), names.home);
    assert.equal(await page.locator("#away-name").evaluate((element) => element.textContent), names.away);
    assert.equal(await page.locator(".incident .who").first().evaluate((element) => element.textContent), names.player);
  }
  for (const page of [match, display, list]) {
    assert.equal(await page.locator("img, iframe, svg, b, body script").count(), 0);
    assert.deepEqual(page.pageErrors, []);
  }
});

test("the browser's own EventSource gets every message once", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const page = await open(context, server, "/");
  await page.evaluate((url) => {
    window.seqs = [];
    window.source = new EventSource(url);
    window.source.onmessage = ({ data }) => window.seqs.push(JSON.parse(data).seq);
  }, `/api/matches/${game.id}/stream/`);
  const seqs = () => page.evaluate(() => window.seqs);
  await waitFor(async () => (await seqs()).length > 0, "the snapshot");

  for (const minute of [1, 2, 3]) await server.recordGoal(game, minute);
  await server.restart();
  let last = 0;
  for (const minute of [4, 5, 6]) last = await server.recordGoal(game, minute);

  await waitFor(async () => (await seqs()).at(-1) === last, "the last goal", RECOVERY_TIMEOUT_MS);
  const received = await seqs();
  assert.deepEqual(received, Array.from(received, (_, at) => last - received.length + 1 + at));
  assert.equal(received.length, 7, "the snapshot and six goals");
});
