"""Two nodes on one PostgreSQL: latency from a write on one to a subscriber of the other, and the cost of a failover."""

import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import threading
import time

from rig import servers
from rig.postgres import Postgres
from rig.subscribers import Subscribers
from rig.touchline import Touchline


class Nodes:
    """A database, a bus and two nodes; the match was created on the first."""

    def __init__(self, bus=None):
        self.cluster = Postgres()
        self.all = []
        settings = {"TOUCHLINE_JWT_SECRET": secrets.token_hex(32), "TOUCHLINE_TRUSTED_PROXIES": "127.0.0.0/8", "TOUCHLINE_STREAMS_PER_ADDRESS": "0"}
        if bus:
            settings["TOUCHLINE_BUS_URL"] = bus
        try:
            self.database = self.cluster.database()
            for matches in (1, 0):
                self.all.append(Touchline(cpu=None, workers=1, matches=matches, database=self.database, settings=settings))
        except Exception:
            self.stop()
            raise
        self.first, self.second = self.all
        self.match = self.first.ids[0]
        self.path = f"/api/matches/{self.match}/stream/"

    def transactions(self):
        """Transactions of the database so far, including the nodes' periodic polls."""
        database = self.database.rsplit("/", 1)[1]
        query = f"SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = '{database}'"
        return int(subprocess.run([*self.cluster.psql, query, "-At"], capture_output=True, text=True, check=True).stdout)

    def stop(self):
        for node in self.all:
            node.stop()
        self.cluster.stop()


class Writer:
    """Writes increasing scores over one connection."""

    def __init__(self, node, match):
        self.connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=20)
        self.headers = {"Content-Type": "application/json", **node.bearer}
        self.path, self.home = f"/api/matches/{match}/score", 0

    def write(self):
        self.home += 1
        self.connection.request("POST", self.path, json.dumps({"home": self.home % 900, "away": self.home // 900}), self.headers)
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"a write failed with status {answer.status}")


class Redis(servers.Server):
    """Redis without persistence, since it only forwards notices."""

    name = "redis"

    def __init__(self):
        self.port, self.folder = servers.free_port(), servers.scratch(self.name)
        self.launch(["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--dir", self.folder])
        self.wait()


def across(plan):
    """Latency of writes on the first node, one at a time, to a subscriber of the second."""
    for bus in ("postgres", "redis", "none"):
        redis = Redis() if bus == "redis" else None
        nodes = None
        try:
            nodes = Nodes({"postgres": None, "redis": redis and f"redis://127.0.0.1:{redis.port}"}.get(bus, bus))
            count = 50 if plan.quick or bus == "none" else 500
            report = measure(nodes, bus, count)
        finally:
            for server in filter(None, (nodes, redis)):
                server.stop()
        plan.write(report)
        yield report


def measure(nodes, bus, count):
    stream = socket.create_connection(("127.0.0.1", nodes.second.port), 20)
    stream.sendall(f"GET {nodes.path} HTTP/1.0\r\nHost: bench\r\n\r\n".encode())
    body = stream.makefile("rb")
    while not body.readline().startswith(b"event: live"):
        pass
    time.sleep(2)  # the bus connects in the background
    read_at = []

    def read():
        while len(read_at) < count and (line := body.readline()):
            if re.match(rb'data: \{"type":"score_update"', line):
                read_at.append(time.perf_counter())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    writer, sent, acknowledged = Writer(nodes.first, nodes.match), [], []
    for number in range(count):
        sent.append(time.perf_counter())
        writer.write()
        acknowledged.append(time.perf_counter())
        while len(read_at) <= number and reader.is_alive():
            time.sleep(0.0002)
    reader.join(20)
    from_write = sorted((read - start) * 1000 for read, start in zip(read_at, sent))
    from_answer = sorted((read - done) * 1000 for read, done in zip(read_at, acknowledged))
    report = {"label": f"nodes {bus}", "server_name": "touchline", "writes": count, "read": len(read_at),
              "from_write_ms": spread(from_write), "after_acknowledgement_ms": spread(from_answer)}
    print(f"{time.strftime('%H:%M:%S')} {report}", flush=True)
    return report


def spread(values):
    """Median, p99 and maximum of sorted values."""
    at = lambda share: round(values[min(len(values) - 1, int(len(values) * share))], 2)
    return {"p50": at(0.5), "p99": at(0.99), "worst": at(1.0)} if values else {}


class Nginx(servers.Server):
    """nginx in front of both nodes."""

    name = "nginx"

    def __init__(self, nodes):
        self.port, self.folder = servers.free_port(), servers.scratch(self.name)
        os.chmod(self.folder, 0o777)
        with open(os.path.join(servers.HERE, "nodes.conf.in")) as template:
            text = template.read()
        filled = {"DIR": self.folder, "NOFILE": servers.NOFILE, "PORT": self.port, "FIRST": nodes.first.port, "SECOND": nodes.second.port}
        for key, value in filled.items():
            text = text.replace(f"@{key}@", str(value))
        config = os.path.join(self.folder, "nginx.conf")
        with open(config, "w") as out:
            out.write(text)
        self.launch(["prlimit", f"--nofile={servers.NOFILE}", "nginx", "-p", self.folder, "-e", f"{self.folder}/error.log", "-c", config])
        self.wait()


SECONDS = 60  # time-out for all subscribers to reconnect
RATE = 5  # messages per second


def failover(plan):
    """Subscribers through nginx on two nodes, of which one is killed."""
    nodes, nginx = Nodes(), None
    try:
        nginx = Nginx(nodes)
        report = kill_one(nodes, nginx, max(plan.sizes(5000) or plan.subs))
    finally:
        for server in filter(None, (nginx, nodes)):
            server.stop()
    plan.write(report)
    yield report


def kill_one(nodes, nginx, size):
    subscribers = Subscribers(nginx.port, nodes.path, size)
    started = time.monotonic()
    show = lambda: print(f"  {time.monotonic() - started:5.1f} s: {subscribers.live_count():,} live", end="\r", flush=True)
    subscribers.run(lambda: subscribers.live_count() == size or time.monotonic() - started > SECONDS, show)
    print(f"\n  {subscribers.live_count():,} of {size:,} open after {time.monotonic() - started:.1f} s", flush=True)
    stop, writer = threading.Event(), Writer(nodes.first, nodes.match)
    writing = threading.Thread(target=keep_writing, args=(writer, stop), daemon=True)
    writing.start()
    end, transactions_before = time.monotonic() + 5, nodes.transactions()
    subscribers.run(lambda: time.monotonic() > end)
    usual = (nodes.transactions() - transactions_before) / 5  # per second, of writes and both nodes' polls
    shares = [node.counters().get("touchline_streams_open", 0) for node in nodes.all]
    before, writes_before, transactions_before = nodes.first.counters(), writer.home, nodes.transactions()
    killed = time.monotonic()
    nodes.second.process.send_signal(signal.SIGKILL)
    os.killpg(nodes.second.process.pid, signal.SIGKILL)
    newest = lambda: max(subscriber.seq or 0 for subscriber in subscribers.all)
    progress = {}

    def is_recovered():
        """All subscribers that were cut are live again, and have caught up with the others."""
        live = subscribers.live_count()
        if live < size:
            progress["away"] = True
        elif "away" in progress:
            progress.setdefault("target_seq", newest())
        recovered = "target_seq" in progress and subscribers.behind(progress["target_seq"]) == 0
        return recovered or time.monotonic() - killed > SECONDS

    subscribers.run(is_recovered, show)
    whole_s = time.monotonic() - killed
    after, transactions = nodes.first.counters(), nodes.transactions() - transactions_before
    rise = lambda name: after.get(f"touchline_{name}", 0) - before.get(f"touchline_{name}", 0)
    published = writer.home - writes_before
    stop.set()
    writing.join(10)
    end = time.monotonic() + 3
    subscribers.run(lambda: time.monotonic() > end)
    away = sorted(subscribers.away)
    report = {"label": "failover", "server_name": "touchline", "subs": size, "shares": shares, "whole_s": round(whole_s, 2), "came_back": len(away),
              "away_s": spread(away), "live": subscribers.live_count(), "lost": subscribers.lost, "repeated": subscribers.repeated, "refused": subscribers.refused,
              "snapshots_on_resume": subscribers.snapshots, "messages": subscribers.messages, "behind": subscribers.behind(newest()),
              # The feeder reads each message from the log once anyway: those reads are subtracted.
              "database_reads": max(0, rise("log_reads_total") + rise("snapshot_builds_total") - published),
              "transactions": transactions, "transactions_usually": round(usual * whole_s), "ring_misses": rise("ring_misses_total")}
    subscribers.close()
    print(f"\n{time.strftime('%H:%M:%S')} {report}", flush=True)
    return report


def keep_writing(writer, stop):
    while not stop.wait(1 / RATE):
        writer.write()
