//! What a stretch of speech sounds like, in numbers of which all but one do not depend on how loud the
//! line is.
//!
//! The readings of a stretch (16 ms apart) are summed up by means, spreads and quantiles, much
//! as the eGeMAPS set does (Eyben and others, "The Geneva minimalistic acoustic parameter set",
//! 2016), here inside the telephone's band and causal: a stretch can be summed up at any
//! moment.

use super::pitch::semitones;
use super::spectrum::{BANDS, Shape};

/// Seconds between two readings.
pub const READING_SECS: f32 = 0.016;
/// With fewer voiced readings nothing can be said: an eighth of a second, as in a short shout.
const MIN_VOICED: usize = 8;
/// F0 is given in semitones above this.
const REFERENCE_HZ: f32 = 100.0;
/// Steps of F0 larger than this from one reading to the next are errors of the tracker.
const JUMP_ST: f32 = 3.0;
/// Runs of voice shorter than this are none: two readings.
const MIN_RUN: usize = 2;

/// How many features there are.
pub const COUNT: usize = 55;
/// The one that depends on the line: it says something only against the speaker's own.
pub const LEVEL: usize = COUNT - 1;
/// Which share of the stretch is voiced.
pub const VOICED_SHARE: usize = COUNT - 5;

/// What a feature is about, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// How high the voice is.
    Pitch,
    /// How much it moves.
    Melody,
    /// How much of its energy lies high: a pressed, sharp voice.
    Sharpness,
    /// How clear or rough it is.
    Clearness,
    /// How its loudness moves.
    Emphasis,
    /// How fast, and with how many breaks.
    Rhythm,
    /// How loud it is against the speaker's own.
    Loudness,
}

/// The features of one stretch of speech.
pub type Features = [f32; COUNT];

/// One reading of 16 ms of speech.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The spectrum.
    pub shape: Shape,
    /// F0 in Hz; `None` where nothing is voiced.
    pub f0_hz: Option<f32>,
    /// How much the sound repeats itself, 0 to 1.
    pub likeness: f32,
    /// Syllable nuclei passed since the last reading.
    pub nuclei: u32,
}

/// Name and aspect of each feature, in order.
pub fn names() -> Vec<(String, Aspect)> {
    use Aspect::*;
    let mut names: Vec<(String, Aspect)> = Vec::with_capacity(COUNT);
    let mut add = |aspect, list: &[&str]| {
        names.extend(list.iter().map(|name| ((*name).to_owned(), aspect)));
    };
    add(Pitch, &["f0_median_st", "f0_p80_st", "f0_loud_st"]);
    add(Melody, &["f0_range_st", "f0_std_st", "f0_speed_st_s", "f0_trend_st_s"]);
    add(Clearness, &["jitter_st", "likeness_mean", "likeness_std"]);
    add(Emphasis, &["level_std_db", "level_above_median_db", "level_below_median_db", "attack_db"]);
    let shape = ["alpha_db", "hammarberg_db", "slope_low_db", "slope_high_db", "centroid_khz"];
    for name in shape {
        add(Sharpness, &[&format!("{name}_mean")]);
    }
    for name in shape {
        add(Sharpness, &[&format!("{name}_loud")]);
    }
    add(Sharpness, &["alpha_db_std", "hammarberg_db_std", "centroid_khz_std"]);
    add(Melody, &["flux_mean", "flux_p80"]);
    for band in 0..BANDS {
        add(Sharpness, &[&format!("band_{band}_db")]);
    }
    add(
        Rhythm,
        &["nuclei_s", "voiced_share", "voiced_run_secs", "voiced_runs_s", "nuclei_voiced_s"],
    );
    add(Loudness, &["level_db"]);
    names
}

/// Sums up a stretch of speech, its readings in order; `None` where too little is voiced.
pub fn features(readings: &[Reading]) -> Option<Features> {
    let voiced: Vec<(&Reading, f32)> = readings
        .iter()
        .filter_map(|r| r.f0_hz.map(|hz| (r, semitones(hz, REFERENCE_HZ))))
        .collect();
    if voiced.len() < MIN_VOICED {
        return None;
    }
    let of =
        |value: &dyn Fn(&Shape) -> f32| Spread::of(voiced.iter().map(|(r, _)| value(&r.shape)));
    let level = of(&|shape| shape.level_db);
    // The loudest third: the middles of stressed vowels, where effort shows most.
    let loud_db = level.quantile(2.0 / 3.0);
    let loud: Vec<&(&Reading, f32)> =
        voiced.iter().filter(|(r, _)| r.shape.level_db >= loud_db).collect();
    let loud_mean = |value: &dyn Fn(&(&Reading, f32)) -> f32| {
        loud.iter().map(|r| value(r)).sum::<f32>() / loud.len() as f32
    };
    let f0 = Spread::of(voiced.iter().map(|(_, st)| *st));
    let likeness = Spread::of(voiced.iter().map(|(r, _)| r.likeness));
    let flux = of(&|shape| shape.flux);
    let alpha = of(&|shape| shape.alpha_db);
    let hammarberg = of(&|shape| shape.hammarberg_db);
    let centroid = of(&|shape| shape.centroid_khz);

    let mut steps = Vec::new();
    let mut bends = Vec::new();
    let mut runs: Vec<usize> = Vec::new();
    let mut run: Vec<f32> = Vec::new();
    for reading in readings.iter().map(Some).chain([None]) {
        let st = reading.and_then(|r| r.f0_hz).map(|hz| semitones(hz, REFERENCE_HZ));
        match st {
            Some(st) if run.last().is_none_or(|last| (st - last).abs() <= JUMP_ST) => run.push(st),
            _ => {
                if run.len() >= MIN_RUN {
                    runs.push(run.len());
                    steps.extend(run.windows(2).map(|pair| (pair[1] - pair[0]).abs()));
                    bends.extend(run.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).abs() / 2.0));
                }
                run.clear();
                run.extend(st);
            }
        }
    }
    let attacks = readings.windows(3).map(|w| (w[2].shape.level_db - w[0].shape.level_db).max(0.0));
    let secs = readings.len() as f32 * READING_SECS;
    let voiced_secs = voiced.len() as f32 * READING_SECS;
    let nuclei = readings.iter().map(|r| r.nuclei).sum::<u32>() as f32;

    let mut features = [0.0; COUNT];
    let mut slots = features.iter_mut();
    let mut put = |value: f32| *slots.next().expect("as many as are counted") = value;
    put(f0.quantile(0.5));
    put(f0.quantile(0.8));
    put(loud_mean(&|(_, st)| *st));
    put(f0.quantile(0.9) - f0.quantile(0.1));
    put(f0.deviation());
    put(mean(steps) / READING_SECS);
    put(trend(voiced.iter().map(|(_, st)| *st)) / READING_SECS);
    put(mean(bends));
    put(likeness.mean());
    put(likeness.deviation());
    put(level.deviation());
    put(level.quantile(0.9) - level.quantile(0.5));
    put(level.quantile(0.5) - level.quantile(0.1));
    put(mean(attacks));
    let shape: [&dyn Fn(&Shape) -> f32; 5] =
        [&|s| s.alpha_db, &|s| s.hammarberg_db, &|s| s.slope_low_db, &|s| s.slope_high_db, &|s| {
            s.centroid_khz
        }];
    for value in shape {
        put(of(value).mean());
    }
    for value in shape {
        put(loud_mean(&|(r, _)| value(&r.shape)));
    }
    put(alpha.deviation());
    put(hammarberg.deviation());
    put(centroid.deviation());
    put(flux.mean());
    put(flux.quantile(0.8));
    for band in 0..BANDS {
        put(of(&|shape| shape.bands_db[band]).mean());
    }
    put(nuclei / secs);
    put(voiced_secs / secs);
    put(runs.iter().sum::<usize>() as f32 * READING_SECS / runs.len().max(1) as f32);
    put(runs.len() as f32 / secs);
    put(nuclei / voiced_secs);
    put(level.mean());
    Some(features)
}

fn mean(values: impl IntoIterator<Item = f32>) -> f32 {
    let (sum, count) = values.into_iter().fold((0.0, 0u32), |(sum, n), v| (sum + v, n + 1));
    sum / count.max(1) as f32
}

/// Slope of the straight line nearest to the values, for each step.
fn trend(values: impl ExactSizeIterator<Item = f32>) -> f32 {
    let middle = (values.len() as f32 - 1.0) / 2.0;
    let (mut along, mut spread) = (0.0, 0.0);
    for (i, value) in values.enumerate() {
        let x = i as f32 - middle;
        along += x * value;
        spread += x * x;
    }
    along / f32::max(spread, 1.0)
}

/// Values in order of size.
struct Spread(Vec<f32>);

impl Spread {
    fn of(values: impl Iterator<Item = f32>) -> Self {
        let mut sorted: Vec<f32> = values.collect();
        sorted.sort_by(f32::total_cmp);
        Spread(sorted)
    }

    fn mean(&self) -> f32 {
        mean(self.0.iter().copied())
    }

    fn deviation(&self) -> f32 {
        let own = self.mean();
        mean(self.0.iter().map(|v| (v - own) * (v - own))).sqrt()
    }

    /// The value below which the `share` lies, between its neighbours by proportion.
    fn quantile(&self, share: f32) -> f32 {
        let place = share * (self.0.len() - 1) as f32;
        let (low, part) = (place.floor() as usize, place.fract());
        let high = (low + 1).min(self.0.len() - 1);
        self.0[low] * (1.0 - part) + self.0[high] * part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(f0_hz: Option<f32>, level_db: f32) -> Reading {
        let shape = Shape { level_db, alpha_db: 10.0, ..Shape::default() };
        Reading { shape, f0_hz, likeness: 0.8, nuclei: 0 }
    }

    fn feature(features: &Features, name: &str) -> f32 {
        features[names().iter().position(|(known, _)| known == name).unwrap()]
    }

    #[test]
    fn there_are_as_many_names_as_features() {
        let names = names();
        assert_eq!(names.len(), COUNT);
        let mut unique: Vec<&String> = names.iter().map(|(name, _)| name).collect();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), COUNT);
        assert_eq!((&*names[LEVEL].0, &*names[VOICED_SHARE].0), ("level_db", "voiced_share"));
    }

    #[test]
    fn too_little_voice_says_nothing() {
        let mut readings = vec![reading(Some(100.0), -20.0); MIN_VOICED - 1];
        readings.extend(vec![reading(None, -20.0); 100]);
        assert_eq!(features(&readings), None);
        readings.push(reading(Some(100.0), -20.0));
        assert!(features(&readings).is_some());
    }

    #[test]
    fn a_stretch_is_summed_up() {
        // Half a second an octave above the reference, then as long unvoiced; one nucleus.
        let mut readings = vec![reading(Some(200.0), -20.0); 32];
        readings.extend(vec![reading(None, -40.0); 32]);
        readings[5].nuclei = 1;
        let found = features(&readings).unwrap();
        let secs = 64.0 * READING_SECS;
        for (name, expected) in [
            ("f0_median_st", 12.0),
            ("f0_range_st", 0.0),
            ("f0_speed_st_s", 0.0),
            ("level_std_db", 0.0),
            ("alpha_db_mean", 10.0),
            ("likeness_mean", 0.8),
            ("voiced_share", 0.5),
            ("voiced_runs_s", 1.0 / secs),
            ("voiced_run_secs", secs / 2.0),
            ("nuclei_s", 1.0 / secs),
            ("nuclei_voiced_s", 2.0 / secs),
        ] {
            let found = feature(&found, name);
            assert!((found - expected).abs() < 1e-4, "{name}: {found} instead of {expected}");
        }
    }

    #[test]
    fn pitch_that_glides_has_a_speed_and_a_trend() {
        // Up by a tenth of a semitone a reading: 6.25 semitones a second.
        let hz = |i: usize| 100.0 * 2f32.powf(i as f32 / 120.0);
        let readings: Vec<Reading> = (0..60).map(|i| reading(Some(hz(i)), -20.0)).collect();
        let found = features(&readings).unwrap();
        assert!((feature(&found, "f0_speed_st_s") - 6.25).abs() < 0.01);
        assert!((feature(&found, "f0_trend_st_s") - 6.25).abs() < 0.01);
        assert!(feature(&found, "jitter_st") < 0.001);
    }

    #[test]
    fn level_counts_once() {
        let at = |db: f32| {
            let loud = |i: usize| db + (i % 7) as f32;
            let readings: Vec<Reading> =
                (0..60).map(|i| reading(Some(150.0 + i as f32), loud(i))).collect();
            features(&readings).unwrap()
        };
        for (i, (loud, soft)) in at(-10.0).iter().zip(at(-50.0)).enumerate() {
            let expected = if i == LEVEL { 40.0 } else { 0.0 };
            assert!((loud - soft - expected).abs() < 1e-3);
        }
    }
}
