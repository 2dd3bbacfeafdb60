// Converts between form fields and JSON bodies, and assigns a problem's errors to fields; pure.

import { parseTime, toTimestamp } from "../parts/dates.js";

/** @import { FieldError } from "../common/api.js" */

/**
 * @typedef {object} FormField
 * @property {string} name path in the body: `venue`, `points/win`
 * @property {string} label
 * @property {"text" | "area" | "number" | "time" | "choice" | "colour" | "check" | "words" | "tickets" | "password" | "email" | "ref"} [type]
 * @property {[string, string][]} [options] of a choice: value and label
 * @property {string} [listPath] of a ref: the list to choose from
 * @property {boolean} [isMultiple] of a ref: several may be chosen
 * @property {boolean} [isNumeric] a choice of numbers
 * @property {boolean} [isRequired]
 * @property {boolean} [isCreateOnly] can't be changed later
 * @property {any} [defaultValue] for a new resource
 * @property {string} [hint]
 */

/** The value at a path. @param {any} body @param {string} path */
export function valueAt(body, path) {
  return path.split("/").reduce((value, part) => value?.[part], body);
}

/**
 * A field's input as a JSON value; an empty field is null.
 * @param {FormField} field
 * @param {FormData} form
 * @returns {any}
 */
export function readField({ name, type = "text", isMultiple, isNumeric }, form) {
  if (isMultiple) return form.getAll(name).filter(Boolean).map(Number);
  const input = String(form.get(name) ?? "");
  if (type === "check") return form.get(name) !== null;
  if (type === "words") return input.split(/[\s,]+/).filter(Boolean);
  if (type === "tickets") return parseTicketTypes(input);
  if (input.trim() === "") return null;
  if (isNumeric || type === "number" || type === "ref") return Number(input);
  if (type === "time") return toTimestamp(input) ?? input; // the server reports what is wrong with it
  return input;
}

/**
 * The text of a value in a field.
 * @param {FormField} field
 * @param {any} value
 * @returns {string}
 */
export function fieldText({ type = "text" }, value) {
  if (value === null || value === undefined) return "";
  if (type === "words") return value.join(", ");
  if (type === "tickets") return value.map(ticketTypeText).join("\n");
  return type === "time" ? localTimeInput(value) : String(value);
}

/**
 * The body for a new resource; empty fields are left out.
 * @param {readonly FormField[]} fields
 * @param {FormData} form
 */
export function createBody(fields, form) {
  /** @type {any} */ const body = {};
  for (const field of fields) {
    const value = readField(field, form);
    const isEmpty = value === null || value === false || (Array.isArray(value) && value.length === 0);
    if (!isEmpty) setAt(body, field.name, value);
  }
  return body;
}

/**
 * The changed fields of a form. If a part of an object changes, all its parts are sent: the server
 * replaces objects as a whole.
 * @param {readonly FormField[]} fields
 * @param {FormData} form
 * @param {any} current
 */
export function patchBody(fields, form, current) {
  const editable = fields.filter(({ isCreateOnly }) => !isCreateOnly);
  /** @param {FormField} field */
  const isChanged = (field) => {
    const value = readField(field, form);
    const isUnreadable = field.type === "time" && value !== null && !parseTime(value);
    return isUnreadable || JSON.stringify(fieldText(field, value)) !== JSON.stringify(fieldText(field, valueAt(current, field.name)));
  };
  const changed = new Set(editable.filter(isChanged).map(({ name }) => name.split("/")[0]));
  /** @type {any} */ const body = {};
  for (const field of editable) if (changed.has(field.name.split("/")[0])) setAt(body, field.name, readField(field, form));
  return body;
}

/** @param {any} body @param {string} path @param {any} value */
function setAt(body, path, value) {
  const [first, ...rest] = path.split("/");
  if (rest.length === 0) body[first] = value;
  else setAt((body[first] ??= {}), rest.join("/"), value);
}

/**
 * Assigns each error to the field with the longest name that starts its pointer, or to `general`.
 * @param {readonly FormField[]} fields
 * @param {readonly FieldError[]} errors
 */
export function placeErrors(fields, errors) {
  /** @type {Record<string, string>} */ const byField = {};
  /** @type {string[]} */ const general = [];
  for (const { pointer, detail } of errors) {
    const path = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    const candidates = fields.filter(({ name }) => name.split("/").every((part, index) => part === path[index]));
    const field = candidates.sort((one, other) => other.name.length - one.name.length)[0];
    const rest = field ? path.slice(field.name.split("/").length) : path;
    const message = [...rest.map((part) => (/^\d+$/.test(part) ? `line ${Number(part) + 1}:` : part)), detail].join(" ");
    if (field) byField[field.name] = [byField[field.name], message].filter(Boolean).join("; ");
    else general.push(message);
  }
  return { byField, general };
}

/** One line per type: `adult; 25.00 EUR; 400` @param {string} text */
function parseTicketTypes(text) {
  return text.split("\n").filter((line) => line.trim()).map((line) => {
    const [name = "", price = "", capacity = ""] = line.split(";").map((part) => part.trim());
    const [amount, currency] = price.split(/\s+/);
    return {
      name,
      // Invalid input is sent as it is: the server reports what is wrong with it.
      ...(price ? { price: { amount: Math.round(Number(amount) * 100), currency: currency ?? "" } } : {}),
      ...(capacity ? { capacity: Number(capacity) } : {}),
    };
  });
}

/** @param {any} ticket */
function ticketTypeText({ name, price, capacity }) {
  const parts = [name, price ? `${(price.amount / 100).toFixed(2)} ${price.currency}` : "", capacity ?? ""];
  return parts.join("; ").replace(/(; )+$/, "");
}

/** A `datetime-local` value: local time without the zone. @param {string} iso */
function localTimeInput(iso) {
  const date = parseTime(iso);
  if (!date) return "";
  const twoDigits = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const day = [String(date.getFullYear()).padStart(4, "0"), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join("-");
  return `${day}T${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}
