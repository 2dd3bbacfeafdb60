// A malformed row doesn't break a page, which shows a placeholder instead.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch } from "./chromium.js";
import { startRewritingProxy } from "./rewriting-proxy.js";
import { newBrowserContext, openPage, LOAD_TIMEOUT_MS, signIn } from "./league-fixture.js";
import { Server, waitFor } from "./server.js";
import { createSite, allPages, expandAll, pageText } from "./site-fixture.js";

const NAMES = {
  event: "Estuary League", home: "Albion", away: "Borough", player: "Ada Novak", venue: "The Quay", ticket: "adult",
  short: "ABC", person: "Bo Silva", title: "Lightning", message: "Please leave the open stand.", text: "From thirty yards", reason: "Heavy rain",
};
const SKIPPED = /^\/(docs|scorer)/; // they show no times from the server

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

for (const invalid of ["+10000-01-01T04:59:59.000Z", 1e300]) {
  test(`every page survives ${invalid} in place of every time`, { timeout: 300_000 }, async (context) => {
    const server = await Server.start(context);
    const site = await createSite(server, NAMES);
    const rewrite = (row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, /(^|_)at$/.test(name) && typeof value === "string" ? invalid : value]));
    await visit(context, server, site, rewrite, async (page, { path, expectedTexts = [] }) => {
      for (const field of expectedTexts) {
        await waitFor(async () => (await pageText(page)).includes(NAMES[field]), `${path} to show ${field}`);
      }
      assert.doesNotMatch(await pageText(page), /NaN|Invalid Date/, path);
    });
  });
}

test("every page survives rows without the fields that it shows", { timeout: 300_000 }, async (context) => {
  const server = await Server.start(context);
  const site = await createSite(server, NAMES);
  const taken = new Set([site.next]);
  const rewrite = (row) => {
    if (taken.has(row.id) && row.home_team_id) return { ...row, teams: null, starts_at: { what: "is this" }, score: null, result: 7 };
    // Rows of a schedule have no id of their own.
    if ((!row.id || taken.has(row.id)) && row.home?.team_id) return { ...row, home: null, starts_at: { what: "is this" }, result: 7 };
    if (row.event_id && row.priority === "normal") return { ...row, type: null, team_ids: null, created_at: [] };
    if (row.kind === "goal" && row.confirmation === "cancelled") return { ...row, kind: null, reason: 7 };
    if (row.position === 2) return { ...row, difference: undefined, team: { name: "none" } };
    return row;
  };
  await visit(context, server, site, rewrite, async (page, { path, expectedTexts = [] }) => {
    const text = await pageText(page);
    if (/^\/(events|teams)\/\d+$/.test(path)) assert.match(text, /–/, `${path} has a placeholder`);
    if (expectedTexts.includes("home")) assert.ok(text.includes(NAMES.home), path);
  });
  const page = await openPage(await newBrowserContext(context, browser), { url: await startRewritingProxy(context, server, rewrite) }, `/matches/${site.next}`);
  await page.locator("#more, nav[aria-label=More]").first().waitFor({ timeout: LOAD_TIMEOUT_MS });
  assert.deepEqual(page.pageErrors, []);
});

/** Opens and unfolds each page, and runs a check. */
async function visit(context, server, site, rewrite, check) {
  const url = await startRewritingProxy(context, server, rewrite);
  const [signedIn, anonymous] = [await newBrowserContext(context, browser), await newBrowserContext(context, browser)];
  await signIn(signedIn, server);
  for (const one of allPages(site)) {
    if (SKIPPED.test(one.path)) continue;
    const page = await openPage(one.isAnonymous ? anonymous : signedIn, { url }, one.path);
    await page.locator(one.ready).first().waitFor({ timeout: LOAD_TIMEOUT_MS }).catch((error) => assert.fail(`${one.path}: ${error.message} ${page.pageErrors}`));
    if (!one.folded) await expandAll(page);
    await check(page, one);
    assert.deepEqual(page.pageErrors, [], one.path);
    await page.close();
  }
}
