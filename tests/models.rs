//! The model files that come with the program, as the program finds them, and a whole round of
//! the user's own: added, found, verified, damaged.

#[path = "../src/models/fixture.rs"]
mod fixture;

use std::path::Path;
use std::sync::Arc;

use evenkeel::language::model::LanguageModel;
use evenkeel::language::practices::{Detector, PracticeWeights};
use evenkeel::language::reflection::Reflection;
use evenkeel::language::reflection::pointer::PointerWeights;
use evenkeel::models::ggml::{self, Languages, ModelSize};
use evenkeel::models::{
    AddOutcome, ModelDirs, ModelEntry, ModelError, ModelKind, ModelStore, TensorType, add, verify,
};
use evenkeel::tone::voice::VoiceModel;
use fixture::small_whisper;

/// The folders as a checkout has them: nothing of the user's, and its own `models`.
fn checkout(user: Option<&Path>) -> ModelDirs {
    let shipped = ModelDirs::from_env().shipped;
    ModelDirs { chosen: None, user: user.map(Path::to_owned), shipped }
}

fn shipped(kind: ModelKind) -> ModelEntry {
    ModelStore::open(checkout(None)).unwrap().find(kind, None).unwrap()
}

#[test]
fn the_shipped_whisper_is_tiny_english_and_q8_0_and_has_its_hash() {
    let entry = shipped(ModelKind::Whisper);
    assert_eq!(entry.name, "tiny.en");
    assert!(entry.is_default);
    let header = ggml::inspect(&entry.path).unwrap();
    assert_eq!(header.size, ModelSize::Tiny);
    assert_eq!(header.languages, Languages::English);
    assert_eq!(header.weights, TensorType::Q8_0);
    assert_eq!(header.hparams.n_audio_state, 384);
    assert_eq!(header.tensors, 167);
    assert_eq!(header.bytes, 43_550_778);
    assert_eq!(Some(verify(&entry).unwrap()), entry.sha256);
}

#[test]
fn the_shipped_voice_activity_model_has_its_hash() {
    let entry = shipped(ModelKind::VoiceActivity);
    assert_eq!(entry.name, "silero-v6.2");
    assert_eq!(Some(verify(&entry).unwrap()), entry.sha256);
    // It is no Whisper model, and is named for what it is.
    let error = ggml::inspect(&entry.path).unwrap_err().to_string();
    assert!(error.contains("this is a safetensors file"), "{error}");
}

#[test]
fn the_shipped_language_model_has_its_hash_and_is_read() {
    let entry = shipped(ModelKind::Language);
    assert_eq!(entry.name, "minilm-words");
    assert_eq!(Some(verify(&entry).unwrap()), entry.sha256);
    let mut bytes = std::fs::read(&entry.path).unwrap();
    assert!(LanguageModel::from_safetensors(&bytes).is_ok());
    bytes.truncate(bytes.len() - 1);
    assert!(LanguageModel::from_safetensors(&bytes).is_err());
}

#[test]
fn the_shipped_weights_for_practices_have_their_hash_and_fit_the_language_model() {
    let entry = shipped(ModelKind::Practices);
    assert_eq!(entry.name, "minilm-practices");
    assert_eq!(Some(verify(&entry).unwrap()), entry.sha256);
    let weights = PracticeWeights::from_safetensors(&std::fs::read(&entry.path).unwrap()).unwrap();
    let words = std::fs::read(shipped(ModelKind::Language).path).unwrap();
    let model = LanguageModel::from_safetensors(&words).unwrap();
    assert!(Detector::new(model, Arc::new(weights)).is_ok());
    // The other's file is not taken for it.
    assert!(PracticeWeights::from_safetensors(&words).is_err());
}

#[test]
fn the_shipped_weights_for_reflections_have_their_hash_and_fit_the_language_model() {
    let entry = shipped(ModelKind::Reflections);
    assert_eq!(entry.name, "minilm-reflections");
    assert_eq!(Some(verify(&entry).unwrap()), entry.sha256);
    let bytes = std::fs::read(&entry.path).unwrap();
    let words = std::fs::read(shipped(ModelKind::Language).path).unwrap();
    let model = LanguageModel::from_safetensors(&words).unwrap();
    let weights = PointerWeights::from_safetensors(&bytes).unwrap();
    assert!(Reflection::new(model, weights).is_ok());
    let practices = std::fs::read(shipped(ModelKind::Practices).path).unwrap();
    assert!(PointerWeights::from_safetensors(&practices).is_err());
    assert!(PointerWeights::from_safetensors(&bytes[..bytes.len() - 1]).is_err());
}

#[test]
fn the_shipped_voice_model_has_its_hash_and_is_read() {
    let entry = shipped(ModelKind::VoiceTone);
    assert_eq!(entry.name, "tone-voice");
    assert_eq!(Some(verify(&entry).unwrap()), entry.sha256);
    assert!(VoiceModel::from_json(&std::fs::read(&entry.path).unwrap()).is_ok());
}

#[test]
fn the_shipped_models_say_their_licence_and_origin() {
    for entry in ModelStore::open(checkout(None)).unwrap().list() {
        let licences = ["MIT", "Apache-2.0"];
        assert!(licences.iter().any(|known| entry.licence.starts_with(known)), "{entry:?}");
        let origins = ["PyPI", "EmoDB"];
        assert!(origins.iter().any(|known| entry.origin.contains(known)), "{entry:?}");
    }
}

#[test]
fn the_shipped_whisper_cut_short_anywhere_is_noticed() {
    let entry = shipped(ModelKind::Whisper);
    let temp = tempfile::tempdir().unwrap();
    let cut = temp.path().join("ggml-cut.bin");
    std::fs::copy(&entry.path, &cut).unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(&cut).unwrap();
    // From the end to the beginning, by ever larger steps: tensors, vocabulary, filters, header.
    let mut length = entry.bytes - 1;
    let mut step = 1;
    let mut cuts = 0;
    while length > 0 {
        file.set_len(length).unwrap();
        let found = ggml::inspect(&cut);
        assert!(matches!(found, Err(ModelError::Damaged { .. })), "{length}: {found:?}");
        let expected = ModelEntry { path: cut.clone(), ..entry.clone() };
        let found = verify(&expected);
        assert!(matches!(found, Err(ModelError::Size { .. })), "{length}: {found:?}");
        cuts += 1;
        step = step * 5 / 4 + 1;
        length = length.saturating_sub(step.min(length / 7 + 1));
    }
    assert!(cuts > 50, "{cuts}");
    file.set_len(0).unwrap();
    assert!(ggml::inspect(&cut).unwrap_err().to_string().contains("the file is empty"));
}

#[test]
fn the_name_of_a_shipped_model_is_taken() {
    let temp = tempfile::tempdir().unwrap();
    let user = temp.path().join("user");
    let mut store = ModelStore::open(checkout(Some(&user))).unwrap();
    let file = temp.path().join("ggml-tiny.en.bin");
    std::fs::write(&file, small_whisper(true, true, 3)).unwrap();
    let taken = add(&file, None, &mut store).unwrap_err();
    assert!(matches!(taken, ModelError::NameTaken { .. }), "{taken}");

    let outcome = add(&file, Some("mine.en"), &mut store).unwrap();
    assert!(matches!(outcome, AddOutcome::Added { official: false, .. }));
    let again = add(&file, None, &mut store).unwrap();
    assert!(matches!(again, AddOutcome::AlreadyThere(entry) if entry.name == "mine.en"));
    // The shipped one stays the default.
    assert_eq!(store.find(ModelKind::Whisper, None).unwrap().name, "tiny.en");
}

#[test]
fn an_added_model_is_found_by_name_verified_and_missed_when_damaged() {
    let temp = tempfile::tempdir().unwrap();
    let user = temp.path().join("user");
    let file = temp.path().join("ggml-clinic.bin");
    std::fs::write(&file, small_whisper(false, false, 3)).unwrap();
    let mut store = ModelStore::open(checkout(Some(&user))).unwrap();
    add(&file, None, &mut store).unwrap();

    let store = ModelStore::open(checkout(Some(&user))).unwrap();
    let entry = store.find(ModelKind::Whisper, Some("clinic")).unwrap();
    assert_eq!(entry.dir, user);
    assert_eq!(ggml::inspect(&entry.path).unwrap().languages, Languages::Many(99));
    assert_eq!(Some(verify(&entry).unwrap()), entry.sha256);

    let unknown = store.find(ModelKind::Whisper, Some("clinics")).unwrap_err().to_string();
    assert!(unknown.contains("did you mean `clinic`?"), "{unknown}");
    assert!(unknown.contains("tiny.en"), "{unknown}");

    let mut bytes = std::fs::read(&entry.path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&entry.path, bytes).unwrap();
    assert!(matches!(verify(&entry), Err(ModelError::Altered { .. })));
}

#[test]
fn foreign_files_are_named_for_what_they_are() {
    let temp = tempfile::tempdir().unwrap();
    let vad = [&b"lmgg"[..], &10_i32.to_le_bytes(), b"silero-16k", &[0; 64]].concat();
    let cases: [(&str, &[u8], &str); 8] = [
        ("a.gguf", b"GGUF\x03\0\0\0\0\0\0\0", "GGUF file"),
        ("b.bin", b"<!doctype html><title>x</title>", "web page"),
        ("c.bin", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("d.pt", b"PK\x03\x04\0\0\0\0", "convert-pt-to-ggml.py"),
        ("e.bin", &vad, "voice-activity model"),
        ("f.bin", b"lmgg", "it ends inside the header"),
        ("g.bin", b"RIFF\0\0\0\0WAVEfmt ", "this is no ggml file"),
        ("h.bin", b"lmgg\x51\xc4\0\0\0\x04\0\0", "n_vocab"),
    ];
    for (name, bytes, expected) in cases {
        let path = temp.path().join(name);
        std::fs::write(&path, [bytes, if name == "h.bin" { &[0; 64] } else { &[] }].concat())
            .unwrap();
        let message = ggml::inspect(&path).unwrap_err().to_string();
        assert!(message.contains(expected) && message.contains(name), "{message}");
    }
    assert!(matches!(ggml::inspect(temp.path()), Err(ModelError::NoFile { .. })));
    let absent = temp.path().join("absent.bin");
    assert!(matches!(ggml::inspect(&absent), Err(ModelError::Missing { .. })));
}
