// A PostgreSQL of one test alone, gone with it.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { freePort, until } from "./server.js";

const VERSIONS = "/usr/lib/postgresql";

/** Starts it; gives the address of its database. */
export async function startPostgres(context) {
  const folder = await mkdtemp(join(tmpdir(), "touchline-postgres-"));
  const owner = ownerOf(folder);
  const data = join(folder, "data");
  const initdb = join(tools(), "initdb");
  execFileSync(initdb, ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--pgdata", data], { ...owner, cwd: folder, stdio: "pipe" });
  const port = await freePort();
  const settings = ["-D", data, "-k", folder, "-p", String(port), "-h", "127.0.0.1", "-c", "fsync=off"];
  const child = spawn(join(tools(), "postgres"), settings, { ...owner, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (bytes) => (said += bytes));
  context.after(async () => {
    if (child.exitCode === null) {
      child.kill("SIGQUIT");
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  });
  await until(() => {
    assert.equal(child.exitCode, null, `postgres ended\n${said}`);
    return said.includes("ready to accept connections");
  }, "postgres");
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}

/** Who runs it where we are root, whom it refuses. */
function ownerOf(folder) {
  if (process.getuid() !== 0) return {};
  const id = (what) => Number(execFileSync("id", [what, "postgres"]));
  const owner = { uid: id("-u"), gid: id("-g") };
  chownSync(folder, owner.uid, owner.gid);
  return owner;
}

function tools() {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).map((version) => join(VERSIONS, version, "bin")) : [];
  const folders = [...process.env.PATH.split(delimiter), ...versions];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
  assert.ok(found, "initdb and postgres are needed: ./check installs them");
  return found;
}
