//! Random interleavings of what happens to a subscriber, checked against the reference.

use std::rc::Rc;
use std::sync::Arc;

use proptest::prelude::*;

use crate::domain::access::Access;
use crate::domain::topic::Seq;
use crate::metrics::Metrics;
use crate::stream::close_reason::CloseReason;
use crate::stream::commands::{FeederHandle, HubCommand};
use crate::stream::context::StreamContext;
use crate::stream::cursor::CursorTexts;
use crate::stream::event_stream_body::EventStreamBody;
use crate::stream::frame::{Frame, TransferCoding};
use crate::stream::hub::Hub;
use crate::stream::page_cache::PageCache;
use crate::stream::rights_watch::RightsWatch;
use crate::stream::settings::StreamSettings;
use crate::stream::snapshot::SnapshotCache;
use crate::stream::subscribe;
use crate::stream::subscribe::{InitialSnapshot, SubscriptionRequest};
use crate::stream::subscriber::{DeliveryMode, Subscriber, SubscriberIdentity};
use crate::stream::tests::connection::{Connection, Socket};
use crate::stream::tests::reference::{Client, ExpectedStream, Reference, decode};
use crate::stream::tests::{EPOCH, FakeLog, STREAM, message};
use crate::stream::visibility_floor::VisibilityFloors;

const RING_MESSAGES: usize = 4;
const REPLAY_MAX: i64 = 12;
const REPLAY_PAGE: i64 = 3;

#[derive(Clone, Copy, Debug)]
enum Op {
    /// Appends messages to the log, of which the hub learns later.
    Append(Seq),
    /// Feeds the hub all that it lacks, and fans it out.
    Feed,
    /// Prunes the log up to so many messages before its head.
    Prune(Seq),
    /// The client reads so many bytes; until then the socket takes none.
    Read(usize),
    /// Runs the dispatcher, if it was woken.
    Dispatch,
    PollSpuriously,
    /// Lets a running fetch proceed.
    RunDatabase,
    /// A heartbeat interval passes.
    Heartbeat,
    Revoke,
    Expire,
    Drain,
}

fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (1i64..4).prop_map(Op::Append),
        1 => (5i64..20).prop_map(Op::Append),
        4 => Just(Op::Feed),
        1 => (0i64..8).prop_map(Op::Prune),
        4 => (1usize..400).prop_map(Op::Read),
        1 => Just(Op::Read(10_000)),
        6 => Just(Op::Dispatch),
        1 => Just(Op::PollSpuriously),
        4 => Just(Op::RunDatabase),
        2 => Just(Op::Heartbeat),
    ]
}

fn any_close() -> impl Strategy<Value = Op> {
    prop_oneof![Just(Op::Revoke), Just(Op::Expire), Just(Op::Drain)]
}

fn any_client() -> impl Strategy<Value = Client> {
    let cursor = prop::option::of(0i64..8);
    let initial_snapshot = prop_oneof![
        Just(InitialSnapshot::IfNeeded),
        Just(InitialSnapshot::Never),
        Just(InitialSnapshot::Always),
    ];
    let coding = prop_oneof![3 => Just(TransferCoding::Chunked), 1 => Just(TransferCoding::Plain)];
    (cursor, initial_snapshot, prop::bool::weighted(0.3), coding).prop_map(
        |(cursor, initial_snapshot, is_filtered, coding)| Client {
            cursor,
            initial_snapshot,
            is_filtered,
            coding,
        },
    )
}

struct Model {
    log: Arc<FakeLog>,
    hub: Rc<Hub>,
    subscriber: Rc<Subscriber>,
    connection: Connection,
    fed_seq: Seq,
    pruned_seq: Seq,
    tick: u32,
    closed: Option<CloseReason>,
}

impl Model {
    async fn open(client: Client, head_at_open: Seq) -> Self {
        let log = Arc::<FakeLog>::default();
        log.append(head_at_open);
        let hub = Rc::new(Hub::new(0, Arc::new(context(Arc::clone(&log)))));
        start_stream(&hub, head_at_open).await;
        let socket = Socket::new();
        let cursors = client.cursor.map(|seq| format!("{EPOCH}.m3-{seq}"));
        let cursors = CursorTexts::new(cursors.into_iter());
        let types = if client.is_filtered { vec!["a".to_owned()] } else { Vec::new() };
        let request = SubscriptionRequest {
            resume: cursors.resume_point(EPOCH, &[STREAM.topic()]),
            public_topics: Vec::new(),
            mode: DeliveryMode::Log { types },
            initial_snapshot: client.initial_snapshot,
            wants_padding: false,
            identity: SubscriberIdentity { principal: None, is_signed_in: false, address: None },
            rights_version: 0,
            expires_at: None,
            coding: client.coding,
            direct_writer: Some(socket.hub_writer()),
        };
        let subscriber = subscribe::open_subscriber(&hub, request).await.unwrap();
        let body = EventStreamBody::new(Rc::clone(&subscriber), Rc::clone(&hub), Box::new(()));
        Self {
            log,
            hub,
            subscriber,
            connection: Connection::new(socket, body),
            fed_seq: head_at_open,
            pruned_seq: 0,
            tick: 0,
            closed: None,
        }
    }

    async fn run(&mut self, op: Op) {
        match op {
            Op::Append(count) => self.log.append(count),
            Op::Feed => self.feed().await,
            Op::Prune(kept) => self.prune(kept).await,
            Op::Read(bytes) => self.connection.read(bytes),
            Op::Dispatch => self.connection.run_dispatcher(),
            Op::PollSpuriously => self.connection.poll_spuriously(),
            Op::RunDatabase => tokio::task::yield_now().await,
            Op::Heartbeat => self.advance(60),
            Op::Revoke => {
                self.closed.get_or_insert(CloseReason::AccessRevoked);
                self.subscriber.revoke_topics(vec![STREAM.topic()]);
            }
            Op::Expire => {
                self.closed.get_or_insert(CloseReason::TokenExpired);
                self.subscriber.deadline.set((self.tick, CloseReason::TokenExpired));
                self.advance(1);
            }
            Op::Drain => {
                self.closed.get_or_insert(CloseReason::Draining);
                self.hub.handle_command(HubCommand::Drain { seconds: 0 });
                self.advance(1);
            }
        }
    }

    fn advance(&mut self, ticks: u32) {
        self.tick += ticks;
        self.hub.advance_to_tick(self.tick);
    }

    async fn feed(&mut self) {
        let head = self.log.head().head_seq;
        let frames = (self.fed_seq + 1..=head).map(encode).collect();
        self.fed_seq = head;
        self.command_and_fan_out(HubCommand::PushFrames { stream: STREAM, frames }).await;
    }

    /// Prunes the log, and then what is in memory, as the feeder does.
    async fn prune(&mut self, kept: Seq) {
        let up_to = (self.log.head().head_seq - kept).max(self.pruned_seq);
        self.pruned_seq = up_to;
        self.log.prune(up_to);
        self.fed_seq = self.fed_seq.max(up_to);
        self.hub.context.page_cache.forget_stream(STREAM);
        self.command_and_fan_out(HubCommand::Prune { stream: STREAM, up_to }).await;
    }

    async fn command_and_fan_out(&self, command: HubCommand) {
        let changed = self.hub.handle_command(command).unwrap();
        self.hub.fan_out(&changed).await;
    }

    /// Feeds, fetches and reads all there is; the body is polled only when it was woken.
    async fn finish(&mut self) {
        self.connection.read(usize::MAX);
        self.feed().await;
        for _ in 0..200 {
            self.connection.run_dispatcher();
            tokio::task::yield_now().await;
        }
    }

    fn check(&self, client: Client, head_at_open: Seq, is_complete: bool) {
        let outcome = ExpectedStream {
            head: self.log.head().head_seq,
            head_at_open,
            closed: self.closed,
            has_ended: self.connection.has_ended,
        };
        let (text, has_last_chunk) = decode(&self.connection.received(), client.coding);
        let expected = Reference::new(client, outcome).expected(&text, is_complete);
        assert_eq!(text, expected);
        if is_complete && client.coding == TransferCoding::Chunked {
            assert_eq!(has_last_chunk, self.closed.is_some(), "the last chunk follows the bye");
        }
    }
}

/// Opens the hub's local stream, and answers it as the feeder does.
async fn start_stream(hub: &Hub, head: Seq) {
    let start = async {
        hub.handle_command(HubCommand::StartStream {
            stream: STREAM,
            epoch: EPOCH.into(),
            floor: Some(0),
            frames: (1..=head).map(encode).collect(),
        })
    };
    let (local_stream, _) = tokio::join!(hub.local_stream(STREAM), start);
    assert!(local_stream.is_some());
}

fn encode(seq: Seq) -> Frame {
    Frame::encode(EPOCH, STREAM, &message(seq))
}

fn context(log: Arc<FakeLog>) -> StreamContext {
    StreamContext {
        source: log,
        settings: StreamSettings {
            heartbeat_seconds: 15,
            lifetime_seconds: 0,
            retry_min_ms: 1000,
            retry_max_ms: 1000,
            ring_messages: RING_MESSAGES,
            ring_bytes: 1 << 20,
            replay_max: REPLAY_MAX,
            replay_page: REPLAY_PAGE,
        },
        metrics: Arc::new(Metrics::new()),
        feeder: FeederHandle::new().0,
        snapshot_cache: SnapshotCache::default(),
        page_cache: PageCache::default(),
        visibility_floors: VisibilityFloors::default(),
        rights_watch: RightsWatch::new(
            0,
            Box::new(|_, _| Box::pin(std::future::ready(Ok(Access::Allowed)))),
        ),
        draining: tokio::sync::watch::Sender::new(false),
        runtime: tokio::runtime::Handle::current(),
    }
}

fn run(client: Client, head_at_open: Seq, ops: &[Op]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let mut model = Model::open(client, head_at_open).await;
        for op in ops {
            model.run(*op).await;
            model.check(client, head_at_open, false);
        }
        model.finish().await;
        model.check(client, head_at_open, true);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn g3_g4_g6_g7_a_client_gets_the_bytes_of_the_reference(
        client in any_client(),
        head_at_open in 8i64..12,
        ops in prop::collection::vec(any_op(), 0..60),
        closes in prop::collection::vec(any_close(), 0..3),
        tail in prop::collection::vec(any_op(), 0..10),
    ) {
        let ops: Vec<_> = ops.into_iter().chain(closes).chain(tail).collect();
        run(client, head_at_open, &ops);
    }
}
