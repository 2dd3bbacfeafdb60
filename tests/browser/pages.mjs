// The pages of events, teams and purchases, and the stadium display, in Chromium.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import { after, before, test } from "node:test";

import { launch, watch } from "./chromium.js";
import { Server, until } from "./server.js";

const SOON_MS = 2_000;
const OPENED_MS = 20_000;
const FIRST_VIEW_BYTES = 100 * 1024;
const MESSAGES = 10_000;
const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** A browser of one's own, with no cookie of another test. */
async function newContext(context, options = {}) {
  const made = await browser.newContext({ locale: "en-GB", ...options });
  context.after(() => made.close());
  return made;
}

async function open(own, server, path) {
  const page = await watch(await own.newPage());
  const response = await page.goto(server.url + path);
  assert.equal(response.status(), 200, path);
  return page;
}

const shows = (page, selector, text, timeout = SOON_MS) =>
  page.locator(selector, { hasText: text }).first().waitFor({ state: "visible", timeout });
const isLive = (page) => shows(page, "#connection", "Live", OPENED_MS);
const signIn = (own, server) => own.request.post(`${server.url}/api/auth/login`, { data: server.credentials });

/** An event with two teams that lead the table in the order of their names, and a match between them. */
async function league(server, names = {}) {
  const { event: name = "Estuary League", home = "Albion", away = "Borough", player = "Ada Novak", venue = "The Quay", ticket = "adult" } = names;
  const event = await server.post("/api/events", { name, sport: "football", visibility: "public", tie_breakers: ["points", "difference", "name"] });
  const teams = [];
  for (const [at, team] of [home, away].entries()) {
    const colour = ["#0b5fa5", "#b3261e"][at];
    const made = await server.post("/api/teams", { name: team, short_name: "ABC", colour, visibility: "public" });
    await server.post(`/api/events/${event.id}/registrations`, { team_id: made.id });
    teams.push(made.id);
  }
  const [homeTeam, awayTeam] = teams;
  const players = [];
  for (const one of [player, "Bo Silva"]) players.push((await server.post(`/api/teams/${homeTeam}/players`, { name: one, shirt_number: players.length + 1 })).id);
  const match = { event_id: event.id, sport: "football", home_team_id: homeTeam, away_team_id: awayTeam, venue };
  const game = await server.post("/api/matches", { ...match, starts_at: new Date().toISOString() });
  const next = await server.post("/api/matches", { ...match, starts_at: new Date(Date.now() + 7 * 86_400_000).toISOString() });
  return { event: event.id, homeTeam, awayTeam, player: players[0], other: players[1], id: game.id, next: next.id, ticket };
}

const announce = (server, event, more) =>
  server.post("/api/announcements", { event_id: event, type: "general", priority: "normal", title: "Car park", message: "Use the north gate.", ...more });

async function buy(server, { event, ticket }) {
  const { id, tickets } = await server.post(`/api/events/${event}/purchases`, { ticket_type: ticket, quantity: 2 });
  return { id, tickets };
}

test("an event's page shows a result and the new table within two seconds", async (context) => {
  const server = await Server.start(context);
  const all = await league(server);
  const page = await open(await newContext(context), server, `/events/${all.event}`);
  await isLive(page);
  await shows(page, ".standings tbody tr:first-child .team", "Albion", OPENED_MS);

  await server.send("PUT", `/api/matches/${all.id}/result`, { home_score: 0, away_score: 2 });

  await shows(page, ".results .game", /Albion\s*0\s*Borough\s*2/);
  await shows(page, ".standings tbody tr:first-child .team", "Borough");
  await shows(page, ".standings tbody tr:first-child .points", /^3$/);
  await shows(page, ".standings tbody tr:first-child .moved.up", "1");
  await shows(page, ".standings tbody tr:last-child .moved.down", "1");
  await shows(page, "#said", "Result: Albion 0, Borough 2.");
  assert.equal(await page.locator(`section:has(#schedule) .game`).count(), 1, "what is over is not to come");

  await page.reload(); // the arrows outlive it
  await shows(page, ".standings tbody tr:first-child .moved.up", "1", OPENED_MS);
  await shows(page, ".results .game", "Borough", OPENED_MS);
  assert.deepEqual(page.faults, []);
});

test("an event's page shows a score and a new time as they are told", async (context) => {
  const server = await Server.start(context);
  const all = await league(server);
  const page = await open(await newContext(context), server, `/events/${all.event}`);
  await isLive(page);
  await shows(page, "section:has(#schedule) .game", "Albion", OPENED_MS);

  await server.post(`/api/matches/${all.id}/start`, {});
  await shows(page, ".now-playing .game", "Albion", OPENED_MS);
  await server.goal(all, 3);
  await shows(page, ".now-playing .game", /Albion\s*1\s*Borough\s*0/);

  await server.post(`/api/matches/${all.next}/postpone`, { reason: "Floods" });
  await shows(page, "section:has(#schedule) .game", "Postponed");
  assert.deepEqual(page.faults, []);
});

test("an urgent announcement is a banner and a notification at once, and goes when it is deleted", async (context) => {
  const server = await Server.start(context);
  const all = await league(server);
  const own = await newContext(context);
  await own.addInitScript(() => {
    window.notified = [];
    window.Notification = class {
      static permission = "granted";
      constructor(title, { body }) {
        window.notified.push(`${title}: ${body}`);
      }
    };
  });
  await announce(server, all.event, { priority: "urgent", title: "Before", message: "told before the page was open" });
  const page = await open(own, server, `/events/${all.event}`);
  await isLive(page);
  await shows(page, ".banner", "Before", OPENED_MS);

  await announce(server, all.event, {});
  const { id } = await announce(server, all.event, { type: "weather_alert", priority: "urgent", title: "Lightning", message: "Leave the stand." });

  await shows(page, ".banner", "Lightning");
  await shows(page, ".announcement", "Use the north gate.");
  assert.deepEqual(await page.locator(".announcement h3").allInnerTexts(), ["Lightning", "Before", "Car park"]);
  assert.equal(await page.locator(".banner").count(), 2);
  assert.deepEqual(await page.evaluate(() => window.notified), ["Lightning: Leave the stand."]);

  await server.send("PATCH", `/api/announcements/${id}`, { priority: "low" });
  await until(async () => (await page.locator(".banner").count()) === 1, "the banner to go", SOON_MS);
  assert.deepEqual(page.faults, []);
});

test("a team's page shows what it does now, and what one of its players does", async (context) => {
  const server = await Server.start(context);
  const all = await league(server);
  await server.post(`/api/matches/${all.id}/start`, {});
  const page = await open(await newContext(context), server, `/teams/${all.homeTeam}`);
  await isLive(page);
  await server.goal(all, 12);
  await shows(page, ".of-team .who", "Ada Novak", OPENED_MS);
  await server.post(`/api/matches/${all.id}/incidents`, { kind: "goal", team_id: all.awayTeam, period: "first_half", minute: 13 });
  await server.post(`/api/matches/${all.id}/incidents`, { kind: "yellow_card", team_id: all.homeTeam, player_id: all.other, period: "first_half", minute: 14 });

  await shows(page, ".of-team .who", "Bo Silva");
  await shows(page, ".now-playing .game", /Albion\s*1\s*Borough\s*1/);
  assert.equal(await page.locator(".of-team .incident").count(), 2, "the other side's goal is not this team's");
  await page.getByLabel("Show").selectOption("Bo Silva");
  assert.deepEqual(await page.locator(".of-team .who").allInnerTexts(), ["Bo Silva"]);
  await page.reload();
  await shows(page, ".of-team .who", "Bo Silva", OPENED_MS);
  assert.deepEqual(await page.locator(".of-team .who").allInnerTexts(), ["Bo Silva"], "the address keeps the choice");
  assert.deepEqual(page.faults, []);
});

test("a buyer signs in and sees tickets, and each as it is used", async (context) => {
  const server = await Server.start(context);
  const all = await league(server);
  const { id, tickets } = await buy(server, all);
  await server.post("/api/users", { email: "bo@example.org", name: "Bo", password: "another long password", role: "user" });
  const page = await open(await newContext(context), server, `/purchases/${id}`);
  await shows(page, "#notice", "Sign in", OPENED_MS);

  await page.getByLabel("Email").fill("bo@example.org");
  await page.getByLabel("Password").fill("another long password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await shows(page, "#notice", "another buyer's", OPENED_MS);
  assert.equal(await page.locator(".ticket").count(), 0);

  await page.getByLabel("Email").fill(server.credentials.email);
  await page.getByLabel("Password").fill("not this one");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator(".trouble:not(:empty)").waitFor({ timeout: OPENED_MS });
  await page.getByLabel("Password").fill(server.credentials.password);
  await page.getByRole("button", { name: "Sign in" }).click();

  await shows(page, ".sum", "Pending", OPENED_MS);
  assert.equal(await page.locator(".ticket .qr path").count(), 2);
  assert.equal(await page.locator('.ticket[data-opens="true"]').count(), 0, "nothing opens before it is confirmed");
  await server.post(`/api/purchases/${id}/status`, { status: "confirmed" });
  await shows(page, ".sum", "Confirmed");
  await server.post(`/api/tickets/${tickets[0].code}/check-in`, {});
  await shows(page, '.ticket[data-status="used"]', tickets[0].code);
  assert.equal(await page.locator('.ticket[data-opens="true"]').count(), 1);
  assert.deepEqual(page.faults, []);
});

test("a match is played again, faster, and stopped in between", async (context) => {
  const server = await Server.start(context);
  const all = await league(server);
  await server.post(`/api/matches/${all.id}/start`, {});
  for (const minute of [3, 12, 30]) await server.goal(all, minute);
  await server.post(`/api/matches/${all.id}/end`, {});
  const page = await open(await newContext(context), server, `/matches/${all.id}`);
  await shows(page, "#period", "Full time", OPENED_MS);

  await page.getByRole("tab", { name: "Timeline" }).focus();
  await page.keyboard.press("End");
  await page.getByRole("radio", { name: "600×" }).check();
  await page.getByRole("button", { name: "Play" }).click();
  await shows(page, ".replay-score", "3–0", OPENED_MS);
  await shows(page, ".replay button", "Play again", OPENED_MS);
  assert.equal(await page.locator('.replay [data-kind="goal"]').count(), 3);
  assert.equal(await page.locator("#home-score").innerText(), "3", "the match itself is not touched");
  assert.deepEqual(page.faults, []);
});

test("tabs are moved by keys, and one stop for the tab key", async (context) => {
  const server = await Server.start(context);
  const all = await league(server);
  const page = await open(await newContext(context), server, `/matches/${all.id}`);
  await page.getByRole("tab", { name: "Timeline" }).waitFor({ timeout: OPENED_MS });
  await page.getByRole("tab", { name: "Timeline" }).focus();
  const chosen = () => page.locator('[role="tab"][aria-selected="true"]').innerText();
  for (const [key, title] of [["ArrowRight", "Statistics"], ["ArrowRight", "Line-ups"], ["ArrowRight", "Timeline"], ["ArrowLeft", "Line-ups"], ["Home", "Timeline"]]) {
    await page.keyboard.press(key);
    assert.equal(await chosen(), title, key);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), title, key);
  }
  assert.equal(await page.locator('[role="tab"][tabindex="0"]').count(), 1);
});

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
  const own = await newContext(context);
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
    const own = await newContext(context, { colorScheme, viewport: { width, height: 800 } });
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
  const page = await open(await newContext(context), { url: counter.url }, `/matches/${all.id}`);
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
