// Counts what a server sends, heads and all, to whatever of a browser asks through it.

import { once } from "node:events";
import { connect, createServer } from "node:net";

export async function counting(context, port) {
  const counter = { bytes: 0, url: "" };
  const sockets = new Set();
  const listener = createServer((socket) => {
    const behind = connect(port, "127.0.0.1");
    behind.on("data", (bytes) => (counter.bytes += bytes.length));
    for (const one of [socket, behind]) {
      sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => [socket, behind].forEach((other) => other.destroy()));
    }
    socket.pipe(behind).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  counter.url = `http://127.0.0.1:${listener.address().port}`;
  return counter;
}
