// The npm package: packed, compiled against by TypeScript, and run.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { before, after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { EventSource } from "eventsource";

import { Server, waitFor } from "./server.js";

const BIN = fileURLToPath(new URL("node_modules/.bin", import.meta.url));
const CLIENT = fileURLToPath(new URL("../../web/client", import.meta.url));
const PATH = [BIN, process.env.PATH].join(delimiter);

let tempFolder;
let installedFolder;

before(() => {
  tempFolder = mkdtempSync(join(tmpdir(), "touchline-package-"));
  installedFolder = join(tempFolder, "node_modules/touchline-client");
  execFileSync("npm", ["pack", CLIENT, "--pack-destination", tempFolder, "--silent"], { cwd: tempFolder, env: { ...process.env, PATH } });
  const [packed] = readdirSync(tempFolder).filter((name) => name.endsWith(".tgz"));
  mkdirSync(installedFolder, { recursive: true });
  execFileSync("tar", ["-xzf", join(tempFolder, packed), "-C", installedFolder, "--strip-components=1"]);
});
after(() => rmSync(tempFolder, { recursive: true, force: true }));

test("it contains what is documented, and no tests", () => {
  const files = readdirSync(installedFolder);
  for (const name of ["package.json", "README.md", "stream.js", "outbox.js", "worker.js", "types"]) assert.ok(files.includes(name), name);
  assert.deepEqual(files.filter((name) => name.includes(".test.")), []);
});

test("TypeScript finds its types, and mistakes in their use", () => {
  const validSource = `
    import { Stream, type StreamState } from "touchline-client/stream.js";
    import { Outbox } from "touchline-client/outbox.js";
    const states: StreamState[] = [];
    const stream = new Stream(["match_3"], {
      onMessage: ({ type, seq }) => console.log(type.toUpperCase(), seq.toFixed()),
      onState: (state, reason, since) => { states.push(state); console.log(reason?.length, new Date(since)); },
    }, { base: "https://live.example", query: async () => ({ ticket: "t" }) });
    stream.connect();
    const outbox = new Outbox(3, { scorer: "ann", onRefused: (entry) => console.log(entry.client_id) });
    const stored: Promise<{ number: number }> = outbox.add("incidents", { kind: "goal" });
    void stored;`;
  const invalidSource = `
    import { Stream } from "touchline-client/stream.js";
    new Stream(["match_3"], { onMesage() {} });`;
  writeFileSync(join(tempFolder, "package.json"), '{ "type": "module" }');
  const compileTypes = (source) => {
    writeFileSync(join(tempFolder, "site.ts"), source);
    const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "site.ts"];
    execFileSync(join(BIN, "tsc"), options, { cwd: tempFolder, encoding: "utf8" });
  };
  try {
    compileTypes(validSource);
  } catch (error) {
    assert.fail(error.stdout);
  }
  assert.throws(() => compileTypes(invalidSource), (error) => /onMesage/.test(error.stdout));
});

test("g3_the_package_follows_a_match_through_a_restart", async (context) => {
  const { Stream } = await import(pathToFileURL(join(installedFolder, "stream.js")));
  const server = await Server.start(context);
  const game = await server.startFootballMatch();
  const stored = new Map();
  const environment = {
    EventSource, fetch, now: Date.now, random: Math.random, setTimeout, clearTimeout,
    document: new EventTarget(), window: new EventTarget(),
    storage: { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => stored.set(key, value), removeItem: (key) => stored.delete(key) },
  };
  const received = [];
  const stream = new Stream([`match_${game.id}`], { onMessage: ({ seq }) => received.push(seq) }, { base: server.url, environment });
  context.after(() => stream.close());
  stream.connect();
  await waitFor(() => stream.state === "live", "live");
  await server.recordGoal(game, 1);
  await server.restart("SIGKILL");
  const last = await server.recordGoal(game, 2);
  await waitFor(() => received.at(-1) === last, "the last goal");
  assert.deepEqual(received, [last - 2, last - 1, last], "the snapshot and two goals");
});
