// A match of cricket, moved on by messages: the board, the cards, the last balls. Pure.

/** @import { Game, Message } from "../client/wire.js" */
/** @import { Ball, Brief, Card, Cricket, Innings, Live, Milestone } from "./innings.js" */

/** @typedef {Game & Cricket} Match */

/** What a page remembers ball by ball; whatever is older is asked for, over by over. */
const TOLD = 60;

/** @type {Live} */
const NOTHING = {
  innings: null, striker: null, non_striker: null, bowler: null, partnership: { runs: 0, balls: 0 },
  this_over: null, last_over: null, free_hit: false, next_number: 1,
};

/** Stumps are drawn: nobody is in. */
const DRAWN = { striker: null, non_striker: null, bowler: null, partnership: NOTHING.partnership, this_over: null, free_hit: false };

/** Messages that carry the whole board. */
const BOARDS = new Set(["innings_start", "player_changed", "target_set", "penalty_awarded", "ball_corrected"]);

/** @type {{ [type: string]: (match: Match, data: any, seq: number) => Match }} */
const CHANGES = {
  ball_bowled: bowled,
  wicket_fallen: fallen,
  over_complete: overComplete,
  innings_start: (match) => onCard(match, match.live.innings, (card) => ({ ...card, batting: pairOf(match.live).reduce(withBatter, card.batting) })),
  target_set: (match) => onCard(match, match.live.innings, (card) => card),
  player_changed: changed,
  innings_complete: (match, { innings, next_target: next }) =>
    onCard({ ...match, live: { ...match.live, ...DRAWN, innings, next_target: next } }, innings, (card) => ({ ...card, end: innings.reason })),
  penalty_awarded: awarded,
  milestone_achieved: (match, { milestone }) => onInnings(match, milestone.innings, (card) => ({ ...card, milestones: [...without(card.milestones, milestone), milestone] })),
  milestone_withdrawn: (match, { milestone }) => onInnings(match, milestone.innings, (card) => ({ ...card, milestones: without(card.milestones, milestone) })),
  ball_corrected: corrected,
  toss: (match, { toss }) => ({ ...match, toss }),
  match_complete: (match, { result, player_of_the_match: best }) => ({ ...match, best: best?.name ?? null, scorecard: { ...match.scorecard, result } }),
  match_reopened: reopened,
  scoring_dispute_raised: (match, { number }) => ({ ...match, disputes: [...others(match, number), { number }] }),
  dispute_resolved: (match, { number }) => ({ ...match, disputes: others(match, number) }),
};

/**
 * @param {Game} game after what all sports have in common
 * @param {Message} message
 * @returns {Game}
 */
export function apply(game, { type, data, seq }) {
  const match = withParts(game);
  const boarded = BOARDS.has(type) ? { ...match, live: pickBoard(data) } : match;
  return Object.hasOwn(CHANGES, type) ? CHANGES[type](boarded, data, seq) : boarded;
}

/** A game with everything cricket asks of it: a list of matches knows less. @param {Game} game @returns {Match} */
export function withParts(game) {
  const known = /** @type {Partial<Match>} */ (game);
  return { ...game, live: known.live ?? NOTHING, scorecard: known.scorecard ?? { innings: [], result: null } };
}

/** What a replay begins with. @returns {Cricket} */
export function unplayed() {
  return { live: NOTHING, scorecard: { innings: [], result: null }, toss: null, disputes: [], told: [], amended: 0, best: null };
}

/** @param {any} data */
function pickBoard(data) {
  return /** @type {Live} */ (Object.fromEntries(Object.keys({ ...NOTHING, next_target: 0, next_method: 0 }).map((name) => [name, data[name] ?? null])));
}

/**
 * Changes the card of the innings a message speaks of, which may be new.
 * @param {Match} match
 * @param {Brief | null} brief
 * @param {(card: Innings) => Innings} change
 */
function onCard(match, brief, change) {
  if (!brief) return match;
  const innings = match.scorecard.innings;
  const known = innings.find(({ number }) => number === brief.number) ?? empty();
  const { reason: _, ...said } = /** @type {Brief & { reason?: string }} */ (brief);
  const card = change({ ...known, ...said, end: said.completed ? known.end : null });
  const rest = innings.filter(({ number }) => number !== brief.number);
  const live = match.live.innings?.number === brief.number ? { ...match.live, innings: said } : match.live;
  return { ...match, live, scorecard: { ...match.scorecard, innings: [...rest, card].sort((one, other) => one.number - other.number) } };
}

/**
 * @param {Match} match
 * @param {number} number
 * @param {(card: Innings) => Innings} change
 */
function onInnings(match, number, change) {
  const innings = match.scorecard.innings.map((one) => (one.number === number ? change(one) : one));
  return { ...match, scorecard: { ...match.scorecard, innings } };
}

/** @returns {Innings} */
function empty() {
  const sheet = { end: null, overs_allotted: null, batting: [], absent: [], bowling: [], fall_of_wickets: [], partnerships: [], milestones: [], over_summaries: [], unfinished_over: null };
  return /** @type {Innings} */ (/** @type {unknown} */ (sheet));
}

/** @param {Live} live */
const pairOf = ({ striker, non_striker: other }) => [striker, other].filter((one) => one !== null);

/** @param {Match} match @param {any} data */
function bowled(match, { ball, innings, striker, non_striker: other, bowler, partnership, next }) {
  const { live } = match;
  const started = live.innings?.number === innings.number ? (live.this_over ?? []) : [];
  // Who came in with the ball is told first, with the board as it stands after the ball.
  const isIn = live.next_number === next.number;
  const batters = [striker, other, ...(match.scorecard.innings.find(({ number }) => number === innings.number)?.batting ?? [])];
  const at = (/** @type {number | null} */ id) => batters.find((one) => one?.player_id === id) ?? null;
  const goesOn = next.striker_id !== null && next.non_striker_id !== null;
  /** @type {Live} */
  const now = {
    ...live, innings, partnership: goesOn ? partnership : NOTHING.partnership, striker: at(next.striker_id), non_striker: at(next.non_striker_id),
    bowler: next.bowler_id === bowler?.player_id ? bowler : null,
    this_over: isIn ? started : [...started, ball.symbol], free_hit: next.free_hit, next_number: next.number,
  };
  const moved = { ...match, live: now, told: [...(match.told ?? []).filter(({ number }) => number < ball.number), ball].slice(-TOLD) };
  return onCard(moved, innings, (card) => ({
    ...card,
    unfinished_over: [card.unfinished_over, ball.symbol].filter(Boolean).join(" "),
    batting: [striker, other].filter(Boolean).reduce(withBatter, card.batting),
    bowling: bowler ? replaced(card.bowling, bowler) : card.bowling,
    partnerships: stood(card.partnerships, { ball, striker, other, partnership, wicket: innings.wickets + 1 - ball.wickets.length }),
  }));
}

/**
 * @param {Card[]} batting
 * @param {import("./innings.js").Batter} batter
 */
function withBatter(batting, batter) {
  const known = batting.find(({ player_id }) => player_id === batter.player_id);
  const card = { dismissal: "not out", out: null, ...known, ...batter, strike_rate: batter.balls ? (batter.runs * 100) / batter.balls : null };
  return replaced(batting, card);
}

/**
 * @template {{ player_id: number }} Line
 * @param {Line[]} lines
 * @param {Line} line
 */
function replaced(lines, line) {
  const is = (/** @type {Line} */ { player_id: id }) => id === line.player_id;
  return lines.some(is) ? lines.map((one) => (is(one) ? line : one)) : [...lines, line];
}

/**
 * The stand after a ball; each of the pair is given what he made of it.
 * @param {Innings["partnerships"]} stands
 * @param {{ ball: any, striker: any, other: any, partnership: { runs: number, balls: number }, wicket: number }} after
 */
function stood(stands, { ball, striker, other, partnership, wicket }) {
  const last = stands.at(-1);
  const goes = last?.unbroken && last.batters.every(({ player_id: id }) => id === striker?.player_id || id === other?.player_id);
  const fresh = [striker, other].filter(Boolean).map(({ player_id, name }) => ({ player_id, name, runs: 0, balls: 0 }));
  const batters = (goes ? last.batters : fresh).map((one) => (one.player_id === striker?.player_id
    ? { ...one, runs: one.runs + ball.runs.batter, balls: one.balls + Number(ball.extras.wides === 0) } : one));
  const stand = { wicket, ...partnership, batters, unbroken: ball.wickets.length === 0 };
  return [...(goes ? stands.slice(0, -1) : stands), stand];
}

/** @param {Match} match @param {any} data */
function fallen(match, { wicket, fall, innings }) {
  return onCard(match, innings, (card) => {
    const out = { player_id: fall.player_id, name: fall.name, runs: wicket.batter.runs, balls: wicket.batter.balls };
    const known = card.batting.find(({ player_id }) => player_id === out.player_id);
    const line = { fours: 0, sixes: 0, strike_rate: null, ...known, ...out, dismissal: wicket.text, out: wicket };
    return {
      ...card,
      batting: replaced(card.batting, line),
      fall_of_wickets: [...card.fall_of_wickets.filter((one) => one.wicket !== fall.wicket), fall],
      partnerships: card.partnerships.map((one, at) => (at === card.partnerships.length - 1 ? { ...one, unbroken: false } : one)),
    };
  });
}

/** @param {Match} match @param {any} data */
function overComplete(match, { over, balls, summary, bowler, innings }) {
  const live = { ...match.live, last_over: balls, this_over: /** @type {string[]} */ ([]), bowler: null };
  return onCard({ ...match, live }, innings, (card) => ({
    ...card,
    over_summaries: [...card.over_summaries.slice(0, over - 1), summary],
    unfinished_over: null,
    bowling: bowler ? replaced(card.bowling, bowler) : card.bowling,
  }));
}

/** To whichever innings the runs go, the one being played may have another target. @param {Match} match @param {any} data */
function awarded(match, { awarded_innings: brief }) {
  const { innings, partnership } = match.live;
  const stands = (/** @type {Innings["partnerships"]} */ all) => all.map((one) => (one.unbroken ? { ...one, ...partnership } : one));
  const told = onCard(match, brief, (card) => card);
  return onCard(told, innings, (card) => (brief?.number === innings?.number ? { ...card, partnerships: stands(card.partnerships) } : card));
}

/** Who is at the crease has a line; who leaves it unbeaten says why. @param {Match} match @param {any} data */
function changed(match, { change, player_id: id, name }) {
  const { striker, non_striker: other, innings } = match.live;
  const retires = change === "retired_hurt" || change === "retired_not_out";
  return onCard(match, innings, (card) => {
    const batting = pairOf(match.live).reduce(withBatter, card.batting);
    const left = (/** @type {Card} */ one) => ({ ...one, dismissal: change.replaceAll("_", " ") });
    const back = (/** @type {Card} */ one) => ({ ...one, dismissal: "not out" });
    const isIn = (/** @type {Card} */ { player_id }) => player_id === striker?.player_id || player_id === other?.player_id;
    return {
      ...card,
      // One who was sent in by mistake and faced nothing has no line.
      batting: batting
        .filter((one) => isIn(one) || one.balls > 0 || one.dismissal !== "not out")
        .map((one) => (one.player_id === id && retires ? left(one) : isIn(one) ? back(one) : one)),
      // Who has retired has a line of his own.
      absent: change === "absent" && !batting.some((one) => one.player_id === id) ? [...card.absent, { player_id: id, name }] : card.absent,
      partnerships: retires ? card.partnerships.map((one) => ({ ...one, unbroken: false })) : card.partnerships,
    };
  });
}

/** @param {Match} match @param {any} data @param {number} seq */
function corrected(match, { number, change, ball, was, scorecard }, seq) {
  const told = (match.told ?? []).filter((one) => change === "changed" || one.number !== number)
    .map((one) => (one.number === number ? ball : one.number > number && change === "removed" ? { ...one, number: one.number - 1 } : one));
  const first = Math.min(was.innings, scorecard?.innings[0]?.number ?? was.innings);
  const kept = match.scorecard.innings.filter((one) => one.number < first);
  const moves = change === "removed" || (change === "changed" && (was.symbol !== ball.symbol || was.over !== ball.over || was.crossed !== ball.crossed));
  const next = {
    ...match, told, disputes: change === "changed" ? match.disputes : [],
    amended: moves ? seq : match.amended,
    scorecard: { innings: [...kept, ...(scorecard?.innings ?? [])], result: scorecard?.result ?? null },
  };
  return ["finished", "abandoned"].includes(match.status) ? next : reopened(next);
}

/** @param {Match} match */
function reopened(match) {
  return { ...match, best: null, result: null, scorecard: { ...match.scorecard, result: null } };
}

/** @param {Milestone[]} milestones @param {Milestone} one */
function without(milestones, one) {
  return milestones.filter((other) => !(other.kind === one.kind && other.value === one.value && String(other.player_ids) === String(one.player_ids)));
}

/** @param {Match} match @param {number} number */
function others(match, number) {
  return (match.disputes ?? []).filter((one) => one.number !== number);
}
