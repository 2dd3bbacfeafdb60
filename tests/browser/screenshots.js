// Screenshots of every page: node tests/browser/screenshots.js [folder [names]]
// Those of the README, into docs/images: node tests/browser/screenshots.js readme
//
// Phone, laptop and display; light and dark; of an invented league with live matches.

import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { launch, recordPageErrors } from "./chromium.js";
import { CricketMatchDriver } from "./cricket-match-driver.js";
import { Server, waitFor } from "./server.js";

const SCREENS = {
  phone: { width: 390, height: 844 },
  laptop: { width: 1280, height: 800 },
  display: { width: 1920, height: 1080 },
};
const THEMES = ["light", "dark"];
const SETTLED_MS = 15_000;

/** The README's: the display, the visitors' pages, the scorer page and a ticket. */
const IN_README = ["hd-goal-display-dark", "event-laptop-light", "match-phone-light", "scorer-phone-dark", "tickets-phone-light"];

const isForReadme = process.argv[2] === "readme";
const folder = isForReadme ? fileURLToPath(new URL("../../docs/images", import.meta.url)) : resolve(process.argv[2] ?? "target/screenshots");
const cleanUps = [];
try {
  await mkdir(folder, { recursive: true });
  await takeScreenshots(process.argv[3]?.split(",") ?? []);
} finally {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}

async function takeScreenshots(names) {
  const server = await Server.start({ after: (cleanUp) => cleanUps.push(cleanUp) }, { command: "demo" });
  const browser = await launch();
  cleanUps.push(() => browser.close());
  const purchase = await buyTickets(server);
  const cricket = await playCricket(server);
  const goal = { kind: "goal", team_id: 7, player_id: 67, period: "second_half", minute: 90 };
  const waitForCelebration = async (page) => {
    await page.locator("#stage").waitFor();
    await page.waitForFunction(() => document.title.includes("Riverside") && sessionStorage.length > 0);
    await server.post("/api/matches/4/incidents", goal);
    await page.locator(".celebration").waitFor();
    await page.waitForTimeout(800); // the celebration slides in
  };
  const urgent = { event_id: 1, type: "weather_alert", priority: "urgent", title: "Lightning near Kestrel Park", message: "Please leave the open stand until the all-clear." };
  await server.post("/api/announcements", urgent);
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    for (const colorScheme of THEMES) {
      const context = await browser.newContext({ viewport, colorScheme, locale: "en-GB" });
      await context.request.post(`${server.url}/api/auth/login`, { data: server.credentials });
      const suffix = `${screen}-${colorScheme}`;
      const shots = [...screenshots(purchase, colorScheme, waitForCelebration), ...ofCricket(cricket, colorScheme)].filter(({ name }) => (isForReadme ? IN_README.includes(`${name}-${suffix}`) : names.length === 0 || names.includes(name)));
      for (const shot of shots) await take(context, server, shot, suffix);
      await context.close();
    }
  }
}

/** Each page, and what must be visible before its screenshot. */
function screenshots(purchase, theme, waitForCelebration) {
  const openTab = (title) => async (page) => {
    await page.getByRole("tab", { name: title }).click();
    if (title === "Replay") {
      await page.getByRole("radio", { name: "5,000×" }).check();
      await page.getByRole("button", { name: "Play" }).click();
      await page.locator(".replay .incident").first().waitFor();
    }
  };
  return [
    { name: "index", path: "/", ready: ".game .when" },
    { name: "match", path: "/matches/3", ready: ".timeline .incident" },
    { name: "match-statistics", path: "/matches/3", ready: "#tabs", act: openTab("Statistics") },
    { name: "match-lineups", path: "/matches/3", ready: "#tabs", act: openTab("Line-ups") },
    { name: "match-replay", path: "/matches/3", ready: "#tabs", act: openTab("Replay") },
    { name: "match-to-come", path: "/matches/25", ready: "#head" },
    { name: "hd", path: `/matches/3/hd?theme=${theme}`, ready: "#board li" },
    { name: "hd-de", path: `/matches/4/hd?theme=${theme}&lang=de`, ready: "#board li" },
    { name: "hd-goal", path: `/matches/4/hd?theme=${theme}`, ready: "#board li", act: waitForCelebration },
    { name: "hd-to-come", path: `/matches/25/hd?theme=${theme}`, ready: "#clock" },
    { name: "event", path: "/events/1", ready: ".standings tbody tr" },
    { name: "team", path: "/teams/5", ready: ".players li" },
    { name: "tickets", path: "/events/1/tickets", ready: ".order .button" },
    { name: "purchases", path: "/purchases", ready: ".purchases li" },
    { name: "purchase", path: `/purchases/${purchase}`, ready: ".ticket .qr" },
    { name: "purchase-unknown", path: "/purchases/00000000-0000-4000-8000-000000000000", ready: ".sign-in" },
    { name: "scorer", path: "/scorer/3", ready: "button" },
    { name: "admin", path: "/admin", ready: "button, input" },
    { name: "docs", path: "/docs", ready: ".operation" },
  ];
}

/** The same for cricket, whose tabs differ. */
function ofCricket({ id, home }, theme) {
  const openTab = (title, ready) => async (page) => {
    await page.getByRole("tab", { name: title }).click();
    await page.locator(ready).first().waitFor();
  };
  const replay = async (page) => {
    await openTab("Replay", ".replay")(page);
    await page.getByRole("radio", { name: "5,000×" }).check();
    await page.getByRole("button", { name: "Play" }).click();
    await page.locator(".replay .an-over").first().waitFor();
  };
  const wicket = async (page) => {
    await page.locator('[data-runs="W"]').click();
    await page.locator('[data-wicket="bowled"]').waitFor();
  };
  return [
    { name: "cricket", path: `/matches/${id}`, ready: ".a-ball .text, .an-over" },
    { name: "cricket-scorecard", path: `/matches/${id}`, ready: "#tabs", act: openTab("Scorecard", ".bowling-card") },
    { name: "cricket-charts", path: `/matches/${id}`, ready: "#tabs", act: openTab("Charts", "#panel svg") },
    { name: "cricket-statistics", path: `/matches/${id}`, ready: "#tabs", act: openTab("Statistics", "#panel > * > *") },
    { name: "cricket-lineups", path: `/matches/${id}`, ready: "#tabs", act: openTab("Line-ups", "#panel li") },
    { name: "cricket-replay", path: `/matches/${id}`, ready: "#tabs", act: replay },
    { name: "hd-cricket", path: `/matches/${id}/hd?theme=${theme}`, ready: "#this-over" },
    { name: "cricket-team", path: `/teams/${home}`, ready: ".innings-performances li" },
    { name: "cricket-scorer", path: `/scorer/${id}`, ready: "[data-runs]" },
    { name: "cricket-scorer-wicket", path: `/scorer/${id}`, ready: "[data-runs]", act: wicket },
  ];
}

async function take(context, server, { name, path, ready, act }, suffix) {
  const page = await recordPageErrors(await context.newPage());
  const response = await page.goto(server.url + path);
  if (response.status() === 200) {
    await page.locator(ready).first().waitFor({ timeout: SETTLED_MS });
    await waitFor(() => page.evaluate(() => document.fonts.status === "loaded"), "the fonts");
    await act?.(page);
    await page.waitForTimeout(300); // for animations to end
    const file = join(folder, `${name}-${suffix}`);
    if (isForReadme) await writeFile(`${file}.webp`, await small(page));
    else await page.screenshot({ path: `${file}.png`, fullPage: !name.startsWith("hd") });
    for (const fault of page.pageErrors) console.error(`${path}: ${fault}`);
  }
  await page.close();
}

/** A chase that is paused: the league's own would be over before the last screenshot. */
async function playCricket(server) {
  const driver = await CricketMatchDriver.start(server);
  const overs = ["1 . 4 1 2 .", "1 . 1wd 6 1 . 1", ". 1 1lb 4 . 2", "1 W . 1 1 4", "2nb 1 6 . 1 1 1", "C . 1 2 . 1"];
  const text = { commentary: "Short of a length, worked off the pads to deep square leg." };
  for (let over = 0; over < 20; over += 1) await driver.bowlBalls(overs[over % overs.length], text);
  await driver.openInnings(driver.away);
  for (let over = 0; over < 12; over += 1) await driver.bowlBalls(overs[(over + 2) % overs.length], text);
  await driver.bowlBalls("1 4 W 2nb");
  return driver;
}

/** The viewport as a small JPEG. */
async function small(page) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 82 });
  return Buffer.from(data, "base64");
}

async function buyTickets(server) {
  const { id, tickets } = await server.post("/api/events/1/purchases", { ticket_type: "adult", quantity: 3 });
  await server.post(`/api/purchases/${id}/status`, { status: "confirmed" });
  await server.post(`/api/tickets/${tickets[0].code}/check-in`, {});
  return id;
}
