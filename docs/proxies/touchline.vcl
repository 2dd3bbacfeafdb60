vcl 4.1;

# Varnish 6.6 and later between a TLS terminator and two Touchline nodes: many clients of a public
# stream share few streams of the nodes. docs/proxies.md says what that costs.
#
#   varnishd -F -n /tmp/touchline-varnish -a 127.0.0.1:8090 -f "$PWD/docs/proxies/touchline.vcl" \
#       -s malloc,1G -p thread_pool_max=10000 -p idle_send_timeout=20 -p send_timeout=20
#
# The nodes: TOUCHLINE_TRUSTED_PROXIES=127.0.0.1/32, TOUCHLINE_LIFETIME_SECONDS=120.

import directors;
import std;

# A draining node is not ready, and gets no new streams.
probe ready {
    .url = "/readyz";
    .interval = 1s;
    .timeout = 1s;
    .window = 3;
    .threshold = 2;
    .initial = 2;
}

# Time-out between two bytes: a node sends something every 15 s, after four of these it is dead.
backend a { .host = "127.0.0.1"; .port = "8080"; .probe = ready; .connect_timeout = 2s; .between_bytes_timeout = 60s; }
backend b { .host = "127.0.0.1"; .port = "8081"; .probe = ready; .connect_timeout = 2s; .between_bytes_timeout = 60s; }

# The TLS terminator in front of this: it is trusted for the client's address.
acl before_us { "127.0.0.1"; }

sub vcl_init {
    new nodes = directors.round_robin();
    nodes.add_backend(a);
    nodes.add_backend(b);
}

sub vcl_recv {
    set req.backend_hint = nodes.backend();
    # Varnish has set X-Forwarded-For: what the request had, and the peer.
    unset req.http.Forwarded;
    if (client.ip !~ before_us) {
        set req.http.X-Forwarded-For = client.ip;
        unset req.http.X-Forwarded-Proto;
    }
    # Metrics are internal: Prometheus scrapes each node, and nodes show none through a proxy.
    if (req.url ~ "(?i)^(/|\.|%2e|%2f)+(m|%6d)(e|%65)(t|%74)(r|%72)(i|%69)(c|%63)(s|%73)") {
        return (synth(404));
    }
    # So that it can be retried on the other node.
    if (req.http.Idempotency-Key) {
        std.cache_req_body(64KB);
    }
    # Requests with credentials get an answer of their own. Other cookies don't count.
    if (req.http.Authorization || req.http.Cookie ~ "(^|;\s*)(__Host-)?touchline=" || req.url ~ "[?&](ticket|token)=") {
        return (pass);
    }
    unset req.http.Cookie;
    # Streams have no HEAD, and Varnish would open a stream for it.
    if (req.method != "GET") {
        return (pass);
    }
    return (hash);
}

sub vcl_hash {
    # With the same cursor the same bytes are right; the answer names the origin that may read it.
    hash_data(req.http.Last-Event-ID);
    hash_data(req.http.Origin);
}

sub vcl_backend_response {
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    if (bereq.uncacheable) {
        return (deliver);
    }
    # No request waits for one that isn't cached.
    if (beresp.status != 200) {
        set beresp.ttl = 2s;
        set beresp.uncacheable = true;
        return (deliver);
    }
    # Public streams have `no-cache`, private ones `no-store`. A client that comes within a second with
    # the same cursor gets the stream from its first byte, which is still right: hello, the snapshot or
    # what was missed, and everything since.
    if (beresp.http.Content-Type ~ "^text/event-stream" && beresp.http.Cache-Control ~ "no-cache") {
        set beresp.ttl = 1s;
        set beresp.do_stream = true;
        return (deliver);
    }
    # A long-poll on public topics has `no-store` without `private`: those with the same cursor get the
    # same answer.
    if (bereq.url ~ "[?&]transport=poll" && beresp.http.Cache-Control == "no-store") {
        set beresp.ttl = 1s;
        return (deliver);
    }
    # Full pages of history say how long they are valid; everything else is fetched again.
    if (beresp.http.Cache-Control !~ "^public, max-age=60") {
        set beresp.ttl = 120s;
        set beresp.uncacheable = true;
    }
    return (deliver);
}

sub vcl_backend_error {
    if (bereq.retries < 1 && (bereq.method == "GET" || bereq.method == "HEAD" || bereq.http.Idempotency-Key)) {
        return (retry);
    }
    set beresp.ttl = 0s;
    set beresp.uncacheable = true;
    # An EventSource gives up for good on a 503, so it gets a stream with `bye` and `retry`.
    if (bereq.url ~ "^/api/(stream/?(\?|$)|(matches|events|teams|purchases)/[^/?]+/(stream(/[^/?]+)?|replay)/?(\?|$))" && bereq.url !~ "[?&]transport=poll") {
        set beresp.status = 200;
        set beresp.http.Content-Type = "text/event-stream";
        set beresp.http.Cache-Control = "no-store, no-transform";
        set bereq.http.retry = regsub("" + std.random(2000, 10000), "\..*", "");
        set beresp.body = """event: hello
retry: """ + bereq.http.retry + """
data: {"connection":null,"heartbeat_ms":15000,"retry_ms":""" + bereq.http.retry + """}

event: bye
retry: """ + bereq.http.retry + """
data: {"reason":"unavailable","retry_ms":""" + bereq.http.retry + """}

""";
        return (deliver);
    }
    set beresp.http.Content-Type = "application/problem+json";
    set beresp.http.Retry-After = "2";
    set beresp.http.Cache-Control = "no-store";
    set beresp.body = """{"type":"/problems/unavailable","title":"Unavailable","status":""" + beresp.status + ""","detail":"the service is restarting: try again in 2 s","code":"unavailable"}""";
    return (deliver);
}
