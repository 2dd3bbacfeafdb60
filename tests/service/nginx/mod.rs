//! Two nodes behind `nginx/touchline.conf` as it is shipped.

mod guarded;
mod refused;
mod streams;
mod writes;
