// Scripts and styles are served without comments, and otherwise unchanged for compiler and browser.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import ts from "typescript";

import { launch } from "./chromium.js";
import { newBrowserContext } from "./league-fixture.js";
import { Server } from "./server.js";

const WEB = new URL("../../web/", import.meta.url);
const listFiles = (ending) => readdirSync(WEB, { recursive: true }).filter((name) => name.endsWith(ending) && !/node_modules|\.test\.js$/.test(name));
const readSource = (name) => readFileSync(new URL(name, WEB), "utf8");

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

async function fetchServed(server, name) {
  const response = await fetch(`${server.url}/assets/${name}`);
  assert.equal(response.status, 200, name);
  return response.text();
}

/** The tokens of a script with their lines. */
function tokens(text) {
  const source = ts.createSourceFile("a.js", text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  assert.deepEqual(source.parseDiagnostics, []);
  const tokens = [];
  const visit = (node) => {
    if (ts.isJSDoc(node)) return;
    const inner = node.getChildren(source);
    if (inner.length > 0) inner.forEach(visit);
    else tokens.push(`${source.getLineAndCharacterOfPosition(node.getStart(source)).line} ${node.kind} ${node.getText(source)}`);
  };
  source.statements.forEach(visit);
  return tokens;
}

test("each script is the same to a compiler, line by line, and has no comment", async (context) => {
  const server = await Server.start(context);
  let whole = 0, lean = 0;
  for (const name of listFiles(".js")) {
    const [local, served] = [readSource(name), await fetchServed(server, name)];
    assert.deepEqual(tokens(served), tokens(local), name);
    assert.ok(name.startsWith("vendor/") || !/^\s*(\/\/|\/?\*)/m.test(served), `${name} has comments`);
    whole += local.length;
    lean += served.length;
  }
  assert.ok(lean < whole * 0.85, `${lean} of ${whole}`);
});

test("each style sheet is the same to a browser", async (context) => {
  const server = await Server.start(context);
  const page = await (await newBrowserContext(context, browser)).newPage();
  const rules = (text) =>
    page.evaluate((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      return [...sheet.cssRules].map(({ cssText }) => cssText);
    }, text);
  for (const name of listFiles(".css")) {
    const [local, served] = [readSource(name), await fetchServed(server, name)];
    const expected = await rules(local);
    assert.ok(expected.length > 0, name);
    assert.deepEqual(await rules(served), expected, name);
    assert.ok(!served.includes("/*"), name);
  }
});
