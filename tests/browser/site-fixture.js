// Every page, with everything on it that people can type; with plain and hostile texts.

import { createAnnouncement, buyTickets, createLeague } from "./league-fixture.js";

const PLAIN_NAMES = {
  event: "Estuary League", home: "Albion", away: "Borough", player: "Ada Novak", venue: "The Quay", ticket: "adult",
  short: "ABC", person: "Bo Silva", title: "Lightning", message: "Please leave\nthe open stand.", text: "From thirty yards", reason: "Heavy rain",
};

/** A distinct text for each field. */
export const HOSTILE_NAMES = {
  event: `League<img src=x onerror="alert('event')">`,
  home: `<img src=x onerror="alert('home')">`,
  away: `"><script>alert(1)</script>`,
  player: `O'Neil "\u2028\u2029" </script><svg onload=alert(2)>`,
  venue: "javascript:alert(3) <b>bold</b> & &lt;",
  ticket: `<svg onload=alert('ticket')> & </select>`,
  short: "<b onload=alert(8)>", // twenty characters at most
  person: `</td><img src=x onerror="alert('person')">`,
  title: `<iframe src="javascript:alert(5)"></iframe>`,
  message: `</style><style>*{display:none}</style>{{constructor.constructor('alert(6)')()}}`,
  text: "<iframe src='javascript:alert(4)'></iframe>",
  reason: `<object data="javascript:alert(7)">`,
};

/** Elements that only user text could have put on a page. */
export const INJECTED_SELECTOR = "[onload], [onerror], img, iframe, object, b b, body script, body style";

/** Creates an event, teams, people and matches with these texts in all of them. */
export async function createSite(server, names = PLAIN_NAMES) {
  const { ticket, short, person, title, message, text, reason } = names;
  const me = await server.send("GET", "/api/auth/me");
  await server.send("PATCH", `/api/users/${me.id}`, { name: person });
  const site = await createLeague(server, names);
  await server.send("PATCH", `/api/events/${site.event}`, { ticket_types: [{ name: ticket, price: { amount: 1_250, currency: "EUR" }, capacity: 9 }, { name: "child" }] });
  for (const team of [site.homeTeam, site.awayTeam]) {
    await server.send("PATCH", `/api/teams/${team}`, { short_name: short });
    await server.send("PATCH", `/api/events/${site.event}/registrations/teams/${team}`, { deduction: 1, reason });
  }
  const helper = await server.post("/api/users", { email: "helper@example.org", name: person, password: "another long password", role: "user" });
  const user = { user_id: helper.id };
  await server.post(`/api/events/${site.event}/registrations`, user);
  await server.post(`/api/events/${site.event}/managers`, user);
  await server.post(`/api/teams/${site.homeTeam}/members`, { ...user, role: "coach" });
  await server.post(`/api/matches/${site.id}/officials`, { ...user, role: "scorer" });
  for (const more of [{ priority: "urgent" }, { type: "emergency", priority: "urgent", team_ids: [site.homeTeam] }, {}]) {
    await createAnnouncement(server, site.event, { ...more, title, message });
  }
  await server.post(`/api/matches/${site.id}/start`, {});
  await server.recordGoal(site, 12, { text });
  const { id: taken } = await server.post(`/api/matches/${site.id}/incidents`, { kind: "goal", team_id: site.awayTeam, period: "first_half", minute: 13, text });
  await server.send("PATCH", `/api/matches/${site.id}/incidents/${taken}`, { confirmation: "cancelled", reason });
  const result = { home_score: 3, away_score: 0, ending: "awarded", winner_team_id: site.homeTeam, reason };
  await server.send("PUT", `/api/matches/${site.next}/result`, result);
  const { id: purchase } = await buyTickets(server, { ...site, ticket });
  return { ...site, helper: helper.id, purchase };
}

/**
 * All pages: address, selector to wait for, and the texts that must be on it unchanged.
 * @returns {{ path: string, ready: string, expectedTexts?: (keyof typeof PLAIN_NAMES)[], isAnonymous?: boolean, folded?: boolean }[]} `folded` pages have too much to unfold
 */
export function allPages({ event, homeTeam, id, helper, purchase }) {
  const ofEvent = `/admin#/events/${event}`;
  return [
    { path: "/", ready: ".game .name", expectedTexts: ["event", "home", "away"] },
    { path: `/matches/${id}`, ready: ".timeline .who", expectedTexts: ["home", "away", "player", "text", "venue"] },
    { path: `/matches/${id}/hd`, ready: "#board .who", expectedTexts: ["home", "away", "player"] },
    { path: `/matches/${id}/hd?theme=light`, ready: "#board .who", expectedTexts: ["home"] },
    { path: `/events/${event}`, ready: ".announcement", expectedTexts: ["event", "home", "away", "title", "message", "reason"] },
    { path: `/events/${event}/tickets`, ready: ".order .button", expectedTexts: ["event", "person"] },
    { path: `/teams/${homeTeam}`, ready: ".of-team .who", expectedTexts: ["home", "player", "title", "message"] },
    { path: "/docs#post_events_id_purchases", ready: ".operation[open] dl", folded: true },
    { path: "/purchases", ready: ".purchases li", expectedTexts: ["event"] },
    { path: `/purchases/${purchase}`, ready: ".qr", expectedTexts: ["ticket"] },
    { path: "/purchases", ready: ".sign-in", isAnonymous: true },
    { path: "/purchases/00000000-0000-4000-8000-000000000000", ready: ".sign-in" },
    { path: `/scorer/${id}`, ready: ".log-entry", expectedTexts: ["home", "player", "person"] },
    { path: `/scorer/${id}`, ready: ".sign-in", expectedTexts: ["home"], isAnonymous: true },
    { path: "/admin", ready: ".sign-in", isAnonymous: true },
    { path: "/admin#/events", ready: ".rows", expectedTexts: ["event", "person"] },
    { path: ofEvent, ready: ".fields", expectedTexts: ["event", "ticket"] },
    { path: `${ofEvent}/matches`, ready: ".rows", expectedTexts: ["home", "away"] },
    { path: `${ofEvent}/registrations`, ready: ".rows", expectedTexts: ["home", "away", "person", "reason"] },
    { path: `${ofEvent}/table`, ready: ".rows", expectedTexts: ["home"] },
    { path: `${ofEvent}/announcements`, ready: ".card", expectedTexts: ["title", "message"] },
    { path: `${ofEvent}/purchases`, ready: ".rows", expectedTexts: ["ticket", "person"] },
    { path: `${ofEvent}/managers`, ready: ".rows", expectedTexts: ["person"] },
    { path: "/admin#/teams", ready: ".rows", expectedTexts: ["home", "away", "short"] },
    { path: `/admin#/teams/${homeTeam}`, ready: ".rows", expectedTexts: ["home", "short", "player", "person", "event"] },
    { path: "/admin#/matches", ready: ".rows", expectedTexts: ["home", "away"] },
    { path: `/admin#/matches/${id}`, ready: ".log-entry", expectedTexts: ["home", "away", "player", "venue", "person"] },
    { path: "/admin#/users", ready: ".rows", expectedTexts: ["person"] },
    { path: `/admin#/users/${helper}`, ready: ".fields", expectedTexts: ["person"] },
    { path: "/admin#/live", ready: ".chart" },
    { path: "/admin#/streams", ready: ".inline-form" },
    { path: `/admin#/streams/match_${id}`, ready: ".frames li", expectedTexts: ["text"] },
  ];
}

/** Opens what is folded on a page: forms and lazy lists. */
export const expandAll = (page) =>
  page.evaluate(() => {
    for (const folded of document.querySelectorAll("details")) folded.open = true;
    for (const button of document.querySelectorAll('button[aria-expanded="false"]')) button.click();
  });

/** All text on a page, including that in fields. */
export const pageText = (page) =>
  page.evaluate(() => [document.body.textContent, ...[...document.querySelectorAll("input, textarea")].map(({ value }) => value)].join("\n"));
