//! Compressed web files: at a ground, many phones share a slow mobile network.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use actix_web::HttpRequest;
use actix_web::http::header::{AcceptEncoding, Encoding, Header as _};
use aws_lc_rs::digest;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::EmbeddedFile;

use super::strip_comments;

/// A file in the encodings in which it is served.
pub struct EncodedFile {
    pub identity: Bytes,
    /// Empty if compression doesn't help, as for fonts.
    pub gzip: Bytes,
    /// Hash of `identity`; identifies the version.
    pub hash: u128,
}

/// A file's content type and the SHA-256 hash of its source.
type FileKey = (&'static str, [u8; 32]);

/// Cache of encoded files: they are few and constant while the service runs.
static ENCODED_FILES: LazyLock<Mutex<HashMap<FileKey, Arc<EncodedFile>>>> =
    LazyLock::new(Mutex::default);

/// Whether the browser accepts gzip.
pub fn accepts_gzip(request: &HttpRequest) -> bool {
    let offered = [Encoding::gzip(), Encoding::identity()];
    AcceptEncoding::parse(request)
        .is_ok_and(|accepted| accepted.negotiate(offered.iter()) == Some(Encoding::gzip()))
}

/// The encoded file, from the cache after the first time.
pub fn encoded_file(content_type: &'static str, file: EmbeddedFile) -> Arc<EncodedFile> {
    let key = (content_type, file.metadata.sha256_hash());
    let mut files = ENCODED_FILES.lock().unwrap_or_else(PoisonError::into_inner);
    files.entry(key).or_insert_with(|| Arc::new(encode_file(content_type, file))).clone()
}

fn encode_file(content_type: &str, file: EmbeddedFile) -> EncodedFile {
    let stripped = match content_type {
        kind if kind.starts_with("text/javascript") => strip_comments::strip_script(&file.data),
        kind if kind.starts_with("text/css") => strip_comments::strip_style(&file.data),
        _ => None,
    };
    let identity: Bytes = stripped.unwrap_or_else(|| file.data.into_owned()).into();
    let is_compressible = ["text/", "image/svg"].iter().any(|kind| content_type.starts_with(kind));
    let mut hash = [0; 16]; // half of SHA-256 identifies a version
    hash.copy_from_slice(&digest::digest(&digest::SHA256, &identity).as_ref()[..16]);
    let gzip = if is_compressible { gzip(&identity) } else { Bytes::new() };
    EncodedFile { identity, gzip, hash: u128::from_be_bytes(hash) }
}

/// Compresses bytes with gzip at the best level.
pub fn gzip(data: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory can't fail.
    let _ = encoder.write_all(data);
    encoder.finish().unwrap_or_default().into()
}
