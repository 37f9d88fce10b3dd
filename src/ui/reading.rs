//! What is read from the measures: the agent's pace and bearing, the customer's heat.

use crate::event::{Measure, Tone};
use crate::tone::heat::Mood;
use crate::units::CallTime;

/// The agent's own pace is known after so many seconds of speech, as for the coach's rules.
const USUAL_PACE_SECS: usize = 30;
/// How a voice stands is told from so many seconds of speech; one second alone jumps about.
const RECENT_SECS: usize = 4;
/// Before this much speech nobody knows how somebody usually sounds.
const USUAL_VOICE_SECS: usize = 10;
/// A loudness that one hears as raised, in LU above the speaker's own.
const RAISED_LU: f32 = 3.0;
/// A pitch that one hears as raised, in semitones above the speaker's own median.
const RAISED_ST: f32 = 2.5;
/// The trend is told over so long. Seconds.
const TREND_SECS: f64 = 10.0;
/// A change of the heat that is one.
const TREND: f32 = 0.1;
/// Heat that can be trusted less than this is not shown.
const MIN_CONFIDENCE: f32 = 0.4;

/// What was measured of the agent's voice.
#[derive(Default)]
pub struct AgentVoice {
    latest: Option<Measure>,
    /// The last seconds: level in LU and pitch in semitones above the speaker's own.
    recent: Vec<(Option<f32>, Option<f32>)>,
    seconds: usize,
    paces: (f64, usize),
}

/// What was told of the customer's heat.
#[derive(Default)]
pub struct CustomerHeat {
    mood: Mood,
    recent: Vec<(CallTime, f32)>,
}

/// The agent's pace against their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceReading {
    /// Words a minute over the last seconds of speech.
    pub now_wpm: u32,
    /// Their own over the call, once there is enough speech.
    pub usual_wpm: Option<u32>,
}

/// How the agent sounds against how they sounded before in this call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bearing {
    /// In a few words.
    pub words: &'static str,
    /// 0, as always, to 1.
    pub raised: f32,
}

/// The customer's heat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeatReading {
    /// 0 to 1.
    pub value: f32,
    /// In a word.
    pub mood: Mood,
    /// Whether it is rising or falling.
    pub trend: Trend,
}

/// Where something is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// Up.
    Rising,
    /// Nowhere.
    Even,
    /// Down.
    Falling,
}

impl AgentVoice {
    /// Their pace, where known.
    pub fn pace(&self) -> Option<PaceReading> {
        let now_wpm = self.latest.as_ref()?.pace_wpm?.round() as u32;
        let (sum, count) = self.paces;
        let usual_wpm = (count >= USUAL_PACE_SECS).then(|| (sum / count as f64).round() as u32);
        Some(PaceReading { now_wpm, usual_wpm })
    }

    /// Takes a second of their speech.
    pub fn take(&mut self, measure: &Measure) {
        self.seconds += 1;
        if self.recent.len() == RECENT_SECS {
            self.recent.remove(0);
        }
        self.recent.push((measure.level_lu, measure.pitch_st));
        if let Some(pace) = measure.pace_wpm {
            self.paces.0 += f64::from(pace);
            self.paces.1 += 1;
        }
        self.latest = Some(measure.clone());
    }

    /// How they sound against before, once there is a before.
    pub fn bearing(&self) -> Option<Bearing> {
        let level = mean(self.recent.iter().filter_map(|(level, _)| *level));
        let pitch = mean(self.recent.iter().filter_map(|(_, pitch)| *pitch));
        if self.seconds < USUAL_VOICE_SECS || level.or(pitch).is_none() {
            return None;
        }
        let louder = level.unwrap_or(0.0) / RAISED_LU;
        let higher = pitch.unwrap_or(0.0) / RAISED_ST;
        let words = match (louder >= 1.0, higher >= 1.0) {
            (true, true) => "louder and higher",
            (true, false) => "louder than before",
            (false, true) => "higher than before",
            (false, false) if louder <= -2.0 => "quieter than before",
            (false, false) => "as before",
        };
        // Twice the threshold is as high as it goes.
        Some(Bearing { words, raised: (louder.max(higher) / 2.0).clamp(0.0, 1.0) })
    }
}

fn mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

impl PaceReading {
    /// How the pace stands, in a few words.
    pub fn words(self) -> &'static str {
        let Some(usual) = self.usual_wpm.filter(|usual| *usual > 0) else { return "" };
        match f64::from(self.now_wpm) / f64::from(usual) {
            ratio if ratio >= 1.3 => "fast",
            ratio if ratio >= 1.15 => "a little fast",
            ratio if ratio <= 0.75 => "slow",
            _ => "even",
        }
    }
}

impl CustomerHeat {
    /// Takes what was found out.
    pub fn take(&mut self, tone: &Tone) {
        if tone.confidence < MIN_CONFIDENCE {
            return;
        }
        let now = tone.span.end;
        self.mood = self.mood.then(tone.heat);
        self.recent.retain(|(at, _)| now.secs_since(*at) <= TREND_SECS);
        self.recent.push((now, tone.heat));
    }

    /// How it stands, once something can be told.
    pub fn reading(&self) -> Option<HeatReading> {
        let (value, before) = (self.recent.last()?.1, self.recent.first()?.1);
        let trend = match value - before {
            change if change >= TREND => Trend::Rising,
            change if change <= -TREND => Trend::Falling,
            _ => Trend::Even,
        };
        Some(HeatReading { value, mood: self.mood, trend })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::CallSpan;

    fn measure(pace: f32, level: f32, pitch: f32) -> Measure {
        Measure {
            now: None,
            party: None,
            span: CallSpan::default(),
            pace_wpm: Some(pace),
            level_lu: Some(level),
            pitch_st: Some(pitch),
        }
    }

    #[test]
    fn pace_is_told_against_the_agents_own() {
        let mut voice = AgentVoice::default();
        assert_eq!(voice.pace(), None);
        for _ in 0..29 {
            voice.take(&measure(160.0, 0.0, 0.0));
        }
        assert_eq!(voice.pace(), Some(PaceReading { now_wpm: 160, usual_wpm: None }));
        voice.take(&measure(220.0, 0.0, 0.0));
        let pace = voice.pace().unwrap();
        assert_eq!(pace, PaceReading { now_wpm: 220, usual_wpm: Some(162) });
        assert_eq!(pace.words(), "fast");
    }

    #[test]
    fn a_voice_is_told_against_how_it_was() {
        let mut voice = AgentVoice::default();
        for _ in 0..9 {
            voice.take(&measure(150.0, 0.0, 0.0));
            assert_eq!(voice.bearing(), None);
        }
        voice.take(&measure(150.0, 0.0, 0.0));
        assert_eq!(voice.bearing(), Some(Bearing { words: "as before", raised: 0.0 }));
        for _ in 0..4 {
            voice.take(&measure(150.0, 4.5, 1.0));
        }
        let bearing = Some(Bearing { words: "louder than before", raised: 0.75 });
        assert_eq!(voice.bearing(), bearing);
    }

    #[test]
    fn heat_has_a_word_and_a_trend() {
        let mut heat = CustomerHeat::default();
        let mut take = |secs: f64, value: f32, confidence: f32| {
            let end = CallTime::from_secs(secs);
            let span = CallSpan::new(CallTime::from_secs(secs - 1.0), end);
            let why = Vec::new();
            heat.take(&Tone {
                span,
                heat: value,
                voice: 0.5,
                words: None,
                confidence,
                rise: 0.0,
                why,
            });
            heat.reading()
        };
        assert_eq!(take(1.0, 0.9, 0.1), None);
        let reading = |value, mood, trend| Some(HeatReading { value, mood, trend });
        assert_eq!(take(2.0, 0.2, 0.8), reading(0.2, Mood::Calm, Trend::Even));
        assert_eq!(take(5.0, 0.8, 0.8), reading(0.8, Mood::Heated, Trend::Rising));
        assert_eq!(take(14.0, 0.5, 0.8), reading(0.5, Mood::Tense, Trend::Falling));
    }
}
