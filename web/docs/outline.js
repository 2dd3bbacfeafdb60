// What the page shows of an OpenAPI document, in the order in which people look for it.

/** @typedef {{ [key: string]: any }} Schema */
/** @typedef {{ name: string, in: string, required?: boolean, description?: string, schema: Schema }} Parameter */
/**
 * @typedef {object} Operation
 * @property {string} id
 * @property {string} part
 * @property {string} method
 * @property {string} path
 * @property {string} summary
 * @property {string} description
 * @property {Parameter[]} parameters
 * @property {Schema | null} body
 * @property {{ status: string, type: string, schema: Schema | null, words: string }[]} answers
 * @property {{ status: string, codes: string[] }[]} problems
 */
/** @typedef {{ version: string, description: string, tags: { name: string, description: string }[], schemas: { [name: string]: Schema }, operations: Operation[] }} Api */

const METHODS = ["get", "post", "put", "patch", "delete"];
const PROBLEM = "application/problem+json";

/**
 * @param {any} document
 * @returns {Api}
 */
export function outline(document) {
  const { info, tags, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => operation(components, method, path, item[method])));
  return { version: info.version, description: info.description, tags, schemas: components.schemas, operations };
}

/**
 * @param {any} components
 * @param {string} method
 * @param {string} path
 * @param {any} given
 * @returns {Operation}
 */
function operation(components, method, path, given) {
  const responses = Object.entries(given.responses);
  const answers = responses.flatMap(([status, response]) => {
    const known = Object.entries(response.content ?? {}).filter(([type]) => type !== PROBLEM);
    if (known.length === 0) return response.content ? [] : [{ status, type: "", schema: null, words: response.description }];
    return known.map(([type, { schema }]) => ({ status, type, schema, words: "" }));
  });
  const problems = responses.flatMap(([status, response]) => {
    const codes = response.content?.[PROBLEM]?.schema.allOf[1].properties.code.enum;
    return codes ? [{ status, codes }] : [];
  });
  return {
    id: given.operationId,
    part: given.tags[0],
    method: method.toUpperCase(),
    path,
    summary: given.summary,
    description: given.description,
    parameters: given.parameters.map((/** @type {any} */ one) => (one.$ref ? components.parameters[lastOf(one.$ref)] : one)),
    body: given.requestBody?.content["application/json"].schema ?? null,
    answers,
    problems,
  };
}

/** @param {string} reference */
export const lastOf = (reference) => reference.slice(reference.lastIndexOf("/") + 1);

/**
 * The parts with those of their operations that have all words somewhere: in the path, the summary, the codes.
 * @param {Api} api
 * @param {string} wanted
 */
export function parts(api, wanted) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (/** @type {Operation} */ one) => {
    const text = [one.method, one.path, one.summary, one.description, one.part, ...one.problems.flatMap(({ codes }) => codes)].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return api.tags
    .map(({ name, description }) => ({ name, description, operations: api.operations.filter((one) => one.part === name && fits(one)) }))
    .filter(({ operations }) => operations.length > 0);
}

/**
 * A schema in a few words, and the shape that it names, where it names one.
 * @param {Schema} schema
 * @returns {{ words: string, names: string | null }}
 */
export function say(schema) {
  if (schema.$ref) return { words: lastOf(schema.$ref), names: lastOf(schema.$ref) };
  if (schema.anyOf) {
    const said = schema.anyOf.map(say);
    return { words: said.map((/** @type {any} */ { words }) => words).join(" or "), names: said.find((/** @type {any} */ { names }) => names)?.names ?? null };
  }
  if (schema.enum) return { words: schema.enum.map((/** @type {unknown} */ one) => JSON.stringify(one)).join(", "), names: null };
  if (schema.const !== undefined) return { words: JSON.stringify(schema.const), names: null };
  if (schema.type === "array") {
    const { words, names } = say(schema.items);
    return { words: `list of ${words}`, names };
  }
  if (schema.type === "object" && schema.properties?.items) {
    const { words, names } = say(schema.properties.items);
    return { words: `page of ${words.replace(/^list of /, "")}`, names };
  }
  // What holds for every whole number needn't be said of each.
  const said = (/** @type {number | undefined} */ bound) => (Math.abs(bound ?? 0) === Number.MAX_SAFE_INTEGER ? undefined : bound);
  const [least, most] = [said(schema.minimum) ?? schema.minLength, said(schema.maximum) ?? schema.maxLength];
  const of = schema.type === "string" ? " characters" : "";
  const bounds = least !== undefined && most !== undefined ? `, ${least} to ${most}${of}` : least !== undefined ? `, ${least} or more${of}` : most !== undefined ? `, at most ${most}${of}` : "";
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : schema.type ?? "anything";
  return { words: (schema.format ?? type) + bounds, names: null };
}
