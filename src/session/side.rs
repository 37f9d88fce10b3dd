//! One party's side of a live call: its device, its time, its level.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crossbeam_channel::Receiver;

use super::devices::DeviceNews;
use crate::audio::ring::{Flow, Outlet};
use crate::audio::timeline::{Piece, Timeline};
use crate::units::{Dbfs, ENGINE_RATE, SampleRate};

/// The level is taken over the last so many frames: 0.1 s.
const LEVEL_FRAMES: usize = ENGINE_RATE.0 as usize / 10;

/// One party's side of the call.
pub(super) struct Side {
    news: Receiver<DeviceNews>,
    pub suspect: Arc<AtomicBool>,
    outlet: Option<Outlet>,
    pub timeline: Timeline,
    pub pieces: Vec<Piece>,
    /// Frames of 16 kHz that the engine has.
    pub fed: u64,
    /// The sum of squares of the samples heard last, with their number.
    pub recent: VecDeque<(f32, usize)>,
    pub lost: Option<String>,
    pub silent: bool,
    dropped_before: u64,
}

impl Side {
    /// A side whose stream has just been opened.
    pub fn new(
        news: Receiver<DeviceNews>,
        suspect: Arc<AtomicBool>,
        outlet: Outlet,
        rate: SampleRate,
    ) -> Self {
        Side {
            news,
            suspect,
            outlet: Some(outlet),
            timeline: Timeline::new(rate),
            pieces: Vec::new(),
            fed: 0,
            recent: VecDeque::new(),
            lost: None,
            silent: false,
            dropped_before: 0,
        }
    }

    /// Takes what happened to the device and what came from it up to `now_secs`; stamps count
    /// from `start_secs` before the call.
    pub fn hear(&mut self, now_secs: f64, start_secs: f64) {
        let Side { outlet, timeline, pieces, .. } = self;
        if let Some(outlet) = outlet {
            outlet.drain(|mut stamp, samples| {
                stamp.at_secs -= start_secs;
                timeline.push(stamp, samples, pieces);
            });
        }
        timeline.advance(now_secs, pieces);
    }

    /// Takes the next thing that happened to the device.
    pub fn take_news(&mut self) -> Option<DeviceChange> {
        match self.news.try_recv().ok()? {
            DeviceNews::Opened { info, outlet } => {
                self.close();
                self.timeline.reopen(info.rate, &mut self.pieces);
                self.outlet = Some(outlet);
                self.lost = None;
                self.silent = false;
                Some(DeviceChange::Back(info.device))
            }
            DeviceNews::Lost { device } => {
                // What is still in its ring would count as its return.
                self.close();
                self.timeline.lose(&mut self.pieces);
                self.lost = Some(device.clone());
                Some(DeviceChange::Gone(device))
            }
            DeviceNews::Silent(silent) => {
                self.silent = silent;
                None
            }
        }
    }

    fn close(&mut self) {
        self.dropped_before = self.dropped();
        self.outlet = None;
    }

    fn flow(&self) -> Option<&Arc<Flow>> {
        self.outlet.as_ref().map(Outlet::flow)
    }

    pub fn dropped(&self) -> u64 {
        self.dropped_before + self.flow().map_or(0, |flow| flow.dropped())
    }

    pub fn measure(&mut self, samples: &[f32]) {
        let squares = samples.iter().map(|x| x * x).sum();
        self.recent.push_back((squares, samples.len()));
        let mut count: usize = self.recent.iter().map(|(_, count)| count).sum();
        while let Some((_, oldest)) = self.recent.front()
            && count - oldest >= LEVEL_FRAMES
        {
            count -= oldest;
            self.recent.pop_front();
        }
    }

    pub fn level_dbfs(&self) -> f32 {
        let (squares, count) =
            self.recent.iter().fold((0.0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        if count == 0 { Dbfs::SILENCE.0 } else { Dbfs::from_mean_square(squares / count as f32).0 }
    }
}

/// A change of a device that the log should tell.
pub(super) enum DeviceChange {
    Gone(String),
    Back(String),
}
