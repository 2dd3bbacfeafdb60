// Two nodes behind nginx, restarted in turn while browsers and the `eventsource` package follow.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { EventSource } from "eventsource";

import { launch, StreamTab } from "./browsers.js";
import { ShippedNginx } from "./shipped-nginx.js";
import { startPostgres } from "./postgres.js";
import { Server, waitFor } from "./server.js";

process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // the tests use a self-signed certificate

const FAIL_TIMEOUT_MARGIN_MS = 3_500; // above nginx's `fail_timeout`, which starts with the last failure
const SETTLE_TIMEOUT_MS = 40_000; // twice the longest retry of a stream that found no node, and time for a busy machine

/** A native `EventSource` in a page; counts its openings and closings. */
async function followInBrowser(context, browser, url, path) {
  const tab = await StreamTab.open(context, browser, url);
  await tab.page.evaluate((path) => {
    globalThis.seqs = [];
    globalThis.gaveUp = 0;
    globalThis.opened = 0;
    globalThis.source = new EventSource(path);
    globalThis.source.onmessage = ({ data }) => globalThis.seqs.push(JSON.parse(data).seq);
    globalThis.source.onopen = () => (globalThis.opened += 1);
    globalThis.source.onerror = () => (globalThis.gaveUp += Number(globalThis.source.readyState === EventSource.CLOSED));
  }, path);
  return () => tab.page.evaluate(() => ({ seqs: globalThis.seqs, gaveUp: globalThis.gaveUp, opened: globalThis.opened, protocol: performance.getEntriesByType("navigation")[0].nextHopProtocol }));
}

/** The npm package, over HTTP/1.1. */
function followWithPackage(context, url, path) {
  const messages = { seqs: [], gaveUp: 0, opened: 0, protocol: "http/1.1" };
  const source = new EventSource(url + path);
  context.after(() => source.close());
  source.onmessage = ({ data }) => messages.seqs.push(JSON.parse(data).seq);
  source.onopen = () => (messages.opened += 1);
  source.onerror = () => (messages.gaveUp += Number(source.readyState === EventSource.CLOSED));
  return () => messages;
}

describe("two nodes behind nginx", () => {
  const browsers = {};
  before(async () => {
    for (const kind of ["chrome", "firefox"]) browsers[kind] = await launch(kind, { acceptInsecureCerts: true });
  });
  after(() => Promise.all(Object.values(browsers).map((browser) => browser.close())));

  /** Starts the nodes, nginx, a match and its subscribers. */
  async function startCluster(context) {
    const settings = { TOUCHLINE_DATABASE_URL: await startPostgres(context), TOUCHLINE_TRUSTED_PROXIES: "127.0.0.1/32", TOUCHLINE_DRAIN_SECONDS: "3" };
    const nodes = [await Server.start(context, { settings }), await Server.start(context, { settings })];
    const nginx = await ShippedNginx.start(context, nodes);
    const game = await nodes[0].startFootballMatch();
    const path = `/api/matches/${game.id}/stream/`;
    const subscribers = { package: followWithPackage(context, nginx.url, path) };
    for (const kind of Object.keys(browsers)) subscribers[kind] = await followInBrowser(context, browsers[kind], nginx.url, path);
    for (const [name, messages] of Object.entries(subscribers)) await waitFor(async () => (await messages()).seqs.length > 0, `the snapshot in ${name}`);
    return { nodes, nginx, game, subscribers };
  }

  /** Records goals through nginx while `act` runs; returns the last seq. */
  async function writeDuring({ nodes: [writer], nginx, game }, act) {
    writer.url = nginx.url;
    let acting = true;
    const acted = act().finally(() => (acting = false));
    let last = 0;
    for (let minute = 0; acting; minute += 1) {
      last = await writer.recordGoal(game, (minute % 45) + 1);
      await pause(50);
    }
    await acted;
    return Math.max(last, await writer.recordGoal(game, 45));
  }

  async function assertExactMessages(subscribers, last, connections) {
    for (const [name, messages] of Object.entries(subscribers)) {
      await waitFor(async () => (await messages()).seqs.at(-1) === last, `seq ${last} in ${name}`, SETTLE_TIMEOUT_MS);
      const { seqs, gaveUp, opened } = await messages();
      assert.equal(gaveUp, 0, `${name} has given up`);
      assert.deepEqual(seqs, Array.from(seqs, (_, at) => seqs[0] + at), `${name}: once each, in order`);
      assert.ok(opened >= connections, `${name} has come back: ${opened}`);
    }
  }

  for (const signal of ["SIGTERM", "SIGKILL"]) {
    test(`g3_a_rolling_restart_loses_no_message_${signal}`, async (context) => {
      const cluster = await startCluster(context);
      const last = await writeDuring(cluster, async () => {
        for (const node of cluster.nodes) {
          await node.restart(signal);
          await pause(FAIL_TIMEOUT_MARGIN_MS); // as docs/operations/deploy.md asks: nginx uses a failed node again after that
        }
      });
      // Each was connected to a restarted node.
      await assertExactMessages(cluster.subscribers, last, 2);
      for (const kind of ["chrome", "firefox"]) assert.equal((await cluster.subscribers[kind]()).protocol, "h2");
    });
  }

  test("g3_subscribers_wait_while_both_nodes_are_down", async (context) => {
    const cluster = await startCluster(context);
    const { nodes, nginx, game, subscribers } = cluster;
    const before = await nodes[0].recordGoal(game, 1);
    for (const node of nodes) await node.stop("SIGKILL");
    // They tried to reconnect, and got a `retry`.
    await waitFor(async () => (await nginx.readAccessLog()).split("\n").filter((line) => line.includes("/stream/") && line.includes('"node_status":"502')).length >= 3, "three failed reconnects", SETTLE_TIMEOUT_MS);
    for (const node of nodes) await node.run();
    const last = await nodes[1].recordGoal(game, 2);
    assert.equal(last, before + 1);
    await assertExactMessages(subscribers, last, 3);
  });

  test("g3_a_reload_of_nginx_cuts_no_stream", async (context) => {
    const cluster = await startCluster(context);
    const last = await writeDuring(cluster, async () => {
      for (let time = 0; time < 3; time += 1) {
        cluster.nginx.reload();
        await pause(500);
      }
    });
    await assertExactMessages(cluster.subscribers, last, 1);
    for (const [name, messages] of Object.entries(cluster.subscribers)) assert.equal((await messages()).opened, 1, `${name} was cut`);
  });
});
