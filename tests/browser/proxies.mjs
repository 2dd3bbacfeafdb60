// Streams through a real nginx in Chromium and Firefox: when its server is away, refuses, or is held back.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launch, Tab } from "./browsers.js";
import { Nginx } from "./nginx.js";
import { Server } from "./server.js";

const RECOVERED_MS = 60_000; // `retry`, back-off, and a machine that also compiles

for (const kind of ["chrome", "firefox"]) {
  describe(kind, () => {
    let browser;
    before(async () => (browser = await launch(kind)));
    after(() => browser?.close());

    /** A tab that follows a match through nginx, and has seen a goal. */
    async function follow(context, how) {
      const server = await Server.start(context);
      const game = await server.liveMatch();
      const nginx = await Nginx.before(context, server, how);
      const profile = await browser.createBrowserContext();
      context.after(() => profile.close().catch(() => {}));
      const tab = await Tab.open(context, profile, nginx.url);
      await tab.follow([`match_${game.id}`]);
      await tab.is("live", RECOVERED_MS);
      const first = await server.goal(game, 1);
      await tab.has(first, RECOVERED_MS);
      return { server, game, nginx, tab, first };
    }

    /** The browser's own `EventSource` gives up at such an answer, which is why the client has to do more. */
    const givesUp = (tab, game) =>
      tab.page.evaluate((path) => new Promise((resolve) => {
        const source = new EventSource(path);
        source.onerror = () => resolve(source.readyState === EventSource.CLOSED);
      }), `/api/matches/${game.id}/stream/`);

    test("g3_a_502_of_nginx_while_its_server_is_away_is_waited_out", async (context) => {
      const { server, game, nginx, tab, first } = await follow(context);
      await server.stop("SIGKILL");
      assert.equal(await nginx.status("/api/matches"), 502);
      await tab.is("stale", RECOVERED_MS);
      assert.equal(await givesUp(tab, game), true, "a 502 ends an EventSource for good");
      await server.run();
      const last = await server.goal(game, 2);
      await tab.has(last, RECOVERED_MS);
      await tab.toldExactly(first, last);
    });

    test("g3_a_503_of_nginx_is_waited_out_and_a_401_is_said", async (context) => {
      const { server, game, nginx, tab, first } = await follow(context);
      await nginx.answer(503);
      await server.restart();
      await tab.is("stale", RECOVERED_MS);
      assert.equal(await givesUp(tab, game), true);
      await nginx.answer(null);
      const last = await server.goal(game, 2);
      await tab.has(last, RECOVERED_MS);
      await nginx.answer(401);
      await server.restart();
      await tab.is("refused", RECOVERED_MS);
      assert.equal(await tab.page.evaluate(() => globalThis.states.at(-1)), "refused 401");
      await tab.toldExactly(first, last);
    });

    test("what nginx holds back comes by asking", async (context) => {
      const { server, game, nginx, tab, first } = await follow(context, { held: true });
      const streamed = await collect(context, `${nginx.url}/api/matches/${game.id}/stream/?snapshot=never`);
      await server.goal(game, 2);
      const last = await server.goal(game, 3);
      await tab.has(last, RECOVERED_MS);
      await tab.toldExactly(first, last);
      assert.equal(streamed(), "", "nothing that streams came through");
    });
  });
}

/** Reads a stream; gives what has come of it so far. */
async function collect(context, url) {
  let text = "";
  const end = new AbortController();
  context.after(() => end.abort());
  fetch(url, { signal: end.signal }).then(async ({ body }) => {
    for await (const bytes of body) text += Buffer.from(bytes).toString();
  }).catch(() => {});
  return () => text;
}
