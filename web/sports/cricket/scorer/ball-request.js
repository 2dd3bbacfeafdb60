// A ball as a request body, and as scorers write it; pure.

/**
 * @typedef {{ wides?: number, no_balls?: number, byes?: number, leg_byes?: number, penalty?: number }} BallExtras
 * @typedef {{ kind: string, player_out_id?: number | null, fielder_ids?: number[], substitute?: boolean }} EnteredWicket
 *
 * @typedef {object} BallRequest
 * @property {{ batter: number }} runs
 * @property {BallExtras} [extras]
 * @property {boolean} [boundary]
 * @property {boolean} [non_boundary]
 * @property {boolean} [crossed]
 * @property {boolean} [over_called]
 * @property {boolean} [over_continues]
 * @property {boolean} [override]
 * @property {EnteredWicket[]} [wickets]
 * @property {{ team_id: number, runs: number } | null} [penalty]
 * @property {number | null} [striker_id]
 * @property {number | null} [non_striker_id]
 * @property {number | null} [bowler_id]
 * @property {number} [expected_number]
 *
 * The pad's switches for the next ball.
 * @typedef {{ isWide: boolean, isNoBall: boolean, byes: "byes" | "leg_byes" | null, isOverCalled: boolean, overContinues: boolean }} BallModifiers
 */

export const NO_MODIFIERS = /** @type {BallModifiers} */ ({ isWide: false, isNoBall: false, byes: null, isOverCalled: false, overContinues: false });

const EXTRA_KINDS = /** @type {const} */ (["wides", "no_balls", "byes", "leg_byes", "penalty"]);

const PLAYER_FIELDS = ["striker_id", "non_striker_id", "bowler_id"];

/** Dismissals, by how common they are. @type {[string, string][]} */
export const DISMISSAL_KINDS = [
  ["caught", "Caught"], ["bowled", "Bowled"], ["lbw", "LBW"], ["run_out", "Run out"], ["stumped", "Stumped"],
  ["hit_wicket", "Hit wicket"], ["obstructing_the_field", "Obstructing the field"],
  ["hit_the_ball_twice", "Hit the ball twice"], ["timed_out", "Timed out"],
];
const BOWLER_CREDITED_KINDS = new Set(["bowled", "caught", "lbw", "stumped", "hit_wicket"]);
const IMPOSSIBLE_OFF_WIDE = new Set(["bowled", "caught", "lbw", "hit_the_ball_twice"]);

/** @param {BallRequest} ball @returns {Required<BallExtras>} */
export function extrasWithDefaults({ extras }) {
  return { wides: 0, no_balls: 0, byes: 0, leg_byes: 0, penalty: 0, ...extras };
}

/** @param {string} kind */
export const isCreditedToBowler = (kind) => BOWLER_CREDITED_KINDS.has(kind);
/** Only the striker can be out in this way. @param {string} kind */
export const isOnlyStriker = (kind) => isCreditedToBowler(kind) || kind === "hit_the_ball_twice";
/** Runs completed before the dismissal count (Law 18.8). @param {string} kind */
export const keepsCompletedRuns = (kind) => !isOnlyStriker(kind);

/**
 * Whether this dismissal is possible off this ball (Laws 21.18, 22.9, and free hits).
 * @param {string} kind @param {BallModifiers} modifiers @param {boolean} isFreeHit
 */
export function isDismissalPossible(kind, modifiers, isFreeHit) {
  if ((modifiers.isNoBall || isFreeHit) && isCreditedToBowler(kind)) return false;
  return !(modifiers.isWide && IMPOSSIBLE_OFF_WIDE.has(kind));
}

/** @param {BallRequest} ball */
export function isBoundary(ball) {
  const { wides, byes, leg_byes } = extrasWithDefaults(ball);
  const isUsualBoundary = ball.runs.batter === 4 || ball.runs.batter === 6 || byes === 4 || leg_byes === 4 || wides === 5;
  return !ball.non_boundary && (Boolean(ball.boundary) || isUsualBoundary);
}

/** @param {BallRequest} ball */
export function isLegal(ball) {
  const { wides, no_balls } = extrasWithDefaults(ball);
  return wides === 0 && no_balls === 0;
}

/** The team's runs off the ball. @param {BallRequest} ball */
export function totalRuns(ball) {
  const { wides, no_balls, byes, leg_byes, penalty } = extrasWithDefaults(ball);
  return ball.runs.batter + wides + no_balls + byes + leg_byes + penalty;
}

/**
 * Builds a ball from the tapped runs, without those of the wide or no-ball itself, and the switches.
 * @param {number} runs
 * @param {BallModifiers} marks
 * @param {number} noBallRuns
 * @returns {BallRequest}
 */
export function buildBall(runs, { isWide, isNoBall, byes, isOverCalled, overContinues }, noBallRuns) {
  const areBatRuns = !isWide && !byes;
  const extras = {
    ...(isWide ? { wides: 1 + runs } : {}),
    ...(isNoBall ? { no_balls: noBallRuns } : {}),
    ...(byes && !isWide && runs > 0 ? { [byes]: runs } : {}),
  };
  return {
    runs: { batter: areBatRuns ? runs : 0 },
    ...(Object.keys(extras).length > 0 ? { extras } : {}),
    ...(isOverCalled ? { over_called: true } : {}),
    ...(overContinues ? { over_continues: true } : {}),
  };
}

/** The ball as scorers write it: `.`, `4`, `W`, `1wd`, `2nb`, `1lb`; parts are joined by `+`. @param {BallRequest} ball */
export function ballSymbol(ball) {
  const { wides, no_balls, byes, leg_byes, penalty } = extrasWithDefaults(ball);
  const { batter } = ball.runs;
  const first = wides > 0 ? `${wides}wd` : no_balls > 0 ? `${no_balls + batter}nb` : batter > 0 ? String(batter) : "";
  const extraSymbols = [[byes, "b"], [leg_byes, "lb"], [penalty, "p"]];
  const parts = [first, ...extraSymbols.map(([runs, name]) => (Number(runs) > 0 ? `${runs}${name}` : "")), ...(ball.wickets ?? []).map(() => "W")];
  return parts.filter(Boolean).join("+") || ".";
}

/** The ball's text for screen readers. @param {BallRequest} ball */
export function spokenBall(ball) {
  const { wides, no_balls, byes, leg_byes } = extrasWithDefaults(ball);
  const countText = (/** @type {number} */ runs, /** @type {string} */ singular, /** @type {string} */ plural) => (runs === 1 ? `1 ${singular}` : `${runs} ${plural}`);
  const parts = [
    wides > 0 && countText(wides, "wide", "wides"), no_balls > 0 && "No-ball",
    byes > 0 && countText(byes, "bye", "byes"), leg_byes > 0 && countText(leg_byes, "leg bye", "leg byes"),
    ball.runs.batter > 0 && countText(ball.runs.batter, "run", "runs"),
    ...(ball.wickets ?? []).map(({ kind }) => `Wicket, ${dismissalName(kind)}`),
  ];
  return parts.filter(Boolean).join(", ") || "No run";
}

/** @param {string} kind */
export function dismissalName(kind) {
  return (DISMISSAL_KINDS.find(([one]) => one === kind)?.[1] ?? kind.replaceAll("_", " ")).toLowerCase();
}

/**
 * A scorer's submission as a request body, to be sent again.
 * @param {any} submission as in a dispute: `"runs.batter"` …
 * @param {{ home: { id: number }, away: { id: number } }} teams
 * @returns {BallRequest}
 */
export function ballFromSubmission(submission, teams) {
  const extras = Object.fromEntries(EXTRA_KINDS.map((name) => [name, submission[`extras.${name}`] ?? 0]));
  // Players who came in with the ball are sent with it again.
  const playerIds = Object.fromEntries(PLAYER_FIELDS.map((name) => [name, submission[name]]).filter(([, id]) => id));
  return { ...ballFromServer({ ...submission, runs: { batter: submission["runs.batter"] }, extras }, teams), ...playerIds };
}

/**
 * The server's ball as a request body.
 * @param {any} serverBall
 * @param {{ home: { id: number }, away: { id: number } }} teams
 * @returns {BallRequest}
 */
export function ballFromServer(serverBall, teams) {
  const { batter } = serverBall.runs;
  const extras = Object.fromEntries(EXTRA_KINDS.map((name) => [name, serverBall.extras[name] ?? 0]).filter(([, runs]) => runs > 0));
  /** @type {BallRequest} */ const ball = { runs: { batter }, ...(Object.keys(extras).length > 0 ? { extras } : {}) };
  const isUsualBoundary = isBoundary(ball);
  if (serverBall.boundary && !isUsualBoundary) ball.boundary = true;
  if (!serverBall.boundary && isUsualBoundary) ball.non_boundary = true;
  if (serverBall.crossed) ball.crossed = true;
  if (serverBall.over_called) ball.over_called = true;
  if (serverBall.over_continues) ball.over_continues = true;
  if (serverBall.wickets?.length > 0) ball.wickets = serverBall.wickets.map(wicketFromServer);
  if (serverBall.penalty) ball.penalty = { team_id: teams[/** @type {"home" | "away"} */ (serverBall.penalty.to)].id, runs: serverBall.penalty.runs };
  return ball;
}

/** @param {any} wicket @returns {EnteredWicket} */
function wicketFromServer({ kind, player_out_id, fielder_ids, substitute }) {
  return {
    kind, ...(player_out_id ? { player_out_id } : {}),
    ...(fielder_ids?.length > 0 ? { fielder_ids } : {}), ...(substitute ? { substitute } : {}),
  };
}
