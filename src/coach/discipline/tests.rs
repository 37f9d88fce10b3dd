use super::*;
use crate::dialogue::floor::UnderWay;
use crate::event::{Bearing, Mark, Remark, Utterance};
use crate::units::{CallSpan, Party};

fn quiet(now: f64) -> Situation {
    let now = CallTime::from_secs(now);
    let bearing = Bearing { own_pace_wpm: 150.0, ..Bearing::default() };
    Situation { now, bearing, ..Situation::default() }
}

/// Steps at tenths of seconds up to `secs`; returns (seconds, rule) of the cues, and the
/// outcomes.
fn run(
    config: &Config,
    secs: f64,
    situation: impl Fn(f64) -> Situation,
) -> (Vec<(f64, &'static str)>, Vec<Outcome>) {
    let mut coach = Coach::new(config);
    let (mut cues, mut outcomes) = (Vec::new(), Vec::new());
    let mut tell = |at: f64, body| match body {
        Body::Cue(cue) => cues.push((at, cue.name)),
        Body::CueOutcome { outcome, .. } => outcomes.push(outcome),
        _ => unreachable!("a coach tells cues and outcomes"),
    };
    let steps = (secs * 10.0) as u32;
    for i in 0..=steps {
        let now = f64::from(i) / 10.0;
        coach.step(&situation(now), |body| tell(now, body));
    }
    coach.finish(&situation(secs), |body| tell(secs, body));
    (cues, outcomes)
}

fn dead_air_from(start: f64, now: f64) -> Situation {
    Situation { dead_air_secs: (now - start).max(0.0), ..quiet(now) }
}

#[test]
fn dead_air_is_prompted_once() {
    let (cues, outcomes) = run(&Config::default(), 60.0, |now| dead_air_from(5.0, now));
    assert_eq!(cues, [(15.0, "keep-them-posted")]);
    assert_eq!(outcomes, [Outcome::Ignored]);
}

#[test]
fn speaking_up_heeds_it() {
    let (_, outcomes) = run(&Config::default(), 40.0, |now| {
        let mut situation = dead_air_from(0.0, now.min(12.0));
        situation.now = CallTime::from_secs(now);
        if now > 12.0 {
            situation.dead_air_secs = 0.0;
            situation.under_way.agent =
                Some(CallSpan::new(CallTime::from_secs(12.0), CallTime::from_secs(now)));
        }
        situation
    });
    assert_eq!(outcomes, [Outcome::Heeded]);
}

#[test]
fn a_long_finding_waits_its_turn_and_a_flood_is_held_back() {
    // The customer talks on, and every 20 s a new silence begins: cues stay within the
    // count, and no two are closer than the cool-down.
    let mut config = Config::default();
    config.rules.get_mut("keep-them-posted").unwrap().cooldown_secs = 0.0;
    config.rules.get_mut("show-listening").unwrap().cooldown_secs = 0.0;
    let (cues, _) = run(&config, 590.0, |now| Situation {
        dead_air_secs: now % 20.0,
        unanswered_secs: (now + 1.0) % 20.0,
        ..quiet(now)
    });
    assert_eq!(cues.len(), 6);
    assert!(cues.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 6.0));
}

#[test]
fn the_pace_must_stay_fast_for_a_while() {
    let fast = |now: f64, from: f64, to: f64| {
        let span = CallSpan::new(CallTime::ZERO, CallTime::from_secs(now));
        Situation {
            under_way: UnderWay { agent: Some(span), customer: None },
            bearing: Bearing {
                turn_pace_wpm: Some(if (from..to).contains(&now) { 240.0 } else { 150.0 }),
                own_pace_wpm: 150.0,
                ..Bearing::default()
            },
            ..quiet(now)
        }
    };
    let (cues, _) = run(&Config::default(), 30.0, |now| fast(now, 5.0, 6.8));
    assert_eq!(cues, []);
    let (cues, outcomes) = run(&Config::default(), 30.0, |now| fast(now, 5.0, 9.0));
    assert_eq!(cues, [(7.0, "stay-calm")]);
    assert_eq!(outcomes, [Outcome::Heeded]);
}

#[test]
fn a_wrong_prompt_and_its_rule_rest() {
    let config = Config::default();
    let mut coach = Coach::new(&config);
    let mut told = Vec::new();
    let mut step = |coach: &mut Coach, from: u32, to: u32| {
        for i in from..to {
            coach.step(&dead_air_from(0.0, f64::from(i)), |body| told.push(body));
        }
        std::mem::take(&mut told)
    };
    assert_eq!(step(&mut coach, 0, 12).len(), 1);
    assert_eq!(coach.on_screen(CallTime::from_secs(12.0)), Some(1));
    let mut outcomes = Vec::new();
    coach.react(Reaction::Wrong, CallTime::from_secs(12.0), |body| outcomes.push(body));
    assert!(matches!(outcomes[..], [Body::CueOutcome { id: 1, outcome: Outcome::Wrong, .. }]));
    assert_eq!(coach.on_screen(CallTime::from_secs(12.0)), None);
    let state = |name: &str| {
        let at = coach.rules.rules.iter().position(|rule| rule.name == name).unwrap();
        (&coach.rules.rules[at], coach.states[at].wrong_until)
    };
    let before = config.rules.get("keep-them-posted").unwrap();
    assert!(state("keep-them-posted").0.when[0].threshold > before.when[0].threshold);
    assert!(state("keep-them-posted").1.is_some());
    assert_eq!(state("show-listening").1, None);
    assert_eq!(step(&mut coach, 12, 60), []);
    // Nothing is left to be wrong.
    coach.react(Reaction::Wrong, CallTime::from_secs(60.0), |body| panic!("{body:?}"));
}

#[test]
fn wrong_is_of_the_last_prompt_only() {
    let mut coach = Coach::new(&Config::default());
    for i in 0..=24 {
        let now = f64::from(i);
        let unanswered_secs = if i > 12 { now } else { 0.0 };
        let situation = Situation { unanswered_secs, ..dead_air_from(0.0, now.min(12.0)) };
        let now = CallTime::from_secs(now);
        coach.step(&Situation { now, ..situation }, |_| ());
    }
    let mut wrong = Vec::new();
    for _ in 0..2 {
        coach.react(Reaction::Wrong, CallTime::from_secs(24.0), |body| wrong.push(body));
    }
    assert!(matches!(wrong[..], [Body::CueOutcome { id: 2, .. }]), "{wrong:?}");
}

#[test]
fn who_pauses_has_not_slowed_down() {
    let (cues, outcomes) = run(&Config::default(), 30.0, |now| {
        let speaks = now % 6.0 < 5.0;
        let span = CallSpan::new(CallTime::ZERO, CallTime::from_secs(now));
        let bearing =
            Bearing { turn_pace_wpm: Some(240.0), own_pace_wpm: 150.0, ..Bearing::default() };
        let under_way = UnderWay { agent: speaks.then_some(span), customer: None };
        Situation { under_way, bearing, ..quiet(now) }
    });
    assert_eq!(cues, [(2.0, "stay-calm")]);
    assert_eq!(outcomes, [Outcome::Ignored]);
}

#[test]
fn a_snooze_holds_all_prompts_back() {
    let config = Config::default();
    let mut coach = Coach::new(&config);
    coach.react(Reaction::Snooze, CallTime::ZERO, |body| panic!("{body:?}"));
    let snooze = config.cues.snooze_secs as u32;
    for i in 0..snooze {
        coach.step(&dead_air_from(0.0, f64::from(i)), |body| panic!("{body:?}"));
    }
    let mut cues = 0;
    coach.step(&dead_air_from(0.0, f64::from(snooze)), |_| cues += 1);
    assert_eq!(cues, 1);
}

#[test]
fn a_heeded_prompt_leaves_the_screen() {
    let config = Config::default();
    let mut coach = Coach::new(&config);
    for i in 0..=10 {
        coach.step(&dead_air_from(0.0, f64::from(i)), |_| ());
    }
    let at = |secs: f64| CallTime::from_secs(secs);
    assert_eq!(coach.on_screen(at(10.0)), Some(1));
    let mut speaks = quiet(11.0);
    speaks.under_way.agent = Some(CallSpan::new(at(10.5), at(11.0)));
    coach.step(&speaks, |_| ());
    assert_eq!(coach.on_screen(at(11.0)), None);
}

#[test]
fn a_disabled_rule_is_silent() {
    let mut coach = Coach::new(&Config::default());
    coach.doubt(&[Need::Heard]);
    for i in 0..60 {
        coach.step(&dead_air_from(0.0, f64::from(i)), |body| panic!("{body:?}"));
    }
}

#[test]
fn what_is_not_about_the_agents_speech_waits_for_its_end() {
    let (cues, _) = run(&Config::default(), 30.0, |now| {
        let mut situation = Situation { unanswered_secs: now, ..quiet(now) };
        if now < 20.0 {
            let span = CallSpan::new(CallTime::ZERO, CallTime::from_secs(now));
            situation.under_way.agent = Some(span);
        }
        situation
    });
    assert_eq!(cues, [(20.0, "show-listening")]);
}

#[test]
fn what_cannot_be_trusted_at_the_end_is_not_on_the_scorecard() {
    let names = |needs: &[Need]| -> Vec<&'static str> {
        let mut coach = Coach::new(&Config::default());
        let span = CallSpan::new(CallTime::from_secs(1.0), CallTime::from_secs(15.0));
        let at = CallTime::from_secs(15.0);
        for party in [Party::Customer, Party::Agent, Party::Agent] {
            coach.observe(&Event { at, body: Body::Speech { party: Some(party), span } });
        }
        coach.doubt(needs);
        let mut summary = Summary::default();
        coach.close(&quiet(20.0), &mut summary);
        summary.scorecard.iter().map(|(name, _)| *name).collect()
    };
    assert!(names(&[]).contains(&"let-them-finish"));
    assert!(names(&[Need::Words]).contains(&"let-them-finish"), "is told by ear");
    assert!(names(&[Need::Parties]).is_empty());
    assert!(names(&[Need::Heard]).is_empty());
}

#[test]
fn what_the_agent_may_have_said_is_not_missed() {
    let missed = |lost: bool| -> Vec<&'static str> {
        let mut coach = Coach::new(&Config::default());
        let span = CallSpan::new(CallTime::from_secs(1.0), CallTime::from_secs(4.0));
        let at = span.end;
        let text = "it never came".to_owned();
        let party = Party::Customer;
        let utterance = Utterance {
            party: Some(party),
            span,
            text: text.clone(),
            words: Vec::new(),
            confidence: 0.9,
            redo: false,
            sentiment: None,
        };
        let (name, score) = ("complaint", 0.9);
        let remark = Remark { name, party, span, quote: text, score, suggestion: None };
        for body in [Body::Utterance(utterance), Body::Remark(remark)] {
            coach.observe(&Event { at, body });
        }
        if lost {
            let (code, text, disables) = ("words-lost", String::new(), Vec::new());
            coach.observe(&Event { at, body: Body::Warning { code, text, disables } });
        }
        let mut summary = Summary::default();
        coach.close(&quiet(20.0), &mut summary);
        let missed = |(_, mark): &(&str, Mark)| *mark == Mark::Missed;
        summary.scorecard.into_iter().filter(missed).map(|(name, _)| name).collect()
    };
    assert!(missed(false).contains(&"apologise"));
    assert_eq!(missed(true), [""; 0]);
}
