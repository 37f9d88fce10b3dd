//! Recordings that are cut short, damaged, mislabelled or no recordings at all.

mod recordings;

use std::io::Cursor;
use std::path::Path;

use evenkeel::audio::decode::{Defect, Recording};
use proptest::prelude::*;
use recordings::{Numbers, Wav, compressed, damage, hear, refusal, repair_ogg};

/// Speech-like sound at 8 kHz, 16 bits: harmonics of a gliding voice under two formants, in
/// syllables with pauses, with hiss 50 dB below; `peak` of full scale.
fn speech(peak: f64) -> Vec<i16> {
    let mut numbers = Numbers(20);
    let mut phase = 0.0;
    let mut samples = Vec::new();
    for n in 0..32_000 {
        let secs = f64::from(n) / 8_000.0;
        let f0 = 120.0 + 30.0 * (secs * 2.0).sin();
        phase += std::f64::consts::TAU * f0 / 8_000.0;
        let harmonics = (1..=28).map(|k| {
            let hz = f0 * f64::from(k);
            let formant = |centre: f64, width: f64| 1.0 / (1.0 + ((hz - centre) / width).powi(2));
            (phase * f64::from(k)).sin() * (formant(500.0, 100.0) + 0.5 * formant(1_500.0, 150.0))
        });
        let syllable = (secs * 4.0 * std::f64::consts::TAU).sin().max(0.0);
        let pause = if secs % 2.0 > 1.5 { 0.0 } else { 1.0 };
        let hiss = (numbers.below(2_001) as f64 / 1_000.0 - 1.0) * 0.003;
        samples.push(harmonics.sum::<f64>() * syllable * pause / 3.0 + hiss);
    }
    let largest = samples.iter().fold(0.0, |most: f64, sample| most.max(sample.abs()));
    samples.iter().map(|sample| (sample / largest * peak * 32_767.0).round() as i16).collect()
}

/// Defects of 16-bit PCM in the order given, and with the bytes of each sample swapped.
fn in_both_orders(samples: &[i16]) -> [Vec<Defect>; 2] {
    let swapped: Vec<i16> = samples.iter().map(|sample| sample.swap_bytes()).collect();
    [samples, &swapped].map(|samples| hear(Wav::pcm16(1, samples).bytes()).unwrap().defects)
}

#[test]
fn swapped_bytes_are_noticed_and_left_alone() {
    for peak in [0.9, 0.3, 0.1, 0.03] {
        let samples = speech(peak);
        let [right, swapped] = in_both_orders(&samples);
        assert_eq!(right, [], "peak {peak}");
        assert_eq!(swapped, [Defect::LooksByteSwapped], "peak {peak}");
    }
    let samples = speech(0.5);
    let mut wav = Wav::pcm16(1, &samples);
    wav.data = samples.iter().flat_map(|sample| sample.to_be_bytes()).collect();
    let heard = hear(wav.bytes()).unwrap();
    assert_eq!(heard.samples[4_000], f32::from(samples[4_000].swap_bytes()) / 32_768.0);
}

#[test]
fn nothing_but_swapped_speech_looks_swapped() {
    let mut numbers = Numbers(3);
    let mut noise = |size: usize| -> Vec<i16> {
        (0..32_000).map(|_| (numbers.below(2 * size + 1) as i32 - size as i32) as i16).collect()
    };
    for size in [0, 1, 3, 10, 100, 1_000, 10_000, 32_767] {
        let [one, other] = in_both_orders(&noise(size));
        assert_eq!((one, other), (vec![], vec![]), "noise of ±{size}");
    }
    for peak in [0.01, 0.003, 0.001, 0.000_1] {
        assert_eq!(in_both_orders(&speech(peak))[0], [], "speech at {peak}");
    }
    for hz in (50..4_000).step_by(25) {
        for peak in [100.0, 1_000.0, 12_000.0, 32_767.0] {
            let turn = std::f64::consts::TAU * f64::from(hz) / 8_000.0;
            let tone = |n: i32| (peak * (turn * f64::from(n)).sin()).round() as i16;
            let tone: Vec<i16> = (0..8_000).map(tone).collect();
            assert_eq!(in_both_orders(&tone)[0], [], "{hz} Hz at {peak}");
        }
    }
    // Sound that was 8-bit once: the low byte is always 0.
    let coarse: Vec<i16> = speech(0.5).iter().map(|sample| sample & !0xFF).collect();
    assert_eq!(in_both_orders(&coarse)[0], []);
}

#[test]
fn a_file_shorter_than_its_header_is_read_to_its_end() {
    let samples: Vec<i16> = (0..20_000).collect();
    let whole = Wav::pcm16(2, &samples).bytes();
    let heard = hear(whole[..whole.len() - 20_001].to_vec()).unwrap();
    // 80 000 bytes less 20 001 are 59 999: 14 999 frames of 4 bytes and 3 bytes more.
    assert_eq!((heard.info.frames, heard.frames()), (Some(10_000), 4_999));
    let defect = Defect::Truncated { expected_frames: Some(10_000), found_frames: 4_999 };
    assert_eq!(heard.defects, [defect]);
    assert_eq!(
        heard.defects[0].to_string(),
        "shorter than its header says: 10000 frames promised, 4999 found"
    );
}

#[test]
fn a_length_that_was_never_filled_in_is_found_out() {
    let plain = Wav::pcm16(2, &[1000; 20_000]);
    for data_length in [0, u32::MAX, 0x7FFF_F000, 0xFFFF_F000] {
        let heard = hear(Wav { data_length: Some(data_length), ..plain.clone() }.bytes()).unwrap();
        assert_eq!((heard.info.frames, heard.frames()), (None, 10_000));
        let defect = Defect::HeaderLengthWrong { header_frames: None, found_frames: 10_000 };
        assert_eq!(heard.defects, [defect]);
    }
}

#[test]
fn a_recording_of_no_frames_is_no_defect() {
    let empty = Wav::pcm16(2, &[]);
    let list = empty.chunk(b"LIST", b"INFO");
    for wav in [empty.clone(), Wav { after: list, ..empty }] {
        let heard = hear(wav.bytes()).unwrap();
        assert_eq!((heard.info.frames, heard.frames()), (Some(0), 0));
        assert_eq!(heard.defects, []);
    }
}

#[test]
fn what_is_left_over_is_left_out_and_said() {
    let plain = Wav::pcm16(2, &[1; 8]);
    let mut partial = plain.clone();
    partial.data.extend([1, 2, 3]);
    let heard = hear(partial.bytes()).unwrap();
    assert_eq!(heard.frames(), 4);
    assert_eq!(heard.defects, [Defect::PartialFrame { bytes: 3 }]);

    let junk = Wav { after: vec![0x81; 500], ..plain };
    let heard = hear(junk.bytes()).unwrap();
    assert_eq!(heard.frames(), 4);
    assert_eq!(heard.defects, [Defect::BytesAfterData { bytes: 500 }]);
}

#[test]
fn headers_that_make_no_sense_are_refused_with_the_place() {
    let plain = Wav::pcm16(2, &[1; 8]);
    let whole = plain.bytes();
    let mut huge_chunk = plain.clone();
    huge_chunk.before = [b"LIST", &1_000_000u32.to_le_bytes()[..]].concat();
    let no_fmt = [&whole[..12], &whole[36..]].concat();
    let short_fmt = [&whole[..12], b"fmt \x0E\0\0\0", &whole[20..34], &whole[36..]].concat();
    let mut not_pcm = plain.clone().extensible();
    not_pcm.fmt_more[14] = 0x99;
    let cases: [(Vec<u8>, &str); 12] = [
        (Wav { bits: 17, block_align: Some(4), ..plain.clone() }.bytes(), "17 bits"),
        (Wav { bits: 0, block_align: Some(4), ..plain.clone() }.bytes(), "0 bits"),
        (Wav { tag: 7, ..plain.clone() }.bytes(), "16 bits a sample don't go with mu-law"),
        (Wav { block_align: Some(2), ..plain.clone() }.bytes(), "frames of 2 bytes"),
        (Wav { block_align: Some(0), ..plain.clone() }.bytes(), "frames of 0 bytes"),
        (Wav { tag: 0x31, ..plain.clone() }.bytes(), "GSM 6.10 (format tag 0x0031)"),
        (Wav { tag: 0xFFFE, ..plain.clone() }.bytes(), "16 bytes, not 40"),
        (not_pcm.bytes(), "no format tag"),
        (whole[..12].to_vec(), "no `fmt ` chunk"),
        (whole[..36].to_vec(), "no `data` chunk"),
        (no_fmt, "before any `fmt ` chunk"),
        (short_fmt, "14 bytes, not 16"),
    ];
    for (bytes, expected) in cases {
        let message = refusal(bytes);
        assert!(message.starts_with("call.wav: "), "{message}");
        assert!(message.contains(expected), "{message}");
        assert!(message.contains("; c"), "says what to do: {message}");
    }
    let message = refusal(huge_chunk.bytes());
    assert!(message.contains("at byte 36: chunk `LIST` claims 1000000 bytes"), "{message}");
}

#[test]
fn what_is_no_recording_is_called_by_its_name() {
    let cases: [(&[u8], &str); 9] = [
        (b"", "the file is empty"),
        (b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00", "a JPEG picture's"),
        (b"Dear customer,\nthank you for your call.\n", "text"),
        (b"{\"calls\": []}", "text"),
        (b"%PDF-1.7\n", "a PDF document's"),
        (b"RIFF\x00\x01\x00\x00AVI LIST", "a RIFF file without sound"),
        (&[0; 4096], "all zero"),
        (b"\x00\x01\x02\x03\x04", "no known recording (00 01 02 03)"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x00", "only a tag"),
    ];
    for (bytes, expected) in cases {
        let message = refusal(bytes.to_vec());
        assert!(message.starts_with("call.wav: ") && message.contains(expected), "{message}");
    }
}

#[test]
fn paths_that_lead_to_no_file_are_refused() {
    let message = |path: &Path| match Recording::open(path) {
        Ok(_) => panic!("{} was read", path.display()),
        Err(error) => error.to_string(),
    };
    let folder = tempfile::tempdir().unwrap();
    assert!(message(folder.path()).contains("is a folder, not a file"));
    let missing = folder.path().join("missing.wav");
    assert!(message(&missing).contains("missing.wav: can't be opened"));
    let empty = folder.path().join("empty.wav");
    std::fs::write(&empty, b"").unwrap();
    assert!(message(&empty).contains("empty.wav: the file is empty"));
    #[cfg(unix)]
    assert!(message(Path::new("/dev/null")).contains("is a pipe or device"));
}

/// A source whose reading fails from some byte on, as on a bad disk.
struct BadDisk(Cursor<Vec<u8>>, u64);

impl std::io::Read for BadDisk {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.0.position() >= self.1 {
            return Err(std::io::Error::other("bad sector"));
        }
        let room = (self.1 - self.0.position()).min(buffer.len() as u64) as usize;
        self.0.read(&mut buffer[..room])
    }
}

impl std::io::Seek for BadDisk {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_disk_that_fails_is_an_error_and_not_an_end() {
    let wav = Wav::pcm16(1, &[7; 100_000]).bytes();
    let (_, flac) = compressed()[0];
    for bytes in [wav, flac.to_vec()] {
        let good = bytes.len() as u64 / 2;
        let disk = BadDisk(Cursor::new(bytes), good);
        let outcome = Recording::from_reader("call.wav", Box::new(disk)).and_then(|mut call| {
            let mut samples = Vec::new();
            while call.read(&mut samples)? > 0 {}
            Ok(samples.len())
        });
        let message = outcome.unwrap_err().to_string();
        assert!(message.contains("call.wav: reading failed: bad sector"), "{message}");
    }
}

#[test]
fn sound_after_damage_stays_at_its_time() {
    // 1152 frames a block: bytes 3000 to 3100 hit one block, which becomes silence.
    let (_, flac) = compressed()[0];
    let whole = hear(flac.to_vec()).unwrap();
    let mut damaged = flac.to_vec();
    damaged[3_000..3_100].fill(0);
    let heard = hear(damaged).unwrap();
    assert_eq!(heard.frames(), whole.frames());
    let [Defect::Gap { at, missing_frames: 1_152, silent_frames: 1_152 }] = heard.defects[..]
    else {
        panic!("{:?}", heard.defects);
    };
    let (start, end) = (at.frame as usize, at.frame as usize + 1_152);
    assert_eq!(heard.samples[..start], whole.samples[..start]);
    assert!(heard.samples[start..end].iter().all(|&sample| sample == 0.0));
    assert_eq!(heard.samples[end..], whole.samples[end..]);
}

#[test]
fn compressed_recordings_cut_short_are_read_as_far_as_they_go() {
    let [flac, mp3, _, opus, _, webm] = compressed();
    for (name, bytes) in [flac, mp3, opus, webm] {
        let whole = hear(bytes.to_vec()).unwrap();
        let heard = hear(bytes[..bytes.len() * 2 / 3].to_vec()).unwrap();
        let frames = heard.frames();
        assert!(frames > whole.frames() / 3 && frames < whole.frames(), "{name}: {frames}");
        let [Defect::Truncated { found_frames, .. }] = heard.defects[..] else {
            panic!("{name}: {:?}", heard.defects);
        };
        assert_eq!(found_frames, frames as u64);
    }
}

#[test]
fn compressed_recordings_of_which_nothing_is_left_are_refused() {
    for (name, bytes) in compressed() {
        let message = refusal(bytes[..60].to_vec());
        assert!(message.contains("call.wav: a"), "{name}: {message}");
        assert!(message.contains("copy it again"), "{name}: {message}");
    }
}

/// Whatever the bytes: an error with the file's name, or sound of bounded length whose samples are
/// numbers. (The bound: FLAC's constant blocks hold 65,535 frames in 10 bytes or more, missing
/// sound is at most 600 s.)
fn read_anything(bytes: Vec<u8>) {
    let bound = bytes.len() * 6_554 + 600 * 48_000;
    match hear(bytes) {
        Ok(heard) => {
            assert!(heard.frames() <= bound, "{} frames", heard.frames());
            assert!(heard.samples.iter().all(|sample| sample.is_finite()));
            assert!(heard.defects.len() < 100);
            assert!(heard.defects.iter().all(|defect| !defect.to_string().is_empty()));
        }
        Err(error) => assert!(error.to_string().starts_with("call.wav: ")),
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(
        magic in prop::sample::select(vec![
            &b"RIFF\x10\x00\x00\x00WAVEfmt \x10\x00\x00\x00"[..], b"RIFX\0\0\0\0WAVE", b"fLaC",
            b"RF64\xFF\xFF\xFF\xFFWAVEds64", b"OggS", b"ID3", b"\xFF\xFB\x90\x00", b"\xFF\xF1",
            b"\0\0\0\x20ftypM4A ", b"\x1A\x45\xDF\xA3", b"",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        read_anything([magic, &bytes].concat());
    }

    #[test]
    fn any_wav_header_is_read_or_refused(
        tag in prop_oneof![Just(1u16), Just(3), Just(6), Just(7), Just(0xFFFE), any::<u16>()],
        channels in prop_oneof![0u16..10, any::<u16>()],
        rate_hz in prop_oneof![Just(8_000u32), any::<u32>()],
        bits in prop_oneof![prop::sample::select(vec![8u16, 16, 24, 32, 64]), any::<u16>()],
        block_align in prop::option::of(any::<u16>()),
        data_length in prop::option::of(any::<u32>()),
        extensible: bool,
        before in prop::collection::vec(any::<u8>(), 0..40),
        data in prop::collection::vec(any::<u8>(), 0..500),
        after in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut wav = Wav::new(tag, channels, rate_hz, bits, data);
        (wav.block_align, wav.data_length) = (block_align, data_length);
        (wav.before, wav.after) = (before, after);
        if extensible {
            wav = wav.extensible();
        }
        read_anything(wav.bytes());
    }
}

#[test]
fn damaged_recordings_never_panic() {
    let samples: Vec<i16> = (0..3_000).map(|n| (n % 200) * 100).collect();
    let wav = Wav::pcm16(2, &samples);
    let mut g711 = Wav::new(7, 2, 8_000, 8, vec![0x9A; 3_000]);
    g711.before = g711.chunk(b"fact", &1_500u32.to_le_bytes());
    let mut corpus = vec![wav.bytes(), wav.extensible().bytes(), g711.bytes()];
    corpus.extend(compressed().map(|(_, bytes)| bytes.to_vec()));
    let mut numbers = Numbers(0x5EED);
    // Fewer without optimisation, to stay within seconds.
    let cases = if cfg!(debug_assertions) { 1_500 } else { 6_000 };
    for case in 0..cases {
        let mut bytes = corpus[numbers.below(corpus.len())].clone();
        damage(&mut bytes, &mut numbers);
        if case % 2 == 0 {
            repair_ogg(&mut bytes);
        }
        read_anything(bytes);
    }
}
