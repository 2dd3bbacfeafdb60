// A match once more, at a pace of one's own.

import { apply, sportOf, stands } from "../client/game.js";
import { Stream } from "../client/stream.js";
import { elapsedMs, hasBegun, inWords } from "../sports/generic.js";
import { html, useEffect, useMemo, useRef, useState } from "../vendor/htm-preact.js";
import { Ticking } from "./frame.js";

/** @import { Game, Message } from "../client/wire.js" */

const SPEEDS = [1, 10, 60, 600, 5_000];

/** The match as it was before anything had happened. @param {Game} game @returns {Game} */
export function beginning(game) {
  return {
    ...game, seq: 0, status: "scheduled", reason: null, clock: null, score: { home: 0, away: 0 },
    shootout_score: null, incidents: [], statistics: undefined, result: null, ...sportOf(game.sport).unplayed?.(),
  };
}

/** When what a message tells happened: a scorer may have entered it later. @param {Message} message */
export function happenedAt({ at, data }) {
  return Date.parse(data.incident?.occurred_at ?? data.clock?.at ?? at);
}

/** @param {{ game: Game }} props */
export function Replay({ game }) {
  const start = useMemo(() => beginning(game), [game.id]);
  const [shown, show] = useState(start);
  const [speed, setSpeed] = useState(60);
  const [step, setStep] = useState(/** @type {"idle" | "playing" | "paused" | "over" | "refused"} */ ("idle"));
  const now = useRef(start);
  const tape = useRef({ at: 0, since: 0 }); // what time it was in the match, and when we were told

  useEffect(() => {
    if (step !== "playing") return undefined;
    const stream = new Stream(`/api/matches/${game.id}/replay/?speed=${speed}&from=${now.current.seq + 1}`, {
      onMessage(message) {
        now.current = apply(now.current, message) ?? now.current;
        tape.current = { at: happenedAt(message), since: Date.now() };
        show(now.current);
      },
      onState(state, why) {
        if (state === "refused") setStep(why === "complete" || why === "204" ? "over" : "refused");
      },
    }, { share: false });
    stream.forget();
    stream.connect();
    return () => stream.close();
  }, [step === "playing", speed, game.id]);

  const again = () => {
    now.current = start;
    show(start);
    setStep("playing");
  };
  const clock = () => time(shown, tape.current.at + (step === "playing" ? (Date.now() - tape.current.since) * speed : 0));
  return html`
    <div class="replay">
      <div class="controls">
        ${step === "playing"
          ? html`<button type="button" class="button" onClick=${() => setStep("paused")}>Pause</button>`
          : html`<button type="button" class="button" onClick=${step === "paused" ? () => setStep("playing") : again}>${{ idle: "Play", paused: "Go on" }[/** @type {string} */ (step)] ?? "Play again"}</button>`}
        <fieldset class="speeds"><legend class="unseen">Speed</legend>
          ${SPEEDS.map((one) => html`<label key=${one}><input type="radio" name="speed" value=${one} checked=${one === speed} onChange=${() => setSpeed(one)} /><span>${one.toLocaleString()}×</span></label>`)}
        </fieldset>
        <progress aria-label="How much has been played" max=${Math.max(1, game.seq)} value=${Math.min(shown.seq, game.seq)}></progress>
      </div>
      ${step === "refused" && html`<p class="empty" role="status">The replay can't be had at the moment.</p>`}
      ${step !== "idle" && html`
        <${Score} game=${shown} />
        <p class="replay-time"><${Ticking} read=${clock} every=${100} /></p>
        ${sportOf(shown.sport).panels[0]?.draw(shown)}`}
      ${step === "idle" && html`<p class="empty">Watch the match again from the beginning, as fast as you like.</p>`}
    </div>`;
}

/** @param {{ game: Game }} props */
function Score({ game }) {
  const { number } = sportOf(game.sport);
  const { home, away } = game.teams;
  if (number) return html`<p class="replay-lines"><span>${home.name} <b>${number(game, "home")}</b></span> <span>${away.name} <b>${number(game, "away")}</b></span></p>`;
  return html`<p class="replay-score"><span>${home.name}</span> <b>${hasBegun(game) ? `${game.score?.home}–${game.score?.away}` : "v"}</b> <span>${away.name}</span></p>`;
}

/**
 * @param {Game} game
 * @param {number} now what time it is in the match
 */
function time(game, now) {
  const { clock, status, sport } = game;
  if (!clock || status !== "live") return stands(game);
  const { text, added } = sportOf(sport).clock(clock, elapsedMs(clock, now));
  const { periods } = sportOf(sport);
  return [clock.period && (periods[clock.period] ?? inWords(clock.period)), `${text} ${added}`.trim()].filter(Boolean).join(" · ") || stands(game);
}
