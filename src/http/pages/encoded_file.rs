//! The pages' texts in fewer bytes: a phone at a ground shares its mast with everybody else there.

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

/// A file as it is sent.
pub struct EncodedFile {
    pub identity: Bytes,
    /// Empty for what doesn't gain by it: letters are packed as they are.
    pub gzip: Bytes,
    /// Of what is sent plain: it tells versions apart.
    pub hash: u128,
}

/// A file's type and the hash of what was packed.
type FileKey = (&'static str, [u8; 32]);

/// The files are few and don't change while the service runs.
static ENCODED_FILES: LazyLock<Mutex<HashMap<FileKey, Arc<EncodedFile>>>> =
    LazyLock::new(Mutex::default);

/// Whether the browser takes gzip.
pub fn accepts_gzip(request: &HttpRequest) -> bool {
    let offered = [Encoding::gzip(), Encoding::identity()];
    AcceptEncoding::parse(request)
        .is_ok_and(|accepted| accepted.negotiate(offered.iter()) == Some(Encoding::gzip()))
}

/// The file as it is sent; it is made once.
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
    let mut hash = [0; 16]; // half of it: enough to tell versions apart
    hash.copy_from_slice(&digest::digest(&digest::SHA256, &identity).as_ref()[..16]);
    let gzip = if is_compressible { gzip(&identity) } else { Bytes::new() };
    EncodedFile { identity: identity, gzip, hash: u128::from_be_bytes(hash) }
}

/// These bytes in gzip.
pub fn gzip(data: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory can't fail.
    let _ = encoder.write_all(data);
    encoder.finish().unwrap_or_default().into()
}
