"""Tables of medians over repetitions; ratios are taken within a repetition, because the machine's speed drifts between them."""

import statistics


def find(row, path):
    for key in path.split("."):
        row = row.get(key) if isinstance(row, dict) else None
    return row


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


class Rows:
    """All reports of a run, looked up by label, number of subscribers and server."""

    def __init__(self, rows):
        self.rows = rows

    def of(self, label, subs, server):
        return [row for row in self.rows if row["label"] == label and row.get("subs") == subs and row["server_name"] == server]

    def ratio(self, label, subs, base, path):
        """Median ratio of Touchline's figure to the base's, repetition by repetition."""
        others = {row.get("repetition"): find(row, path) for row in self.of(label, subs, base)}
        each = [(find(row, path), others.get(row.get("repetition"))) for row in self.of(label, subs, "touchline")]
        return median([ours / theirs for ours, theirs in each if ours and theirs])


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}"


def table(rows, label, columns, ratio_of=()):
    """Prints a Markdown table: a line per number of subscribers and server, then the ratios."""
    mine = [row for row in rows.rows if row["label"] == label]
    if not mine:
        return
    print(f"\n{label}\n\n| subscribers | server | " + " | ".join(title for title, *_ in columns) + " |")
    print("| --- | --- |" + " --- |" * len(columns))
    for subs in sorted({row["subs"] for row in mine}):
        for server in ("floor", "nchan", "touchline"):
            group = rows.of(label, subs, server)
            if group:
                cells = [number(median([find(row, path) * scale if find(row, path) is not None else None for row in group]), digits)
                         for _, path, digits, scale in columns]
                print(f"| {subs:,} | {server} | " + " | ".join(cells) + " |")
        for base in ("floor", "nchan"):
            if rows.of(label, subs, base) and rows.of(label, subs, "touchline"):
                cells = [number(rows.ratio(label, subs, base, path), 2) if path in ratio_of else "" for _, path, *_ in columns]
                print(f"| {subs:,} | touchline ÷ {base} | " + " | ".join(cells) + " |")


RATE = "measured.deliveries_per_s"
CPU = "measured.server_cpu_us_per_delivery"
P50, P99 = "latency.p50_us", "latency.p99_us"
FANOUT = [("deliveries/s", RATE, 0, 1), ("µs CPU per delivery", CPU, 2, 1), ("server cores", "measured.server_cores", 2, 1),
          ("messages per read", "measured.deliveries_per_read", 2, 1), ("bytes per delivery", "measured.bytes_per_delivery", 0, 1),
          ("p50 ms", P50, 1, 0.001), ("p99 ms", P99, 1, 0.001), ("lost", "missing", 0, 1), ("repeated", "duplicates", 0, 1),
          ("cores of other processes", "measured.other_cores", 2, 1)]
CONNECT = [("connects/s", "connect.per_s", 0, 1), ("µs CPU per connect", "connect.server_cpu_us_each", 1, 1),
           ("p99 ms", "connect.time.p99_us", 1, 0.001)]
IDLE = [("RSS KiB per stream", "server.rss_kib_per_connection", 1, 1), ("idle cores", "server.idle_cpu_cores", 3, 1),
        ("kernel slab KiB per connection, both ends", "kernel.slab_kib_per_connection_both_ends", 1, 1)]
RESUME = [("cut", "cut", 0, 1), ("reconnected in s", "cut_report.reconnect_s", 2, 1), ("caught up in s", "cut_report.all_back_s", 2, 1),
          ("lost", "missing", 0, 1), ("repeated", "duplicates", 0, 1), ("database reads", "database_reads", 0, 1)]
SLOW = [("deliveries/s to other subscribers", RATE, 0, 1), ("p50 ms", P50, 1, 0.001), ("p99 ms", P99, 1, 0.001), ("lost by other subscribers", "missing", 0, 1),
        ("slow subscribers closed", "slow_gone", 0, 1), ("of", "slow.connections", 0, 1),
        ("RSS before MiB", "server.connected.rss_kib", 1, 1 / 1024), ("max RSS MiB", "server.rss_max_kib", 1, 1 / 1024)]
APPEND = [("messages/s", "measured.published_per_s", 0, 1), ("p50 ms", "publisher.latency.p50_us", 2, 0.001),
          ("p99 ms", "publisher.latency.p99_us", 2, 0.001), ("µs CPU per message", "measured.server_cpu_us_per_publish", 0, 1),
          ("refused", "publisher.errors", 0, 1), ("cores of other processes", "measured.other_cores", 2, 1)]
RESULTS = [*FANOUT[:3], *FANOUT[5:], ("results/s", "results.per_s", 1, 1), ("entering a result p50 ms", "results.p50_ms", 2, 1),
           ("p99 ms", "results.p99_ms", 2, 1), ("reading the leaderboard ms", "results.table_ms", 2, 1), ("refused", "results.refused", 0, 1)]
MILLION = [("messages", "messages", 0, 1), ("file MiB", "file_mib", 0, 1), ("start s", "start_s", 3, 1), ("start with an empty database s", "start_empty_s", 3, 1),
           ("first resume ms", "resume_cold_ms", 2, 1), ("resume ms", "resume_ms", 2, 1), ("slowest ms", "resume_max_ms", 2, 1)]


def print_all(rows):
    rows = Rows(rows)
    for label in ("closed", "single", "burst", "rate"):
        table(rows, label, FANOUT, (RATE, CPU, P50, P99))
    table(rows, "without results", RESULTS)
    table(rows, "with results", RESULTS)
    table(rows, "idle", IDLE, ("server.rss_kib_per_connection",))
    table(rows, "resume", RESUME, ("cut_report.all_back_s",))
    table(rows, "even", SLOW)
    table(rows, "slow", SLOW)
    table(rows, "storm", CONNECT, ("connect.per_s", "connect.server_cpu_us_each"))
    for label in sorted({row["label"] for row in rows.rows if row["label"].startswith("append")}):
        table(rows, label, APPEND)
    for row in rows.rows:
        if row["label"] == "million":
            row["subs"] = 1
    table(rows, "million", MILLION)
