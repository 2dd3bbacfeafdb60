// Streams and the outbox in Chromium and Firefox: many tabs, dead networks, and what proxies do.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { launch, Tab } from "./browsers.js";
import { Server, until } from "./server.js";
import { Tunnel } from "./tunnel.js";

const SOON_MS = 2_000;
const RECOVERED_MS = 20_000; // the longest `retry`, and the browser's own patience
const REPLACED_MS = 12_000; // five seconds to notice, the lock, and the way back
const OFFLINE_MS = 20_000;
const WAYS = { worker: [], leader: ["SharedWorker"], alone: ["SharedWorker", "BroadcastChannel"] };

/** How many streams the server has open. */
async function openStreams(server) {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const counts = [...metrics.matchAll(/^touchline_streams_open\{[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

for (const kind of ["chrome", "firefox"]) {
  describe(kind, () => {
    let browser;
    before(async () => (browser = await launch(kind)));
    after(() => browser?.close());

    /** Tabs of one profile that follow a match, all live; `way` is what the browser lets them share. */
    async function follow(context, { way = "worker", count = 1, through = null } = {}) {
      const server = await Server.start(context);
      const game = await server.liveMatch();
      const { url } = through ? await through(server) : server;
      const profile = await browser.createBrowserContext();
      context.after(() => profile.close().catch(() => {}));
      const tabs = [];
      for (let at = 0; at < count; at += 1) {
        const tab = await Tab.open(context, profile, url, { without: WAYS[way] });
        await tab.follow([`match_${game.id}`]);
        tabs.push(tab);
      }
      for (const tab of tabs) await tab.is("live");
      return { server, game, profile, url, tabs };
    }

    for (const way of ["worker", "leader"]) {
      test(`eight tabs over HTTP/1.1 share one stream (${way}), and the eighth can still write`, async (context) => {
        const { server, game, tabs } = await follow(context, { way, count: 8 });
        assert.equal(await openStreams(server), 1);
        const first = await server.goal(game, 1);
        for (const tab of tabs) await tab.has(first, SOON_MS);
        const status = await tabs[7].page.evaluate(async () => {
          const body = JSON.stringify({ email: "admin@example.org", password: "correct horse battery staple" });
          const headers = { "Content-Type": "application/json" };
          return (await fetch("/api/auth/login", { method: "POST", headers, body, signal: AbortSignal.timeout(2_000) })).status;
        });
        assert.equal(status, 200);
        for (const tab of tabs) await tab.toldExactly(first, first);
      });
    }

    test("another tab with other topics is whole, and those before it lose nothing", async (context) => {
      const { server, game, profile, url, tabs } = await follow(context);
      const first = await server.goal(game, 1);
      const other = await Tab.open(context, profile, url);
      await other.follow([`match_${game.id}`, `team_${game.homeTeam}_schedule`]);
      await server.goal(game, 2);
      // A private topic that nobody may read is left out; the match goes on for both.
      const refusals = () => other.page.evaluate(() => globalThis.refusals);
      await until(async () => (await refusals()).length > 0, "the refusal");
      assert.deepEqual(await refusals(), [`team_${game.homeTeam}_schedule 401`]);
      const last = await server.goal(game, 3);
      for (const tab of [tabs[0], other]) await tab.has(last, RECOVERED_MS);
      await tabs[0].toldExactly(first, last);
      const [begin, ...rest] = await other.told();
      assert.equal(begin.type, "snapshot");
      assert.deepEqual(rest.map(({ seq }) => seq), Array.from(rest, (_, at) => begin.seq + 1 + at));
      assert.equal(await openStreams(server), 1);
    });

    test("a leader that closes is replaced; nothing is lost, nothing twice", async (context) => {
      const { server, game, tabs } = await follow(context, { way: "leader", count: 3 });
      const first = await server.goal(game, 1);
      for (const tab of tabs) await tab.has(first, SOON_MS);
      const [leader, ...others] = tabs;
      await leader.page.close();
      await server.goal(game, 2);
      const last = await server.goal(game, 3);
      for (const tab of others) await tab.has(last, REPLACED_MS);
      for (const tab of others) await tab.toldExactly(first, last);
      assert.equal(await openStreams(server), 1);
    });

    if (kind === "chrome") {
      test("a leader that freezes is replaced, and follows when it thaws", async (context) => {
        const { server, game, tabs } = await follow(context, { way: "leader", count: 2 });
        const first = await server.goal(game, 1);
        for (const tab of tabs) await tab.has(first, SOON_MS);
        const session = await tabs[0].page.createCDPSession();
        await tabs[1].page.bringToFront();
        await session.send("Page.setWebLifecycleState", { state: "frozen" });
        const last = await server.goal(game, 2);
        await tabs[1].has(last, REPLACED_MS);
        await session.send("Page.setWebLifecycleState", { state: "active" });
        await tabs[0].page.bringToFront();
        await tabs[0].has(last, REPLACED_MS);
        const later = await server.goal(game, 3);
        for (const tab of tabs) await tab.has(later, REPLACED_MS);
        for (const tab of tabs) await tab.toldExactly(first, later);
        await until(async () => (await openStreams(server)) === 1, "one stream");
      });
    }

    test("reload, and back and forward, go on from the cursor", async (context) => {
      const { server, game, tabs: [tab] } = await follow(context);
      const topics = [`match_${game.id}`];
      const first = await server.goal(game, 1);
      await tab.has(first, SOON_MS);
      await tab.page.reload({ waitUntil: "domcontentloaded" });
      await server.goal(game, 2);
      await tab.follow(topics);
      const third = await server.goal(game, 3);
      await tab.has(third);
      await tab.goto("/assets/client/world.js");
      await server.goal(game, 4);
      await tab.page.evaluate(() => setTimeout(() => history.back()));
      const isBack = () => tab.page.evaluate(() => location.pathname.endsWith("wire.js") && document.readyState !== "loading");
      await until(() => isBack().catch(() => false), "the page before");
      // It may be the page as it was, or one that is made anew.
      if (!(await tab.page.evaluate(() => "stream" in globalThis))) await tab.follow(topics);
      const last = await server.goal(game, 5);
      await tab.has(last, RECOVERED_MS);
      await tab.toldExactly(first, last);
    });

    test("a tab behind another one misses nothing, and is live when it is shown again", async (context) => {
      const { server, game, profile, url, tabs: [tab] } = await follow(context);
      const first = await server.goal(game, 1);
      await tab.has(first, SOON_MS);
      const other = await Tab.open(context, profile, url);
      await other.page.bringToFront();
      await until(() => tab.page.evaluate(() => document.visibilityState === "hidden"), "the tab to be hidden");
      await server.restart(); // what it had is gone, and nobody looks
      await server.goal(game, 2);
      await tab.page.bringToFront();
      const last = await server.goal(game, 3);
      await tab.has(last, RECOVERED_MS);
      await tab.is("live");
      await tab.toldExactly(first, last);
    });

    test("g3_a_server_that_is_killed_and_restarted_is_found_again", async (context) => {
      const { server, game, tabs } = await follow(context, { count: 2 });
      const first = await server.goal(game, 1);
      for (const tab of tabs) await tab.has(first, SOON_MS);
      await server.stop("SIGKILL");
      for (const tab of tabs) await tab.is("stale", SOON_MS);
      await server.run();
      const last = await server.goal(game, 2);
      for (const tab of tabs) await tab.has(last, RECOVERED_MS);
      for (const tab of tabs) await tab.toldExactly(first, last);
    });

    test("g3_twenty_seconds_offline_lose_nothing_and_repeat_nothing", async (context) => {
      let tunnel;
      const through = async (server) => (tunnel = await Tunnel.to(context, server.url));
      const { server, game, profile, url, tabs } = await follow(context, { through });
      const alone = await Tab.open(context, profile, url, { without: WAYS.alone });
      await alone.follow([`match_${game.id}`]);
      tabs.push(alone);
      await alone.is("live");
      const first = await server.goal(game, 1);
      for (const tab of tabs) await tab.has(first, SOON_MS);
      tunnel.become("cut");
      for (const tab of tabs) await tab.is("stale", SOON_MS);
      await server.goal(game, 2);
      await pause(OFFLINE_MS);
      const last = await server.goal(game, 3);
      tunnel.become("open");
      for (const tab of tabs) await tab.has(last, RECOVERED_MS + 30_000);
      for (const tab of tabs) await tab.toldExactly(first, last);
    });

    test("a 503 is waited out, a 401 is said", async (context) => {
      let tunnel;
      const through = async (server) => (tunnel = await Tunnel.to(context, server.url));
      const { server, game, tabs: [tab] } = await follow(context, { through });
      const first = await server.goal(game, 1);
      await tab.has(first, SOON_MS);
      tunnel.become(503);
      await tab.is("stale");
      await pause(SOON_MS); // long enough to be answered with it
      tunnel.become("open");
      const last = await server.goal(game, 2);
      await tab.has(last, RECOVERED_MS);
      tunnel.become(401);
      await tab.is("refused", RECOVERED_MS);
      assert.equal(await tab.page.evaluate(() => globalThis.states.at(-1)), "refused 401");
      await tab.toldExactly(first, last);
    });

    test("a proxy that holds streams back is polled", async (context) => {
      let tunnel;
      const through = async (server) => {
        tunnel = await Tunnel.to(context, server.url);
        tunnel.become("held");
        return tunnel;
      };
      const { server, game, tabs: [tab] } = await follow(context, { through });
      const first = await server.goal(game, 1);
      await server.goal(game, 2);
      const last = await server.goal(game, 3);
      await tab.has(last, RECOVERED_MS);
      await tab.toldExactly(first, last);
    });

    test("g5_what_a_scorer_recorded_offline_arrives_once_and_in_order_from_two_other_tabs", async (context) => {
      let tunnel;
      const through = async (server) => (tunnel = await Tunnel.to(context, server.url));
      const { server, game, profile, url, tabs: [tab] } = await follow(context, { through });
      await signIn(tab.page);
      await openOutbox(tab.page, game.id);
      await record(tab.page, game, 1);
      await emptied(tab.page);

      tunnel.become("cut");
      await record(tab.page, game, 2, 3, -1, 4);
      assert.equal(await tab.page.evaluate(() => globalThis.outbox.keeping), "disk");
      await tab.page.close();
      tunnel.become("open"); // the scripts of a new tab come over the network too
      const [again, twin] = [await Tab.open(context, profile, url), await Tab.open(context, profile, url)];
      await Promise.all([openOutbox(again.page, game.id), openOutbox(twin.page, game.id)]);
      await record(again.page, game, 5);
      for (const one of [again, twin]) await emptied(one.page);

      const { items } = await server.send("GET", `/api/matches/${game.id}/incidents`);
      const recorded = [...items].sort((one, other) => one.id - other.id);
      assert.deepEqual(recorded.map(({ minute }) => minute), [1, 2, 3, 4, 5]);
      const refused = () => again.page.evaluate(() => globalThis.outbox.entries.map(({ state, body, problem }) => [state, body.minute, problem.status]));
      await until(async () => (await refused()).length === 1, "the refused one");
      assert.deepEqual(await refused(), [["refused", -1, 422]]);
    });
  });
}

const signIn = (page) =>
  page.evaluate(async () => {
    const body = JSON.stringify({ email: "admin@example.org", password: "correct horse battery staple" });
    await fetch("/api/auth/login", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  });

const openOutbox = (page, matchId) =>
  page.evaluate(async (id) => {
    const { Outbox } = await import("/assets/client/outbox.js");
    globalThis.outbox = new Outbox(id);
  }, matchId);

const record = (page, game, ...minutes) =>
  page.evaluate(async (team, all) => {
    const body = { kind: "goal", team_id: team, period: "first_half" };
    for (const minute of all) await globalThis.outbox.add("incidents", { ...body, minute });
  }, game.homeTeam, minutes);

const emptied = (page) => until(() => page.evaluate(() => globalThis.outbox.state === "empty"), "an empty outbox");
