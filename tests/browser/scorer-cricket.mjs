// Cricket's console in Chromium and Firefox: an over in taps, one without a network, and two scorers who differ.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { launch, resize } from "./browsers.js";
import { ADMIN, BACK_MS, Desk, SOON_MS } from "./console.js";
import { Server, until } from "./server.js";
import { Tunnel } from "./tunnel.js";

const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const BO = { email: "bo@example.org", password: "another long password" };

for (const kind of ["chrome", "firefox"]) {
  describe(kind, () => {
    let browser;
    before(async () => (browser = await launch(kind)));
    after(() => browser?.close());

    async function device(context, tunnel, game, account = ADMIN) {
      const profile = await browser.createBrowserContext();
      context.after(() => profile.close().catch(() => {}));
      const desk = await Desk.open(profile, `${tunnel.url}/scorer/${game.id}`);
      await desk.signIn(account);
      return desk;
    }

    test("toss, openers and an over: a ball takes two taps at most", async (context) => {
      const { server, game, tunnel } = await prepare(context);
      const desk = await device(context, tunnel, game);
      await desk.choose("winner_team_id", game.home);
      await desk.choose("decision", "bat");
      await desk.press("Record the toss");
      await desk.sees("#toss", "Deccan won it and chose to bat.");
      await desk.press("Start the match");
      await desk.choose("striker_id", game.batting[0]);
      await desk.choose("non_striker_id", game.batting[1]);
      await desk.choose("bowler_id", game.bowling[10]);
      await desk.press("Start the innings");

      await desk.press("1 run");
      await desk.press("No-ball");
      await desk.press("No-ball, 2 runs");
      await desk.sees(".free-hit", "Free hit");
      await desk.press("6 runs");
      await desk.press("Wide");
      await desk.press("1 wide");
      await desk.press("Leg bye");
      await desk.press("1 leg bye");
      await desk.press("Wicket");
      await desk.press("Caught");
      await desk.press("4 Rajasthan 4");
      await desk.press("3 Deccan 3");
      await desk.press("No run");
      await desk.press("4 runs");
      await desk.sees("#this-over", "13nb61wd1lbW.4");
      await desk.sees("section.next h2", "Who bowls over 2?");
      await desk.isSent();
      const { live } = await state(server, game);
      assert.deepEqual([live.innings.runs, live.innings.wickets, live.innings.overs], [16, 1, "1.0"]);
      assert.deepEqual(live.last_over, ["1", "3nb", "6", "1wd", "1lb", "W", ".", "4"]);
      await desk.sees("#overs", "1.0");

      // Nobody bowls two overs running, unless the umpires let it be.
      await desk.press("1 Rajasthan 1 0 of 4 overs");
      await desk.press("1 run");
      await desk.isSent();
      await desk.press("Undo ball 9: 1");
      await desk.press("Sure? Undo ball 9: 1");
      await desk.sees("#overs", "1.0");
      await desk.sees("#runs", "16");

      // A quick thumb; the bowler stays who was chosen before the ball that was undone.
      await desk.page.waitForSelector('[data-runs="2"]');
      await desk.page.$eval('[data-runs="2"]', (button) => (button.click(), button.click()));
      await desk.sees("#runs", "20");
      await desk.isSent();
      assert.equal((await balls(server, game)).length, 10);

      // Ball 3 was a four.
      await desk.press("Ball 3: 6");
      await until(() => desk.page.$("form.ball"), "the ball");
      await desk.page.$eval('form.ball input[name="batter"]', (field) => (field.value = "4"));
      await desk.press("Correct the ball");
      await desk.sees("#runs", "18");
      await desk.isSent();
      assert.equal((await server.send("GET", `/api/matches/${game.id}/balls/3`)).runs.batter, 4);
      assert.deepEqual(desk.faults, []);
    });

    test("g5_two_taps_within_a_tick_are_two_balls_though_an_older_state_comes_after_the_answer", async (context) => {
      const { server, game, tunnel } = await prepare(context);
      await open(server, game);
      const desk = await device(context, tunnel, game);
      await desk.press("4 runs");
      await desk.isSent();
      await desk.isTold(2);

      tunnel.holdStreams();
      const states = (next) => tunnel.held.filter(({ text }) => text.includes(`"next_number":${next}`)).length;
      await desk.press("1 run");
      await desk.isSent();
      await until(() => states(3) === 1, "the state with two balls to be held back");
      await desk.press("Undo ball 2: 1");
      await desk.press("Sure? Undo ball 2: 1");
      await desk.isSent();
      await until(() => states(2) === 1, "the state after the undo to be held back");
      await desk.sees("#runs", "4");
      tunnel.release(tunnel.held.findIndex(({ text }) => text.includes('"next_number":3')) + 1);
      await desk.isTold(3);
      await desk.sees("#runs", "4");

      await desk.page.$eval('[data-runs="2"]', (button) => (button.click(), button.click()));
      await desk.sees("#runs", "8");
      await desk.isSent();
      tunnel.release();
      await desk.isTold(4);
      await desk.sees("#runs", "8");
      assert.deepEqual((await balls(server, game)).map(({ symbol }) => symbol), ["4", "2", "2"]);
      assert.equal(await desk.page.$(".refused"), null);
      assert.deepEqual(desk.faults, []);
    });

    test("g5_an_over_without_a_network_in_a_tab_that_was_closed_arrives_once_and_in_order", async (context) => {
      const { server, game, tunnel } = await prepare(context);
      await open(server, game);
      const desk = await device(context, tunnel, game);
      await desk.hasShell();
      await desk.hasSquads();
      await desk.press("4 runs");
      await desk.isSent();

      tunnel.become("cut");
      await desk.sees(".connection", "Offline", BACK_MS);
      await desk.press("1 run");
      await desk.press("Wicket");
      await desk.press("Bowled");
      await desk.press("3 Deccan 3");
      await desk.press("2 runs");
      await desk.press("Undo ball 4: 2");
      await desk.press("Sure? Undo ball 4: 2");
      await desk.press("3 runs");
      await desk.sees("#queue", "6 waiting for the network");
      await desk.sees("#overs", "0.4");
      await desk.page.close();

      const again = await desk.reopen();
      await again.sees("#overs", "0.4", BACK_MS);
      await again.sees("#runs", "8");
      await again.sees("#this-over", "41W3");
      await again.press("No run");
      await again.press("1 run");
      await again.sees("section.next h2", "Who bowls over 2?");
      await again.press("1 Rajasthan 1 0 of 4 overs");
      await again.press("Bye");
      await again.press("2 byes");
      assert.equal((await balls(server, game)).length, 1, "nothing has reached the server");

      tunnel.become("open");
      await again.isSent(BACK_MS);
      const told = (await balls(server, game)).map(({ over, symbol, striker }) => `${over} ${symbol} ${striker}`);
      assert.deepEqual(told, [
        "0.1 4 Deccan 1", "0.2 1 Deccan 1", "0.3 W Deccan 2", "0.4 3 Deccan 3", "0.5 . Deccan 1", "0.6 1 Deccan 1", "1.1 2b Deccan 1",
      ]);
      await again.sees(".connection", "Live", BACK_MS);
      await again.sees("#overs", "1.1");
      await again.sees("#runs", "11");
      assert.equal(await again.page.$(".refused"), null);
      assert.deepEqual([...desk.faults, ...again.faults], []);
    });

    test("a ball that another scorer entered meanwhile isn't doubled, nor taken back", async (context) => {
      const { server, game, tunnel } = await prepare(context);
      await open(server, game);
      const desk = await device(context, tunnel, game, BO);
      await desk.press("1 run");
      await desk.isSent();
      tunnel.become("cut");
      await desk.sees(".connection", "Offline", BACK_MS);
      await desk.press("6 runs");
      await desk.press("Undo ball 2: 6");
      await desk.press("Sure? Undo ball 2: 6");
      await server.post(`/api/matches/${game.id}/balls`, { runs: { batter: 2 }, expected_number: 2 });
      tunnel.become("open");
      await desk.sees(".refused .why", "the next ball is 3, not 2", BACK_MS);
      await desk.sees(".refused .why", "ball 2 was entered by somebody else");
      assert.deepEqual((await balls(server, game)).map(({ symbol }) => symbol), ["1", "2"]);
      await desk.sees("#runs", "3");
      await desk.press("Drop all 2");
      await desk.press("Really? Drop all 2");
      await until(async () => !(await desk.page.$(".refused")), "the refused to go", SOON_MS);
      assert.deepEqual(desk.faults, []);
    });

    test("two scorers see each other's word at once, differ, and agree or are overruled", async (context) => {
      const { server, game, tunnel } = await prepare(context, { scorers_required: 2 });
      await open(server, game);
      const ann = await device(context, tunnel, game);
      const bo = await device(context, tunnel, game, BO);
      await ann.press("4 runs");
      await bo.sees(".other", "Ball 1: Administrator says 4", SOON_MS);
      await ann.sees("#unofficial", "Ball 1 waits for another scorer’s word.");
      await ann.sees("#runs", "4");
      await bo.press("Agree: 4");
      await until(async () => (await balls(server, game)).length === 1, "the first ball");

      await ann.press("1 run");
      await ann.press("No run"); // the next may be submitted meanwhile
      await bo.sees(".other", "Ball 3: Administrator says .", SOON_MS);
      await bo.press("2 runs");
      await bo.press("No run");
      for (const desk of [ann, bo]) await desk.sees(".dispute h2", "Scorers differ on ball 2", SOON_MS);
      const rows = () => bo.page.$$eval('.dispute [data-field="runs.batter"] td', (cells) => cells.map(({ textContent }) => textContent));
      assert.deepEqual(await rows(), ["1", "2"]);
      assert.deepEqual(await bo.page.$$eval(".dispute thead th[scope=col]", (cells) => cells.map(({ textContent }) => textContent)), ["What", "Administrator", "You"]);
      assert.ok(!(await bo.page.evaluate(() => document.body.textContent.includes("Rule:"))), "a scorer rules on nothing");
      await bo.press("Agree with Administrator");
      for (const desk of [ann, bo]) await until(async () => !(await desk.page.$(".dispute")), "the dispute to end", SOON_MS);
      assert.deepEqual((await balls(server, game)).map(({ symbol, by }) => `${symbol} ${by.length}`), ["4 2", "1 2", ". 2"]);

      await ann.press("6 runs");
      await bo.press("4 runs");
      await ann.press("Rule: 4 (Bo)");
      await until(async () => (await balls(server, game)).length === 4, "the ruling");
      for (const desk of [ann, bo]) await desk.sees("#runs", "9", SOON_MS);
      assert.equal((await balls(server, game)).at(-1).symbol, "4");
      assert.deepEqual([...ann.faults, ...bo.faults], []);
    });

    test("by the keyboard alone, at 320 pixels, without a serious fault to those who listen", async (context) => {
      const { server, game, tunnel } = await prepare(context);
      await open(server, game);
      const desk = await device(context, tunnel, game);
      await resize(desk.page, { width: 320, height: 640 });
      await desk.page.waitForSelector('[data-runs="4"]');
      await desk.page.focus('[data-runs="4"]');
      await desk.page.keyboard.press("Enter");
      await desk.sees("#said", "4 runs. 4 for 0");
      await desk.page.focus('[data-runs="W"]');
      await desk.page.keyboard.press("Enter");
      await desk.page.waitForSelector("dialog[open]");
      await desk.hasNoFaults(AXE);
      await desk.page.keyboard.press("Escape");
      await until(async () => !(await desk.page.$("dialog[open]")), "the sheet to close");
      assert.equal(await desk.page.evaluate(() => document.activeElement.dataset.runs), "W", "the focus goes back");
      await desk.hasNoFaults(AXE);
      if (kind === "chrome") { // Firefox can't be told so from here
        await desk.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
        await desk.hasNoFaults(AXE);
      }
      await desk.page.keyboard.press("Enter");
      await desk.page.waitForSelector('[data-wicket="bowled"]');
      await desk.page.focus('[data-wicket="bowled"]');
      await desk.page.keyboard.press("Enter");
      await desk.sees("section.next h2", "New batter, on strike");
      const isThere = () => desk.page.evaluate(() => Boolean(document.activeElement?.closest(".ball-pad")));
      await until(isThere, "the keyboard to be where the new batter is chosen", SOON_MS);

      // He never comes.
      await desk.press("Between balls …");
      await desk.press("A batter is timed out …");
      await desk.choose("player_out_id", game.batting[4]);
      await desk.press("Record the wicket");
      await desk.sees("#wickets", "2");
      await desk.isSent();
      const card = (await state(server, game)).scorecard.innings[0].batting.find(({ player_id }) => player_id === game.batting[4]);
      assert.equal(card.dismissal, "timed out");
      assert.ok(await desk.page.evaluate(() => document.documentElement.scrollWidth <= 320));
      assert.deepEqual(desk.faults, []);
    });
  });
}

/** A match that hasn't begun, with two teams of eleven and a second scorer, and a tunnel to it. */
async function prepare(context, more = {}) {
  const server = await Server.start(context);
  const eleven = async (name, short_name, colour) => {
    const { id } = await server.post("/api/teams", { name, short_name, colour, visibility: "public" });
    const players = [];
    for (let shirt = 1; shirt <= 11; shirt++) players.push((await server.post(`/api/teams/${id}/players`, { name: `${name} ${shirt}`, shirt_number: shirt })).id);
    return [id, players];
  };
  const [home, batting] = await eleven("Deccan", "DC", "#0a4ea2");
  const [away, bowling] = await eleven("Rajasthan", "RR", "#e0218a");
  const { id } = await server.post("/api/matches", { sport: "cricket", home_team_id: home, away_team_id: away, format: "t20", ...more });
  const { id: bo } = await server.post("/api/users", { ...BO, name: "Bo", role: "user" });
  await server.post(`/api/matches/${id}/officials`, { user_id: bo, role: "scorer" });
  const { id: admin } = await server.send("GET", "/api/auth/me");
  await server.post(`/api/matches/${id}/officials`, { user_id: admin, role: "referee" });
  return { server, game: { id, home, away, batting, bowling }, tunnel: await Tunnel.to(context, server.url) };
}

/** The first innings is open. */
async function open(server, { id, home, batting, bowling }) {
  await server.post(`/api/matches/${id}/start`, {});
  await server.post(`/api/matches/${id}/innings`, { batting_team_id: home, striker_id: batting[0], non_striker_id: batting[1], bowler_id: bowling[10] });
}

const state = async (server, game) => (await server.send("GET", `/api/matches/${game.id}/state`)).data;
const balls = async (server, game) => (await server.send("GET", `/api/matches/${game.id}/balls`)).items;
