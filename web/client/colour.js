// Team colours, and text colours that are readable on them.

const BLACK = "#0b0d0e";
const WHITE = "#ffffff";
const AWAY_ALTERNATIVE = "#23303b";
const FALLBACK_COLOURS = { home: "#23303b", away: "#3a3a3a" };

/**
 * The team's colour, or a neutral default if it has none or an invalid one.
 * @param {string | null | undefined} colour
 * @param {"home" | "away"} side
 */
export function teamColour(colour, side) {
  return /^#[0-9a-f]{6}$/i.test(colour ?? "") ? /** @type {string} */ (colour) : FALLBACK_COLOURS[side];
}

/** Contrast of text read from 30 m away; WCAG AAA asks for 4.5 for large text. */
const DISPLAY_CONTRAST = 5.5;
const MIX_STEPS = 20;
/** RGB distance below which two colours look the same from across a ground. */
const MIN_COLOUR_DISTANCE = 110;

/**
 * Distinct team colours: if both teams wear about the same, the away side changes, as on the field.
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
  return Math.hypot(...[1, 3, 5].map((offset) => parseInt(one.slice(offset, offset + 2), 16) - parseInt(other.slice(offset, offset + 2), 16)));
}

/**
 * Black or white, whichever stands out more.
 * @param {string} background `#rrggbb`
 */
export function textColourOn(background) {
  return contrastRatio(background, WHITE) >= contrastRatio(background, BLACK) ? WHITE : BLACK;
}

/**
 * A background in the team's colour and the text colour on it; the background is darkened or lightened,
 * whichever changes it less, until the text is readable from the far end of a ground.
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
 * @param {number} share share of the other colour
 */
function mixColours(one, other, share) {
  const parts = [1, 3, 5].map((offset) => {
    const [from, to] = [one, other].map((colour) => parseInt(colour.slice(offset, offset + 2), 16));
    return Math.round(from + (to - from) * share).toString(16).padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

/**
 * Contrast ratio from 1 to 21 (WCAG 2.2).
 * @param {string} one `#rrggbb`
 * @param {string} other `#rrggbb`
 */
export function contrastRatio(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** @param {string} colour `#rrggbb` */
function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((offset) => {
    const part = parseInt(colour.slice(offset, offset + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
