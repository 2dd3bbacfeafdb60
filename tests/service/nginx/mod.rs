//! Two nodes behind `nginx/touchline.conf` as it is shipped.

mod guarded;
mod streams;
mod writes;
