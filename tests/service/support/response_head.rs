//! A strict parser of response heads (RFC 9112), including how the body ends.

use super::sse::BodyDecoder;

/// The head of a response.
#[derive(Debug)]
pub struct ResponseHead {
    version: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
}

impl ResponseHead {
    /// Parses the bytes before the empty line.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).expect("an ASCII head");
        let mut lines = text.split("\r\n");
        let status_line = lines.next().unwrap();
        let mut parts = status_line.splitn(3, ' ');
        let version = parts.next().unwrap();
        assert!(matches!(version, "HTTP/1.0" | "HTTP/1.1"), "{status_line:?}");
        let status = parts.next().filter(|status| status.len() == 3 && is_digits(status));
        let status = status.unwrap_or_else(|| panic!("no status: {status_line:?}"));
        assert!(parts.next().is_some(), "no space after the status: {status_line:?}");
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line:?}"));
            let is_token =
                |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            assert!(!name.is_empty() && name.bytes().all(is_token), "{line:?}");
            let is_text = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
            assert!(value.bytes().all(is_text), "{line:?}");
            (name.to_lowercase(), value.trim().to_owned())
        });
        let headers = headers.collect();
        Self { version: version.to_owned(), status: status.parse().unwrap(), headers }
    }

    pub fn header(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_default()
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    fn has_connection_option(&self, option: &str) -> bool {
        let all = self.all("connection");
        all.iter()
            .flat_map(|value| value.split(','))
            .any(|word| word.trim().eq_ignore_ascii_case(option))
    }

    /// Whether the connection ends after this response.
    pub fn closes_connection(&self) -> bool {
        let is_old = self.version == "HTTP/1.0" && !self.has_connection_option("keep-alive");
        // A server that was asked to upgrade, and did not, takes no further request.
        is_old || self.has_connection_option("close") || self.has_connection_option("upgrade")
    }

    /// Returns a decoder for exactly the stated transfer coding, for a client of this version.
    pub fn body_decoder(&self, version: &str) -> BodyDecoder {
        assert_eq!(self.version, version, "HTTP version of the response: {self:?}");
        let codings = self.all("transfer-encoding");
        let lengths = self.all("content-length");
        if matches!(self.status, 204 | 304) {
            assert!(
                codings.is_empty() && lengths.is_empty(),
                "body in a response without one: {self:?}"
            );
            return BodyDecoder::with_length(0);
        }
        match (&codings[..], &lengths[..]) {
            (["chunked"], []) if version == "HTTP/1.1" => BodyDecoder::chunked(),
            ([], [length]) if is_digits(length) => {
                BodyDecoder::with_length(length.parse().unwrap())
            }
            ([], []) if self.closes_connection() => BodyDecoder::until_close(),
            _ => panic!("undefined end of the body: {self:?}"),
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
