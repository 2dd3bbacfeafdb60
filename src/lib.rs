//! Touchline: live sport over plain HTTP, told in streams that resume.
//!
//! In the order a goal travels: `http` takes the request, `auth` says who may, `sports` and
//! `domain` decide (pure), `store` commits rows and messages at once, `stream` tells the readers.

pub mod bus;
pub mod domain;
pub mod http;
pub mod sports;
pub mod store;
