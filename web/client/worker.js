// The hub of all tabs of a browser, as a SharedWorker: it lives as long as one of them does.

import { Hub } from "./hub.js";
import { network } from "./world.js";

/** @import { Asked } from "./reader.js" */

/** @type {Map<string, Hub>} by where the server is */
const hubs = new Map();
const world = network();

/** @param {MessageEvent} event */
const onConnect = ({ ports: [port] }) => {
  /** @type {Hub | undefined} */ let hub;
  port.onmessage = ({ data }) => {
    /** @type {Asked} */ const asked = data;
    if (asked.do === "join") {
      const key = JSON.stringify(asked.site);
      hub = hubs.get(key) ?? new Hub(asked.site, world);
      hubs.set(key, hub);
    }
    if (hub) hub.hear(port, asked, (said) => port.postMessage(said));
    else if (asked.do === "ping") port.postMessage({ say: "pong" });
  };
};
addEventListener("connect", /** @type {any} */ (onConnect));
