//! The configuration: one documented struct per stage, validated once, at the edge.
//!
//! Every threshold stands here as a duration or a unit, never as a count of frames. The
//! shipped file `assets/evenkeel.toml` says the same in comments; a test keeps the two equal.
//! Reading a file is in [`mod@file`]; the coach's rules are data of their own, in [`rules`].

pub mod file;
pub mod folders;
pub mod rules;
pub mod settings;

use serde::{Deserialize, Serialize};

pub use file::{ConfigError, DEFAULTS};
pub use rules::RuleSet;

/// Everything that can be set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// When a party counts as speaking.
    pub speech: SpeechConfig,
    /// The customer's voice in the agent's microphone.
    pub leak: LeakConfig,
    /// How speech is cut into utterances for Whisper.
    pub utterance: UtteranceConfig,
    /// Speech to text.
    pub words: WordsConfig,
    /// Pace, pitch and level.
    pub measure: MeasureConfig,
    /// Turns, overlaps and silences.
    pub dialogue: DialogueConfig,
    /// The alarm discipline over all cues.
    pub cues: CuesConfig,
    /// The rules, which have a file of their own (see [`rules::file`]).
    #[serde(skip)]
    pub rules: RuleSet,
}

/// When a party counts as speaking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpeechConfig {
    /// Probability of speech at which a span begins. 0 to 1.
    pub onset_probability: f32,
    /// Probability under which it ends; lower than the onset, so that it does not flutter.
    pub offset_probability: f32,
    /// Pauses shorter than this do not end a span. Seconds.
    pub bridge_secs: f64,
    /// Spans shorter than this are dropped. Seconds.
    pub min_secs: f64,
    /// Audio below this level is silence without asking the model. dBFS.
    pub quiet_dbfs: f32,
}

impl Default for SpeechConfig {
    fn default() -> Self {
        SpeechConfig {
            onset_probability: 0.5,
            offset_probability: 0.35,
            bridge_secs: 0.3,
            min_secs: 0.12,
            quiet_dbfs: -65.0,
        }
    }
}

/// The customer's voice in the agent's microphone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeakConfig {
    /// Whether it is told from the agent's own. Without, it counts as the agent speaking.
    pub enabled: bool,
    /// From this gain on, from the customer's channel to the agent's, the voices can't be told
    /// apart, and the rules that need them apart are off. dB, negative.
    pub bleed_db: f32,
}

impl Default for LeakConfig {
    fn default() -> Self {
        LeakConfig { enabled: true, bleed_db: -6.0 }
    }
}

/// How speech is cut into utterances for Whisper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UtteranceConfig {
    /// A pause of this length ends an utterance. Seconds.
    pub wait_secs: f64,
    /// Audio taken along before and after the speech. Seconds.
    pub pad_secs: f64,
    /// Longer speech is cut. Seconds.
    pub max_secs: f64,
    /// The cut is made at the quietest point of the last so many seconds.
    pub search_secs: f64,
}

impl Default for UtteranceConfig {
    fn default() -> Self {
        UtteranceConfig { wait_secs: 0.5, pad_secs: 0.25, max_secs: 12.0, search_secs: 4.0 }
    }
}

/// Speech to text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WordsConfig {
    /// Language as Whisper names it (`en`); English-only models ignore it.
    pub language: String,
    /// Words count as known this long after their utterance was cut, even if they come sooner:
    /// a live call then tells the same as a replay of it. Seconds.
    pub lateness_secs: f64,
    /// Live, words of speech that goes on are asked for so often. Seconds.
    pub partial_secs: f64,
    /// A fast decode with a lower mean log-probability than this is done again. Natural log.
    pub min_logprob: f32,
    /// A fast decode in which the same words stand more often than this in a row is done again.
    pub max_repeats: u32,
    /// A fast decode with more words a second of speech than this is done again.
    pub max_words_per_sec: f32,
    /// Words are dropped when Whisper gives at least this probability that nobody speaks,
    /// and is unsure of the words as well. 0 to 1.
    pub no_speech_probability: f32,
    /// Words less sure than this are unsure. Mean log-probability, natural log.
    pub no_speech_logprob: f32,
}

impl Default for WordsConfig {
    fn default() -> Self {
        WordsConfig {
            language: "en".into(),
            lateness_secs: 0.1,
            partial_secs: 1.0,
            min_logprob: -1.0,
            max_repeats: 3,
            max_words_per_sec: 7.0,
            no_speech_probability: 0.6,
            no_speech_logprob: -0.7,
        }
    }
}

/// Pace, pitch and level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureConfig {
    /// Pace is taken over the last so many seconds of speech.
    pub pace_window_secs: f64,
    /// No pace before so many seconds of speech.
    pub pace_min_secs: f64,
    /// Lowest F0 looked for. Hz.
    pub pitch_min_hz: f32,
    /// Highest F0 looked for. Hz.
    pub pitch_max_hz: f32,
    /// No pitch or level before so many seconds of speech: there is no baseline yet.
    pub baseline_min_secs: f64,
    /// The pace of a turn is taken over the last so many seconds of it.
    pub turn_pace_secs: f64,
    /// A speaker's own pace is known after so many seconds of speech; until then
    /// `typical_wpm` stands for it.
    pub own_pace_min_secs: f64,
    /// What stands for a speaker's own pace until it is known. Words a minute.
    pub typical_wpm: f64,
}

impl Default for MeasureConfig {
    fn default() -> Self {
        MeasureConfig {
            pace_window_secs: 20.0,
            pace_min_secs: 4.0,
            pitch_min_hz: 65.0,
            pitch_max_hz: 550.0,
            baseline_min_secs: 3.0,
            turn_pace_secs: 8.0,
            own_pace_min_secs: 30.0,
            typical_wpm: 205.0,
        }
    }
}

/// Turns, overlaps and silences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DialogueConfig {
    /// A pause of this length ends a turn even if the other says nothing. Seconds.
    pub turn_pause_secs: f64,
    /// Speech inside the other's turn of at most this length is a backchannel. Seconds.
    pub backchannel_max_secs: f64,
    /// Longer speech inside the other's turn is one too if it holds only these words, and
    /// is at most `backchannel_words_max_secs` long.
    pub backchannel_words: Vec<String>,
    /// See `backchannel_words`. Seconds.
    pub backchannel_words_max_secs: f64,
    /// Overlap of this length is an interruption. Seconds.
    pub interruption_min_secs: f64,
    /// The other yields who stops within this time. Seconds.
    pub yield_within_secs: f64,
    /// Both who start within this time of each other start together. Seconds.
    pub same_start_secs: f64,
    /// Nobody speaking for this long is a silence. Seconds.
    pub silence_min_secs: f64,
    /// An agent who lets the customer wait so long for an answer is slow. Seconds.
    pub slow_answer_secs: f64,
}

impl Default for DialogueConfig {
    fn default() -> Self {
        let words = "ah alright aha exactly fine gotcha hm hmm huh i indeed mhm mm mmm mm-hmm no oh ok \
                     okay really right see sure uh uh-huh uhm um understand yeah yep yes";
        DialogueConfig {
            turn_pause_secs: 3.0,
            backchannel_max_secs: 1.0,
            backchannel_words: words.split_whitespace().map(str::to_owned).collect(),
            backchannel_words_max_secs: 2.5,
            interruption_min_secs: 0.5,
            yield_within_secs: 2.0,
            same_start_secs: 0.2,
            silence_min_secs: 3.0,
            slow_answer_secs: 4.0,
        }
    }
}

/// The alarm discipline over all cues: a prompt that comes too often is a prompt ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CuesConfig {
    /// A cue leaves the screen after this time. Seconds.
    pub shown_secs: f64,
    /// No cue of any rule sooner than this after the last one appeared. Seconds.
    pub cooldown_secs: f64,
    /// And none from words sooner than this, unless it is about what the agent is saying: they can wait, and
    /// what one asks for takes a sentence. Below `cooldown_secs` it has no effect. Seconds.
    pub cooldown_words_secs: f64,
    /// A cue from words that is not about what the agent is saying waits until they have been
    /// silent for so long. Seconds.
    pub quiet_secs: f64,
    /// At most so many cues …
    pub max_count: u32,
    /// … of which at most so many from words: the rest is kept for what is heard without them, which
    /// can't wait. From `max_count` on it has no effect …
    pub max_count_words: u32,
    /// … in this time. Seconds.
    pub max_window_secs: f64,
    /// What happened is judged this long after a cue. Seconds.
    pub outcome_secs: f64,
    /// A snooze holds all cues back for so long, and "wrong" those of its rule. Seconds.
    pub snooze_secs: f64,
}

impl Default for CuesConfig {
    fn default() -> Self {
        CuesConfig {
            shown_secs: 5.0,
            cooldown_secs: 6.0,
            cooldown_words_secs: 12.0,
            quiet_secs: 1.0,
            max_count: 6,
            max_count_words: 5,
            max_window_secs: 600.0,
            outcome_secs: 20.0,
            snooze_secs: 300.0,
        }
    }
}
