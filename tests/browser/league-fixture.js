// An event with two teams and their matches, and browser contexts to visit its pages.

import assert from "node:assert/strict";

import { recordPageErrors } from "./chromium.js";

export const UPDATE_TIMEOUT_MS = 10_000; // the limit is two seconds; a machine that also compiles takes longer
export const LOAD_TIMEOUT_MS = 20_000;

/** A browser context of its own, without cookies of other tests. */
export async function newBrowserContext(context, browser, options = {}) {
  const browserContext = await browser.newContext({ locale: "en-GB", ...options });
  context.after(() => browserContext.close());
  return browserContext;
}

export async function openPage(browserContext, server, path) {
  const page = await recordPageErrors(await browserContext.newPage());
  const response = await page.goto(server.url + path);
  assert.equal(response.status(), 200, path);
  return page;
}

export const waitForText = (page, selector, text, timeout = UPDATE_TIMEOUT_MS) =>
  page.locator(selector, { hasText: text }).first().waitFor({ state: "visible", timeout });
export const waitUntilLive = (page) => waitForText(page, "#connection", "Live", LOAD_TIMEOUT_MS);
export const signIn = (browserContext, server) => browserContext.request.post(`${server.url}/api/auth/login`, { data: server.credentials });

/** Creates an event with two teams that lead the table in alphabetical order, and a match between them. */
export async function createLeague(server, names = {}) {
  const { event: name = "Estuary League", home = "Albion", away = "Borough", player = "Ada Novak", venue = "The Quay", ticket = "adult" } = names;
  const event = await server.post("/api/events", { name, sport: "football", visibility: "public", tie_breakers: ["points", "difference", "name"] });
  const teams = [];
  for (const [at, team] of [home, away].entries()) {
    const colour = ["#0b5fa5", "#b3261e"][at];
    const created = await server.post("/api/teams", { name: team, short_name: "ABC", colour, visibility: "public" });
    await server.post(`/api/events/${event.id}/registrations`, { team_id: created.id });
    teams.push(created.id);
  }
  const [homeTeam, awayTeam] = teams;
  const players = [];
  for (const playerName of [player, "Bo Silva"]) players.push((await server.post(`/api/teams/${homeTeam}/players`, { name: playerName, shirt_number: players.length + 1 })).id);
  const match = { event_id: event.id, sport: "football", home_team_id: homeTeam, away_team_id: awayTeam, venue };
  const game = await server.post("/api/matches", { ...match, starts_at: new Date().toISOString() });
  const next = await server.post("/api/matches", { ...match, starts_at: new Date(Date.now() + 7 * 86_400_000).toISOString() });
  return { event: event.id, homeTeam, awayTeam, player: players[0], other: players[1], id: game.id, next: next.id, ticket };
}

export const createAnnouncement = (server, event, more) =>
  server.post("/api/announcements", { event_id: event, type: "general", priority: "normal", title: "Car park", message: "Use the north gate.", ...more });

export async function buyTickets(server, { event, ticket }) {
  const { id, tickets } = await server.post(`/api/events/${event}/purchases`, { ticket_type: ticket, quantity: 2 });
  return { id, tickets };
}
