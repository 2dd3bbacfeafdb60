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
      if (!isHeld) response.writeHead(answer.statusCode, answer.headers);
      answer.on("data", (bytes) => (isHeld ? parts.push(bytes) : response.write(bytes)));
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
