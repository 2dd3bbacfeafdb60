// Buying tickets in Chromium: what is left, one purchase however often it is tapped, and one's own list.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch } from "./chromium.js";
import { league, newContext, open, OPENED_MS, shows, signIn } from "./league.js";
import { Server, until } from "./server.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** An event that sells two kinds, of one of which three are left. */
async function shop(context) {
  const server = await Server.start(context);
  const all = await league(server);
  const price = (amount) => ({ amount, currency: "EUR" });
  await server.send("PATCH", `/api/events/${all.event}`, {
    max_quantity: 6, ticket_types: [{ name: "adult", price: price(1_250), capacity: 3 }, { name: "child", price: price(500) }],
  });
  return { server, all, path: `/events/${all.event}/tickets` };
}

const bought = async (server) => (await server.send("GET", "/api/purchases")).items;
const landed = (page) => page.waitForURL(/\/purchases\/[0-9a-f-]{36}$/, { timeout: OPENED_MS });

test("a reader comes from the event's page, signs in, buys, and finds it again in a list", async (context) => {
  const { server, all } = await shop(context);
  const page = await open(await newContext(context, browser), server, `/events/${all.event}`);
  await page.getByRole("link", { name: "Tickets" }).click({ timeout: OPENED_MS });
  await shows(page, ".choice", "3 left", OPENED_MS);
  assert.equal(await page.getByRole("button", { name: "Buy" }).count(), 0, "nobody buys unknown");
  await page.getByLabel("Mail address").fill(server.credentials.email);
  await page.getByLabel("Password").fill(server.credentials.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Buy" }).waitFor({ timeout: OPENED_MS });
  await page.getByLabel("How many").selectOption("2");
  await shows(page, ".total", "€25.00");
  await page.getByRole("button", { name: "Buy" }).click();

  await landed(page);
  await shows(page, ".sum", "2 × adult · €25.00", OPENED_MS);
  await page.getByRole("link", { name: "All your tickets" }).click();
  await shows(page, ".bought", "2 × Adult · €25.00", OPENED_MS);
  await shows(page, ".bought", "Estuary League");
  await page.locator(".bought a").click();
  await landed(page);
  assert.deepEqual(page.faults, []);
});

test("g5_taps_at_once_and_an_answer_that_got_lost_buy_once", async (context) => {
  const { server, path } = await shop(context);
  const own = await newContext(context, browser);
  await signIn(own, server);
  const page = await open(own, server, path);
  await page.getByRole("button", { name: "Buy" }).waitFor({ timeout: OPENED_MS });
  let keys = [];
  let isLost = true;
  await page.route("**/api/events/*/purchases", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    const answer = await route.fetch();
    return isLost ? route.abort() : route.fulfill({ response: answer });
  });
  // Two at once, before anything is drawn anew.
  await page.getByRole("button", { name: "Buy" }).evaluate((button) => {
    button.click();
    button.click();
  });
  await shows(page, ".order .fault", "Nothing is bought twice", OPENED_MS);
  assert.equal(keys.length, 1, "the second tap sent nothing");
  assert.equal((await bought(server)).length, 1, "the server had it");

  await page.reload();
  isLost = false;
  await page.getByRole("button", { name: "Buy" }).click({ timeout: OPENED_MS });
  await landed(page);
  const [first, ...others] = await bought(server);
  assert.equal(others.length, 0);
  assert.ok(page.url().endsWith(first.id));
  assert.deepEqual(keys, [keys[0], keys[0]]);

  await page.goBack();
  await page.getByRole("button", { name: "Buy" }).click({ timeout: OPENED_MS });
  await until(async () => (await bought(server)).length === 2, "another purchase, which is meant", OPENED_MS);
});

test("what is sold meanwhile is said, and can't be chosen any more", async (context) => {
  const { server, all, path } = await shop(context);
  const own = await newContext(context, browser);
  await signIn(own, server);
  const page = await open(own, server, path);
  await page.getByLabel("How many").selectOption("3", { timeout: OPENED_MS });
  await server.post(`/api/events/${all.event}/purchases`, { ticket_type: "adult", quantity: 2 });
  await page.getByRole("button", { name: "Buy" }).click();
  await shows(page, ".order .fault", "Only 1 ticket (adult) is left.");
  await shows(page, ".choice", "1 left");
  await server.post(`/api/events/${all.event}/purchases`, { ticket_type: "adult", quantity: 1 });
  await page.getByRole("button", { name: "Buy" }).click();
  await shows(page, '.choice[data-gone="yes"]', "Sold out");
  assert.equal(await page.getByRole("radio", { name: "Adult" }).isDisabled(), true);
  await shows(page, ".total", "Choose what to buy.");
  assert.equal(await page.getByRole("button", { name: "Buy" }).isDisabled(), true, "nobody is sold another kind");
  await page.getByRole("radio", { name: "Child" }).check();
  await shows(page, ".total", "€15.00"); // three, as before
  await page.getByLabel("How many").selectOption("6");
  await page.getByRole("button", { name: "Buy" }).click();
  await landed(page);
  await shows(page, ".sum", "6 × child · €30.00", OPENED_MS);
  assert.deepEqual(page.faults, []);
});

test("a private event's tickets are for those who may see it", async (context) => {
  const { server, all, path } = await shop(context);
  await server.send("PATCH", `/api/events/${all.event}`, { visibility: "private" });
  const page = await open(await newContext(context, browser), server, path);
  await shows(page, "#notice", "Sign in to see this event.", OPENED_MS);
  assert.equal(await page.locator(".choice").count(), 0);
  const list = await open(await newContext(context, browser), server, "/purchases");
  await shows(list, ".sign-in", "Tickets are shown to their buyer.", OPENED_MS);
  assert.deepEqual([...page.faults, ...list.faults], []);
});
