import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { commonSport } from "./common.js";
import { isSportLoaded, loadSport, loadSportScorer, sportOf, SPORT_OPTIONS } from "./registry.js";

const WEB = new URL("../", import.meta.url);
const REGISTRY = "sports/registry.js";
const listFiles = () => readdirSync(WEB, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(css|html|js|json|md|ts)$/.test(entry.name))
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(WEB.pathname.length).replace(/^\/+/, ""));
const folders = readdirSync(new URL("sports/", WEB), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);

test("each folder beside the registry is one sport of it", () => {
  assert.deepEqual(SPORT_OPTIONS.map(([name]) => name).sort(), folders.sort());
});

test("only the registry and a sport's own folder name the sport", () => {
  const files = listFiles().filter((path) => path !== REGISTRY && !path.startsWith("vendor/")); // others' code
  assert.ok(files.length > 100, "there is something to check");
  const found = [];
  for (const [name, label] of SPORT_OPTIONS) {
    const words = new RegExp([name, label.replaceAll(" ", "[-_ ]?")].join("|"), "i");
    for (const path of files.filter((one) => !one.startsWith(`sports/${name}/`))) {
      const lines = [path, ...readFileSync(new URL(path, WEB), "utf8").split("\n")];
      found.push(...lines.filter((line) => words.test(line)).map((line) => `${path}: ${line.trim()}`));
    }
  }
  assert.deepEqual(found, []);
});

test("a sport's pages and scorer are loaded on demand, and complete", async () => {
  for (const name of folders) {
    assert.equal(isSportLoaded(name), false, name);
    await loadSport(name);
    assert.ok(isSportLoaded(name), name);
    for (const required of Object.keys(commonSport)) assert.ok(required in sportOf(name), `${name}: ${required}`);
  }
});

test("a sport that isn't in the list is shown and scored as a plain score", async () => {
  for (const name of ["kabaddi", "constructor", "__proto__"]) {
    await loadSport(name);
    assert.ok(isSportLoaded(name), name);
    assert.equal(sportOf(name), commonSport, name);
    assert.equal(typeof (await loadSportScorer(name)).project, "function", name);
  }
});
