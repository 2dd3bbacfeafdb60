// The pages of events, teams, purchases and matches in Chromium.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch } from "./chromium.js";
import { createAnnouncement, buyTickets, waitUntilLive, createLeague, newBrowserContext, openPage, LOAD_TIMEOUT_MS, waitForText, UPDATE_TIMEOUT_MS } from "./league-fixture.js";
import { Server, waitFor } from "./server.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

test("an event's page shows a result and the new table within two seconds", async (context) => {
  const server = await Server.start(context);
  const league = await createLeague(server);
  const page = await openPage(await newBrowserContext(context, browser), server, `/events/${league.event}`);
  await waitUntilLive(page);
  await waitForText(page, ".standings tbody tr:first-child .team", "Albion", LOAD_TIMEOUT_MS);

  await server.send("PUT", `/api/matches/${league.id}/result`, { home_score: 0, away_score: 2 });

  await waitForText(page, ".results .game", /Albion\s*0\s*Borough\s*2/);
  await waitForText(page, ".standings tbody tr:first-child .team", "Borough");
  await waitForText(page, ".standings tbody tr:first-child .points", /^3$/);
  await waitForText(page, ".standings tbody tr:first-child .moved.up", "1");
  await waitForText(page, ".standings tbody tr:last-child .moved.down", "1");
  await waitForText(page, "#live-region", "Result: Albion 0, Borough 2.");
  assert.equal(await page.locator(`section:has(#schedule) .game`).count(), 1, "finished matches are not upcoming");

  await page.reload(); // the arrows survive it
  await waitForText(page, ".standings tbody tr:first-child .moved.up", "1", LOAD_TIMEOUT_MS);
  await waitForText(page, ".results .game", "Borough", LOAD_TIMEOUT_MS);
  assert.deepEqual(page.pageErrors, []);
});

test("an event's page updates scores and starting times", async (context) => {
  const server = await Server.start(context);
  const league = await createLeague(server);
  const page = await openPage(await newBrowserContext(context, browser), server, `/events/${league.event}`);
  await waitUntilLive(page);
  await waitForText(page, "section:has(#schedule) .game", "Albion", LOAD_TIMEOUT_MS);

  await server.post(`/api/matches/${league.id}/start`, {});
  await waitForText(page, ".now-playing .game", "Albion", LOAD_TIMEOUT_MS);
  await server.recordGoal(league, 3);
  await waitForText(page, ".now-playing .game", /Albion\s*1\s*Borough\s*0/);

  await server.post(`/api/matches/${league.next}/postpone`, { reason: "Floods" });
  await waitForText(page, "section:has(#schedule) .game", "Postponed");
  assert.deepEqual(page.pageErrors, []);
});

test("an urgent announcement is a banner and a notification at once, and vanishes when it is deleted", async (context) => {
  const server = await Server.start(context);
  const league = await createLeague(server);
  const browserContext = await newBrowserContext(context, browser);
  await browserContext.addInitScript(() => {
    window.notified = [];
    window.Notification = class {
      static permission = "granted";
      constructor(title, { body }) {
        window.notified.push(`${title}: ${body}`);
      }
    };
  });
  await createAnnouncement(server, league.event, { priority: "urgent", title: "Before", message: "published before the page was open" });
  const page = await openPage(browserContext, server, `/events/${league.event}`);
  await waitUntilLive(page);
  await waitForText(page, ".banner", "Before", LOAD_TIMEOUT_MS);

  await createAnnouncement(server, league.event, {});
  const { id } = await createAnnouncement(server, league.event, { type: "weather_alert", priority: "urgent", title: "Lightning", message: "Leave the stand." });

  await waitForText(page, ".banner", "Lightning");
  await waitForText(page, ".announcement", "Use the north gate.");
  assert.deepEqual(await page.locator(".announcement h3").allInnerTexts(), ["Lightning", "Before", "Car park"]);
  assert.equal(await page.locator(".banner").count(), 2);
  assert.deepEqual(await page.evaluate(() => window.notified), ["Lightning: Leave the stand."]);

  await server.send("PATCH", `/api/announcements/${id}`, { priority: "low" });
  await waitFor(async () => (await page.locator(".banner").count()) === 1, "the banner to go", UPDATE_TIMEOUT_MS);
  assert.deepEqual(page.pageErrors, []);
});

test("a team's page shows its live match, and the part of one player", async (context) => {
  const server = await Server.start(context);
  const league = await createLeague(server);
  await server.post(`/api/matches/${league.id}/start`, {});
  const page = await openPage(await newBrowserContext(context, browser), server, `/teams/${league.homeTeam}`);
  await waitUntilLive(page);
  await server.recordGoal(league, 12);
  await waitForText(page, ".of-team .who", "Ada Novak", LOAD_TIMEOUT_MS);
  await server.post(`/api/matches/${league.id}/incidents`, { kind: "goal", team_id: league.awayTeam, period: "first_half", minute: 13 });
  await server.post(`/api/matches/${league.id}/incidents`, { kind: "yellow_card", team_id: league.homeTeam, player_id: league.other, period: "first_half", minute: 14 });

  await waitForText(page, ".of-team .who", "Bo Silva");
  await waitForText(page, ".now-playing .game", /Albion\s*1\s*Borough\s*1/);
  assert.equal(await page.locator(".of-team .incident").count(), 2, "the other side's goal is not this team's");
  await page.getByLabel("Show").selectOption("Bo Silva");
  assert.deepEqual(await page.locator(".of-team .who").allInnerTexts(), ["Bo Silva"]);
  await page.reload();
  await waitForText(page, ".of-team .who", "Bo Silva", LOAD_TIMEOUT_MS);
  assert.deepEqual(await page.locator(".of-team .who").allInnerTexts(), ["Bo Silva"], "the address keeps the choice");
  assert.deepEqual(page.pageErrors, []);
});

test("a buyer signs in and sees tickets, and their use", async (context) => {
  const server = await Server.start(context);
  const league = await createLeague(server);
  const { id, tickets } = await buyTickets(server, league);
  await server.post("/api/users", { email: "bo@example.org", name: "Bo", password: "another long password", role: "user" });
  const page = await openPage(await newBrowserContext(context, browser), server, `/purchases/${id}`);
  await waitForText(page, "#notice", "Sign in", LOAD_TIMEOUT_MS);

  await page.getByLabel("Email address").fill("bo@example.org");
  await page.getByLabel("Password").fill("another long password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await waitForText(page, "#notice", "another buyer's", LOAD_TIMEOUT_MS);
  assert.equal(await page.locator(".ticket").count(), 0);

  await page.getByLabel("Email address").fill(server.credentials.email);
  await page.getByLabel("Password").fill("not this one");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator(".sign-in .error:not(:empty)").waitFor({ timeout: LOAD_TIMEOUT_MS });
  await page.getByLabel("Password").fill(server.credentials.password);
  await page.getByRole("button", { name: "Sign in" }).click();

  await waitForText(page, ".sum", "Pending", LOAD_TIMEOUT_MS);
  assert.equal(await page.locator(".ticket .qr path").count(), 2);
  assert.equal(await page.locator('.ticket[data-opens="true"]').count(), 0, "no ticket is valid before the confirmation");
  await server.post(`/api/purchases/${id}/status`, { status: "confirmed" });
  await waitForText(page, ".sum", "Confirmed");
  await server.post(`/api/tickets/${tickets[0].code}/check-in`, {});
  await waitForText(page, '.ticket[data-status="used"]', tickets[0].code);
  assert.equal(await page.locator('.ticket[data-opens="true"]').count(), 1);
  assert.deepEqual(page.pageErrors, []);
});

test("a replay can be sped up and paused", async (context) => {
  const server = await Server.start(context);
  const league = await createLeague(server);
  await server.post(`/api/matches/${league.id}/start`, {});
  for (const minute of [3, 12, 30]) await server.recordGoal(league, minute);
  await server.post(`/api/matches/${league.id}/end`, {});
  const page = await openPage(await newBrowserContext(context, browser), server, `/matches/${league.id}`);
  await waitForText(page, "#period", "Full time", LOAD_TIMEOUT_MS);

  await page.getByRole("tab", { name: "Timeline" }).focus();
  await page.keyboard.press("End");
  await page.getByRole("radio", { name: "600×" }).check();
  await page.getByRole("button", { name: "Play" }).click();
  await waitForText(page, ".replay-score", "3–0", LOAD_TIMEOUT_MS);
  await waitForText(page, ".replay button", "Play again", LOAD_TIMEOUT_MS);
  assert.equal(await page.locator('.replay [data-kind="goal"]').count(), 3);
  assert.equal(await page.locator("#home-score").innerText(), "3", "the match itself is unchanged");
  assert.deepEqual(page.pageErrors, []);
});

test("line-ups are shown as they are entered", async (context) => {
  const server = await Server.start(context);
  const league = await createLeague(server);
  const page = await openPage(await newBrowserContext(context, browser), server, `/matches/${league.id}`);
  await page.getByRole("tab", { name: "Line-ups" }).click();
  const home = page.locator(".squad").first();
  await home.locator("li").nth(1).waitFor({ timeout: LOAD_TIMEOUT_MS });
  assert.equal(await home.locator("h3").count(), 0, "all players of the team before");
  await server.send("PUT", `/api/matches/${league.id}/lineups`, { home: { starting: [league.other], bench: [league.player], captain_id: league.other, shape: "4-3-3" } });
  await home.getByRole("heading", { name: "Bench" }).waitFor({ timeout: LOAD_TIMEOUT_MS });
  assert.deepEqual(await home.locator(".name").allInnerTexts(), ["Bo Silva (C)\ncaptain", "Ada Novak"]);
  assert.equal(await home.locator(".shape").innerText(), "4-3-3");
  const newcomer = await server.post(`/api/teams/${league.homeTeam}/players`, { name: "Cy Young", shirt_number: 3 });
  await server.send("PUT", `/api/matches/${league.id}/lineups`, { home: { starting: [newcomer.id] } });
  await home.getByText("Cy Young").waitFor({ timeout: LOAD_TIMEOUT_MS });
  assert.deepEqual(page.pageErrors, []);
});

test("tabs are used with the keyboard, as one tab stop", async (context) => {
  const server = await Server.start(context);
  const league = await createLeague(server);
  const page = await openPage(await newBrowserContext(context, browser), server, `/matches/${league.id}`);
  await page.getByRole("tab", { name: "Timeline" }).waitFor({ timeout: LOAD_TIMEOUT_MS });
  await page.getByRole("tab", { name: "Timeline" }).focus();
  const selectedTabTitle = () => page.locator('[role="tab"][aria-selected="true"]').innerText();
  for (const [key, title] of [["ArrowRight", "Statistics"], ["ArrowRight", "Line-ups"], ["ArrowRight", "Timeline"], ["ArrowLeft", "Line-ups"], ["Home", "Timeline"]]) {
    await page.keyboard.press(key);
    assert.equal(await selectedTabTitle(), title, key);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), title, key);
  }
  assert.equal(await page.locator('[role="tab"][tabindex="0"]').count(), 1);
});
