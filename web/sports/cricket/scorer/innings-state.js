// The part of an innings' state between two balls that a scorer needs, built from the server's.

/**
 * @typedef {{ player_id: number, name: string, runs: number, ballsFaced: number, fours: number, sixes: number, isOut: boolean }} ProjectedBatter
 *
 * @typedef {object} ProjectedBowler
 * @property {number} player_id
 * @property {string} name
 * @property {number} completeOvers overs bowled entirely by this bowler
 * @property {number} ballsOfSharedOvers balls of other overs, including this one
 * @property {number} ballsThisOver balls in this over
 * @property {number} maidens
 * @property {number} runsConceded
 * @property {number} wickets
 *
 * @typedef {{ overs: number, balls: number }} OverCount
 * @typedef {{ battingTeamId: number, runs: number, isSuperOver: boolean }} PreviousInnings
 *
 * @typedef {object} PlayingConditions
 * @property {number} innings
 * @property {number | null} overs
 * @property {number} balls_per_over
 * @property {number | null} overs_per_bowler
 * @property {boolean} free_hit
 * @property {number} players
 * @property {number} no_ball_runs
 * @property {number} scorers_required
 *
 * @typedef {object} InningsState
 * @property {number} nextBallNumber
 * @property {boolean} isOpen an innings is in play
 * @property {boolean} isUncertain a pending correction can't be computed here
 * @property {number | null} battingTeamId the batting team, or the last one
 * @property {boolean} isSuperOver
 * @property {number} runs
 * @property {number} wickets
 * @property {number} maxWickets
 * @property {number} completedOvers
 * @property {number} legalBalls legal balls in this over
 * @property {OverCount | null} allottedOvers
 * @property {number | null} target
 * @property {string[]} currentOver its balls as scorers write them
 * @property {string[]} previousOver
 * @property {number | null} striker player id, as the following roles
 * @property {number | null} nonStriker
 * @property {number | null} bowler
 * @property {number[]} previousOverBowlers who bowled in the last over
 * @property {number[]} currentOverBowlers
 * @property {number} overRunsConceded runs conceded by the bowlers in this over
 * @property {{ [id: number]: ProjectedBatter }} batters
 * @property {{ [id: number]: ProjectedBowler }} bowlers
 * @property {{ runs: number, balls: number }} partnership
 * @property {boolean} nextIsFreeHit
 * @property {PreviousInnings[]} previousInnings earlier innings
 * @property {{ runs: number, allottedOvers: OverCount | null } | null} presetTarget set by hand for a later innings
 */

/** `9.2` → nine overs and two balls. @param {string | null | undefined} text @returns {OverCount | null} */
export function parseOverCount(text) {
  if (!text) return null;
  const [overs, balls = 0] = String(text).split(".").map(Number);
  return { overs, balls };
}

/** Overs and balls, not a decimal. @param {InningsState} innings */
export const oversText = ({ completedOvers, legalBalls }) => `${completedOvers}.${legalBalls}`;

/** The overs in a bowler's figures: `3.2` of `3.2-1-14-2`. @param {ProjectedBowler} figures @param {PlayingConditions} conditions */
export function oversBowledText({ completeOvers, ballsOfSharedOvers }, { balls_per_over: ballsPerOver }) {
  const balls = completeOvers * ballsPerOver + ballsOfSharedOvers;
  return `${Math.floor(balls / ballsPerOver)}.${balls % ballsPerOver}`;
}

/** The runs of a ball's symbol that count against the bowler. @param {string} symbol */
export function runsAgainstBowler(symbol) {
  const parts = symbol.split("+").map((part) => /^(\d+)(wd|nb)?$/.exec(part)?.[1] ?? 0);
  return parts.reduce((/** @type {number} */ sum, part) => sum + Number(part), 0);
}

/** @param {any} game from the server @returns {InningsState} */
export function inningsStateOf(game) {
  const { live, scorecard, playing_conditions: conditions } = game;
  const { innings } = live;
  const allInnings = scorecard?.innings ?? [];
  const currentInnings = innings ? allInnings.at(-1) : null;
  const isOpen = Boolean(innings) && !innings.completed;
  const { overs = 0, balls: legal = 0 } = parseOverCount(innings?.overs) ?? {};
  const over = live.this_over ?? [];
  const superOver = Boolean(innings?.super_over);
  const maxBattersOut = superOver ? Math.min(2, conditions.players - 1) : conditions.players - 1;
  return {
    nextBallNumber: live.next_number, isOpen, isUncertain: false, isSuperOver: superOver,
    battingTeamId: innings?.batting_team_id ?? null,
    runs: innings?.runs ?? 0, wickets: innings?.wickets ?? 0,
    maxWickets: maxBattersOut - (currentInnings?.absent.length ?? 0),
    completedOvers: overs, legalBalls: legal, allottedOvers: parseOverCount(currentInnings?.overs_allotted), target: innings?.target ?? null,
    currentOver: over, previousOver: live.last_over ?? [],
    striker: live.striker?.player_id ?? null, nonStriker: live.non_striker?.player_id ?? null,
    bowler: live.bowler?.player_id ?? null, previousOverBowlers: live.last_bowler_ids ?? [],
    currentOverBowlers: live.over_bowler_ids ?? [],
    overRunsConceded: over.map(runsAgainstBowler).reduce((/** @type {number} */ sum, /** @type {number} */ one) => sum + one, 0),
    batters: battersOf(currentInnings), bowlers: bowlersOf(currentInnings, live, legal),
    partnership: live.partnership ?? { runs: 0, balls: 0 }, nextIsFreeHit: Boolean(live.free_hit),
    previousInnings: allInnings.slice(0, -1).map((/** @type {any} */ one) => ({ battingTeamId: one.batting_team_id, runs: one.runs, isSuperOver: one.super_over })),
    presetTarget: null,
  };
}

/** @param {any} innings */
function battersOf(innings) {
  /** @type {{ [id: number]: ProjectedBatter }} */ const batters = {};
  for (const { player_id, name, runs, balls, fours, sixes, out: isOut } of innings?.batting ?? []) {
    batters[player_id] = { player_id, name, runs, ballsFaced: balls, fours, sixes, isOut: Boolean(isOut) };
  }
  return batters;
}

/** @param {any} innings @param {any} live @param {number} legalBalls */
function bowlersOf(innings, live, legalBalls) {
  /** @type {{ [id: number]: ProjectedBowler }} */ const bowlers = {};
  const currentBowler = live.bowler ? [live.bowler] : [];
  for (const { player_id, name, overs, maidens, runs, wickets } of [...(innings?.bowling ?? []), ...currentBowler]) {
    const { overs: completeOvers = 0, balls: ballsOfSharedOvers = 0 } = parseOverCount(overs) ?? {};
    const ballsThisOver = player_id === live.bowler?.player_id ? legalBalls : 0;
    bowlers[player_id] = { player_id, name, completeOvers, ballsOfSharedOvers, ballsThisOver, maidens, runsConceded: runs, wickets };
  }
  return bowlers;
}
