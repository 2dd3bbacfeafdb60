"""Servers under test: each is started on a free port of 127.0.0.1, and stopped by its process group."""

import os
import resource
import shutil
import signal
import socket
import subprocess
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(HERE)
SCRATCH = os.environ.get("TOUCHLINE_BENCH_DIR", os.path.join(ROOT, "target", "bench"))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
TOOLS = os.path.join(SCRATCH, "target")
# Niceness for a shared machine, for example -15; the same for every server and the load generator. The scheduler groups
# processes by session, so the group's weight is set too.
PRIORITY = os.environ.get("TOUCHLINE_BENCH_NICE")
NICE = ["sh", "-c", f'echo {PRIORITY} > /proc/self/autogroup; exec nice -n {PRIORITY} "$@"', "sh"] if PRIORITY else []
NOFILE = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
SSELOAD = os.path.join(TOOLS, "release", "sseload")


def build():
    """Builds the service, the load generator and the floor in release mode."""
    for folder, target in ((ROOT, TARGET), (HERE + "/sseload", TOOLS), (HERE + "/floor", TOOLS)):
        env = dict(os.environ, CARGO_TARGET_DIR=target)
        subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=folder, env=env, check=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def scratch(name):
    """Creates an empty folder; returns its path."""
    path = os.path.join(SCRATCH, "run", f"{name}-{time.time_ns()}")
    os.makedirs(path)
    return path


class Server:
    """A server process in its own session, with the paths to subscribe and publish."""

    name = ""
    url, pub_url, pub_body, pub_headers = "/sub/t{topic}", "/pub/t{topic}", "{data}", ()
    ids = ()

    def launch(self, command, cpu=None, env=None, user=None):
        pin = ["taskset", "-c", str(cpu)] if cpu is not None else []
        drop = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"] if user else []
        with open(os.path.join(SCRATCH, f"{self.name}.log"), "ab") as log:
            self.process = subprocess.Popen(NICE + pin + drop + command, env=dict(os.environ, **(env or {})), stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)

    def wait(self, seconds=30):
        end = time.time() + seconds
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} exited with {self.process.returncode}; see {SCRATCH}/{self.name}.log")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.time() > end:
                    self.stop()
                    raise RuntimeError(f"{self.name} does not accept connections") from None
                time.sleep(0.01)

    def stop(self, kind=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(kind)
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        shutil.rmtree(getattr(self, "folder", ""), ignore_errors=True)

    def counters(self):
        return {}


class Floor(Server):
    """A bare epoll loop that writes the same bytes: no routes, no ids, no history."""

    name = "floor"

    def __init__(self, cpu=0):
        self.port = free_port()
        self.launch([os.path.join(TOOLS, "release", "floor"), str(self.port)], cpu)
        self.wait()


class Nchan(Server):
    """nginx with the nchan module: history in shared memory."""

    name = "nchan"

    def __init__(self, cpu=0):
        self.port = free_port()
        self.folder = scratch(self.name)
        os.chmod(self.folder, 0o777)
        with open(os.path.join(HERE, "nchan.conf.in")) as template:
            text = template.read()
        for key, value in (("PORT", self.port), ("DIR", self.folder), ("WORKERS", 1), ("NOFILE", NOFILE)):
            text = text.replace(f"@{key}@", str(value))
        config = os.path.join(self.folder, "nginx.conf")
        with open(config, "w") as out:
            out.write(text)
        self.launch(["prlimit", f"--nofile={NOFILE}", "nginx", "-p", "/usr/share/nginx", "-c", config], cpu)
        self.wait()
        time.sleep(0.5)  # the worker starts after the master
