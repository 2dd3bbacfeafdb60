// Every client behind every proxy sees every message once and in order, through restarts and crashes.
//
// With TOUCHLINE_LONG it runs more rounds, and in Firefox too.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "./browsers.js";
import { REVERSE_PROXIES } from "./reverse-proxies.js";
import { ALL_CLIENTS, QUICK_CLIENTS } from "./stream-clients.js";
import { Server, waitFor } from "./server.js";

process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // the tests use a self-signed certificate

const isLong = Boolean(process.env.TOUCHLINE_LONG);
const CLIENTS = isLong ? ALL_CLIENTS : QUICK_CLIENTS;
const ROUNDS = isLong ? 6 : 1;
const GOALS = 10;
const CAUGHT_UP_MS = 60_000; // twice the longest `retry` after a proxy found no server, and time for a busy machine

const browsers = {};
const browser = (kind) => (browsers[kind] ??= launch(kind, { acceptInsecureCerts: true }));
after(async () => {
  for (const one of Object.values(browsers)) await (await one).close();
});

for (const [proxyName, startProxy] of Object.entries(REVERSE_PROXIES)) {
  test(`g3_every_client_sees_every_seq_once (${proxyName})`, async (context) => {
    const settings = { TOUCHLINE_TRUSTED_PROXIES: "127.0.0.1/32" };
    const server = await Server.start(context, { settings });
    const url = await startProxy(context, server);
    const game = await server.startFootballMatch();
    const target = { url, path: `/api/matches/${game.id}/stream/`, topic: `match_${game.id}`, browser };
    const seqsByClient = new Map();
    for (const [name, follow] of Object.entries(CLIENTS)) seqsByClient.set(name, await follow(context, target));
    for (const [name, seqs] of seqsByClient) await waitFor(async () => (await seqs()).length > 0, `the snapshot of ${name}`, CAUGHT_UP_MS);

    let last = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const signal of ["SIGTERM", "SIGKILL"]) {
        for (let minute = 1; minute <= GOALS; minute += 1) last = await server.recordGoal(game, minute);
        // In later rounds a client may still be reconnecting when the server crashes.
        if (round === 0) for (const [name, seqs] of seqsByClient) await waitForSeq(name, seqs, last);
        await server.restart(signal);
      }
      for (let minute = 1; minute <= GOALS; minute += 1) last = await server.recordGoal(game, minute);
    }
    for (const [name, seqs] of seqsByClient) {
      await context.test(name, async () => {
        await waitForSeq(name, seqs, last);
        const received = await seqs();
        assert.deepEqual(received, Array.from(received, (_, at) => received[0] + at));
        assert.equal(received.length, ROUNDS * 3 * GOALS + 1, "the snapshot and the goals");
      });
    }
  });
}

function waitForSeq(name, seqs, last) {
  return waitFor(async () => (await seqs()).at(-1) >= last, `${name} to see ${last}`, CAUGHT_UP_MS);
}
