// A page's fold of a match of cricket against the server's own: after every message the card is the same.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, bring } from "../../web/client/game.js";
import { Oval } from "./oval.js";
import { Server } from "./server.js";

await bring("cricket");

/** What a page must know as the server does; rates are rounded there, and the page reckons them. */
function known({ innings, result }) {
  const cards = innings.map(({ batting, ...card }) => {
    const lines = batting.map(({ strike_rate: _, out, ...line }) => ({ ...line, out: out?.kind ?? null }));
    const { declared, forfeited, follow_on: follow, overs_allotted: allotted, ...rest } = card;
    return { ...rest, batting: lines };
  });
  return { innings: cards, result: result?.text ?? null };
}

test("the fold of what is told is what the server knows", async (context) => {
  const server = await Server.start(context);
  const oval = await Oval.start(server, { format: { name: "t20", overs: 6 } });
  let game = null;
  let cursor = "";
  const agrees = async (what) => {
    const state = await oval.read("state");
    while ((game?.seq ?? 0) < state.seq) {
      const told = await oval.told(cursor);
      cursor = told.cursor;
      game = told.messages.reduce(apply, game);
    }
    assert.deepEqual(known(game.scorecard), known(state.data.scorecard), what);
    assert.deepEqual(game.live, state.data.live, what);
    assert.equal(game.status, state.data.status, what);
    assert.deepEqual(game.score, state.data.score, what);
  };
  await agrees("the beginning");
  const steps = [
    "1 . 4 2nb 6 1wd", "W", "1lb 2", "C", "4 4 6 1", ". . 1b 5wd", "1 1 3 2",
  ];
  for (const balls of steps) {
    await oval.bowls(balls, { commentary: "Said." });
    await agrees(balls);
  }
  await oval.undo();
  await agrees("an undo");
  await oval.correct(3, "6");
  await agrees("a four made a six");
  await oval.correct(2, "1");
  await agrees("a ball that moves who faces");
  await server.send("DELETE", `/api/matches/${oval.id}/balls/6`);
  await agrees("a ball taken out");
  await oval.look();
  await oval.act("players", { retire: { player_id: oval.live.non_striker.player_id, kind: "retired_hurt" } });
  await oval.look();
  await agrees("hurt");
  await oval.act("balls", { penalty: { team_id: oval.home, runs: 5 } });
  await agrees("penalty runs");
  while (!oval.live.innings.completed) await oval.bowls("6 1");
  await agrees("the end of an innings");
  await oval.act("target", { runs: 12, overs: "2.0", method: "DLS" });
  await agrees("a target");
  await oval.opens(oval.away);
  await agrees("the second innings");
  await oval.bowls("6 W 1 . 4");
  await agrees("a chase");
  await oval.bowls("1");
  await agrees("a win");
  await oval.undo();
  await agrees("a win taken back");
});
