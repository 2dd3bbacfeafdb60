//! The strictest reading of an answer's head: RFC 9112, and how the body that follows ends.

use super::sse::Chunks;

/// The head of an answer.
#[derive(Debug)]
pub struct Head {
    version: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
}

impl Head {
    /// Of the bytes before the empty line.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).expect("a head of ASCII");
        let mut lines = text.split("\r\n");
        let status_line = lines.next().unwrap();
        let mut parts = status_line.splitn(3, ' ');
        let version = parts.next().unwrap();
        assert!(matches!(version, "HTTP/1.0" | "HTTP/1.1"), "{status_line:?}");
        let status = parts.next().filter(|status| status.len() == 3 && digits(status));
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

    fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    fn says_of_connection(&self, option: &str) -> bool {
        let all = self.all("connection");
        all.iter()
            .flat_map(|value| value.split(','))
            .any(|word| word.trim().eq_ignore_ascii_case(option))
    }

    /// Whether the connection ends after this answer.
    pub fn closes(&self) -> bool {
        let is_old = self.version == "HTTP/1.0" && !self.says_of_connection("keep-alive");
        // Who was asked to change protocols, and hasn't, takes no further request.
        is_old || self.says_of_connection("close") || self.says_of_connection("upgrade")
    }

    /// Takes the coding off that the head states, and no other, for a client of this version.
    pub fn body(&self, version: &str) -> Chunks {
        assert_eq!(self.version, version, "answered in the client's version: {self:?}");
        let codings = self.all("transfer-encoding");
        let lengths = self.all("content-length");
        if matches!(self.status, 204 | 304) {
            assert!(codings.is_empty() && lengths.is_empty(), "no body: {self:?}");
            return Chunks::plain(0);
        }
        match (&codings[..], &lengths[..]) {
            (["chunked"], []) if version == "HTTP/1.1" => Chunks::new(),
            ([], [length]) if digits(length) => Chunks::plain(length.parse().unwrap()),
            ([], []) if self.closes() => Chunks::to_the_end(),
            _ => panic!("nobody can tell where the body ends: {self:?}"),
        }
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
