//! Two nodes behind `nginx/touchline.conf` as it is shipped.

mod errors;
mod hardening;
mod streams;
mod write_retries;
