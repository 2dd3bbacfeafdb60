// Cricket's scorer page in Chromium and Firefox: an over in taps, one offline, disagreeing scorers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { foldMatchMessage, matchView } from "../../web/client/match-stream.js";
import { loadSport } from "../../web/sports/registry.js";
import { launch, resize } from "./browsers.js";
import { ADMIN_CREDENTIALS, RECOVERY_TIMEOUT_MS, ScorerDevice, UPDATE_TIMEOUT_MS } from "./scorer-device.js";
import { Server, waitFor } from "./server.js";
import { FaultyProxy } from "./faulty-proxy.js";

await loadSport("cricket");

const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const SECOND_SCORER = { email: "bo@example.org", password: "another long password" };

for (const kind of ["chrome", "firefox"]) {
  describe(kind, () => {
    let browser;
    before(async () => (browser = await launch(kind)));
    after(() => browser?.close());

    async function openDevice(context, proxy, game, account = ADMIN_CREDENTIALS) {
      const profile = await browser.createBrowserContext();
      context.after(() => profile.close().catch(() => {}));
      const device = await ScorerDevice.open(profile, `${proxy.url}/scorer/${game.id}`);
      await device.signIn(account);
      return device;
    }

    test("toss, openers and an over: a ball takes two taps at most", async (context) => {
      const { server, game, proxy } = await prepareCricketMatch(context);
      const device = await openDevice(context, proxy, game);
      await device.selectOption("winner_team_id", game.home);
      await device.selectOption("decision", "bat");
      await device.pressButton("Record the toss");
      await device.waitForText("#toss", "Deccan won it and chose to bat.");
      await device.pressButton("Start the match");
      await device.selectOption("striker_id", game.batting[0]);
      await device.selectOption("non_striker_id", game.batting[1]);
      await device.selectOption("bowler_id", game.bowling[10]);
      await device.pressButton("Start the innings");

      await device.pressButton("1 run");
      await device.pressButton("No-ball");
      await device.pressButton("No-ball, 2 runs");
      await device.waitForText(".free-hit", "Free hit");
      await device.pressButton("6 runs");
      await device.pressButton("Wide");
      await device.pressButton("1 wide");
      await device.pressButton("Leg bye");
      await device.pressButton("1 leg bye");
      await device.pressButton("Wicket");
      await device.pressButton("Caught");
      await device.pressButton("4 Rajasthan 4");
      await device.pressButton("3 Deccan 3");
      await device.pressButton("No run");
      await device.pressButton("4 runs");
      await device.waitForText("#this-over", "13nb61wd1lbW.4");
      await device.waitForText("section.next h2", "Who bowls over 2?");
      await device.waitUntilSent();
      const { live } = await fetchState(server, game);
      assert.deepEqual([live.innings.runs, live.innings.wickets, live.innings.overs], [16, 1, "1.0"]);
      assert.deepEqual(live.last_over, ["1", "3nb", "6", "1wd", "1lb", "W", ".", "4"]);
      await device.waitForText("#overs", "1.0");

      // Nobody bowls two overs in a row, unless the umpires allow it.
      await device.pressButton("1 Rajasthan 1 0 of 4 overs");
      await device.pressButton("1 run");
      await device.waitUntilSent();
      await device.pressButton("Undo ball 9: 1");
      await device.pressButton("Sure? Undo ball 9: 1");
      await device.waitForText("#overs", "1.0");
      await device.waitForText("#runs", "16");

      // Quick taps; the bowler chosen before the undone ball stays.
      await device.page.waitForSelector('[data-runs="2"]');
      await device.page.$eval('[data-runs="2"]', (button) => (button.click(), button.click()));
      await device.waitForText("#runs", "20");
      await device.waitUntilSent();
      assert.equal((await fetchBalls(server, game)).length, 10);

      // Ball 3 was a four.
      await device.pressButton("Ball 3: 6");
      await waitFor(() => device.page.$("form.ball"), "the ball");
      await device.page.$eval('form.ball input[name="batter"]', (field) => (field.value = "4"));
      await device.pressButton("Correct the ball");
      await device.waitForText("#runs", "18");
      await device.waitUntilSent();
      assert.equal((await server.send("GET", `/api/matches/${game.id}/balls/3`)).runs.batter, 4);
      assert.deepEqual(device.pageErrors, []);
    });

    test("g5_two_taps_within_a_tick_are_two_balls_though_an_older_state_arrives_after_the_answer", async (context) => {
      const { server, game, proxy } = await prepareCricketMatch(context);
      await openScorer(server, game);
      const device = await openDevice(context, proxy, game);
      await device.pressButton("4 runs");
      await device.waitUntilSent();
      await device.waitForServerBall(2);

      proxy.holdStreams();
      const states = (next) => proxy.held.filter(({ text }) => text.includes(`"next":{"ball":${next}}`)).length;
      await device.pressButton("1 run");
      await device.waitUntilSent();
      await waitFor(() => states(3) === 1, "the state with two balls to be held back");
      await device.pressButton("Undo ball 2: 1");
      await device.pressButton("Sure? Undo ball 2: 1");
      await device.waitUntilSent();
      await waitFor(() => states(2) === 1, "the state after the undo to be held back");
      await device.waitForText("#runs", "4");
      proxy.release(proxy.held.findIndex(({ text }) => text.includes('"next":{"ball":3}')) + 1);
      await device.waitForServerBall(3);
      await device.waitForText("#runs", "4");

      await device.page.$eval('[data-runs="2"]', (button) => (button.click(), button.click()));
      await device.waitForText("#runs", "8");
      await device.waitUntilSent();
      proxy.release();
      await device.waitForServerBall(4);
      await device.waitForText("#runs", "8");
      assert.deepEqual((await fetchBalls(server, game)).map(({ symbol }) => symbol), ["4", "2", "2"]);
      assert.equal(await device.page.$(".refused"), null);
      assert.deepEqual(device.pageErrors, []);
    });

    test("g5_an_over_recorded_offline_in_a_closed_tab_arrives_once_and_in_order", async (context) => {
      const { server, game, proxy } = await prepareCricketMatch(context);
      await openScorer(server, game);
      const device = await openDevice(context, proxy, game);
      await device.waitForOfflineCache();
      await device.waitForSquads();
      await device.pressButton("4 runs");
      await device.waitUntilSent();

      proxy.setMode("cut");
      await device.waitForText(".connection", "Offline", RECOVERY_TIMEOUT_MS);
      await device.pressButton("1 run");
      await device.pressButton("Wicket");
      await device.pressButton("Bowled");
      await device.pressButton("3 Deccan 3");
      await device.pressButton("2 runs");
      await device.pressButton("Undo ball 4: 2");
      await device.pressButton("Sure? Undo ball 4: 2");
      await device.pressButton("3 runs");
      await device.waitForText("#queue", "6 waiting for the network");
      await device.waitForText("#overs", "0.4");
      await device.page.close();

      const again = await device.reopen();
      await again.waitForText("#overs", "0.4", RECOVERY_TIMEOUT_MS);
      await again.waitForText("#runs", "8");
      await again.waitForText("#this-over", "41W3");
      await again.pressButton("No run");
      await again.pressButton("1 run");
      await again.waitForText("section.next h2", "Who bowls over 2?");
      await again.pressButton("1 Rajasthan 1 0 of 4 overs");
      await again.pressButton("Bye");
      await again.pressButton("2 byes");
      assert.equal((await fetchBalls(server, game)).length, 1, "nothing has reached the server");

      proxy.setMode("open");
      await again.waitUntilSent(RECOVERY_TIMEOUT_MS);
      const recorded = (await fetchBalls(server, game)).map(({ over, symbol, striker }) => `${over} ${symbol} ${striker}`);
      assert.deepEqual(recorded, [
        "0.1 4 Deccan 1", "0.2 1 Deccan 1", "0.3 W Deccan 2", "0.4 3 Deccan 3", "0.5 . Deccan 1", "0.6 1 Deccan 1", "1.1 2b Deccan 1",
      ]);
      await again.waitForText(".connection", "Live", RECOVERY_TIMEOUT_MS);
      await again.waitForText("#overs", "1.1");
      await again.waitForText("#runs", "11");
      assert.equal(await again.page.$(".refused"), null);
      assert.deepEqual([...device.pageErrors, ...again.pageErrors], []);
    });

    test("a ball that another scorer entered meanwhile is neither doubled nor undone", async (context) => {
      const { server, game, proxy } = await prepareCricketMatch(context);
      await openScorer(server, game);
      const device = await openDevice(context, proxy, game, SECOND_SCORER);
      await device.pressButton("1 run");
      await device.waitUntilSent();
      await device.waitForServerBall(2); // nothing is waiting before the tap is stored either
      proxy.setMode("cut");
      await device.waitForText(".connection", "Offline", RECOVERY_TIMEOUT_MS);
      await device.pressButton("6 runs");
      await device.pressButton("Undo ball 2: 6");
      await device.pressButton("Sure? Undo ball 2: 6");
      await server.post(`/api/matches/${game.id}/balls`, { runs: { batter: 2 }, expected_number: 2 });
      proxy.setMode("open");
      await device.waitForText(".refused .why", "the next ball is 3, not 2", RECOVERY_TIMEOUT_MS);
      await device.waitForText(".refused .why", "ball 2 was entered by somebody else");
      assert.deepEqual((await fetchBalls(server, game)).map(({ symbol }) => symbol), ["1", "2"]);
      await device.waitForText("#runs", "3");
      await device.pressButton("Discard all 2");
      await device.pressButton("Really? Discard all 2");
      await waitFor(async () => !(await device.page.$(".refused")), "the refused command to go", UPDATE_TIMEOUT_MS);
      assert.deepEqual(device.pageErrors, []);
    });

    test("two scorers see each other's submissions at once, disagree, and agree or are overruled", async (context) => {
      const { server, game, proxy } = await prepareCricketMatch(context, { scorers_required: 2 });
      await openScorer(server, game);
      const ann = await openDevice(context, proxy, game);
      const bo = await openDevice(context, proxy, game, SECOND_SCORER);
      await ann.pressButton("4 runs");
      await bo.waitForText(".other", "Ball 1: Administrator says 4", UPDATE_TIMEOUT_MS);
      await ann.waitForText("#unofficial", "Ball 1 waits for another scorer’s submission.");
      await ann.waitForText("#runs", "4");
      await bo.pressButton("Agree: 4");
      await waitFor(async () => (await fetchBalls(server, game)).length === 1, "the first ball");

      await ann.pressButton("1 run");
      await ann.pressButton("No run"); // the next ball may be submitted meanwhile
      await bo.waitForText(".other", "Ball 3: Administrator says .", UPDATE_TIMEOUT_MS);
      await bo.pressButton("2 runs");
      await bo.pressButton("No run");
      for (const device of [ann, bo]) await device.waitForText(".dispute h2", "Scorers disagree on ball 2", UPDATE_TIMEOUT_MS);
      const rows = () => bo.page.$$eval('.dispute [data-field="runs.batter"] td', (cells) => cells.map(({ textContent }) => textContent));
      assert.deepEqual(await rows(), ["1", "2"]);
      assert.deepEqual(await bo.page.$$eval(".dispute thead th[scope=col]", (cells) => cells.map(({ textContent }) => textContent)), ["What", "Administrator", "You"]);
      assert.ok(!(await bo.page.evaluate(() => document.body.textContent.includes("Rule:"))), "a scorer may not rule");
      await bo.pressButton("Agree with Administrator");
      for (const device of [ann, bo]) await waitFor(async () => !(await device.page.$(".dispute")), "the dispute to end", UPDATE_TIMEOUT_MS);
      assert.deepEqual((await fetchBalls(server, game)).map(({ symbol, by }) => `${symbol} ${by.length}`), ["4 2", "1 2", ". 2"]);

      await ann.pressButton("6 runs");
      await bo.pressButton("4 runs");
      await ann.pressButton("Rule: 4 (Bo)");
      await waitFor(async () => (await fetchBalls(server, game)).length === 4, "the ruling");
      for (const device of [ann, bo]) await device.waitForText("#runs", "9", UPDATE_TIMEOUT_MS);
      assert.equal((await fetchBalls(server, game)).at(-1).symbol, "4");
      assert.deepEqual([...ann.pageErrors, ...bo.pageErrors], []);
    });

    test("it works by keyboard at 320 pixels, without a serious accessibility problem", async (context) => {
      const { server, game, proxy } = await prepareCricketMatch(context);
      await openScorer(server, game);
      const device = await openDevice(context, proxy, game);
      await resize(device.page, { width: 320, height: 640 });
      await device.page.waitForSelector('[data-runs="4"]');
      await device.page.focus('[data-runs="4"]');
      await device.page.keyboard.press("Enter");
      await device.waitForText("#live-region", "4 runs. 4 for 0");
      await device.page.focus('[data-runs="W"]');
      await device.page.keyboard.press("Enter");
      await device.page.waitForSelector("dialog[open]");
      await device.assertAccessible(AXE);
      await device.page.keyboard.press("Escape");
      await waitFor(async () => !(await device.page.$("dialog[open]")), "the sheet to close");
      assert.equal(await device.page.evaluate(() => document.activeElement.dataset.runs), "W", "the focus goes back");
      await device.assertAccessible(AXE);
      if (kind === "chrome") { // in Firefox this can't be emulated from here
        await device.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
        await device.assertAccessible(AXE);
      }
      await device.page.keyboard.press("Enter");
      await device.page.waitForSelector('[data-wicket="bowled"]');
      await device.page.focus('[data-wicket="bowled"]');
      await device.page.keyboard.press("Enter");
      await device.waitForText("section.next h2", "New batter, on strike");
      const isThere = () => device.page.evaluate(() => Boolean(document.activeElement?.closest(".ball-pad")));
      await waitFor(isThere, "the focus to move to the new batter", UPDATE_TIMEOUT_MS);

      // The next batter never comes.
      await device.pressButton("Between balls …");
      await device.pressButton("A batter is timed out …");
      await device.selectOption("player_out_id", game.batting[4]);
      await device.pressButton("Record the wicket");
      await device.waitForText("#wickets", "2");
      await device.waitUntilSent();
      const card = (await fetchState(server, game)).scorecard.innings[0].batting.find(({ player_id }) => player_id === game.batting[4]);
      assert.equal(card.dismissal, "timed out");
      assert.ok(await device.page.evaluate(() => document.documentElement.scrollWidth <= 320));
      assert.deepEqual(device.pageErrors, []);
    });
  });
}

/** A scheduled match of two teams of eleven, a second scorer, and a faulty proxy. */
async function prepareCricketMatch(context, more = {}) {
  const server = await Server.start(context);
  const createTeamOfEleven = async (name, short_name, colour) => {
    const { id } = await server.post("/api/teams", { name, short_name, colour, visibility: "public" });
    const players = [];
    for (let shirt = 1; shirt <= 11; shirt++) players.push((await server.post(`/api/teams/${id}/players`, { name: `${name} ${shirt}`, shirt_number: shirt })).id);
    return [id, players];
  };
  const [home, batting] = await createTeamOfEleven("Deccan", "DC", "#0a4ea2");
  const [away, bowling] = await createTeamOfEleven("Rajasthan", "RR", "#e0218a");
  const { id } = await server.post("/api/matches", { sport: "cricket", home_team_id: home, away_team_id: away, format: "t20", ...more });
  const { id: bo } = await server.post("/api/users", { ...SECOND_SCORER, name: "Bo", role: "user" });
  await server.post(`/api/matches/${id}/officials`, { user_id: bo, role: "scorer" });
  const { id: admin } = await server.send("GET", "/api/auth/me");
  await server.post(`/api/matches/${id}/officials`, { user_id: admin, role: "referee" });
  return { server, game: { id, home, away, batting, bowling }, proxy: await FaultyProxy.startFor(context, server.url) };
}

/** Starts the first innings. */
async function openScorer(server, { id, home, batting, bowling }) {
  await server.post(`/api/matches/${id}/start`, {});
  await server.post(`/api/matches/${id}/innings`, { batting_team_id: home, striker_id: batting[0], non_striker_id: batting[1], bowler_id: bowling[10] });
}

/** The match as pages draw it. */
const fetchState = async (server, game) => matchView(foldMatchMessage(null, await server.send("GET", `/api/matches/${game.id}/state`)));
const fetchBalls = async (server, game) => (await server.send("GET", `/api/matches/${game.id}/balls`)).items;
