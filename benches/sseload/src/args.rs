//! Command-line arguments.
use clap::{Parser, ValueEnum};
use std::net::SocketAddrV4;

/// What a run measures.
#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub enum Mode {
    /// one topic, many subscribers
    Fanout,
    /// many topics, each with its share of the subscribers
    ManyTopics,
    /// open all connections as fast as the limits allow, then stop
    ConnectStorm,
    /// cut connections while events are published, reconnect each with its last id, count lost and repeated
    ResumeStorm,
    /// a share of the connections never reads
    SlowConsumers,
    /// open connections and measure memory
    Idle,
    /// publish only, each publisher as soon as it is acknowledged: measures acknowledged writes per second
    Append,
}

/// When the next event is published.
#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub enum Publish {
    /// closed loop: a new event whenever fewer than --window events are missing at some subscriber
    Window,
    /// open loop at --rate events/s in total; latency counts from the time an event was due
    Rate,
    /// closed loop on the publish response, whether or not the event has arrived
    Ack,
    /// no publisher
    None,
}

/// How received bytes are parsed.
#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub enum ParseMode {
    /// search the raw bytes for markers (least CPU)
    Scan,
    /// dechunk and read lines as an event-stream client does; keeps the last event id
    Strict,
}

/// How a connection is cut.
#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub enum CutMode {
    /// close(2)
    Fin,
    /// close(2) with a zero linger time
    Rst,
}

#[derive(Parser, Debug)]
#[command(version, about)]
pub struct Args {
    /// what to measure
    #[arg(value_enum)]
    pub mode: Mode,
    /// server address; only 127.0.0.0/8 is accepted
    #[arg(long)]
    pub target: SocketAddrV4,
    /// subscribe path; {i} = connection number, {topic} = topic number, {id} = the topic's --ids, {last_id} = last event id
    #[arg(long, default_value = "/sub/{topic}")]
    pub url: String,
    /// path for a reconnect, if it differs from --url
    #[arg(long)]
    pub resume_url: Option<String>,
    /// subscribe request header (repeatable)
    #[arg(short = 'H', long = "header")]
    pub headers: Vec<String>,
    /// send this Last-Event-ID on the first connect
    #[arg(long)]
    pub last_event_id: Option<String>,
    /// how received bytes are parsed
    #[arg(long, value_enum, default_value = "scan")]
    pub parse: ParseMode,
    /// total number of connections
    #[arg(long, default_value_t = 1000)]
    pub subs: usize,
    /// number of topics
    #[arg(long, default_value_t = 1)]
    pub topics: u32,
    /// values of {id} in paths and bodies, one per topic [default: topic number + 1]
    #[arg(long, value_delimiter = ',')]
    pub ids: Vec<String>,
    /// connects per second (0: limited by --connect-concurrency only)
    #[arg(long, default_value_t = 0.0)]
    pub ramp: f64,
    /// concurrent connects
    #[arg(long, default_value_t = 128)]
    pub connect_concurrency: usize,
    /// seconds until a connect fails
    #[arg(long, default_value_t = 10.0)]
    pub connect_timeout: f64,
    /// retries of a failed connect
    #[arg(long, default_value_t = 2)]
    pub connect_retries: u32,
    /// connections per source address (127.0.0.2, 127.0.0.3, …)
    #[arg(long, default_value_t = 20000)]
    pub per_source: usize,

    /// address of the publish endpoint, if it differs from --target
    #[arg(long)]
    pub pub_target: Option<SocketAddrV4>,
    /// publish path; {topic}, {id}, {seq} filled in
    #[arg(long, default_value = "/pub/{topic}")]
    pub pub_url: String,
    /// publish body; {data} = marker and padding (which need no JSON escaping), {topic}, {id}, {seq} filled in
    #[arg(long, default_value = "{data}")]
    pub pub_body: String,
    /// publish request header (repeatable)
    #[arg(long = "pub-header")]
    pub pub_headers: Vec<String>,
    /// publish connections; each topic uses one of them, unless there are more connections than topics (closed loop
    /// only): then events of one topic are in flight on several, and the server's order of reading decides their order
    #[arg(long, default_value_t = 1)]
    pub pub_conns: usize,
    /// bytes in {data}
    #[arg(long, default_value_t = 400)]
    pub payload: usize,
    /// text that pads {data} after the marker
    #[arg(long, default_value = "x")]
    pub pad: String,
    /// when the next event is published
    #[arg(long, value_enum, default_value = "window")]
    pub publish: Publish,
    /// events in flight per topic
    #[arg(long, default_value_t = 4)]
    pub window: usize,
    /// events per second in total
    #[arg(long, default_value_t = 10.0)]
    pub rate: f64,
    /// measured seconds
    #[arg(long, default_value_t = 10.0)]
    pub duration: f64,
    /// seconds of publishing before the measurement
    #[arg(long, default_value_t = 2.0)]
    pub warmup: f64,
    /// seconds between the last connect and the first event (idle mode: the time measured)
    #[arg(long, default_value_t = 1.0)]
    pub settle: f64,
    /// maximum seconds to wait for events in flight after the last one was published
    #[arg(long, default_value_t = 3.0)]
    pub drain: f64,
    /// seconds after which an event that some subscriber lacks no longer blocks the window
    #[arg(long, default_value_t = 5.0)]
    pub stall: f64,
    /// maximum number of events published (0: limited by time only)
    #[arg(long, default_value_t = 0)]
    pub max_events: u64,

    /// resume-storm: seconds of publishing before the cut
    #[arg(long, default_value_t = 3.0)]
    pub cut_at: f64,
    /// resume-storm: fraction of the connections that is cut
    #[arg(long, default_value_t = 1.0)]
    pub cut_fraction: f64,
    /// resume-storm: milliseconds between cut and reconnect
    #[arg(long, default_value_t = 500)]
    pub cut_gap_ms: u64,
    /// resume-storm: number of cuts, --cut-at seconds apart
    #[arg(long, default_value_t = 1)]
    pub cuts: u32,
    /// resume-storm: how connections are cut
    #[arg(long, value_enum, default_value = "fin")]
    pub cut_mode: CutMode,

    /// slow-consumers: fraction of the connections that never reads
    #[arg(long, default_value_t = 0.1)]
    pub slow_fraction: f64,
    /// slow-consumers: their receive buffer in bytes (0: the kernel's default)
    #[arg(long, default_value_t = 4096)]
    pub slow_rcvbuf: i32,
    /// slow-consumers: let them read during the drain, and count what they receive
    #[arg(long)]
    pub slow_wake: bool,

    /// server process; the CPU time and memory of its process tree are measured
    #[arg(long)]
    pub server_pid: Option<u32>,
    /// exit with 1 unless every connection received every event once and in order, and none failed or was closed
    #[arg(long)]
    pub assert_lossless: bool,
    /// minimum microseconds between polls while publishing (0: poll at once); saves the server the cost of waking the
    /// tool for each event, a large part on one machine, and adds as much to latency; for closed-loop runs
    #[arg(long, default_value_t = 0)]
    pub poll_us: u64,
    /// hard limit of the whole run, in seconds
    #[arg(long, default_value_t = 120.0)]
    pub max_seconds: f64,
    /// free text copied to the report
    #[arg(long, default_value = "")]
    pub label: String,
    /// also append the report to this file, as one line
    #[arg(long)]
    pub out: Option<String>,
    /// print the report as one line instead of indented
    #[arg(long)]
    pub compact: bool,
}

impl Args {
    /// The value of `{id}` for a topic.
    pub fn id(&self, topic: u32) -> String {
        self.ids.get(topic as usize).cloned().unwrap_or_else(|| (topic + 1).to_string())
    }

    /// Sets the arguments that the mode implies.
    pub fn apply_mode(&mut self) {
        match self.mode {
            Mode::Fanout => self.topics = 1,
            Mode::ResumeStorm => {
                self.parse = ParseMode::Strict;
                if self.publish == Publish::Window {
                    self.publish = Publish::Rate;
                }
                self.duration = self.duration.max(self.cut_at * (self.cuts as f64 + 1.0));
                self.warmup = 0.0;
            }
            Mode::ConnectStorm | Mode::Idle => self.publish = Publish::None,
            Mode::Append => {
                self.subs = 0;
                self.publish = Publish::Ack;
            }
            Mode::ManyTopics | Mode::SlowConsumers => {}
        }
    }
}
