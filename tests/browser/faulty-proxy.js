// A proxy between browser and server that fails as proxies and networks do.

import { once } from "node:events";
import { createServer, request as sendRequest } from "node:http";

export class FaultyProxy {
  /**
   * `open` forwards everything; `cut` drops all connections; `held` buffers a response until its end; a
   * number is the status of every response under `/api/`.
   * @type {"open" | "cut" | "held" | number}
   */
  mode = "open";
  /** Stream events waiting for `release`; `null` while they are forwarded. @type {{ to: import("node:http").ServerResponse, text: string }[] | null} */
  held = null;
  #sockets = new Set();
  #upstreamRequests = new Set();

  /** @param {import("node:test").TestContext} context */
  static async startFor(context, target) {
    const proxy = new FaultyProxy();
    proxy.target = new URL(target);
    proxy.server = createServer((request, response) => proxy.#forward(request, response));
    proxy.server.on("connection", (socket) => {
      if (proxy.mode === "cut") return socket.destroy();
      proxy.#sockets.add(socket);
      socket.on("close", () => proxy.#sockets.delete(socket));
    });
    proxy.server.listen(0, "127.0.0.1");
    await once(proxy.server, "listening");
    proxy.url = `http://127.0.0.1:${proxy.server.address().port}`;
    context.after(() => {
      proxy.server.close();
      proxy.#closeAll();
    });
    return proxy;
  }

  /** Sets the mode and closes open connections. */
  setMode(mode) {
    this.mode = mode;
    this.#closeAll();
  }

  /** Holds back every stream event from now on. */
  holdStreams() {
    this.held = [];
  }

  /** Forwards the oldest held events; without a count all of them, and stops holding. */
  release(count = Infinity) {
    const held = this.held ?? [];
    for (const { to, text } of held.splice(0, count)) to.write(text, "latin1"); // latin1 keeps each byte as one character
    if (count === Infinity) this.held = null;
  }

  /** Holds the complete events of a chunk; returns the incomplete rest. */
  #hold(to, text) {
    const events = text.split("\n\n");
    const rest = events.pop() ?? "";
    this.held?.push(...events.map((event) => ({ to, text: `${event}\n\n` })));
    return rest;
  }

  #closeAll() {
    for (const socket of this.#sockets) socket.destroy();
    for (const upstreamRequest of this.#upstreamRequests) upstreamRequest.destroy();
  }

  #forward(request, response) {
    if (typeof this.mode === "number" && request.url.startsWith("/api/")) {
      response.writeHead(this.mode, { "Content-Type": "application/problem+json" });
      return response.end(JSON.stringify({ status: this.mode, code: "made-up", title: "made up" }));
    }
    const { hostname, port } = this.target;
    const { method, url: path, headers } = request;
    const isHeld = this.mode === "held";
    const upstreamRequest = sendRequest({ hostname, port, method, path, headers, agent: false }, (upstreamResponse) => {
      const parts = [];
      const isStream = upstreamResponse.headers["content-type"]?.startsWith("text/event-stream");
      let rest = "";
      if (!isHeld) response.writeHead(upstreamResponse.statusCode, upstreamResponse.headers);
      upstreamResponse.on("data", (bytes) => {
        if (isHeld) parts.push(bytes);
        else if (isStream && this.held) rest = this.#hold(response, rest + bytes.toString("latin1"));
        else {
          if (rest) response.write(rest, "latin1");
          rest = "";
          response.write(bytes);
        }
      });
      upstreamResponse.on("end", () => {
        if (isHeld) response.writeHead(upstreamResponse.statusCode, upstreamResponse.headers);
        response.end(Buffer.concat(parts));
      });
      upstreamResponse.on("error", () => response.destroy());
    });
    this.#upstreamRequests.add(upstreamRequest);
    upstreamRequest.on("close", () => this.#upstreamRequests.delete(upstreamRequest));
    upstreamRequest.on("error", () => response.destroy());
    response.on("close", () => upstreamRequest.destroy());
    request.pipe(upstreamRequest);
  }
}
