"""A league of 20 teams in one event, and a writer that enters its results at a steady rate."""

import http.client
import json
import random
import statistics
import threading
import time

TEAMS = 20


class Season:
    """380 matches with results, the most expensive leaderboard. The match that subscribers follow belongs to the same event."""

    def __init__(self, server):
        self.server = server
        points = {"win": 3, "draw": 1, "loss": 0}
        order = ["points", "head_to_head", "difference", "for", "name"]
        self.event = server.post("/api/events", {"name": "League", "sport": "generic", "visibility": "public", "points": points, "tie_breakers": order})["id"]
        self.teams = [server.post("/api/teams", {"name": f"Team {number}", "visibility": "public"})["id"] for number in range(TEAMS)]
        self.matches = [self.match(home, away) for home in self.teams for away in self.teams if home != away]
        server.ids = [self.match(*self.teams[:2])]
        server.post(f"/api/matches/{server.ids[0]}/start", {})
        self.entered, self.draw = 0, random.Random(7)
        connection = self.connection()
        for _ in self.matches:
            if self.enter(connection) != 200:
                raise RuntimeError("a result was rejected")
        connection.close()

    def match(self, home, away):
        body = {"event_id": self.event, "sport": "generic", "home_team_id": home, "away_team_id": away}
        return self.server.post("/api/matches", body)["id"]

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)

    def enter(self, connection):
        """Enters or corrects the next result, always with a new score, so that each publishes a message; returns the status."""
        turn, index = divmod(self.entered, len(self.matches))
        self.entered += 1
        body = json.dumps({"home_score": self.draw.randrange(6), "away_score": turn % 10 + 10 * self.draw.randrange(2)})
        headers = {"Content-Type": "application/json", **self.server.bearer}
        connection.request("PUT", f"/api/matches/{self.matches[index]}/result", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def table_ms(self, times=100):
        """Median time in ms of reading the leaderboard, which is computed for each request."""
        connection, durations = self.connection(), []
        for _ in range(times):
            started = time.perf_counter()
            connection.request("GET", f"/api/events/{self.event}/leaderboard", headers=self.server.bearer)
            connection.getresponse().read()
            durations.append(time.perf_counter() - started)
        connection.close()
        return round(statistics.median(durations) * 1000, 2)


class ResultWriter:
    """Enters results at a steady rate in a thread."""

    def __init__(self, season, per_minute):
        self.season, self.interval = season, 60 / per_minute
        self.times, self.refused = [], 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def __enter__(self):
        self.started = time.perf_counter()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        self.seconds = time.perf_counter() - self.started

    def work(self):
        connection, due = self.season.connection(), time.perf_counter()
        while not self.done.wait(max(0, due - time.perf_counter())):
            self.refused += self.season.enter(connection) != 200
            # Latency counts from the due time, so that a stalled server doesn't look fast.
            self.times.append(time.perf_counter() - due)
            due += self.interval
        connection.close()

    def report(self):
        times = sorted(self.times)
        at = lambda share: round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 2)
        return {"entered": len(times), "per_s": round(len(times) / self.seconds, 1), "p50_ms": at(0.5), "p99_ms": at(0.99), "refused": self.refused}
