"""Many readers in one process, each with its cursor: they come back after `retry`, as an EventSource does, and count
what is lost and what comes twice. HTTP/1.0, so that bodies come as they are."""

import heapq
import os
import random
import re
import select
import socket
import time

SEQ = re.compile(rb'"seq":(\d+),')
ID = re.compile(rb"(?:^|\n)id: (\S+)")
RETRY = re.compile(rb"(?:^|\n)retry: (\d+)")
PER_SOURCE = 4000  # connections an address: ports are scarce


class Reader:
    """One stream, and where it stands."""

    __slots__ = ("number", "socket", "pending", "head", "cursor", "seq", "retry", "live", "left_at", "opens")

    def __init__(self, number):
        self.number, self.socket, self.cursor, self.seq, self.retry = number, None, None, None, 2000
        self.live, self.left_at, self.opens = False, None, 0


class Readers:
    """`count` readers of one stream on `port`; `run` serves them for a while."""

    def __init__(self, port, path, count):
        self.port, self.path = port, path
        self.poll = select.epoll()
        self.by_fd, self.waiting = {}, []
        self.lost = self.twice = self.refused = self.snapshots = self.messages = 0
        self.all = [Reader(number) for number in range(count)]
        for reader in self.all:
            heapq.heappush(self.waiting, (0.0, reader.number))
        self.opening = set()
        self.away = []  # seconds from the end of a stream until its reader was live again
        self.latency = []  # seconds from when a message was due until it was read, for a sample

    def run(self, until, watch=None):
        """Reads until `until()`, and `watch()` is called a few times a second."""
        looked = 0.0
        while not until():
            self.open_some()
            for fd, _ in self.poll.poll(0.02):
                if fd in self.by_fd:
                    self.take(self.by_fd[fd])
            if watch and time.monotonic() - looked > 0.25:
                looked = time.monotonic()
                watch()

    def open_some(self):
        now = time.monotonic()
        while self.waiting and self.waiting[0][0] <= now and len(self.opening) < 256:
            _, number = heapq.heappop(self.waiting)
            self.open(self.all[number])

    def open(self, reader):
        made = socket.socket()
        made.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        made.bind((f"127.0.0.{2 + reader.number // PER_SOURCE}", 0))
        made.settimeout(3)
        reader.pending, reader.head, reader.live = b"", False, False
        cursor = f"Last-Event-ID: {reader.cursor}\r\n" if reader.cursor else ""
        try:
            made.connect(("127.0.0.1", self.port))
            made.sendall(f"GET {self.path} HTTP/1.0\r\nHost: bench\r\nAccept: text/event-stream\r\n{cursor}\r\n".encode())
        except OSError:
            made.close()
            self.refused += 1
            return self.later(reader)
        made.setblocking(False)
        reader.socket = made
        reader.opens += 1
        self.opening.add(reader.number)
        self.by_fd[made.fileno()] = reader
        self.poll.register(made.fileno(), select.EPOLLIN)

    def later(self, reader):
        heapq.heappush(self.waiting, (time.monotonic() + reader.retry / 1000 * random.uniform(0.9, 1.1), reader.number))

    def take(self, reader):
        try:
            taken = reader.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            taken = b""
        if not taken:
            return self.ended(reader)
        reader.pending += taken
        if not reader.head:
            head, found, rest = reader.pending.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 200 " not in head.split(b"\r\n")[0]:
                self.refused += 1
                return self.ended(reader)
            reader.head, reader.pending = True, rest
        *blocks, reader.pending = reader.pending.split(b"\n\n")
        for block in blocks:
            self.block(reader, block)

    def block(self, reader, block):
        if retry := RETRY.search(block):
            reader.retry = int(retry[1])
        if block.startswith(b"data: "):
            self.message(reader, block)
        elif block.startswith(b"event: live"):
            self.is_live(reader)
        if cursor := ID.search(block):
            reader.cursor = cursor[1].decode()

    def message(self, reader, block):
        seq = int(SEQ.search(block)[1])
        if block.startswith(b'data: {"type":"snapshot"'):
            self.snapshots += reader.seq is not None
            reader.seq = seq
            return
        self.messages += 1
        if reader.seq is not None and seq != reader.seq + 1:
            self.twice += seq <= reader.seq
            self.lost += max(0, seq - reader.seq - 1)
        reader.seq = max(seq, reader.seq or 0)

    def is_live(self, reader):
        reader.live = True
        self.opening.discard(reader.number)
        if reader.left_at is not None:
            self.away.append(time.monotonic() - reader.left_at)
            reader.left_at = None

    def ended(self, reader):
        self.by_fd.pop(reader.socket.fileno(), None)
        self.poll.unregister(reader.socket.fileno())
        reader.socket.close()
        self.opening.discard(reader.number)
        if reader.left_at is None:
            reader.left_at = time.monotonic()
        reader.live = False
        self.later(reader)

    def are_live(self):
        return sum(reader.live for reader in self.all)

    def behind(self, seq):
        return sum((reader.seq or 0) < seq for reader in self.all)

    def hang_up(self):
        for reader in list(self.by_fd.values()):
            reader.socket.close()
        os.close(self.poll.fileno())
