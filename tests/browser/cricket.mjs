// A match of cricket scored through REST, on its page and on the stadium display, in Chromium and Firefox.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { launch, resize } from "./browsers.js";
import { OPENED_MS, SOON_MS } from "./league.js";
import { Oval } from "./oval.js";
import { Server, until } from "./server.js";

const DISPLAY = { width: 1920, height: 1080 };

/** Waits for a text in the first element of a selector, white space aside. */
function shows(page, selector, expected, timeout = SOON_MS) {
  const [source, flags] = expected instanceof RegExp ? [expected.source, expected.flags] : [`^${expected.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}$`, ""];
  // Not by waitForFunction, whose polling an older Firefox keeps from pages with our policy.
  const isShown = () => page.evaluate((where, pattern, how) => [...document.querySelectorAll(where)].some((one) => new RegExp(pattern, how).test(one.textContent.replace(/\s+/g, " ").trim())), selector, source, flags);
  return until(isShown, `${selector} to show ${expected}`, timeout).catch(async (error) => {
    const texts = await page.$$eval(selector, (all) => all.map((one) => one.textContent));
    throw new Error(`${error.message}; it shows ${JSON.stringify(texts)}`);
  });
}

const text = (page, selector) => page.$eval(selector, (one) => one.textContent.replace(/\s+/g, " ").trim());
const choose = (page, title) => page.evaluate((wanted) => [...document.querySelectorAll("[role=tab]")].find((tab) => tab.textContent === wanted).click(), title);

for (const kind of ["chrome", "firefox"]) {
  describe(kind, () => {
    let browser;
    before(async () => (browser = await launch(kind)));
    after(() => browser?.close());

    async function open(context, oval, path, viewport = { width: 1280, height: 800 }) {
      const own = await browser.createBrowserContext();
      context.after(() => own.close().catch(() => {}));
      const page = await own.newPage();
      page.faults = [];
      page.on("pageerror", (error) => page.faults.push(error.message));
      page.on("console", (line) => /content security policy/i.test(line.text()) && page.faults.push(line.text()));
      await resize(page, viewport);
      await page.goto(`${oval.server.url}/matches/${oval.id}${path}`, { waitUntil: "domcontentloaded" });
      await page.waitForSelector("#home-name", { timeout: OPENED_MS });
      return page;
    }

    /** The match page and the display, both live. */
    async function both(context, oval) {
      const match = await open(context, oval, "");
      const display = await open(context, oval, "/hd", DISPLAY);
      await shows(match, "#connection", "Live", OPENED_MS);
      await display.waitForSelector("#this-over", { timeout: OPENED_MS });
      await until(() => display.evaluate(() => sessionStorage.length > 0), "the display to keep its match", OPENED_MS);
      return [match, display];
    }

    test("a ball, a correction and an undo are on both pages", async (context) => {
      const server = await Server.start(context);
      const oval = await Oval.start(server);
      const [match, display] = await both(context, oval);

      await oval.bowls("1 . 4 2nb", { commentary: "Pushed to <b>mid-on</b>." });
      await Promise.all([shows(match, "#home-score", "7/0 (0.3)"), shows(display, "#home-score", "7/0"), shows(display, "#home-overs", "0.3 / 20 overs")]);
      await Promise.all([shows(match, "#this-over", "1 . 4 2nb"), shows(match, ".a-ball .text", "Pushed to <b>mid-on</b>.")]);
      await shows(display, ".batter[data-strike] th", oval.live.striker.name);
      await shows(display, ".strip .free", "Free hit");

      await oval.correct(3, "6"); // it had carried
      await Promise.all([shows(match, "#home-score", "9/0 (0.3)"), shows(display, "#home-score", "9/0"), shows(match, "#this-over", "1 . 6 2nb")]);

      await oval.undo();
      await Promise.all([shows(match, "#home-score", "7/0 (0.3)"), shows(display, "#home-score", "7/0")]);
      assert.equal(await match.$$eval(".a-ball", (all) => all.length), 3);
      await choose(match, "Scorecard");
      await shows(match, "#card .total .runs", "7/0");
      await oval.bowls("W");
      await shows(match, `#card tbody tr:nth-child(2) .how`, /^b Vera Costa$/);
      await shows(display, "#last-wicket", /· 7\/1$/);
      assert.deepEqual([...match.faults, ...display.faults], []);
    });

    test("fours, sixes, wickets and fifties are cheered once", async (context) => {
      const server = await Server.start(context);
      const oval = await Oval.start(server);
      await oval.bowls("6 6 6 6 6 6 1 6 6"); // an opener has 48
      const [, display] = await both(context, oval);
      await display.evaluate(() => {
        globalThis.cheers = [];
        document.addEventListener("animationstart", ({ animationName, target }) => animationName === "fall" && globalThis.cheers.push(target.textContent.trim()));
      });
      await oval.bowls("4");
      await shows(display, ".cheer strong", "Four");
      await shows(display, ".cheer", "50 Ada Okafor", OPENED_MS);
      await oval.undo();
      await display.waitForSelector(".cheer", { hidden: true, timeout: SOON_MS });
      await oval.bowls("4"); // the same ball, entered again
      await oval.bowls("1 W");
      await shows(display, ".cheer strong", "Wicket");
      await until(() => display.evaluate(() => globalThis.cheers.some((one) => one.startsWith("Wicket"))), "the wicket to be cheered", SOON_MS);
      assert.deepEqual(await display.evaluate(() => globalThis.cheers.map((one) => one.split(" ")[0])), ["Four", "50", "Wicket"]);

      await display.reload();
      await display.waitForSelector("#this-over, #result", { timeout: OPENED_MS });
      await shows(display, "#home-score", /\/1$/);
      assert.equal(await display.$(".cheer"), null, "not again after a reload");
      assert.deepEqual(display.faults, []);
    });

    test("a chase by a method, to its end; the worm and the overs are drawn", async (context) => {
      const server = await Server.start(context);
      const oval = await Oval.start(server, { format: { name: "t20", overs: 2 } });
      await oval.bowls("6 . 1 2 4 W 6 1 1 1 . 3");
      const [match, display] = [await open(context, oval, ""), await open(context, oval, "/hd?lang=de", DISPLAY)];
      await shows(display, "#period", "Innings-Pause", OPENED_MS);
      await shows(display, "#result", "Rajasthan Kings brauchen 26 zum Sieg", OPENED_MS);
      await oval.act("target", { runs: 20, overs: "1.3", method: "DLS" });
      await shows(display, "#result", "Rajasthan Kings brauchen 20 zum Sieg");
      await oval.opens(oval.away);
      await oval.bowls("6");
      await Promise.all([shows(display, "#target", "20"), shows(display, "#method", "DLS"), shows(display, "#needed", "14 aus 8"), shows(display, "#required", "10.50")]);
      await shows(match, "#said-result", "Rajasthan Kings need 14 from 8 balls");
      await shows(match, "#target", "20");

      await choose(match, "Charts");
      await match.waitForSelector(".worm", { timeout: SOON_MS });
      assert.equal(await text(match, "#worm-desc"), "Deccan Sunrisers: 25 after 2 overs; Rajasthan Kings: 6 after 1 overs.");
      assert.equal(await match.$$eval(".manhattans .bar", (all) => all.length), 3);
      assert.deepEqual(await match.$$eval(".by-over tbody td", (all) => all.map((one) => one.textContent)), ["13 (13/1)", "6 (6/0)", "12 (25/1)", ""]);

      await oval.bowls("6 6 4");
      await shows(display, "#result", "Rajasthan Kings won by 10 wickets with 5 balls remaining (DLS method)");
      await Promise.all([shows(match, "#period", "Finished"), shows(match, "#said-result", /won by 10 wickets/), shows(match, "#away-score", "22/0 (0.4)")]);
      await oval.undo();
      await shows(match, "#said-result", "Rajasthan Kings need 2 from 6 balls");
      await display.waitForSelector("#result", { hidden: true, timeout: SOON_MS });
      assert.deepEqual([...match.faults, ...display.faults], []);
    });

    test("a ball that the scorers differ about is said calmly, until they agree", async (context) => {
      const server = await Server.start(context);
      const oval = await Oval.start(server, { scorers: 2 });
      const bo = await secondScorer(server, oval);
      const display = await open(context, oval, "/hd", DISPLAY);
      await display.waitForSelector("#this-over", { timeout: OPENED_MS });
      await oval.act("balls", { expected_number: 1, runs: { batter: 4 } });
      await bo({ expected_number: 1, runs: { batter: 6 } });
      await shows(display, ".checking", "Scorers are checking a ball");
      assert.equal(await text(display, "#home-score"), "0/0");
      await bo({ expected_number: 1, runs: { batter: 4 } });
      await shows(display, "#home-score", "4/0");
      // What is cheered takes the place of what was being checked.
      await display.waitForSelector(".checking", { hidden: true, timeout: SOON_MS });
      assert.deepEqual(display.faults, []);
    });
  });
}

/** Another who scores the match; gives what sends a ball of his. */
async function secondScorer(server, oval) {
  const account = { email: "bo@example.org", password: "another long password" };
  const { id } = await server.post("/api/users", { ...account, name: "Bo", role: "user" });
  await server.post(`/api/matches/${oval.id}/officials`, { user_id: id, role: "scorer" });
  const headers = { "Content-Type": "application/json" };
  const { token } = await (await fetch(`${server.url}/api/auth/login`, { method: "POST", headers, body: JSON.stringify(account) })).json();
  return async (ball) => {
    const signed = { ...headers, Authorization: `Bearer ${token}`, "Idempotency-Key": randomUUID() };
    const answer = await fetch(`${server.url}/api/matches/${oval.id}/balls`, { method: "POST", headers: signed, body: JSON.stringify(ball) });
    assert.ok(answer.ok, await answer.text());
  };
}
