// Requirements on every page: text stays text, accessibility, size.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { launch } from "./chromium.js";
import { startCountingProxy } from "./counting-proxy.js";
import { waitUntilLive, createLeague, newBrowserContext, openPage, LOAD_TIMEOUT_MS, waitForText, signIn } from "./league-fixture.js";
import { Server, waitFor } from "./server.js";
import { createSite, INJECTED_SELECTOR, HOSTILE_NAMES, allPages, expandAll, pageText } from "./site-fixture.js";

const FIRST_VIEW_BYTES = 100 * 1024;
const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

test("g10_hostile_text_in_every_field_is_text", async (context) => {
  const server = await Server.start(context);
  const site = await createSite(server, HOSTILE_NAMES);
  const visitors = await signedInAndAnonymous(context, server);
  for (const { path, ready, expectedTexts = [], isAnonymous = false, folded = false } of allPages(site)) {
    const page = await openPage(visitors[isAnonymous ? 1 : 0], server, path);
    await page.locator(ready).first().waitFor({ timeout: LOAD_TIMEOUT_MS });
    if (!folded) await expandAll(page);
    for (const field of expectedTexts) {
      await waitFor(async () => (await pageText(page)).includes(HOSTILE_NAMES[field].trim()), `${path} to show ${field} unchanged`);
    }
    assert.equal(await page.locator(INJECTED_SELECTOR).count(), 0, path);
    assert.deepEqual(page.pageErrors, [], path);
    await page.close();
  }
});

test("axe finds nothing serious on any page, light and dark, narrow and wide", { timeout: 900_000 }, async (context) => {
  const server = await Server.start(context);
  const site = await createSite(server);
  for (const width of [1280, 320]) {
    const visitors = await signedInAndAnonymous(context, server, { colorScheme: "light", viewport: { width, height: 800 }, reducedMotion: "reduce" });
    for (const { path, ready, isAnonymous = false, folded = false } of allPages(site)) {
      const page = await openPage(visitors[isAnonymous ? 1 : 0], server, path);
      await page.locator(ready).first().waitFor({ timeout: LOAD_TIMEOUT_MS });
      if (!folded) await expandAll(page);
      const tabs = await page.getByRole("tab").all();
      for (const tab of tabs.length > 0 ? tabs : [null]) {
        await tab?.click();
        assert.deepEqual(await accessibilityFindings(page), [], `${path}, light, ${width}`);
        await page.emulateMedia({ colorScheme: "dark" });
        assert.deepEqual(await accessibilityFindings(page, ["color-contrast"]), [], `${path}, dark, ${width}`); // other findings don't depend on the colour scheme
        await page.emulateMedia({ colorScheme: "light" });
        const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overhang <= 0, `${path} is ${overhang} px too wide for ${width}`);
      }
      await page.close();
    }
  }
});

/** A signed-in and a signed-out visitor. */
async function signedInAndAnonymous(context, server, options) {
  const [signedIn, anonymous] = [await newBrowserContext(context, browser, options), await newBrowserContext(context, browser, options)];
  await signIn(signedIn, server);
  return [signedIn, anonymous];
}

async function accessibilityFindings(page, rules) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((runOnly) => window.axe.run(document, { resultTypes: ["violations"], ...(runOnly && { runOnly }) }), rules);
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).slice(0, 3).join(" | ")}`);
}

test("the first view of a match's page is less than 100 KiB over the wire", async (context) => {
  const server = await Server.start(context);
  const league = await createLeague(server);
  await server.post(`/api/matches/${league.id}/start`, {});
  await server.recordGoal(league, 12);
  const counter = await startCountingProxy(context, server.port);
  const page = await openPage(await newBrowserContext(context, browser), { url: counter.url }, `/matches/${league.id}`);
  await waitUntilLive(page);
  await waitForText(page, ".timeline .who", "Ada Novak", LOAD_TIMEOUT_MS);
  await waitFor(() => page.evaluate(() => document.fonts.status === "loaded"), "the fonts");
  assert.ok(counter.bytes > 20 * 1024, "something was counted");
  assert.ok(counter.bytes < FIRST_VIEW_BYTES, `${counter.bytes} bytes`);
  context.diagnostic(`${counter.bytes} bytes`);
});
