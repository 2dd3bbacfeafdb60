// Streams through nginx in Chromium and Firefox: with an unreachable server, refusals, and buffering.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launch, StreamTab } from "./browsers.js";
import { PlainNginx } from "./plain-nginx.js";
import { Server } from "./server.js";

const RECOVERY_TIMEOUT_MS = 60_000; // `retry`, back-off, and a machine that also compiles

for (const kind of ["chrome", "firefox"]) {
  describe(kind, () => {
    let browser;
    before(async () => (browser = await launch(kind)));
    after(() => browser?.close());

    /** A tab that follows a match through nginx, and has received a goal. */
    async function follow(context, options) {
      const server = await Server.start(context);
      const game = await server.startFootballMatch();
      const nginx = await PlainNginx.before(context, server, options);
      const profile = await browser.createBrowserContext();
      context.after(() => profile.close().catch(() => {}));
      const tab = await StreamTab.open(context, profile, nginx.url);
      await tab.follow([`match_${game.id}`]);
      await tab.waitForState("live", RECOVERY_TIMEOUT_MS);
      const first = await server.recordGoal(game, 1);
      await tab.waitForSeq(first, RECOVERY_TIMEOUT_MS);
      return { server, game, nginx, tab, first };
    }

    /** Whether the browser's own `EventSource` gives up at such a response, unlike our client. */
    const givesUp = (tab, game) =>
      tab.page.evaluate((path) => new Promise((resolve) => {
        const source = new EventSource(path);
        source.onerror = () => resolve(source.readyState === EventSource.CLOSED);
      }), `/api/matches/${game.id}/stream/`);

    test("g3_a_client_recovers_from_a_502_of_nginx_while_the_server_is_down", async (context) => {
      const { server, game, nginx, tab, first } = await follow(context);
      await server.stop("SIGKILL");
      assert.equal(await nginx.status("/api/matches"), 502);
      await tab.waitForState("stale", RECOVERY_TIMEOUT_MS);
      assert.equal(await givesUp(tab, game), true, "a 502 ends an EventSource for good");
      await server.run();
      const last = await server.recordGoal(game, 2);
      await tab.waitForSeq(last, RECOVERY_TIMEOUT_MS);
      await tab.assertExactMessages(first, last);
    });

    test("g3_a_client_recovers_from_a_503_of_nginx_and_reports_a_401", async (context) => {
      const { server, game, nginx, tab, first } = await follow(context);
      await nginx.answer(503);
      await server.restart();
      await tab.waitForState("stale", RECOVERY_TIMEOUT_MS);
      assert.equal(await givesUp(tab, game), true);
      await nginx.answer(null);
      const last = await server.recordGoal(game, 2);
      await tab.waitForSeq(last, RECOVERY_TIMEOUT_MS);
      await nginx.answer(401);
      await server.restart();
      await tab.waitForState("refused", RECOVERY_TIMEOUT_MS);
      assert.equal(await tab.page.evaluate(() => globalThis.states.at(-1)), "refused 401");
      await tab.assertExactMessages(first, last);
    });

    test("messages that nginx buffers arrive by long-polling", async (context) => {
      const { server, game, nginx, tab, first } = await follow(context, { buffersStreams: true });
      const streamed = await collect(context, `${nginx.url}/api/matches/${game.id}/stream/?snapshot=never`);
      await server.recordGoal(game, 2);
      const last = await server.recordGoal(game, 3);
      await tab.waitForSeq(last, RECOVERY_TIMEOUT_MS);
      await tab.assertExactMessages(first, last);
      assert.equal(streamed(), "", "nothing came through the stream");
    });
  });
}

/** Reads a stream; returns a function for the text so far. */
async function collect(context, url) {
  let text = "";
  const end = new AbortController();
  context.after(() => end.abort());
  fetch(url, { signal: end.signal }).then(async ({ body }) => {
    for await (const bytes of body) text += Buffer.from(bytes).toString();
  }).catch(() => {});
  return () => text;
}
