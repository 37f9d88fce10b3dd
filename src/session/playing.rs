//! The thread that feeds the sound device with a call, and takes orders meanwhile.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::player::{Order, Player, Sound};
use crate::audio::playback::{Feed, Playback};

/// The thread looks so often what was heard, and fills up the queue.
const TURN: Duration = Duration::from_millis(8);
/// Orders that may wait; more at once than a person gives.
const ORDERS: usize = 256;

/// A call on the sound device. Dropping it ends the thread and closes the device.
pub struct Playing {
    orders: Option<Sender<Order>>,
    /// How many orders were given.
    given: u64,
    shown: Arc<Shown>,
    thread: Option<JoinHandle<()>>,
}

/// What others may read at any time.
#[derive(Default)]
struct Shown {
    /// Seconds, as bits.
    position: AtomicU64,
    /// How many orders have been followed.
    followed: AtomicU64,
    playing: AtomicBool,
    fault: Mutex<Option<String>>,
}

impl Playing {
    /// Opens the system's output for a call, paused. For `agent` and `silences` see [`Player::new`].
    ///
    /// # Errors
    /// Why there is nothing to play on, in words for people.
    pub fn open(
        sound: Box<dyn Sound>,
        agent: usize,
        silences: Vec<(f64, f64)>,
    ) -> Result<Playing, String> {
        let (orders, given) = bounded(ORDERS);
        let shown = Arc::new(Shown::default());
        let (opened, whether) = bounded(1);
        let own = Arc::clone(&shown);
        // The stream is opened on the thread that feeds it: not every system lets it move.
        let run = move || {
            let (device, feed) = match Playback::open() {
                Ok(open) => open,
                Err(error) => return drop(opened.send(Err(error.to_string()))),
            };
            let player = Player::new(sound, agent, silences, device.rate());
            let _ = opened.send(Ok(()));
            Feeding { player, feed, shown: own, block: Vec::new() }.run(&given, &device);
        };
        let thread = thread::Builder::new().name("player".into()).spawn(run);
        let thread = thread.map_err(|error| format!("no thread could be started: {error}"))?;
        match whether.recv() {
            Ok(Ok(())) => {
                Ok(Playing { orders: Some(orders), given: 0, shown, thread: Some(thread) })
            }
            Ok(Err(why)) => Err(why),
            Err(_) => Err("the player broke down; please report it".into()),
        }
    }

    /// Gives an order.
    pub fn order(&mut self, order: Order) {
        // Where hundreds wait, one more changes nothing.
        if self.orders.as_ref().is_some_and(|orders| orders.try_send(order).is_ok()) {
            self.given += 1;
        }
    }

    /// Whether all orders have been followed: before, the position is that of before.
    pub fn is_settled(&self) -> bool {
        self.shown.followed.load(Ordering::Acquire) >= self.given
    }

    /// Where the call stands as it is heard, in seconds.
    pub fn position(&self) -> f64 {
        f64::from_bits(self.shown.position.load(Ordering::Acquire))
    }

    /// Whether it plays.
    pub fn is_playing(&self) -> bool {
        self.shown.playing.load(Ordering::Acquire)
    }

    /// What has gone wrong since it was last asked.
    pub fn take_fault(&self) -> Option<String> {
        self.shown.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether the device has gone: then a new one must be opened.
    pub fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Feeding {
    player: Player,
    feed: Feed,
    shown: Arc<Shown>,
    block: Vec<f32>,
}

impl Feeding {
    fn run(mut self, orders: &Receiver<Order>, device: &Playback) {
        loop {
            let mut followed = 0;
            match orders.recv_timeout(TURN) {
                Ok(order) => followed += self.follow(order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            while let Ok(order) = orders.try_recv() {
                followed += self.follow(order);
            }
            self.turn();
            self.shown.followed.fetch_add(followed, Ordering::AcqRel);
            if device.is_broken() {
                self.fault("The headphones or loudspeakers have gone. Press play to go on.".into());
                self.shown.playing.store(false, Ordering::Release);
                return;
            }
        }
    }

    /// Follows an order; returns that it was one.
    fn follow(&mut self, order: Order) -> u64 {
        if self.player.follow(order, self.feed.heard()) {
            self.feed.discard();
        }
        1
    }

    /// Fills up the queue, and shows where the call is.
    fn turn(&mut self) {
        self.block.clear();
        self.player.fill(self.feed.room(), &mut self.block);
        self.feed.push(&self.block);
        let heard = self.feed.heard();
        self.player.heard(heard);
        let position = self.player.position(heard);
        self.shown.position.store(position.to_bits(), Ordering::Release);
        self.shown.playing.store(self.player.is_playing(), Ordering::Release);
        if let Some(fault) = self.player.take_fault() {
            self.fault(fault);
        }
    }

    fn fault(&self, what: String) {
        *self.shown.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
    }
}
