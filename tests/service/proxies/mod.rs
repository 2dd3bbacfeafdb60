//! Proxies other than nginx, with the files of `docs/proxies`.

mod haproxy;
mod varnish;
