// Streams and the outbox in Chromium and Firefox: many tabs, network failures, and proxies.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { launch, StreamTab } from "./browsers.js";
import { Server, waitFor } from "./server.js";
import { FaultyProxy } from "./faulty-proxy.js";

const UPDATE_TIMEOUT_MS = 2_000;
const RECOVERY_TIMEOUT_MS = 20_000; // the longest `retry`, plus the browser's own delay
const LEADER_CHANGE_TIMEOUT_MS = 12_000; // five seconds to notice, the lock, and the reconnect
const OFFLINE_MS = 20_000;
const MISSING_APIS = { worker: [], leader: ["SharedWorker"], alone: ["SharedWorker", "BroadcastChannel"] };

/** The number of open streams on the server. */
async function countOpenStreams(server) {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const counts = [...metrics.matchAll(/^touchline_streams_open\{[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

for (const kind of ["chrome", "firefox"]) {
  describe(kind, () => {
    let browser;
    before(async () => (browser = await launch(kind)));
    after(() => browser?.close());

    /** Tabs of one profile that follow a match, all live; `sharing` is how the browser lets them share. */
    async function openFollowingTabs(context, { sharing = "worker", count = 1, through = null } = {}) {
      const server = await Server.start(context);
      const game = await server.startFootballMatch();
      const { url } = through ? await through(server) : server;
      const profile = await browser.createBrowserContext();
      context.after(() => profile.close().catch(() => {}));
      const tabs = [];
      for (let at = 0; at < count; at += 1) {
        const tab = await StreamTab.open(context, profile, url, { without: MISSING_APIS[sharing] });
        await tab.follow([`match_${game.id}`]);
        tabs.push(tab);
      }
      for (const tab of tabs) await tab.waitForState("live");
      return { server, game, profile, url, tabs };
    }

    for (const sharing of ["worker", "leader"]) {
      test(`eight tabs over HTTP/1.1 share one stream (${sharing}), and the eighth can still write`, async (context) => {
        const { server, game, tabs } = await openFollowingTabs(context, { sharing, count: 8 });
        assert.equal(await countOpenStreams(server), 1);
        const first = await server.recordGoal(game, 1);
        for (const tab of tabs) await tab.waitForSeq(first, UPDATE_TIMEOUT_MS);
        const status = await tabs[7].page.evaluate(async () => {
          const body = JSON.stringify({ email: "admin@example.org", password: "correct horse battery staple" });
          const headers = { "Content-Type": "application/json" };
          return (await fetch("/api/auth/login", { method: "POST", headers, body, signal: AbortSignal.timeout(2_000) })).status;
        });
        assert.equal(status, 200);
        for (const tab of tabs) await tab.assertExactMessages(first, first);
      });
    }

    test("another tab with other topics gets everything, and the earlier ones lose nothing", async (context) => {
      const { server, game, profile, url, tabs } = await openFollowingTabs(context);
      const first = await server.recordGoal(game, 1);
      const other = await StreamTab.open(context, profile, url);
      await other.follow([`match_${game.id}`, `team_${game.homeTeam}_schedule`]);
      await server.recordGoal(game, 2);
      // A private topic is refused for both tabs; the match goes on.
      const refusals = () => other.page.evaluate(() => globalThis.refusals);
      await waitFor(async () => (await refusals()).length > 0, "the refusal");
      assert.deepEqual(await refusals(), [`team_${game.homeTeam}_schedule 401`]);
      const last = await server.recordGoal(game, 3);
      for (const tab of [tabs[0], other]) await tab.waitForSeq(last, RECOVERY_TIMEOUT_MS);
      await tabs[0].assertExactMessages(first, last);
      const [begin, ...rest] = await other.messages();
      assert.equal(begin.type, "snapshot");
      assert.deepEqual(rest.map(({ seq }) => seq), Array.from(rest, (_, at) => begin.seq + 1 + at));
      assert.equal(await countOpenStreams(server), 1);
    });

    test("a leader that closes is replaced without loss or repeat", async (context) => {
      const { server, game, tabs } = await openFollowingTabs(context, { sharing: "leader", count: 3 });
      const first = await server.recordGoal(game, 1);
      for (const tab of tabs) await tab.waitForSeq(first, UPDATE_TIMEOUT_MS);
      const [leader, ...others] = tabs;
      await leader.page.close();
      await server.recordGoal(game, 2);
      const last = await server.recordGoal(game, 3);
      for (const tab of others) await tab.waitForSeq(last, LEADER_CHANGE_TIMEOUT_MS);
      for (const tab of others) await tab.assertExactMessages(first, last);
      assert.equal(await countOpenStreams(server), 1);
    });

    if (kind === "chrome") {
      test("a leader that freezes is replaced, and follows when it thaws", async (context) => {
        const { server, game, tabs } = await openFollowingTabs(context, { sharing: "leader", count: 2 });
        const first = await server.recordGoal(game, 1);
        for (const tab of tabs) await tab.waitForSeq(first, UPDATE_TIMEOUT_MS);
        const session = await tabs[0].page.createCDPSession();
        await tabs[1].page.bringToFront();
        await session.send("Page.setWebLifecycleState", { state: "frozen" });
        const last = await server.recordGoal(game, 2);
        await tabs[1].waitForSeq(last, LEADER_CHANGE_TIMEOUT_MS);
        await session.send("Page.setWebLifecycleState", { state: "active" });
        await tabs[0].page.bringToFront();
        await tabs[0].waitForSeq(last, LEADER_CHANGE_TIMEOUT_MS);
        const later = await server.recordGoal(game, 3);
        for (const tab of tabs) await tab.waitForSeq(later, LEADER_CHANGE_TIMEOUT_MS);
        for (const tab of tabs) await tab.assertExactMessages(first, later);
        await waitFor(async () => (await countOpenStreams(server)) === 1, "one stream");
      });
    }

    test("reload, back and forward resume from the cursor", async (context) => {
      const { server, game, tabs: [tab] } = await openFollowingTabs(context);
      const topics = [`match_${game.id}`];
      const first = await server.recordGoal(game, 1);
      await tab.waitForSeq(first, UPDATE_TIMEOUT_MS);
      await tab.page.reload({ waitUntil: "domcontentloaded" });
      await server.recordGoal(game, 2);
      await tab.follow(topics);
      const third = await server.recordGoal(game, 3);
      await tab.waitForSeq(third);
      await tab.goto("/assets/client/environment.js");
      await server.recordGoal(game, 4);
      await tab.page.evaluate(() => setTimeout(() => history.back()));
      const isBack = () => tab.page.evaluate(() => location.pathname.endsWith("message-types.js") && document.readyState !== "loading");
      await waitFor(() => isBack().catch(() => false), "the page before");
      // The page may come from the back-forward cache, or be loaded anew.
      if (!(await tab.page.evaluate(() => "stream" in globalThis))) await tab.follow(topics);
      const last = await server.recordGoal(game, 5);
      await tab.waitForSeq(last, RECOVERY_TIMEOUT_MS);
      await tab.assertExactMessages(first, last);
    });

    test("a background tab misses nothing, and is live when it is shown again", async (context) => {
      const { server, game, profile, url, tabs: [tab] } = await openFollowingTabs(context);
      const first = await server.recordGoal(game, 1);
      await tab.waitForSeq(first, UPDATE_TIMEOUT_MS);
      const other = await StreamTab.open(context, profile, url);
      await other.page.bringToFront();
      await waitFor(() => tab.page.evaluate(() => document.visibilityState === "hidden"), "the tab to be hidden");
      await server.restart(); // its connection is gone, and nobody looks
      await server.recordGoal(game, 2);
      await tab.page.bringToFront();
      const last = await server.recordGoal(game, 3);
      await tab.waitForSeq(last, RECOVERY_TIMEOUT_MS);
      await tab.waitForState("live");
      await tab.assertExactMessages(first, last);
    });

    test("g3_a_tab_recovers_after_the_server_was_killed_and_restarted", async (context) => {
      const { server, game, tabs } = await openFollowingTabs(context, { count: 2 });
      const first = await server.recordGoal(game, 1);
      for (const tab of tabs) await tab.waitForSeq(first, UPDATE_TIMEOUT_MS);
      await server.stop("SIGKILL");
      for (const tab of tabs) await tab.waitForState("stale", UPDATE_TIMEOUT_MS);
      await server.run();
      const last = await server.recordGoal(game, 2);
      for (const tab of tabs) await tab.waitForSeq(last, RECOVERY_TIMEOUT_MS);
      for (const tab of tabs) await tab.assertExactMessages(first, last);
    });

    test("g3_twenty_seconds_offline_lose_nothing_and_repeat_nothing", async (context) => {
      /** @type {FaultyProxy} */ let proxy;
      const through = async (server) => (proxy = await FaultyProxy.startFor(context, server.url));
      const { server, game, profile, url, tabs } = await openFollowingTabs(context, { through });
      const alone = await StreamTab.open(context, profile, url, { without: MISSING_APIS.alone });
      await alone.follow([`match_${game.id}`]);
      tabs.push(alone);
      await alone.waitForState("live");
      const first = await server.recordGoal(game, 1);
      for (const tab of tabs) await tab.waitForSeq(first, UPDATE_TIMEOUT_MS);
      proxy.setMode("cut");
      for (const tab of tabs) await tab.waitForState("stale", UPDATE_TIMEOUT_MS);
      await server.recordGoal(game, 2);
      await pause(OFFLINE_MS);
      const last = await server.recordGoal(game, 3);
      proxy.setMode("open");
      for (const tab of tabs) await tab.waitForSeq(last, RECOVERY_TIMEOUT_MS + 30_000);
      for (const tab of tabs) await tab.assertExactMessages(first, last);
    });

    test("a 503 is retried, a 401 is reported", async (context) => {
      /** @type {FaultyProxy} */ let proxy;
      const through = async (server) => (proxy = await FaultyProxy.startFor(context, server.url));
      const { server, game, tabs: [tab] } = await openFollowingTabs(context, { through });
      const first = await server.recordGoal(game, 1);
      await tab.waitForSeq(first, UPDATE_TIMEOUT_MS);
      proxy.setMode(503);
      await tab.waitForState("stale");
      await pause(UPDATE_TIMEOUT_MS); // time to receive that status
      proxy.setMode("open");
      const last = await server.recordGoal(game, 2);
      await tab.waitForSeq(last, RECOVERY_TIMEOUT_MS);
      proxy.setMode(401);
      await tab.waitForState("refused", RECOVERY_TIMEOUT_MS);
      assert.equal(await tab.page.evaluate(() => globalThis.states.at(-1)), "refused 401");
      await tab.assertExactMessages(first, last);
    });

    test("a proxy that buffers streams is polled", async (context) => {
      /** @type {FaultyProxy} */ let proxy;
      const through = async (server) => {
        proxy = await FaultyProxy.startFor(context, server.url);
        proxy.setMode("held");
        return proxy;
      };
      const { server, game, tabs: [tab] } = await openFollowingTabs(context, { through });
      const first = await server.recordGoal(game, 1);
      await server.recordGoal(game, 2);
      const last = await server.recordGoal(game, 3);
      await tab.waitForSeq(last, RECOVERY_TIMEOUT_MS);
      await tab.assertExactMessages(first, last);
    });

    test("g5_commands_recorded_offline_arrive_once_and_in_order_from_two_other_tabs", async (context) => {
      /** @type {FaultyProxy} */ let proxy;
      const through = async (server) => (proxy = await FaultyProxy.startFor(context, server.url));
      const { server, game, profile, url, tabs: [tab] } = await openFollowingTabs(context, { through });
      await signIn(tab.page);
      await openOutbox(tab.page, game.id);
      await record(tab.page, game, 1);
      await waitUntilEmpty(tab.page);

      proxy.setMode("cut");
      await record(tab.page, game, 2, 3, -1, 4);
      assert.equal(await tab.page.evaluate(() => globalThis.outbox.storageKind), "disk");
      await tab.page.close();
      proxy.setMode("open"); // a new tab loads its scripts over the network
      const [again, twin] = [await StreamTab.open(context, profile, url), await StreamTab.open(context, profile, url)];
      await Promise.all([openOutbox(again.page, game.id), openOutbox(twin.page, game.id)]);
      await record(again.page, game, 5);
      for (const one of [again, twin]) await waitUntilEmpty(one.page);

      const incidents = async () => (await server.send("GET", `/api/matches/${game.id}/incidents`)).items;
      // A tab's outbox is empty also before another tab's command has reached it.
      await waitFor(async () => (await incidents()).length >= 5, "all incidents on the server");
      const recorded = (await incidents()).sort((one, other) => one.id - other.id);
      assert.deepEqual(recorded.map(({ minute }) => minute), [1, 2, 3, 4, 5]);
      const refused = () => again.page.evaluate(() => globalThis.outbox.entries.map(({ state, body, problem }) => [state, body.minute, problem.status]));
      await waitFor(async () => (await refused()).length === 1, "the refused command");
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
  page.evaluate(async (team, minutes) => {
    const body = { kind: "goal", team_id: team, period: "first_half" };
    for (const minute of minutes) await globalThis.outbox.add("incidents", { ...body, minute });
  }, game.homeTeam, minutes);

const waitUntilEmpty = (page) => waitFor(() => page.evaluate(() => globalThis.outbox.state === "empty"), "an empty outbox");
