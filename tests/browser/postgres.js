// A PostgreSQL server of one test.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { freePort, waitFor } from "./server.js";

const POSTGRES_VERSIONS = "/usr/lib/postgresql";

/** Starts it; returns the URL of its database. */
export async function startPostgres(context) {
  return (await Postgres.start(context)).url;
}

export class Postgres {
  #child = null;

  static async start(context) {
    const postgres = new Postgres();
    postgres.folder = await mkdtemp(join(tmpdir(), "touchline-postgres-"));
    postgres.owner = databaseOwner(postgres.folder);
    const initdb = join(findPostgresTools(), "initdb");
    postgres.data = join(postgres.folder, "data");
    execFileSync(initdb, ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--pgdata", postgres.data], { ...postgres.owner, cwd: postgres.folder, stdio: "pipe" });
    postgres.port = await freePort();
    postgres.url = `postgres://postgres@127.0.0.1:${postgres.port}/postgres`;
    context.after(async () => {
      await postgres.stop();
      await rm(postgres.folder, { recursive: true, force: true });
    });
    await postgres.run();
    return postgres;
  }

  /** Starts it again with the same data. */
  async run() {
    const { folder, owner, data, port } = this;
    const settings = ["-D", data, "-k", folder, "-p", String(port), "-h", "127.0.0.1", "-c", "fsync=off"];
    const child = spawn(join(findPostgresTools(), "postgres"), settings, { ...owner, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    let output = "";
    child.stderr.on("data", (bytes) => (output += bytes));
    await waitFor(() => {
      assert.equal(child.exitCode, null, `postgres ended\n${output}`);
      return output.includes("ready to accept connections");
    }, "postgres");
  }

  /** Kills it, as a crash would. */
  async stop() {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGQUIT");
    await ended;
  }
}

/** The user to run as, since PostgreSQL refuses root. */
function databaseOwner(folder) {
  if (process.getuid() !== 0) return {};
  const id = (option) => Number(execFileSync("id", [option, "postgres"]));
  const owner = { uid: id("-u"), gid: id("-g") };
  chownSync(folder, owner.uid, owner.gid);
  return owner;
}

function findPostgresTools() {
  const versions = existsSync(POSTGRES_VERSIONS) ? readdirSync(POSTGRES_VERSIONS).map((version) => join(POSTGRES_VERSIONS, version, "bin")) : [];
  const folders = [...process.env.PATH.split(delimiter), ...versions];
  const binFolder = folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
  assert.ok(binFolder, "initdb and postgres are needed: ./check installs them");
  return binFolder;
}
