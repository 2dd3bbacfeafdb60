// Pages with cricket in Chromium: lists, tables, replay, hostile and long names, size, accessibility.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { launch } from "./chromium.js";
import { startCountingProxy } from "./counting-proxy.js";
import { waitUntilLive, newBrowserContext, openPage, LOAD_TIMEOUT_MS, waitForText, UPDATE_TIMEOUT_MS } from "./league-fixture.js";
import { CricketMatchDriver } from "./cricket-match-driver.js";
import { Server, waitFor } from "./server.js";

const FIRST_VIEW_BYTES = 100 * 1024;
const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const INNINGS = "1 . 4 2 1wd 1 6 . 1 1 2nb 4 1 C 1 2 . 1lb 1 4 . 1 1 6 1 1";
const DISPLAY = { width: 1920, height: 1080 };
const HOSTILE = { home: `<img src=x onerror="alert('home')">`, away: `"><script>alert(1)</script>` };

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

const league = (server) => server.post("/api/events", { name: "Oval League", sport: "cricket", visibility: "public", tie_breakers: ["points", "net_run_rate", "name"] });

test("lists show cricket scores, and the table shows net run rates", async (context) => {
  const server = await Server.start(context);
  const event = (await league(server)).id;
  const driver = await CricketMatchDriver.start(server, { event, format: { name: "t20", overs: 2 } });
  await driver.bowlBalls("6 . 1 2 4 W 6 1 1 1 . 3");
  await driver.openInnings(driver.away);
  await driver.bowlBalls("1 1 4");
  const browserContext = await newBrowserContext(context, browser);
  for (const path of ["/", `/events/${event}`, `/teams/${driver.home}`]) {
    const page = await openPage(browserContext, server, path);
    await waitForText(page, ".game .line:first-child .number", /^25\/1 \(2\.0\)$/, LOAD_TIMEOUT_MS);
    await waitForText(page, ".game .line:last-child .number", /^6\/0 \(0\.3\)$/, LOAD_TIMEOUT_MS);
    await waitForText(page, ".game .when", "Live");
    assert.deepEqual(page.pageErrors, [], path);
  }
  const page = await openPage(browserContext, server, `/events/${event}`);
  await waitUntilLive(page);
  await driver.bowlBalls("1 W 1");
  await waitForText(page, ".game .line:last-child .number", /^8\/1 \(1\.0\)$/);
  await driver.bowlBalls(". . . . . .");
  await waitForText(page, ".results .ending", "Deccan Sunrisers won by 17 runs");
  await waitForText(page, ".standings tbody tr:first-child", /Deccan Sunrisers.*8\.500/s);
  await waitForText(page, ".standings thead", "NRR");
  await waitForText(page, ".results .line:first-child .number", /^25\/1 \(2\.0\)$/);
  for (const [path, list] of [["/", ".games"], [`/events/${event}`, ".results"], [`/teams/${driver.home}`, ".results"]]) {
    const again = await openPage(browserContext, server, path);
    await waitForText(again, `${list} .line:first-child .number`, /^25\/1 \(2\.0\)$/, LOAD_TIMEOUT_MS);
    await waitForText(again, `${list} .line:nth-child(2) .number`, /^8\/1 \(2\.0\)$/);
    await waitForText(again, `${list} .ending`, "Deccan Sunrisers won by 17 runs");
    assert.deepEqual(again.pageErrors, [], path);
  }
});

test("a team's page shows its players' performances, and can follow one player", async (context) => {
  const server = await Server.start(context);
  const driver = await CricketMatchDriver.start(server, { format: { name: "t20", overs: 2 } });
  const page = await openPage(await newBrowserContext(context, browser), server, `/teams/${driver.home}`);
  await waitUntilLive(page);
  await driver.bowlBalls("6 . 1 2 4 W");
  await waitForText(page, ".innings-performances .players li:first-child", /Ada Okafor\s+batting 7\* \(3\)/);
  await waitForText(page, ".innings-performances .day", /^Batting$/);
  await driver.bowlBalls("1 1 1 . 3 .");
  await driver.openInnings(driver.away);
  await driver.bowlBalls("1 1 W");
  await waitForText(page, ".innings-performances .day", "Bowling to Rajasthan Kings");
  await waitForText(page, ".innings-performances:first-of-type .players li", /Kaya Mbeki\s+1\/2 \(0\.3\)/);
  await page.getByRole("combobox").selectOption({ label: "Kaya Mbeki" });
  assert.equal(await page.locator(".innings-performances").count(), 1);
  await page.getByRole("combobox").selectOption({ label: "Ivo Castellanos" });
  await waitForText(page, ".now-playing .empty", "Nothing of Ivo Castellanos yet.");
  assert.deepEqual(page.pageErrors, []);
});

test("a replay shows the match ball by ball, with its correction", async (context) => {
  const server = await Server.start(context);
  const driver = await CricketMatchDriver.start(server);
  await driver.bowlBalls("1 4 6 W 1 1 2 2");
  await driver.correct(2, "6");
  const page = await openPage(await newBrowserContext(context, browser), server, `/matches/${driver.id}`);
  await page.getByRole("tab", { name: "Replay" }).click();
  await page.getByRole("radio", { name: "5,000×" }).check();
  await page.getByRole("button", { name: "Play" }).click();
  await waitForText(page, ".replay-lines", "Deccan Sunrisers 19/1 (1.2)", LOAD_TIMEOUT_MS);
  assert.deepEqual(await page.locator(".replay .an-over").first().locator("summary .chip").allInnerTexts(), ["2", "2"]);
  assert.deepEqual(page.pageErrors, []);
});

test("the first view of a whole match is less than 100 KiB over the wire", { timeout: 120_000 }, async (context) => {
  const server = await Server.start(context);
  const driver = await CricketMatchDriver.start(server);
  for (const side of ["home", "away"]) {
    if (side === "away") await driver.openInnings(driver.away);
    for (let over = 0; over < 18; over += 1) await driver.bowlBalls("1 . 2 1 1wd 4 1", { commentary: "Short of a length, worked off the pads to deep square leg, where there is one to be had." });
    if (side === "home") await driver.postAction("declare", { reason: "umpires" });
  }
  const counter = await startCountingProxy(context, server.port);
  const page = await openPage(await newBrowserContext(context, browser), { url: counter.url }, `/matches/${driver.id}`);
  await waitUntilLive(page);
  await waitForText(page, ".a-ball .text", "Short of a length", LOAD_TIMEOUT_MS);
  await waitFor(() => page.evaluate(() => document.fonts.status === "loaded"), "the fonts");
  assert.ok(counter.bytes > 20 * 1024, "something was counted");
  assert.ok(counter.bytes < FIRST_VIEW_BYTES, `${counter.bytes} bytes`);
  context.diagnostic(`${counter.bytes} bytes`);
});

test("hostile names are text, and axe finds nothing serious", { timeout: 180_000 }, async (context) => {
  const server = await Server.start(context);
  const driver = await CricketMatchDriver.start(server, HOSTILE);
  await driver.bowlBalls(INNINGS, { commentary: "<iframe src='javascript:alert(4)'></iframe>" });
  await driver.postAction("declare", { reason: "umpires" });
  await driver.openInnings(driver.away);
  await driver.bowlBalls("1 4 W 1");
  for (const [colorScheme, width] of [["light", 1280], ["dark", 1280], ["light", 320], ["dark", 320]]) {
    const browserContext = await newBrowserContext(context, browser, { colorScheme, viewport: { width, height: 800 } });
    for (const path of [`/matches/${driver.id}`, `/matches/${driver.id}/hd?theme=${colorScheme}`]) {
      const page = await openPage(browserContext, server, path);
      await page.locator("#home-name").waitFor({ timeout: LOAD_TIMEOUT_MS });
      const tabs = await page.getByRole("tab").all();
      for (const tab of tabs.length > 0 ? tabs : [null]) {
        await tab?.click();
        await page.locator("#panel > *, #this-over").first().waitFor({ timeout: UPDATE_TIMEOUT_MS });
        assert.deepEqual(await accessibilityFindings(page), [], `${await tab?.innerText()} ${path}, ${colorScheme}, ${width}`);
        assert.equal(await page.locator("img, iframe, object, body script, body style").count(), 0, path);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${await tab?.innerText()} ${path} is ${overflow} px too wide for ${width}`);
      }
      assert.ok((await page.evaluate(() => document.body.textContent)).includes(HOSTILE.home), path);
      assert.deepEqual(page.pageErrors, [], path);
      await page.close();
    }
  }
});

async function accessibilityFindings(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).slice(0, 3).join(" | ")}`);
}

test("every name fits on the display, and its text can be read from afar", async (context) => {
  const server = await Server.start(context);
  const driver = await CricketMatchDriver.start(server, { home: "Borussia Mönchengladbach Amateure", away: "Wolverhampton Wanderers Cricket Club" });
  await driver.bowlBalls(`${INNINGS} 1wd 2nb 1nb 5wd 1 1wd`);
  await driver.postAction("declare", { reason: "umpires" });
  await driver.postAction("target", { runs: 190, overs: "19.4", method: "DLS" });
  await driver.openInnings(driver.away);
  await driver.bowlBalls("4 W 1wd 2nb 1wd 1 1wd 2 1lb");
  const browserContext = await newBrowserContext(context, browser, { viewport: DISPLAY });
  for (const lang of ["de", "fr", "en"]) {
    const page = await openPage(browserContext, server, `/matches/${driver.id}/hd?lang=${lang}`);
    await page.locator("#this-over").waitFor({ timeout: LOAD_TIMEOUT_MS });
    await waitFor(() => page.evaluate(() => document.fonts.status === "loaded"), "the fonts");
    const { clipped, small } = await page.evaluate(() => {
      const seen = [...document.querySelectorAll("#stage *")].filter((one) => !one.closest(".visually-hidden") && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
      const boxes = [".half", ".strip", ".crease", ".lately", ".half .name"].flatMap((where) => [...document.querySelectorAll(where)]);
      return {
        clipped: boxes.filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1).map((one) => `${one.className} ${one.scrollWidth}/${one.clientWidth} ${one.scrollHeight}/${one.clientHeight}`),
        // Letters of 1/27 of a screen's height can be read from 100 times that: 30 m from a screen of 8 m.
        small: seen.filter((one) => parseFloat(getComputedStyle(one).fontSize) < innerHeight / 27).map((one) => `${one.className || one.tagName} ${one.textContent}`),
      };
    });
    assert.deepEqual(clipped, [], lang);
    assert.deepEqual(small, [], lang);
  }
});
