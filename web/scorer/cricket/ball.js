// A ball as it is sent, and as scorers write it: pure.

/**
 * @typedef {{ wides?: number, no_balls?: number, byes?: number, leg_byes?: number, penalty?: number }} Extras
 * @typedef {{ kind: string, player_out_id?: number | null, fielder_ids?: number[], substitute?: boolean }} Out
 *
 * @typedef {object} Ball
 * @property {{ batter: number }} runs
 * @property {Extras} [extras]
 * @property {boolean} [boundary]
 * @property {boolean} [non_boundary]
 * @property {boolean} [crossed]
 * @property {boolean} [over_called]
 * @property {boolean} [over_continues]
 * @property {boolean} [override]
 * @property {Out[]} [wickets]
 * @property {{ team_id: number, runs: number } | null} [penalty]
 * @property {number | null} [striker_id]
 * @property {number | null} [non_striker_id]
 * @property {number | null} [bowler_id]
 * @property {number} [expected_number]
 *
 * What the pad's switches say of the next ball.
 * @typedef {{ wide: boolean, noBall: boolean, byes: "byes" | "leg_byes" | null, called: boolean, continues: boolean }} Marks
 */

export const NO_MARKS = /** @type {Marks} */ ({ wide: false, noBall: false, byes: null, called: false, continues: false });

const EXTRAS = /** @type {const} */ (["wides", "no_balls", "byes", "leg_byes", "penalty"]);

const PLACES = ["striker_id", "non_striker_id", "bowler_id"];

/** How a batter can be out, in the order of how often. @type {[string, string][]} */
export const KINDS = [
  ["caught", "Caught"], ["bowled", "Bowled"], ["lbw", "LBW"], ["run_out", "Run out"], ["stumped", "Stumped"],
  ["hit_wicket", "Hit wicket"], ["obstructing_the_field", "Obstructing the field"],
  ["hit_the_ball_twice", "Hit the ball twice"], ["timed_out", "Timed out"],
];
const BOWLERS = new Set(["bowled", "caught", "lbw", "stumped", "hit_wicket"]);
const NEVER_OFF_A_WIDE = new Set(["bowled", "caught", "lbw", "hit_the_ball_twice"]);

/** @param {Ball} ball @returns {Required<Extras>} */
export function extrasOf({ extras }) {
  return { wides: 0, no_balls: 0, byes: 0, leg_byes: 0, penalty: 0, ...extras };
}

/** @param {string} kind */
export const isTheBowlers = (kind) => BOWLERS.has(kind);
/** Only the striker can be out so. @param {string} kind */
export const isTheStrikers = (kind) => isTheBowlers(kind) || kind === "hit_the_ball_twice";
/** Runs completed before it stand (Law 18.8). @param {string} kind */
export const letsRunsStand = (kind) => !isTheStrikers(kind);

/**
 * Whether a batter can be out so off this ball (Laws 21.18, 22.9, and free hits).
 * @param {string} kind @param {Marks} marks @param {boolean} freeHit
 */
export function isPossible(kind, marks, freeHit) {
  if ((marks.noBall || freeHit) && isTheBowlers(kind)) return false;
  return !(marks.wide && NEVER_OFF_A_WIDE.has(kind));
}

/** @param {Ball} ball */
export function isBoundary(ball) {
  const { wides, byes, leg_byes } = extrasOf(ball);
  const usual = ball.runs.batter === 4 || ball.runs.batter === 6 || byes === 4 || leg_byes === 4 || wides === 5;
  return !ball.non_boundary && (Boolean(ball.boundary) || usual);
}

/** @param {Ball} ball */
export function isLegal(ball) {
  const { wides, no_balls } = extrasOf(ball);
  return wides === 0 && no_balls === 0;
}

/** To the team. @param {Ball} ball */
export function total(ball) {
  const { wides, no_balls, byes, leg_byes, penalty } = extrasOf(ball);
  return ball.runs.batter + wides + no_balls + byes + leg_byes + penalty;
}

/**
 * `runs` beside what a wide or no-ball costs by itself, as the switches say whose they are.
 * @param {number} runs
 * @param {Marks} marks
 * @param {number} noBallRuns
 * @returns {Ball}
 */
export function ballOf(runs, { wide, noBall, byes, called, continues }, noBallRuns) {
  const offTheBat = !wide && !byes;
  const extras = {
    ...(wide ? { wides: 1 + runs } : {}),
    ...(noBall ? { no_balls: noBallRuns } : {}),
    ...(byes && !wide && runs > 0 ? { [byes]: runs } : {}),
  };
  return {
    runs: { batter: offTheBat ? runs : 0 },
    ...(Object.keys(extras).length > 0 ? { extras } : {}),
    ...(called ? { over_called: true } : {}),
    ...(continues ? { over_continues: true } : {}),
  };
}

/** As scorers write it: `.`, `4`, `W`, `1wd`, `2nb`, `1lb`; parts are joined. @param {Ball} ball */
export function symbol(ball) {
  const { wides, no_balls, byes, leg_byes, penalty } = extrasOf(ball);
  const { batter } = ball.runs;
  const first = wides > 0 ? `${wides}wd` : no_balls > 0 ? `${no_balls + batter}nb` : batter > 0 ? String(batter) : "";
  const named = [[byes, "b"], [leg_byes, "lb"], [penalty, "p"]];
  const parts = [first, ...named.map(([runs, name]) => (Number(runs) > 0 ? `${runs}${name}` : "")), ...(ball.wickets ?? []).map(() => "W")];
  return parts.filter(Boolean).join("+") || ".";
}

/** The same for the ear. @param {Ball} ball */
export function inSpeech(ball) {
  const { wides, no_balls, byes, leg_byes } = extrasOf(ball);
  const count = (/** @type {number} */ runs, /** @type {string} */ one, /** @type {string} */ many) => (runs === 1 ? `1 ${one}` : `${runs} ${many}`);
  const parts = [
    wides > 0 && count(wides, "wide", "wides"), no_balls > 0 && "No-ball",
    byes > 0 && count(byes, "bye", "byes"), leg_byes > 0 && count(leg_byes, "leg bye", "leg byes"),
    ball.runs.batter > 0 && count(ball.runs.batter, "run", "runs"),
    ...(ball.wickets ?? []).map(({ kind }) => `Wicket, ${kindName(kind)}`),
  ];
  return parts.filter(Boolean).join(", ") || "No run";
}

/** @param {string} kind */
export function kindName(kind) {
  return (KINDS.find(([one]) => one === kind)?.[1] ?? kind.replaceAll("_", " ")).toLowerCase();
}

/**
 * One scorer's word as the server tells it, to be said again.
 * @param {any} said as in a dispute: `"runs.batter"` …
 * @param {{ home: { id: number }, away: { id: number } }} teams
 * @returns {Ball}
 */
export function ballSaid(said, teams) {
  const extras = Object.fromEntries(EXTRAS.map((name) => [name, said[`extras.${name}`] ?? 0]));
  // Who came in with the ball comes in with it said again.
  const named = Object.fromEntries(PLACES.map((name) => [name, said[name]]).filter(([, id]) => id));
  return { ...again({ ...said, runs: { batter: said["runs.batter"] }, extras }, teams), ...named };
}

/**
 * A ball that the server has told, as a body.
 * @param {any} told
 * @param {{ home: { id: number }, away: { id: number } }} teams
 * @returns {Ball}
 */
export function again(told, teams) {
  const { batter } = told.runs;
  const extras = Object.fromEntries(EXTRAS.map((name) => [name, told.extras[name] ?? 0]).filter(([, runs]) => runs > 0));
  /** @type {Ball} */ const ball = { runs: { batter }, ...(Object.keys(extras).length > 0 ? { extras } : {}) };
  const usual = isBoundary(ball);
  if (told.boundary && !usual) ball.boundary = true;
  if (!told.boundary && usual) ball.non_boundary = true;
  if (told.crossed) ball.crossed = true;
  if (told.over_called) ball.over_called = true;
  if (told.over_continues) ball.over_continues = true;
  if (told.wickets?.length > 0) ball.wickets = told.wickets.map(wicketAgain);
  if (told.penalty) ball.penalty = { team_id: teams[/** @type {"home" | "away"} */ (told.penalty.to)].id, runs: told.penalty.runs };
  return ball;
}

/** @param {any} wicket @returns {Out} */
function wicketAgain({ kind, player_out_id, fielder_ids, substitute }) {
  return {
    kind, ...(player_out_id ? { player_out_id } : {}),
    ...(fielder_ids?.length > 0 ? { fielder_ids } : {}), ...(substitute ? { substitute } : {}),
  };
}
