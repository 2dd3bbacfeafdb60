// A proxy that rewrites a server's JSON, into rows of an older release or of an upstream.

import { once } from "node:events";
import { createServer, request } from "node:http";

/**
 * @param {(value: any) => any} rewrite called with each object in the JSON, innermost first
 * @returns {Promise<string>} its address
 */
export async function startRewritingProxy(context, { port }, rewrite) {
  const listener = createServer((clientRequest, response) => {
    const headers = { ...clientRequest.headers, "accept-encoding": "identity" };
    const upstreamRequest = request({ port, host: "127.0.0.1", path: clientRequest.url, method: clientRequest.method, headers }, (upstreamResponse) => forward(upstreamResponse, response, rewrite));
    upstreamRequest.on("error", () => response.destroy());
    response.on("close", () => upstreamRequest.destroy());
    clientRequest.pipe(upstreamRequest);
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  context.after(() => {
    listener.closeAllConnections();
    listener.close();
  });
  return `http://127.0.0.1:${listener.address().port}`;
}

function forward(upstreamResponse, response, rewrite) {
  const { "content-length": length, ...headers } = upstreamResponse.headers;
  const kind = headers["content-type"] ?? "";
  const isStream = kind.startsWith("text/event-stream");
  const isJson = kind.startsWith("application/json");
  response.writeHead(upstreamResponse.statusCode, isStream || isJson ? headers : upstreamResponse.headers);
  if (!isStream && !isJson) return void upstreamResponse.pipe(response);
  let rest = "";
  upstreamResponse.setEncoding("utf8");
  upstreamResponse.on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    if (isJson) rest = [...lines, rest].join("\n");
    else response.write(lines.map((line) => (line.startsWith("data: ") ? `data: ${rewriteJson(line.slice(6), rewrite)}\n` : `${line}\n`)).join(""));
  });
  upstreamResponse.on("end", () => response.end(isJson && rest ? rewriteJson(rest, rewrite) : rest));
  upstreamResponse.on("error", () => response.destroy());
}

const rewriteJson = (text, rewrite) => JSON.stringify(JSON.parse(text, (_, value) => (value && typeof value === "object" && !Array.isArray(value) ? rewrite(value) : value)));
