// The documented reverse proxies with their shipped settings; only ports are replaced.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import { ShippedNginx } from "./shipped-nginx.js";
import { freePort, waitFor } from "./server.js";

const PROXIES = fileURLToPath(new URL("../../docs/proxies", import.meta.url));
const MAKE_CERTIFICATE = fileURLToPath(new URL("../../nginx/make-certificate", import.meta.url));

/** @typedef {(context: import("node:test").TestContext, server: { url: string, port: number }) => Promise<string>} StartProxy returns its address */

/** @type {Record<string, StartProxy>} */
export const REVERSE_PROXIES = {
  direct: async (_, { url }) => url,
  nginx: async (context, server) => (await ShippedNginx.start(context, [server, server])).url,
  haproxy,
  varnish,
};

/** @type {StartProxy} */
async function haproxy(context, server) {
  const { folder, port } = await tempFolderAndPort("haproxy");
  const edits = { "127.0.0.1:8080": `127.0.0.1:${server.port}`, "127.0.0.1:8081": `127.0.0.1:${server.port}`, ":8443": `127.0.0.1:${port}` };
  const file = await copy("haproxy.cfg", folder, edits);
  await copy("unavailable.http", folder, {});
  await cp(MAKE_CERTIFICATE, join(folder, "make-certificate"));
  execFileSync(join(folder, "make-certificate"), { stdio: "ignore" });
  const parts = ["certificate.pem", "certificate.key"].map((name) => readFileSync(join(folder, name)));
  await writeFile(join(folder, "touchline.pem"), Buffer.concat(parts));
  return run(context, folder, "haproxy", ["-db", "-f", file], `https://127.0.0.1:${port}`);
}

/** @type {StartProxy} */
async function varnish(context, server) {
  const { folder, port } = await tempFolderAndPort("varnish");
  const file = await copy("touchline.vcl", folder, { '"8080"': `"${server.port}"`, '"8081"': `"${server.port}"` });
  const settings = ["-F", "-j", "none", "-a", `127.0.0.1:${port}`, "-s", "malloc,64M", "-n", join(folder, "work"), "-f", file];
  return run(context, folder, "varnishd", [...settings, "-p", "idle_send_timeout=20", "-p", "send_timeout=20"], `http://127.0.0.1:${port}`);
}

async function tempFolderAndPort(name) {
  return { folder: await mkdtemp(join(tmpdir(), `touchline-${name}-`)), port: await freePort() };
}

/** Copies a file of `docs/proxies` with replaced strings, each of which must occur. */
async function copy(name, folder, edits) {
  let text = await readFile(join(PROXIES, name), "utf8");
  for (const [from, to] of Object.entries(edits)) {
    assert.ok(text.includes(from), `${from} is not in ${name}`);
    text = text.replaceAll(from, to);
  }
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

/** Runs it until the test ends; returns its address once it answers. */
async function run(context, folder, name, settings, url) {
  const file = join(folder, "log");
  const log = openSync(file, "a");
  const child = spawn(program(name), settings, { stdio: ["ignore", log, log] });
  context.after(async () => {
    if (child.exitCode === null) {
      child.kill("SIGTERM"); // SIGKILL would leave Varnish's worker running
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  });
  await waitFor(async () => {
    assert.equal(child.exitCode, null, `${name} ended\n${readFileSync(file, "utf8")}`);
    const answer = await fetch(`${url}/healthz`).catch(() => null);
    await answer?.body?.cancel();
    return answer?.ok;
  }, `${name} to answer`, 60_000);
  return url;
}

/** `/usr/sbin` is not in every user's PATH. */
export function program(name) {
  const folders = [...process.env.PATH.split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  const path = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  assert.ok(path, `${name} is needed: ./check installs it`);
  return path;
}
