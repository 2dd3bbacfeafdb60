// Days and times, in the reader's own zone and language.

/**
 * @param {string | number} at
 * @param {string} [locale]
 */
export function timeOfDay(at, locale) {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

/**
 * Today, Tomorrow, Yesterday, or the date; with the year where it is another one.
 * @param {string | number} at
 * @param {number} now
 * @param {string} [locale]
 */
export function dayOf(at, now, locale) {
  const date = new Date(at);
  const days = Math.round((midnight(date) - midnight(new Date(now))) / 86_400_000);
  const near = { 0: "Today", 1: "Tomorrow", [-1]: "Yesterday" }[days];
  if (near) return near;
  const year = date.getFullYear() === new Date(now).getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", year }).format(date);
}

/** @param {Date} date */
function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/**
 * @template {{ starts_at?: string | null }} Thing
 * @param {Thing[]} things in order
 * @param {number} now
 * @param {string} [locale]
 * @returns {{ day: string, things: Thing[] }[]}
 */
export function byDay(things, now, locale) {
  /** @type {{ day: string, things: Thing[] }[]} */ const days = [];
  for (const thing of things) {
    const day = thing.starts_at ? dayOf(thing.starts_at, now, locale) : "No date yet";
    const last = days.at(-1);
    if (last?.day === day) last.things.push(thing);
    else days.push({ day, things: [thing] });
  }
  return days;
}
