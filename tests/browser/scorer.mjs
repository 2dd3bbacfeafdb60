// The scorer's console in Chromium and Firefox: through a tunnel, a closed tab, refusals, and beside another scorer.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launch } from "./browsers.js";
import { ADMIN, BACK_MS, Desk, SOON_MS } from "./console.js";
import { Server, until } from "./server.js";
import { Tunnel } from "./tunnel.js";

for (const kind of ["chrome", "firefox"]) {
  describe(kind, () => {
    let browser;
    before(async () => (browser = await launch(kind)));
    after(() => browser?.close());

    /** A match that hasn't begun, a tunnel to it, and a device with nobody signed in. */
    async function prepare(context) {
      const server = await Server.start(context);
      const game = await newMatch(server);
      const tunnel = await Tunnel.to(context, server.url);
      return { server, game, tunnel };
    }

    async function device(context, tunnel, game, account = ADMIN) {
      const profile = await browser.createBrowserContext();
      context.after(() => profile.close().catch(() => {}));
      const desk = await Desk.open(profile, `${tunnel.url}/scorer/${game.id}`);
      if (account) await desk.signIn(account);
      return desk;
    }

    test("a goal takes two taps, and has team, player and minute", async (context) => {
      const { server, game, tunnel } = await prepare(context);
      const desk = await device(context, tunnel, game);
      await desk.press("Start first half");
      await desk.sees("#period", "First half");
      await desk.tap("goal", "home");
      await desk.press("9 Jamie Vardy");
      await desk.press("10 James Maddison"); // the assist
      await desk.isSent();
      const goal = await until(async () => (await incidents(server, game)).find(({ related_player_id }) => related_player_id), "the goal and its assist");
      const { kind: what, team_id, player_id, related_player_id, period, minute, stoppage } = goal;
      assert.deepEqual([what, team_id, player_id, related_player_id, period, minute, stoppage],
        ["goal", game.home, game.vardy, game.maddison, "first_half", 1, 0]);
      await desk.sees("#home-score", "1");

      await desk.press("Undo Goal, Jamie Vardy, 1′");
      await desk.press("Sure? Undo Goal, Jamie Vardy, 1′");
      await until(async () => (await incidents(server, game)).length === 0, "the goal to go");
      await desk.sees("#home-score", "0");
      assert.deepEqual(desk.faults, []);
    });

    test("a second yellow card is recorded as one, and a correction is the scorer's to make", async (context) => {
      const { server, game, tunnel } = await prepare(context);
      const desk = await device(context, tunnel, game);
      await desk.press("Start first half");
      for (const button of ["10 Harry Kane", "10 Harry Kane booked"]) {
        await desk.tap("yellow_card", "away");
        await desk.press(button);
        await desk.isSent();
      }
      const kinds = async () => (await incidents(server, game)).map(({ kind: what }) => what);
      await until(async () => (await kinds()).length === 2, "two cards");
      assert.deepEqual(await kinds(), ["yellow_card", "second_yellow"]);
      await desk.page.$eval('#log [data-kind="second_yellow"] .line', (line) => line.click());
      await desk.press("Cancel (VAR)");
      await until(async () => (await incidents(server, game)).some(({ confirmation, reason }) => confirmation === "cancelled" && reason === "var_overturned"), "the correction");
      await desk.sees("#log .flag", "Cancelled: VAR overturned");
      assert.deepEqual(desk.faults, []);
    });

    test("g5_what_was_recorded_offline_in_a_tab_that_was_closed_arrives_once_and_in_order", async (context) => {
      const { server, game, tunnel } = await prepare(context);
      const desk = await device(context, tunnel, game);
      await desk.hasShell();
      await desk.hasSquads();

      tunnel.become("cut");
      await desk.sees(".connection", "Offline", BACK_MS);
      await desk.press("Start first half");
      await desk.tap("goal", "home");
      await desk.press("9 Jamie Vardy");
      await desk.press("10 James Maddison"); // the assist waits for the goal's id
      await desk.tap("yellow_card", "away");
      await desk.press("10 Harry Kane");
      await desk.sees("#home-score", "1");
      await desk.sees("#queue", "3 waiting for the network");
      await desk.page.close();

      const again = await desk.reopen();
      await again.sees("#home-score", "1", BACK_MS);
      await again.sees("#period", "First half");
      await again.sees("#queue", "3 waiting");
      await again.tap("goal", "away");
      await again.press("10 Harry Kane booked");
      await again.press("Nobody");
      await again.sees("#away-score", "1");
      assert.equal((await incidents(server, game)).length, 0);

      tunnel.become("open");
      await again.isSent(BACK_MS);
      const recorded = await until(async () => {
        const items = await incidents(server, game);
        return items.some(({ related_player_id }) => related_player_id) && items;
      }, "the assist");
      const told = [...recorded].sort((one, other) => one.id - other.id).map(({ kind: what, player_id, related_player_id }) => [what, player_id, related_player_id]);
      assert.deepEqual(told, [["goal", game.vardy, game.maddison], ["yellow_card", game.kane, null], ["goal", game.kane, null]]);
      await again.sees(".connection", "Live", BACK_MS);
      assert.equal(await again.page.$$eval("#log .noted", (rows) => rows.length), 3);
      assert.deepEqual([...desk.faults, ...again.faults], []);
    });

    test("what the server refuses is shown with its reason, and can be dropped", async (context) => {
      const { server, game, tunnel } = await prepare(context);
      const desk = await device(context, tunnel, game);
      await desk.press("Start first half");
      // A press may not be in the queue yet: an empty one says nothing of it.
      const isLive = async () => (await server.send("GET", `/api/matches/${game.id}`)).status === "live";
      await until(isLive, "the match to be live", SOON_MS);
      tunnel.become("cut");
      await desk.sees(".connection", "Offline", BACK_MS);
      await desk.tap("goal", "home");
      await desk.press("Record without a name");
      // In the meantime the referee has given up.
      await server.post(`/api/matches/${game.id}/abandon`, {});
      tunnel.become("open");
      await desk.sees(".refused .what", "Goal", BACK_MS);
      await desk.sees(".refused .why", "abandoned");
      await desk.sees("#home-score", "0");
      await desk.press("Drop");
      await until(async () => !(await desk.page.$(".refused")), "the refusal to go", SOON_MS);
      assert.deepEqual(desk.faults, []);
    });

    test("two scorers see each other's entries at once", async (context) => {
      const { server, game, tunnel } = await prepare(context);
      const account = { email: "bo@example.org", password: "another long password" };
      const { id } = await server.post("/api/users", { ...account, name: "Bo", role: "user" });
      await server.post(`/api/matches/${game.id}/officials`, { user_id: id, role: "scorer" });
      const ann = await device(context, tunnel, game);
      const bo = await device(context, tunnel, game, account);
      await ann.press("Start first half");
      await bo.sees("#period", "First half", SOON_MS);
      await bo.tap("corner", "home");
      await ann.sees('#log [data-kind="corner"]', "Corner", SOON_MS);
      await ann.tap("goal", "away");
      await ann.press("Record without a name");
      await bo.sees("#away-score", "1", SOON_MS);

      // A scorer may not delete: what was a mistake is taken back, and marked.
      await bo.press("Undo Corner, 1′");
      await bo.press("Sure? Undo Corner, 1′");
      await ann.sees('#log [data-kind="corner"] .flag', "Cancelled: entered by mistake", SOON_MS);
      assert.deepEqual([...ann.faults, ...bo.faults], []);
    });

    test("a match of numbers alone is scored by a tap; hostile names are text", async (context) => {
      const server = await Server.start(context);
      const name = `<img src=x onerror="document.title='hacked'"></button><script>document.title='hacked'</script>`;
      const [home, away] = [await server.post("/api/teams", { name, visibility: "public" }), await server.post("/api/teams", { name: "Blues" })];
      const { id } = await server.post("/api/matches", { sport: "generic", home_team_id: home.id, away_team_id: away.id });
      const desk = await device(context, await Tunnel.to(context, server.url), { id });
      await desk.press("Start match");
      for (const button of ["+3", "+2", "−1"]) await desk.press(button); // the first is the home side's
      await desk.sees("#home-score", "4");
      await desk.isSent();
      assert.deepEqual((await server.send("GET", `/api/matches/${id}`)).score, { home: 4, away: 0 });
      await desk.sees("h2", name);
      assert.equal(await desk.page.$("#console img, #console script"), null);
      assert.notEqual(await desk.page.title(), "hacked");
      assert.deepEqual(desk.faults, []);
    });

    test("without a sign-in nothing can be recorded; one that has run out loses nothing", async (context) => {
      const { server, game, tunnel } = await prepare(context);
      const desk = await device(context, tunnel, game, null);
      await desk.sees("h2", "Sign in", BACK_MS);
      assert.equal(await desk.page.$(".big"), null);
      await desk.signIn({ ...ADMIN, password: "wrong" }, false);
      await desk.sees(".fault", "wrong");
      await desk.signIn(ADMIN);
      await desk.press("Start first half");
      await desk.isSent();
      await desk.page.evaluate(() => fetch("/api/auth/logout", { method: "POST" }));
      await desk.tap("corner", "home");
      await desk.sees("#queue", "1 waiting: sign in to send", SOON_MS);
      await desk.signIn(ADMIN);
      await desk.isSent();
      assert.equal((await incidents(server, game)).length, 1);
    });
  });
}

async function newMatch(server) {
  const home = await server.post("/api/teams", { name: "Leicester City", short_name: "LEI", colour: "#003090", visibility: "public" });
  const away = await server.post("/api/teams", { name: "Tottenham Hotspur", short_name: "TOT", colour: "#ffffff", visibility: "public" });
  const player = async (team, name, shirt_number) => (await server.post(`/api/teams/${team.id}/players`, { name, shirt_number })).id;
  const vardy = await player(home, "Jamie Vardy", 9);
  const maddison = await player(home, "James Maddison", 10);
  const kane = await player(away, "Harry Kane", 10);
  const { id } = await server.post("/api/matches", { sport: "football", home_team_id: home.id, away_team_id: away.id });
  return { id, home: home.id, away: away.id, vardy, maddison, kane };
}

const incidents = async (server, game) => (await server.send("GET", `/api/matches/${game.id}/incidents`)).items;
