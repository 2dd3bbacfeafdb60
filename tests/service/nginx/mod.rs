//! Two nodes behind `nginx/touchline.conf` as shipped.

mod errors;
mod hardening;
mod streams;
mod write_retries;
