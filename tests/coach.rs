//! Every rule fires, and every practice can stand in each way in which it can stand.

mod story;

use std::collections::BTreeSet;

use evenkeel::config::RuleSet;
use evenkeel::event::{Body, Mark, Outcome, OverlapKind, PRACTICES};
use evenkeel::units::Party::{Agent, Customer};
use story::{Story, louder, pace, story};

/// A complaint that was heard, from which a call moves to its end.
fn complained() -> Story {
    story()
        .says(Customer, 1.0, 5.0, &["complaint", "issue"])
        .says(Agent, 6.0, 9.0, &["acknowledge", "apologise", "ask-open-question"])
        .says(Customer, 10.0, 14.0, &[])
        .says(Agent, 15.0, 19.0, &["offer-solution", "reflect-back", "check-understanding"])
}

/// What makes each rule fire.
fn firing(rule: &str) -> Story {
    match rule {
        "let-them-finish" => {
            story().says(Customer, 1.0, 12.0, &[]).says(Agent, 6.0, 9.0, &[]).until(15.0)
        }
        "let-them-finish-again" => story()
            .says(Customer, 1.0, 4.0, &[])
            .says(Agent, 4.5, 6.0, &["no-let-them-finish"])
            .says(Customer, 7.0, 10.0, &[])
            .says(Agent, 10.5, 12.0, &["no-let-them-finish"])
            .until(15.0),
        "stay-calm-pace" => story().speaks(1.0, 9.0, pace(240.0)).until(12.0),
        "stay-calm-louder" => story().speaks(1.0, 9.0, louder(6.0, 0.0)).until(12.0),
        "stay-calm-higher" => story().speaks(1.0, 9.0, louder(3.0, 4.0)).until(12.0),
        "stay-calm-heat" => story()
            .says(Customer, 1.0, 4.0, &[])
            .says(Agent, 5.0, 7.0, &[])
            .says(Customer, 8.0, 10.0, &[])
            .says(Agent, 11.0, 13.0, &[])
            .says(Customer, 14.0, 17.0, &[])
            .heat(16.0, 0.8, 0.4)
            .heat(17.0, 0.85, 0.4)
            .until(22.0),
        "keep-them-posted" => story().says(Agent, 1.0, 3.0, &[]).until(20.0),
        "keep-them-posted-anew" => story()
            .says(Agent, 1.0, 3.0, &["keep-them-posted"])
            .says(Customer, 28.0, 30.0, &[])
            .until(45.0),
        "keep-them-posted-how-long" => {
            story().says(Agent, 1.0, 3.0, &["keep-them-posted"]).until(20.0)
        }
        "keep-them-posted-again" => story()
            .says(Agent, 1.0, 3.0, &["keep-them-posted"])
            .says(Customer, 4.0, 5.0, &[])
            .until(52.0),
        "respond-promptly" => story()
            .slow_answer(8.0)
            .slow_answer(16.0)
            .says(Agent, 16.0, 17.0, &[])
            .says(Customer, 18.0, 20.0, &[])
            .until(28.0),
        "show-listening" => story().says(Customer, 1.0, 30.0, &[]),
        "empathise"
        | "acknowledge"
        | "apologise"
        | "reflect-back"
        | "say-next-step"
        | "positive-words"
        | "offer-options"
        | "check-understanding"
        | "find-the-source"
        | "offer-solution"
        | "plain-words"
        | "not-defensive" => {
            let due = format!("due-{rule}");
            story()
                .says(Customer, 1.0, 5.0, &["complaint"])
                .says(Agent, 6.0, 8.0, &[due.as_str()])
                .until(14.0)
        }
        "empathise-hardship" => story()
            .says(Customer, 1.0, 5.0, &["hardship"])
            .says(Agent, 6.0, 8.0, &["perhaps-due-acknowledge"])
            .until(14.0),
        "say-next-step-asked" => story()
            .says(Customer, 1.0, 5.0, &["asks-next-step"])
            .says(Agent, 6.0, 8.0, &["perhaps-due-say-next-step"])
            .until(14.0),
        "offer-options-refused" => story()
            .says(Agent, 1.0, 3.0, &["offer-solution"])
            .says(Customer, 4.0, 6.0, &["refuses"])
            .says(Agent, 7.0, 9.0, &["perhaps-due-positive-words"])
            .until(14.0),
        "plain-words-jargon" => story().says(Agent, 1.0, 3.0, &["no-plain-words"]).until(8.0),
        "reflect-back-passed-over" => story()
            .says(Agent, 0.2, 0.8, &[])
            .says(Customer, 1.0, 5.0, &["complaint", "negative"])
            .heat(5.0, 0.4, 0.0)
            .says(Agent, 6.0, 8.0, &[])
            .until(14.0),
        "apologise-late" => story()
            .says(Customer, 1.0, 5.0, &["complaint", "issue", "negative"])
            .says(Agent, 6.0, 8.0, &["acknowledge", "offer-solution"])
            .says(Customer, 50.0, 51.0, &["complaint"])
            .heat(51.0, 0.5, 0.0)
            .says(Agent, 60.0, 62.0, &["keep-them-posted", "acknowledge"])
            .until(74.0),
        "ask-open-question" => story()
            .says(Customer, 1.0, 5.0, &["complaint", "issue"])
            .says(Agent, 6.0, 8.0, &["acknowledge", "closed-question"])
            .says(Customer, 9.0, 17.0, &[])
            .says(Agent, 20.0, 22.0, &["closed-question"])
            .until(32.0)
            .with("[[rule]]\nname = \"ask-open-question\"\nenabled = true\n"),
        "offer-solution-late" => {
            complained_without_offer().says(Customer, 120.0, 123.0, &["negative"]).until(165.0)
        }
        "promise-follow-up" => complained()
            .says(Agent, 21.0, 23.0, &["say-next-step", "thank"])
            .says(Customer, 24.0, 26.0, &["asks-next-step"])
            .says(Agent, 30.0, 32.0, &["wraps-up"])
            .until(40.0),
        "thank" => complained()
            .says(Agent, 21.0, 23.0, &["say-next-step", "promise-follow-up"])
            .says(Customer, 25.0, 27.0, &["negative", "thanks"])
            .says(Agent, 30.0, 32.0, &["acknowledge", "wraps-up"])
            .until(40.0)
            .with("[[rule]]\nname = \"thank\"\nenabled = true\n"),
        "invite-review" => story()
            .says(Customer, 1.0, 5.0, &["complaint", "negative"])
            .says(Agent, 6.0, 9.0, &["acknowledge", "apologise", "offer-solution"])
            .says(Customer, 10.0, 14.0, &["complaint", "negative"])
            .says(Agent, 15.0, 19.0, &["reflect-back", "check-understanding"])
            .says(Agent, 21.0, 23.0, &["say-next-step", "promise-follow-up", "thank"])
            .says(Customer, 40.0, 41.0, &["thanks"])
            .says(Customer, 60.0, 62.0, &["relief", "thanks"])
            .heat(62.0, 0.1, 0.0)
            .until(70.0),
        "lighten" => complained()
            .says(Customer, 25.0, 27.0, &["relief"])
            .until(34.0)
            .with("[[rule]]\nname = \"lighten\"\nenabled = true\n"),
        other => panic!("no story makes {other} fire"),
    }
}

fn complained_without_offer() -> Story {
    story()
        .says(Customer, 1.0, 5.0, &["complaint", "issue"])
        .says(Agent, 6.0, 9.0, &["acknowledge", "apologise", "ask-open-question"])
        .says(Customer, 20.0, 24.0, &[])
        .says(Agent, 30.0, 34.0, &["reflect-back", "check-understanding"])
        .says(Customer, 45.0, 49.0, &[])
        .says(Agent, 60.0, 64.0, &["keep-them-posted"])
        .says(Customer, 70.0, 78.0, &[])
}

#[test]
fn every_rule_fires() {
    for rule in RuleSet::shipped().rules {
        let cues = firing(&rule.name).cues();
        let names: Vec<&str> = cues.iter().map(|cue| cue.rule.as_str()).collect();
        let cue = cues.iter().find(|cue| cue.rule == rule.name);
        let cue = cue.unwrap_or_else(|| panic!("{}: only {names:?}", rule.name));
        assert_eq!(cue.name, rule.practice);
        assert!(!cue.why.contains('{') && !cue.why.contains('?'), "{}: {}", rule.name, cue.why);
        assert!(!cue.evidence.is_empty(), "{}", rule.name);
    }
}

#[test]
fn what_would_have_served_as_well_is_not_asked_for_under_another_name() {
    // Both "Name how they must feel" and "Acknowledge what they said" would be right.
    let cues = firing("empathise").says(Agent, 16.0, 18.0, &["due-acknowledge"]).until(26.0).cues();
    assert_eq!(cues.iter().map(|cue| cue.rule.as_str()).collect::<Vec<_>>(), ["empathise"]);
    // Later the trouble still stands.
    let cues = firing("empathise").says(Agent, 40.0, 42.0, &["due-acknowledge"]).until(50.0).cues();
    assert!(cues.iter().any(|cue| cue.rule == "acknowledge"), "{cues:?}");
}

#[test]
fn what_passed_over_the_customer_is_told_in_their_words() {
    let why =
        |rule: &str| firing(rule).cues().into_iter().find(|cue| cue.rule == rule).unwrap().why;
    assert!(why("empathise").contains("a customer's six words"), "{}", why("empathise"));
    assert!(why("positive-words").contains("an agent's six words"));
}

#[test]
fn a_feeling_is_named_by_who_replies() {
    // The agent has not had their turn yet.
    let told = story()
        .says(Agent, 1.0, 3.0, &[])
        .says(Customer, 4.0, 10.0, &["complaint", "due-empathise"])
        .until(19.0);
    assert_eq!(told.cues(), []);
}

#[test]
fn a_silence_that_was_agreed_is_left_alone() {
    let cues = |answer: &[(f64, f64)]| {
        let told = story().says(Agent, 1.0, 3.0, &["keep-them-posted"]);
        let told =
            answer.iter().fold(told, |told, (start, end)| told.says(Customer, *start, *end, &[]));
        told.until(18.0).cues().len()
    };
    assert_eq!((cues(&[]), cues(&[(4.0, 5.0)])), (1, 0));
}

#[test]
fn prompts_from_words_keep_apart() {
    let cues = story()
        .says(Agent, 1.0, 3.0, &["due-say-next-step"])
        .says(Agent, 9.0, 10.0, &["due-positive-words"])
        .until(24.0)
        .cues();
    let [first, second, ..] = &cues[..] else { panic!("{cues:?}") };
    assert_eq!(second.rule, "positive-words");
    assert!(second.until.secs_since(first.until) >= 12.0);
}

#[test]
fn words_leave_a_prompt_for_what_is_heard_by_ear() {
    let due = ["say-next-step", "positive-words", "offer-options", "plain-words", "not-defensive"];
    let due = due.into_iter().chain(["find-the-source", "check-understanding"]);
    let told = due.enumerate().fold(story(), |told, (i, due)| {
        let at = 15.0 * i as f64;
        told.says(Agent, at + 1.0, at + 3.0, &[format!("due-{due}").as_str()]).says(
            Customer,
            at + 6.0,
            at + 15.0,
            &[],
        )
    });
    let cues = told.until(130.0).cues();
    let by_ear = ["keep-them-posted", "keep-them-posted-anew", "keep-them-posted-again"];
    let (ear, words): (Vec<_>, Vec<_>) =
        cues.iter().map(|cue| cue.rule.as_str()).partition(|rule| by_ear.contains(rule));
    assert_eq!((ear.len(), words.len()), (1, 5), "{cues:?}");
}

#[test]
fn a_reply_that_goes_on_and_makes_it_good_is_not_prompted_for() {
    let good = |due: &str, good: &str| {
        let told = story().says(Customer, 1.0, 5.0, &["complaint", "question"]);
        let replied = told.says(Agent, 6.0, 7.0, &[due]);
        replied.says(Agent, 7.6, 9.0, &[good]).until(16.0).cues()
    };
    assert_eq!(good("due-empathise", "apologise"), []);
    assert_eq!(good("due-say-next-step", "promise-follow-up"), []);
    assert_eq!(good("due-positive-words", "offer-solution"), []);
}

#[test]
fn a_trouble_of_a_moment_ago_is_said_back() {
    let suggestion = |at: f64| {
        let told = story().says(Customer, 1.0, 5.0, &["complaint"]).says(Agent, 6.0, 7.0, &[]);
        let cues = told.says(Agent, at, at + 2.0, &["due-acknowledge"]).until(at + 8.0).cues();
        cues.into_iter().find(|cue| cue.rule == "acknowledge").unwrap().suggestion
    };
    assert_eq!(suggestion(9.0).as_deref(), Some("It sounds like your order still hasn't come."));
    assert_eq!(suggestion(80.0), None);
}

#[test]
fn a_calm_call_is_left_alone() {
    let calm = story()
        .says(Agent, 1.0, 3.0, &[])
        .says(Customer, 4.0, 9.0, &["question"])
        .says(Agent, 10.0, 14.0, &["keep-them-posted"])
        .says(Agent, 20.0, 24.0, &["positive-words"])
        .says(Customer, 25.0, 28.0, &["thanks", "closing"])
        .says(Agent, 29.0, 31.0, &["wraps-up"])
        .until(36.0);
    assert_eq!(calm.cues(), []);
}

#[test]
fn a_reply_that_takes_it_up_needs_no_prompt_and_one_that_comes_late_heeds_it() {
    let taken_up = story()
        .says(Customer, 1.0, 5.0, &["complaint", "issue"])
        .says(Agent, 6.0, 8.0, &["reflect-back", "apologise"])
        .until(14.0);
    assert_eq!(taken_up.cues(), []);
    let late =
        firing("reflect-back-passed-over").says(Agent, 15.0, 18.0, &["reflect-back"]).until(40.0);
    let cue = late.cues().into_iter().find(|cue| cue.rule == "reflect-back-passed-over").unwrap();
    assert_eq!(cue.suggestion.as_deref(), Some("It sounds like your order still hasn't come."));
    let outcomes: Vec<Outcome> = late
        .play()
        .0
        .into_iter()
        .filter_map(|event| match event.body {
            Body::CueOutcome { id, outcome, .. } if id == cue.id => Some(outcome),
            _ => None,
        })
        .collect();
    assert_eq!(outcomes, [Outcome::Heeded]);
}

/// What makes a practice stand so; `None` where nothing can.
fn standing(practice: &str, mark: Mark) -> Option<Story> {
    use Mark::{Broken, Done, Missed, NotNeeded};
    let nothing = || story().says(Agent, 1.0, 2.0, &[]).until(5.0);
    Some(match (practice, mark) {
        ("let-them-finish", Done) => story().says(Customer, 1.0, 15.0, &[]).until(20.0),
        (_, NotNeeded) => nothing(),
        ("stay-calm", Done) => {
            story().says(Customer, 1.0, 5.0, &[]).heat(5.0, 0.9, 0.0).says(Agent, 6.0, 8.0, &[])
        }
        ("stay-calm", Missed) => firing("stay-calm-heat")
            .heat(23.0, 0.9, 0.3)
            // Faster than their own pace, though not so fast that it is prompted for.
            .speaks(23.0, 29.0, pace(198.0))
            .heat(25.0, 0.9, 0.3)
            .heat(27.0, 0.9, 0.3)
            .heat(29.0, 0.9, 0.3)
            .until(43.0),
        ("stay-calm", Broken) => story().speaks(1.0, 30.0, pace(240.0)).until(35.0),
        ("let-them-finish", Broken) => {
            story().says(Customer, 1.0, 12.0, &[]).overlap(5.0, 6.0, OverlapKind::Interruption)
        }
        ("let-them-finish", Missed) => return None,
        ("show-listening", Done) => {
            story().says(Customer, 1.0, 12.0, &[]).overlap(5.0, 5.5, OverlapKind::Backchannel)
        }
        ("show-listening", Missed) => {
            story().says(Customer, 1.0, 60.0, &[]).says(Agent, 62.0, 64.0, &[])
        }
        ("keep-them-posted", Missed) => {
            story().says(Agent, 1.0, 3.0, &[]).says(Customer, 20.0, 22.0, &[]).until(40.0)
        }
        ("respond-promptly", Done) => story()
            .says(Customer, 1.0, 3.0, &[])
            .says(Agent, 4.0, 5.0, &[])
            .says(Customer, 6.0, 7.0, &[])
            .says(Agent, 8.0, 9.0, &[]),
        ("respond-promptly", Missed) => nothing().slow_answer(12.0),
        ("respond-promptly", Broken) => nothing().slow_answer(12.0).slow_answer(24.0),
        ("not-defensive", Done) => complained(),
        ("not-defensive" | "positive-words" | "plain-words", Broken) => {
            story().says(Agent, 1.0, 3.0, &[&format!("no-{practice}")])
        }
        ("plain-words", Missed) => story().says(Customer, 1.0, 3.0, &["asks-meaning"]).until(6.0),
        ("plain-words", Done) => story()
            .says(Agent, 1.0, 3.0, &["due-plain-words"])
            .says(Agent, 10.0, 12.0, &[])
            .until(40.0),
        ("not-defensive" | "positive-words" | "lighten", Missed) => return None,
        (_, Done) => story().says(Agent, 1.0, 3.0, &[practice]),
        ("check-understanding", Missed) => story().says(Agent, 1.0, 3.0, &["reflect-back"]),
        ("empathise", Missed) => {
            story().says(Customer, 1.0, 3.0, &["negative"]).says(Customer, 5.0, 7.0, &["negative"])
        }
        ("find-the-source", Missed) => story().says(Customer, 1.0, 3.0, &["complaint"]).says(
            Agent,
            5.0,
            7.0,
            &["offer-solution"],
        ),
        ("offer-options", Missed) => story().says(Agent, 1.0, 3.0, &["offer-solution"]).says(
            Customer,
            4.0,
            6.0,
            &["refuses"],
        ),
        ("invite-review", Missed) => firing("invite-review").says(Agent, 72.0, 73.0, &["wraps-up"]),
        (_, Missed) => {
            story().says(Customer, 1.0, 3.0, &["complaint"]).says(Agent, 5.0, 7.0, &["wraps-up"])
        }
        // The opposite of the others can neither be said nor measured.
        (_, Broken) => return None,
    })
}

#[test]
fn every_practice_can_stand_in_each_way_in_which_it_can() {
    let mut seen = BTreeSet::new();
    for practice in PRACTICES {
        for mark in [Mark::Done, Mark::Missed, Mark::Broken, Mark::NotNeeded] {
            if let Some(story) = standing(practice, mark) {
                assert_eq!(story.mark(practice), mark, "{practice}");
                seen.insert((practice, format!("{mark:?}")));
            }
        }
    }
    for practice in PRACTICES {
        assert!(seen.contains(&(practice, "Done".into())), "{practice}");
        assert!(seen.contains(&(practice, "NotNeeded".into())), "{practice}");
    }
    assert_eq!(seen.len(), 68, "{seen:?}");
}
