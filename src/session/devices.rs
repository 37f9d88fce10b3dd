//! Watching over a device: a stream that ends, stands still or is silent is noticed, said, and
//! opened anew.
//!
//! Each party's device has a thread of its own, since opening a stream may take seconds and
//! closing one after its server died may take for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::audio::capture::{Capture, CaptureError, Fault, StreamInfo};
use crate::audio::choice::default_device;
use crate::audio::ring::{Flow, Outlet};
use crate::units::Party;

/// How often a device is looked at.
pub const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A stream that gives nothing for so long is lost.
const STANDS_STILL: Duration = Duration::from_millis(500);
/// A lost device is tried again so often.
const TRY_EVERY: Duration = Duration::from_millis(250);
/// After so long without it, the system's default device will do.
const GRACE: Duration = Duration::from_secs(5);
/// A microphone that gives exact zeros for so long is muted, or we may not listen. Seconds.
const AGENT_SILENT_SECS: f64 = 0.8;
/// What is played is exactly zero between sounds; on a phone line not for so long. Seconds.
const CUSTOMER_SILENT_SECS: f64 = 15.0;

/// What happened to a party's device.
pub enum DeviceNews {
    /// It is open; its sound comes out of the outlet.
    Opened {
        /// What it carries.
        info: StreamInfo,
        /// Where its sound comes out.
        outlet: Outlet,
    },
    /// It went away, or its stream broke; it is tried again.
    Lost {
        /// Its name.
        device: String,
    },
    /// It gives nothing but zeros (`true`), or no longer.
    Silent(bool),
}

/// What opens devices. Scripted in tests.
pub trait Opener {
    /// An open stream.
    type Stream: Watched;

    /// Opens the device called `id`.
    fn open(&mut self, id: &str) -> Result<(Self::Stream, Outlet), CaptureError>;

    /// The device to take instead of one that is gone.
    fn substitute(&mut self, party: Party) -> Option<String>;
}

/// An open stream, as it is watched.
pub trait Watched {
    /// What it carries.
    fn info(&self) -> &StreamInfo;

    /// What has gone wrong since the last time it was asked.
    fn take_fault(&mut self) -> Option<Fault>;
}

impl Watched for Capture {
    fn info(&self) -> &StreamInfo {
        Capture::info(self)
    }

    fn take_fault(&mut self) -> Option<Fault> {
        Capture::take_fault(self)
    }
}

/// The devices of this machine; stamps count from `epoch`.
pub struct Machine {
    /// Where stamps count from.
    pub epoch: Instant,
}

impl Opener for Machine {
    type Stream = Capture;

    fn open(&mut self, id: &str) -> Result<(Capture, Outlet), CaptureError> {
        Capture::open(id, self.epoch)
    }

    fn substitute(&mut self, party: Party) -> Option<String> {
        default_device(party)
    }
}

/// Watches over one party's device.
pub struct DeviceWatch<O: Opener> {
    party: Party,
    wanted: String,
    opener: O,
    stream: Option<Open<O::Stream>>,
    lost_since: Option<Instant>,
    tried: Option<Instant>,
    /// Set by whoever hears that the stream carries another source's sound.
    suspect: Arc<AtomicBool>,
}

struct Open<S> {
    stream: S,
    flow: Arc<Flow>,
    frames: u64,
    flowed: Option<Instant>,
    silent: bool,
}

impl<O: Opener> DeviceWatch<O> {
    /// A watch over the device called `wanted`, which is not open yet.
    pub fn new(party: Party, wanted: String, opener: O) -> Self {
        DeviceWatch {
            party,
            wanted,
            opener,
            stream: None,
            lost_since: None,
            tried: None,
            suspect: Arc::default(),
        }
    }

    /// A sign to set when the stream turns out to carry another source's sound: it is then
    /// opened anew.
    pub fn suspect(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.suspect)
    }

    /// Opens the device for the first time.
    pub fn open(&mut self, now: Instant) -> Result<DeviceNews, CaptureError> {
        self.tried = Some(now);
        let wanted = self.wanted.clone();
        self.open_as(&wanted)
    }

    /// Looks at it once.
    pub fn step(&mut self, now: Instant) -> Option<DeviceNews> {
        match &mut self.stream {
            Some(open) => {
                if open.is_over(now) || self.suspect.swap(false, Ordering::Relaxed) {
                    let device = open.stream.info().device.clone();
                    self.stream = None;
                    self.lost_since = Some(now);
                    self.tried = Some(now);
                    return Some(DeviceNews::Lost { device });
                }
                open.silence(self.party)
            }
            None => {
                if self.tried.is_some_and(|tried| now.duration_since(tried) < TRY_EVERY) {
                    return None;
                }
                self.tried = Some(now);
                let wanted = self.wanted.clone();
                if let Ok(news) = self.open_as(&wanted) {
                    return Some(news);
                }
                let lost_since = *self.lost_since.get_or_insert(now);
                if now.duration_since(lost_since) < GRACE {
                    return None;
                }
                let substitute = self.opener.substitute(self.party)?;
                self.open_as(&substitute).ok()
            }
        }
    }

    fn open_as(&mut self, id: &str) -> Result<DeviceNews, CaptureError> {
        let (stream, outlet) = self.opener.open(id)?;
        let info = stream.info().clone();
        let flow = Arc::clone(outlet.flow());
        self.stream = Some(Open { stream, flow, frames: 0, flowed: None, silent: false });
        self.lost_since = None;
        self.suspect.store(false, Ordering::Relaxed);
        Ok(DeviceNews::Opened { info, outlet })
    }
}

impl<S: Watched> Open<S> {
    fn is_over(&mut self, now: Instant) -> bool {
        let frames = self.flow.frames();
        if frames != self.frames {
            (self.frames, self.flowed) = (frames, Some(now));
        }
        // To open a device can take seconds: what it has not yet given counts from the first look on.
        let flowed = *self.flowed.get_or_insert(now);
        let stands_still = now.duration_since(flowed) >= STANDS_STILL;
        let may_pause = self.stream.info().may_pause;
        self.stream.take_fault().is_some_and(Fault::ends_stream) || stands_still && !may_pause
    }

    fn silence(&mut self, party: Party) -> Option<DeviceNews> {
        let rate = f64::from(self.stream.info().rate.hz());
        let zeros_secs = (self.flow.frames() - self.flow.sounding()) as f64 / rate;
        let limit_secs = match party {
            Party::Agent => AGENT_SILENT_SECS,
            Party::Customer => CUSTOMER_SILENT_SECS,
        };
        let silent = zeros_secs >= limit_secs;
        (silent != self.silent).then(|| {
            self.silent = silent;
            DeviceNews::Silent(silent)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::ring::{Inlet, ring};
    use crate::units::SampleRate;
    use std::cell::RefCell;
    use std::rc::Rc;

    #[derive(Default)]
    struct Script {
        there: Vec<&'static str>,
        fault: Option<Fault>,
        inlet: Option<Inlet>,
        opened: Vec<String>,
    }

    #[derive(Clone, Default)]
    struct Scripted(Rc<RefCell<Script>>);

    struct ScriptedStream(Scripted, StreamInfo);

    impl Opener for Scripted {
        type Stream = ScriptedStream;

        fn open(&mut self, id: &str) -> Result<(ScriptedStream, Outlet), CaptureError> {
            let mut script = self.0.borrow_mut();
            if !script.there.contains(&id) {
                return Err(CaptureError::NotThere { id: id.to_owned() });
            }
            let (inlet, outlet) = ring(SampleRate(16_000), 30.0, Instant::now());
            script.inlet = Some(inlet);
            script.opened.push(id.to_owned());
            let info = StreamInfo {
                device: id.to_owned(),
                rate: SampleRate(16_000),
                channels: 1,
                format: "f32".into(),
                may_pause: false,
            };
            Ok((ScriptedStream(self.clone(), info), outlet))
        }

        fn substitute(&mut self, _: Party) -> Option<String> {
            Some("default".into())
        }
    }

    impl Watched for ScriptedStream {
        fn info(&self) -> &StreamInfo {
            &self.1
        }

        fn take_fault(&mut self) -> Option<Fault> {
            self.0.0.borrow_mut().fault.take()
        }
    }

    /// Looks at the device every 50 ms from `from` to `to` seconds, while it gives blocks of
    /// `sample`s where there is one; returns what happened when.
    fn look(
        watch: &mut DeviceWatch<Scripted>,
        start: Instant,
        from: f64,
        to: f64,
        sample: Option<f32>,
    ) -> Vec<(f64, String)> {
        let mut told = Vec::new();
        for i in (from * 20.0) as u32..(to * 20.0) as u32 {
            let secs = f64::from(i) / 20.0;
            if let (Some(sample), Some(inlet)) = (sample, &mut watch.opener.0.borrow_mut().inlet) {
                inlet.take(800, 1, |_| sample);
            }
            if let Some(news) = watch.step(start + Duration::from_secs_f64(secs)) {
                told.push((
                    secs,
                    match news {
                        DeviceNews::Opened { info, .. } => format!("opened {}", info.device),
                        DeviceNews::Lost { device } => format!("lost {device}"),
                        DeviceNews::Silent(silent) => format!("silent {silent}"),
                    },
                ));
            }
        }
        told
    }

    fn watch(there: &[&'static str]) -> (DeviceWatch<Scripted>, Instant) {
        let script = Scripted::default();
        script.0.borrow_mut().there = there.to_vec();
        let start = Instant::now();
        let mut watch = DeviceWatch::new(Party::Agent, "headset".into(), script);
        watch.open(start).unwrap();
        (watch, start)
    }

    fn told(events: &[(f64, &str)]) -> Vec<(f64, String)> {
        events.iter().map(|(at, text)| (*at, (*text).to_owned())).collect()
    }

    #[test]
    fn a_stream_that_stands_still_is_lost_and_the_same_device_is_waited_for() {
        let (mut watch, start) = watch(&["headset"]);
        assert_eq!(look(&mut watch, start, 0.0, 1.0, Some(0.5)), []);
        watch.opener.0.borrow_mut().there.clear();
        assert_eq!(look(&mut watch, start, 1.0, 3.0, None), told(&[(1.45, "lost headset")]));
        watch.opener.0.borrow_mut().there.push("headset");
        assert_eq!(look(&mut watch, start, 3.0, 3.5, Some(0.5)), told(&[(3.2, "opened headset")]));
    }

    #[test]
    fn an_error_ends_it_at_once_and_after_a_grace_time_the_default_will_do() {
        let (mut watch, start) = watch(&["headset"]);
        {
            let mut script = watch.opener.0.borrow_mut();
            script.fault = Some(Fault::DeviceGone);
            script.there = vec!["default"];
        }
        let told_ = look(&mut watch, start, 0.0, 8.0, Some(0.5));
        assert_eq!(told_, told(&[(0.0, "lost headset"), (5.0, "opened default")]));
        watch.opener.0.borrow_mut().fault = Some(Fault::Xrun);
        assert_eq!(look(&mut watch, start, 8.0, 9.0, Some(0.5)), []);
    }

    #[test]
    fn exact_zeros_are_silence_within_a_second() {
        let (mut watch, start) = watch(&["headset"]);
        assert_eq!(look(&mut watch, start, 0.0, 1.0, Some(0.5)), []);
        let silent = look(&mut watch, start, 1.0, 3.0, Some(0.0));
        assert_eq!(silent, told(&[(1.75, "silent true")]));
        assert_eq!(look(&mut watch, start, 3.0, 4.0, Some(1e-6)), told(&[(3.0, "silent false")]));
    }

    #[test]
    fn a_suspect_stream_is_opened_anew() {
        let (mut watch, start) = watch(&["headset"]);
        watch.suspect().store(true, Ordering::Relaxed);
        let told_ = look(&mut watch, start, 0.0, 1.0, Some(0.5));
        assert_eq!(told_, told(&[(0.0, "lost headset"), (0.25, "opened headset")]));
        assert_eq!(watch.opener.0.borrow().opened.len(), 2);
    }
}
