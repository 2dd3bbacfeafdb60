//! Records what tests send and receive, to compare before and after a refactoring.
//!
//! Off unless `TOUCHLINE_RECORD` names a folder. Then each test has a file there, with one JSON
//! document per line, as sent and received. `compare-records` makes volatile values equal.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::Value;
use tokio::runtime;
use tokio::runtime::Handle;

use super::sse::Frame;

static FOLDER: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let folder = PathBuf::from(std::env::var_os("TOUCHLINE_RECORD")?);
    std::fs::create_dir_all(&folder).expect("a folder for the records");
    Some(folder)
});

/// A test's file by its runtime: spawned tasks run on threads without the test's name.
static FILES: LazyLock<Mutex<HashMap<runtime::Id, File>>> = LazyLock::new(Mutex::default);

/// A request; where recording is off, nothing.
#[derive(Clone, Debug)]
pub struct Record(Option<Box<Request>>);

#[derive(Clone, Debug, Default, Serialize)]
struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

#[derive(Serialize)]
struct Line<'a> {
    request: &'a Request,
    #[serde(flatten)]
    received: Received<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Received<'a> {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: &'a str,
    },
    Frame {
        event: Option<&'a str>,
        retry: Option<u64>,
        data: &'a str,
        id: Option<&'a str>,
    },
    /// The body of a stream ended as HTTP says.
    End(bool),
}

impl Record {
    pub fn new(method: &str, path: &str) -> Self {
        let request = || {
            let (method, path) = (method.to_owned(), path.to_owned());
            Box::new(Request { method, path, ..Request::default() })
        };
        Self(FOLDER.is_some().then(request))
    }

    pub fn header(&mut self, name: &str, value: &[u8]) {
        if let Some(request) = &mut self.0 {
            request.headers.push((name.to_lowercase(), text(value)));
        }
    }

    pub fn method(&mut self, method: &str) {
        if let Some(request) = &mut self.0 {
            method.clone_into(&mut request.method);
        }
    }

    pub fn body(&mut self, body: &[u8]) {
        if let Some(request) = &mut self.0 {
            request.body = text(body);
        }
    }

    pub fn json(&mut self, body: &Value) {
        if let Some(request) = &mut self.0 {
            request.body = body.to_string();
        }
    }

    pub fn answer(&self, status: u16, headers: &HeaderMap, body: &str) {
        let headers = || {
            let pair = |(name, value): (&HeaderName, &HeaderValue)| {
                (name.to_string(), text(value.as_bytes()))
            };
            headers.iter().map(pair).collect()
        };
        self.write(|| Received::Answer { status, headers: headers(), body });
    }

    /// An answer of whose body the test may read more, or not.
    pub fn head(&self, status: u16, headers: &[(String, String)]) {
        self.write(|| Received::Answer { status, headers: headers.to_vec(), body: "" });
    }

    pub fn frame(&self, frame: &Frame) {
        self.write(|| Received::Frame {
            event: frame.event.as_deref(),
            retry: frame.retry,
            data: &frame.data,
            id: frame.id.as_deref(),
        });
    }

    pub fn end(&self) {
        self.write(|| Received::End(true));
    }

    fn write<'a>(&self, received: impl FnOnce() -> Received<'a>) {
        if let (Some(folder), Some(request)) = (&*FOLDER, &self.0) {
            let mut line = serde_json::to_vec(&Line { request, received: received() }).unwrap();
            line.push(b'\n');
            with_file(folder, |file| file.write_all(&line).unwrap());
        }
    }
}

/// Opens the test's file from its own thread, before a task of it may need the file.
pub fn begin() {
    if let Some(folder) = &*FOLDER {
        with_file(folder, |_| ());
    }
}

fn with_file(folder: &Path, write: impl FnOnce(&mut File)) {
    // Without a runtime nothing can be sent.
    let Ok(handle) = Handle::try_current() else { return };
    let mut files = FILES.lock().unwrap();
    let file = match files.entry(handle.id()) {
        Entry::Occupied(file) => file.into_mut(),
        Entry::Vacant(place) => {
            let thread = std::thread::current();
            let name = thread.name().filter(|name| name.contains("::"));
            let name = name.expect("a test's thread (record with two test threads or more)");
            let path = folder.join(format!("{}.jsonl", name.replace("::", ".")));
            place.insert(File::create(path).unwrap())
        }
    };
    write(file);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
