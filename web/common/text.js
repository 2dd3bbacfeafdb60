// Identifiers of the API as text.

/** @param {string} identifier `shots_on_target` */
export function humanize(identifier) {
  const text = identifier.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
