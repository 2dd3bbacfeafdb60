"""Writers and readers at a server for a while, which is stopped and killed meanwhile, and then left alone.

Nothing may be lost, repeated or out of order, no acknowledged write may be missing or double, and the memory of the
server that is left alone may not grow. usage: soak.py --seconds 1200 [--database sqlite|postgres|both]
"""

import argparse
import http.client
import json
import os
import random
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benches"))

from rig.postgres import Postgres  # noqa: E402
from rig.servers import free_port  # noqa: E402
from rig.subscribers import Subscribers  # noqa: E402

BINARY = os.environ.get("TOUCHLINE_BINARY", str(ROOT / "target/debug/touchline"))
EMAIL, PASSWORD = "admin@example.org", "correct horse battery staple"
MATCHES = 4
READERS = 40  # of each match
WRITES_PER_SECOND = 8  # of each match
STOPS = [signal.SIGTERM, signal.SIGKILL]
DEADLINE_SECONDS = 90  # the longest `retry`, several times over, on a machine that is busy
GROWTH, GROWTH_KIB = 1.10, 8 * 1024  # what the memory of a server that is left alone may have gained at the end


class Failed(Exception):
    """What must hold did not."""


class Server:
    """The built server on one port and one database, started as often as it is stopped."""

    def __init__(self, folder, database):
        self.port = free_port()
        self.log = open(Path(folder) / "server.log", "ab")
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "TOUCHLINE_LISTEN": f"127.0.0.1:{self.port}",
            "TOUCHLINE_DATABASE_URL": database,
            "TOUCHLINE_ADMIN_EMAIL": EMAIL,
            "TOUCHLINE_ADMIN_PASSWORD": PASSWORD,
            "TOUCHLINE_JWT_SECRET": secrets.token_hex(32),
            "TOUCHLINE_DRAIN_SECONDS": "2",
            "TOUCHLINE_WRITES_PER_MINUTE": "0",
            "TOUCHLINE_STREAMS_PER_ADDRESS": "0",
            "TOUCHLINE_READS_PER_MINUTE": "0",
        }
        self.process = None

    def start(self):
        self.process = subprocess.Popen([BINARY, "serve"], env=self.env, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        wait_for(self.is_ready, "the server to be ready")

    def is_ready(self):
        if self.process.poll() is not None:
            raise Failed(f"the server ended by itself: {self.process.returncode}")
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def stop(self, kind):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(kind)
            self.process.wait(timeout=DEADLINE_SECONDS)

    def memory_kib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            sent = {"Content-Type": "application/json", **(headers or {})}
            connection.request(method, path, json.dumps(body) if body is not None else None, sent)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def must(self, method, path, body=None):
        status, text = self.ask(method, path, body, {**self.signed, "Idempotency-Key": str(uuid.uuid4())})
        if status >= 300:
            raise Failed(f"{method} {path}: {status} {text!r}")
        return json.loads(text)

    def prepare(self):
        """Signs in, and makes the matches."""
        self.signed = {}
        self.signed = {"Authorization": "Bearer " + self.must("POST", "/api/auth/login", {"email": EMAIL, "password": PASSWORD})["token"]}
        home, away = (self.must("POST", "/api/teams", {"name": name})["id"] for name in ("Home", "Away"))
        match = {"sport": "generic", "home_team_id": home, "away_team_id": away, "visibility": "public"}
        made = [self.must("POST", "/api/matches", match)["id"] for _ in range(MATCHES)]
        for number in made:
            self.must("POST", f"/api/matches/{number}/start", {})
        return made


class Writer:
    """Writes to one match at its pace; what isn't acknowledged is sent again with the same key."""

    def __init__(self, server, match):
        self.server, self.match, self.acknowledged = server, match, []
        self.is_over = threading.Event()
        self.problem = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            while not self.is_over.is_set():
                self.write(f"write {len(self.acknowledged)} of match {self.match}")
                self.is_over.wait(1 / WRITES_PER_SECOND)
        except Failed as problem:
            self.problem = problem

    def write(self, text):
        key = {**self.server.signed, "Idempotency-Key": str(uuid.uuid4())}
        body = {"home": len(self.acknowledged) + 1, "away": 0, "text": text}
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            try:
                status, answer = self.server.ask("POST", f"/api/matches/{self.match}/score", body, key)
            except OSError:
                status, answer = 0, b""
            if status == 200:
                self.acknowledged.append(text)
                return
            if 0 < status < 500 and status != 429:
                raise Failed(f"a write was answered {status} {answer!r}")
            time.sleep(0.1)
        raise Failed(f"a write found no server for {DEADLINE_SECONDS} s")

    def end(self):
        self.is_over.set()
        self.thread.join(DEADLINE_SECONDS + 20)


class Crowd:
    """Readers of one match, of whom one hangs up now and then."""

    def __init__(self, server, match):
        self.readers = Subscribers(server.port, f"/api/matches/{match}/stream/", READERS)
        self.goal = None
        self.is_over = False
        self.thread = threading.Thread(target=self.readers.run, args=(self.is_done, self.hang_up_one), daemon=True)
        self.thread.start()

    def is_done(self):
        return self.is_over or (self.goal is not None and self.readers.behind(self.goal) == 0)

    def hang_up_one(self):
        if self.goal is None and random.random() < 0.2:
            reader = random.choice(self.readers.all)
            if reader.live:
                self.readers.ended(reader)

    def must_reach(self, seq):
        self.goal = seq
        self.thread.join(DEADLINE_SECONDS)
        if self.thread.is_alive():
            raise Failed(f"{self.readers.behind(seq)} of {READERS} readers did not get to {seq}")


def wait_for(holds, what):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise Failed(f"waited {DEADLINE_SECONDS} s for {what}")
        time.sleep(0.05)


def restart_until(end, server, writers, pause):
    """Stops and kills it in turn; each time there must be new writes before the next."""
    stops = 0
    while time.monotonic() < end:
        before = [len(writer.acknowledged) for writer in writers]
        began = time.monotonic()
        server.stop(STOPS[stops % 2])
        server.start()
        stops += 1
        wait_for(lambda: all(len(writer.acknowledged) > count or writer.problem for writer, count in zip(writers, before)), "writes after a restart")
        time.sleep(max(0.0, min(end, began + pause) - time.monotonic()))
    return stops


def watch_memory(end, server):
    samples = []
    while time.monotonic() < end:
        samples.append(server.memory_kib())
        time.sleep(0.5)
    third = max(1, len(samples) // 3)
    return statistics.median(samples[third : 2 * third]), statistics.median(samples[-third:])


def log_of(server, match):
    """The whole stored log of a match: seqs, and texts of its scores."""
    seqs, texts, after = [], [], "0"
    while after:
        page = server.must("GET", f"/api/streams/match_{match}/messages?limit=500&after={after}")
        seqs += [message["seq"] for message in page["items"]]
        texts += [message["data"]["text"] for message in page["items"] if "text" in message["data"]]
        after = page["next"]
    return seqs, texts


def verify(server, writers, crowds):
    messages = 0
    for writer, crowd in zip(writers, crowds):
        seqs, texts = log_of(server, writer.match)
        if seqs != list(range(seqs[0], seqs[0] + len(seqs))):
            raise Failed(f"the log of match {writer.match} has holes")
        if texts != writer.acknowledged:
            missing, more = set(writer.acknowledged) - set(texts), len(texts) - len(set(texts))
            raise Failed(f"match {writer.match}: {len(missing)} acknowledged writes are missing, {more} are double")
        crowd.must_reach(seqs[-1])
        readers = crowd.readers
        messages += readers.messages
        if readers.lost or readers.repeated or readers.snapshots:
            raise Failed(f"match {writer.match}: lost {readers.lost}, repeated {readers.repeated}, {readers.snapshots} snapshots instead of messages")
    return messages


def soak(kind, database, seconds, folder):
    server = Server(folder, database)
    crowds, writers = [], []
    try:
        server.start()
        matches = server.prepare()
        crowds = [Crowd(server, match) for match in matches]
        wait_for(lambda: all(crowd.readers.live_count() == READERS for crowd in crowds), "the readers")
        writers = [Writer(server, match) for match in matches]
        began = time.monotonic()
        stops = restart_until(began + seconds / 2, server, writers, max(5.0, seconds / 40))
        print(f"{kind}: {stops} restarts; now it is left alone", flush=True)
        before, after = watch_memory(began + seconds, server)
        for writer in writers:
            writer.end()
            if writer.problem:
                raise writer.problem
        messages = verify(server, writers, crowds)
        writes = sum(len(writer.acknowledged) for writer in writers)
        print(f"{kind}: {writes} writes, {messages} messages to {MATCHES * READERS} readers once each, {stops} restarts; "
              f"{before / 1024:.1f} MiB at first, {after / 1024:.1f} MiB at last", flush=True)
        if after > before * GROWTH + GROWTH_KIB:
            raise Failed("its memory grows")
    except Failed:
        print((Path(folder) / "server.log").read_text(errors="replace")[-3000:], file=sys.stderr)
        raise
    finally:
        for writer in writers:
            writer.is_over.set()
        for crowd in crowds:
            crowd.is_over = True
        server.stop(signal.SIGKILL)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1200)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    args = parser.parse_args()
    kinds = ["sqlite", "postgres"] if args.database == "both" else [args.database]
    for kind in kinds:
        cluster = Postgres() if kind == "postgres" else None
        with tempfile.TemporaryDirectory(prefix="touchline-soak-") as folder:
            database = cluster.database() if cluster else f"sqlite://{folder}/touchline.db"
            try:
                soak(kind, database, args.seconds / len(kinds), folder)
            except Failed as problem:
                raise SystemExit(f"{kind}: {problem}") from problem
            finally:
                if cluster:
                    cluster.stop()


if __name__ == "__main__":
    main()
