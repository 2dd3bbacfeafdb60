// What a form's fields are in a body, and which of them a problem points at: pure.

import { dateOf, written } from "../parts/dates.js";

/** @import { Fault } from "../desk/api.js" */

/**
 * @typedef {object} Field
 * @property {string} name its place in the body: `venue`, `points/win`
 * @property {string} label
 * @property {"text" | "area" | "number" | "time" | "choice" | "colour" | "check" | "words" | "tickets" | "password" | "email" | "ref"} [type]
 * @property {[string, string][]} [options] of a choice: value and words
 * @property {string} [from] of a ref: the list it is chosen from
 * @property {boolean} [many] of a ref: several may be chosen
 * @property {boolean} [numeric] a choice of numbers
 * @property {boolean} [required]
 * @property {boolean} [fixed] can only be said when it is made
 * @property {any} [usual] what a new one begins with
 * @property {string} [hint]
 */

/** The value at a place. @param {any} body @param {string} name */
export function at(body, name) {
  return name.split("/").reduce((value, part) => value?.[part], body);
}

/**
 * What is typed, as the body has it; an empty field is null.
 * @param {Field} field
 * @param {FormData} form
 * @returns {any}
 */
export function read({ name, type = "text", many, numeric }, form) {
  if (many) return form.getAll(name).filter(Boolean).map(Number);
  const text = String(form.get(name) ?? "");
  if (type === "check") return form.get(name) !== null;
  if (type === "words") return text.split(/[\s,]+/).filter(Boolean);
  if (type === "tickets") return readTickets(text);
  if (text.trim() === "") return null;
  if (numeric || type === "number" || type === "ref") return Number(text);
  if (type === "time") return written(text) ?? text; // the server says what is wrong with it
  return text;
}

/**
 * What a field shows of a value.
 * @param {Field} field
 * @param {any} value
 * @returns {string}
 */
export function show({ type = "text" }, value) {
  if (value === null || value === undefined) return "";
  if (type === "words") return value.join(", ");
  if (type === "tickets") return value.map(showTicket).join("\n");
  return type === "time" ? localTime(value) : String(value);
}

/**
 * The body of a new thing: what is empty is left out.
 * @param {readonly Field[]} fields
 * @param {FormData} form
 */
export function bodyOf(fields, form) {
  /** @type {any} */ const body = {};
  for (const field of fields) {
    const value = read(field, form);
    const isEmpty = value === null || value === false || (Array.isArray(value) && value.length === 0);
    if (!isEmpty) put(body, field.name, value);
  }
  return body;
}

/**
 * What a form changes. A value that is a part of an object is sent with its neighbours: the server
 * replaces objects as a whole.
 * @param {readonly Field[]} fields
 * @param {FormData} form
 * @param {any} before
 */
export function changesOf(fields, form, before) {
  const open = fields.filter(({ fixed }) => !fixed);
  /** @param {Field} field */
  const isOther = (field) => {
    const value = read(field, form);
    const isUnreadable = field.type === "time" && value !== null && !dateOf(value);
    return isUnreadable || JSON.stringify(show(field, value)) !== JSON.stringify(show(field, at(before, field.name)));
  };
  const changed = new Set(open.filter(isOther).map(({ name }) => name.split("/")[0]));
  /** @type {any} */ const body = {};
  for (const field of open) if (changed.has(field.name.split("/")[0])) put(body, field.name, read(field, form));
  return body;
}

/** @param {any} body @param {string} name @param {any} value */
function put(body, name, value) {
  const [first, ...rest] = name.split("/");
  if (rest.length === 0) body[first] = value;
  else put((body[first] ??= {}), rest.join("/"), value);
}

/**
 * Each fault beside its field, by the longest name that its pointer begins with; the others apart.
 * @param {readonly Field[]} fields
 * @param {readonly Fault[]} faults
 */
export function place(fields, faults) {
  /** @type {Record<string, string>} */ const beside = {};
  /** @type {string[]} */ const apart = [];
  for (const { pointer, detail } of faults) {
    const path = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    const owners = fields.filter(({ name }) => name.split("/").every((part, index) => part === path[index]));
    const owner = owners.sort((one, other) => other.name.length - one.name.length)[0];
    const rest = owner ? path.slice(owner.name.split("/").length) : path;
    const words = [...rest.map((part) => (/^\d+$/.test(part) ? `line ${Number(part) + 1}:` : part)), detail].join(" ");
    if (owner) beside[owner.name] = [beside[owner.name], words].filter(Boolean).join("; ");
    else apart.push(words);
  }
  return { beside, apart };
}

/** A line each: `adult; 25.00 EUR; 400` @param {string} text */
function readTickets(text) {
  return text.split("\n").filter((line) => line.trim()).map((line) => {
    const [name = "", price = "", capacity = ""] = line.split(";").map((part) => part.trim());
    const [amount, currency] = price.split(/\s+/);
    return {
      name,
      // What can't be read is sent as it is: the server says what is wrong with it.
      ...(price ? { price: { amount: Math.round(Number(amount) * 100), currency: currency ?? "" } } : {}),
      ...(capacity ? { capacity: Number(capacity) } : {}),
    };
  });
}

/** @param {any} ticket */
function showTicket({ name, price, capacity }) {
  const parts = [name, price ? `${(price.amount / 100).toFixed(2)} ${price.currency}` : "", capacity ?? ""];
  return parts.join("; ").replace(/(; )+$/, "");
}

/** What `datetime-local` takes: the time here, without its zone. @param {string} iso */
function localTime(iso) {
  const date = dateOf(iso);
  if (!date) return "";
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const day = [String(date.getFullYear()).padStart(4, "0"), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
