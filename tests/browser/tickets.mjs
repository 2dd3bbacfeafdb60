// Buying tickets in Chromium: availability, one purchase however often it is tapped, and the list.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch } from "./chromium.js";
import { createLeague, newBrowserContext, openPage, LOAD_TIMEOUT_MS, waitForText, signIn } from "./league-fixture.js";
import { Server, waitFor } from "./server.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** An event that sells two types, one of them limited to three. */
async function createShop(context) {
  const server = await Server.start(context);
  const league = await createLeague(server);
  const price = (amount) => ({ amount, currency: "EUR" });
  await server.send("PATCH", `/api/events/${league.event}`, {
    max_quantity: 6, ticket_types: [{ name: "adult", price: price(1_250), capacity: 3 }, { name: "child", price: price(500) }],
  });
  return { server, league, path: `/events/${league.event}/tickets` };
}

const listPurchases = async (server) => (await server.send("GET", "/api/purchases")).items;
const waitForPurchasePage = (page) => page.waitForURL(/\/purchases\/[0-9a-f-]{36}$/, { timeout: LOAD_TIMEOUT_MS });

test("a visitor comes from the event's page, signs in, buys, and finds the purchase in a list", async (context) => {
  const { server, league } = await createShop(context);
  const page = await openPage(await newBrowserContext(context, browser), server, `/events/${league.event}`);
  await page.getByRole("link", { name: "Tickets" }).click({ timeout: LOAD_TIMEOUT_MS });
  await waitForText(page, ".choice", "3 left", LOAD_TIMEOUT_MS);
  assert.equal(await page.getByRole("button", { name: "Buy" }).count(), 0, "nobody buys unseen");
  await page.getByLabel("Email address").fill(server.credentials.email);
  await page.getByLabel("Password").fill(server.credentials.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Buy" }).waitFor({ timeout: LOAD_TIMEOUT_MS });
  await page.getByLabel("How many").selectOption("2");
  await waitForText(page, ".total", "€25.00");
  await page.getByRole("button", { name: "Buy" }).click();

  await waitForPurchasePage(page);
  await waitForText(page, ".sum", "2 × adult · €25.00", LOAD_TIMEOUT_MS);
  await page.getByRole("link", { name: "All your tickets" }).click();
  await waitForText(page, ".purchases", "2 × Adult · €25.00", LOAD_TIMEOUT_MS);
  await waitForText(page, ".purchases", "Estuary League");
  await page.locator(".purchases a").click();
  await waitForPurchasePage(page);
  assert.deepEqual(page.pageErrors, []);
});

test("g5_double_taps_and_a_lost_answer_buy_once", async (context) => {
  const { server, path } = await createShop(context);
  const browserContext = await newBrowserContext(context, browser);
  await signIn(browserContext, server);
  const page = await openPage(browserContext, server, path);
  await page.getByRole("button", { name: "Buy" }).waitFor({ timeout: LOAD_TIMEOUT_MS });
  let keys = [];
  let isLost = true;
  await page.route("**/api/events/*/purchases", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    const answer = await route.fetch();
    return isLost ? route.abort() : route.fulfill({ response: answer });
  });
  // Two taps before the next rendering.
  await page.getByRole("button", { name: "Buy" }).evaluate((button) => {
    button.click();
    button.click();
  });
  await waitForText(page, ".order .error", "Nothing is bought twice", LOAD_TIMEOUT_MS);
  assert.equal(keys.length, 1, "the second tap sent nothing");
  assert.equal((await listPurchases(server)).length, 1, "the server has recorded it");

  await page.reload();
  isLost = false;
  await page.getByRole("button", { name: "Buy" }).click({ timeout: LOAD_TIMEOUT_MS });
  await waitForPurchasePage(page);
  const [first, ...others] = await listPurchases(server);
  assert.equal(others.length, 0);
  assert.ok(page.url().endsWith(first.id));
  assert.deepEqual(keys, [keys[0], keys[0]]);

  await page.goBack();
  await page.getByRole("button", { name: "Buy" }).click({ timeout: LOAD_TIMEOUT_MS });
  await waitFor(async () => (await listPurchases(server)).length === 2, "an intended second purchase", LOAD_TIMEOUT_MS);
});

test("tickets sold meanwhile are reported, and can no longer be chosen", async (context) => {
  const { server, league, path } = await createShop(context);
  const browserContext = await newBrowserContext(context, browser);
  await signIn(browserContext, server);
  const page = await openPage(browserContext, server, path);
  await page.getByLabel("How many").selectOption("3", { timeout: LOAD_TIMEOUT_MS });
  await server.post(`/api/events/${league.event}/purchases`, { ticket_type: "adult", quantity: 2 });
  await page.getByRole("button", { name: "Buy" }).click();
  await waitForText(page, ".order .error", "Only 1 ticket (adult) is left.");
  await waitForText(page, ".choice", "1 left");
  await server.post(`/api/events/${league.event}/purchases`, { ticket_type: "adult", quantity: 1 });
  await page.getByRole("button", { name: "Buy" }).click();
  await waitForText(page, '.choice[data-gone="yes"]', "Sold out");
  assert.equal(await page.getByRole("radio", { name: "Adult" }).isDisabled(), true);
  await waitForText(page, ".total", "Choose what to buy.");
  assert.equal(await page.getByRole("button", { name: "Buy" }).isDisabled(), true, "no other type is preselected");
  await page.getByRole("radio", { name: "Child" }).check();
  await waitForText(page, ".total", "€15.00"); // still three
  await page.getByLabel("How many").selectOption("6");
  await page.getByRole("button", { name: "Buy" }).click();
  await waitForPurchasePage(page);
  await waitForText(page, ".sum", "6 × child · €30.00", LOAD_TIMEOUT_MS);
  assert.deepEqual(page.pageErrors, []);
});

test("a private event shows its tickets only to those who may see it", async (context) => {
  const { server, league, path } = await createShop(context);
  await server.send("PATCH", `/api/events/${league.event}`, { visibility: "private" });
  const page = await openPage(await newBrowserContext(context, browser), server, path);
  await waitForText(page, "#notice", "Sign in to see this event.", LOAD_TIMEOUT_MS);
  assert.equal(await page.locator(".choice").count(), 0);
  const list = await openPage(await newBrowserContext(context, browser), server, "/purchases");
  await waitForText(list, ".sign-in", "Tickets are shown to their buyer.", LOAD_TIMEOUT_MS);
  assert.deepEqual([...page.pageErrors, ...list.pageErrors], []);
});
