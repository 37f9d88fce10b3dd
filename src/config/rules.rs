//! What each rule of the coach waits for, and what it says.

use serde::{Deserialize, Serialize};

/// The rules, by the practice that each asks for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RulesConfig {
    /// The agent cuts in and keeps talking.
    pub let_them_finish: LetThemFinishRule,
    /// The agent's pace or voice runs away, or the customer's heat rises.
    pub stay_calm: StayCalmRule,
    /// Nobody speaks.
    pub keep_them_posted: KeepThemPostedRule,
    /// The customer talks for long and hears nothing.
    pub show_listening: ShowListeningRule,
}

/// What every rule has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CueSettings {
    /// Whether the rule is used.
    pub enabled: bool,
    /// What the agent reads: at most seven words.
    pub text: String,
    /// Not again sooner than this after the last time. Seconds.
    pub cooldown_secs: f64,
}

/// `let-them-finish`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LetThemFinishRule {
    /// What every rule has.
    #[serde(flatten)]
    pub cue: CueSettings,
    /// Cue when the agent has talked over the customer for so long. Seconds.
    pub overlap_secs: f64,
}

impl Default for LetThemFinishRule {
    fn default() -> Self {
        LetThemFinishRule { cue: cue("Let them finish", 10.0), overlap_secs: 0.8 }
    }
}

/// `stay-calm`: from the agent's pace, from their voice, from the customer's heat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StayCalmRule {
    /// What every rule has.
    #[serde(flatten)]
    pub cue: CueSettings,
    /// Cue when the agent speaks so many times as fast as in this call so far.
    pub pace_ratio: f64,
    /// Never cue below this pace. Words a minute.
    pub pace_min_wpm: f64,
    /// The agent's own pace is known after so many seconds of speech; until then
    /// `typical_wpm` stands for it.
    pub baseline_secs: f64,
    /// What stands for the agent's pace until it is known. Words a minute.
    pub typical_wpm: f64,
    /// The pace is taken over the last so many seconds of speech.
    pub window_secs: f64,
    /// It must stay so for so long. Seconds.
    pub hold_secs: f64,
    /// What the agent reads when their voice is raised: at most seven words.
    pub voice_text: String,
    /// A voice this much louder than in this call so far is raised. LU, over three seconds.
    pub level_lu: f32,
    /// So is one that is half as much louder and this much higher. Semitones.
    pub pitch_st: f32,
    /// What the agent reads when the customer grows hot: at most seven words.
    pub heat_text: String,
    /// Cue when the customer's heat has risen this much within a few seconds …
    pub heat_rise: f32,
    /// … to this much at least. 0 to 1.
    pub heat_min: f32,
}

impl Default for StayCalmRule {
    fn default() -> Self {
        StayCalmRule {
            cue: cue("Slow down a little", 45.0),
            pace_ratio: 1.3,
            pace_min_wpm: 200.0,
            baseline_secs: 30.0,
            typical_wpm: 205.0,
            window_secs: 8.0,
            hold_secs: 1.0,
            voice_text: "Lower your voice".into(),
            level_lu: 5.0,
            pitch_st: 3.0,
            heat_text: "Breathe. It isn't about you".into(),
            heat_rise: 0.25,
            heat_min: 0.72,
        }
    }
}

/// `keep-them-posted`, on dead air.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeepThemPostedRule {
    /// What every rule has.
    #[serde(flatten)]
    pub cue: CueSettings,
    /// Cue when nobody has spoken for so long. Seconds.
    pub dead_air_secs: f64,
}

impl Default for KeepThemPostedRule {
    fn default() -> Self {
        KeepThemPostedRule { cue: cue("Say what you are doing", 30.0), dead_air_secs: 10.0 }
    }
}

/// `show-listening`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShowListeningRule {
    /// What every rule has.
    #[serde(flatten)]
    pub cue: CueSettings,
    /// Cue when the customer has talked for so long without a sound from the agent. Seconds.
    pub unanswered_secs: f64,
}

impl Default for ShowListeningRule {
    fn default() -> Self {
        ShowListeningRule { cue: cue("Show you are listening", 30.0), unanswered_secs: 15.0 }
    }
}

fn cue(text: &str, cooldown_secs: f64) -> CueSettings {
    CueSettings { enabled: true, text: text.into(), cooldown_secs }
}
