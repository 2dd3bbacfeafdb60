// A proxy that counts the bytes a server sends, including heads.

import { once } from "node:events";
import { connect, createServer } from "node:net";

export async function startCountingProxy(context, port) {
  const proxy = { bytes: 0, url: "" };
  const sockets = new Set();
  const listener = createServer((socket) => {
    const upstream = connect(port, "127.0.0.1");
    upstream.on("data", (bytes) => (proxy.bytes += bytes.length));
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => [socket, upstream].forEach((other) => other.destroy()));
    }
    socket.pipe(upstream).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  proxy.url = `http://127.0.0.1:${listener.address().port}`;
  return proxy;
}
