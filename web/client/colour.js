// Team colours, and what can be read on them.

const BLACK = "#0b0d0e";
const WHITE = "#ffffff";
const AWAY_ALTERNATIVE = "#23303b";
const FALLBACK_COLOURS = { home: "#23303b", away: "#3a3a3a" };

/**
 * The team's colour, or a quiet one where it has none that can be understood.
 * @param {string | null | undefined} colour
 * @param {"home" | "away"} side
 */
export function teamColour(colour, side) {
  return /^#[0-9a-f]{6}$/i.test(colour ?? "") ? /** @type {string} */ (colour) : FALLBACK_COLOURS[side];
}

/** The contrast of what is read from 30 m: over the 4.5 that AAA asks of large letters. */
const DISPLAY_CONTRAST = 5.5;
const MIX_STEPS = 20;
/** Nearer than this, two colours are taken for one from across a ground. */
const MIN_COLOUR_DISTANCE = 110;

/**
 * The colours of two sides, told apart: where both wear about the same, the away side changes, as it would on the field.
 * @param {string | null | undefined} home
 * @param {string | null | undefined} away
 */
export function distinctTeamColours(home, away) {
  const homeColour = teamColour(home, "home");
  const awayColour = teamColour(away, "away");
  if (colourDistance(homeColour, awayColour) >= MIN_COLOUR_DISTANCE) return { home: homeColour, away: awayColour };
  return { home: homeColour, away: colourDistance(homeColour, WHITE) >= colourDistance(homeColour, AWAY_ALTERNATIVE) ? WHITE : AWAY_ALTERNATIVE };
}

/**
 * @param {string} one `#rrggbb`
 * @param {string} other `#rrggbb`
 */
function colourDistance(one, other) {
  return Math.hypot(...[1, 3, 5].map((at) => parseInt(one.slice(at, at + 2), 16) - parseInt(other.slice(at, at + 2), 16)));
}

/**
 * Black or white, whichever stands out more.
 * @param {string} background `#rrggbb`
 */
export function textColourOn(background) {
  return contrastRatio(background, WHITE) >= contrastRatio(background, BLACK) ? WHITE : BLACK;
}

/**
 * The colour as a wall of it may be, and what is written on it: darkened or lightened, whichever takes less, until the
 * writing can be read from the far end of a ground.
 * @param {string} colour `#rrggbb`
 */
export function displayBackground(colour) {
  for (let step = 0; step <= MIX_STEPS; step += 1) {
    for (const [textColour, target] of [[WHITE, BLACK], [BLACK, WHITE]]) {
      const background = mixColours(colour, target, step / MIX_STEPS);
      if (contrastRatio(background, textColour) >= DISPLAY_CONTRAST) return { background, ink: textColour };
    }
  }
  return { background: BLACK, ink: WHITE };
}

/**
 * @param {string} one `#rrggbb`
 * @param {string} other `#rrggbb`
 * @param {number} share of the other
 */
function mixColours(one, other, share) {
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
export function contrastRatio(one, other) {
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
