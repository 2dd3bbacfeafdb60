// The topics that a stream's address names, so that it can share a connection with others.

const OF_ONE = /^(.*)\/api\/(event|team|purchase|match)(?:s|es)\/([0-9a-f-]+)\/stream(?:\/([a-z]+))?\/?$/;
const OF_SEVERAL = /^(.*)\/api\/stream\/?\?((?:&?topic=[\w-]+)+)$/;

/**
 * @param {string} address
 * @returns {{ base: string, topics: string[], address: string | null }} the address where it asks for
 * more than topics; it then stands for its only topic
 */
export function readAddress(address) {
  const one = OF_ONE.exec(address);
  if (one) {
    const [, base, kind, id, channel] = one;
    return { base, topics: [[kind, id, channel].filter(Boolean).join("_")], address: null };
  }
  const several = OF_SEVERAL.exec(address);
  if (several) {
    const topics = new URLSearchParams(several[2]).getAll("topic");
    return { base: several[1], topics: [...new Set(topics)], address: null };
  }
  return { base: "", topics: [address], address };
}
