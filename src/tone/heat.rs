//! Heat: how tense or angry the customer is, from the voice and, when they come, the words.
//!
//! The voice tells arousal: it can't tell anger from joy. Words tell the sign: they come a
//! second later and say nothing of how loudly they were said. So both are added as log-odds:
//! bad words raise the heat of a tense voice, good ones take it away.

use std::collections::VecDeque;
use std::sync::Arc;

use super::baseline::Baseline;
use super::features::Aspect;
use super::speaker::Sounds;
use super::stretch::Stretch;
use super::voice::{Judged, VoiceModel};
use crate::event::{Reason, Tone};
use crate::units::{CallSpan, CallTime};

/// Seconds of speech between two values.
const EVERY_SECS: f32 = 1.0;
/// What the log-odds of the voice weigh, and how far they count at most. By the voice alone, of a
/// speaker half known, the middle one of EmoDB's angry clips comes out at 0.52, of its joyful ones at 0.24,
/// of its neutral ones at 0.05.
const VOICE_WEIGHT: f32 = 0.75;
const VOICE_LIMIT: f32 = 5.0;
/// What words as bad as can be add, and words as good as can be take away. Log-odds.
const BAD_WORDS: f32 = 2.2;
const GOOD_WORDS: f32 = 2.4;
/// Customers are calm five times in six. Log-odds.
const PRIOR: f32 = -1.6;
/// What was said is felt for about so long. Seconds.
const WORDS_LAST_SECS: f64 = 10.0;
/// How much of what was said before is still felt when something new is said.
const WORDS_KEPT: f32 = 0.35;
/// Heat rises to a new value within about a second, and falls within about so many.
const RISE_SECS: f64 = 0.6;
const FALL_SECS: f64 = 6.0;
/// Silence cools no further than so many seconds of speech would.
const LONGEST_STEP_SECS: f64 = 4.0;
/// Speech counts at least so much in the speaker's own baseline, however tense it sounds: what
/// never changes is how they, or their telephone, sound.
const LEAST_CALM: f32 = 0.3;
/// A rise is looked for over so many seconds.
const RISE_OVER_SECS: f64 = 12.0;
/// How many reasons are given.
const REASONS: usize = 3;
/// A reason that moved the log-odds by less is none.
const LEAST_REASON: f32 = 0.15;

/// Heat in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mood {
    /// Below 0.4.
    #[default]
    Calm,
    /// From 0.4 on.
    Tense,
    /// From 0.72 on.
    Heated,
}

impl Mood {
    const TENSE: f32 = 0.4;
    const HEATED: f32 = 0.72;
    /// The heat from which each word but the first holds, where it rises.
    pub const THRESHOLDS: [(f32, Mood); 2] =
        [(Mood::TENSE, Mood::Tense), (Mood::HEATED, Mood::Heated)];
    /// So far must the heat fall back before the word changes again: it must not flutter.
    const BACK: f32 = 0.06;

    /// The word for `heat` after this one.
    pub fn then(self, heat: f32) -> Mood {
        let at = |threshold: f32, mood: Mood| {
            heat >= threshold - if self >= mood { Self::BACK } else { 0.0 }
        };
        if at(Self::HEATED, Mood::Heated) {
            Mood::Heated
        } else if at(Self::TENSE, Mood::Tense) {
            Mood::Tense
        } else {
            Mood::Calm
        }
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Mood::Calm => "calm",
            Mood::Tense => "tense",
            Mood::Heated => "heated",
        }
    }
}

/// The words of an utterance, as far as they say how the customer feels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// −1 (bad) to 1 (good).
    pub value: f32,
    /// How sure the words themselves are, 0 to 1.
    pub confidence: f32,
    /// The phrases that moved it most, and by how much.
    pub phrases: Vec<(String, f32)>,
}

/// Follows the customer's tone through a call.
#[derive(Clone, Debug)]
pub struct CustomerTone {
    model: Arc<VoiceModel>,
    stretch: Stretch,
    baseline: Baseline,
    /// When the second of speech under way began, and how much of it has been heard.
    second: Option<CallTime>,
    heard_secs: f32,
    /// Whether something was said since the last judgement.
    unjudged: bool,
    judged: Option<Judged>,
    said: Option<(CallTime, Said)>,
    heat: Option<(CallTime, f32)>,
    confidence: f32,
    trail: VecDeque<(CallTime, f32)>,
}

/// The customer's heat at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeatNow {
    /// 0 to 1.
    pub value: f32,
    /// By how much it has risen within a few seconds; negative where it has fallen.
    pub rise: f32,
    /// How far it can be trusted, 0 to 1.
    pub confidence: f32,
}

impl CustomerTone {
    /// A customer of whom nothing is known yet.
    pub fn new(model: Arc<VoiceModel>) -> Self {
        CustomerTone {
            model,
            stretch: Stretch::default(),
            baseline: Baseline::default(),
            second: None,
            heard_secs: 0.0,
            unjudged: false,
            judged: None,
            said: None,
            heat: None,
            confidence: 0.0,
            trail: VecDeque::new(),
        }
    }

    /// Takes one frame and the speech under way after it; returns how it stands each second of
    /// speech.
    pub fn hear(
        &mut self,
        sounds: &Sounds,
        frame: CallSpan,
        under_way: Option<CallSpan>,
    ) -> Option<Tone> {
        if self.stretch.hear(sounds, frame, under_way) {
            self.baseline.settle();
            self.second = None;
            self.heard_secs = 0.0;
        }
        if under_way.is_none() && std::mem::take(&mut self.unjudged) {
            // What was said since the last full second counts, but is not told by itself.
            self.judged = self.judge().or(self.judged.take());
        }
        let span = under_way.filter(|span| span.end > frame.start)?;
        let start = *self.second.get_or_insert(span.start.max(frame.start));
        self.heard_secs += frame.secs() as f32;
        self.unjudged = true;
        if self.heard_secs < EVERY_SECS {
            return None;
        }
        let secs = std::mem::take(&mut self.heard_secs);
        self.second = None;
        let judged = self.judge()?;
        self.baseline.add(frame.end, &judged.features, secs, (1.0 - judged.value).max(LEAST_CALM));
        self.judged = Some(judged);
        self.unjudged = false;
        self.tell(CallSpan::new(start, frame.end), frame.end, None)
    }

    /// How the customer last sounded; `None` before anything could be told.
    pub fn judged(&self) -> Option<&Judged> {
        self.judged.as_ref()
    }

    /// How the stretch of speech under way sounds; `None` where too little of it is voiced.
    fn judge(&mut self) -> Option<Judged> {
        let features = self.stretch.features()?;
        Some(self.model.judge(&features, self.stretch.secs(), &self.baseline))
    }

    /// Takes what the utterance in `span` said; it is known at `now`.
    pub fn said(&mut self, span: CallSpan, now: CallTime, said: Said) -> Option<Tone> {
        let before = self.words(now) * WORDS_KEPT;
        let value = (said.value * said.confidence + before).clamp(-1.0, 1.0);
        let words = said.value;
        self.said = Some((now, Said { value, ..said }));
        self.tell(span, now, Some(words))
    }

    /// By how much the heat has risen over the last seconds; negative where it has fallen, and 0
    /// where nothing was said for so long.
    fn rise(&self, now: CallTime) -> f32 {
        let recent = self.trail.iter().filter(|(at, _)| now.secs_since(*at) <= RISE_OVER_SECS);
        let Some((_, heat)) = recent.clone().next_back() else { return 0.0 };
        // Against the lowest for a rise, the highest for a fall, whichever is further.
        let (mut low, mut high) = (*heat, *heat);
        for (_, value) in recent {
            low = low.min(*value);
            high = high.max(*value);
        }
        if heat - low >= high - heat { heat - low } else { heat - high }
    }

    /// The heat as the coach may know it at `now`; `None` before the first value.
    pub fn heat_now(&self, now: CallTime) -> Option<HeatNow> {
        let (_, value) = self.heat?;
        let confidence = self.confidence;
        Some(HeatNow { value, rise: self.rise(now), confidence })
    }

    /// What the words said are still felt as, −1 to 1.
    fn words(&self, now: CallTime) -> f32 {
        self.said.as_ref().map_or(0.0, |(at, said)| {
            said.value * (-now.secs_since(*at) / WORDS_LAST_SECS).exp() as f32
        })
    }

    fn tell(&mut self, span: CallSpan, now: CallTime, words: Option<f32>) -> Option<Tone> {
        let felt = self.words(now);
        let by_words = if felt < 0.0 { -felt * BAD_WORDS } else { -felt * GOOD_WORDS };
        let judged = self.judged.as_ref();
        let by_voice = judged.map_or(0.0, |judged| {
            let odds = (judged.value / (1.0 - judged.value).max(1e-6)).max(1e-6).ln();
            VOICE_WEIGHT * judged.confidence * odds.clamp(-VOICE_LIMIT, VOICE_LIMIT)
        });
        if judged.is_none() && words.is_none() {
            return None;
        }
        let target = 1.0 / (1.0 + (-(PRIOR + by_voice + by_words)).exp());
        let heat = match self.heat {
            None => target,
            Some((at, heat)) => {
                let secs = now.secs_since(at).clamp(0.0, LONGEST_STEP_SECS);
                let pace = if target > heat { RISE_SECS } else { FALL_SECS };
                heat + (target - heat) * (1.0 - (-secs / pace).exp()) as f32
            }
        };
        self.heat = Some((now, heat));
        self.trail.push_back((now, heat));
        while self.trail.front().is_some_and(|(at, _)| now.secs_since(*at) > RISE_OVER_SECS) {
            self.trail.pop_front();
        }
        let confidence = match (judged.map(|judged| judged.confidence), words) {
            (Some(voice), None) => voice,
            (voice, Some(_)) => {
                // Two witnesses are wrong together less often than either.
                let said = self.said.as_ref().map_or(0.0, |(_, said)| said.confidence);
                1.0 - (1.0 - voice.unwrap_or(0.0)) * (1.0 - 0.5 * said)
            }
            (None, None) => 0.0,
        };
        self.confidence = confidence;
        let voice = judged.map_or(0.5, |judged| judged.value);
        let why = self.reasons(felt, by_words);
        let rise = self.rise(now);
        Some(Tone { span, heat, voice, words, confidence, rise, why })
    }

    /// What moved the heat most, the strongest first.
    fn reasons(&self, felt: f32, by_words: f32) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if let Some(judged) = &self.judged {
            let weight = VOICE_WEIGHT * judged.confidence;
            reasons.extend(judged.moved.iter().map(|(aspect, by)| Reason {
                what: words_for(*aspect, *by > 0.0).to_owned(),
                by: by * weight,
            }));
        }
        if let Some((_, said)) = self.said.as_ref().filter(|_| felt != 0.0) {
            let total: f32 = said.phrases.iter().map(|(_, by)| by.abs()).sum();
            reasons.extend(said.phrases.iter().map(|(phrase, by)| Reason {
                what: format!("“{phrase}”"),
                by: -by.signum() * (by / total.max(1e-6) * by_words).abs(),
            }));
        }
        reasons.retain(|reason| reason.by.abs() >= LEAST_REASON);
        reasons.sort_by(|a, b| b.by.abs().total_cmp(&a.by.abs()));
        reasons.truncate(REASONS);
        reasons
    }
}

/// How a voice sounds that an aspect made tenser, or calmer.
fn words_for(aspect: Aspect, tense: bool) -> &'static str {
    match (aspect, tense) {
        (Aspect::Pitch, true) => "raised pitch",
        (Aspect::Pitch, false) => "easy pitch",
        (Aspect::Melody, true) => "agitated melody",
        (Aspect::Melody, false) => "even melody",
        (Aspect::Sharpness, true) => "sharp voice",
        (Aspect::Sharpness, false) => "soft voice",
        (Aspect::Clearness, true) => "strained voice",
        (Aspect::Clearness, false) => "relaxed voice",
        (Aspect::Emphasis, true) => "hard emphasis",
        (Aspect::Emphasis, false) => "gentle emphasis",
        (Aspect::Rhythm, true) => "driven rhythm",
        (Aspect::Rhythm, false) => "calm rhythm",
        (Aspect::Loudness, true) => "raised voice",
        (Aspect::Loudness, false) => "lowered voice",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::features::{self, COUNT};
    use crate::tone::head::Head;
    use crate::tone::pitch::Pitch;
    use crate::tone::spectrum::Shape;
    use crate::tone::voice::{Confidence, SCHEMA, Scale, VoiceFile};

    /// A model that only hears how high the voice is: 12 semitones above 100 Hz are even odds
    /// (or the speaker's own baseline), and each more or less is one.
    fn by_pitch() -> Arc<VoiceModel> {
        let names = features::names();
        assert_eq!(names[0].0, "f0_median_st");
        let mut pitch = [0.0; COUNT];
        pitch[0] = 1.0;
        let head = Head::of_weights(0.0, &pitch);
        let scale = |(name, _)| Scale { name, mean: 12.0, deviation: 1.0 };
        let file = VoiceFile {
            schema: SCHEMA.into(),
            trained: String::new(),
            features: names.into_iter().map(scale).collect(),
            cold: head.clone(),
            warm: head,
            confidence: Confidence { bias: 1.5, log_secs: 0.8, voiced: 0.0, known: 0.5 },
        };
        VoiceModel::from_json(&serde_json::to_vec(&file).unwrap()).unwrap()
    }

    /// Speaks at `hz` for `secs` from `start` on; returns what was told.
    fn speak(tone: &mut CustomerTone, start: f64, secs: f64, hz: f32) -> Vec<Tone> {
        let pitch = Pitch { f0_hz: Some(hz), likeness: 0.9 };
        let shapes = [Some(Shape { level_db: -20.0, ..Shape::default() }); 2];
        let sounds = Sounds { pitch: [pitch; 4], shapes, ..Sounds::default() };
        let first = CallTime::from_secs(start);
        let mut told = Vec::new();
        for i in 0..(secs / 0.032) as u64 {
            let frame = CallSpan::new(first + i * 512, first + (i + 1) * 512);
            told.extend(tone.hear(&sounds, frame, Some(CallSpan::new(first, frame.end))));
        }
        told
    }

    fn said(value: f32, phrase: &str) -> Said {
        Said { value, confidence: 1.0, phrases: vec![(phrase.to_owned(), value)] }
    }

    #[test]
    fn a_value_comes_with_each_second_of_speech() {
        let mut tone = CustomerTone::new(by_pitch());
        let told = speak(&mut tone, 0.0, 3.3, 200.0);
        assert_eq!(told.len(), 3);
        assert!((told[0].span.end.secs() - 1.0).abs() < 0.05);
        assert!((told[0].voice - 0.5).abs() < 1e-3 && told[0].words.is_none());
        assert!(told[2].confidence > told[0].confidence);
    }

    #[test]
    fn heat_rises_fast_and_falls_slowly() {
        let mut tone = CustomerTone::new(by_pitch());
        let calm = speak(&mut tone, 0.0, 4.1, 180.0).last().unwrap().heat;
        let hot = speak(&mut tone, 10.0, 4.1, 320.0);
        // Up within a second or two, and noticed as a rise.
        let peak = hot[3].heat;
        assert!(calm < 0.2 && peak > 0.4 && hot[1].heat > 0.7 * peak, "{calm}, {hot:?}");
        let rise_at =
            |tone: &CustomerTone, secs| tone.heat_now(CallTime::from_secs(secs)).unwrap().rise;
        assert!(rise_at(&tone, 14.1) > 0.25);
        // Nobody is told of it when it is long over.
        assert_eq!(rise_at(&tone, 27.0), 0.0);
        // A second of calm speech later most of it is left, and it is seen to fall.
        let after = speak(&mut tone, 16.0, 4.1, 180.0);
        assert!(after[0].heat > 0.5 * peak && after[3].heat < 0.7 * after[0].heat, "{after:?}");
        assert!(rise_at(&tone, 20.1) < 0.0);
    }

    #[test]
    fn words_tell_joy_from_anger() {
        let heat = |value: f32, phrase: &str| {
            let mut tone = CustomerTone::new(by_pitch());
            speak(&mut tone, 0.0, 3.3, 240.0);
            let span = CallSpan::new(CallTime::ZERO, CallTime::from_secs(3.3));
            let told = tone.said(span, CallTime::from_secs(4.0), said(value, phrase)).unwrap();
            assert_eq!(told.words, Some(value));
            let reason = told.why.iter().find(|why| why.what.contains(phrase)).unwrap();
            assert_eq!(reason.by > 0.0, value < 0.0);
            // Joy takes the heat away slowly: what it would be after a while.
            speak(&mut tone, 4.1, 4.1, 240.0).last().unwrap().heat
        };
        let (anger, joy) = (heat(-0.9, "third time"), heat(0.9, "wonderful"));
        assert!(anger > 0.6 && joy < anger - 0.2, "{anger}, {joy}");
    }

    #[test]
    fn words_alone_have_a_heat() {
        let mut tone = CustomerTone::new(by_pitch());
        let span = CallSpan::new(CallTime::ZERO, CallTime::from_secs(0.5));
        let told = tone.said(span, CallTime::from_secs(1.0), said(-1.0, "no")).unwrap();
        assert!(told.heat > 0.6 && told.voice == 0.5 && told.confidence <= 0.5);
    }

    #[test]
    fn the_word_does_not_flutter() {
        let moods = |heats: &[f32]| {
            let mut mood = Mood::default();
            heats
                .iter()
                .map(|heat| {
                    mood = mood.then(*heat);
                    mood
                })
                .collect::<Vec<_>>()
        };
        use Mood::{Calm, Heated, Tense};
        assert_eq!(moods(&[0.39, 0.4, 0.35, 0.33]), [Calm, Tense, Tense, Calm]);
        assert_eq!(moods(&[0.73, 0.68, 0.65, 0.7]), [Heated, Heated, Tense, Tense]);
    }
}
