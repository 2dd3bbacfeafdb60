// Cursors, topics and stream addresses: the stream of a topic, and a cursor's position in each.
//
// `<epoch>.42` is a position in one stream, `<epoch>.m3-42.e1-7` in several (docs/protocol.md).
// Parsing them lets tabs share a connection; an unreadable cursor costs a snapshot, never a message.

/**
 * @typedef {object} Positions
 * @property {string} epoch the database's epoch
 * @property {Map<string, number>} seqByStream the seq in each stream, named as in cursors: `m3`, `e1`
 */

// Anything else is a stream's address with a filter; its messages are passed through.
const TOPIC_PATTERN = /^(event|team|match|purchase)_([0-9a-f-]+)(_[a-z]+)?$/;
const SINGLE_STREAM_PATH = /^(.*)\/api\/(event|team|purchase|match)(?:s|es)\/([0-9a-f-]+)\/stream(?:\/([a-z]+))?\/?$/;
const MULTI_TOPIC_PATH = /^(.*)\/api\/stream\/?\?((?:&?topic=[\w-]+)+)$/;
const POSITION_PATTERN = /^([etmp][0-9a-f]+)-(\d+)$/;

/**
 * The stream of a topic, named as in cursors.
 * @param {string} topic
 */
export function streamOf(topic) {
  const [, kind, id] = TOPIC_PATTERN.exec(topic) ?? [];
  return kind ? kind[0] + id.replaceAll("-", "") : topic;
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
 * @returns {Positions | null} null if it can't be parsed
 */
export function parseCursor(cursor, topics) {
  const [epoch, ...encodedPositions] = (cursor ?? "").split(".");
  const streams = new Set(topics.map(streamOf));
  if (!epoch || encodedPositions.length === 0 || !topics.every(isTopic)) return null;
  if (encodedPositions.length === 1 && /^\d+$/.test(encodedPositions[0])) {
    return streams.size === 1 ? { epoch, seqByStream: new Map([[[...streams][0], Number(encodedPositions[0])]]) } : null;
  }
  const parsed = encodedPositions.map((part) => POSITION_PATTERN.exec(part));
  if (parsed.some((part) => !part)) return null;
  return { epoch, seqByStream: new Map(parsed.map((part) => [String(part?.[1]), Number(part?.[2])])) };
}

/**
 * @param {Positions | null} positions
 * @returns {string | null}
 */
export function formatCursor(positions) {
  if (!positions || positions.seqByStream.size === 0) return null;
  return [positions.epoch, ...[...positions.seqByStream].map(([stream, seq]) => `${stream}-${seq}`)].join(".");
}

/**
 * The lowest position in each stream, from which no subscriber misses anything. Positions of another
 * epoch than the first are left out, since they can't be compared.
 * @param {(Positions | null)[]} positionsList
 * @returns {Positions | null}
 */
export function earliestPositions(positionsList) {
  /** @type {Positions | null} */
  let lowest = null;
  for (const positions of positionsList) {
    if (!positions) continue;
    lowest ??= { epoch: positions.epoch, seqByStream: new Map() };
    if (positions.epoch !== lowest.epoch) continue;
    for (const [stream, seq] of positions.seqByStream) {
      lowest.seqByStream.set(stream, Math.min(seq, lowest.seqByStream.get(stream) ?? Infinity));
    }
  }
  return lowest;
}

/**
 * The positions in the streams of these topics.
 * @param {Positions | null} positions
 * @param {string[]} topics
 * @returns {Positions | null}
 */
export function positionsForTopics(positions, topics) {
  const streams = new Set(topics.map(streamOf));
  return positions && { ...positions, seqByStream: new Map([...positions.seqByStream].filter(([stream]) => streams.has(stream))) };
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
