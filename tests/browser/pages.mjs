// The pages of events, teams, purchases and matches in Chromium: what they show, and when.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch } from "./chromium.js";
import { announce, buy, isLive, league, newContext, open, OPENED_MS, shows, SOON_MS } from "./league.js";
import { Server, until } from "./server.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

test("an event's page shows a result and the new table within two seconds", async (context) => {
  const server = await Server.start(context);
  const all = await league(server);
  const page = await open(await newContext(context, browser), server, `/events/${all.event}`);
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
  const page = await open(await newContext(context, browser), server, `/events/${all.event}`);
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
  const own = await newContext(context, browser);
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
  const page = await open(await newContext(context, browser), server, `/teams/${all.homeTeam}`);
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
  const page = await open(await newContext(context, browser), server, `/purchases/${id}`);
  await shows(page, "#notice", "Sign in", OPENED_MS);

  await page.getByLabel("Mail address").fill("bo@example.org");
  await page.getByLabel("Password").fill("another long password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await shows(page, "#notice", "another buyer's", OPENED_MS);
  assert.equal(await page.locator(".ticket").count(), 0);

  await page.getByLabel("Mail address").fill(server.credentials.email);
  await page.getByLabel("Password").fill("not this one");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator(".sign-in .fault:not(:empty)").waitFor({ timeout: OPENED_MS });
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
  const page = await open(await newContext(context, browser), server, `/matches/${all.id}`);
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
  const page = await open(await newContext(context, browser), server, `/matches/${all.id}`);
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
