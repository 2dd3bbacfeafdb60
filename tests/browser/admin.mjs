// The admin pages in Chromium: writes show up on all pages, and errors at their fields.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { launch, resize } from "./browsers.js";
import { Server, waitFor } from "./server.js";

const UPDATE_TIMEOUT_MS = 10_000; // the limit is two seconds; a machine that also compiles takes longer
const LOAD_TIMEOUT_MS = 20_000;
const MAX_UPDATE_LATENCY_MS = 2_000; // from receiving a message to rendering it, both by this machine's clock
const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

let browser;
before(async () => (browser = await launch("chrome")));
after(() => browser?.close());

test("an incident is created, changed and deleted on all pages within two seconds", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const admin = await AdminPage.signedIn(context, server, `/admin#/matches/${game.id}`);
  const match = await AdminPage.open(context, server, `/matches/${game.id}`);
  const display = await AdminPage.open(context, server, `/matches/${game.id}/hd`);
  for (const page of [admin, match, display]) await page.waitForText("#home-score", "0", LOAD_TIMEOUT_MS);
  for (const page of [match, display]) await page.watch();

  await admin.click('.big[data-kind="goal"][data-side="home"]');
  await admin.pressButton("9 Jamie Vardy");
  await admin.pressButton("Nobody"); // no assist
  await Promise.all([match, display].map((page) => page.waitForText("#home-score", "1")));
  await match.waitForText(".incident", "Jamie Vardy");

  await admin.click('#log [data-kind="goal"] .line');
  await admin.pressButton("Cancel (VAR)");
  await Promise.all([match, display, admin].map((page) => page.waitForText("#home-score", "0")));
  await match.waitForText('.incident[data-confirmation="cancelled"]', "Jamie Vardy");
  await admin.pressButton("Who recorded what");
  await admin.waitForText('td[data-label="Corrected by"]', "Administrator");

  await admin.click('#log [data-kind="goal"] .line');
  await admin.pressButton("Delete");
  await admin.pressButton("Really? Delete");
  await match.waitUntilGone(".incident");
  await display.waitUntilGone("#board li");
  await admin.waitUntilGone("#log .log-entry");
  const { items } = await server.send("GET", `/api/streams/match_${game.id}/messages?after=0`);
  const publishedAt = ["incident_added", "incident_updated", "incident_removed"].map((kind) => Date.parse(items.find(({ type }) => type === kind).at));
  // The display doesn't show cancelled incidents, so it doesn't see this one removed.
  for (const [page, renderings] of [[match, ["1, listed", "0, listed", "0, none"]], [display, ["1, listed", "0, none"]]]) {
    const took = (await page.renderedAt(renderings)).map((at, index) => at - publishedAt[index]);
    context.diagnostic(`${took} ms`);
    assert.ok(Math.max(...took) < MAX_UPDATE_LATENCY_MS, `${took} ms after publishing`);
  }
  for (const page of [admin, match, display]) assert.deepEqual(page.pageErrors, []);
});

test("an event is created, errors are shown at their fields, and concurrent edits don't overwrite each other", async (context) => {
  const server = await Server.start(context);
  const admin = await AdminPage.signedIn(context, server, "/admin");
  await admin.click(".create > summary");
  await admin.fill({ name: "x".repeat(201), "points/win": "101", ticket_types: "adult; 25.00 EUR; 400\nchild; ten" });
  await admin.pressButton("New event");
  const fieldError = (name) => admin.page.$eval(`[name="${name}"]`, (field) => document.getElementById(field.getAttribute("aria-describedby"))?.textContent);
  await admin.waitForText(".fields .error", "at most 200 characters");
  assert.match(await fieldError("name"), /200/);
  assert.match(await fieldError("points/win"), /100/);
  assert.match(await fieldError("ticket_types"), /line 2: price/);
  assert.equal(await admin.page.evaluate(() => document.activeElement.getAttribute("name")), "name");

  await admin.fill({ name: "Cup", "points/win": "2", ticket_types: "adult; 25.00 EUR; 400" });
  await admin.pressButton("New event");
  await admin.waitForText("h1", "Cup");
  const { items: [event] } = await server.send("GET", "/api/events");
  assert.deepEqual([event.points.win, event.ticket_types[0].price.amount], [2, 2500]);

  await waitFor(() => admin.page.$('[name="capacity"]'), "the form", UPDATE_TIMEOUT_MS);
  await server.send("PATCH", `/api/events/${event.id}`, { capacity: 300 });
  await admin.fill({ capacity: "500" });
  await admin.pressButton("Save");
  await admin.waitForText(".error", "Somebody else has changed this");
  await admin.pressButton("Load the current version");
  await waitFor(() => admin.page.$eval('[name="capacity"]', (field) => field.value === "300"), "the other's change", UPDATE_TIMEOUT_MS);
  await admin.fill({ capacity: "500" });
  await admin.pressButton("Save");
  await waitFor(async () => (await server.send("GET", `/api/events/${event.id}`)).capacity === 500, "the change");
  assert.deepEqual(admin.pageErrors, []);
});

test("changing one's own password needs the current one; resetting another user's doesn't", async (context) => {
  const server = await Server.start(context);
  const { id } = await server.post("/api/users", { email: "bo@example.org", name: "Bo", password: "another long password", role: "user" });
  const admin = await AdminPage.signedIn(context, server, "/admin#/users/1");
  const signsIn = async (password) => (await fetch(`${server.url}/api/auth/login`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ email: "admin@example.org", password }),
  })).status;
  const errorText = () => admin.page.$eval('[name="current_password"]', (field) => document.getElementById(field.getAttribute("aria-describedby"))?.textContent);
  await admin.fill({ password: "a new password" });
  await admin.pressButton("Save");
  await admin.waitForText(".fields .error", "is required");
  assert.equal(await errorText(), "is required");
  await admin.fill({ current_password: "a wrong one" });
  await admin.pressButton("Save");
  await admin.waitForText(".fields .error", "is not your password");
  assert.equal(await signsIn("a new password"), 401);
  await admin.fill({ current_password: "correct horse battery staple" });
  await admin.pressButton("Save");
  await waitFor(() => signsIn("a new password").then((status) => status === 200), "the new password", UPDATE_TIMEOUT_MS);

  await admin.go(`#/users/${id}`);
  await admin.waitForText("h1", "Bo");
  assert.equal(await admin.page.$('[name="current_password"]'), null);
  await admin.fill({ password: "a temporary password" });
  await admin.pressButton("Save");
  await admin.waitForText('[role="status"]', "Saved.");
  await admin.pressButton("Sign out");
  await admin.waitForText(".sign-in h2", "Sign in");
  assert.deepEqual(admin.pageErrors, []);
});

test("announcements, results and purchases are created and changed", async (context) => {
  const server = await Server.start(context);
  const event = await server.post("/api/events", { name: "Cup", sport: "football", ticket_types: [{ name: "adult" }] });
  const [home, away] = [await server.post("/api/teams", { name: "Reds" }), await server.post("/api/teams", { name: "Blues" })];
  const game = await server.post("/api/matches", { event_id: event.id, sport: "football", home_team_id: home.id, away_team_id: away.id });
  const bought = await server.post(`/api/events/${event.id}/purchases`, { ticket_type: "adult", quantity: 1 });
  const admin = await AdminPage.signedIn(context, server, `/admin#/events/${event.id}/announcements`);

  await admin.click(".create > summary");
  await admin.fill({ title: "Lightning", message: "Go in.", priority: "urgent" });
  await admin.pressButton("New announcement");
  await admin.waitForText(".card", "Lightning");
  await admin.pressButton("End now");
  await admin.waitForText('.card[data-status="expired"]', "Lightning", LOAD_TIMEOUT_MS);

  await admin.go(`#/events/${event.id}/registrations`);
  await admin.waitForText("td a", "Reds");
  await admin.go(`#/matches/${game.id}`);
  await admin.click(".create > summary", "Enter the result");
  await admin.fill({ home_score: "2", away_score: "1" });
  await admin.pressButton("Enter");
  await admin.waitForText(".outcome", "2–1");
  await admin.go(`#/events/${event.id}/table`);
  await admin.waitForText("tbody tr", "Reds");
  assert.match(await admin.page.$eval("tbody tr", (row) => row.textContent), /^1Reds1100211?3$/);

  await admin.go(`#/events/${event.id}/purchases`);
  await admin.waitForText('td[data-label="Buyer"]', "Administrator");
  await admin.pressButton("Confirm");
  await admin.waitForText(".status", "confirmed");
  await admin.fill({ code: bought.tickets[0].code });
  await admin.pressButton("Check in");
  await admin.waitForText(".inline-form", "checked in");
  await admin.fill({ code: bought.tickets[0].code });
  await admin.pressButton("Check in");
  await admin.waitForText(".inline-form .error", "used");
  assert.deepEqual(admin.pageErrors, []);
});

test("a late response changes nothing, and a list that isn't loaded yet is not an empty choice", async (context) => {
  const server = await Server.start(context);
  const event = await server.post("/api/events", { name: "Cup", sport: "football" });
  const admin = await AdminPage.signedIn(context, server, "/admin#/events");
  const late = await admin.delayResponses(server, ["/api/teams?", "status=active"]);
  await admin.go(`#/events/${event.id}/announcements`);
  await admin.click(".create > summary");
  await waitFor(() => late.length === 2, "both requests", LOAD_TIMEOUT_MS);
  await admin.fill({ title: "Lightning", message: "Go in." });
  await admin.pressButton("New announcement");
  await admin.waitForText(".card", "Lightning");
  for (const answer of late) await answer();
  await admin.click('[name="team_ids"]'); // lets the page render the responses first
  await pause(300);
  await admin.waitForText(".card", "Lightning", 0);
  assert.deepEqual(admin.pageErrors, []);
});

test("g10_frames_are_shown_as_text; a connection is ended", async (context) => {
  const server = await Server.start(context);
  const name = `<img src=x onerror="alert(1)"></pre><script>alert(2)</script>`;
  const game = await server.startFootballMatch({ home: name, player: name });
  const admin = await AdminPage.signedIn(context, server, `/admin#/streams/match_${game.id}`);
  await admin.waitForText(".frames", "event: hello", LOAD_TIMEOUT_MS);
  await server.recordGoal(game, 12, { text: name });
  await admin.waitForText(".frames", "incident_added");
  await admin.waitForText(".frames", "<script>alert(2)");
  assert.equal(await admin.page.$("main img, main script"), null);

  await admin.go("#/live");
  const ended = new AbortController();
  context.after(() => ended.abort());
  const stream = await fetch(`${server.url}/api/matches/${game.id}/stream/`, { signal: ended.signal });
  await admin.waitForText("tbody", `match_${game.id}`, LOAD_TIMEOUT_MS);
  await admin.pressButton("End");
  await admin.pressButton("Really? End");
  await stream.text(); // the stream ends
  for (const hash of [`#/matches/${game.id}`, "#/teams/1", "#/matches"]) {
    await admin.go(hash);
    await admin.waitForText("main", "<img");
  }
  assert.deepEqual(admin.pageErrors, []);
});

test("axe finds nothing on the scorer and admin pages, light or dark, and they fit a small phone", async (context) => {
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const event = await server.post("/api/events", { name: "Cup", sport: "football" });
  await server.post("/api/announcements", { event_id: event.id, type: "emergency", priority: "urgent", title: "Fire", message: "Go out." });
  await server.recordGoal(game, 12);
  const page = await AdminPage.signedIn(context, server, "/admin");
  /** @type {[string, string][]} */
  const pages = [
    [`/scorer/${game.id}`, ".log-entry"], ["/admin#/events", ".rows"], [`/admin#/events/${event.id}`, ".fields"], [`/admin#/events/${event.id}/registrations`, ".create"],
    [`/admin#/events/${event.id}/announcements`, ".card"], [`/admin#/matches/${game.id}`, ".log-entry"], [`/admin#/teams/${game.homeTeam}`, ".rows"],
    ["/admin#/users/1", ".fields"], ["/admin#/live", ".chart"], [`/admin#/streams/match_${game.id}`, ".frames li"],
  ];
  for (const scheme of ["light", "dark"]) {
    await page.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }, { name: "prefers-reduced-motion", value: "reduce" }]);
    await resize(page.page, { width: 320, height: 640 });
    for (const [path, ready] of pages) {
      await page.page.goto("about:blank"); // a new `#` alone doesn't load the page
      await page.page.goto(server.url + path, { waitUntil: "domcontentloaded" });
      await page.page.waitForSelector(ready);
      await page.page.evaluate(AXE);
      const found = await page.page.evaluate(async () => (await window.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`));
      assert.deepEqual(found, [], `${path} ${scheme}`);
      const overhang = await page.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overhang <= 0, `${path} is ${overhang} px too wide`);
    }
  }
  assert.deepEqual(page.pageErrors, []);
});

/** A page, and the errors that it reported. */
class AdminPage {
  pageErrors = [];

  static async open(context, server, path, profile = browser) {
    const page = new AdminPage();
    page.page = await profile.newPage();
    context.after(() => page.page.close().catch(() => {}));
    page.page.on("dialog", (dialog) => {
      page.pageErrors.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.page.on("pageerror", (error) => page.pageErrors.push(`error: ${error.message}`));
    page.page.on("console", (line) => {
      if (/content security policy|trusted/i.test(line.text())) page.pageErrors.push(line.text());
    });
    await page.page.goto(server.url + path, { waitUntil: "domcontentloaded" });
    return page;
  }

  static async signedIn(context, server, path) {
    const profile = await browser.createBrowserContext();
    context.after(() => profile.close().catch(() => {}));
    const page = await AdminPage.open(context, server, path, profile);
    await page.page.waitForSelector('input[name="email"]');
    await page.fill({ email: "admin@example.org", password: "correct horse battery staple" });
    await page.click(".sign-in button");
    await page.waitForText("nav.pages", "Events");
    return page;
  }

  /** Records each change of the score and of the list of incidents. */
  watch() {
    return this.page.evaluate(() => {
      globalThis.renderings = [];
      const recordRender = () => {
        const now = `${document.querySelector("#home-score")?.textContent}, ${document.querySelector(".incident, #board li") ? "listed" : "none"}`;
        if (globalThis.renderings.at(-1)?.now !== now) globalThis.renderings.push({ now, at: Date.now() });
      };
      recordRender();
      new MutationObserver(recordRender).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
  }

  /** The time of each of these renderings, in order. @param {string[]} expected */
  async renderedAt(expected) {
    const renderings = await this.page.evaluate(() => globalThis.renderings);
    let from = 1; // skips the initial one
    return expected.map((one) => {
      const found = renderings.findIndex(({ now }, at) => at >= from && now === one);
      assert.notEqual(found, -1, `${one} in ${JSON.stringify(renderings)}`);
      from = found + 1;
      return renderings[found].at;
    });
  }

  /**
   * Simulates late responses: fetches the first for each address early, and delivers it when called.
   * @param {string[]} parts of their addresses
   * @returns {Promise<(() => Promise<void>)[]>} delivers each, in the order of the requests
   */
  async delayResponses(server, parts) {
    const remaining = new Set(parts);
    const late = [];
    await this.page.setRequestInterception(true);
    this.page.on("request", async (request) => {
      const { pathname, search } = new URL(request.url());
      const part = [...remaining].find((one) => (pathname + search).includes(one));
      if (!remaining.delete(part)) return request.continue();
      const body = JSON.stringify(await server.send("GET", pathname + search));
      late.push(() => request.respond({ contentType: "application/json", body }));
    });
    return late;
  }

  go(hash) {
    return this.page.evaluate((to) => (location.hash = to), hash);
  }

  fill(values) {
    return waitFor(() => this.page.evaluate((values) => {
      const fields = Object.keys(values).map((name) => document.querySelector(`details[open] [name="${name}"]`) ?? document.querySelector(`[name="${name}"]`));
      if (fields.includes(null)) return false;
      Object.values(values).forEach((value, at) => (fields[at].value = value));
      return Object.values(values).every((value, at) => fields[at].value === value); // a list may not be loaded yet
    }, values), `the fields ${Object.keys(values)}`, UPDATE_TIMEOUT_MS);
  }

  click(selector, text = "") {
    return waitFor(() => this.page.evaluate((selector, text) => {
      const found = [...document.querySelectorAll(selector)].find((one) => one.textContent.includes(text));
      found?.click();
      return Boolean(found);
    }, selector, text), selector, UPDATE_TIMEOUT_MS);
  }

  /** Presses the button with this text, in the dialog if one is open. */
  pressButton(text) {
    return waitFor(() => this.page.evaluate((label) => {
      const root = document.querySelector("dialog[open]") ?? document;
      const found = [...root.querySelectorAll("button")].find(({ textContent, disabled }) => textContent.replace(/\s+/g, " ").trim() === label && !disabled);
      found?.click();
      return Boolean(found);
    }, text), `a button “${text}”`, UPDATE_TIMEOUT_MS);
  }

  waitForText(selector, text, deadlineMs = UPDATE_TIMEOUT_MS) {
    const hasText = () => this.page.$$eval(selector, (found, expected) => found.some(({ textContent }) => textContent.includes(expected)), text);
    return waitFor(hasText, `${selector} to say “${text}”`, deadlineMs);
  }

  waitUntilGone(selector) {
    return waitFor(async () => !(await this.page.$(selector)), `no ${selector}`, UPDATE_TIMEOUT_MS);
  }
}
