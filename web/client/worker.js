// The hub of all tabs of a browser, as a SharedWorker: it lives as long as one of them.

import { Hub } from "./hub.js";
import { networkEnvironment } from "./environment.js";

/** @import { HubCommand } from "./subscriber.js" */

/** @type {Map<string, Hub>} by server address */
const hubsByServer = new Map();
const environment = networkEnvironment();

/** @param {MessageEvent} event */
const onConnect = ({ ports: [port] }) => {
  /** @type {Hub | undefined} */ let hub;
  port.onmessage = ({ data }) => {
    /** @type {HubCommand} */ const command = data;
    if (command.command === "join") {
      const key = JSON.stringify(command.server);
      hub = hubsByServer.get(key) ?? new Hub(command.server, environment);
      hubsByServer.set(key, hub);
    }
    if (hub) hub.handleCommand(port, command, (update) => port.postMessage(update));
    else if (command.command === "ping") port.postMessage({ update: "pong" });
  };
};
addEventListener("connect", /** @type {any} */ (onConnect));
