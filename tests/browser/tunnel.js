// A proxy between browser and server that fails in the ways proxies and networks do.

import { once } from "node:events";
import { createServer, request as ask } from "node:http";

export class Tunnel {
  /**
   * `open` lets all through; `cut` is a phone in a tunnel; `held` hands an answer on when it has ended; a
   * number is the status that everything under `/api/` is answered with.
   * @type {"open" | "cut" | "held" | number}
   */
  mode = "open";
  /** Events of streams that wait for `release`; `null` while they pass. @type {{ to: import("node:http").ServerResponse, text: string }[] | null} */
  held = null;
  #sockets = new Set();
  #asked = new Set();

  /** @param {import("node:test").TestContext} context */
  static async to(context, target) {
    const tunnel = new Tunnel();
    tunnel.target = new URL(target);
    tunnel.server = createServer((request, response) => tunnel.#pass(request, response));
    tunnel.server.on("connection", (socket) => {
      if (tunnel.mode === "cut") return socket.destroy();
      tunnel.#sockets.add(socket);
      socket.on("close", () => tunnel.#sockets.delete(socket));
    });
    tunnel.server.listen(0, "127.0.0.1");
    await once(tunnel.server, "listening");
    tunnel.url = `http://127.0.0.1:${tunnel.server.address().port}`;
    context.after(() => {
      tunnel.server.close();
      tunnel.#drop();
    });
    return tunnel;
  }

  /** From now on; what is open is broken off. */
  become(mode) {
    this.mode = mode;
    this.#drop();
  }

  /** From now on each event of a stream waits. */
  holdStreams() {
    this.held = [];
  }

  /** Lets the oldest of them through; all of them, and what comes later, where no number is given. */
  release(count = Infinity) {
    const held = this.held ?? [];
    for (const { to, text } of held.splice(0, count)) to.write(text, "latin1"); // each byte is a character of it
    if (count === Infinity) this.held = null;
  }

  /** A part of a stream: its whole events wait, what follows the last of them comes with the next part. */
  #hold(to, text) {
    const events = text.split("\n\n");
    const rest = events.pop() ?? "";
    this.held?.push(...events.map((event) => ({ to, text: `${event}\n\n` })));
    return rest;
  }

  #drop() {
    for (const socket of this.#sockets) socket.destroy();
    for (const asked of this.#asked) asked.destroy();
  }

  #pass(request, response) {
    if (typeof this.mode === "number" && request.url.startsWith("/api/")) {
      response.writeHead(this.mode, { "Content-Type": "application/problem+json" });
      return response.end(JSON.stringify({ status: this.mode, code: "made-up", title: "made up" }));
    }
    const { hostname, port } = this.target;
    const { method, url: path, headers } = request;
    const isHeld = this.mode === "held";
    const asked = ask({ hostname, port, method, path, headers, agent: false }, (answer) => {
      const parts = [];
      const isStream = answer.headers["content-type"]?.startsWith("text/event-stream");
      let rest = "";
      if (!isHeld) response.writeHead(answer.statusCode, answer.headers);
      answer.on("data", (bytes) => {
        if (isHeld) parts.push(bytes);
        else if (isStream && this.held) rest = this.#hold(response, rest + bytes.toString("latin1"));
        else {
          if (rest) response.write(rest, "latin1");
          rest = "";
          response.write(bytes);
        }
      });
      answer.on("end", () => {
        if (isHeld) response.writeHead(answer.statusCode, answer.headers);
        response.end(Buffer.concat(parts));
      });
      answer.on("error", () => response.destroy());
    });
    this.#asked.add(asked);
    asked.on("close", () => this.#asked.delete(asked));
    asked.on("error", () => response.destroy());
    response.on("close", () => asked.destroy());
    request.pipe(asked);
  }
}
