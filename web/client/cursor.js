// Cursors and topics: which stream a topic belongs to, and where a cursor stands in each.
//
// `<epoch>.42` stands in one stream, `<epoch>.m3-42.e1-7` in several (docs/protocol.md). Reading them
// lets tabs share a connection; a cursor that can't be read costs a snapshot, never a message.

/**
 * @typedef {object} Places
 * @property {string} epoch of the database
 * @property {Map<string, number>} at the seq of each stream, named as in cursors: `m3`, `e1`
 */

// What is no topic is an address with a filter of its own: its messages are taken as they come.
const TOPIC = /^(event|team|match|purchase)_([0-9a-f-]+)(_[a-z]+)?$/;
const PLACE = /^([etmp][0-9a-f]+)-(\d+)$/;

/**
 * The stream of a topic, named as in cursors.
 * @param {string} topic
 */
export function streamOf(topic) {
  const [, kind, id] = TOPIC.exec(topic) ?? [];
  return kind ? kind[0] + id.replaceAll("-", "") : topic;
}

/** @param {string} name */
export function isTopic(name) {
  return TOPIC.test(name);
}

/**
 * Whether it is a whole stream, whose seqs have no holes; a channel's have.
 * @param {string} topic
 */
export function isWhole(topic) {
  const found = TOPIC.exec(topic);
  return found !== null && found[3] === undefined;
}

/**
 * Whether a message's topic is `topic` or one of its channels.
 * @param {string} topic
 * @param {string} told
 */
export function holds(topic, told) {
  return told === topic || told.startsWith(`${topic}_`) || !isTopic(topic);
}

/**
 * @param {string | null | undefined} cursor
 * @param {string[]} topics that it is a cursor of
 * @returns {Places | null} nothing where it can't be read
 */
export function read(cursor, topics) {
  const [epoch, ...places] = (cursor ?? "").split(".");
  const streams = new Set(topics.map(streamOf));
  if (!epoch || places.length === 0 || !topics.every(isTopic)) return null;
  if (places.length === 1 && /^\d+$/.test(places[0])) {
    return streams.size === 1 ? { epoch, at: new Map([[[...streams][0], Number(places[0])]]) } : null;
  }
  const read = places.map((place) => PLACE.exec(place));
  if (read.some((place) => !place)) return null;
  return { epoch, at: new Map(read.map((place) => [String(place?.[1]), Number(place?.[2])])) };
}

/**
 * @param {Places | null} places
 * @returns {string | null}
 */
export function write(places) {
  if (!places || places.at.size === 0) return null;
  return [places.epoch, ...[...places.at].map(([stream, seq]) => `${stream}-${seq}`)].join(".");
}

/**
 * The places that nobody is behind: of each stream the earlier seq. Those of another database than
 * the first's say nothing and are left out.
 * @param {(Places | null)[]} all
 * @returns {Places | null}
 */
export function earliest(all) {
  /** @type {Places | null} */
  let least = null;
  for (const places of all) {
    if (!places) continue;
    least ??= { epoch: places.epoch, at: new Map() };
    if (places.epoch !== least.epoch) continue;
    for (const [stream, seq] of places.at) {
      least.at.set(stream, Math.min(seq, least.at.get(stream) ?? Infinity));
    }
  }
  return least;
}

/**
 * What is left of the places for these topics.
 * @param {Places | null} places
 * @param {string[]} topics
 * @returns {Places | null}
 */
export function only(places, topics) {
  const streams = new Set(topics.map(streamOf));
  return places && { ...places, at: new Map([...places.at].filter(([stream]) => streams.has(stream))) };
}
