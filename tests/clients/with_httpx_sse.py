"""Follows a stream with httpx-sse, as in its documentation, and prints the seq of each message.

usage: with_httpx_sse.py URL. The name differs from the package, because Python would import this file.
"""

import json
import sys
import time

import httpx
import httpx_sse


def follow(url: str) -> None:
    """Reconnects with the last id."""
    last_id, retry_ms = "", 1000
    # Ignores proxies of the environment; the tests use their own certificates.
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
                pass  # the server is down
            time.sleep(retry_ms / 1000)


follow(sys.argv[1])
