// A proxy that rewrites a server's JSON: rows as an older release stored them, or as an upstream sends them.

import { once } from "node:events";
import { createServer, request } from "node:http";

/**
 * @param {(value: any) => any} change called with each object in the JSON, innermost first
 * @returns {Promise<string>} its address
 */
export async function forging(context, { port }, change) {
  const listener = createServer((asked, answer) => {
    const headers = { ...asked.headers, "accept-encoding": "identity" };
    const behind = request({ port, host: "127.0.0.1", path: asked.url, method: asked.method, headers }, (said) => pass(said, answer, change));
    behind.on("error", () => answer.destroy());
    answer.on("close", () => behind.destroy());
    asked.pipe(behind);
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  context.after(() => {
    listener.closeAllConnections();
    listener.close();
  });
  return `http://127.0.0.1:${listener.address().port}`;
}

function pass(said, answer, change) {
  const { "content-length": length, ...headers } = said.headers;
  const kind = headers["content-type"] ?? "";
  const isStream = kind.startsWith("text/event-stream");
  const isJson = kind.startsWith("application/json");
  answer.writeHead(said.statusCode, isStream || isJson ? headers : said.headers);
  if (!isStream && !isJson) return void said.pipe(answer);
  let rest = "";
  said.setEncoding("utf8");
  said.on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    if (isJson) rest = [...lines, rest].join("\n");
    else answer.write(lines.map((line) => (line.startsWith("data: ") ? `data: ${forged(line.slice(6), change)}\n` : `${line}\n`)).join(""));
  });
  said.on("end", () => answer.end(isJson && rest ? forged(rest, change) : rest));
  said.on("error", () => answer.destroy());
}

const forged = (text, change) => JSON.stringify(JSON.parse(text, (_, value) => (value && typeof value === "object" && !Array.isArray(value) ? change(value) : value)));
