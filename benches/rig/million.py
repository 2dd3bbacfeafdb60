"""Start-up and resumes near the end of a stream of a million messages, inserted directly into the database."""

import os
import socket
import sqlite3
import statistics
import time

from rig import servers
from rig.touchline import Touchline

COPY = """
with recursive numbers(n) as (select :next union all select n + 1 from numbers where n < :last)
insert into messages select stream_id, n, channel, kind, label, replace(envelope, '"seq":' || seq || ',', '"seq":' || n || ','), committed_at
from messages, numbers where stream_id = :stream and seq = :seq
"""


def fill(file, topic, messages):
    """Copies the newest message of `topic` until there are `messages`; returns the length of the last envelope."""
    with sqlite3.connect(file) as db:
        stream, head = db.execute("select id, head_seq from streams where topic = ?", (topic,)).fetchone()
        db.execute(COPY, {"next": head + 1, "last": messages, "stream": stream, "seq": head})
        db.execute("update streams set head_seq = ? where id = ?", (messages, stream))
        envelope, = db.execute("select envelope from messages where stream_id = ? and seq = ?", (stream, messages)).fetchone()
        if f'"seq":{messages},' not in envelope:
            raise RuntimeError(f"the envelope lacks its own seq: {envelope[:200]}")
    db.close()
    return len(envelope)


def resume(port, path, cursor, want):
    """Seconds from connecting until the message `want` arrives, and whether it and the four before arrived exactly once."""
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), 10) as stream:
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\nLast-Event-ID: {cursor}\r\n\r\n".encode())
        got = b""
        while f'"seq":{want},'.encode() not in got:
            more = stream.recv(1 << 20)
            if not more:
                raise RuntimeError(f"the stream ended: {got[-300:]}")
            got += more
    seconds = time.perf_counter() - started
    exact = all(got.count(f'"seq":{seq},'.encode()) == 1 for seq in range(want - 4, want + 1))
    return seconds, exact and got.count(b'"seq":') == 5


def measure(messages, starts, resumes):
    """Returns medians as a row; each start is a new process, and its first resume is the cold one."""
    folder = servers.scratch("million")
    file = os.path.join(folder, "bench.db")
    first = Touchline(cpu=None, workers=2, file=file)
    match = first.ids[0]
    first.post(f"/api/matches/{match}/score", {"home": 1, "away": 0, "text": "x" * 150})
    empty = first.start_seconds
    first.stop()
    size = fill(file, f"match_{match}", messages)
    start, cold, warm, exact = [], [], [], True
    for _ in range(starts):
        server = Touchline(cpu=None, workers=2, file=file, matches=0)
        try:
            start.append(server.start_seconds)
            path = f"/api/matches/{match}/stream/?snapshot=never"
            for number in range(resumes):
                seconds, is_exact = resume(server.port, path, str(messages - 5), messages)
                exact = exact and is_exact
                (warm if number else cold).append(seconds)
        finally:
            server.stop()
    row = {"server_name": "touchline", "label": "million", "messages": messages, "envelope_bytes": size,
           "file_mib": round(os.path.getsize(file) / 2**20), "start_s": statistics.median(start), "start_empty_s": empty,
           "resume_cold_ms": statistics.median(cold) * 1000, "resume_ms": statistics.median(warm) * 1000,
           "resume_max_ms": max(warm) * 1000, "exact": exact}
    os.remove(file)
    return row
