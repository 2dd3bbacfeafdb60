"""Touchline as a server under test, with an administrator, two teams and live matches of the generic sport."""

import json
import os
import secrets
import time
import urllib.request

from rig import servers

ADMIN = {"email": "bench@touchline.example", "password": "only for this run, only on loopback"}


class Touchline(servers.Server):
    """One node; on SQLite with full durability unless `database` is given."""

    name = "touchline"
    url = "/api/matches/{id}/stream/?snapshot=never"
    pub_url = "/api/matches/{id}/score"
    pub_body = '{"home":1,"away":0,"text":"{data}"}'

    def __init__(self, cpu=0, workers=1, matches=1, database=None, file=None, settings=None):
        self.port = servers.free_port()
        self.folder = servers.scratch(self.name)
        file = file or os.path.join(self.folder, "bench.db")
        env = {
            "TOUCHLINE_LISTEN": f"127.0.0.1:{self.port}",
            "TOUCHLINE_DATABASE_URL": database or f"sqlite://{file}",
            "TOUCHLINE_WORKERS": str(workers),
            "TOUCHLINE_LOG": "warn",
            "TOUCHLINE_ADMIN_EMAIL": ADMIN["email"],
            "TOUCHLINE_ADMIN_PASSWORD": ADMIN["password"],
            "TOUCHLINE_JWT_SECRET": secrets.token_hex(32),
            "TOUCHLINE_STREAMS": "0",
            "TOUCHLINE_WRITES_PER_MINUTE": "0",
            **(settings or {}),
        }
        began = time.perf_counter()
        self.launch(["prlimit", f"--nofile={servers.NOFILE}", os.path.join(servers.TARGET, "release", "touchline"), "serve"], cpu, env)
        self.wait(60)
        self.until_ready()
        self.start_seconds = time.perf_counter() - began
        try:
            self.sign_in()
            self.ids = [self.match() for _ in range(matches)]
        except Exception:
            self.stop()
            raise

    def until_ready(self):
        end = time.time() + 60
        while True:
            try:
                self.get("/readyz")
                return
            except OSError:
                if time.time() > end:
                    raise
                time.sleep(0.005)

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return answer.read().decode()

    def post(self, path, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(),
                                         {"Content-Type": "application/json", **self.bearer})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def sign_in(self):
        self.bearer = {}
        self.bearer = {"Authorization": "Bearer " + self.post("/api/auth/login", ADMIN)["token"]}
        self.pub_headers = ("Content-Type: application/json", "Authorization: " + self.bearer["Authorization"])

    def match(self):
        """Creates and starts a match; returns its id."""
        if not hasattr(self, "teams"):
            self.teams = [self.post("/api/teams", {"name": name})["id"] for name in ("Home", "Away")]
        home, away = self.teams
        body = {"sport": "generic", "home_team_id": home, "away_team_id": away, "visibility": "public"}
        made = self.post("/api/matches", body)["id"]
        self.post(f"/api/matches/{made}/start", {})
        return made

    def counters(self):
        """Counters of `/metrics`, summed over their labels."""
        sums = {}
        for line in self.get("/metrics").splitlines():
            if line and not line.startswith("#"):
                name, value = line.split("{")[0].split(" ")[0], line.rsplit(" ", 1)[-1]
                sums[name] = sums.get(name, 0) + float(value)
        return sums
