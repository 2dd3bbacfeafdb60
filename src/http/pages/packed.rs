//! The pages' texts in fewer bytes: a phone at a ground shares its mast with everybody else there.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::PoisonError;

use actix_web::HttpRequest;
use actix_web::http::header::AcceptEncoding;
use actix_web::http::header::Encoding;
use actix_web::http::header::Header as _;
use aws_lc_rs::digest;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::EmbeddedFile;

use super::lean;

/// A file as it is sent.
pub struct Packed {
    pub plain: Bytes,
    /// Empty for what doesn't gain by it: letters are packed as they are.
    pub gzip: Bytes,
    /// Of what is sent plain: it tells versions apart.
    pub hash: u128,
}

/// A file's type and the hash of what was packed.
type Key = (&'static str, [u8; 32]);

/// The files are few and don't change while the service runs.
static PACKED: LazyLock<Mutex<HashMap<Key, Arc<Packed>>>> = LazyLock::new(Mutex::default);

/// Whether the browser takes gzip.
pub fn is_wanted(request: &HttpRequest) -> bool {
    let offered = [Encoding::gzip(), Encoding::identity()];
    AcceptEncoding::parse(request)
        .is_ok_and(|accepted| accepted.negotiate(offered.iter()) == Some(Encoding::gzip()))
}

/// The file as it is sent; it is made once.
pub fn pack(content_type: &'static str, file: EmbeddedFile) -> Arc<Packed> {
    let key = (content_type, file.metadata.sha256_hash());
    let mut packed = PACKED.lock().unwrap_or_else(PoisonError::into_inner);
    packed.entry(key).or_insert_with(|| Arc::new(make(content_type, file))).clone()
}

fn make(content_type: &str, file: EmbeddedFile) -> Packed {
    let lean = match content_type {
        kind if kind.starts_with("text/javascript") => lean::script(&file.data),
        kind if kind.starts_with("text/css") => lean::style(&file.data),
        _ => None,
    };
    let plain: Bytes = lean.unwrap_or_else(|| file.data.into_owned()).into();
    let gains = ["text/", "image/svg"].iter().any(|kind| content_type.starts_with(kind));
    let mut hash = [0; 16]; // half of it: enough to tell versions apart
    hash.copy_from_slice(&digest::digest(&digest::SHA256, &plain).as_ref()[..16]);
    let gzip = if gains { gzip(&plain) } else { Bytes::new() };
    Packed { plain, gzip, hash: u128::from_be_bytes(hash) }
}

/// These bytes in gzip.
pub fn gzip(data: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory can't fail.
    let _ = encoder.write_all(data);
    encoder.finish().unwrap_or_default().into()
}
