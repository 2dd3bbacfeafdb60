import assert from "node:assert/strict";
import { test } from "node:test";

import { football } from "../sports/football.js";
import { generic } from "../sports/generic.js";
import { encode } from "../vendor/uqr.js";
import { Build } from "./build.js";
import { languageOf, speak } from "./language.js";
import { pathOf } from "./qr.js";
import { beginning, happenedAt } from "./replay.js";
import { ofPlayer, ofTeam } from "./selection.js";
import { money, tell } from "./tickets.js";

const goal = (id, more) => ({ id, kind: "goal", confirmation: "confirmed", team_id: 1, player_id: 9, player: "Vardy", period: "first_half", minute: id, ...more });
const game = {
  id: 3, seq: 20, sport: "football", status: "finished", clock: { period: "second_half", running: false, elapsed_ms: 1, at: null },
  score: { home: 2, away: 1 }, teams: { home: { id: 1, name: "Leicester" }, away: { id: 2, name: "Tottenham" } }, incidents: [goal(1)],
};
const news = (type, data) => ({ type, topic: "match_3", seq: 21, at: "2026-11-21T15:12:00.000Z", data });

test("a goal is a moment; a card, a correction and a goal that was taken back are none", () => {
  const added = news("incident_added", { incident: goal(12) });
  assert.deepEqual(football.moment(game, added), { end: "home", title: "Goal", text: "Vardy 12′" });
  assert.equal(football.moment(game, { ...added, type: "incident_updated" }), null, "once");
  assert.equal(football.moment(game, news("incident_added", { incident: goal(12, { kind: "yellow_card" }) })), null);
  assert.equal(football.moment(game, news("incident_added", { incident: goal(12, { confirmation: "cancelled" }) })), null);
  assert.equal(football.moment(game, news("match_end", {})), null);
  assert.equal(generic.moment(game, news("score_update", {})), null);
});

test("a display speaks the languages it knows, and English else", () => {
  assert.deepEqual(["de", "de-CH", "DE", "en", "xx", null, "constructor"].map(languageOf), ["de", "de", "de", "en", "en", "en", "en"]);
  assert.equal(speak("de")("First half"), "1. Halbzeit");
  assert.equal(speak("de")("Corner"), "Corner", "a word it lacks");
  assert.equal(speak("en")("Full time"), "Full time");
  assert.equal(speak("de")("constructor"), "constructor");
});

test("another file is another build; a server that is away is none", async () => {
  const tags = { a: "1", b: "1" };
  const build = new Build(["a", "b"], async (address) => tags[address]);
  assert.equal(await build.changed(), false, "the first look");
  assert.equal(await build.changed(), false);
  tags.b = null;
  assert.equal(await build.changed(), false, "away");
  tags.b = "2";
  assert.equal(await build.changed(), true);
});

test("a match is played again from nothing, at the times things happened", () => {
  const start = beginning(game);
  assert.deepEqual([start.seq, start.status, start.score, start.incidents], [0, "scheduled", { home: 0, away: 0 }, []]);
  assert.equal(game.incidents.length, 1, "the match itself is as it was");
  assert.equal(happenedAt(news("match_start", { clock: { at: "2026-11-21T15:00:00.000Z" } })), Date.parse("2026-11-21T15:00:00.000Z"));
  assert.equal(happenedAt(news("schedule_update", {})), Date.parse("2026-11-21T15:12:00.000Z"));
});

test("a team's incidents, the newest first, and those a player had a part in", () => {
  const all = [goal(1), goal(2, { team_id: 2 }), goal(3, { player_id: 7, related_player_id: 9 }), goal(4, { player_id: 7 })];
  const ids = (incidents) => incidents.map(({ id }) => id);
  assert.deepEqual(ids(ofTeam(all, 1)), [4, 3, 1]);
  assert.deepEqual(ids(ofPlayer(all, 0)), [1, 2, 3, 4], "nobody chosen");
  assert.deepEqual(ids(ofPlayer(all, 9)), [1, 2, 3]);
});

test("a ticket that is used says so; money is written as it is where it is spent", () => {
  const purchase = { id: "p", status: "confirmed", tickets: [{ code: "A", status: "valid" }, { code: "B", status: "valid" }] };
  const told = tell(tell(null, news("snapshot", { purchase })), news("ticket_update", { ticket: { code: "B", status: "used" } }));
  assert.deepEqual(told.tickets.map(({ status }) => status), ["valid", "used"]);
  assert.equal(tell(told, news("purchase_update", { purchase: { ...purchase, status: "refunded" } })).status, "refunded");
  assert.equal(money({ amount: 2500, currency: "EUR" }, "en"), "€25.00");
  assert.equal(money({ amount: 2500, currency: "JPY" }, "en"), "¥2,500");
});

test("a code is drawn square for square", () => {
  assert.equal(pathOf([[true, true, false], [false, false, true]]), "M0 0h2v1h-2zM2 1h1v1h-1z");
  const { data } = encode("TICKET-1", { ecc: "M", border: 4 });
  const dark = data.flat().filter(Boolean).length;
  const drawn = [...pathOf(data).matchAll(/h(\d+)v/g)].reduce((sum, [, run]) => sum + Number(run), 0);
  assert.equal(drawn, dark);
});
