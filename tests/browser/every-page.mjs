// What holds for every page: text is text, anybody can use it, and it comes in few bytes.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { after, before, test } from "node:test";

import { launch } from "./chromium.js";
import { announce, buy, isLive, league, newContext, open, OPENED_MS, shows, signIn } from "./league.js";
import { Server, until } from "./server.js";

const FIRST_VIEW_BYTES = 100 * 1024;
const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** What somebody would type who means harm, one for each field. */
const HOSTILE = {
  event: `League<img src=x onerror="alert('event')">`,
  home: `<img src=x onerror="alert('home')">`,
  away: `"><script>alert(1)</script>`,
  player: `O'Neil "\u2028\u2029" </script><svg onload=alert(2)>`,
  venue: "javascript:alert(3) <b>bold</b> & &lt;",
  ticket: "adult",
};

test("g10_hostile_text_in_every_field_is_text", async (context) => {
  const server = await Server.start(context);
  const all = await league(server, HOSTILE);
  const title = `<iframe src="javascript:alert(5)"></iframe>`;
  const message = `</style><style>*{display:none}</style>{{constructor.constructor('alert(6)')()}}`;
  await announce(server, all.event, { priority: "urgent", title, message });
  await server.post("/api/announcements", { event_id: all.event, type: "emergency", priority: "urgent", title, message, team_ids: [all.homeTeam] });
  await server.post(`/api/matches/${all.id}/start`, {});
  await server.goal(all, 12, { text: "<iframe src='javascript:alert(4)'></iframe>" });
  await server.send("PUT", `/api/matches/${all.next}/result`, { home_score: 3, away_score: 0, ending: "awarded", winner_team_id: all.homeTeam, reason: `<object data="javascript:alert(7)">` });
  const { id } = await buy(server, all);
  const own = await newContext(context, browser);
  await signIn(own, server);

  const pages = {
    "/": [".game .name"],
    [`/matches/${all.id}`]: ["#home-name", ".timeline .who"],
    [`/matches/${all.id}/hd`]: ["#home-name", "#board .who"],
    [`/events/${all.event}`]: [".standings .team a", ".banner strong", ".announcement h3", ".results .name"],
    [`/teams/${all.homeTeam}`]: ["h1", ".banner strong", ".of-team .who", ".players .name"],
    [`/purchases/${id}`]: [".ticket"],
  };
  for (const [path, ready] of Object.entries(pages)) {
    const page = await open(own, server, path);
    for (const selector of ready) await page.locator(selector).first().waitFor({ timeout: OPENED_MS });
    assert.equal(await page.locator("img, iframe, b b, object, svg:not(.qr), body script, body style").count(), 0, path);
    const text = await page.evaluate(() => document.body.textContent);
    if (path !== `/purchases/${id}`) assert.ok(text.includes(HOSTILE.home), `${path} shows the name as it was typed`);
    if (/events|teams/.test(path)) assert.ok(text.includes(title) && text.includes(message), path);
    assert.deepEqual(page.faults, [], path);
  }
});

test("axe finds nothing serious on any page, light or dark, narrow or wide", async (context) => {
  const server = await Server.start(context);
  const all = await league(server);
  await announce(server, all.event, { priority: "urgent", title: "Lightning" });
  await announce(server, all.event, {});
  await server.post(`/api/matches/${all.id}/start`, {});
  await server.goal(all, 12);
  await server.send("PUT", `/api/matches/${all.next}/result`, { home_score: 3, away_score: 0 });
  const { id } = await buy(server, all);
  const pages = {
    "/": ".game", [`/matches/${all.id}`]: ".timeline", [`/matches/${all.id}/hd`]: "#board li", [`/matches/${all.id}/hd?theme=light`]: "#board li",
    [`/events/${all.event}`]: ".results", [`/teams/${all.homeTeam}`]: ".of-team", [`/purchases/${id}`]: ".qr",
    "/purchases/00000000-0000-4000-8000-000000000000": ".sign-in",
  };
  for (const [colorScheme, width] of [["light", 1280], ["dark", 320]]) {
    const own = await newContext(context, browser, { colorScheme, viewport: { width, height: 800 } });
    await signIn(own, server);
    for (const [path, ready] of Object.entries(pages)) {
      const page = await open(own, server, path);
      await page.locator(ready).first().waitFor({ timeout: OPENED_MS });
      const tabs = await page.getByRole("tab").all();
      for (const tab of tabs.length > 0 ? tabs : [null]) {
        await tab?.click();
        assert.deepEqual(await findings(page), [], `${path}, ${colorScheme}, ${width}`);
      }
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${path} is ${overflow} px too wide for ${width}`);
      await page.close();
    }
  }
});

async function findings(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).slice(0, 3).join(" | ")}`);
}

test("the first view of a match's page is less than 100 KiB over the wire", async (context) => {
  const server = await Server.start(context);
  const all = await league(server);
  await server.post(`/api/matches/${all.id}/start`, {});
  await server.goal(all, 12);
  const counter = await counting(context, server.port);
  const page = await open(await newContext(context, browser), { url: counter.url }, `/matches/${all.id}`);
  await isLive(page);
  await shows(page, ".timeline .who", "Ada Novak", OPENED_MS);
  await until(() => page.evaluate(() => document.fonts.status === "loaded"), "the letters");
  assert.ok(counter.bytes > 20 * 1024, "something was counted");
  assert.ok(counter.bytes < FIRST_VIEW_BYTES, `${counter.bytes} bytes`);
});

/** Counts what a server sends, heads and all, to whatever of the browser asks. */
async function counting(context, port) {
  const counter = { bytes: 0, url: "" };
  const sockets = new Set();
  const listener = createServer((socket) => {
    const behind = connect(port, "127.0.0.1");
    behind.on("data", (bytes) => (counter.bytes += bytes.length));
    for (const one of [socket, behind]) {
      sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => [socket, behind].forEach((other) => other.destroy()));
    }
    socket.pipe(behind).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  counter.url = `http://127.0.0.1:${listener.address().port}`;
  return counter;
}
