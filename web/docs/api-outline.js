// Outline of an OpenAPI document, in the order of its tags.

/** @typedef {{ [key: string]: any }} Schema */
/** @typedef {{ name: string, in: string, required?: boolean, description?: string, schema: Schema }} Parameter */
/**
 * @typedef {object} Operation
 * @property {string} id
 * @property {string} tag
 * @property {string} method
 * @property {string} path
 * @property {string} summary
 * @property {string} description
 * @property {Parameter[]} parameters
 * @property {Schema | null} body
 * @property {{ status: string, type: string, schema: Schema | null, description: string }[]} responses
 * @property {{ status: string, codes: string[] }[]} problems
 */
/** @typedef {{ version: string, description: string, tags: { name: string, description: string }[], schemas: { [name: string]: Schema }, operations: Operation[] }} Api */

const METHODS = ["get", "post", "put", "patch", "delete"];
const PROBLEM_MEDIA_TYPE = "application/problem+json";

/**
 * @param {any} document
 * @returns {Api}
 */
export function buildOutline(document) {
  const { info, tags, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => buildOperation(components, method, path, item[method])));
  return { version: info.version, description: info.description, tags, schemas: components.schemas, operations };
}

/**
 * @param {any} components
 * @param {string} method
 * @param {string} path
 * @param {any} source
 * @returns {Operation}
 */
function buildOperation(components, method, path, source) {
  const responseEntries = Object.entries(source.responses);
  const responses = responseEntries.flatMap(([status, response]) => {
    const successTypes = Object.entries(response.content ?? {}).filter(([type]) => type !== PROBLEM_MEDIA_TYPE);
    if (successTypes.length === 0) return response.content ? [] : [{ status, type: "", schema: null, description: response.description }];
    return successTypes.map(([type, { schema }]) => ({ status, type, schema, description: "" }));
  });
  const problems = responseEntries.flatMap(([status, response]) => {
    const codes = response.content?.[PROBLEM_MEDIA_TYPE]?.schema.allOf[1].properties.code.enum;
    return codes ? [{ status, codes }] : [];
  });
  return {
    id: source.operationId,
    tag: source.tags[0],
    method: method.toUpperCase(),
    path,
    summary: source.summary,
    description: source.description,
    parameters: source.parameters.map((/** @type {any} */ one) => (one.$ref ? components.parameters[lastSegment(one.$ref)] : one)),
    body: source.requestBody?.content["application/json"].schema ?? null,
    responses,
    problems,
  };
}

/** @param {string} reference */
export const lastSegment = (reference) => reference.slice(reference.lastIndexOf("/") + 1);

/**
 * The tags with their operations that contain all words in path, summary, description or codes.
 * @param {Api} api
 * @param {string} searchText
 */
export function filterByText(api, searchText) {
  const words = searchText.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (/** @type {Operation} */ operation) => {
    const text = [operation.method, operation.path, operation.summary, operation.description, operation.tag, ...operation.problems.flatMap(({ codes }) => codes)].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return api.tags
    .map(({ name, description }) => ({ name, description, operations: api.operations.filter((operation) => operation.tag === name && matches(operation)) }))
    .filter(({ operations }) => operations.length > 0);
}

/**
 * A schema in a few words, and the name of the schema it refers to, if any.
 * @param {Schema} schema
 * @returns {{ text: string, schemaName: string | null }}
 */
export function describeSchema(schema) {
  if (schema.$ref) return { text: lastSegment(schema.$ref), schemaName: lastSegment(schema.$ref) };
  if (schema.anyOf) {
    const alternatives = schema.anyOf.map(describeSchema);
    return { text: alternatives.map((/** @type {any} */ { text }) => text).join(" or "), schemaName: alternatives.find((/** @type {any} */ { schemaName }) => schemaName)?.schemaName ?? null };
  }
  if (schema.enum) return { text: schema.enum.map((/** @type {unknown} */ value) => JSON.stringify(value)).join(", "), schemaName: null };
  if (schema.const !== undefined) return { text: JSON.stringify(schema.const), schemaName: null };
  if (schema.type === "array") {
    const { text, schemaName } = describeSchema(schema.items);
    return { text: `list of ${text}`, schemaName };
  }
  if (schema.type === "object" && schema.properties?.items) {
    const { text, schemaName } = describeSchema(schema.properties.items);
    return { text: `page of ${text.replace(/^list of /, "")}`, schemaName };
  }
  // Limits of the whole safe-integer range are not worth showing.
  const shownLimit = (/** @type {number | undefined} */ bound) => (Math.abs(bound ?? 0) === Number.MAX_SAFE_INTEGER ? undefined : bound);
  const [min, max] = [shownLimit(schema.minimum) ?? schema.minLength, shownLimit(schema.maximum) ?? schema.maxLength];
  const unit = schema.type === "string" ? " characters" : "";
  const bounds = min !== undefined && max !== undefined ? `, ${min} to ${max}${unit}` : min !== undefined ? `, ${min} or more${unit}` : max !== undefined ? `, at most ${max}${unit}` : "";
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : schema.type ?? "anything";
  return { text: (schema.format ?? type) + bounds, schemaName: null };
}
