// A cricket match scored through REST, on its page and the stadium display, in Chromium and Firefox.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { launch, resize } from "./browsers.js";
import { LOAD_TIMEOUT_MS, UPDATE_TIMEOUT_MS } from "./league-fixture.js";
import { CricketMatchDriver } from "./cricket-match-driver.js";
import { Server, waitFor } from "./server.js";

const DISPLAY = { width: 1920, height: 1080 };

/** Waits for a text in an element that matches the selector, ignoring white space. */
function waitForText(page, selector, expected, timeout = UPDATE_TIMEOUT_MS) {
  const [source, flags] = expected instanceof RegExp ? [expected.source, expected.flags] : [`^${expected.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}$`, ""];
  // Not waitForFunction: in an older Firefox our policy blocks its polling.
  const isShown = () => page.evaluate((selector, pattern, flags) => [...document.querySelectorAll(selector)].some((one) => new RegExp(pattern, flags).test(one.textContent.replace(/\s+/g, " ").trim())), selector, source, flags);
  return waitFor(isShown, `${selector} to show ${expected}`, timeout).catch(async (error) => {
    const texts = await page.$$eval(selector, (all) => all.map((one) => one.textContent));
    throw new Error(`${error.message}; it shows ${JSON.stringify(texts)}`);
  });
}

const textOf = (page, selector) => page.$eval(selector, (one) => one.textContent.replace(/\s+/g, " ").trim());
const selectTab = (page, title) => page.evaluate((title) => [...document.querySelectorAll("[role=tab]")].find((tab) => tab.textContent === title).click(), title);

for (const kind of ["chrome", "firefox"]) {
  describe(kind, () => {
    let browser;
    before(async () => (browser = await launch(kind)));
    after(() => browser?.close());

    async function open(context, driver, path, viewport = { width: 1280, height: 800 }) {
      const browserContext = await browser.createBrowserContext();
      context.after(() => browserContext.close().catch(() => {}));
      const page = await browserContext.newPage();
      page.pageErrors = [];
      page.on("pageerror", (error) => page.pageErrors.push(error.message));
      page.on("console", (line) => /content security policy/i.test(line.text()) && page.pageErrors.push(line.text()));
      await resize(page, viewport);
      await page.goto(`${driver.server.url}/matches/${driver.id}${path}`, { waitUntil: "domcontentloaded" });
      await page.waitForSelector("#home-name", { timeout: LOAD_TIMEOUT_MS });
      return page;
    }

    /** The match page and the display, both live. */
    async function both(context, driver) {
      const match = await open(context, driver, "");
      const display = await open(context, driver, "/hd", DISPLAY);
      await waitForText(match, "#connection", "Live", LOAD_TIMEOUT_MS);
      await display.waitForSelector("#this-over", { timeout: LOAD_TIMEOUT_MS });
      await waitFor(() => display.evaluate(() => sessionStorage.length > 0), "the display to store its match", LOAD_TIMEOUT_MS);
      return [match, display];
    }

    test("a ball, a correction and an undo are shown on both pages", async (context) => {
      const server = await Server.start(context);
      const driver = await CricketMatchDriver.start(server);
      const [match, display] = await both(context, driver);

      await driver.bowlBalls("1 . 4 2nb", { commentary: "Pushed to <b>mid-on</b>." });
      await Promise.all([waitForText(match, "#home-score", "7/0 (0.3)"), waitForText(display, "#home-score", "7/0"), waitForText(display, "#home-overs", "0.3 / 20 overs")]);
      await Promise.all([waitForText(match, "#this-over", "1 . 4 2nb"), waitForText(match, ".a-ball .text", "Pushed to <b>mid-on</b>.")]);
      await waitForText(display, ".batter[data-strike] th", driver.live.striker.name);
      await waitForText(display, ".strip .free", "Free hit");

      await driver.correct(3, "6"); // it went for six
      await Promise.all([waitForText(match, "#home-score", "9/0 (0.3)"), waitForText(display, "#home-score", "9/0"), waitForText(match, "#this-over", "1 . 6 2nb")]);

      await driver.undo();
      await Promise.all([waitForText(match, "#home-score", "7/0 (0.3)"), waitForText(display, "#home-score", "7/0")]);
      assert.equal(await match.$$eval(".a-ball", (all) => all.length), 3);
      await selectTab(match, "Scorecard");
      await waitForText(match, "#card .total .runs", "7/0");
      await driver.bowlBalls("W");
      await waitForText(match, `#card tbody tr:nth-child(2) .how`, /^b Vera Costa$/);
      await waitForText(display, "#last-wicket", /· 7\/1$/);
      assert.deepEqual([...match.pageErrors, ...display.pageErrors], []);
    });

    test("fours, sixes, wickets and fifties are celebrated once", async (context) => {
      const server = await Server.start(context);
      const driver = await CricketMatchDriver.start(server);
      await driver.bowlBalls("6 6 6 6 6 6 1 6 6"); // an opener has 48
      const [, display] = await both(context, driver);
      await display.evaluate(() => {
        globalThis.cheers = [];
        document.addEventListener("animationstart", ({ animationName, target }) => animationName === "fall" && globalThis.cheers.push(target.textContent.trim()));
      });
      await driver.bowlBalls("4");
      await waitForText(display, ".celebration strong", "Four");
      await waitForText(display, ".celebration", "50 Ada Okafor", LOAD_TIMEOUT_MS);
      await driver.undo();
      await display.waitForSelector(".celebration", { hidden: true, timeout: UPDATE_TIMEOUT_MS });
      await driver.bowlBalls("4"); // the same ball, entered again
      await driver.bowlBalls("1 W");
      await waitForText(display, ".celebration strong", "Wicket");
      await waitFor(() => display.evaluate(() => globalThis.cheers.some((one) => one.startsWith("Wicket"))), "the wicket's celebration", UPDATE_TIMEOUT_MS);
      assert.deepEqual(await display.evaluate(() => globalThis.cheers.map((one) => one.split(" ")[0])), ["Four", "50", "Wicket"]);

      await display.reload();
      await display.waitForSelector("#this-over, #result", { timeout: LOAD_TIMEOUT_MS });
      await waitForText(display, "#home-score", /\/1$/);
      assert.equal(await display.$(".celebration"), null, "not again after a reload");
      assert.deepEqual(display.pageErrors, []);
    });

    test("a chase by a revised target to its end, with worm and overs", async (context) => {
      const server = await Server.start(context);
      const driver = await CricketMatchDriver.start(server, { format: { name: "t20", overs: 2 } });
      await driver.bowlBalls("6 . 1 2 4 W 6 1 1 1 . 3");
      const [match, display] = [await open(context, driver, ""), await open(context, driver, "/hd?lang=de", DISPLAY)];
      await waitForText(display, "#period", "Innings-Pause", LOAD_TIMEOUT_MS);
      await waitForText(display, "#result", "Rajasthan Kings brauchen 26 zum Sieg", LOAD_TIMEOUT_MS);
      await driver.postAction("target", { runs: 20, overs: "1.3", method: "DLS" });
      await waitForText(display, "#result", "Rajasthan Kings brauchen 20 zum Sieg");
      await driver.openInnings(driver.away);
      await driver.bowlBalls("6");
      await Promise.all([waitForText(display, "#target", "20"), waitForText(display, "#method", "DLS"), waitForText(display, "#needed", "14 aus 8"), waitForText(display, "#required", "10.50")]);
      await waitForText(match, "#match-summary", "Rajasthan Kings need 14 from 8 balls");
      await waitForText(match, "#target", "20");

      await selectTab(match, "Charts");
      await match.waitForSelector(".worm", { timeout: UPDATE_TIMEOUT_MS });
      assert.equal(await textOf(match, "#worm-desc"), "Deccan Sunrisers: 25 after 2 overs; Rajasthan Kings: 6 after 1 overs.");
      assert.equal(await match.$$eval(".manhattans .bar", (all) => all.length), 3);
      assert.deepEqual(await match.$$eval(".by-over tbody td", (all) => all.map((one) => one.textContent)), ["13 (13/1)", "6 (6/0)", "12 (25/1)", ""]);

      await driver.bowlBalls("6 6 4");
      await waitForText(display, "#result", "Rajasthan Kings won by 10 wickets with 5 balls remaining (DLS method)");
      await Promise.all([waitForText(match, "#period", "Finished"), waitForText(match, "#match-summary", /won by 10 wickets/), waitForText(match, "#away-score", "22/0 (0.4)")]);
      await driver.undo();
      await waitForText(match, "#match-summary", "Rajasthan Kings need 2 from 6 balls");
      await display.waitForSelector("#result", { hidden: true, timeout: UPDATE_TIMEOUT_MS });
      assert.deepEqual([...match.pageErrors, ...display.pageErrors], []);
    });

    test("a disputed ball is marked until the scorers agree", async (context) => {
      const server = await Server.start(context);
      const driver = await CricketMatchDriver.start(server, { scorers: 2 });
      const bo = await secondScorer(server, driver);
      const display = await open(context, driver, "/hd", DISPLAY);
      await display.waitForSelector("#this-over", { timeout: LOAD_TIMEOUT_MS });
      await driver.postAction("balls", { expected_number: 1, runs: { batter: 4 } });
      await bo({ expected_number: 1, runs: { batter: 6 } });
      await waitForText(display, ".checking", "Scorers are checking a ball");
      assert.equal(await textOf(display, "#home-score"), "0/0");
      await bo({ expected_number: 1, runs: { batter: 4 } });
      await waitForText(display, "#home-score", "4/0");
      // A celebration replaces the dispute's text.
      await display.waitForSelector(".checking", { hidden: true, timeout: UPDATE_TIMEOUT_MS });
      assert.deepEqual(display.pageErrors, []);
    });
  });
}

/** A second scorer; returns a function that submits a ball. */
async function secondScorer(server, driver) {
  const account = { email: "bo@example.org", password: "another long password" };
  const { id } = await server.post("/api/users", { ...account, name: "Bo", role: "user" });
  await server.post(`/api/matches/${driver.id}/officials`, { user_id: id, role: "scorer" });
  const headers = { "Content-Type": "application/json" };
  const { token } = await (await fetch(`${server.url}/api/auth/login`, { method: "POST", headers, body: JSON.stringify(account) })).json();
  return async (ball) => {
    const signed = { ...headers, Authorization: `Bearer ${token}`, "Idempotency-Key": randomUUID() };
    const answer = await fetch(`${server.url}/api/matches/${driver.id}/balls`, { method: "POST", headers: signed, body: JSON.stringify(ball) });
    assert.ok(answer.ok, await answer.text());
  };
}
