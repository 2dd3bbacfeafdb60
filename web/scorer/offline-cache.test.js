import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { fetchAllFiles, referencedPaths } from "./offline-cache.js";

test("a file's references are found", () => {
  const module = 'import { a } from "../client/x.js";\nimport "./y.js";\nimport {\n  b,\n} from "./z.js";\nexport * from "./w.js";\n/** @import { T } from "./types.js" */\n';
  assert.deepEqual(referencedPaths("/assets/scorer/a.js", module), ["/assets/client/x.js", "/assets/scorer/y.js", "/assets/scorer/z.js", "/assets/scorer/w.js"]);
  const lazy = 'const load = async () => (await import("./cards/pages.js")).sport;\nloadStyleSheet(new URL("./cards.css", import.meta.url));\nnew URL("./worker.js", import.meta.url);\n';
  assert.deepEqual(referencedPaths("/assets/sports/registry.js", lazy), ["/assets/sports/cards.css", "/assets/sports/cards/pages.js"]);
  assert.deepEqual(referencedPaths("/assets/sports/cards/pages.js", lazy), ["/assets/sports/cards/cards.css"], "panels are for other pages");
  assert.deepEqual(referencedPaths("/assets/style.css", '@font-face { src: url("/assets/fonts/a.woff2") }'), ["/assets/fonts/a.woff2"]);
  assert.deepEqual(referencedPaths("/scorer/", '<link href="/assets/a.css"><script src="/assets/b.js"></script><a href="/">x</a>'), ["/assets/a.css", "/assets/b.js"]);
});

test("every file of the scorer page exists and is found", async () => {
  const web = new URL("../", import.meta.url);
  const get = async (path) => {
    const file = new URL(path === "/scorer/" ? "scorer.html" : path.replace("/assets/", ""), web);
    return existsSync(file) ? new Response(readFileSync(file)) : new Response("", { status: 404 });
  };
  const paths = [...(await fetchAllFiles(get)).keys()];
  for (const part of ["/scorer/", "/assets/style.css", "/assets/scorer/scorer-page.js", "/assets/client/outbox.js", "/assets/client/hub.js", "/assets/vendor/htm-preact.js", "/assets/fonts/inter-latin.woff2"]) {
    assert.ok(paths.includes(part), part);
  }
  const sports = readdirSync(new URL("sports/", web), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const file of sports.flatMap(({ name }) => readdirSync(new URL(`sports/${name}/`, web), { recursive: true }).map((path) => `${name}/${path}`))) {
    const isNeeded = /^[^/]+\/(pages\.js|scorer\.(js|css)|scorer\/.*)$/.test(file) && !file.endsWith(".test.js");
    if (isNeeded) assert.ok(paths.includes(`/assets/sports/${file}`), file);
  }
  assert.ok(!paths.some((path) => path.includes("/admin/") || path.endsWith(".test.js")));
});
