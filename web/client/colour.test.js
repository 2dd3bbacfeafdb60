import assert from "node:assert/strict";
import { test } from "node:test";

import { contrastRatio, textColourOn, distinctTeamColours, teamColour, displayBackground } from "./colour.js";

test("contrastRatio computes the WCAG contrast ratio", () => {
  assert.equal(contrastRatio("#000000", "#ffffff"), 21);
  assert.equal(contrastRatio("#777777", "#777777"), 1);
  assert.equal(contrastRatio("#777777", "#ffffff").toFixed(2), "4.48");
});

test("text is readable on every team colour", () => {
  for (let red = 0; red < 256; red += 17) {
    for (let green = 0; green < 256; green += 17) {
      for (let blue = 0; blue < 256; blue += 17) {
        const colour = `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
        assert.ok(contrastRatio(colour, textColourOn(colour)) >= 4.3, colour);
      }
    }
  }
});

test("an invalid colour becomes the neutral default", () => {
  for (const colour of [null, undefined, "", "red", "#fff", "#12345g", "url(x)", "#003090;"]) {
    assert.match(teamColour(colour, "home"), /^#[0-9a-f]{6}$/);
  }
  assert.equal(teamColour("#003090", "home"), "#003090");
});

test("teams in about the same colour get distinct colours", () => {
  assert.deepEqual(distinctTeamColours("#0b5fa5", "#b3261e"), { home: "#0b5fa5", away: "#b3261e" });
  assert.deepEqual(distinctTeamColours("#0b5fa5", "#0e62a0"), { home: "#0b5fa5", away: "#ffffff" });
  assert.deepEqual(distinctTeamColours("#ffffff", "#f8f8f8"), { home: "#ffffff", away: "#23303b" });
  assert.notEqual(distinctTeamColours(null, null).home, distinctTeamColours(null, null).away);
});

test("a display background has enough contrast and stays close to the team's colour", () => {
  assert.deepEqual(displayBackground("#003090"), { background: "#003090", ink: "#ffffff" });
  assert.deepEqual(displayBackground("#f2b705"), { background: "#f2b705", ink: "#0b0d0e" });
  for (const colour of ["#0e8a9e", "#d9480f", "#777777", "#ff0000", "#00ff00", "#000000", "#ffffff"]) {
    const { background, ink } = displayBackground(colour);
    assert.ok(contrastRatio(background, ink) >= 5.5, `${colour} became ${background}`);
  }
});
