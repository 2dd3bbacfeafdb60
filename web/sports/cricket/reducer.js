// Applies messages to a cricket match: its live state, scorecard and recent balls. Pure.

/** @import { Match, Message } from "../../client/message-types.js" */
/** @import { Ball, InningsSummary, BatterRecord, CricketParts, Innings, LiveState, Milestone } from "./types.js" */

/** @typedef {Match & CricketParts} CricketMatch */

/** Recent balls that a page keeps; it requests older ones over by over. */
const MAX_RECENT_BALLS = 60;

/** @type {LiveState} */
const EMPTY_LIVE = {
  innings: null, striker: null, non_striker: null, bowler: null, partnership: { runs: 0, balls: 0 },
  this_over: null, last_over: null, free_hit: false, next_number: 1,
};

/** Between innings nobody bats or bowls. */
const LIVE_BETWEEN_INNINGS = { striker: null, non_striker: null, bowler: null, partnership: EMPTY_LIVE.partnership, this_over: null, free_hit: false };

/** Messages that carry the complete live state. */
const FULL_LIVE_TYPES = new Set(["innings_start", "player_changed", "target_set", "penalty_awarded", "ball_corrected"]);

/** @type {{ [type: string]: (match: CricketMatch, data: any, seq: number) => CricketMatch }} */
const REDUCERS = {
  ball_bowled: applyBallBowled,
  wicket_fallen: applyWicketFallen,
  over_complete: applyOverComplete,
  innings_start: (match) => updateInnings(match, match.live.innings, (current) => ({ ...current, batting: battersAtCrease(match.live).reduce(upsertBatter, current.batting) })),
  target_set: (match) => updateInnings(match, match.live.innings, (current) => current),
  player_changed: applyPlayerChanged,
  innings_complete: (match, { innings, next_target: next }) =>
    updateInnings({ ...match, live: { ...match.live, ...LIVE_BETWEEN_INNINGS, innings, next_target: next } }, innings, (current) => ({ ...current, end: innings.reason })),
  penalty_awarded: applyPenaltyAwarded,
  milestone_achieved: (match, { milestone }) => updateInningsByNumber(match, milestone.innings, (current) => ({ ...current, milestones: [...withoutMilestone(current.milestones, milestone), milestone] })),
  milestone_withdrawn: (match, { milestone }) => updateInningsByNumber(match, milestone.innings, (current) => ({ ...current, milestones: withoutMilestone(current.milestones, milestone) })),
  ball_corrected: applyBallCorrected,
  toss: (match, { toss }) => ({ ...match, toss }),
  match_complete: (match, { result, player_of_the_match: best }) => ({ ...match, playerOfTheMatch: best?.name ?? null, scorecard: { ...match.scorecard, result } }),
  match_reopened: clearResult,
  scoring_dispute_raised: (match, { number }) => ({ ...match, disputes: [...otherDisputes(match, number), { number }] }),
  dispute_resolved: (match, { number }) => ({ ...match, disputes: otherDisputes(match, number) }),
};

/**
 * @param {Match} game after what all sports have in common
 * @param {Message} message
 * @returns {Match}
 */
export function applyMessage(game, { type, data, seq }) {
  const match = withCricketParts(game);
  const withLive = FULL_LIVE_TYPES.has(type) ? { ...match, live: liveFrom(data) } : match;
  return Object.hasOwn(REDUCERS, type) ? REDUCERS[type](withLive, data, seq) : withLive;
}

/** Adds the parts that a match in a list lacks. @param {Match} game @returns {CricketMatch} */
export function withCricketParts(game) {
  const partial = /** @type {Partial<CricketMatch>} */ (game);
  return { ...game, live: partial.live ?? EMPTY_LIVE, scorecard: partial.scorecard ?? { innings: [], result: null } };
}

/** The state that a replay starts from. @returns {CricketParts} */
export function initialCricketState() {
  return { live: EMPTY_LIVE, scorecard: { innings: [], result: null }, toss: null, disputes: [], recentBalls: [], lastCorrectionSeq: 0, playerOfTheMatch: null };
}

/** @param {any} data */
function liveFrom(data) {
  return /** @type {LiveState} */ (Object.fromEntries(Object.keys({ ...EMPTY_LIVE, next_target: 0, next_method: 0 }).map((name) => [name, data[name] ?? null])));
}

/**
 * Updates the innings of a message in the scorecard; it may be a new one.
 * @param {CricketMatch} match
 * @param {InningsSummary | null} summary
 * @param {(updated: Innings) => Innings} update
 */
function updateInnings(match, summary, update) {
  if (!summary) return match;
  const innings = match.scorecard.innings;
  const existing = innings.find(({ number }) => number === summary.number) ?? emptyInnings();
  const { reason: _, ...summaryFields } = /** @type {InningsSummary & { reason?: string }} */ (summary);
  const updated = update({ ...existing, ...summaryFields, end: summaryFields.completed ? existing.end : null });
  const rest = innings.filter(({ number }) => number !== summary.number);
  const live = match.live.innings?.number === summary.number ? { ...match.live, innings: summaryFields } : match.live;
  return { ...match, live, scorecard: { ...match.scorecard, innings: [...rest, updated].sort((one, other) => one.number - other.number) } };
}

/**
 * @param {CricketMatch} match
 * @param {number} number
 * @param {(innings: Innings) => Innings} update
 */
function updateInningsByNumber(match, number, update) {
  const innings = match.scorecard.innings.map((one) => (one.number === number ? update(one) : one));
  return { ...match, scorecard: { ...match.scorecard, innings } };
}

/** @returns {Innings} */
function emptyInnings() {
  const details = { end: null, overs_allotted: null, batting: [], absent: [], bowling: [], fall_of_wickets: [], partnerships: [], milestones: [], over_summaries: [], unfinished_over: null };
  return /** @type {Innings} */ (/** @type {unknown} */ (details));
}

/** @param {LiveState} live */
const battersAtCrease = ({ striker, non_striker: other }) => [striker, other].filter((one) => one !== null);

/** @param {CricketMatch} match @param {any} data */
function applyBallBowled(match, { ball, innings, striker, non_striker: nonStriker, bowler, partnership, next }) {
  const { live } = match;
  const ballsSoFar = live.innings?.number === innings.number ? (live.this_over ?? []) : [];
  // A player who came in with the ball is published before it, with the live state after the ball.
  const isAlreadyInLive = live.next_number === next.number;
  const batters = [striker, nonStriker, ...(match.scorecard.innings.find(({ number }) => number === innings.number)?.batting ?? [])];
  const batterById = (/** @type {number | null} */ id) => batters.find((one) => one?.player_id === id) ?? null;
  const partnershipContinues = next.striker_id !== null && next.non_striker_id !== null;
  /** @type {LiveState} */
  const updatedLive = {
    ...live, innings, partnership: partnershipContinues ? partnership : EMPTY_LIVE.partnership, striker: batterById(next.striker_id), non_striker: batterById(next.non_striker_id),
    bowler: next.bowler_id === bowler?.player_id ? bowler : null,
    this_over: isAlreadyInLive ? ballsSoFar : [...ballsSoFar, ball.symbol], free_hit: next.free_hit, next_number: next.number,
  };
  const updatedMatch = { ...match, live: updatedLive, recentBalls: [...(match.recentBalls ?? []).filter(({ number }) => number < ball.number), ball].slice(-MAX_RECENT_BALLS) };
  return updateInnings(updatedMatch, innings, (current) => ({
    ...current,
    unfinished_over: [current.unfinished_over, ball.symbol].filter(Boolean).join(" "),
    batting: [striker, nonStriker].filter(Boolean).reduce(upsertBatter, current.batting),
    bowling: bowler ? upsertByPlayer(current.bowling, bowler) : current.bowling,
    partnerships: updatePartnerships(current.partnerships, { ball, striker, nonStriker, partnership, wicket: innings.wickets + 1 - ball.wickets.length }),
  }));
}

/**
 * @param {BatterRecord[]} batting
 * @param {import("./types.js").Batter} batter
 */
function upsertBatter(batting, batter) {
  const existing = batting.find(({ player_id }) => player_id === batter.player_id);
  const record = { dismissal: "not out", out: null, ...existing, ...batter, strike_rate: batter.balls ? (batter.runs * 100) / batter.balls : null };
  return upsertByPlayer(batting, record);
}

/**
 * @template {{ player_id: number }} PlayerRecord
 * @param {PlayerRecord[]} records
 * @param {PlayerRecord} record
 */
function upsertByPlayer(records, record) {
  const isSamePlayer = (/** @type {PlayerRecord} */ { player_id: id }) => id === record.player_id;
  return records.some(isSamePlayer) ? records.map((one) => (isSamePlayer(one) ? record : one)) : [...records, record];
}

/**
 * The partnerships after a ball, with the striker's share of its runs.
 * @param {Innings["partnerships"]} partnerships
 * @param {{ ball: any, striker: any, nonStriker: any, partnership: { runs: number, balls: number }, wicket: number }} after
 */
function updatePartnerships(partnerships, { ball, striker, nonStriker, partnership, wicket }) {
  const lastPartnership = partnerships.at(-1);
  const isSamePartnership = lastPartnership?.unbroken && lastPartnership.batters.every(({ player_id: id }) => id === striker?.player_id || id === nonStriker?.player_id);
  const newShares = [striker, nonStriker].filter(Boolean).map(({ player_id, name }) => ({ player_id, name, runs: 0, balls: 0 }));
  const batters = (isSamePartnership ? lastPartnership.batters : newShares).map((one) => (one.player_id === striker?.player_id
    ? { ...one, runs: one.runs + ball.runs.batter, balls: one.balls + Number(ball.extras.wides === 0) } : one));
  const updated = { wicket, ...partnership, batters, unbroken: ball.wickets.length === 0 };
  return [...(isSamePartnership ? partnerships.slice(0, -1) : partnerships), updated];
}

/** @param {CricketMatch} match @param {any} data */
function applyWicketFallen(match, { wicket, fall, innings }) {
  return updateInnings(match, innings, (current) => {
    const dismissed = { player_id: fall.player_id, name: fall.name, runs: wicket.batter.runs, balls: wicket.batter.balls };
    const existing = current.batting.find(({ player_id }) => player_id === dismissed.player_id);
    const record = { fours: 0, sixes: 0, strike_rate: null, ...existing, ...dismissed, dismissal: wicket.text, out: wicket };
    return {
      ...current,
      batting: upsertByPlayer(current.batting, record),
      fall_of_wickets: [...current.fall_of_wickets.filter((one) => one.wicket !== fall.wicket), fall],
      partnerships: current.partnerships.map((one, at) => (at === current.partnerships.length - 1 ? { ...one, unbroken: false } : one)),
    };
  });
}

/** @param {CricketMatch} match @param {any} data */
function applyOverComplete(match, { over, balls, summary, bowler, innings }) {
  const live = { ...match.live, last_over: balls, this_over: /** @type {string[]} */ ([]), bowler: null };
  return updateInnings({ ...match, live }, innings, (current) => ({
    ...current,
    over_summaries: [...current.over_summaries.slice(0, over - 1), summary],
    unfinished_over: null,
    bowling: bowler ? upsertByPlayer(current.bowling, bowler) : current.bowling,
  }));
}

/** The runs may go to another innings than the current one, whose target they may change. @param {CricketMatch} match @param {any} data */
function applyPenaltyAwarded(match, { awarded_innings: awardedInnings }) {
  const { innings, partnership } = match.live;
  const extendUnbroken = (/** @type {Innings["partnerships"]} */ all) => all.map((one) => (one.unbroken ? { ...one, ...partnership } : one));
  const withAward = updateInnings(match, awardedInnings, (current) => current);
  return updateInnings(withAward, innings, (current) => (awardedInnings?.number === innings?.number ? { ...current, partnerships: extendUnbroken(current.partnerships) } : current));
}

/** Batters at the crease have a record; a retired one shows why. @param {CricketMatch} match @param {any} data */
function applyPlayerChanged(match, { change, player_id: id, name }) {
  const { striker, non_striker: nonStriker, innings } = match.live;
  const isRetirement = change === "retired_hurt" || change === "retired_not_out";
  return updateInnings(match, innings, (current) => {
    const batting = battersAtCrease(match.live).reduce(upsertBatter, current.batting);
    const markDeparted = (/** @type {BatterRecord} */ one) => ({ ...one, dismissal: change.replaceAll("_", " ") });
    const markNotOut = (/** @type {BatterRecord} */ one) => ({ ...one, dismissal: "not out" });
    const isAtCrease = (/** @type {BatterRecord} */ { player_id }) => player_id === striker?.player_id || player_id === nonStriker?.player_id;
    return {
      ...current,
      // A batter sent in by mistake, who faced no ball, has no record.
      batting: batting
        .filter((one) => isAtCrease(one) || one.balls > 0 || one.dismissal !== "not out")
        .map((one) => (one.player_id === id && isRetirement ? markDeparted(one) : isAtCrease(one) ? markNotOut(one) : one)),
      // A retired batter already has a record.
      absent: change === "absent" && !batting.some((one) => one.player_id === id) ? [...current.absent, { player_id: id, name }] : current.absent,
      partnerships: isRetirement ? current.partnerships.map((one) => ({ ...one, unbroken: false })) : current.partnerships,
    };
  });
}

/** @param {CricketMatch} match @param {any} data @param {number} seq */
function applyBallCorrected(match, { number, change, ball, was: previous, scorecard }, seq) {
  const recentBalls = (match.recentBalls ?? []).filter((one) => change === "changed" || one.number !== number)
    .map((one) => (one.number === number ? ball : one.number > number && change === "removed" ? { ...one, number: one.number - 1 } : one));
  const firstChangedInnings = Math.min(previous.innings, scorecard?.innings[0]?.number ?? previous.innings);
  const unchangedInnings = match.scorecard.innings.filter((one) => one.number < firstChangedInnings);
  const changesOtherBalls = change === "removed" || (change === "changed" && (previous.symbol !== ball.symbol || previous.over !== ball.over || previous.crossed !== ball.crossed));
  const next = {
    ...match, recentBalls, disputes: change === "changed" ? match.disputes : [],
    lastCorrectionSeq: changesOtherBalls ? seq : match.lastCorrectionSeq,
    scorecard: { innings: [...unchangedInnings, ...(scorecard?.innings ?? [])], result: scorecard?.result ?? null },
  };
  return ["finished", "abandoned"].includes(match.status) ? next : clearResult(next);
}

/** @param {CricketMatch} match */
function clearResult(match) {
  return { ...match, playerOfTheMatch: null, result: null, scorecard: { ...match.scorecard, result: null } };
}

/** @param {Milestone[]} milestones @param {Milestone} milestone */
function withoutMilestone(milestones, milestone) {
  return milestones.filter((other) => !(other.kind === milestone.kind && other.value === milestone.value && String(other.player_ids) === String(milestone.player_ids)));
}

/** @param {CricketMatch} match @param {number} number */
function otherDisputes(match, number) {
  return (match.disputes ?? []).filter((one) => one.number !== number);
}
