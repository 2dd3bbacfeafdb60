// The `eventsource` package, as it comes, follows a match through a restart of the server.

import assert from "node:assert/strict";
import { test } from "node:test";

import { EventSource } from "eventsource";

import { Server, until } from "./server.js";

for (const signal of ["SIGTERM", "SIGKILL"]) {
  test(`g3_the_eventsource_package_sees_every_seq_once_through_a_${signal}`, async (context) => {
    const server = await Server.start(context);
    const game = await server.liveMatch();
    const seen = [];
    const source = new EventSource(`${server.url}/api/matches/${game.id}/stream/`);
    context.after(() => source.close());
    source.onmessage = ({ data, lastEventId }) => {
      const { seq } = JSON.parse(data);
      assert.ok(lastEventId.endsWith(`.${seq}`), `${lastEventId} is the cursor of ${seq}`);
      seen.push(seq);
    };
    await until(() => seen.length > 0, "the snapshot");

    for (let minute = 1; minute <= 20; minute += 1) await server.goal(game, minute);
    await server.restart(signal);
    let last = 0;
    for (let minute = 21; minute <= 40; minute += 1) last = await server.goal(game, minute);

    await until(() => seen.at(-1) === last, "the last goal");
    assert.equal(seen.length, 41, "the snapshot and forty goals");
    assert.deepEqual(seen, Array.from(seen, (_, at) => seen[0] + at));
    assert.notEqual(source.readyState, EventSource.CLOSED);
  });
}
