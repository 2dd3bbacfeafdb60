// Where an innings stands between two balls: what a scorer must know of it, taken from the server's state.

/**
 * @typedef {{ player_id: number, name: string, runs: number, balls: number, fours: number, sixes: number, out: boolean }} Card
 *
 * @typedef {object} Figures of a bowler
 * @property {number} player_id
 * @property {string} name
 * @property {number} whole overs from first ball to last
 * @property {number} loose balls beside them, those of this over too
 * @property {number} inOver balls of this over
 * @property {number} maidens
 * @property {number} runs
 * @property {number} wickets
 *
 * @typedef {{ overs: number, balls: number }} Quota
 * @typedef {{ team: number, runs: number, superOver: boolean }} Played
 *
 * @typedef {object} Rules the match's playing conditions
 * @property {number} innings
 * @property {number | null} overs
 * @property {number} balls_per_over
 * @property {number | null} overs_per_bowler
 * @property {boolean} free_hit
 * @property {number} players
 * @property {number} no_ball_runs
 * @property {number} scorers_required
 *
 * @typedef {object} Crease
 * @property {number} number of the next ball
 * @property {boolean} isOpen an innings is being played
 * @property {boolean} isUnsure a correction is on its way that can't be reckoned here
 * @property {number | null} batting the team that bats, or batted last
 * @property {boolean} superOver
 * @property {number} runs
 * @property {number} wickets
 * @property {number} wicketsMost
 * @property {number} overs that were called
 * @property {number} legal balls of this over
 * @property {Quota | null} quota
 * @property {number | null} target
 * @property {string[]} over its balls as scorers write them
 * @property {string[]} lastOver
 * @property {number | null} striker by id, as all who follow
 * @property {number | null} nonStriker
 * @property {number | null} bowler
 * @property {number[]} rested who bowled the last over
 * @property {number[]} overBowlers
 * @property {number} debited runs against the bowlers in this over
 * @property {{ [id: number]: Card }} cards
 * @property {{ [id: number]: Figures }} figures
 * @property {{ runs: number, balls: number }} partnership
 * @property {boolean} freeHit
 * @property {Played[]} played innings before this one
 * @property {{ runs: number, overs: Quota | null } | null} toChase set by hand for an innings to come
 */

/** `9.2` → nine overs and two balls. @param {string | null | undefined} text @returns {Quota | null} */
export function quota(text) {
  if (!text) return null;
  const [overs, balls = 0] = String(text).split(".").map(Number);
  return { overs, balls };
}

/** Overs and balls, never a decimal. @param {Crease} crease */
export const oversOf = ({ overs, legal }) => `${overs}.${legal}`;

/** `3.2-1-14-2` as far as overs go. @param {Figures} figures @param {Rules} rules */
export function bowled({ whole, loose }, { balls_per_over: per }) {
  const balls = whole * per + loose;
  return `${Math.floor(balls / per)}.${balls % per}`;
}

/** What a ball's symbol has against the bowler. @param {string} symbol */
export function debit(symbol) {
  const parts = symbol.split("+").map((part) => /^(\d+)(wd|nb)?$/.exec(part)?.[1] ?? 0);
  return parts.reduce((/** @type {number} */ sum, part) => sum + Number(part), 0);
}

/** @param {any} game as the server told it @returns {Crease} */
export function creaseOf(game) {
  const { live, scorecard, playing_conditions: rules } = game;
  const { innings } = live;
  const all = scorecard?.innings ?? [];
  const card = innings ? all.at(-1) : null;
  const isOpen = Boolean(innings) && !innings.completed;
  const { overs = 0, balls: legal = 0 } = quota(innings?.overs) ?? {};
  const over = live.this_over ?? [];
  const superOver = Boolean(innings?.super_over);
  const most = superOver ? Math.min(2, rules.players - 1) : rules.players - 1;
  return {
    number: live.next_number, isOpen, isUnsure: false, superOver,
    batting: innings?.batting_team_id ?? null,
    runs: innings?.runs ?? 0, wickets: innings?.wickets ?? 0,
    wicketsMost: most - (card?.absent.length ?? 0),
    overs, legal, quota: quota(card?.overs_allotted), target: innings?.target ?? null,
    over, lastOver: live.last_over ?? [],
    striker: live.striker?.player_id ?? null, nonStriker: live.non_striker?.player_id ?? null,
    bowler: live.bowler?.player_id ?? null, rested: live.last_bowler_ids ?? [],
    overBowlers: live.over_bowler_ids ?? [],
    debited: over.map(debit).reduce((/** @type {number} */ sum, /** @type {number} */ one) => sum + one, 0),
    cards: cardsOf(card), figures: figuresOf(card, live, legal),
    partnership: live.partnership ?? { runs: 0, balls: 0 }, freeHit: Boolean(live.free_hit),
    played: all.slice(0, -1).map((/** @type {any} */ one) => ({ team: one.batting_team_id, runs: one.runs, superOver: one.super_over })),
    toChase: null,
  };
}

/** @param {any} card */
function cardsOf(card) {
  /** @type {{ [id: number]: Card }} */ const cards = {};
  for (const { player_id, name, runs, balls, fours, sixes, out } of card?.batting ?? []) {
    cards[player_id] = { player_id, name, runs, balls, fours, sixes, out: Boolean(out) };
  }
  return cards;
}

/** @param {any} card @param {any} live @param {number} legal */
function figuresOf(card, live, legal) {
  /** @type {{ [id: number]: Figures }} */ const figures = {};
  const newest = live.bowler ? [live.bowler] : [];
  for (const { player_id, name, overs, maidens, runs, wickets } of [...(card?.bowling ?? []), ...newest]) {
    const { overs: whole = 0, balls: loose = 0 } = quota(overs) ?? {};
    const inOver = player_id === live.bowler?.player_id ? legal : 0;
    figures[player_id] = { player_id, name, whole, loose, inOver, maidens, runs, wickets };
  }
  return figures;
}
