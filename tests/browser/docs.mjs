// The API documentation page: every operation is listed, found by a search, and linked to.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, recordPageErrors } from "./chromium.js";
import { Server } from "./server.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

test("operations are found, linked to, and shown with schemas and problems", async (context) => {
  const server = await Server.start(context);
  const browserContext = await browser.newContext({ viewport: { width: 320, height: 800 } });
  context.after(() => browserContext.close());
  const page = await browserContext.newPage();
  await recordPageErrors(page);
  await page.goto(`${server.url}/docs#post_events_id_purchases`);
  const one = page.locator("#post_events_id_purchases");
  await one.getByText("sold-out").waitFor();
  await one.getByRole("button", { name: "NewPurchase" }).click();
  assert.match(await one.textContent(), /ticket_type.*1 to 200 characters/);

  const document = await (await fetch(`${server.url}/api/openapi.json`)).json();
  const all = Object.values(document.paths).flatMap((item) => Object.keys(item)).length;
  assert.equal(await page.locator(".operation").count(), all);
  assert.ok(all > 80);
  await page.getByRole("searchbox").fill("sold-out");
  await page.getByText(`1 of ${all} operations`).waitFor();
  assert.equal(await page.locator(".operation").count(), 1);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  assert.deepEqual(page.pageErrors, []);
});
