// Pages that show cricket, in Chromium: lists and tables, the replay, hostile and long names, few bytes, anybody can use them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { launch } from "./chromium.js";
import { counting } from "./counting.js";
import { isLive, newContext, open, OPENED_MS, shows, SOON_MS } from "./league.js";
import { Oval } from "./oval.js";
import { Server, until } from "./server.js";

const FIRST_VIEW_BYTES = 100 * 1024;
const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const INNINGS = "1 . 4 2 1wd 1 6 . 1 1 2nb 4 1 C 1 2 . 1lb 1 4 . 1 1 6 1 1";
const DISPLAY = { width: 1920, height: 1080 };
const HOSTILE = { home: `<img src=x onerror="alert('home')">`, away: `"><script>alert(1)</script>` };

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

const league = (server) => server.post("/api/events", { name: "Oval League", sport: "cricket", visibility: "public", tie_breakers: ["points", "net_run_rate", "name"] });

test("lists write scores as cricket does, and the table shows net run rates", async (context) => {
  const server = await Server.start(context);
  const event = (await league(server)).id;
  const oval = await Oval.start(server, { event, format: { name: "t20", overs: 2 } });
  await oval.bowls("6 . 1 2 4 W 6 1 1 1 . 3");
  await oval.opens(oval.away);
  await oval.bowls("1 1 4");
  const own = await newContext(context, browser);
  for (const path of ["/", `/events/${event}`, `/teams/${oval.home}`]) {
    const page = await open(own, server, path);
    await shows(page, ".game .line:first-child .number", /^25\/1 \(2\.0\)$/, OPENED_MS);
    await shows(page, ".game .line:last-child .number", /^6\/0 \(0\.3\)$/, OPENED_MS);
    await shows(page, ".game .when", "Live");
    assert.deepEqual(page.faults, [], path);
  }
  const page = await open(own, server, `/events/${event}`);
  await isLive(page);
  await oval.bowls("1 W 1");
  await shows(page, ".game .line:last-child .number", /^8\/1 \(1\.0\)$/);
  await oval.bowls(". . . . . .");
  await shows(page, ".results .ending", "Deccan Sunrisers won by 17 runs");
  await shows(page, ".standings tbody tr:first-child", /Deccan Sunrisers.*8\.500/s);
  await shows(page, ".standings thead", "NRR");
  await shows(page, ".results .line:first-child .number", /^25\/1 \(2\.0\)$/);
  for (const [path, list] of [["/", ".games"], [`/events/${event}`, ".results"], [`/teams/${oval.home}`, ".results"]]) {
    const again = await open(own, server, path);
    await shows(again, `${list} .line:first-child .number`, /^25\/1 \(2\.0\)$/, OPENED_MS);
    await shows(again, `${list} .line:nth-child(2) .number`, /^8\/1 \(2\.0\)$/);
    await shows(again, `${list} .ending`, "Deccan Sunrisers won by 17 runs");
    assert.deepEqual(again.faults, [], path);
  }
});

test("a team's page tells what its players have done, and follows one of them", async (context) => {
  const server = await Server.start(context);
  const oval = await Oval.start(server, { format: { name: "t20", overs: 2 } });
  const page = await open(await newContext(context, browser), server, `/teams/${oval.home}`);
  await isLive(page);
  await oval.bowls("6 . 1 2 4 W");
  await shows(page, ".deeds-of .players li:first-child", /Ada Okafor\s+batting 7\* \(3\)/);
  await shows(page, ".deeds-of .day", /^Batting$/);
  await oval.bowls("1 1 1 . 3 .");
  await oval.opens(oval.away);
  await oval.bowls("1 1 W");
  await shows(page, ".deeds-of .day", "Bowling to Rajasthan Kings");
  await shows(page, ".deeds-of:first-of-type .players li", /Kaya Mbeki\s+1\/2 \(0\.3\)/);
  await page.getByRole("combobox").selectOption({ label: "Kaya Mbeki" });
  assert.equal(await page.locator(".deeds-of").count(), 1);
  await page.getByRole("combobox").selectOption({ label: "Ivo Castellanos" });
  await shows(page, ".now-playing .empty", "Nothing of Ivo Castellanos yet.");
  assert.deepEqual(page.faults, []);
});

test("the match is played again, ball by ball, with its correction", async (context) => {
  const server = await Server.start(context);
  const oval = await Oval.start(server);
  await oval.bowls("1 4 6 W 1 1 2 2");
  await oval.correct(2, "6");
  const page = await open(await newContext(context, browser), server, `/matches/${oval.id}`);
  await page.getByRole("tab", { name: "Replay" }).click();
  await page.getByRole("radio", { name: "5,000×" }).check();
  await page.getByRole("button", { name: "Play" }).click();
  await shows(page, ".replay-lines", "Deccan Sunrisers 19/1 (1.2)", OPENED_MS);
  assert.deepEqual(await page.locator(".replay .an-over").first().locator("summary .chip").allInnerTexts(), ["2", "2"]);
  assert.deepEqual(page.faults, []);
});

test("the first view of a whole match is less than 100 KiB over the wire", { timeout: 120_000 }, async (context) => {
  const server = await Server.start(context);
  const oval = await Oval.start(server);
  for (const side of ["home", "away"]) {
    if (side === "away") await oval.opens(oval.away);
    for (let over = 0; over < 18; over += 1) await oval.bowls("1 . 2 1 1wd 4 1", { commentary: "Short of a length, worked off the pads to deep square leg, where there is one to be had." });
    if (side === "home") await oval.act("declare", { reason: "umpires" });
  }
  const counter = await counting(context, server.port);
  const page = await open(await newContext(context, browser), { url: counter.url }, `/matches/${oval.id}`);
  await isLive(page);
  await shows(page, ".a-ball .text", "Short of a length", OPENED_MS);
  await until(() => page.evaluate(() => document.fonts.status === "loaded"), "the letters");
  assert.ok(counter.bytes > 20 * 1024, "something was counted");
  assert.ok(counter.bytes < FIRST_VIEW_BYTES, `${counter.bytes} bytes`);
  context.diagnostic(`${counter.bytes} bytes`);
});

test("hostile names are text, and axe finds nothing serious", { timeout: 180_000 }, async (context) => {
  const server = await Server.start(context);
  const oval = await Oval.start(server, HOSTILE);
  await oval.bowls(INNINGS, { commentary: "<iframe src='javascript:alert(4)'></iframe>" });
  await oval.act("declare", { reason: "umpires" });
  await oval.opens(oval.away);
  await oval.bowls("1 4 W 1");
  for (const [colorScheme, width] of [["light", 1280], ["dark", 1280], ["light", 320], ["dark", 320]]) {
    const own = await newContext(context, browser, { colorScheme, viewport: { width, height: 800 } });
    for (const path of [`/matches/${oval.id}`, `/matches/${oval.id}/hd?theme=${colorScheme}`]) {
      const page = await open(own, server, path);
      await page.locator("#home-name").waitFor({ timeout: OPENED_MS });
      const tabs = await page.getByRole("tab").all();
      for (const tab of tabs.length > 0 ? tabs : [null]) {
        await tab?.click();
        await page.locator("#panel > *, #this-over").first().waitFor({ timeout: SOON_MS });
        assert.deepEqual(await findings(page), [], `${await tab?.innerText()} ${path}, ${colorScheme}, ${width}`);
        assert.equal(await page.locator("img, iframe, object, body script, body style").count(), 0, path);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${await tab?.innerText()} ${path} is ${overflow} px too wide for ${width}`);
      }
      assert.ok((await page.evaluate(() => document.body.textContent)).includes(HOSTILE.home), path);
      assert.deepEqual(page.faults, [], path);
      await page.close();
    }
  }
});

async function findings(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).slice(0, 3).join(" | ")}`);
}

test("every name fits on the display, and what is written can be read from afar", async (context) => {
  const server = await Server.start(context);
  const oval = await Oval.start(server, { home: "Borussia Mönchengladbach Amateure", away: "Wolverhampton Wanderers Cricket Club" });
  await oval.bowls(`${INNINGS} 1wd 2nb 1nb 5wd 1 1wd`);
  await oval.act("declare", { reason: "umpires" });
  await oval.act("target", { runs: 190, overs: "19.4", method: "DLS" });
  await oval.opens(oval.away);
  await oval.bowls("4 W 1wd 2nb 1wd 1 1wd 2 1lb");
  const own = await newContext(context, browser, { viewport: DISPLAY });
  for (const lang of ["de", "fr", "en"]) {
    const page = await open(own, server, `/matches/${oval.id}/hd?lang=${lang}`);
    await page.locator("#this-over").waitFor({ timeout: OPENED_MS });
    await until(() => page.evaluate(() => document.fonts.status === "loaded"), "the letters");
    const { clipped, small } = await page.evaluate(() => {
      const seen = [...document.querySelectorAll("#stage *")].filter((one) => !one.closest(".unseen") && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
      const boxes = [".half", ".strip", ".crease", ".lately", ".half .name"].flatMap((where) => [...document.querySelectorAll(where)]);
      return {
        clipped: boxes.filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1).map((one) => `${one.className} ${one.scrollWidth}/${one.clientWidth} ${one.scrollHeight}/${one.clientHeight}`),
        // A letter of a 27th of a screen's height is read from about 100 times that: 30 m before a screen of 8 m.
        small: seen.filter((one) => parseFloat(getComputedStyle(one).fontSize) < innerHeight / 27).map((one) => `${one.className || one.tagName} ${one.textContent}`),
      };
    });
    assert.deepEqual(clipped, [], lang);
    assert.deepEqual(small, [], lang);
  }
});
