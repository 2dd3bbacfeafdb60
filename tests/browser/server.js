// Starts the built server on its own port with its own database, and sends REST requests to it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const SERVER_BINARY = process.env.TOUCHLINE_BINARY
  ?? fileURLToPath(new URL("../../target/debug/touchline", import.meta.url));
const EMAIL = "admin@example.org";
const PASSWORD = "correct horse battery staple";
const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;

export class Server {
  #child = null;
  #output = "";
  #token = "";

  /** Starts a server and signs in as its admin; `context` is the test, which stops it. */
  static async start(context, { command = "serve", settings = {} } = {}) {
    const server = new Server();
    server.command = command;
    server.settings = settings;
    server.credentials = { email: EMAIL, password: PASSWORD };
    server.folder = await mkdtemp(join(tmpdir(), "touchline-"));
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    context.after(async () => {
      await server.stop("SIGKILL");
      await rm(server.folder, { recursive: true, force: true });
    });
    await server.run();
    const { token } = await server.post("/api/auth/login", { email: EMAIL, password: PASSWORD });
    server.#token = token;
    return server;
  }

  /** Starts the process on the same port and database as before, and waits until it is ready. */
  async run() {
    const { HOME, PATH, RUST_LOG } = process.env; // none of the developer's own settings
    this.#child = spawn(SERVER_BINARY, [this.command], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        HOME, PATH, RUST_LOG,
        TOUCHLINE_LISTEN: `127.0.0.1:${this.port}`,
        TOUCHLINE_DATABASE_URL: `sqlite://${join(this.folder, "touchline.db")}`,
        TOUCHLINE_ADMIN_EMAIL: EMAIL,
        TOUCHLINE_ADMIN_PASSWORD: PASSWORD,
        TOUCHLINE_JWT_SECRET: "a secret of the tests, long enough to be taken",
        TOUCHLINE_DRAIN_SECONDS: "1",
        TOUCHLINE_WRITES_PER_MINUTE: "0",
        ...this.settings,
      },
    });
    const appendOutput = (bytes) => (this.#output = (this.#output + bytes).slice(-20_000));
    this.#child.stdout.on("data", appendOutput);
    this.#child.stderr.on("data", appendOutput);
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await this.#isReady())) {
      const ended = this.#child.exitCode ?? this.#child.signalCode;
      assert.equal(ended, null, `the server ended\n${this.#output}`);
      assert.ok(Date.now() < deadline, `the server did not get ready\n${this.#output}`);
      await pause(25);
    }
  }

  async #isReady() {
    const response = await fetch(`http://127.0.0.1:${this.port}/readyz`).catch(() => null);
    return response?.status === 200;
  }

  /** Stops the process and waits for its exit. */
  async stop(signal = "SIGTERM") {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    const late = pause(STOP_TIMEOUT_MS, "late", { ref: false });
    if ((await Promise.race([ended, late])) === "late") {
      child.kill("SIGKILL");
      assert.fail(`the server did not stop within ${STOP_TIMEOUT_MS} ms\n${this.#output}`);
    }
  }

  async restart(signal = "SIGTERM") {
    await this.stop(signal);
    await this.run();
  }

  post(path, body) {
    return this.send("POST", path, body);
  }

  /** The response's JSON; `cursor` is the match stream's position after it. */
  async send(method, path, body) {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": randomUUID() };
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    const init = { method, headers, body: JSON.stringify(body) };
    // A proxy that reloads may close a kept connection just as a request is sent on it: clients
    // then send the write again, with the same key.
    const response = await fetch(this.url + path, init).catch(() => fetch(this.url + path, init));
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    const cursor = response.headers.get("Touchline-Cursor");
    return { ...JSON.parse(text), cursor };
  }

  /** Starts a football match with one player per side. */
  async startFootballMatch({ home = "Leicester City", away = "Tottenham Hotspur", player = "Jamie Vardy", venue = "King Power" } = {}) {
    const homeTeam = await this.post("/api/teams", { name: home, short_name: "HOM", colour: "#003090" });
    const awayTeam = await this.post("/api/teams", { name: away, short_name: "AWY", colour: "#ffffff" });
    const scorer = await this.post(`/api/teams/${homeTeam.id}/players`, { name: player, shirt_number: 9 });
    const game = await this.post("/api/matches", {
      sport: "football", home_team_id: homeTeam.id, away_team_id: awayTeam.id,
      starts_at: "2026-11-21T15:00:00.000Z", venue,
    });
    await this.post(`/api/matches/${game.id}/start`, {});
    return { id: game.id, homeTeam: homeTeam.id, awayTeam: awayTeam.id, player: scorer.id };
  }

  /** Records a goal for the home side; returns the seq of its message. */
  async recordGoal(game, minute, more = {}) {
    const { cursor } = await this.post(`/api/matches/${game.id}/incidents`, {
      kind: "goal", team_id: game.homeTeam, player_id: game.player, period: "first_half", minute, ...more,
    });
    return Number(cursor.split("-").at(-1));
  }
}

export async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}

/** Waits until `holds` returns a truthy value, and returns it. */
export async function waitFor(condition, description, deadlineMs = 20_000) {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const result = await condition();
    if (result) return result;
    assert.ok(Date.now() < deadline, `waited ${deadlineMs} ms for ${description}`);
    await pause(20);
  }
}
