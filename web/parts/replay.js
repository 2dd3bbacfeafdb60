// Replays a match at an adjustable speed.

import { foldMatchMessage, matchStatusText, matchView } from "../client/match-stream.js";
import { Stream } from "../client/stream.js";
import { humanize } from "../common/text.js";
import { clockElapsedMs, hasStarted } from "../sports/common.js";
import { sportOf } from "../sports/registry.js";
import { html, useEffect, useMemo, useRef, useState } from "../vendor/htm-preact.js";
import { TickingText } from "./page-frame.js";

/** @import { FollowedMatch, Match, Message } from "../client/message-types.js" */

const SPEEDS = [1, 10, 60, 600, 5_000];

/** The match before its first message, which says what it is. @param {Match} game @returns {FollowedMatch} */
export function beforeFirstMessage({ teams }) {
  const names = Object.fromEntries([teams.home, teams.away].map((team) => [team.id, team]));
  return { seq: 0, state: /** @type {any} */ ({}), names: /** @type {any} */ ({ teams: names }) };
}

/** When the event of a message happened: a scorer may have entered it later. @param {Message} message */
export function occurredAtMs({ at, data }) {
  return Date.parse(data.incident?.occurred_at ?? data.clock?.at ?? at);
}

/** @param {{ game: Match }} props */
export function Replay({ game }) {
  const initial = useMemo(() => beforeFirstMessage(game), [game.id]);
  const [followed, setFollowed] = useState(initial);
  const [speed, setSpeed] = useState(60);
  const [phase, setPhase] = useState(/** @type {"idle" | "playing" | "paused" | "over" | "refused"} */ ("idle"));
  const latest = useRef(initial);
  const playback = useRef({ matchTimeMs: 0, startedAtMs: 0 }); // the match time at the start of playback, and the clock time then

  useEffect(() => {
    if (phase !== "playing") return undefined;
    const stream = new Stream(`/api/matches/${game.id}/replay/?speed=${speed}&from=${latest.current.seq + 1}`, {
      onMessage(message) {
        latest.current = foldMatchMessage(latest.current, message) ?? latest.current;
        playback.current = { matchTimeMs: occurredAtMs(message), startedAtMs: Date.now() };
        setFollowed(latest.current);
      },
      onState(state, reason) {
        if (state === "refused") setPhase(reason === "complete" || reason === "204" ? "over" : "refused");
      },
    }, { share: false });
    stream.forgetCursor();
    stream.connect();
    return () => stream.close();
  }, [phase === "playing", speed, game.id]);

  const restart = () => {
    latest.current = initial;
    setFollowed(initial);
    setPhase("playing");
  };
  const isShown = Boolean(followed.state.match?.home); // what pruning has left doesn't say what match it is
  const shownMatch = isShown ? matchView(followed) : { ...game, status: "scheduled" };
  const currentTimeText = () => matchTimeText(shownMatch, playback.current.matchTimeMs + (phase === "playing" ? (Date.now() - playback.current.startedAtMs) * speed : 0));
  return html`
    <div class="replay">
      <div class="controls">
        ${phase === "playing"
          ? html`<button type="button" class="button" onClick=${() => setPhase("paused")}>Pause</button>`
          : html`<button type="button" class="button" onClick=${phase === "paused" ? () => setPhase("playing") : restart}>${{ idle: "Play", paused: "Continue" }[/** @type {string} */ (phase)] ?? "Play again"}</button>`}
        <fieldset class="speeds"><legend class="visually-hidden">Speed</legend>
          ${SPEEDS.map((option) => html`<label key=${option}><input type="radio" name="speed" value=${option} checked=${option === speed} onChange=${() => setSpeed(option)} /><span>${option.toLocaleString()}×</span></label>`)}
        </fieldset>
        <progress aria-label="Position in the match" max=${Math.max(1, game.seq)} value=${Math.min(followed.seq, game.seq)}></progress>
      </div>
      ${phase === "refused" && html`<p class="empty" role="status">The replay can't be loaded at the moment.</p>`}
      ${phase !== "idle" && isShown && html`
        <${ReplayScore} game=${shownMatch} />
        <p class="replay-time"><${TickingText} getText=${currentTimeText} intervalMs=${100} /></p>
        ${sportOf(shownMatch.sport).panels[0]?.render(shownMatch)}`}
      ${phase === "idle" && html`<p class="empty">Watch the match again from the beginning, as fast as you like.</p>`}
    </div>`;
}

/** @param {{ game: Match }} props */
function ReplayScore({ game }) {
  const { scoreText } = sportOf(game.sport);
  const { home, away } = game.teams;
  if (scoreText) return html`<p class="replay-lines"><span>${home.name} <b>${scoreText(game, "home")}</b></span> <span>${away.name} <b>${scoreText(game, "away")}</b></span></p>`;
  return html`<p class="replay-score"><span>${home.name}</span> <b>${hasStarted(game) ? `${game.score?.home}–${game.score?.away}` : "v"}</b> <span>${away.name}</span></p>`;
}

/**
 * @param {Match} game
 * @param {number} matchTimeMs
 */
function matchTimeText(game, matchTimeMs) {
  const { clock, status, sport } = game;
  if (!clock || status !== "live") return matchStatusText(game);
  const { text, added } = sportOf(sport).formatClock(clock, clockElapsedMs(clock, matchTimeMs));
  const { periodNames } = sportOf(sport);
  return [clock.period && (periodNames[clock.period] ?? humanize(clock.period)), `${text} ${added}`.trim()].filter(Boolean).join(" · ") || matchStatusText(game);
}
