// Parses a stream's address into topics, so that it can share a connection with others.

const SINGLE_STREAM_PATH = /^(.*)\/api\/(event|team|purchase|match)(?:s|es)\/([0-9a-f-]+)\/stream(?:\/([a-z]+))?\/?$/;
const MULTI_TOPIC_PATH = /^(.*)\/api\/stream\/?\?((?:&?topic=[\w-]+)+)$/;

/**
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
