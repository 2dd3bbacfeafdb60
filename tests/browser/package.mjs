// The client as other sites get it: packed by npm, compiled against by TypeScript, and run.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { before, after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { EventSource } from "eventsource";

import { Server, until } from "./server.js";

const BIN = fileURLToPath(new URL("node_modules/.bin", import.meta.url));
const CLIENT = fileURLToPath(new URL("../../web/client", import.meta.url));
const PATH = [BIN, process.env.PATH].join(delimiter);

let folder;
let installed;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "touchline-package-"));
  installed = join(folder, "node_modules/touchline-client");
  execFileSync("npm", ["pack", CLIENT, "--pack-destination", folder, "--silent"], { cwd: folder, env: { ...process.env, PATH } });
  const [packed] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, packed), "-C", installed, "--strip-components=1"]);
});
after(() => rmSync(folder, { recursive: true, force: true }));

test("it holds what is documented, and no test", () => {
  const files = readdirSync(installed);
  for (const name of ["package.json", "README.md", "stream.js", "outbox.js", "worker.js", "types"]) assert.ok(files.includes(name), name);
  assert.deepEqual(files.filter((name) => name.includes(".test.")), []);
});

test("TypeScript knows its types, and finds mistakes", () => {
  const right = `
    import { Stream, type State } from "touchline-client/stream.js";
    import { Outbox } from "touchline-client/outbox.js";
    const states: State[] = [];
    const stream = new Stream(["match_3"], {
      onMessage: ({ type, seq }) => console.log(type.toUpperCase(), seq.toFixed()),
      onState: (state, why, since) => { states.push(state); console.log(why?.length, new Date(since)); },
    }, { base: "https://live.example", query: async () => ({ ticket: "t" }) });
    stream.connect();
    const outbox = new Outbox(3, { who: "ann", onRefused: (entry) => console.log(entry.client_id) });
    const kept: Promise<{ number: number }> = outbox.add("incidents", { kind: "goal" });
    void kept;`;
  const wrong = `
    import { Stream } from "touchline-client/stream.js";
    new Stream(["match_3"], { onMesage() {} });`;
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const compile = (source) => {
    writeFileSync(join(folder, "site.ts"), source);
    const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "site.ts"];
    execFileSync(join(BIN, "tsc"), options, { cwd: folder, encoding: "utf8" });
  };
  try {
    compile(right);
  } catch (error) {
    assert.fail(error.stdout);
  }
  assert.throws(() => compile(wrong), (error) => /onMesage/.test(error.stdout));
});

test("g3_packed_it_follows_a_match_through_a_restart", async (context) => {
  const { Stream } = await import(pathToFileURL(join(installed, "stream.js")));
  const server = await Server.start(context);
  const game = await server.liveMatch();
  const kept = new Map();
  const world = {
    EventSource, fetch, now: Date.now, random: Math.random, setTimeout, clearTimeout,
    document: new EventTarget(), window: new EventTarget(),
    storage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) },
  };
  const seen = [];
  const stream = new Stream([`match_${game.id}`], { onMessage: ({ seq }) => seen.push(seq) }, { base: server.url, world });
  context.after(() => stream.close());
  stream.connect();
  await until(() => stream.state === "live", "live");
  await server.goal(game, 1);
  await server.restart("SIGKILL");
  const last = await server.goal(game, 2);
  await until(() => seen.at(-1) === last, "the last goal");
  assert.deepEqual(seen, [last - 2, last - 1, last], "the snapshot and two goals");
});
