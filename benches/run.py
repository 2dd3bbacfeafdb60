"""Compares Touchline with nchan and the floor on this machine; see docs/benchmarks.md."""

import argparse
import json
import os
import signal
import sys
import time

from rig import benches
from rig import servers
from rig import tables


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", choices=[*benches.ALL, "all"], default=["all"])
    parser.add_argument("--quick", action="store_true", help="one short run of the smallest size, as a smoke test")
    parser.add_argument("--servers", default="floor,nchan,touchline", help="comma-separated servers to measure, in this order")
    parser.add_argument("--readers", help="comma-separated numbers of subscribers")
    parser.add_argument("--repetitions", type=int, help="runs of each measurement (3, or 1 with --quick)")
    parser.add_argument("--seconds", type=int, help="measured seconds per run (6, or 3 with --quick)")
    parser.add_argument("--profile", action="store_true", help="run perf record on Touchline during fanout")
    parser.add_argument("--built", action="store_true", help="use existing builds")
    args = parser.parse_args()
    # Exit as with Ctrl-C, so that the started servers are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    os.makedirs(servers.SCRATCH, exist_ok=True)
    if not args.built:
        servers.build()
    folder = os.path.join(servers.SCRATCH, time.strftime("%Y%m%d-%H%M%S"))
    os.makedirs(folder)
    what = list(benches.ALL) if "all" in args.what else args.what
    rows = []
    with open(os.path.join(folder, "reports.jsonl"), "a") as out:
        subs = [int(size) for size in args.readers.split(",")] if args.readers else None
        plan = benches.Plan(args.quick, out, args.servers.split(","), subs, args.profile)
        plan.folder = folder
        plan.repetitions = args.repetitions or plan.repetitions
        plan.seconds = args.seconds or plan.seconds
        plan.write = lambda report: (out.write(json.dumps(report) + "\n"), out.flush())
        for name in what:
            print(f"\n== {name}", flush=True)
            rows.extend(benches.ALL[name](plan))
    tables.print_all(rows)
    print(f"\nReports: {folder}")


if __name__ == "__main__":
    main()
