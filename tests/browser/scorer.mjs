// The scorer page in Chromium and Firefox: offline, closed tabs, refusals, and a second scorer.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launch } from "./browsers.js";
import { ADMIN_CREDENTIALS, RECOVERY_TIMEOUT_MS, ScorerDevice, UPDATE_TIMEOUT_MS } from "./scorer-device.js";
import { Server, waitFor } from "./server.js";
import { FaultyProxy } from "./faulty-proxy.js";

for (const kind of ["chrome", "firefox"]) {
  describe(kind, () => {
    let browser;
    before(async () => (browser = await launch(kind)));
    after(() => browser?.close());

    /** A scheduled match, a faulty proxy, and a device with nobody signed in. */
    async function prepareFootballMatch(context) {
      const server = await Server.start(context);
      const game = await createMatch(server);
      const proxy = await FaultyProxy.startFor(context, server.url);
      return { server, game, proxy };
    }

    async function openDevice(context, proxy, game, account = ADMIN_CREDENTIALS) {
      const profile = await browser.createBrowserContext();
      context.after(() => profile.close().catch(() => {}));
      const device = await ScorerDevice.open(profile, `${proxy.url}/scorer/${game.id}`);
      if (account) await device.signIn(account);
      return device;
    }

    test("a goal takes two taps, and has team, player and minute", async (context) => {
      const { server, game, proxy } = await prepareFootballMatch(context);
      const device = await openDevice(context, proxy, game);
      await device.pressButton("Start first half");
      await device.waitForText("#period", "First half");
      await device.tapIncident("goal", "home");
      await device.pressButton("9 Jamie Vardy");
      await device.pressButton("10 James Maddison"); // the assist
      await device.waitUntilSent();
      const goal = await waitFor(async () => (await fetchIncidents(server, game)).find(({ related_player_id }) => related_player_id), "the goal and its assist");
      const { kind: kindName, team_id, player_id, related_player_id, period, minute, stoppage } = goal;
      assert.deepEqual([kindName, team_id, player_id, related_player_id, period, minute, stoppage],
        ["goal", game.home, game.vardy, game.maddison, "first_half", 1, 0]);
      await device.waitForText("#home-score", "1");

      await device.pressButton("Undo Goal, Jamie Vardy, 1′");
      await device.pressButton("Sure? Undo Goal, Jamie Vardy, 1′");
      await waitFor(async () => (await fetchIncidents(server, game)).length === 0, "the goal to go");
      await device.waitForText("#home-score", "0");
      assert.deepEqual(device.pageErrors, []);
    });

    test("a second yellow card is recorded as one, and can be corrected", async (context) => {
      const { server, game, proxy } = await prepareFootballMatch(context);
      const device = await openDevice(context, proxy, game);
      await device.pressButton("Start first half");
      for (const button of ["10 Harry Kane", "10 Harry Kane booked"]) {
        await device.tapIncident("yellow_card", "away");
        await device.pressButton(button);
        await device.waitUntilSent();
      }
      const kinds = async () => (await fetchIncidents(server, game)).map(({ kind: kindName }) => kindName);
      await waitFor(async () => (await kinds()).length === 2, "two cards");
      assert.deepEqual(await kinds(), ["yellow_card", "second_yellow"]);
      await device.page.$eval('#log [data-kind="second_yellow"] .line', (line) => line.click());
      await device.pressButton("Cancel (VAR)");
      await waitFor(async () => (await fetchIncidents(server, game)).some(({ confirmation, reason }) => confirmation === "cancelled" && reason === "var_overturned"), "the correction");
      await device.waitForText("#log .flag", "Cancelled: VAR overturned");
      assert.deepEqual(device.pageErrors, []);
    });

    test("g5_incidents_recorded_offline_in_a_closed_tab_arrive_once_and_in_order", async (context) => {
      const { server, game, proxy } = await prepareFootballMatch(context);
      const device = await openDevice(context, proxy, game);
      await device.waitForOfflineCache();
      await device.waitForSquads();

      proxy.setMode("cut");
      await device.waitForText(".connection", "Offline", RECOVERY_TIMEOUT_MS);
      await device.pressButton("Start first half");
      await device.tapIncident("goal", "home");
      await device.pressButton("9 Jamie Vardy");
      await device.pressButton("10 James Maddison"); // the assist waits for the goal's id
      await device.tapIncident("yellow_card", "away");
      await device.pressButton("10 Harry Kane");
      await device.waitForText("#home-score", "1");
      await device.waitForText("#queue", "3 waiting for the network");
      await device.page.close();

      const again = await device.reopen();
      await again.waitForText("#home-score", "1", RECOVERY_TIMEOUT_MS);
      await again.waitForText("#period", "First half");
      await again.waitForText("#queue", "3 waiting");
      await again.tapIncident("goal", "away");
      await again.pressButton("10 Harry Kane booked");
      await again.pressButton("Nobody");
      await again.waitForText("#away-score", "1");
      assert.equal((await fetchIncidents(server, game)).length, 0);

      proxy.setMode("open");
      await again.waitUntilSent(RECOVERY_TIMEOUT_MS);
      const recorded = await waitFor(async () => {
        const items = await fetchIncidents(server, game);
        return items.some(({ related_player_id }) => related_player_id) && items;
      }, "the assist");
      const recordedKinds = [...recorded].sort((one, other) => one.id - other.id).map(({ kind: kindName, player_id, related_player_id }) => [kindName, player_id, related_player_id]);
      assert.deepEqual(recordedKinds, [["goal", game.vardy, game.maddison], ["yellow_card", game.kane, null], ["goal", game.kane, null]]);
      await again.waitForText(".connection", "Live", RECOVERY_TIMEOUT_MS);
      assert.equal(await again.page.$$eval("#log .log-entry", (rows) => rows.length), 3);
      assert.deepEqual([...device.pageErrors, ...again.pageErrors], []);
    });

    test("a refused command is shown with its reason, and can be discarded", async (context) => {
      const { server, game, proxy } = await prepareFootballMatch(context);
      const device = await openDevice(context, proxy, game);
      await device.pressButton("Start first half");
      // A tap may not be in the outbox yet, so an empty outbox proves nothing.
      const isLive = async () => (await server.send("GET", `/api/matches/${game.id}`)).status === "live";
      await waitFor(isLive, "the match to be live", UPDATE_TIMEOUT_MS);
      proxy.setMode("cut");
      await device.waitForText(".connection", "Offline", RECOVERY_TIMEOUT_MS);
      await device.tapIncident("goal", "home");
      await device.pressButton("Record without a name");
      // Meanwhile the referee has abandoned the match.
      await server.post(`/api/matches/${game.id}/abandon`, {});
      proxy.setMode("open");
      await device.waitForText(".refused .what", "Goal", RECOVERY_TIMEOUT_MS);
      await device.waitForText(".refused .why", "abandoned");
      await device.waitForText("#home-score", "0");
      await device.pressButton("Discard");
      await waitFor(async () => !(await device.page.$(".refused")), "the refusal to go", UPDATE_TIMEOUT_MS);
      assert.deepEqual(device.pageErrors, []);
    });

    test("two scorers see each other's entries at once", async (context) => {
      const { server, game, proxy } = await prepareFootballMatch(context);
      const account = { email: "bo@example.org", password: "another long password" };
      const { id } = await server.post("/api/users", { ...account, name: "Bo", role: "user" });
      await server.post(`/api/matches/${game.id}/officials`, { user_id: id, role: "scorer" });
      const ann = await openDevice(context, proxy, game);
      const bo = await openDevice(context, proxy, game, account);
      await ann.pressButton("Start first half");
      await bo.waitForText("#period", "First half", UPDATE_TIMEOUT_MS);
      await bo.tapIncident("corner", "home");
      await ann.waitForText('#log [data-kind="corner"]', "Corner", UPDATE_TIMEOUT_MS);
      await ann.tapIncident("goal", "away");
      await ann.pressButton("Record without a name");
      await bo.waitForText("#away-score", "1", UPDATE_TIMEOUT_MS);

      // A scorer may not delete: a mistake is cancelled, and marked.
      await bo.pressButton("Undo Corner, 1′");
      await bo.pressButton("Sure? Undo Corner, 1′");
      await ann.waitForText('#log [data-kind="corner"] .flag', "Cancelled: entered by mistake", UPDATE_TIMEOUT_MS);
      assert.deepEqual([...ann.pageErrors, ...bo.pageErrors], []);
    });

    test("a score-only match is scored by taps; hostile names are text", async (context) => {
      const server = await Server.start(context);
      const name = `<img src=x onerror="document.title='hacked'"></button><script>document.title='hacked'</script>`;
      const [home, away] = [await server.post("/api/teams", { name, visibility: "public" }), await server.post("/api/teams", { name: "Blues" })];
      const { id } = await server.post("/api/matches", { sport: "generic", home_team_id: home.id, away_team_id: away.id });
      const device = await openDevice(context, await FaultyProxy.startFor(context, server.url), { id });
      await device.pressButton("Start match");
      for (const button of ["+3", "+2", "−1"]) await device.pressButton(button); // the first is the home side's
      await device.waitForText("#home-score", "4");
      await device.waitUntilSent();
      assert.deepEqual((await server.send("GET", `/api/matches/${id}`)).score, { home: 4, away: 0 });
      await device.waitForText("h2", name);
      assert.equal(await device.page.$("#scorebook img, #scorebook script"), null);
      assert.notEqual(await device.page.title(), "hacked");
      assert.deepEqual(device.pageErrors, []);
    });

    test("recording needs a sign-in; an expired session loses nothing", async (context) => {
      const { server, game, proxy } = await prepareFootballMatch(context);
      const device = await openDevice(context, proxy, game, null);
      await device.waitForText("h2", "Sign in", RECOVERY_TIMEOUT_MS);
      assert.equal(await device.page.$(".big"), null);
      await device.signIn({ ...ADMIN_CREDENTIALS, password: "wrong" }, false);
      await device.waitForText(".error", "invalid");
      await device.signIn(ADMIN_CREDENTIALS);
      await device.pressButton("Start first half");
      await device.waitUntilSent();
      await device.page.evaluate(() => fetch("/api/auth/logout", { method: "POST" }));
      await device.tapIncident("corner", "home");
      await device.waitForText("#queue", "1 waiting: sign in to send", UPDATE_TIMEOUT_MS);
      await device.signIn(ADMIN_CREDENTIALS);
      await device.waitUntilSent();
      assert.equal((await fetchIncidents(server, game)).length, 1);
    });
  });
}

async function createMatch(server) {
  const home = await server.post("/api/teams", { name: "Leicester City", short_name: "LEI", colour: "#003090", visibility: "public" });
  const away = await server.post("/api/teams", { name: "Tottenham Hotspur", short_name: "TOT", colour: "#ffffff", visibility: "public" });
  const player = async (team, name, shirt_number) => (await server.post(`/api/teams/${team.id}/players`, { name, shirt_number })).id;
  const vardy = await player(home, "Jamie Vardy", 9);
  const maddison = await player(home, "James Maddison", 10);
  const kane = await player(away, "Harry Kane", 10);
  const { id } = await server.post("/api/matches", { sport: "football", home_team_id: home.id, away_team_id: away.id });
  return { id, home: home.id, away: away.id, vardy, maddison, kane };
}

const fetchIncidents = async (server, game) => (await server.send("GET", `/api/matches/${game.id}/incidents`)).items;
