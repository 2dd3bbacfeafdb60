// Formats days and times in the visitor's zone and language. Nothing here throws: an invalid time
// becomes a placeholder.

/** Stands for a value that can't be shown. */
export const PLACEHOLDER = "–";

/** @typedef {string | number | null | undefined} TimeValue an ISO time from the server, or milliseconds since 1970 */

/**
 * The parsed time; null if it is invalid, such as a year of five digits.
 * @param {TimeValue} time
 */
export function parseTime(time) {
  const date = new Date(time ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

/**
 * @param {TimeValue} time
 * @param {Intl.DateTimeFormatOptions} options
 * @param {string} [locale]
 */
function format(time, options, locale) {
  const date = parseTime(time);
  return date ? new Intl.DateTimeFormat(locale, options).format(date) : PLACEHOLDER;
}

/**
 * @param {TimeValue} time
 * @param {string} [locale]
 */
export function formatTime(time, locale) {
  return format(time, { hour: "2-digit", minute: "2-digit" }, locale);
}

/**
 * Date and time.
 * @param {TimeValue} time
 * @param {string} [locale]
 */
export function formatDateTime(time, locale) {
  return format(time, { dateStyle: "medium", timeStyle: "short" }, locale);
}

/**
 * Today, Tomorrow, Yesterday, or the date; with the year if it isn't this year.
 * @param {TimeValue} time
 * @param {number} now
 * @param {string} [locale]
 */
export function formatDay(time, now, locale) {
  const [date, today] = [parseTime(time), new Date(now)];
  if (!date) return PLACEHOLDER;
  const dayDifference = Math.round((midnightMs(date) - midnightMs(today)) / 86_400_000);
  const relativeName = { 0: "Today", 1: "Tomorrow", [-1]: "Yesterday" }[dayDifference];
  if (relativeName) return relativeName;
  const year = date.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return format(time, { weekday: "short", day: "numeric", month: "short", year }, locale);
}

/**
 * The day; empty for today.
 * @param {TimeValue} time
 * @param {number} now
 * @param {string} [locale]
 */
export function formatDayUnlessToday(time, now, locale) {
  if (parseTime(time)?.toDateString() === new Date(now).toDateString()) return "";
  return format(time, { weekday: "short", day: "numeric", month: "short" }, locale);
}

/**
 * A timestamp for a body; null if invalid. RFC 3339 ends with the year 9999: the server checks it.
 * @param {TimeValue} time
 */
export function toTimestamp(time) {
  return parseTime(time)?.toISOString() ?? null;
}

/** @param {Date} date */
function midnightMs(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/**
 * @template {{ starts_at?: string | null }} Thing
 * @param {Thing[]} items sorted by time
 * @param {number} now
 * @param {string} [locale]
 * @returns {{ day: string, items: Thing[] }[]}
 */
export function groupByDay(items, now, locale) {
  /** @type {{ day: string, items: Thing[] }[]} */ const days = [];
  for (const item of items) {
    const day = parseTime(item.starts_at) ? formatDay(item.starts_at, now, locale) : "No date yet";
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, items: [item] });
  }
  return days;
}
