//! A live call: every thread and queue of it.
//!
//! ```text
//!  callback ─ ring ─┐                        ┌─ bounded ─► keep   (log and sound on disk)
//!  callback ─ ring ─┴─► listen ─► ENGINE ────┼─ bounded ─► window (events) + pulse (latest)
//!  devices-agent, devices-customer           └─ desk ────► words-1, words-2 ─► listen
//! ```
//!
//! `listen` never waits for any of the others. Full queues: sound for `keep` becomes silence of
//! the same length, events wait in memory; events for the window are not shown; words are shed
//! by the [`WordDesk`].

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::board::{Board, Keeping};
use super::devices::{DeviceNews, DeviceWatch, LOOK_EVERY, Machine};
use super::keep::Keep;
use super::listen::{Listener, Orders};
use super::side::Side;
use super::stats::LiveReport;
use super::words::WordDesk;
use crate::audio::capture::{CaptureError, StreamInfo};
use crate::engine::Engine;
use crate::event::Event;
use crate::speech::transcript::{MakeTranscriber, TranscribeError, Transcript};
use crate::units::{Party, PerParty};

/// The listening thread looks at the rings so often: well under the engine's frame of 32 ms.
const TURN: Duration = Duration::from_millis(5);
/// Blocks of sound and events on their way to the disk: about half a minute.
const KEEP_QUEUE: usize = 4_096;
/// How often the files are looked after.
const KEEP_TICK: Duration = Duration::from_millis(100);
/// Words that are still missing this long after the call are left out.
const LAST_WORDS: Duration = Duration::from_secs(8);
/// What a disk has not taken this long after that is given up.
const LAST_WRITES: Duration = Duration::from_secs(10);
/// A device that does not close in this time is left to itself.
const CLOSES_WITHIN: Duration = Duration::from_secs(1);

/// Why a live call can't begin.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// One of its devices can't be listened to.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The system gives no more threads.
    #[error("no thread could be started: {0}; close other programs and try again")]
    Thread(#[from] std::io::Error),
    /// A thread broke down; what was kept is good.
    #[error("a thread broke down; what was kept is good, please report it")]
    BrokeDown,
}

/// What a live call needs.
pub struct LiveSetup {
    /// The devices, by their stable ids.
    pub devices: PerParty<String>,
    /// What is kept, as the screen says.
    pub keeping: Keeping,
    /// What keeps it.
    pub keeper: Box<dyn Keep>,
    /// What makes a worker's transcriber, and how many workers; `None` for no words.
    pub words: Option<(Box<MakeTranscriber>, usize)>,
    /// The call ends when nobody has spoken for so long. Seconds.
    pub end_after_secs: Option<f64>,
    /// The way to the window and back.
    pub board: Board,
}

/// A live call under way.
pub struct LiveCall {
    listen: JoinHandle<LiveReport>,
    others: Vec<JoinHandle<()>>,
    devices: Vec<Receiver<()>>,
    stop_devices: Arc<AtomicBool>,
}

/// What goes to the disk.
pub(super) enum ToKeep {
    Events(Vec<Event>),
    Audio(PerParty<Vec<f32>>),
}

/// What comes from a worker.
pub(super) enum Answer {
    Words { id: u64, words: Result<Transcript, TranscribeError> },
    CannotStart(TranscribeError),
}

impl LiveCall {
    /// Opens both devices and begins the call; `engine` makes its engine, knowing the streams.
    pub fn begin(
        setup: LiveSetup,
        engine: impl FnOnce(&PerParty<StreamInfo>) -> Engine,
    ) -> Result<LiveCall, LiveError> {
        let epoch = Instant::now();
        let stop_devices = Arc::new(AtomicBool::new(false));
        let mut devices = Vec::new();
        let mut open = |party: Party| -> Result<(Side, StreamInfo), LiveError> {
            let mut watch =
                DeviceWatch::new(party, setup.devices[party].clone(), Machine { epoch });
            let suspect = watch.suspect();
            let (tell, news) = bounded(16);
            let (opened, first) = bounded(1);
            let (closed, wait) = bounded::<()>(0);
            let stop = Arc::clone(&stop_devices);
            spawn(&format!("devices-{party}"), move || {
                // A stream is opened, looked at and dropped on one thread.
                let _closed = closed;
                let first = watch.open(Instant::now());
                let go_on = first.is_ok();
                // Whoever opens the device waits for this.
                let _ = opened.send(first);
                while go_on && !stop.load(Ordering::Relaxed) {
                    if let Some(news) = watch.step(Instant::now())
                        && tell.send(news).is_err()
                    {
                        return;
                    }
                    thread::sleep(LOOK_EVERY);
                }
            })?;
            devices.push(wait);
            match first.recv().map_err(|_| LiveError::BrokeDown)?? {
                DeviceNews::Opened { info, outlet } => {
                    Ok((Side::new(news, suspect, outlet, info.rate), info))
                }
                DeviceNews::Lost { .. } | DeviceNews::Silent(_) => Err(LiveError::BrokeDown),
            }
        };
        let opened = open(Party::Agent).and_then(|agent| Ok((agent, open(Party::Customer)?)));
        let ((agent, agent_info), (customer, customer_info)) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                stop_devices.store(true, Ordering::Relaxed);
                return Err(error);
            }
        };
        let engine = engine(&PerParty { agent: agent_info, customer: customer_info });

        let mut others = Vec::new();
        let (answer, answers) = bounded(64);
        let desk = Arc::new(WordDesk::default());
        if let Some((make, count)) = setup.words {
            let make: Arc<MakeTranscriber> = make.into();
            for number in 1..=count.max(1) {
                let (desk, answer) = (Arc::clone(&desk), answer.clone());
                let make = Arc::clone(&make);
                others
                    .push(spawn(&format!("words-{number}"), move || work(&*make, &desk, &answer))?);
            }
        }
        drop(answer);
        let (to_keep, kept) = bounded(KEEP_QUEUE);
        let (trouble, troubles) = bounded(1);
        let keeper = setup.keeper;
        others.push(spawn("keep", move || keep(keeper, &kept, &trouble))?);

        let orders = Orders::new(desk, answers);
        let mut listener = Listener::new(
            engine,
            PerParty { agent, customer },
            orders,
            (to_keep, troubles),
            setup.board,
            (setup.keeping, setup.end_after_secs),
            epoch,
        );
        let listen = thread::Builder::new().name("listen".into()).spawn(move || {
            while listener.step(Instant::now()) {
                thread::sleep(TURN);
            }
            let deadline = Instant::now() + LAST_WORDS;
            while !listener.last_words(Instant::now() >= deadline) {
                thread::sleep(TURN);
            }
            listener.finish(Instant::now() + LAST_WRITES)
        })?;
        Ok(LiveCall { listen, others, devices, stop_devices })
    }

    /// Whether the call is over and all of it told.
    pub fn is_over(&self) -> bool {
        self.listen.is_finished()
    }

    /// Waits for the end of the call, until everything is on the disk.
    pub fn wait(self) -> Result<LiveReport, LiveError> {
        let report = self.listen.join().map_err(|_| LiveError::BrokeDown)?;
        self.stop_devices.store(true, Ordering::Relaxed);
        for thread in self.others {
            thread.join().map_err(|_| LiveError::BrokeDown)?;
        }
        for closed in self.devices {
            // Closing a stream of a server that has died may hang: the program ends without it.
            let _ = closed.recv_timeout(CLOSES_WITHIN);
        }
        Ok(report)
    }
}

fn spawn(
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, std::io::Error> {
    thread::Builder::new().name(name.to_owned()).spawn(run)
}

/// One worker: words for each order until the call is over.
fn work(make: &MakeTranscriber, desk: &WordDesk, answer: &Sender<Answer>) {
    let mut transcriber = match make() {
        Ok(transcriber) => transcriber,
        Err(error) => {
            let _ = answer.send(Answer::CannotStart(error));
            return;
        }
    };
    while let Some(request) = desk.next() {
        let words = transcriber.transcribe(&request);
        desk.done(request.urgency);
        if answer.send(Answer::Words { id: request.id, words }).is_err() {
            return;
        }
    }
}

/// Keeps the call until there is no more of it.
fn keep(mut keeper: Box<dyn Keep>, kept: &Receiver<ToKeep>, trouble: &Sender<Option<String>>) {
    let mut told = None;
    loop {
        let next = kept.recv_timeout(KEEP_TICK);
        let over = match next {
            Ok(ToKeep::Events(events)) => {
                keeper.events(&events);
                false
            }
            Ok(ToKeep::Audio(audio)) => {
                keeper.audio(&audio);
                false
            }
            Err(crossbeam_channel::RecvTimeoutError::Timeout) => false,
            Err(crossbeam_channel::RecvTimeoutError::Disconnected) => true,
        };
        keeper.tick(Instant::now());
        if over {
            keeper.finish();
        }
        let now = keeper.trouble();
        // A latest-value cell: what is not read yet is replaced.
        if now != told && trouble.try_send(now.clone()).is_ok() {
            told = now;
        }
        if over {
            return;
        }
    }
}

/// Takes what is there, without waiting.
pub(super) fn taken<T>(queue: &Receiver<T>) -> Option<T> {
    queue.try_recv().ok()
}

/// Numbers of orders that have no answer yet.
pub(super) type Outstanding = BTreeSet<u64>;
