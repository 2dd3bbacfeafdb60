// The vendored files are identical to npm's pinned packages, and none of them compiles text to code.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const VENDORED = {
  "htm-preact.js": "htm/preact/standalone.module.js",
  "htm-preact.LICENSE.txt": "htm/LICENSE",
  "uqr.js": "uqr/dist/index.mjs",
  "uqr.LICENSE.txt": "uqr/LICENSE",
};

const readVendored = (name) => readFileSync(new URL(`../../web/vendor/${name}`, import.meta.url), "utf8");
const readPackaged = (path) => readFileSync(new URL(`node_modules/${path}`, import.meta.url), "utf8");

for (const [name, path] of Object.entries(VENDORED)) {
  test(`${name} is the package's ${path}`, () => assert.ok(readVendored(name) === readPackaged(path), "the files differ"));
}

test("every file in the folder has a expectedFiles origin", () => {
  const expectedFiles = [...Object.keys(VENDORED), "preact.LICENSE.txt", "htm-preact.d.ts", "uqr.d.ts"];
  assert.deepEqual(readdirSync(new URL("../../web/vendor/", import.meta.url)).sort(), expectedFiles.sort());
});

test("no code is compiled from text", () => {
  for (const name of Object.keys(VENDORED).filter((file) => file.endsWith(".js"))) {
    assert.doesNotMatch(readVendored(name), /\beval\s*\(|new Function|document\.write/, name);
  }
});
