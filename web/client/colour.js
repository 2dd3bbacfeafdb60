// Team colours, and what can be read on them.

const BLACK = "#0b0d0e";
const WHITE = "#ffffff";
const CHANGE = "#23303b";
const PLAIN = { home: "#23303b", away: "#3a3a3a" };

/**
 * The team's colour, or a quiet one where it has none that can be understood.
 * @param {string | null | undefined} colour
 * @param {"home" | "away"} end
 */
export function teamColour(colour, end) {
  return /^#[0-9a-f]{6}$/i.test(colour ?? "") ? /** @type {string} */ (colour) : PLAIN[end];
}

/** The contrast of what is read from 30 m: over the 4.5 that AAA asks of large letters. */
const FAR = 5.5;
const STEPS = 20;
/** Nearer than this, two colours are taken for one from across a ground. */
const APART = 110;

/**
 * The colours of two sides, told apart: where both wear about the same, the away side changes, as it would on the field.
 * @param {string | null | undefined} home
 * @param {string | null | undefined} away
 */
export function pair(home, away) {
  const one = teamColour(home, "home");
  const other = teamColour(away, "away");
  if (distance(one, other) >= APART) return { home: one, away: other };
  return { home: one, away: distance(one, WHITE) >= distance(one, CHANGE) ? WHITE : CHANGE };
}

/**
 * @param {string} one `#rrggbb`
 * @param {string} other `#rrggbb`
 */
function distance(one, other) {
  return Math.hypot(...[1, 3, 5].map((at) => parseInt(one.slice(at, at + 2), 16) - parseInt(other.slice(at, at + 2), 16)));
}

/**
 * Black or white, whichever stands out more.
 * @param {string} background `#rrggbb`
 */
export function inkOn(background) {
  return contrast(background, WHITE) >= contrast(background, BLACK) ? WHITE : BLACK;
}

/**
 * The colour as a wall of it may be, and what is written on it: darkened or lightened, whichever takes less, until the
 * writing can be read from the far end of a ground.
 * @param {string} colour `#rrggbb`
 */
export function wall(colour) {
  for (let step = 0; step <= STEPS; step += 1) {
    for (const [ink, towards] of [[WHITE, BLACK], [BLACK, WHITE]]) {
      const background = mix(colour, towards, step / STEPS);
      if (contrast(background, ink) >= FAR) return { background, ink };
    }
  }
  return { background: BLACK, ink: WHITE };
}

/**
 * @param {string} one `#rrggbb`
 * @param {string} other `#rrggbb`
 * @param {number} share of the other
 */
function mix(one, other, share) {
  const parts = [1, 3, 5].map((at) => {
    const [from, to] = [one, other].map((colour) => parseInt(colour.slice(at, at + 2), 16));
    return Math.round(from + (to - from) * share).toString(16).padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

/**
 * From 1 to 21 (WCAG 2.2, "contrast ratio").
 * @param {string} one `#rrggbb`
 * @param {string} other `#rrggbb`
 */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** @param {string} colour `#rrggbb` */
function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
