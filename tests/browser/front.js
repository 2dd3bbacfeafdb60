// nginx/touchline.conf as it is shipped, before two nodes: only ports are other ones.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import { freePort, until } from "./server.js";

const SHIPPED = fileURLToPath(new URL("../../nginx", import.meta.url));

export class Front {
  /** Before these two nodes; stopped after the test. */
  static async start(context, nodes) {
    const front = new Front();
    front.folder = await mkdtemp(join(tmpdir(), "touchline-front-"));
    await chmod(front.folder, 0o755); // where root starts it, its workers are somebody else
    const conf = join(front.folder, "conf");
    await cp(SHIPPED, conf, { recursive: true });
    execFileSync(join(conf, "make-certificate"));
    front.file = join(conf, "touchline.conf");
    const port = await freePort();
    const others = { "127.0.0.1:8080": `127.0.0.1:${nodes[0].port}`, "127.0.0.1:8081": `127.0.0.1:${nodes[1].port}`, 8443: port, 8088: await freePort() };
    let text = await readFile(front.file, "utf8");
    for (const [from, to] of Object.entries(others)) {
      assert.ok(text.includes(from), from);
      text = text.replaceAll(from, to);
    }
    await writeFile(front.file, text);
    front.url = `https://127.0.0.1:${port}`;
    context.after(async () => {
      await front.stop();
      await rm(front.folder, { recursive: true, force: true });
    });
    await front.run();
    return front;
  }

  async run() {
    this.child = spawn(nginx(), [...this.#arguments(), "-g", "daemon off;"], { stdio: "ignore" });
    await until(async () => {
      assert.equal(this.child.exitCode, null, "nginx ended");
      return (await fetch(`${this.url}/healthz`).catch(() => null))?.ok;
    }, "nginx");
  }

  #arguments() {
    return ["-p", this.folder, "-e", "error.log", "-c", this.file];
  }

  reload() {
    execFileSync(nginx(), [...this.#arguments(), "-s", "reload"], { stdio: "ignore" });
  }

  async stop() {
    if (this.child.exitCode !== null) return;
    this.child.kill("SIGTERM");
    await once(this.child, "exit");
  }

  log() {
    return readFile(join(this.folder, "access.log"), "utf8");
  }
}

/** `/usr/sbin` is not in everybody's PATH. */
function nginx() {
  const folders = [...process.env.PATH.split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  const found = folders.map((folder) => join(folder, "nginx")).find((file) => existsSync(file));
  assert.ok(found, "nginx is needed: ./check installs it");
  return found;
}
