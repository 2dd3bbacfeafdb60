"""Many subscribers in one process, each with its cursor: they reconnect after `retry`, as an EventSource does, and count
lost and repeated messages. They use HTTP/1.0, so that bodies are not chunked."""

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
PER_SOURCE = 4000  # connections per source address, since ports are limited


class Subscriber:
    """One stream with its position."""

    __slots__ = ("number", "socket", "pending", "head", "cursor", "seq", "retry", "live", "left_at", "opens")

    def __init__(self, number):
        self.number, self.socket, self.cursor, self.seq, self.retry = number, None, None, None, 2000
        self.live, self.left_at, self.opens = False, None, 0


class Subscribers:
    """`count` subscribers of one stream on `port`; `run` drives them."""

    def __init__(self, port, path, count):
        self.port, self.path = port, path
        self.poll = select.epoll()
        self.by_fd, self.waiting = {}, []
        self.lost = self.repeated = self.refused = self.snapshots = self.messages = 0
        self.all = [Subscriber(number) for number in range(count)]
        for subscriber in self.all:
            heapq.heappush(self.waiting, (0.0, subscriber.number))
        self.opening = set()
        self.away = []  # seconds from the end of a stream until its subscriber was live again

    def run(self, until, watch=None):
        """Reads until `until()` holds, and calls `watch()` four times per second."""
        watched_at = 0.0
        while not until():
            self.open_due()
            for fd, _ in self.poll.poll(0.02):
                if fd in self.by_fd:
                    self.receive(self.by_fd[fd])
            if watch and time.monotonic() - watched_at > 0.25:
                watched_at = time.monotonic()
                watch()

    def open_due(self):
        """Opens streams whose reconnection delay has passed, at most 256 at a time."""
        now = time.monotonic()
        while self.waiting and self.waiting[0][0] <= now and len(self.opening) < 256:
            _, number = heapq.heappop(self.waiting)
            self.open(self.all[number])

    def open(self, subscriber):
        connection = socket.socket()
        connection.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        connection.bind((f"127.0.0.{2 + subscriber.number // PER_SOURCE}", 0))
        connection.settimeout(3)
        subscriber.pending, subscriber.head, subscriber.live = b"", False, False
        cursor = f"Last-Event-ID: {subscriber.cursor}\r\n" if subscriber.cursor else ""
        try:
            connection.connect(("127.0.0.1", self.port))
            connection.sendall(f"GET {self.path} HTTP/1.0\r\nHost: bench\r\nAccept: text/event-stream\r\n{cursor}\r\n".encode())
        except OSError:
            connection.close()
            self.refused += 1
            return self.schedule_reconnect(subscriber)
        connection.setblocking(False)
        subscriber.socket = connection
        subscriber.opens += 1
        self.opening.add(subscriber.number)
        self.by_fd[connection.fileno()] = subscriber
        self.poll.register(connection.fileno(), select.EPOLLIN)

    def schedule_reconnect(self, subscriber):
        heapq.heappush(self.waiting, (time.monotonic() + subscriber.retry / 1000 * random.uniform(0.9, 1.1), subscriber.number))

    def receive(self, subscriber):
        try:
            received = subscriber.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            return self.ended(subscriber)
        subscriber.pending += received
        if not subscriber.head:
            head, found, rest = subscriber.pending.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 200 " not in head.split(b"\r\n")[0]:
                self.refused += 1
                return self.ended(subscriber)
            subscriber.head, subscriber.pending = True, rest
        *blocks, subscriber.pending = subscriber.pending.split(b"\n\n")
        for block in blocks:
            self.block(subscriber, block)

    def block(self, subscriber, block):
        if retry := RETRY.search(block):
            subscriber.retry = int(retry[1])
        if block.startswith(b"data: "):
            self.message(subscriber, block)
        elif block.startswith(b"event: live"):
            self.went_live(subscriber)
        if cursor := ID.search(block):
            subscriber.cursor = cursor[1].decode()

    def message(self, subscriber, block):
        seq = int(SEQ.search(block)[1])
        if block.startswith(b'data: {"type":"snapshot"'):
            self.snapshots += subscriber.seq is not None
            subscriber.seq = seq
            return
        self.messages += 1
        if subscriber.seq is not None and seq != subscriber.seq + 1:
            self.repeated += seq <= subscriber.seq
            self.lost += max(0, seq - subscriber.seq - 1)
        subscriber.seq = max(seq, subscriber.seq or 0)

    def went_live(self, subscriber):
        subscriber.live = True
        self.opening.discard(subscriber.number)
        if subscriber.left_at is not None:
            self.away.append(time.monotonic() - subscriber.left_at)
            subscriber.left_at = None

    def ended(self, subscriber):
        self.by_fd.pop(subscriber.socket.fileno(), None)
        self.poll.unregister(subscriber.socket.fileno())
        subscriber.socket.close()
        self.opening.discard(subscriber.number)
        if subscriber.left_at is None:
            subscriber.left_at = time.monotonic()
        subscriber.live = False
        self.schedule_reconnect(subscriber)

    def live_count(self):
        return sum(subscriber.live for subscriber in self.all)

    def behind(self, seq):
        """Number of subscribers that haven't received the message `seq`."""
        return sum((subscriber.seq or 0) < seq for subscriber in self.all)

    def close(self):
        for subscriber in list(self.by_fd.values()):
            subscriber.socket.close()
        os.close(self.poll.fileno())
