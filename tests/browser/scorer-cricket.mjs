// Cricket's scorer page in Chromium and Firefox: an over in taps, one offline, and disagreeing scorers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { launch, resize } from "./browsers.js";
import { ADMIN_CREDENTIALS, RECOVERY_TIMEOUT_MS, ScorerDevice, UPDATE_TIMEOUT_MS } from "./scorer-device.js";
import { Server, waitFor } from "./server.js";
import { FaultyProxy } from "./faulty-proxy.js";

const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const SECOND_SCORER = { email: "bo@example.org", password: "another long password" };

for (const kind of ["chrome", "firefox"]) {
  describe(kind, () => {
    let browser;
    before(async () => (browser = await launch(kind)));
    after(() => browser?.close());

    async function device(context, tunnel, game, account = ADMIN_CREDENTIALS) {
      const profile = await browser.createBrowserContext();
      context.after(() => profile.close().catch(() => {}));
      const desk = await ScorerDevice.open(profile, `${tunnel.url}/scorer/${game.id}`);
      await desk.signIn(account);
      return desk;
    }

    test("toss, openers and an over: a ball takes two taps at most", async (context) => {
      const { server, game, tunnel } = await prepareCricketMatch(context);
      const desk = await device(context, tunnel, game);
      await desk.selectOption("winner_team_id", game.home);
      await desk.selectOption("decision", "bat");
      await desk.pressButton("Record the toss");
      await desk.waitForText("#toss", "Deccan won it and chose to bat.");
      await desk.pressButton("Start the match");
      await desk.selectOption("striker_id", game.batting[0]);
      await desk.selectOption("non_striker_id", game.batting[1]);
      await desk.selectOption("bowler_id", game.bowling[10]);
      await desk.pressButton("Start the innings");

      await desk.pressButton("1 run");
      await desk.pressButton("No-ball");
      await desk.pressButton("No-ball, 2 runs");
      await desk.waitForText(".free-hit", "Free hit");
      await desk.pressButton("6 runs");
      await desk.pressButton("Wide");
      await desk.pressButton("1 wide");
      await desk.pressButton("Leg bye");
      await desk.pressButton("1 leg bye");
      await desk.pressButton("Wicket");
      await desk.pressButton("Caught");
      await desk.pressButton("4 Rajasthan 4");
      await desk.pressButton("3 Deccan 3");
      await desk.pressButton("No run");
      await desk.pressButton("4 runs");
      await desk.waitForText("#this-over", "13nb61wd1lbW.4");
      await desk.waitForText("section.next h2", "Who bowls over 2?");
      await desk.waitUntilSent();
      const { live } = await fetchState(server, game);
      assert.deepEqual([live.innings.runs, live.innings.wickets, live.innings.overs], [16, 1, "1.0"]);
      assert.deepEqual(live.last_over, ["1", "3nb", "6", "1wd", "1lb", "W", ".", "4"]);
      await desk.waitForText("#overs", "1.0");

      // Nobody bowls two overs in a row, unless the umpires allow it.
      await desk.pressButton("1 Rajasthan 1 0 of 4 overs");
      await desk.pressButton("1 run");
      await desk.waitUntilSent();
      await desk.pressButton("Undo ball 9: 1");
      await desk.pressButton("Sure? Undo ball 9: 1");
      await desk.waitForText("#overs", "1.0");
      await desk.waitForText("#runs", "16");

      // Quick taps; the bowler chosen before the undone ball stays.
      await desk.page.waitForSelector('[data-runs="2"]');
      await desk.page.$eval('[data-runs="2"]', (button) => (button.click(), button.click()));
      await desk.waitForText("#runs", "20");
      await desk.waitUntilSent();
      assert.equal((await fetchBalls(server, game)).length, 10);

      // Ball 3 was a four.
      await desk.pressButton("Ball 3: 6");
      await waitFor(() => desk.page.$("form.ball"), "the ball");
      await desk.page.$eval('form.ball input[name="batter"]', (field) => (field.value = "4"));
      await desk.pressButton("Correct the ball");
      await desk.waitForText("#runs", "18");
      await desk.waitUntilSent();
      assert.equal((await server.send("GET", `/api/matches/${game.id}/balls/3`)).runs.batter, 4);
      assert.deepEqual(desk.pageErrors, []);
    });

    test("g5_two_taps_within_a_tick_are_two_balls_though_an_older_state_arrives_after_the_answer", async (context) => {
      const { server, game, tunnel } = await prepareCricketMatch(context);
      await openScorer(server, game);
      const desk = await device(context, tunnel, game);
      await desk.pressButton("4 runs");
      await desk.waitUntilSent();
      await desk.isTold(2);

      tunnel.holdStreams();
      const states = (next) => tunnel.held.filter(({ text }) => text.includes(`"next_number":${next}`)).length;
      await desk.pressButton("1 run");
      await desk.waitUntilSent();
      await waitFor(() => states(3) === 1, "the state with two balls to be held back");
      await desk.pressButton("Undo ball 2: 1");
      await desk.pressButton("Sure? Undo ball 2: 1");
      await desk.waitUntilSent();
      await waitFor(() => states(2) === 1, "the state after the undo to be held back");
      await desk.waitForText("#runs", "4");
      tunnel.release(tunnel.held.findIndex(({ text }) => text.includes('"next_number":3')) + 1);
      await desk.isTold(3);
      await desk.waitForText("#runs", "4");

      await desk.page.$eval('[data-runs="2"]', (button) => (button.click(), button.click()));
      await desk.waitForText("#runs", "8");
      await desk.waitUntilSent();
      tunnel.release();
      await desk.isTold(4);
      await desk.waitForText("#runs", "8");
      assert.deepEqual((await fetchBalls(server, game)).map(({ symbol }) => symbol), ["4", "2", "2"]);
      assert.equal(await desk.page.$(".refused"), null);
      assert.deepEqual(desk.pageErrors, []);
    });

    test("g5_an_over_recorded_offline_in_a_closed_tab_arrives_once_and_in_order", async (context) => {
      const { server, game, tunnel } = await prepareCricketMatch(context);
      await openScorer(server, game);
      const desk = await device(context, tunnel, game);
      await desk.waitForOfflineCache();
      await desk.waitForSquads();
      await desk.pressButton("4 runs");
      await desk.waitUntilSent();

      tunnel.setMode("cut");
      await desk.waitForText(".connection", "Offline", RECOVERY_TIMEOUT_MS);
      await desk.pressButton("1 run");
      await desk.pressButton("Wicket");
      await desk.pressButton("Bowled");
      await desk.pressButton("3 Deccan 3");
      await desk.pressButton("2 runs");
      await desk.pressButton("Undo ball 4: 2");
      await desk.pressButton("Sure? Undo ball 4: 2");
      await desk.pressButton("3 runs");
      await desk.waitForText("#queue", "6 waiting for the network");
      await desk.waitForText("#overs", "0.4");
      await desk.page.close();

      const again = await desk.reopen();
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

      tunnel.setMode("open");
      await again.waitUntilSent(RECOVERY_TIMEOUT_MS);
      const told = (await fetchBalls(server, game)).map(({ over, symbol, striker }) => `${over} ${symbol} ${striker}`);
      assert.deepEqual(told, [
        "0.1 4 Deccan 1", "0.2 1 Deccan 1", "0.3 W Deccan 2", "0.4 3 Deccan 3", "0.5 . Deccan 1", "0.6 1 Deccan 1", "1.1 2b Deccan 1",
      ]);
      await again.waitForText(".connection", "Live", RECOVERY_TIMEOUT_MS);
      await again.waitForText("#overs", "1.1");
      await again.waitForText("#runs", "11");
      assert.equal(await again.page.$(".refused"), null);
      assert.deepEqual([...desk.pageErrors, ...again.pageErrors], []);
    });

    test("a ball that another scorer entered meanwhile is neither doubled nor undone", async (context) => {
      const { server, game, tunnel } = await prepareCricketMatch(context);
      await openScorer(server, game);
      const desk = await device(context, tunnel, game, SECOND_SCORER);
      await desk.pressButton("1 run");
      await desk.waitUntilSent();
      tunnel.setMode("cut");
      await desk.waitForText(".connection", "Offline", RECOVERY_TIMEOUT_MS);
      await desk.pressButton("6 runs");
      await desk.pressButton("Undo ball 2: 6");
      await desk.pressButton("Sure? Undo ball 2: 6");
      await server.post(`/api/matches/${game.id}/balls`, { runs: { batter: 2 }, expected_number: 2 });
      tunnel.setMode("open");
      await desk.waitForText(".refused .why", "the next ball is 3, not 2", RECOVERY_TIMEOUT_MS);
      await desk.waitForText(".refused .why", "ball 2 was entered by somebody else");
      assert.deepEqual((await fetchBalls(server, game)).map(({ symbol }) => symbol), ["1", "2"]);
      await desk.waitForText("#runs", "3");
      await desk.pressButton("Drop all 2");
      await desk.pressButton("Really? Drop all 2");
      await waitFor(async () => !(await desk.page.$(".refused")), "the refused to go", UPDATE_TIMEOUT_MS);
      assert.deepEqual(desk.pageErrors, []);
    });

    test("two scorers see each other's submissions at once, disagree, and agree or are overruled", async (context) => {
      const { server, game, tunnel } = await prepareCricketMatch(context, { scorers_required: 2 });
      await openScorer(server, game);
      const ann = await device(context, tunnel, game);
      const bo = await device(context, tunnel, game, SECOND_SCORER);
      await ann.pressButton("4 runs");
      await bo.waitForText(".other", "Ball 1: Administrator says 4", UPDATE_TIMEOUT_MS);
      await ann.waitForText("#unofficial", "Ball 1 waits for another scorer’s word.");
      await ann.waitForText("#runs", "4");
      await bo.pressButton("Agree: 4");
      await waitFor(async () => (await fetchBalls(server, game)).length === 1, "the first ball");

      await ann.pressButton("1 run");
      await ann.pressButton("No run"); // the next ball may be submitted meanwhile
      await bo.waitForText(".other", "Ball 3: Administrator says .", UPDATE_TIMEOUT_MS);
      await bo.pressButton("2 runs");
      await bo.pressButton("No run");
      for (const desk of [ann, bo]) await desk.waitForText(".dispute h2", "Scorers differ on ball 2", UPDATE_TIMEOUT_MS);
      const rows = () => bo.page.$$eval('.dispute [data-field="runs.batter"] td', (cells) => cells.map(({ textContent }) => textContent));
      assert.deepEqual(await rows(), ["1", "2"]);
      assert.deepEqual(await bo.page.$$eval(".dispute thead th[scope=col]", (cells) => cells.map(({ textContent }) => textContent)), ["What", "Administrator", "You"]);
      assert.ok(!(await bo.page.evaluate(() => document.body.textContent.includes("Rule:"))), "a scorer rules on nothing");
      await bo.pressButton("Agree with Administrator");
      for (const desk of [ann, bo]) await waitFor(async () => !(await desk.page.$(".dispute")), "the dispute to end", UPDATE_TIMEOUT_MS);
      assert.deepEqual((await fetchBalls(server, game)).map(({ symbol, by }) => `${symbol} ${by.length}`), ["4 2", "1 2", ". 2"]);

      await ann.pressButton("6 runs");
      await bo.pressButton("4 runs");
      await ann.pressButton("Rule: 4 (Bo)");
      await waitFor(async () => (await fetchBalls(server, game)).length === 4, "the ruling");
      for (const desk of [ann, bo]) await desk.waitForText("#runs", "9", UPDATE_TIMEOUT_MS);
      assert.equal((await fetchBalls(server, game)).at(-1).symbol, "4");
      assert.deepEqual([...ann.pageErrors, ...bo.pageErrors], []);
    });

    test("it works by keyboard at 320 pixels, without a serious accessibility problem", async (context) => {
      const { server, game, tunnel } = await prepareCricketMatch(context);
      await openScorer(server, game);
      const desk = await device(context, tunnel, game);
      await resize(desk.page, { width: 320, height: 640 });
      await desk.page.waitForSelector('[data-runs="4"]');
      await desk.page.focus('[data-runs="4"]');
      await desk.page.keyboard.press("Enter");
      await desk.waitForText("#said", "4 runs. 4 for 0");
      await desk.page.focus('[data-runs="W"]');
      await desk.page.keyboard.press("Enter");
      await desk.page.waitForSelector("dialog[open]");
      await desk.assertAccessible(AXE);
      await desk.page.keyboard.press("Escape");
      await waitFor(async () => !(await desk.page.$("dialog[open]")), "the sheet to close");
      assert.equal(await desk.page.evaluate(() => document.activeElement.dataset.runs), "W", "the focus goes back");
      await desk.assertAccessible(AXE);
      if (kind === "chrome") { // in Firefox this can't be emulated from here
        await desk.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
        await desk.assertAccessible(AXE);
      }
      await desk.page.keyboard.press("Enter");
      await desk.page.waitForSelector('[data-wicket="bowled"]');
      await desk.page.focus('[data-wicket="bowled"]');
      await desk.page.keyboard.press("Enter");
      await desk.waitForText("section.next h2", "New batter, on strike");
      const isThere = () => desk.page.evaluate(() => Boolean(document.activeElement?.closest(".ball-pad")));
      await waitFor(isThere, "the keyboard to be where the new batter is chosen", UPDATE_TIMEOUT_MS);

      // The next batter never comes.
      await desk.pressButton("Between balls …");
      await desk.pressButton("A batter is timed out …");
      await desk.selectOption("player_out_id", game.batting[4]);
      await desk.pressButton("Record the wicket");
      await desk.waitForText("#wickets", "2");
      await desk.waitUntilSent();
      const card = (await fetchState(server, game)).scorecard.innings[0].batting.find(({ player_id }) => player_id === game.batting[4]);
      assert.equal(card.dismissal, "timed out");
      assert.ok(await desk.page.evaluate(() => document.documentElement.scrollWidth <= 320));
      assert.deepEqual(desk.pageErrors, []);
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
  return { server, game: { id, home, away, batting, bowling }, tunnel: await FaultyProxy.startFor(context, server.url) };
}

/** Starts the first innings. */
async function openScorer(server, { id, home, batting, bowling }) {
  await server.post(`/api/matches/${id}/start`, {});
  await server.post(`/api/matches/${id}/innings`, { batting_team_id: home, striker_id: batting[0], non_striker_id: batting[1], bowler_id: bowling[10] });
}

const fetchState = async (server, game) => (await server.send("GET", `/api/matches/${game.id}/state`)).data;
const fetchBalls = async (server, game) => (await server.send("GET", `/api/matches/${game.id}/balls`)).items;
