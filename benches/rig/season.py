"""A league of 20 teams in one event, and a clerk who enters its results at a steady rate."""

import http.client
import json
import random
import statistics
import threading
import time

TEAMS = 20


class Season:
    """380 matches that all have results: no table costs more. The match that readers follow belongs to the same event."""

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
                raise RuntimeError("a result was refused")
        connection.close()

    def match(self, home, away):
        body = {"event_id": self.event, "sport": "generic", "home_team_id": home, "away_team_id": away}
        return self.server.post("/api/matches", body)["id"]

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)

    def enter(self, connection):
        """Enters the next result, or corrects it: never to the score that it had, so each is told. Gives the status."""
        turn, place = divmod(self.entered, len(self.matches))
        self.entered += 1
        body = json.dumps({"home_score": self.draw.randrange(6), "away_score": turn % 10 + 10 * self.draw.randrange(2)})
        headers = {"Content-Type": "application/json", **self.server.bearer}
        connection.request("PUT", f"/api/matches/{self.matches[place]}/result", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def table_ms(self, times=100):
        """How long it takes to ask for the table, which is computed each time: the median."""
        connection, taken = self.connection(), []
        for _ in range(times):
            began = time.perf_counter()
            connection.request("GET", f"/api/events/{self.event}/leaderboard", headers=self.server.bearer)
            connection.getresponse().read()
            taken.append(time.perf_counter() - began)
        connection.close()
        return round(statistics.median(taken) * 1000, 2)


class Clerk:
    """Enters a result each time one is due."""

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
        connection, due = self.season.connection(), time.perf_counter()
        while not self.done.wait(max(0, due - time.perf_counter())):
            self.refused += self.season.enter(connection) != 200
            # From when it was due: a server that stalls is not flattered.
            self.times.append(time.perf_counter() - due)
            due += self.every
        connection.close()

    def report(self):
        times = sorted(self.times)
        at = lambda share: round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 2)
        return {"entered": len(times), "per_s": round(len(times) / self.took, 1), "p50_ms": at(0.5), "p99_ms": at(0.99), "refused": self.refused}
