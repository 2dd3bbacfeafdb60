"""A private PostgreSQL cluster for one benchmark."""

import glob
import os
import pwd
import subprocess
import time

from rig import servers


class Postgres(servers.Server):
    """A cluster with default settings, so every commit is flushed (`synchronous_commit` and `fsync` are on)."""

    name = "postgres"

    def __init__(self):
        self.port = servers.free_port()
        self.folder = scratch = f"/tmp/touchline-bench-pg-{time.time_ns()}"
        os.mkdir(scratch)
        user = "postgres" if os.getuid() == 0 else None
        if user:
            entry = pwd.getpwnam(user)
            os.chown(scratch, entry.pw_uid, entry.pw_gid)
        os.makedirs(servers.SCRATCH, exist_ok=True)
        # Debian keeps the server's programs out of the PATH.
        os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], *glob.glob("/usr/lib/postgresql/*/bin")])
        drop = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"] if user else []
        data = os.path.join(scratch, "data")
        subprocess.run(drop + ["initdb", "-D", data, "-A", "trust", "-U", "bench"], check=True, stdout=subprocess.DEVNULL, cwd=scratch)
        self.launch(["postgres", "-D", data, "-k", scratch, "-h", "127.0.0.1", "-p", str(self.port), "-c", "max_connections=100"], user=user)
        self.wait()
        end = time.time() + 20
        make = ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "bench", "-d", "postgres", "-c"]
        while subprocess.run(make + ["SELECT 1"], capture_output=True).returncode != 0 and time.time() < end:
            time.sleep(0.1)
        self.made = 0
        self.psql = make

    def database(self):
        """Creates an empty database; returns its URL."""
        self.made += 1
        subprocess.run(self.psql + [f"CREATE DATABASE bench{self.made}"], check=True, stdout=subprocess.DEVNULL)
        return f"postgres://bench@127.0.0.1:{self.port}/bench{self.made}"
