// G15: the followers printed in docs/client.md have the state of the server, through a crash.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch } from "./chromium.js";
import { createLeague, newBrowserContext, openPage } from "./league-fixture.js";
import { Server, waitFor } from "./server.js";

const MAX_LINES = 40;
const GUIDE = new URL("../../docs/client.md", import.meta.url);

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

test("g15_the_printed_followers_fold_to_the_state", async (context) => {
  const server = await Server.start(context);
  const league = await createLeague(server);
  const path = `/api/stream/?topic=match_${league.id}&topic=event_${league.event}&topic=team_${league.homeTeam}_live`;
  const followers = {
    JavaScript: await inBrowser(context, server, path),
    Python: await inPython(context, server.url + path),
  };
  const statesOf = async () => ({
    [`match_${league.id}`]: await stateOf(server, `match_${league.id}`),
    [`event_${league.event}`]: await stateOf(server, `event_${league.event}`),
    [`team_${league.homeTeam}`]: await stateOf(server, `team_${league.homeTeam}_live`),
  });
  const checkAll = async (what) => {
    const expected = await statesOf();
    for (const [name, current] of Object.entries(followers)) {
      let last;
      await waitFor(async () => isEqual((last = await current())?.[0], expected), `${name} ${what}`, 60_000).catch((error) => {
        assert.deepEqual(last?.[0], expected, error.message);
      });
      assert.equal(last[1].teams[league.homeTeam].name, "Albion");
      assert.equal(last[1].events[league.event].name, "Estuary League");
    }
  };
  await checkAll("after the snapshot");
  await server.post(`/api/matches/${league.id}/start`, {});
  for (const minute of [3, 12]) await server.recordGoal(league, minute);
  await server.send("PATCH", `/api/matches/${league.id}/incidents/1`, { confirmation: "cancelled", reason: "offside" });
  await checkAll("after a cancelled goal");
  await server.restart("SIGKILL");
  await server.recordGoal(league, 30);
  await server.post(`/api/matches/${league.id}/end`, {});
  await checkAll("after a crash and the end");
});

/** The snapshot's state of a topic. */
async function stateOf(server, topic) {
  const response = await fetch(`${server.url}/api/stream/?topic=${topic}&transport=poll&wait=0`);
  const { messages } = await response.json();
  const { names, ...members } = messages[0].data;
  return members;
}

/** Equal as JSON values, whatever the order of the members. */
function isEqual(one, other) {
  try {
    assert.deepEqual(one, other);
    return true;
  } catch {
    return false;
  }
}

/** The follower of the guide in this language. */
async function printedFollower(language) {
  const guide = await readFile(GUIDE, "utf8");
  const code = new RegExp("```" + language + "\n([^`]*function follow|[^`]*def follow)").exec(guide);
  assert.ok(code, `a follower in ${language}`);
  const start = code.index + language.length + 4;
  const text = guide.slice(start, guide.indexOf("\n```\n", start));
  const lines = text.split("\n").filter((line) => line.trim());
  assert.ok(lines.length <= MAX_LINES, `${lines.length} lines`);
  return text;
}

async function inBrowser(context, server, path) {
  const page = await openPage(await newBrowserContext(context, browser), server, "/docs");
  const code = await printedFollower("js");
  const draw = `(states, names) => (globalThis.followed = JSON.stringify([states, names]))`;
  await page.evaluate(`{ ${code}\nfollow(${JSON.stringify(path)}, ${draw}); }`);
  return async () => JSON.parse(await page.evaluate(() => globalThis.followed ?? "null"));
}

async function inPython(context, url) {
  const draw = "lambda states, names: print('state', json.dumps([states, names]), flush=True)";
  const code = `${await printedFollower("python")}\nfollow(${JSON.stringify(url)}, ${draw})\n`;
  const child = spawn("python3", ["-c", code], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (bytes) => (output += bytes));
  context.after(() => child.kill("SIGKILL"));
  return () => {
    const last = output.split("\n").slice(0, -1).findLast((line) => line.startsWith("state "));
    return last ? JSON.parse(last.slice("state ".length)) : null;
  };
}
