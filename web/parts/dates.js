// Days and times, in the reader's own zone and language. Nothing here throws: what is no time is
// shown as one that isn't known.

/** What stands for what can't be shown. */
export const UNKNOWN = "–";

/** @typedef {string | number | null | undefined} At a time as the server says it, or milliseconds since 1970 */

/**
 * The date, or null for what is none, such as a year of five digits.
 * @param {At} at
 */
export function dateOf(at) {
  const date = new Date(at ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

/**
 * @param {At} at
 * @param {Intl.DateTimeFormatOptions} how
 * @param {string} [locale]
 */
function format(at, how, locale) {
  const date = dateOf(at);
  return date ? new Intl.DateTimeFormat(locale, how).format(date) : UNKNOWN;
}

/**
 * @param {At} time
 * @param {string} [locale]
 */
export function formatTime(time, locale) {
  return format(time, { hour: "2-digit", minute: "2-digit" }, locale);
}

/**
 * Day and time, whatever day it is.
 * @param {At} at
 * @param {string} [locale]
 */
export function dayAndTime(at, locale) {
  return format(at, { dateStyle: "medium", timeStyle: "short" }, locale);
}

/**
 * Today, Tomorrow, Yesterday, or the date; with the year where it is another one.
 * @param {At} time
 * @param {number} now
 * @param {string} [locale]
 */
export function formatDay(time, now, locale) {
  const [date, today] = [dateOf(time), new Date(now)];
  if (!date) return UNKNOWN;
  const dayDifference = Math.round((midnightMs(date) - midnightMs(today)) / 86_400_000);
  const relativeName = { 0: "Today", 1: "Tomorrow", [-1]: "Yesterday" }[dayDifference];
  if (relativeName) return relativeName;
  const year = date.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return format(time, { weekday: "short", day: "numeric", month: "short", year }, locale);
}

/**
 * The day, or nothing where it is today.
 * @param {At} at
 * @param {number} now
 * @param {string} [locale]
 */
export function dayUnlessToday(at, now, locale) {
  if (dateOf(at)?.toDateString() === new Date(now).toDateString()) return "";
  return format(at, { weekday: "short", day: "numeric", month: "short" }, locale);
}

/**
 * As a body has it; null for what is no time. RFC 3339 ends with the year 9999: the server says so.
 * @param {At} at
 */
export function written(at) {
  return dateOf(at)?.toISOString() ?? null;
}

/** @param {Date} date */
function midnightMs(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/**
 * @template {{ starts_at?: string | null }} Thing
 * @param {Thing[]} items in order
 * @param {number} now
 * @param {string} [locale]
 * @returns {{ day: string, items: Thing[] }[]}
 */
export function groupByDay(items, now, locale) {
  /** @type {{ day: string, items: Thing[] }[]} */ const days = [];
  for (const item of items) {
    const day = dateOf(item.starts_at) ? formatDay(item.starts_at, now, locale) : "No date yet";
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, items: [item] });
  }
  return days;
}
