// Cursors, topics and stream addresses: the parts of a topic, and a cursor's position in each.
//
// A cursor names streams or their channels, each with a seq: `<epoch>.m3-42.e1r-7` (docs/protocol.md).
// Parsing them lets tabs share a connection; an unreadable cursor costs a snapshot, never a message.

/**
 * @typedef {object} Positions
 * @property {string} epoch the database's epoch
 * @property {Map<string, number>} seqByPart the seq in each channel, or stream without channels, named as in cursors: `e1r`, `m3`
 */

// Anything else is a stream's address with a filter; its messages are passed through.
const TOPIC_PATTERN = /^(event|team|match|purchase)_([0-9a-f-]+)(?:_([a-z]+))?$/;
const SINGLE_STREAM_PATH = /^(.*)\/api\/(event|team|purchase|match)(?:s|es)\/([0-9a-f-]+)\/stream(?:\/([a-z]+))?\/?$/;
const MULTI_TOPIC_PATH = /^(.*)\/api\/stream\/?\?((?:&?topic=[\w-]+)+)$/;
const POSITION_PATTERN = /^(?:([et]\d+)([rsla]*)|(m\d+|p[0-9a-f]{32}))-(\d+|stop)$/;
/** The letters of the channels, by the first letter of their streams. @type {Record<string, string>} */
const CHANNEL_LETTERS = { e: "rsa", t: "rsla" };

/**
 * The parts of a topic: its stream's channels, or the topic itself; none of an address with a filter.
 * @param {string} topic
 */
export function partsOf(topic) {
  const [, kind, id, channel] = TOPIC_PATTERN.exec(topic) ?? [];
  return kind ? partsOfStream(kind[0] + id.replaceAll("-", ""), channel?.[0]) : [];
}

/**
 * @param {string} stream named as in cursors: `e1`
 * @param {string} [letters] of some of its channels
 */
function partsOfStream(stream, letters = CHANNEL_LETTERS[stream[0]] ?? "") {
  return letters ? [...letters].map((letter) => stream + letter) : [stream];
}

/** @param {string} name */
export function isTopic(name) {
  return TOPIC_PATTERN.test(name);
}

/**
 * Whether the topic is a whole stream, whose seqs have no gaps; a channel's seqs have gaps.
 * @param {string} topic
 */
export function isWholeStream(topic) {
  const parts = TOPIC_PATTERN.exec(topic);
  return parts !== null && parts[3] === undefined;
}

/**
 * Whether a message's topic is `topic` or one of its channels.
 * @param {string} topic
 * @param {string} messageTopic
 */
export function topicIncludes(topic, messageTopic) {
  return messageTopic === topic || messageTopic.startsWith(`${topic}_`) || !isTopic(topic);
}

/**
 * @param {string | null | undefined} cursor
 * @param {string[]} topics the topics that the cursor belongs to
 * @returns {Positions | null} null if it can't be parsed; topics that it stops have no position
 */
export function parseCursor(cursor, topics) {
  const [epoch, ...encodedPositions] = (cursor ?? "").split(".");
  if (!epoch || encodedPositions.length === 0 || !topics.every(isTopic)) return null;
  /** @type {Map<string, number>} */ const seqByPart = new Map();
  for (const text of encodedPositions) {
    const [matched, streamWithChannels, letters, stream, seq] = POSITION_PATTERN.exec(text) ?? [];
    if (!matched) return null;
    const parts = partsOfStream(streamWithChannels ?? stream, letters || undefined);
    if (seq !== "stop") for (const part of parts) seqByPart.set(part, Math.max(Number(seq), seqByPart.get(part) ?? 0));
  }
  return { epoch, seqByPart };
}

/**
 * @param {Positions | null} positions
 * @returns {string | null}
 */
export function formatCursor(positions) {
  if (!positions || positions.seqByPart.size === 0) return null;
  const { epoch, seqByPart } = positions;
  const texts = [...seqByPart].map(([part, seq]) => {
    const stream = part[0] in CHANNEL_LETTERS ? part.slice(0, -1) : part;
    const allParts = partsOfStream(stream);
    const level = allParts.filter((other) => seqByPart.get(other) === seq);
    const letters = level.length === allParts.length ? "" : level.map((other) => other.slice(stream.length)).join("");
    return `${stream}${letters}-${seq}`;
  });
  return [epoch, ...new Set(texts)].join(".");
}

/**
 * Up to where a client at these positions has all of a topic.
 * @param {Positions | null | undefined} positions
 * @param {string} topic
 * @returns {number | undefined} undefined if it lacks a position in a part
 */
export function seqOf(positions, topic) {
  const seqs = partsOf(topic).map((part) => positions?.seqByPart.get(part) ?? NaN);
  const lowest = seqs.length > 0 ? Math.min(...seqs) : NaN;
  return Number.isNaN(lowest) ? undefined : lowest;
}

/**
 * The lowest position in each part, from which no subscriber misses anything. Positions of another
 * epoch than the first are left out, since they can't be compared.
 * @param {(Positions | null)[]} positionsList
 * @returns {Positions | null}
 */
export function earliestPositions(positionsList) {
  /** @type {Positions | null} */
  let lowest = null;
  for (const positions of positionsList) {
    if (!positions) continue;
    lowest ??= { epoch: positions.epoch, seqByPart: new Map() };
    if (positions.epoch !== lowest.epoch) continue;
    for (const [part, seq] of positions.seqByPart) {
      lowest.seqByPart.set(part, Math.min(seq, lowest.seqByPart.get(part) ?? Infinity));
    }
  }
  return lowest;
}

/**
 * The positions in the parts of these topics.
 * @param {Positions | null} positions
 * @param {string[]} topics
 * @returns {Positions | null}
 */
export function positionsForTopics(positions, topics) {
  const parts = new Set(topics.flatMap(partsOf));
  return positions && { ...positions, seqByPart: new Map([...positions.seqByPart].filter(([part]) => parts.has(part))) };
}

/**
 * Parses an address into topics, so that the stream can share a connection with others.
 * @param {string} address
 * @returns {{ base: string, topics: string[], opaqueAddress: string | null }} `opaqueAddress` is the address if it
 * has more than topics; it is then the only topic
 */
export function parseStreamAddress(address) {
  const singleMatch = SINGLE_STREAM_PATH.exec(address);
  if (singleMatch) {
    const [, base, kind, id, channel] = singleMatch;
    return { base, topics: [[kind, id, channel].filter(Boolean).join("_")], opaqueAddress: null };
  }
  const multiMatch = MULTI_TOPIC_PATH.exec(address);
  if (multiMatch) {
    const topics = new URLSearchParams(multiMatch[2]).getAll("topic");
    return { base: multiMatch[1], topics: [...new Set(topics)], opaqueAddress: null };
  }
  return { base: "", topics: [address], opaqueAddress: address };
}
