// A plain nginx in front of a server; stopped with the test.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort, waitFor } from "./server.js";

const NGINX_FOLDERS = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];

/** One process, so that killing it leaves none. A file 503 in its folder sets that status for `/api/`. */
const nginxSettings = ({ folder, port, upstream, buffersStreams }) => `
daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/log warn;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path ${folder}/body;
    proxy_temp_path ${folder}/proxy;
    fastcgi_temp_path ${folder}/fastcgi;
    uwsgi_temp_path ${folder}/uwsgi;
    scgi_temp_path ${folder}/scgi;
    server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://127.0.0.1:${upstream}; }
        location /api/ {
            if (-f ${folder}/401) { return 401; }
            if (-f ${folder}/503) { return 503; }
            proxy_pass http://127.0.0.1:${upstream};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            ${buffersStreams ? "proxy_ignore_headers X-Accel-Buffering; gzip on; gzip_proxied any; gzip_types text/event-stream;" : ""}
        }
    }
}
`;

export class PlainNginx {
  /**
   * @param {import("node:test").TestContext} context
   * @param {{ port: number }} server
   * @param {{ buffersStreams?: boolean }} [options] `buffersStreams`: compresses streams, and so buffers them
   */
  static async before(context, server, { buffersStreams = false } = {}) {
    const nginx = new PlainNginx();
    nginx.folder = await mkdtemp(join(tmpdir(), "touchline-nginx-"));
    const port = await freePort();
    nginx.url = `http://127.0.0.1:${port}`;
    const file = join(nginx.folder, "nginx.conf");
    await writeFile(file, nginxSettings({ folder: nginx.folder, port, upstream: server.port, buffersStreams }));
    const child = spawn(await findProgram(), ["-p", nginx.folder, "-e", join(nginx.folder, "log"), "-c", file], { stdio: "ignore" });
    const ended = once(child, "exit");
    context.after(async () => {
      child.kill("SIGKILL");
      await ended;
      await rm(nginx.folder, { recursive: true, force: true });
    });
    await waitFor(async () => {
      assert.equal(child.exitCode, null, await readFile(join(nginx.folder, "log"), "utf8").catch(() => "no log"));
      return (await nginx.status("/readyz")) === 200;
    }, "nginx to answer");
    return nginx;
  }

  /** The status of a path now; 0 without a response. */
  async status(path) {
    const response = await fetch(this.url + path).catch(() => null);
    await response?.body?.cancel();
    return response?.status ?? 0;
  }

  /** Answers everything under `/api/` with a status, or forwards it again. @param {401 | 503 | null} status */
  async answer(status) {
    for (const one of [401, 503]) await rm(join(this.folder, String(one)), { force: true });
    if (status) await writeFile(join(this.folder, String(status)), "");
  }
}

async function findProgram() {
  for (const path of NGINX_FOLDERS) if (await access(path).then(() => true, () => false)) return path;
  throw new Error(`no nginx: ${NGINX_FOLDERS.join(", ")}`);
}
