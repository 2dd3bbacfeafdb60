// A page's fold of a cricket match against the server's state, after every message.

import assert from "node:assert/strict";
import { test } from "node:test";

import { foldMatchMessage } from "../../web/client/match-stream.js";
import { loadSport } from "../../web/sports/registry.js";
import { CricketMatchDriver } from "./cricket-match-driver.js";
import { Server } from "./server.js";

await loadSport("cricket");

/** Folds messages as a page does until the server's seq is reached, then compares with its state. */
function followMatch(driver) {
  let followed = null;
  let cursor = "";
  return async (what) => {
    const { seq, data } = await driver.readPart("state");
    while ((followed?.seq ?? 0) < seq) {
      const messages = await driver.pollMessages(cursor);
      cursor = messages.cursor;
      followed = messages.messages.reduce(foldMatchMessage, followed);
    }
    const { names, ...state } = data;
    assert.deepEqual(followed.state, state, what);
    assert.deepEqual(followed.names, names, what);
  };
}

test("g15 the fold agrees with the server's state", async (context) => {
  const server = await Server.start(context);
  const driver = await CricketMatchDriver.start(server, { format: { name: "t20", overs: 6 } });
  const agrees = followMatch(driver);
  await agrees("the beginning");
  const steps = [
    "1 . 4 2nb 6 1wd", "W", "1lb 2", "C", "4 4 6 1", ". . 1b 5wd", "1 1 3 2",
  ];
  for (const balls of steps) {
    await driver.bowlBalls(balls, { commentary: "Said." });
    await agrees(balls);
  }
  await driver.undo();
  await agrees("an undo");
  await driver.correct(3, "6");
  await agrees("a four made a six");
  await driver.correct(2, "1");
  await agrees("a ball that moves who faces");
  await server.send("DELETE", `/api/matches/${driver.id}/balls/6`);
  await agrees("a ball taken out");
  await driver.refreshState();
  await driver.postAction("players", { retire: { player_id: driver.live.non_striker.player_id, kind: "retired_hurt" } });
  await driver.refreshState();
  await agrees("hurt");
  await driver.postAction("balls", { penalty: { team_id: driver.home, runs: 5 } });
  await agrees("penalty runs");
  while (!driver.live.innings.completed) await driver.bowlBalls("6 1");
  await agrees("the end of an innings");
  await driver.postAction("target", { runs: 12, overs: "2.0", method: "DLS" });
  await agrees("a target");
  await driver.openInnings(driver.away);
  await agrees("the second innings");
  await driver.bowlBalls("6 W 1 . 4");
  await agrees("a chase");
  await driver.bowlBalls("1");
  await agrees("a win");
  await driver.undo();
  await agrees("a win taken back");
});

test("g15 the fold agrees after random balls, corrections and undos", { timeout: 120_000 }, async (context) => {
  const server = await Server.start(context);
  const driver = await CricketMatchDriver.start(server, { format: { name: "t20", overs: 8 } });
  const agrees = followMatch(driver);
  await agrees("the beginning");
  const seed = Number(process.env.SEED ?? 20_261_121);
  const draw = seededRandom(seed);
  for (let step = 0; step < 90; step += 1) {
    if (driver.live.innings.completed) {
      if (driver.live.innings.number === 2) break;
      await driver.openInnings(driver.away);
    }
    const what = await randomAction(driver, draw);
    await agrees(`seed ${seed}, step ${step}: ${what}`);
  }
});

/** Performs a random action; an invalid correction is refused and ignored. */
async function randomAction(driver, draw) {
  const last = driver.live.next_number - 1;
  const kind = draw(12);
  if (kind === 0 && last > 1) {
    await driver.undo();
    return "undo";
  }
  if (kind === 1 && last > 3) {
    const [number, symbol] = [1 + draw(last), ["1", "2", ".", "4", "1wd", "1lb"][draw(6)]];
    await driver.correct(number, symbol).catch(isRefusal);
    await driver.refreshState();
    return `ball ${number} is ${symbol}`;
  }
  if (kind === 2 && last > 3) {
    const number = 1 + draw(last - 1);
    await driver.server.send("DELETE", `/api/matches/${driver.id}/balls/${number}`).catch(isRefusal);
    await driver.refreshState();
    return `no ball ${number}`;
  }
  const symbols = driver.live.free_hit ? ["1", "4", "1wd", "1nb"] : ["1", ".", "2", "3", "4", "6", "W", "C", "1wd", "5wd", "2nb", "1b", "2lb"];
  const symbol = symbols[draw(symbols.length)];
  await driver.bowlBalls(symbol);
  return symbol;
}

/** @param {Error} error */
function isRefusal(error) {
  if (!/: 409 /.test(error.message)) throw error;
}

/** Reproducible random numbers below a limit. */
function seededRandom(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
