"""Runs the load generator, and calibrates the payload it sends."""

import json
import os
import socket
import subprocess
import time

from rig import servers

WIRE = 440  # bytes per message on the wire, the same for every server
QUIET_SECONDS = float(os.environ.get("TOUCHLINE_BENCH_QUIET", "20"))


def busy():
    """Busy and total ticks of all CPUs since boot."""
    with open("/proc/stat") as stat:
        ticks = [int(x) for x in stat.readline().split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def wait_quiet():
    """Waits until other processes use less than a tenth of a core, at most QUIET_SECONDS."""
    end = time.time() + QUIET_SECONDS
    while time.time() < end:
        (b0, t0), _ = busy(), time.sleep(0.5)
        b1, t1 = busy()
        if (b1 - b0) / max(1, t1 - t0) * os.cpu_count() < 0.1:
            return


def fill(text, server, data):
    identity = str(server.ids[0]) if server.ids else ""
    return text.replace("{topic}", "0").replace("{id}", identity).replace("{data}", data)


def overhead(server):
    """Bytes on the wire per message of this server beyond its payload."""
    data = "y" * 100
    stream = socket.create_connection(("127.0.0.1", server.port), 5)
    stream.sendall(f"GET {fill(server.url, server, '')} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n".encode())
    time.sleep(0.4)
    stream.recv(1 << 20)
    body = fill(server.pub_body, server, data)
    head = "".join(line + "\r\n" for line in server.pub_headers)
    with socket.create_connection(("127.0.0.1", server.port), 5) as publisher:
        publisher.sendall(f"POST {fill(server.pub_url, server, '')} HTTP/1.1\r\nHost: bench\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        answer = publisher.recv(1 << 16).split(b"\r\n")[0]
        if b" 20" not in answer:
            raise RuntimeError(f"{server.name} answered {answer}")
        time.sleep(0.4)
    got = stream.recv(1 << 20)
    stream.close()
    if data.encode() not in got:
        raise RuntimeError(f"{server.name} did not deliver the message: {got[:300]}")
    return len(got) - len(data)


def payload(server, wire=WIRE):
    """The payload with which a message takes `wire` bytes; calibrated once per server."""
    if not hasattr(server, "overhead"):
        server.overhead = overhead(server)
    return wire - server.overhead


def sseload(server, mode, label, *options, cpu=1, out=None, **extra):
    """Runs the load generator once; returns its report with the load of other processes added."""
    command = servers.NICE + (["taskset", "-c", str(cpu)] if cpu is not None else [])
    command += [servers.SSELOAD, mode, "--target", f"127.0.0.1:{server.port}", "--url", server.url, "--pub-url", server.pub_url,
                "--pub-body", server.pub_body, "--server-pid", str(server.process.pid), "--compact", "--label", label]
    for header in server.pub_headers:
        command += ["--pub-header", header]
    if server.ids:
        command += ["--ids", ",".join(map(str, server.ids))]
    command += [str(option) for option in options]
    wait_quiet()
    result = subprocess.run(command, capture_output=True, text=True, timeout=240)
    if result.returncode != 0:
        raise RuntimeError(f"sseload on {server.name}: {result.stderr.strip()[-400:]}")
    report = json.loads(result.stdout)
    report.update(server_name=server.name, **extra)
    report["options"] = " ".join([mode, *map(str, options)])
    measured = report.get("measured")
    if measured:
        others = sum(measured["cpu_busy"]) - measured["server_cores"] - measured["tool_cores"]
        measured["other_cores"] = round(others, 3)
    print_summary(report)
    if out:
        out.write(json.dumps(report) + "\n")
        out.flush()
    return report


def print_summary(v):
    m, latency = v.get("measured") or {}, v.get("latency") or {}
    print(f"{time.strftime('%H:%M:%S')} {v['server_name']:10s} {v['label']:9s} n={v['subs']:6d} open={v['connect']['open']}"
          f" del/s={m.get('deliveries_per_s', 0):9.0f} us/del={m.get('server_cpu_us_per_delivery', 0):6.2f}"
          f" msg/s={m.get('published_per_s', 0):7.1f} server={m.get('server_cores', 0):.2f} tool={m.get('tool_cores', 0):.2f}"
          f" other={m.get('other_cores', 0):.2f} del/read={m.get('deliveries_per_read', 0):.2f} B={m.get('bytes_per_delivery', 0):.0f}"
          f" p50={latency.get('p50_us', 0) / 1000:.1f} p99={latency.get('p99_us', 0) / 1000:.1f} ms"
          f" lost={v['missing']} repeated={v['duplicates']} closed={v['end']['closed_by_server']}", flush=True)
