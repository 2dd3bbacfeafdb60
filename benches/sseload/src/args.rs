//! What can be asked of the tool.
use clap::{Parser, ValueEnum};
use std::net::SocketAddrV4;

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
    /// publish only, each publisher as soon as it was answered: how many writes a second are acknowledged
    Append,
}

#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub enum Publish {
    /// closed loop: a new event whenever fewer than --window are still on their way to some subscriber
    Window,
    /// open loop at --rate events/s in all; latency counts from the time an event was due
    Rate,
    /// closed loop on the publish response alone, whether or not the event has arrived
    Ack,
    /// no publisher
    None,
}

#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub enum ParseMode {
    /// search the raw bytes for markers (least CPU)
    Scan,
    /// dechunk and read lines as an event-stream client does; keeps the last event id
    Strict,
}

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
    #[arg(long, value_enum, default_value = "scan")]
    pub parse: ParseMode,
    /// connections in all
    #[arg(long, default_value_t = 1000)]
    pub subs: usize,
    #[arg(long, default_value_t = 1)]
    pub topics: u32,
    /// what {id} stands for in paths and bodies, topic by topic (without: topic number + 1)
    #[arg(long, value_delimiter = ',')]
    pub ids: Vec<String>,
    /// connects per second (0: no limit but --connect-concurrency)
    #[arg(long, default_value_t = 0.0)]
    pub ramp: f64,
    /// connects under way at once
    #[arg(long, default_value_t = 128)]
    pub connect_concurrency: usize,
    #[arg(long, default_value_t = 10.0)]
    pub connect_timeout: f64,
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
    /// publish body; {data} = marker and padding (nothing that JSON escapes), {topic}, {id}, {seq} filled in
    #[arg(long, default_value = "{data}")]
    pub pub_body: String,
    /// publish request header (repeatable)
    #[arg(long = "pub-header")]
    pub pub_headers: Vec<String>,
    /// publish connections; a topic keeps to one of them, unless there are more of them than topics (closed loop only):
    /// then events of one topic are under way on several, and their order rests on the server's order of reading
    #[arg(long, default_value_t = 1)]
    pub pub_conns: usize,
    /// bytes in {data}
    #[arg(long, default_value_t = 400)]
    pub payload: usize,
    /// what fills {data} up behind the marker
    #[arg(long, default_value = "x")]
    pub pad: String,
    #[arg(long, value_enum, default_value = "window")]
    pub publish: Publish,
    /// events under way at once per topic
    #[arg(long, default_value_t = 4)]
    pub window: usize,
    #[arg(long, default_value_t = 10.0)]
    pub rate: f64,
    /// measured seconds
    #[arg(long, default_value_t = 10.0)]
    pub duration: f64,
    /// seconds of publishing before the measured ones
    #[arg(long, default_value_t = 2.0)]
    pub warmup: f64,
    /// seconds between the last connect and the first event (idle mode: the time measured)
    #[arg(long, default_value_t = 1.0)]
    pub settle: f64,
    /// longest wait for events still on their way after the last one was published
    #[arg(long, default_value_t = 3.0)]
    pub drain: f64,
    /// an event not everywhere after this many seconds no longer holds up the window
    #[arg(long, default_value_t = 5.0)]
    pub stall: f64,
    /// events published in all, at most (0: no limit but time)
    #[arg(long, default_value_t = 0)]
    pub max_events: u64,

    /// resume-storm: seconds of publishing before the cut
    #[arg(long, default_value_t = 3.0)]
    pub cut_at: f64,
    /// resume-storm: share of the connections that is cut
    #[arg(long, default_value_t = 1.0)]
    pub cut_fraction: f64,
    /// resume-storm: milliseconds between cut and reconnect
    #[arg(long, default_value_t = 500)]
    pub cut_gap_ms: u64,
    /// resume-storm: number of cuts, --cut-at seconds apart
    #[arg(long, default_value_t = 1)]
    pub cuts: u32,
    #[arg(long, value_enum, default_value = "fin")]
    pub cut_mode: CutMode,

    /// slow-consumers: share of the connections that never reads
    #[arg(long, default_value_t = 0.1)]
    pub slow_fraction: f64,
    /// slow-consumers: their receive buffer (0: the kernel's default)
    #[arg(long, default_value_t = 4096)]
    pub slow_rcvbuf: i32,
    /// slow-consumers: let them read during the drain, and count what they get
    #[arg(long)]
    pub slow_wake: bool,

    /// process whose tree's CPU and memory are read
    #[arg(long)]
    pub server_pid: Option<u32>,
    /// exit 1 unless every connection got every event once and in order, and none failed or was closed
    #[arg(long)]
    pub assert_lossless: bool,
    /// while publishing, look for arrivals at most every so many microseconds instead of at once: spares the server
    /// the cost of waking the tool for each event (on one machine that is a large part), adds as much to latency;
    /// for closed-loop runs
    #[arg(long, default_value_t = 0)]
    pub poll_us: u64,
    /// hard limit on the whole run, in seconds
    #[arg(long, default_value_t = 120.0)]
    pub max_seconds: f64,
    /// free text copied to the report
    #[arg(long, default_value = "")]
    pub label: String,
    /// write the report here too (appends one line)
    #[arg(long)]
    pub out: Option<String>,
    /// one line instead of an indented report
    #[arg(long)]
    pub compact: bool,
}

impl Args {
    /// What `{id}` stands for.
    pub fn id(&self, topic: u32) -> String {
        self.ids.get(topic as usize).cloned().unwrap_or_else(|| (topic + 1).to_string())
    }

    /// Settles what a mode implies.
    pub fn settle_mode(&mut self) {
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
