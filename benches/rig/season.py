"""A league of 20 teams in one event, and a clerk who enters its results at a steady rate."""

import http.client
import json
import random
import threading
import time

TEAMS = 20


class Season:
    """380 scheduled matches; the match that readers follow belongs to the same event."""

    def __init__(self, server):
        self.server = server
        points = {"win": 3, "draw": 1, "loss": 0}
        order = ["points", "head_to_head", "difference", "for", "name"]
        self.event = server.post("/api/events", {"name": "League", "sport": "generic", "visibility": "public", "points": points, "tie_breakers": order})["id"]
        self.teams = [server.post("/api/teams", {"name": f"Team {number}", "visibility": "public"})["id"] for number in range(TEAMS)]
        self.matches = [self.match(home, away) for home in self.teams for away in self.teams if home != away]
        server.ids = [self.match(*self.teams[:2])]
        server.post(f"/api/matches/{server.ids[0]}/start", {})

    def match(self, home, away):
        body = {"event_id": self.event, "sport": "generic", "home_team_id": home, "away_team_id": away}
        return self.server.post("/api/matches", body)["id"]


class Clerk:
    """Enters a result each time one is due, and corrects the first ones when all have been entered."""

    def __init__(self, season, a_minute):
        self.season, self.every = season, 60 / a_minute
        self.times, self.refused = [], 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def __enter__(self):
        self.began = time.perf_counter()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        self.took = time.perf_counter() - self.began

    def work(self):
        draw = random.Random(7)
        connection = http.client.HTTPConnection("127.0.0.1", self.season.server.port, timeout=20)
        headers = {"Content-Type": "application/json", **self.season.server.bearer}
        number, due = 0, time.perf_counter()
        while not self.done.wait(max(0, due - time.perf_counter())):
            game = self.season.matches[number % len(self.season.matches)]
            # Never the score that it had: each is a change that is told.
            body = json.dumps({"home_score": draw.randrange(6), "away_score": number // len(self.season.matches) + draw.randrange(2) * 10})
            connection.request("PUT", f"/api/matches/{game}/result", body, headers)
            answer = connection.getresponse()
            answer.read()
            self.refused += answer.status != 200
            # From when it was due: a server that stalls is not flattered.
            self.times.append(time.perf_counter() - due)
            number, due = number + 1, due + self.every
        connection.close()

    def report(self):
        times = sorted(self.times)
        at = lambda share: round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 2)
        return {"entered": len(times), "per_s": round(len(times) / self.took, 1), "p50_ms": at(0.5), "p99_ms": at(0.99), "refused": self.refused}
