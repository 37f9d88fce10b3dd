//! Recordings of each kind, made here byte by byte or by the usual encoders, read sample by sample.

mod recordings;

use evenkeel::audio::decode::{Defect, Recording};
use evenkeel::units::SampleRate;
use recordings::{Wav, compressed, hear, refusal};

/// A tone of 440 Hz at half scale with one click at full scale, 8 kHz.
fn tone_with_click() -> Vec<f64> {
    let mut samples: Vec<f64> = (0..20_000)
        .map(|n| 0.5 * (std::f64::consts::TAU * 440.0 * f64::from(n) / 8_000.0).sin())
        .collect();
    samples[12_345] = -1.0;
    samples
}

#[track_caller]
fn assert_near(heard: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(heard.len(), expected.len());
    for (n, (heard, expected)) in heard.iter().zip(expected).enumerate() {
        let error = (f64::from(*heard) - expected).abs();
        assert!(error <= tolerance, "sample {n}: {heard}, expected {expected}");
    }
}

#[test]
fn integer_and_floating_point_samples_keep_their_value() {
    type Encode = fn(f64) -> Vec<u8>;
    let kinds: [(u16, u16, &str, f64, Encode); 6] = [
        (1, 8, "pcm_u8", 1.0 / 128.0, |x| vec![((x * 127.0).round() + 128.0) as u8]),
        (1, 16, "pcm_s16le", 1.0 / 32_768.0, |x| ((x * 32_767.0) as i16).to_le_bytes().into()),
        (1, 24, "pcm_s24le", 1.0 / 8_388_608.0, |x| {
            ((x * 8_388_607.0) as i32).to_le_bytes()[..3].into()
        }),
        (1, 32, "pcm_s32le", 1e-7, |x| ((x * 2_147_483_647.0) as i32).to_le_bytes().into()),
        (3, 32, "pcm_f32le", 1e-7, |x| (x as f32).to_le_bytes().into()),
        (3, 64, "pcm_f64le", 1e-7, |x| x.to_le_bytes().into()),
    ];
    let samples = tone_with_click();
    for (tag, bits, encoding, step, encode) in kinds {
        let data: Vec<u8> = samples.iter().flat_map(|&x| encode(x)).collect();
        let plain = Wav::new(tag, 2, 8_000, bits, data);
        for wav in [plain.clone(), plain.extensible()] {
            let heard = hear(wav.bytes()).unwrap();
            assert_eq!(heard.info.encoding, encoding);
            assert_eq!(heard.info.sample_rate, SampleRate(8_000));
            assert_eq!((heard.info.channels, heard.info.frames), (2, Some(10_000)));
            assert_near(&heard.samples, &samples, 1.5 * step);
            assert_eq!(heard.defects, []);
        }
    }
}

#[test]
fn the_ends_of_each_integer_range_are_exact() {
    let first = |tag, bits, data: &[u8]| {
        hear(Wav::new(tag, 1, 8_000, bits, data.to_vec()).bytes()).unwrap().samples
    };
    assert_eq!(first(1, 8, &[0, 128, 255]), [-1.0, 0.0, 127.0 / 128.0]);
    assert_eq!(first(1, 16, &[0x00, 0x80, 0xFF, 0x7F]), [-1.0, 32_767.0 / 32_768.0]);
    assert_eq!(first(1, 24, &[0, 0, 0x80, 1, 0, 0]), [-1.0, 1.0 / 8_388_608.0]);
    assert_eq!(first(1, 32, &[0, 0, 0, 0x80, 0, 0, 0, 0x40]), [-1.0, 0.5]);
}

#[test]
fn g711_bytes_expand_as_the_standard_says() {
    let heard = |tag, codes: &[u8]| -> Vec<f32> {
        let heard = hear(Wav::new(tag, 1, 8_000, 8, codes.to_vec()).bytes()).unwrap();
        heard.samples.iter().map(|sample| sample * 32_768.0).collect()
    };
    // Mu-law: all bits inverted, then (2·step + 33)·2^segment − 33, at 16 bits times 4.
    // 0x7E → 0x81: segment 0, step 1: −(2 + 33 − 33)·4 = −8. 0xBF → 0x40: segment 4, step 0:
    // (33·16 − 33)·4 = 1980.
    assert_eq!(
        heard(7, &[0x00, 0xFF, 0x80, 0x7F, 0x7E, 0xFE, 0xBF, 0x3F]),
        [-32_124.0, 0.0, 32_124.0, 0.0, -8.0, 8.0, 1_980.0, -1_980.0]
    );
    // A-law: even bits inverted, then (2·step + 1) in segments 0 and 1 (from 33), doubling after,
    // at 16 bits times 8. 0xD5 → 0x80: +1·8. 0x2A → 0x7F: −(31 + 32 + 1 − 1)·64·8 = −32256.
    // 0xC5 → 0x90: segment 1, step 0: 33·8 = 264.
    assert_eq!(
        heard(6, &[0xD5, 0x55, 0x2A, 0xAA, 0xC5, 0x45]),
        [8.0, -8.0, -32_256.0, 32_256.0, 264.0, -264.0]
    );
    // Every code has its opposite, and the sizes rise with the codes.
    let all: Vec<u8> = (0..=255).collect();
    let (mu, a) = (heard(7, &all), heard(6, &all));
    for code in 0..128 {
        assert_eq!(mu[code], -mu[code + 128]);
        assert_eq!(a[code], -a[code + 128]);
        assert!(code == 0 || mu[code] > mu[code - 1]);
        assert!(code == 0 || a[code ^ 0x55] < a[(code - 1) ^ 0x55]);
    }
}

#[test]
fn g711_files_say_what_they_are() {
    for (tag, encoding) in [(6, "pcm_alaw"), (7, "pcm_mulaw")] {
        let plain = Wav::new(tag, 2, 8_000, 8, vec![0xD5; 400]);
        let mut usual = plain.clone();
        // What G.711 recorders write: an empty extension and a `fact` chunk.
        usual.fmt_more = vec![0, 0];
        usual.before = usual.chunk(b"fact", &200u32.to_le_bytes());
        for wav in [plain.clone(), usual, plain.extensible()] {
            let heard = hear(wav.bytes()).unwrap();
            assert_eq!(heard.info.encoding, encoding);
            assert_eq!(heard.frames(), 200);
            assert_eq!(heard.defects, []);
        }
    }
}

#[test]
fn big_endian_files_sound_the_same() {
    let mut wav = Wav::new(1, 1, 16_000, 16, vec![0x40, 0x00, 0xC0, 0x00]);
    wav.riff = *b"RIFX";
    for wav in [wav.clone(), wav.extensible()] {
        let heard = hear(wav.bytes()).unwrap();
        assert_eq!(heard.info.encoding, "pcm_s16be");
        assert_eq!(heard.info.sample_rate, SampleRate(16_000));
        assert_eq!(heard.samples, [0.5, -0.5]);
    }
    let kinds: [(u16, u16, &[u8]); 4] = [
        (1, 24, &[0x40, 0, 0]),
        (1, 32, &[0x40, 0, 0, 0]),
        (3, 32, &0.5f32.to_be_bytes()),
        (3, 64, &0.5f64.to_be_bytes()),
    ];
    for (tag, bits, data) in kinds {
        let mut wav = Wav::new(tag, 1, 16_000, bits, data.to_vec());
        wav.riff = *b"RIFX";
        assert_eq!(hear(wav.bytes()).unwrap().samples, [0.5]);
    }
}

#[test]
fn rf64_takes_its_length_from_ds64() {
    for riff in [*b"RF64", *b"BW64"] {
        let samples: Vec<i16> = (0..100).collect();
        let plain = Wav::pcm16(1, &samples);
        let ds64 = [0u64, 200, 100].map(u64::to_le_bytes).concat();
        let ds64 = plain.chunk(b"ds64", &[&ds64[..], &[0; 4]].concat());
        let mut file = Wav { riff, data_length: Some(u32::MAX), ..plain.clone() };
        file.after = plain.chunk(b"LIST", b"INFO");
        let mut bytes = file.bytes();
        bytes.splice(12..12, ds64);
        let heard = hear(bytes).unwrap();
        assert_eq!((heard.info.frames, heard.frames()), (Some(100), 100));
        assert_eq!(heard.defects, []);
    }
}

#[test]
fn other_chunks_are_passed_over() {
    let plain = Wav::pcm16(2, &[1, 2, 3, 4]);
    let (odd, padded) = (plain.chunk(b"LIST", b"odd"), plain.chunk(b"LIST", b"odd\0"));
    // A length of 3, with and without the pad byte behind it.
    let with_pad = [&odd[..], &[0]].concat();
    let unknown = plain.chunk(b"xyzW", &[7; 1000]);
    for chunks in [&odd, &with_pad, &padded, &unknown, &[&with_pad[..], &unknown, &odd].concat()] {
        let before = Wav { before: chunks.clone(), ..plain.clone() };
        let after = Wav { after: chunks.clone(), ..plain.clone() };
        for wav in [before, after] {
            let heard = hear(wav.bytes()).unwrap();
            assert_eq!(heard.samples, [1.0, 2.0, 3.0, 4.0].map(|x: f32| x / 32_768.0));
            assert_eq!(heard.defects, []);
        }
    }
    // Sound of odd length, then a chunk.
    let mut wav = Wav::new(7, 1, 8_000, 8, vec![0xFF; 3]);
    wav.after = [&[0], &padded[..]].concat();
    assert_eq!(hear(wav.bytes()).unwrap().defects, []);
    wav.after = padded;
    assert_eq!(hear(wav.bytes()).unwrap().defects, []);
}

#[test]
fn one_to_eight_channels_and_all_common_rates_are_read() {
    for channels in 1..=8 {
        let heard = hear(Wav::pcm16(channels, &[100; 840]).bytes()).unwrap();
        assert_eq!(heard.frames(), 840 / usize::from(channels));
    }
    for rate_hz in [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] {
        let heard = hear(Wav::new(1, 1, rate_hz, 16, vec![0; 8]).bytes()).unwrap();
        assert_eq!(heard.info.sample_rate, SampleRate(rate_hz));
    }
}

#[test]
fn floating_point_beyond_full_scale_passes_and_what_is_no_number_is_zero() {
    let samples = [2.5f32, -3.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.25];
    let data = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let heard = hear(Wav::new(3, 1, 8_000, 32, data).bytes()).unwrap();
    assert_eq!(heard.samples, [2.5, -3.0, 0.0, 0.0, 0.0, 0.25]);
    assert_eq!(heard.defects, [Defect::NonFiniteSamples { count: 3 }]);
    // Numbers that only 64 bits can hold.
    let heard = hear(Wav::new(3, 1, 8_000, 64, 1e300f64.to_le_bytes().into()).bytes()).unwrap();
    assert_eq!(heard.samples, [0.0]);
    assert_eq!(heard.defects, [Defect::NonFiniteSamples { count: 1 }]);
}

#[test]
fn rates_and_channels_out_of_range_are_refused_with_a_remedy() {
    for rate_hz in [0, 1, 7_999, 48_001, 96_000, u32::MAX] {
        let message = refusal(Wav::new(1, 1, rate_hz, 16, vec![0; 8]).bytes());
        assert!(message.contains(&format!("call.wav: {rate_hz} Hz")), "{message}");
        assert!(message.contains("sox"), "{message}");
    }
    for channels in [0, 9, u16::MAX] {
        let mut wav = Wav::new(7, channels, 8_000, 8, vec![0; 90]);
        wav.block_align = Some(channels);
        let message = refusal(wav.bytes());
        assert!(message.contains(&format!("call.wav: {channels} channels")), "{message}");
    }
}

/// The frequency (Hz) of the strongest of 100, 150, … 2000 Hz in a stretch.
fn strongest_hz(samples: &[f32], rate_hz: f64) -> f64 {
    let power = |hz: f64| {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, &sample) in samples.iter().enumerate() {
            let (sin, cos) = (std::f64::consts::TAU * hz * n as f64 / rate_hz).sin_cos();
            re += f64::from(sample) * cos;
            im += f64::from(sample) * sin;
        }
        re * re + im * im
    };
    let candidates = (2..=40).map(|n| 50.0 * f64::from(n));
    candidates.max_by(|&a, &b| power(a).total_cmp(&power(b))).unwrap()
}

#[test]
fn compressed_recordings_have_their_length_and_tones() {
    // The first channel sweeps from 300 to 1200 Hz, as many octaves each second, the second back; length in frames, and the
    // frames by which the encoder's delay may shift it: AAC's 1024 are not trimmed.
    let expected = [
        ("flac", 8_000, 1, 8_000..=8_000, 0),
        ("mp3", 16_000, 2, 24_000..=24_000, 0),
        ("vorbis", 16_000, 2, 24_000..=24_000, 0),
        ("opus", 48_000, 2, 72_000..=72_000, 0),
        ("aac", 16_000, 2, 24_000..=25_600, 1_024),
        ("opus", 48_000, 2, 72_000..=72_960, 0),
    ];
    for ((name, bytes), (encoding, rate_hz, channels, length, shift)) in
        compressed().into_iter().zip(expected)
    {
        let heard = hear(bytes.to_vec()).unwrap();
        assert_eq!((name, heard.info.encoding.as_str()), (encoding, encoding));
        assert_eq!(heard.info.sample_rate, SampleRate(rate_hz));
        assert_eq!(heard.info.channels, channels);
        assert!(length.contains(&heard.frames()), "{name}: {} frames", heard.frames());
        assert_eq!(heard.defects, [], "{name}");
        let rate = f64::from(rate_hz);
        let secs = length.start().to_owned() as f64 / rate;
        for channel in 0..channels {
            let one: Vec<f32> =
                heard.samples.iter().skip(channel).step_by(channels).copied().collect();
            for part in [0.2, 0.5, 0.8] {
                let middle = (part * secs * rate) as usize + shift;
                let stretch = &one[middle - (0.02 * rate) as usize..][..(0.04 * rate) as usize];
                let octaves = if channel == 0 { 2.0 * part } else { 2.0 - 2.0 * part };
                let hz = 300.0 * f64::exp2(octaves);
                let found = strongest_hz(stretch, rate);
                assert!((found - hz).abs() <= 50.0, "{name}: {found} Hz at {part}, not {hz}");
            }
        }
    }
}

#[test]
fn flac_is_exact() {
    // The first samples of the WAV file from which it was made.
    let (_, flac) = compressed()[0];
    let heard = hear(flac.to_vec()).unwrap();
    let first = heard.samples[..6].iter().map(|sample| (sample * 32_768.0) as i32);
    assert_eq!(first.collect::<Vec<_>>(), [406, 3_770, 7_493, 10_645, 13_315, 15_160]);
}

#[test]
fn tags_before_and_behind_an_mp3_are_passed_over() {
    let (_, mp3) = compressed()[1];
    let plain = hear(mp3.to_vec()).unwrap();
    // ID3v2.4 of 300 bytes (2·128 + 44), with an MP3 sync pattern inside; ID3v1 behind.
    let mut tag = b"ID3\x04\x00\x00\x00\x00\x02\x2C".to_vec();
    tag.extend([0xFF, 0xFB, 0x90, 0x00].repeat(75));
    let tagged = [&tag[..], &tag, mp3, b"TAG", &[0; 125]].concat();
    let heard = hear(tagged).unwrap();
    assert_eq!(heard.samples, plain.samples);
    assert_eq!(heard.defects, []);
}

#[test]
fn chained_ogg_is_read_on_as_long_as_it_stays_alike() {
    let [_, _, (_, vorbis), (_, opus), ..] = compressed();
    let heard = hear([opus, opus].concat()).unwrap();
    assert_eq!(heard.frames(), 2 * 72_000);
    assert_eq!(heard.defects, []);
    let heard = hear([vorbis, opus].concat()).unwrap();
    assert_eq!(heard.frames(), 24_000);
    let [Defect::ParametersChanged { at, change }] = &heard.defects[..] else {
        panic!("{:?}", heard.defects);
    };
    assert_eq!(at.frame, 24_000);
    assert_eq!(change, "vorbis at 16000 Hz with 2 channels to opus");
}

#[test]
fn the_contents_decide_and_not_the_name() {
    let folder = tempfile::tempdir().unwrap();
    for (n, (encoding, bytes)) in compressed().into_iter().enumerate() {
        let path = folder.path().join(format!("{n}.txt"));
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(Recording::open(&path).unwrap().info().encoding, encoding);
    }
    let path = folder.path().join("call.mp3");
    std::fs::write(&path, Wav::pcm16(1, &[0; 8]).bytes()).unwrap();
    assert_eq!(Recording::open(&path).unwrap().info().encoding, "pcm_s16le");
}

#[test]
fn a_recording_can_go_to_another_thread() {
    fn sendable<T: Send>() {}
    sendable::<Recording>();
}
