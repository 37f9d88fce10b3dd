//! Short made-up logs, told second by second and held against the shipped rules.

use evenkeel::call::record::Line;
use evenkeel::call::rescore::rescore;
use evenkeel::config::{Config, RuleSet};
use evenkeel::event::{
    Bearing, Body, Cue, Event, Mark, Measure, OverlapKind, PRACTICES, Practice, REMARKS, Remark,
    Summary, Tone, Utterance, Word,
};
use evenkeel::units::Party::{self, Agent};
use evenkeel::units::{CallSpan, CallTime};

fn at(secs: f64) -> CallTime {
    CallTime::from_secs(secs)
}

fn span(start: f64, end: f64) -> CallSpan {
    CallSpan::new(at(start), at(end))
}

/// A log in the making.
#[derive(Default)]
pub struct Story {
    events: Vec<Event>,
    rules: Option<&'static str>,
}

impl Story {
    fn tell(mut self, secs: f64, body: Body) -> Story {
        self.events.push(Event { at: at(secs), body });
        self
    }

    /// Somebody speaks; what is done by it is known a second later. `no-` breaks a practice, `perhaps-` is not sure.
    pub fn says(mut self, party: Party, start: f64, end: f64, acts: &[&str]) -> Story {
        let spoken = span(start, end);
        self = self.tell(end + 0.3, Body::Speech { party: Some(party), span: spoken });
        let word = Word { text: "word".into(), span: spoken, p: 0.9 };
        let negative = acts.contains(&"negative");
        self = self.tell(
            end + 0.8,
            Body::Utterance(Utterance {
                party: Some(party),
                span: spoken,
                text: text_of(party),
                words: vec![word; 6],
                confidence: 0.9,
                redo: false,
                sentiment: Some(if negative { -0.8 } else { 0.0 }),
            }),
        );
        for act in acts {
            self = self.tell(end + 0.8, body_of(act, party, spoken));
        }
        self
    }

    /// A second of the customer's tone.
    pub fn heat(self, secs: f64, heat: f32, rise: f32) -> Story {
        let (words, why) = (None, Vec::new());
        let span = span(secs - 1.0, secs);
        self.tell(
            secs,
            Body::Tone(Tone { span, heat, voice: heat, words, confidence: 0.9, rise, why }),
        )
    }

    /// The agent speaks for some seconds and is measured in each.
    pub fn speaks(mut self, start: f64, end: f64, bearing: Bearing) -> Story {
        for second in 1..=(end - start) as u32 {
            let secs = start + f64::from(second);
            self = self.tell(
                secs,
                Body::Measure(Measure {
                    party: Some(Agent),
                    span: span(secs - 1.0, secs),
                    pace_wpm: None,
                    level_lu: None,
                    pitch_st: None,
                    now: Some(bearing),
                }),
            );
        }
        self.tell(end + 0.3, Body::Speech { party: Some(Agent), span: span(start, end) })
    }

    pub fn overlap(self, start: f64, end: f64, kind: OverlapKind) -> Story {
        let span = span(start, end);
        self.tell(end + 0.3, Body::Overlap { span, by: Agent, kind, yielded: true })
    }

    pub fn slow_answer(self, secs: f64) -> Story {
        self.tell(secs, body_of("no-respond-promptly", Agent, span(secs - 5.0, secs)))
    }

    /// Nothing more, until then.
    pub fn until(self, secs: f64) -> Story {
        self.tell(secs, Body::Silence { span: span(secs - 3.0, secs) })
    }

    /// By changed rules.
    pub fn with(self, rules: &'static str) -> Story {
        Story { rules: Some(rules), ..self }
    }

    pub fn play(&self) -> (Vec<Event>, Summary) {
        let mut config = Config::default();
        if let Some(changes) = self.rules {
            config.rules = RuleSet::shipped().changed(changes, "test.toml").unwrap();
        }
        let lines: Vec<Line> = self.events.iter().filter_map(Line::of).collect();
        rescore(&lines, &config)
    }

    pub fn cues(&self) -> Vec<Cue> {
        let events = self.play().0.into_iter();
        events.filter_map(|e| if let Body::Cue(cue) = e.body { Some(cue) } else { None }).collect()
    }

    pub fn mark(&self, practice: &str) -> Mark {
        let card = self.play().1.scorecard;
        card.into_iter().find(|(name, _)| *name == practice).expect(practice).1
    }
}

/// What they say.
fn text_of(party: Party) -> String {
    let whose = if party == Agent { "an agent's" } else { "a customer's" };
    format!("These are {whose} six words.")
}

fn body_of(act: &str, party: Party, span: CallSpan) -> Body {
    let (act, score) = act.strip_prefix("perhaps-").map_or((act, 0.995), |act| (act, 0.7));
    let quote = text_of(party);
    let kept = |name: &str| PRACTICES.into_iter().find(|practice| *practice == name);
    let practice = |name, score| {
        let (quote, evidence) = (quote.clone(), Vec::new());
        Body::Practice(Practice { name, party, span, quote, score, evidence })
    };
    if let Some(name) = kept(act) {
        practice(name, 0.9)
    } else if let Some(name) = act.strip_prefix("no-").and_then(kept) {
        practice(name, 0.1)
    } else if let Some(name) = REMARKS.into_iter().find(|remark| *remark == act) {
        let suggestion = Some("It sounds like your order still hasn't come.".to_owned());
        let quote = quote.clone();
        Body::Remark(Remark { name, party, span, quote, score, suggestion })
    } else if act == "issue" {
        Body::Issue { span, kind: "delivery".into(), quote }
    } else {
        assert_eq!(act, "negative");
        Body::Silence { span }
    }
}

pub fn story() -> Story {
    Story::default()
}

pub fn pace(wpm: f32) -> Bearing {
    Bearing { turn_pace_wpm: Some(wpm), own_pace_wpm: 150.0, ..Bearing::default() }
}

pub fn louder(level_lu: f32, pitch_st: f32) -> Bearing {
    Bearing { level_lu: Some(level_lu), pitch_st: Some(pitch_st), ..pace(150.0) }
}
