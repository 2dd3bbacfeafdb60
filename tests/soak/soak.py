"""Soak test: writers and subscribers of a server that is restarted repeatedly, then left running.

No message may be lost, repeated or out of order, every acknowledged write must be stored exactly
once, and memory must not grow while the server is left running.

usage: soak.py --seconds 1200 [--database sqlite|postgres|both]
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
SUBSCRIBERS = 40  # per match
WRITES_PER_SECOND = 8  # per match
STOP_SIGNALS = [signal.SIGTERM, signal.SIGKILL]
DEADLINE_SECONDS = 90  # several times the longest `retry`, for a busy machine
MAX_GROWTH_FACTOR, MAX_GROWTH_KIB = 1.10, 8 * 1024  # allowed memory growth of an undisturbed server


class SoakFailure(Exception):
    """A guarantee was violated."""


class Server:
    """The built server on one port and one database; can be restarted."""

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
            raise SoakFailure(f"the server exited unexpectedly: {self.process.returncode}")
        try:
            return self.request("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def stop(self, stop_signal):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(stop_signal)
            self.process.wait(timeout=DEADLINE_SECONDS)

    def memory_kib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            sent = {"Content-Type": "application/json", **(headers or {})}
            connection.request(method, path, json.dumps(body) if body is not None else None, sent)
            response = connection.getresponse()
            return response.status, response.read()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def request_ok(self, method, path, body=None):
        status, text = self.request(method, path, body, {**self.auth_headers, "Idempotency-Key": str(uuid.uuid4())})
        if status >= 300:
            raise SoakFailure(f"{method} {path}: {status} {text!r}")
        return json.loads(text)

    def prepare(self):
        """Signs in and creates the matches."""
        self.auth_headers = {}
        self.auth_headers = {"Authorization": "Bearer " + self.request_ok("POST", "/api/auth/login", {"email": EMAIL, "password": PASSWORD})["token"]}
        home, away = (self.request_ok("POST", "/api/teams", {"name": name})["id"] for name in ("Home", "Away"))
        match = {"sport": "generic", "home_team_id": home, "away_team_id": away, "visibility": "public"}
        matches = [self.request_ok("POST", "/api/matches", match)["id"] for _ in range(MATCHES)]
        for number in matches:
            self.request_ok("POST", f"/api/matches/{number}/start", {})
        return matches


class Writer:
    """Writes to one match at a fixed rate; repeats unacknowledged writes with the same key."""

    def __init__(self, server, match):
        self.server, self.match, self.acknowledged = server, match, []
        self.stop_event = threading.Event()
        self.failure = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            while not self.stop_event.is_set():
                self.write(f"write {len(self.acknowledged)} of match {self.match}")
                self.stop_event.wait(1 / WRITES_PER_SECOND)
        except SoakFailure as failure:
            self.failure = failure

    def write(self, text):
        key = {**self.server.auth_headers, "Idempotency-Key": str(uuid.uuid4())}
        body = {"home": len(self.acknowledged) + 1, "away": 0, "text": text}
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            try:
                status, body_text = self.server.request("POST", f"/api/matches/{self.match}/score", body, key)
            except OSError:
                status, body_text = 0, b""
            if status == 200:
                self.acknowledged.append(text)
                return
            if 0 < status < 500 and status != 429:
                raise SoakFailure(f"a write was rejected: {status} {body_text!r}")
            time.sleep(0.1)
        raise SoakFailure(f"a write reached no server for {DEADLINE_SECONDS} s")

    def stop(self):
        self.stop_event.set()
        self.thread.join(DEADLINE_SECONDS + 20)


class SubscriberGroup:
    """Subscribers of one match, one of which disconnects now and then."""

    def __init__(self, server, match):
        self.readers = Subscribers(server.port, f"/api/matches/{match}/stream/", SUBSCRIBERS)
        self.target_seq = None
        self.is_stopped = False
        self.thread = threading.Thread(target=self.readers.run, args=(self.is_done, self.disconnect_one), daemon=True)
        self.thread.start()

    def is_done(self):
        return self.is_stopped or (self.target_seq is not None and self.readers.behind(self.target_seq) == 0)

    def disconnect_one(self):
        if self.target_seq is None and random.random() < 0.2:
            reader = random.choice(self.readers.all)
            if reader.live:
                self.readers.ended(reader)

    def assert_reaches(self, seq):
        self.target_seq = seq
        self.thread.join(DEADLINE_SECONDS)
        if self.thread.is_alive():
            raise SoakFailure(f"{self.readers.behind(seq)} of {SUBSCRIBERS} subscribers did not reach {seq}")


def wait_for(condition, description):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SoakFailure(f"waited {DEADLINE_SECONDS} s for {description}")
        time.sleep(0.05)


def restart_until(end, server, writers, pause):
    """Stops and kills the server alternately, with new writes between the restarts."""
    stops = 0
    while time.monotonic() < end:
        before = [len(writer.acknowledged) for writer in writers]
        began = time.monotonic()
        server.stop(STOP_SIGNALS[stops % 2])
        server.start()
        stops += 1
        wait_for(lambda: all(len(writer.acknowledged) > count or writer.failure for writer, count in zip(writers, before)), "writes after a restart")
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
    """Returns the stored log of a match: seqs, and the texts of its scores."""
    seqs, texts, after = [], [], "0"
    while after:
        page = server.request_ok("GET", f"/api/streams/match_{match}/messages?limit=500&after={after}")
        seqs += [message["seq"] for message in page["items"]]
        texts += [message["data"]["text"] for message in page["items"] if "text" in message["data"]]
        after = page["next"]
    return seqs, texts


def verify(server, writers, groups):
    messages = 0
    for writer, group in zip(writers, groups):
        seqs, texts = log_of(server, writer.match)
        if seqs != list(range(seqs[0], seqs[0] + len(seqs))):
            raise SoakFailure(f"the log of match {writer.match} has gaps")
        if texts != writer.acknowledged:
            missing, duplicates = set(writer.acknowledged) - set(texts), len(texts) - len(set(texts))
            raise SoakFailure(f"match {writer.match}: {len(missing)} acknowledged writes are missing, {duplicates} are duplicates")
        group.assert_reaches(seqs[-1])
        readers = group.readers
        messages += readers.messages
        if readers.lost or readers.repeated or readers.snapshots:
            raise SoakFailure(f"match {writer.match}: lost {readers.lost}, repeated {readers.repeated}, {readers.snapshots} snapshots instead of messages")
    return messages


def soak(kind, database, seconds, folder):
    server = Server(folder, database)
    groups, writers = [], []
    try:
        server.start()
        matches = server.prepare()
        groups = [SubscriberGroup(server, match) for match in matches]
        wait_for(lambda: all(group.readers.live_count() == SUBSCRIBERS for group in groups), "the subscribers")
        writers = [Writer(server, match) for match in matches]
        began = time.monotonic()
        stops = restart_until(began + seconds / 2, server, writers, max(5.0, seconds / 40))
        print(f"{kind}: {stops} restarts; now left running", flush=True)
        before, after = watch_memory(began + seconds, server)
        for writer in writers:
            writer.stop()
            if writer.failure:
                raise writer.failure
        messages = verify(server, writers, groups)
        writes = sum(len(writer.acknowledged) for writer in writers)
        print(f"{kind}: {writes} writes, {messages} messages to {MATCHES * SUBSCRIBERS} subscribers once each, {stops} restarts; "
              f"{before / 1024:.1f} MiB at the start, {after / 1024:.1f} MiB at the end", flush=True)
        if after > before * MAX_GROWTH_FACTOR + MAX_GROWTH_KIB:
            raise SoakFailure("memory grows")
    except SoakFailure:
        print((Path(folder) / "server.log").read_text(errors="replace")[-3000:], file=sys.stderr)
        raise
    finally:
        for writer in writers:
            writer.stop_event.set()
        for group in groups:
            group.is_stopped = True
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
            except SoakFailure as failure:
                raise SystemExit(f"{kind}: {failure}") from failure
            finally:
                if cluster:
                    cluster.stop()


if __name__ == "__main__":
    main()
