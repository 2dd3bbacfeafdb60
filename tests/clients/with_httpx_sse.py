"""The httpx-sse package, as it comes, follows a match through a restart of the server.

Every seq must come exactly once. Not named after the package: Python would import this file.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

import httpx
import httpx_sse

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TOUCHLINE_BINARY", str(ROOT / "target/debug/touchline"))
EMAIL, PASSWORD = "admin@example.org", "correct horse battery staple"
DEADLINE_SECONDS = 30
GOALS = 20


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """The built server, on a port and a database of its own."""

    def __init__(self, folder: str):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(Path(folder) / "server.log", "ab+")
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", folder),
            "TOUCHLINE_LISTEN": f"127.0.0.1:{self.port}",
            "TOUCHLINE_DATABASE_URL": f"sqlite://{folder}/touchline.db",
            "TOUCHLINE_ADMIN_EMAIL": EMAIL,
            "TOUCHLINE_ADMIN_PASSWORD": PASSWORD,
            "TOUCHLINE_JWT_SECRET": "a secret of the tests, long enough to be taken",
            "TOUCHLINE_DRAIN_SECONDS": "1",
            "TOUCHLINE_WRITES_PER_MINUTE": "0",
        }
        # The proxies of the environment are for the world outside.
        self.http = httpx.Client(base_url=self.url, timeout=10, trust_env=False)
        self.process = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [BINARY, "serve"], env=self.env, stdout=self.log, stderr=self.log
        )
        wait_for(self.is_ready, "the server to be ready")

    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise SystemExit(f"the server ended\n{self.said()}")
        try:
            return self.http.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def said(self) -> str:
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-5000:]

    def stop(self, with_signal: int = signal.SIGTERM) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(with_signal)
            self.process.wait(timeout=DEADLINE_SECONDS)

    def post(self, path: str, body: dict) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        response = self.http.post(path, json=body, headers=headers)
        if not response.is_success:
            raise SystemExit(f"POST {path}: {response.status_code} {response.text}")
        return response

    def sign_in(self) -> None:
        answer = self.post("/api/auth/login", {"email": EMAIL, "password": PASSWORD})
        self.http.cookies.clear()  # the token alone says who we are
        self.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    def live_match(self) -> tuple[int, int]:
        teams = [
            self.post("/api/teams", {"name": name, "short_name": name[:3].upper()}).json()["id"]
            for name in ("Leicester City", "Tottenham Hotspur")
        ]
        game = {"sport": "football", "home_team_id": teams[0], "away_team_id": teams[1]}
        game["starts_at"] = "2026-11-21T15:00:00.000Z"
        match_id = self.post("/api/matches", game).json()["id"]
        self.post(f"/api/matches/{match_id}/start", {})
        return match_id, teams[0]

    def goal(self, match_id: int, team_id: int, minute: int) -> int:
        """Scores, and gives the seq of the message that tells it."""
        body = {"kind": "goal", "team_id": team_id, "period": "first_half", "minute": minute}
        answer = self.post(f"/api/matches/{match_id}/incidents", body)
        return int(answer.headers["Touchline-Cursor"].rsplit(".", 1)[1])


def wait_for(holds, what: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {DEADLINE_SECONDS} s for {what}")
        time.sleep(0.02)


def follow(url: str, seen: list[int], done: threading.Event) -> None:
    """What the package's own documentation does: read, and come back with the last id."""
    last_id, retry_ms = "", 1000
    with httpx.Client(timeout=httpx.Timeout(5, read=45), trust_env=False) as client:
        while not done.is_set():
            headers = {"Last-Event-ID": last_id} if last_id else {}
            try:
                with httpx_sse.connect_sse(client, "GET", url, headers=headers) as source:
                    for sse in source.iter_sse():
                        last_id = sse.id or last_id
                        retry_ms = sse.retry or retry_ms
                        if sse.event == "message":
                            seen.append(json.loads(sse.data)["seq"])
                        if done.is_set():
                            return
            except (httpx.TransportError, httpx_sse.SSEError):
                pass  # the server is away
            done.wait(retry_ms / 1000)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="touchline-") as folder:
        server = Server(folder)
        done = threading.Event()
        try:
            server.start()
            server.sign_in()
            match_id, team_id = server.live_match()
            seen: list[int] = []
            url = f"{server.url}/api/matches/{match_id}/stream/"
            threading.Thread(target=follow, args=(url, seen, done), daemon=True).start()
            wait_for(lambda: seen, "the snapshot")

            for minute in range(1, GOALS + 1):
                server.goal(match_id, team_id, minute)
            server.stop()
            server.start()
            for minute in range(GOALS + 1, 2 * GOALS + 1):
                last = server.goal(match_id, team_id, minute)

            wait_for(lambda: seen[-1] == last, f"seq {last}, after {seen}")
            expected = list(range(seen[0], seen[0] + 2 * GOALS + 1))
            if seen != expected:
                raise SystemExit(f"saw {seen}, expected {expected}")
            print(f"ok: httpx-sse saw {len(seen)} messages once each, through a restart")
        finally:
            done.set()
            server.stop(signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
