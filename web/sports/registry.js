// The list of sports, and the code of those that the page has needed so far.

import { commonSport } from "./common.js";

/** @import { Sport } from "./sport.js" */
/** @import { SportScorer } from "./sport-scorer.js" */

/**
 * @typedef {object} SportEntry
 * @property {string} label
 * @property {() => Promise<{ sport: Sport }>} importPages
 * @property {() => Promise<{ scorer: SportScorer }>} importScorer
 */

/** All sports, by their name in the API; forms offer the first one. @type {{ [name: string]: SportEntry }} */
const SPORTS = {
  football: { label: "Football", importPages: () => import("./football/pages.js"), importScorer: () => import("./football/scorer.js") },
  cricket: { label: "Cricket", importPages: () => import("./cricket/pages.js"), importScorer: () => import("./cricket/scorer.js") },
  generic: { label: "Score only", importPages: () => import("./generic/pages.js"), importScorer: () => import("./generic/scorer.js") },
};
/** Scores the sports that have no entry. */
const DEFAULT_SCORER = SPORTS.generic;

const LOAD_RETRY_DELAY_MS = 3_000; // after a failed load

/** @type {{ [name: string]: Sport }} */
const loadedSports = {};

/** Names and labels. @type {[string, string][]} */
export const SPORT_OPTIONS = Object.entries(SPORTS).map(([name, { label }]) => [name, label]);

/** How pages show a sport; what all sports have in common if its code isn't loaded. @param {string} name @returns {Sport} */
export function sportOf(name) {
  return Object.hasOwn(loadedSports, name) ? loadedSports[name] : commonSport;
}

/** Whether `sportOf` returns all there is of the sport. @param {string} name */
export function isSportLoaded(name) {
  return Object.hasOwn(loadedSports, name) || !Object.hasOwn(SPORTS, name);
}

/** Waits until the code of a sport's pages is loaded. @param {string} name */
export async function loadSport(name) {
  if (!isSportLoaded(name)) loadedSports[name] = (await untilLoaded(SPORTS[name].importPages)).sport;
}

/** Waits until the code that scores a sport is loaded. @param {string} name @returns {Promise<SportScorer>} */
export async function loadSportScorer(name) {
  const { importScorer } = Object.hasOwn(SPORTS, name) ? SPORTS[name] : DEFAULT_SCORER;
  const { scorer } = await untilLoaded(importScorer);
  if (scorer.loadStyles) await untilLoaded(scorer.loadStyles);
  return scorer;
}

/**
 * @template T
 * @param {() => Promise<T>} load
 * @returns {Promise<T>}
 */
async function untilLoaded(load) {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resume) => setTimeout(resume, LOAD_RETRY_DELAY_MS));
    }
  }
}
