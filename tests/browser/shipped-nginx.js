// nginx/touchline.conf as it is shipped, in front of two nodes; only ports are replaced.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import { freePort, waitFor } from "./server.js";

const NGINX_FOLDER = fileURLToPath(new URL("../../nginx", import.meta.url));

export class ShippedNginx {
  /** Starts it in front of these two nodes; stopped after the test. */
  static async start(context, nodes) {
    const nginx = new ShippedNginx();
    nginx.folder = await mkdtemp(join(tmpdir(), "touchline-front-"));
    await chmod(nginx.folder, 0o755); // if root starts it, its workers run as another user
    const conf = join(nginx.folder, "conf");
    await cp(NGINX_FOLDER, conf, { recursive: true });
    execFileSync(join(conf, "make-certificate"));
    nginx.file = join(conf, "touchline.conf");
    const port = await freePort();
    const replacements = { "127.0.0.1:8080": `127.0.0.1:${nodes[0].port}`, "127.0.0.1:8081": `127.0.0.1:${nodes[1].port}`, 8443: port, 8088: await freePort() };
    let text = await readFile(nginx.file, "utf8");
    for (const [from, to] of Object.entries(replacements)) {
      assert.ok(text.includes(from), from);
      text = text.replaceAll(from, to);
    }
    await writeFile(nginx.file, text);
    nginx.url = `https://127.0.0.1:${port}`;
    context.after(async () => {
      await nginx.stop();
      await rm(nginx.folder, { recursive: true, force: true });
    });
    await nginx.run();
    return nginx;
  }

  async run() {
    this.child = spawn(findNginx(), [...this.#arguments(), "-g", "daemon off;"], { stdio: "ignore" });
    await waitFor(async () => {
      assert.equal(this.child.exitCode, null, "nginx ended");
      return (await fetch(`${this.url}/healthz`).catch(() => null))?.ok;
    }, "nginx");
  }

  #arguments() {
    return ["-p", this.folder, "-e", "error.log", "-c", this.file];
  }

  reload() {
    execFileSync(findNginx(), [...this.#arguments(), "-s", "reload"], { stdio: "ignore" });
  }

  async stop() {
    if (this.child.exitCode !== null) return;
    this.child.kill("SIGTERM");
    await once(this.child, "exit");
  }

  readAccessLog() {
    return readFile(join(this.folder, "access.log"), "utf8");
  }
}

/** `/usr/sbin` is not in every user's PATH. */
function findNginx() {
  const folders = [...process.env.PATH.split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  const path = folders.map((folder) => join(folder, "nginx")).find((file) => existsSync(file));
  assert.ok(path, "nginx is needed: ./check installs it");
  return path;
}
