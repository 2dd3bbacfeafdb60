"""The httpx-sse package, as its own documentation uses it, follows a stream and prints each message's seq.

usage: with_httpx_sse.py URL. Not named after the package: Python would import this file.
"""

import json
import sys
import time

import httpx
import httpx_sse


def follow(url: str) -> None:
    """Reads, and comes back with the last id."""
    last_id, retry_ms = "", 1000
    # The proxies of the environment are for the world outside; certificates are the tests' own.
    with httpx.Client(timeout=httpx.Timeout(5, read=45), trust_env=False, verify=False) as client:
        while True:
            headers = {"Last-Event-ID": last_id} if last_id else {}
            try:
                with httpx_sse.connect_sse(client, "GET", url, headers=headers) as source:
                    for sse in source.iter_sse():
                        last_id = sse.id or last_id
                        retry_ms = sse.retry or retry_ms
                        if sse.event == "message":
                            print(json.loads(sse.data)["seq"], flush=True)
            except (httpx.TransportError, httpx_sse.SSEError):
                pass  # the server is away
            time.sleep(retry_ms / 1000)


follow(sys.argv[1])
