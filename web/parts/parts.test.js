import assert from "node:assert/strict";
import { test } from "node:test";

import { encode } from "../vendor/uqr.js";
import { BuildCheck } from "./build-check.js";
import { pickLanguage, translatorFor } from "./language.js";
import { groupPlayers } from "./line-ups.js";
import { svgPath } from "./qr-code.js";
import { foldMatchMessage, matchView } from "../client/match-stream.js";
import { beforeFirstMessage, occurredAtMs } from "./replay.js";
import { formatMoney } from "./purchase-state.js";

const game = { id: 3, seq: 20, status: "finished", score: { home: 2, away: 1 }, teams: { home: { id: 1, name: "Leicester" }, away: { id: 2, name: "Tottenham" } } };
const message = (type, data) => ({ type, topic: "match_3", seq: 21, at: "2026-11-21T15:12:00.000Z", data });

test("a display translates into the languages it has, and falls back to English", () => {
  assert.deepEqual(["de", "de-CH", "DE", "en", "xx", null, "constructor"].map(pickLanguage), ["de", "de", "de", "en", "en", "en", "en"]);
  assert.equal(translatorFor("de")("Full time"), "Endstand");
  assert.equal(translatorFor("de")("Corner"), "Corner", "an untranslated text");
  assert.equal(translatorFor("en")("Full time"), "Full time");
  assert.equal(translatorFor("de")("constructor"), "constructor");
  assert.equal(translatorFor("de", { de: { Goal: "Tor" } })("Goal"), "Tor", "a text of a sport");
  assert.equal(translatorFor("fr", { de: { Goal: "Tor" } })("Goal"), "Goal");
});

test("a changed ETag is a new build; an unreachable server is not", async () => {
  const tags = { a: "1", b: "1" };
  const build = new BuildCheck(["a", "b"], async (address) => tags[address]);
  assert.equal(await build.hasChanged(), false, "the first check");
  assert.equal(await build.hasChanged(), false);
  tags.b = null;
  assert.equal(await build.hasChanged(), false, "away");
  tags.b = "2";
  assert.equal(await build.hasChanged(), true);
});

test("a replay starts from nothing, at the time of each message", () => {
  const patch = { match: { id: 3, sport: "", status: "scheduled", home: { team_id: 1 }, away: { team_id: 2 } }, clock: { running: false, elapsed_ms: 0 }, score: { home: 0, away: 0 }, shootout: {} };
  const created = { ...message("schedule_update", { change: "created" }), seq: 1, patch };
  const view = matchView(foldMatchMessage(beforeFirstMessage(game), created));
  assert.deepEqual([view.seq, view.status, view.score, view.teams], [1, "scheduled", { home: 0, away: 0 }, game.teams]);
  assert.equal(occurredAtMs(message("match_start", { clock: { at: "2026-11-21T15:00:00.000Z" } })), Date.parse("2026-11-21T15:00:00.000Z"));
  assert.equal(occurredAtMs(message("schedule_update", {})), Date.parse("2026-11-21T15:12:00.000Z"));
});

test("players are grouped by the line-up, in its order", () => {
  const [keeper, striker, winger, twelfth] = [{ id: 1, name: "Ada", shirt_number: 1 }, { id: 9, name: "Bo", shirt_number: 9 }, { id: 5, name: "Cy" }, { id: 12, name: "Di", shirt_number: 12 }];
  const players = [winger, striker, twelfth, keeper];
  assert.deepEqual(groupPlayers(players), [{ title: "", members: [keeper, striker, twelfth, winger] }], "by number without one");
  assert.deepEqual(groupPlayers(players, { starting: [9, 1], bench: [] }), [{ title: "Starting", members: [striker, keeper] }]);
  const groups = groupPlayers(players, { starting: [9], bench: [5, 77], twelfth_id: 12 });
  assert.deepEqual(groups.map(({ title }) => title), ["Starting", "Bench", "Twelfth"]);
  assert.deepEqual(groups[1].members, [winger, { id: 77, name: "Former player" }], "one who has left the team");
});

test("money is formatted for its currency", () => {
  assert.equal(formatMoney({ amount: 2500, currency: "EUR" }, "en"), "€25.00");
  assert.equal(formatMoney({ amount: 2500, currency: "JPY" }, "en"), "¥2,500");
});

test("the QR path draws each dark module", () => {
  assert.equal(svgPath([[true, true, false], [false, false, true]]), "M0 0h2v1h-2zM2 1h1v1h-1z");
  const { data } = encode("TICKET-1", { ecc: "M", border: 4 });
  const dark = data.flat().filter(Boolean).length;
  const darkModules = [...svgPath(data).matchAll(/h(\d+)v/g)].reduce((sum, [, run]) => sum + Number(run), 0);
  assert.equal(darkModules, dark);
});
