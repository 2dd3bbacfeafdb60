"""The benchmarks: each takes a plan and yields reports."""

import subprocess
import time

from rig import million as million_bench
from rig import nodes
from rig import season
from rig.load import payload
from rig.load import sseload
from rig.postgres import Postgres
from rig.servers import Floor
from rig.servers import Nchan
from rig.touchline import Touchline

SERVERS = {"floor": Floor, "nchan": Nchan, "touchline": Touchline}


class Plan:
    """Which servers to measure, with how many subscribers, how long and how often."""

    def __init__(self, quick, out, names, subs=None, profile=False):
        self.quick, self.out, self.names, self.profile = quick, out, names, profile
        self.repetitions = 1 if quick else 3
        self.seconds = 3 if quick else 6
        self.subs = subs or ([1000] if quick else [1000, 5000, 10000])

    def each(self, sizes, names=None):
        """Yields a fresh server for each repetition, size and name; servers alternate within a repetition."""
        for repetition in range(self.repetitions):
            for size in sizes:
                for name in names or self.names:
                    server = SERVERS[name]()
                    try:
                        yield repetition, size, server
                    finally:
                        server.stop()

    def sizes(self, limit):
        return [size for size in self.subs if size <= limit]

    def during(self):
        return ["--duration", self.seconds, "--warmup", 1]


def fanout(plan):
    """Closed loops with four messages in flight, with one, and with thirty-two."""
    loops = {"closed": (4, 4), "single": (1, 1), "burst": (32, 8)}
    for repetition, size, server in plan.each(plan.subs):
        for label, (window, publishers) in loops.items():
            options = ["--subs", size, "--payload", payload(server), "--window", window, "--pub-conns", publishers, "--poll-us", 500]
            perf = Profile(plan, server, f"{label}-{size}")
            yield sseload(server, "fanout", label, *options, *plan.during(), out=plan.out, repetition=repetition)
            perf.end()


def latency(plan):
    """Open loop of ten messages per second."""
    for repetition, size, server in plan.each(plan.sizes(5000)):
        options = ["--subs", size, "--payload", payload(server), "--publish", "rate", "--rate", 10, "--duration", plan.seconds + 4, "--warmup", 1]
        yield sseload(server, "fanout", "rate", *options, out=plan.out, repetition=repetition)


def idle(plan):
    """Memory and CPU of open streams without messages."""
    for repetition, size, server in plan.each(plan.sizes(5000), [name for name in plan.names if name != "floor"]):
        yield sseload(server, "idle", "idle", "--subs", size, "--settle", plan.seconds, out=plan.out, repetition=repetition)


def storm(plan):
    """All subscribers connect as fast as possible."""
    for repetition, size, server in plan.each(plan.sizes(5000)):
        yield sseload(server, "connect-storm", "storm", "--subs", size, "--connect-concurrency", 512, "--settle", 0.2,
                      out=plan.out, repetition=repetition)


def resume(plan):
    """Cuts all subscribers at once during twenty messages per second; they reconnect with their last id after half a second."""
    for repetition, size, server in plan.each(plan.sizes(5000), [name for name in plan.names if name != "floor"]):
        before = server.counters()
        options = ["--subs", size, "--payload", payload(server), "--rate", 20, "--cut-at", 3, "--duration", 8, "--drain", 12]
        # The feeder also reads the log once per message, whether anybody resumes or not: those reads are subtracted.
        report = sseload(server, "resume-storm", "resume", *options, repetition=repetition)
        after = server.counters()
        report["cut_report"] = report["resume"]["cuts"][0]
        report["cut"] = report["cut_report"]["cut"]
        if after:
            rise = {key: after[key] - before.get(key, 0) for key in after if key.startswith("touchline_")}
            reads = rise.get("touchline_log_reads_total", 0) + rise.get("touchline_snapshot_builds_total", 0)
            report["reads_in_all"], report["counters"] = reads, {key: value for key, value in rise.items() if value}
            report["database_reads"] = reads - rise.get("touchline_feeder_wakeups_total", 0)
            print(f"  database reads {reads:.0f}, of which for resumes {report['database_reads']:.0f}")
        plan.write(report)
        yield report


def append(plan):
    """Writers over keep-alive connections, each sending its next score once the last one is acknowledged."""
    cluster = Postgres()
    try:
        for repetition in range(plan.repetitions):
            for kind in ("sqlite", "postgres"):
                for writers in (1, 8, 32):
                    for matches in (1, 64):
                        database = cluster.database() if kind == "postgres" else None
                        server = Touchline(cpu=None, workers=2, matches=matches, database=database)
                        try:
                            options = ["--payload", 100, "--pub-conns", writers, "--topics", matches, "--settle", 0.2, *plan.during()]
                            label = f"append {kind} {writers} writers {matches} matches"
                            yield sseload(server, "append", label, *options, cpu=None, out=plan.out, repetition=repetition)
                        finally:
                            server.stop()
    finally:
        cluster.stop()


def slow(plan):
    """20 of 200 subscribers never read; 100 messages of 2,000 bytes per second."""
    pad = ["--payload", 1800, "--pad", "🏏"]  # four bytes per character, as a text has at most 500 characters
    seconds = 5 if plan.quick else 32
    for repetition, size, server in plan.each([200]):
        if repetition:
            return
        options = ["--subs", size, *pad, "--publish", "rate", "--rate", 100, "--duration", seconds, "--warmup", 0, "--drain", 8]
        yield sseload(server, "fanout", "even", *options, out=plan.out, repetition=repetition)
        report = sseload(server, "slow-consumers", "slow", *options, "--slow-fraction", 0.1, repetition=repetition)
        # The kernel drops a stuck connection without notifying the client, so the server's descriptors are counted;
        # one more than before is the publisher's.
        report["slow_gone"] = report["server"]["connected"]["fds"] + 1 - report["server"]["after"]["fds"]
        plan.write(report)
        yield report


def million(plan):
    report = million_bench.measure(100_000 if plan.quick else 1_000_000, 3, 20)
    plan.write(report)
    print(report)
    yield report


def results(plan):
    """Steady rate to the subscribers of one match, alone and while a thousand results per minute are entered into its event."""
    for repetition, size, server in plan.each(plan.sizes(5000), ["touchline"]):
        league = season.Season(server)
        options = ["--subs", size, "--payload", payload(server), "--publish", "rate", "--rate", 10, "--duration", plan.seconds + 4, "--warmup", 1]
        yield sseload(server, "fanout", "without results", *options, out=plan.out, repetition=repetition)
        with season.ResultWriter(league, per_minute=1000) as writer:
            report = sseload(server, "fanout", "with results", *options, repetition=repetition)
        report["results"] = {**writer.report(), "table_ms": league.table_ms()}
        print(f"  results {report['results']}")
        plan.write(report)
        yield report


class Profile:
    """Records a CPU profile of the server with `perf record`, if the plan asks for it."""

    def __init__(self, plan, server, name):
        self.process = None
        if plan.profile and server.name == "touchline":
            self.file = f"{plan.folder}/{name}.perf"
            self.process = subprocess.Popen(["perf", "record", "-q", "-F", "997", "-g", "-o", self.file, "-p", str(server.process.pid)])
            time.sleep(0.3)

    def end(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            for name, options in (("self", ["--no-children"]), ("callers", ["--children"])):
                with open(f"{self.file}.{name}.txt", "w") as text:
                    subprocess.run(["perf", "report", "--stdio", "-g", "none", "--percent-limit", "0.4", *options, "-i", self.file],
                                   stdout=text, stderr=subprocess.DEVNULL)


ALL = {"fanout": fanout, "latency": latency, "idle": idle, "resume": resume, "append": append, "slow": slow, "storm": storm, "million": million, "results": results,
       "nodes": nodes.across, "failover": nodes.failover}
