//! The pages' texts in fewer bytes: a phone at a ground shares its mast with everybody else there.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::PoisonError;

use actix_web::HttpRequest;
use actix_web::http::header::AcceptEncoding;
use actix_web::http::header::Encoding;
use actix_web::http::header::Header as _;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// By the hash of what was packed. The files are few and don't change while the service runs.
static PACKED: LazyLock<Mutex<HashMap<[u8; 32], Bytes>>> = LazyLock::new(Mutex::default);

/// Whether the browser takes gzip, and the file gains by it: letters are packed as they are.
pub fn is_wanted(request: &HttpRequest, content_type: &str) -> bool {
    let gains = ["text/", "image/svg", "application/json"];
    let gains = gains.iter().any(|kind| content_type.starts_with(kind));
    let offered = [Encoding::gzip(), Encoding::identity()];
    gains
        && AcceptEncoding::parse(request)
            .is_ok_and(|accepted| accepted.negotiate(offered.iter()) == Some(Encoding::gzip()))
}

/// The file in gzip; it is made once.
pub fn pack(hash: [u8; 32], data: &[u8]) -> Bytes {
    let mut packed = PACKED.lock().unwrap_or_else(PoisonError::into_inner);
    packed.entry(hash).or_insert_with(|| gzip(data)).clone()
}

/// These bytes in gzip.
pub fn gzip(data: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory can't fail.
    let _ = encoder.write_all(data);
    encoder.finish().unwrap_or_default().into()
}
