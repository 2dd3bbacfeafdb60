// The page of one match: score, clock, timeline and figures, as they happen.

import { inkOn, teamColour } from "./client/colour.js";
import { byId, element, setText } from "./client/element.js";
import { follow, matchId, sportOf } from "./client/game.js";
import { elapsedMs, hasBegun, inWords, standing } from "./sports/generic.js";

/** @import { End, Game, Message } from "./client/wire.js" */
/** @import { State } from "./client/stream.js" */

/** @type {{ [state in State]: string }} */
const STATES = {
  connecting: "Connecting",
  "catching-up": "Catching up",
  live: "Live",
  stale: "Reconnecting",
  refused: "Not available",
};
/** @type {{ [why: string]: string }} */
const REFUSALS = {
  401: "Sign in to see this match.",
  403: "You may not see this match.",
  404: "There is no such match.",
  token_expired: "Your sign-in has run out. Sign in again to go on.",
  access_revoked: "You may no longer see this match.",
};

/** @type {Game | null} */
let game = null;
let shownSport = "";
let shownTab = 0;

const id = matchId(location.pathname);
if (id === null) refuse("404");
else start(id);

/** @param {string} match */
function start(match) {
  const link = /** @type {HTMLAnchorElement} */ (byId("display-link"));
  link.href = `/matches/${match}/hd`;
  link.hidden = false;
  const stream = follow(match, {
    onGame(next) {
      game = next;
      draw(next);
      tick(stream.serverNow());
    },
    onNews: announce,
    onState(state, why) {
      const shown = byId("connection");
      shown.dataset.state = state;
      setText(shown, STATES[state]);
      if (state === "refused") refuse(why);
      else setText(byId("notice"), "");
    },
  });
  // Four times a second, so that a second never seems to be skipped.
  setInterval(() => tick(stream.serverNow()), 250);
}

/** @param {string | null} why */
function refuse(why) {
  byId("connection").dataset.state = "refused";
  setText(byId("connection"), STATES.refused);
  setText(byId("notice"), REFUSALS[why ?? ""] ?? "This match can't be followed at the moment.");
}

/**
 * @param {Message} message
 * @param {Game} after
 */
function announce(message, after) {
  const said = sportOf(after.sport).say(after, message);
  if (said) setText(byId("said"), said);
}

/** @param {Game} now */
function draw(now) {
  const { teams, score, venue, starts_at } = now;
  const sport = sportOf(now.sport);
  byId("head").hidden = false;
  const numbers = score && hasBegun(now) ? `${score.home}–${score.away}` : "v";
  document.title = `${teams.home.name} ${numbers} ${teams.away.name} · Touchline`;
  setText(byId("title"), `${teams.home.name} against ${teams.away.name}`);
  setText(byId("about"), [venue, starts_at && kickOff(starts_at)].filter(Boolean).join(" · "));
  byId("score").dataset.begun = String(hasBegun(now));
  for (const end of /** @type {End[]} */ (["home", "away"])) drawSide(now, end);
  const { shootout_score: pens } = now;
  setText(byId("shootout"), pens ? `${pens.home}–${pens.away} on penalties` : "");
  if (shownSport !== now.sport) makeTabs(now);
  sport.panels.forEach((panel, at) => byId(`panel-${at}`).replaceChildren(...panel.draw(now)));
}

/**
 * @param {Game} now
 * @param {End} end
 */
function drawSide(now, end) {
  const { name, colour } = now.teams[end];
  const shown = byId(`${end}-name`);
  setText(shown, name);
  // The longest word must fit its column: a club's name broken in two reads as another club.
  const longest = Math.max(...name.split(/[\s-]+/).map((word) => [...word].length));
  shown.style.setProperty("--word", String(Math.min(Math.max(longest, 8), 24)));
  const background = teamColour(colour, end);
  document.documentElement.style.setProperty(`--${end}`, background);
  document.documentElement.style.setProperty(`--on-${end}`, inkOn(background));
  setText(byId(`${end}-score`), hasBegun(now) ? String(now.score?.[end] ?? "") : "");
  const credits = sportOf(now.sport).credits(now, end);
  byId(`${end}-credits`).replaceChildren(...credits.map((line) => element("li", "", line)));
}

/** @param {number} serverNow */
function tick(serverNow) {
  if (!game) return;
  const { clock, status, sport } = game;
  const running = clock && status === "live";
  const time = running ? sportOf(sport).clock(clock, elapsedMs(clock, serverNow)) : null;
  setText(byId("clock"), time?.text ?? "");
  setText(byId("added"), time?.added ?? "");
  const period = clock?.period ? (sportOf(sport).periods[clock.period] ?? inWords(clock.period)) : "";
  setText(byId("period"), running && period ? period : standing(game));
}

/** @param {Game} now */
function makeTabs(now) {
  shownSport = now.sport;
  const { panels } = sportOf(now.sport);
  byId("tabs").hidden = panels.length < 2;
  byId("tabs").replaceChildren(...panels.map(({ title }, at) => makeTab(title, at)));
  byId("panels").replaceChildren(...panels.map((_, at) => makePanel(at)));
  if (panels.length > 0) show(Math.min(shownTab, panels.length - 1));
}

/**
 * @param {string} title
 * @param {number} at
 */
function makeTab(title, at) {
  const tab = element("button", "tab", title);
  tab.id = `tab-${at}`;
  tab.type = "button";
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", `panel-${at}`);
  tab.addEventListener("click", () => show(at));
  tab.addEventListener("keydown", ({ key }) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (!step) return;
    const count = byId("tabs").children.length;
    show((at + step + count) % count);
    byId(`tab-${shownTab}`).focus();
  });
  return tab;
}

/** @param {number} at */
function makePanel(at) {
  const panel = element("section", "panel");
  panel.id = `panel-${at}`;
  panel.tabIndex = 0;
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", `tab-${at}`);
  return panel;
}

/** @param {number} at */
function show(at) {
  shownTab = at;
  [...byId("tabs").children].forEach((tab, place) => {
    tab.setAttribute("aria-selected", String(place === at));
    /** @type {HTMLElement} */ (tab).tabIndex = place === at ? 0 : -1;
    byId(`panel-${place}`).hidden = place !== at;
  });
}

/** @param {string} at */
function kickOff(at) {
  const format = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(undefined, /** @type {any} */ (format)).format(new Date(at));
}
