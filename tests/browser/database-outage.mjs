// A server that can't reach its database: pages go stale, though the stream stays open, and recover.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launch } from "./browsers.js";
import { Postgres } from "./postgres.js";
import { Server, waitFor } from "./server.js";

const STALE_TIMEOUT_MS = 30_000; // the server notices within seconds; a busy machine takes longer
const HEARTBEAT_SECONDS = "2";

for (const kind of ["chrome", "firefox"]) {
  describe(kind, () => {
    let browser;
    before(async () => (browser = await launch(kind)));
    after(() => browser?.close());

    async function openMatch(context, url) {
      const profile = await browser.createBrowserContext();
      context.after(() => profile.close().catch(() => {}));
      const page = await profile.newPage();
      await page.goto(url);
      return page;
    }

    const waitForTextMatching = (page, selector, text) =>
      waitFor(() => page.evaluate((selector, text) => {
        const found = document.querySelector(selector);
        return Boolean(found && !found.hidden && new RegExp(text).test(found.textContent));
      }, selector, text), `${selector} to say ${text}`, STALE_TIMEOUT_MS);

    test("g8_a_page_is_not_live_while_the_database_is_out_of_reach", { timeout: 150_000 }, async (context) => {
      const postgres = await Postgres.start(context);
      const settings = { TOUCHLINE_DATABASE_URL: postgres.url, TOUCHLINE_HEARTBEAT_SECONDS: HEARTBEAT_SECONDS };
      const server = await Server.start(context, { settings });
      const game = await server.startFootballMatch();
      const match = await openMatch(context, `${server.url}/matches/${game.id}`);
      const display = await openMatch(context, `${server.url}/matches/${game.id}/hd`);
      await waitForTextMatching(match, "#connection", "^Live$");
      await waitForTextMatching(display, "#home-score", "^0$");
      const raw = await openMatch(context, `${server.url}/docs`);
      await raw.evaluate((id) => {
        globalThis.observed = { opened: 0, live: false, stale: 0, ends: [] };
        const source = (globalThis.source = new EventSource(`/api/matches/${id}/stream/`)); // a global, so that it isn't garbage-collected
        source.onopen = () => (globalThis.observed.opened += 1);
        source.addEventListener("live", () => (globalThis.observed.live = true));
        source.onerror = () => globalThis.observed.ends.push(`error, ${source.readyState}`);
        source.addEventListener("bye", ({ data }) => globalThis.observed.ends.push(data));
        source.addEventListener("heartbeat", ({ data }) => (globalThis.observed.stale += Number("stale_since" in JSON.parse(data))));
      }, game.id);
      await waitFor(() => raw.evaluate(() => globalThis.observed.live), "all stored messages", STALE_TIMEOUT_MS);

      await postgres.stop();
      await waitForTextMatching(match, "#connection", "^Reconnecting since \\d+:\\d\\d");
      await waitForTextMatching(display, "#lost", "\\d+:\\d\\d");
      await waitFor(async () => {
        const { stale, ends } = await raw.evaluate(() => globalThis.observed);
        assert.deepEqual(ends, [], "the stream stays");
        return stale > 1;
      }, "heartbeats that say so", STALE_TIMEOUT_MS);
      for (const page of [match, display]) assert.equal(await page.$eval("#home-score", (score) => score.textContent), "0", "its state is kept");

      await postgres.run();
      await waitForTextMatching(match, "#connection", "^Live$");
      await waitFor(() => display.evaluate(() => document.querySelector("#lost").hidden), "the display to recover", STALE_TIMEOUT_MS);
      await waitFor(() => server.recordGoal(game, 12).then(() => true, () => false), "a write to get through", STALE_TIMEOUT_MS);
      for (const page of [match, display]) await waitForTextMatching(page, "#home-score", "^1$");
      assert.equal(await raw.evaluate(() => globalThis.observed.opened), 1, "the stream went on all the time");
    });
  });
}
