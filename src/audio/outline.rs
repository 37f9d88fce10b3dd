//! How loud a recording gets over its time: what a waveform is drawn from.

use std::path::Path;

use super::decode::{DecodeError, Recording};

/// The loudest sample of each stretch of a recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// Length of a stretch in seconds.
    pub step_secs: f64,
    /// For each channel, the largest absolute sample of each stretch, 0 to 1 at full scale. The last
    /// stretch may be shorter.
    pub channels: Vec<Vec<f32>>,
}

impl Outline {
    /// Reads the recording at `path` through, in stretches of about `step_secs` seconds.
    ///
    /// # Errors
    /// [`DecodeError`], where it can't be read.
    pub fn read(path: &Path, step_secs: f64) -> Result<Outline, DecodeError> {
        let mut recording = Recording::open(path)?;
        let rate = f64::from(recording.info().sample_rate.hz());
        let step = (step_secs * rate).round().max(1.0) as usize;
        let mut channels = vec![Vec::new(); recording.info().channels];
        let mut frame = 0;
        let mut block = Vec::new();
        while recording.read(&mut block)? > 0 {
            for samples in block.chunks_exact(channels.len()) {
                let begins = frame % step == 0;
                for (peaks, sample) in channels.iter_mut().zip(samples) {
                    let sample = sample.abs().min(1.0);
                    match peaks.last_mut().filter(|_| !begins) {
                        Some(peak) => *peak = sample.max(*peak),
                        None => peaks.push(sample),
                    }
                }
                frame += 1;
            }
            block.clear();
        }
        Ok(Outline { step_secs: step as f64 / rate, channels })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::write::CallWriter;
    use crate::units::PerParty;

    #[test]
    fn each_stretch_has_its_loudest_sample() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        let mut writer = CallWriter::create(&path).unwrap();
        let mut audio = PerParty { agent: vec![0.0; 400], customer: vec![0.25; 400] };
        audio.agent[159] = -0.5;
        audio.agent[160] = 0.75;
        writer.write(&audio).unwrap();
        writer.finish().unwrap();
        let outline = Outline::read(&path, 0.01).unwrap();
        assert_eq!(outline.step_secs, 0.01);
        let near = |channel: usize, expected: [f32; 3]| {
            let peaks = &outline.channels[channel];
            let close = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-3;
            assert!(peaks.len() == 3 && peaks.iter().zip(&expected).all(close), "{peaks:?}");
        };
        near(0, [0.5, 0.75, 0.0]);
        near(1, [0.25; 3]);
        assert!(Outline::read(&dir.path().join("none.wav"), 0.01).is_err());
    }
}
