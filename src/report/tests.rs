//! Whole accounts of hand-made logs.

use super::{LiveLines, write_account};
use crate::call::record::Line;

const HEAD: &str = r#"{"at":0,"type":"call","schema":"evenkeel.call/1","id":"demo-call","started":null,"source":[{"name":"demo-call.wav","sample_rate":8000,"encoding":"pcm_mulaw"}],"layout":"stereo","config_sha256":"00","models":[{"name":"base.en","sha256":"a03779c86df3323075f5e796cb2ce5029f00ec8869eee3fdfb897afe36c6d002"}],"version":"0.1.0"}"#;
const MONO_HEAD: &str = r#"{"at":0,"type":"call","schema":"evenkeel.call/1","id":"mix","started":"2026-03-02T10:00:00Z","source":[{"name":"mix.wav","sample_rate":8000,"encoding":"pcm_s16le"}],"layout":"mono-mix","config_sha256":"00","models":[],"version":"0.1.0"}"#;

fn log(text: &str) -> Vec<Line> {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn styled(lines: &[Line], width: usize) -> String {
    let mut out = Vec::new();
    write_account(lines, width, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The account without styles.
fn account(lines: &[Line], width: usize) -> String {
    anstream::adapter::strip_str(&styled(lines, width)).to_string()
}

/// The lines of an utterance: its speech and its words.
fn utterance(party: &str, start: f64, end: f64, text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let step = (end - start) / words.len().max(1) as f64;
    let word = |(i, w): (usize, &&str)| {
        let from = start + step * i as f64;
        serde_json::json!({"w": w, "start": from, "end": from + step, "p": 0.9})
    };
    let words: Vec<_> = words.iter().enumerate().map(word).collect();
    let party = if party.is_empty() { serde_json::Value::Null } else { party.into() };
    let speech = serde_json::json!({
        "at": end, "type": "speech", "party": party, "start": start, "end": end,
    });
    let words = serde_json::json!({
        "at": end + 0.4, "type": "utterance", "party": party, "start": start, "end": end,
        "text": text, "words": words, "confidence": 0.9, "redo": false,
    });
    format!("{speech}\n{words}")
}

/// What happens in the demonstration call, shortened.
fn events() -> String {
    [
        HEAD,
        &utterance("agent", 0.6, 2.3, "Good morning. How can I help?"),
        r#"{"at":13.4,"type":"cue","id":1,"name":"let-them-finish","text":"Let them finish","suggestion":null,"why":"You started while the customer was speaking, and both have spoken for 0.8 s.","rule":"let-them-finish","evidence":{"overlap_secs":0.8},"speed":"fast","until":18.4}"#,
        r#"{"at":14.1,"type":"overlap","start":12.64,"end":14.05,"by":"agent","kind":"interruption","yielded":true}"#,
        r#"{"at":14.1,"type":"practice","name":"let-them-finish","party":"agent","start":12.64,"end":14.05,"quote":"","score":0.0,"evidence":{}}"#,
        &utterance("customer", 2.8, 14.05, "My washing machine came three weeks ago with a broken door. And every time I call, I am told to wait another day —"),
        &utterance("agent", 12.64, 21.9, "Look, that is not our fault, sir. There is nothing I can do about the door."),
        &utterance("customer", 22.3, 27.0, "That is not true, I did report it!"),
        &utterance("customer", 27.6, 32.0, "Nobody called and nobody came."),
        r#"{"at":33.4,"type":"cue-outcome","id":1,"outcome":"ignored","evidence":{}}"#,
        r#"{"at":44.0,"type":"cue","id":2,"name":"keep-them-posted","text":"Say what you are doing","suggestion":"I am looking for your order.","why":"Nobody has spoken for 10 s.","rule":"keep-them-posted","evidence":{},"speed":"fast","until":49}"#,
        r#"{"at":45.4,"type":"silence","start":33.99,"end":45.39}"#,
        r#"{"at":46.0,"type":"gap","party":"customer","start":45.6,"end":46.0,"cause":"overrun"}"#,
        r#"{"at":46.0,"type":"warning","code":"overrun","text":"0.4 s of the customer's audio was lost.","disables":["show-listening"]}"#,
        r#"{"at":47.0,"type":"cue-outcome","id":2,"outcome":"heeded","evidence":{}}"#,
        r#"{"at":60.0,"type":"practice","name":"apologise","party":"agent","start":47.2,"end":49.0,"quote":"I am so sorry","score":0.9,"evidence":{}}"#,
        &utterance("agent", 47.2, 50.0, "Yes, I'm here, and I am so sorry."),
        r#"{"at":63.2,"type":"overlap","start":62.555,"end":63.2,"by":"agent","kind":"backchannel","yielded":false}"#,
        r#"{"at":63.2,"type":"practice","name":"show-listening","party":"agent","start":62.555,"end":63.2,"quote":"","score":1.0,"evidence":{}}"#,
        &utterance("agent", 62.555, 63.2, "I see."),
        &utterance("customer", 59.6, 68.9, "Yes, that's right. I just want a machine that works."),
        r#"{"at":70,"type":"overlap","start":68.5,"end":69.0,"by":"agent","kind":"shared","yielded":true}"#,
        r#"{"at":80,"type":"weather","sky":"blue"}"#,
    ]
    .join("\n")
}

const SUMMARY: &str = r#"{"at":86.5,"type":"summary","duration":86.5,"talk":{"agent":{"seconds":30.3,"share":0.35},"customer":{"seconds":43.25,"share":0.5}},"overlap":{"seconds":2.6,"share":0.03},"silence":{"seconds":11.4,"share":0.132},"interruptions":{"agent":1,"customer":0},"response_gap":{"median":0.6,"p90":0.9},"longest_monologue":{"agent":9.3,"customer":61.25},"pace":{"agent":168,"customer":171},"sentiment":null,"heat":null,"scorecard":{"stay-calm":"not-needed","let-them-finish":"broken","show-listening":"done","keep-them-posted":"done","apologise":"done","thank":"missed","sing":"someday"},"recovery":null}"#;

#[test]
fn a_whole_call() {
    insta::assert_snapshot!(account(&log(&format!("{}\n{SUMMARY}", events())), 80), @r#"
    Call      demo-call
    Length    1 min 27 s
    Layout    one recording, a channel for each party
    Source    demo-call.wav (8000 Hz, pcm_mulaw)
    Model     base.en (a03779c8)
    ! 0.4 s of the customer's audio was lost. Not watched: Show listening.

    00:00.6  Agent     Good morning. How can I help?
    00:02.8  Customer  My washing machine came three weeks ago with a broken door.
                       And every time I call, I am told to wait another day —
    00:12.6  ↔ Agent cut in (1.4 s); the customer gave way × Let them finish
    00:12.6  Agent     Look, that is not our fault, sir. There is nothing I can do
                       about the door.
    00:13.4  ▸ Let them finish (not taken up)
               You started while the customer was speaking, and both have spoken for
               0.8 s.
    00:22.3  Customer  That is not true, I did report it!
    00:27.6            Nobody called and nobody came.
    00:34.0  · 11.4 s silence
    00:44.0  ▸ Say what you are doing (heeded)
               “I am looking for your order.”
               Nobody has spoken for 10 s.
    00:45.6  ~ 0.4 s of the customer's audio missing: the computer could not keep up
    00:46.0  ! 0.4 s of the customer's audio was lost.
    00:47.2  Agent     Yes, I'm here, and I am so sorry.
    00:47.2  + Apologise “I am so sorry”
    00:59.6  Customer  Yes, that's right. I (+ Agent: “I see.”) just want a machine
                       that works.
    01:08.5  ↔ Both spoke at once (0.5 s)

    The call in numbers
    Talk share     Agent 35 % (30.3 s), customer 50 % (43.2 s)
    Both at once   3 % (2.6 s)
    Silence        13 % (11.4 s)
    Cut in         Agent once, customer never
    Answer time    median 0.6 s; nine in ten within 0.9 s
    Longest turn   Agent 9.3 s, customer 1 min 1 s
    Pace           Agent 168, customer 171 words a minute
    Prompts        2 shown: 1 heeded, 1 not taken up

    What went well
      + Show listening (01:02.6)
      + Keep them posted
      + Apologise (00:47.2)

    For the next call
      × Let them finish: did not work out (00:12.6)
      – Thank the customer: was called for

    Not called for: Keep an even pace
    "#);
}

#[test]
fn a_whole_call_on_a_narrow_page() {
    let account = account(&log(&format!("{}\n{SUMMARY}", events())), 40);
    assert!(account.lines().all(|line| line.chars().count() <= 40 && line == line.trim_end()));
    insta::assert_snapshot!(account, @r#"
    Call      demo-call
    Length    1 min 27 s
    Layout    one recording, a channel for
              each party
    Source    demo-call.wav (8000 Hz,
              pcm_mulaw)
    Model     base.en (a03779c8)
    ! 0.4 s of the customer's audio was
      lost. Not watched: Show listening.

    00:00.6  Agent: Good morning. How can I
             help?
    00:02.8  Customer: My washing machine
             came three weeks ago with a
             broken door. And every time I
             call, I am told to wait another
             day —
    00:12.6  ↔ Agent cut in (1.4 s); the
               customer gave way
               × Let them finish
    00:12.6  Agent: Look, that is not our
             fault, sir. There is nothing I
             can do about the door.
    00:13.4  ▸ Let them finish (not taken
               up)
               You started while the
               customer was speaking, and
               both have spoken for 0.8 s.
    00:22.3  Customer: That is not true, I
             did report it!
    00:27.6  Nobody called and nobody came.
    00:34.0  · 11.4 s silence
    00:44.0  ▸ Say what you are doing
               (heeded)
               “I am looking for your
               order.”
               Nobody has spoken for 10 s.
    00:45.6  ~ 0.4 s of the customer's audio
               missing: the computer could
               not keep up
    00:46.0  ! 0.4 s of the customer's audio
               was lost.
    00:47.2  Agent: Yes, I'm here, and I am
             so sorry.
    00:47.2  + Apologise “I am so sorry”
    00:59.6  Customer: Yes, that's right. I
             (+ Agent: “I see.”) just want a
             machine that works.
    01:08.5  ↔ Both spoke at once (0.5 s)

    The call in numbers
    Talk share     Agent 35 % (30.3 s),
                   customer 50 % (43.2 s)
    Both at once   3 % (2.6 s)
    Silence        13 % (11.4 s)
    Cut in         Agent once, customer
                   never
    Answer time    median 0.6 s; nine in ten
                   within 0.9 s
    Longest turn   Agent 9.3 s, customer
                   1 min 1 s
    Pace           Agent 168, customer 171
                   words a minute
    Prompts        2 shown: 1 heeded, 1 not
                   taken up

    What went well
      + Show listening (01:02.6)
      + Keep them posted
      + Apologise (00:47.2)

    For the next call
      × Let them finish: did not work out
        (00:12.6)
      – Thank the customer: was called for

    Not called for: Keep an even pace
    "#);
}

#[test]
fn a_call_that_was_cut_short() {
    let lines = log(&events());
    let account = account(&lines[..15], 72);
    insta::assert_snapshot!(account, @"
    Call      demo-call
    Length    33.4 s
    Layout    one recording, a channel for each party
    Source    demo-call.wav (8000 Hz, pcm_mulaw)
    Model     base.en (a03779c8)
    ! This log was cut short; what can be told ends at 00:33.4.

    00:00.6  Agent     Good morning. How can I help?
    00:02.8  Customer  My washing machine came three weeks ago with a broken
                       door. And every time I call, I am told to wait
                       another day —
    00:12.6  ↔ Agent cut in (1.4 s); the customer gave way × Let them finish
    00:12.6  Agent     Look, that is not our fault, sir. There is nothing I
                       can do about the door.
    00:13.4  ▸ Let them finish (not taken up)
               You started while the customer was speaking, and both have
               spoken for 0.8 s.
    00:22.3  Customer  That is not true, I did report it!
    00:27.6            Nobody called and nobody came.

    The call in numbers, as far as it is known
    Talk share     Agent 33 % (11.0 s), customer 61 % (20.4 s)
    Both at once   4 % (1.4 s)
    Silence        0 % (0.0 s)
    Cut in         Agent once, customer never
    Answer time    median 1.4 s before the customer had ended
    Longest turn   Agent 9.3 s, customer 11.2 s
    Pace           Agent 120, customer 109 words a minute
    Prompts        1 shown: 1 not taken up

    What went well
      + Respond promptly

    For the next call
      × Let them finish: did not work out (00:12.6)

    Not called for: 20 of the 22 practices
    ");
}

#[test]
fn a_mono_mix_tells_words_and_silences() {
    let text = [
        MONO_HEAD,
        r#"{"at":0,"type":"warning","code":"mono-mix","text":"Both voices are in one channel: who speaks can't be told.","disables":["let-them-finish","let-them-finish-again","stay-calm"]}"#,
        r#"{"at":9,"type":"warning","code":"words-lost","text":"The words from 00:08.0 to 00:09.0 are missing.","disables":[]}"#,
        r#"{"at":10,"type":"warning","code":"words-lost","text":"The words from 00:09.0 to 00:10.0 are missing.","disables":[]}"#,
        &utterance("", 0.5, 3.0, "Good morning. Hello."),
        r#"{"at":8,"type":"silence","start":3.0,"end":8.0}"#,
        r#"{"at":12,"type":"gap","party":null,"start":10.0,"end":12.0,"cause":"file"}"#,
        r#"{"at":12,"type":"summary","duration":12,"talk":null,"overlap":{"seconds":0,"share":0},"silence":{"seconds":5,"share":0.417},"interruptions":null,"response_gap":null,"longest_monologue":null,"pace":null,"scorecard":{}}"#,
    ];
    insta::assert_snapshot!(account(&log(&text.join("\n")), 72), @r#"
    Call      mix
    Began     2026-03-02T10:00:00Z
    Length    12.0 s
    Layout    one channel with both voices
    Source    mix.wav (8000 Hz, pcm_s16le)
    ! Both voices are in one channel: who speaks can't be told. Not watched:
      Let them finish, Keep an even pace.
    ! The words from 00:08.0 to 00:09.0 are missing. (and 1 more like it)

    00:00.5  Voice     Good morning. Hello.
    00:03.0  · 5.0 s silence
    00:09.0  ! The words from 00:08.0 to 00:09.0 are missing.
    00:10.0  ! The words from 00:09.0 to 00:10.0 are missing.
    00:10.0  ~ 2.0 s of audio missing: the recording lacks it

    The call in numbers
    Talk share     can't be told, both voices are in one channel
    Silence        42 % (5.0 s)
    "#);
}

#[test]
fn a_call_without_words_tells_turns_and_their_lengths() {
    let text = [
        HEAD,
        r#"{"at":2.3,"type":"speech","party":"agent","start":0.6,"end":2.3}"#,
        r#"{"at":6,"type":"speech","party":"customer","start":2.8,"end":6.0}"#,
        r#"{"at":9,"type":"speech","party":"agent","start":8.2,"end":9.0}"#,
        r#"{"at":9,"type":"overlap","start":8.2,"end":9.0,"by":"agent","kind":"backchannel","yielded":false}"#,
        r#"{"at":14,"type":"speech","party":"customer","start":7.0,"end":14.0}"#,
        r#"{"at":20,"type":"speech","party":"customer","start":18.0,"end":20.0}"#,
    ];
    insta::assert_snapshot!(account(&log(&text.join("\n")), 72), @"
    Call      demo-call
    Length    20.0 s
    Layout    one recording, a channel for each party
    Source    demo-call.wav (8000 Hz, pcm_mulaw)
    Model     base.en (a03779c8)
    ! This log was cut short; what can be told ends at 00:20.0.

    00:00.6  Agent     ━━━━ 1.7 s
    00:02.8  Customer  ━━━━━━━━━━━━━━━━━━━━━━━━ 11.2 s (Agent: a short
                       signal)
    00:18.0            ━━━━ 2.0 s

    The call in numbers, as far as it is known
    Talk share     Agent 12 % (2.5 s), customer 61 % (12.2 s)
    Both at once   4 % (0.8 s)
    Silence        0 % (0.0 s)
    Cut in         Agent never, customer never
    Longest turn   Agent 1.7 s, customer 11.2 s

    What went well
      + Let them finish
      + Show listening
      + Respond promptly

    Not called for: Keep an even pace, Keep them posted
    ");
}

#[test]
fn speech_whose_words_are_lost_is_still_there() {
    let text = [
        HEAD,
        &utterance("agent", 0.6, 2.3, "Good morning."),
        r#"{"at":2.3,"type":"speech","party":"agent","start":0.6,"end":2.3}"#,
        r#"{"at":6,"type":"speech","party":"customer","start":2.8,"end":6.0}"#,
        r#"{"at":7,"type":"speech","party":"agent","start":6.5,"end":6.9}"#,
    ];
    let account = account(&log(&text.join("\n")), 72);
    assert!(account.contains("00:02.8  Customer  ━━━━━━━━━━━━━━━━━━━━━━━━ 3.2 s\n"), "{account}");
    assert!(!account.contains("00:06.5"), "{account}");
}

#[test]
fn calls_in_which_nothing_happens() {
    assert_eq!(account(&[], 80), "There is nothing in the log of this call.\n");
    insta::assert_snapshot!(account(&log(HEAD), 80), @r#"
    Call      demo-call
    Length    0.0 s
    Layout    one recording, a channel for each party
    Source    demo-call.wav (8000 Hz, pcm_mulaw)
    Model     base.en (a03779c8)
    ! This log was cut short; what can be told ends at 00:00.0.

    Nobody has spoken.
    "#);
    let silence = r#"{"at":8,"type":"silence","start":3.0,"end":8.0}"#;
    insta::assert_snapshot!(account(&log(silence), 80), @"
    Call      unknown, the log has no beginning
    Length    8.0 s
    ! This log was cut short; what can be told ends at 00:08.0.

    00:03.0  · 5.0 s silence

    The call in numbers, as far as it is known
    Talk share     Agent 0 % (0.0 s), customer 0 % (0.0 s)
    Both at once   0 % (0.0 s)
    Silence        62 % (5.0 s)
    Cut in         Agent never, customer never
    Longest turn   Agent 0.0 s, customer 0.0 s

    Not called for: Keep an even pace, Let them finish, Show listening, Keep them
    posted, Respond promptly
    ");
}

#[test]
fn calls_of_an_hour_have_wider_margins() {
    let text = [
        HEAD,
        &utterance("agent", 1.0, 2.0, "Hello."),
        &utterance("agent", 3_700.0, 3_701.0, "Bye."),
    ];
    let account = account(&log(&text.join("\n")), 72);
    assert!(
        account.contains("\n  00:01.0  Agent     Hello.\n1:01:40.0            Bye.\n"),
        "{account}"
    );
}

#[test]
fn words_wider_than_the_page_are_cut() {
    let text = [
        HEAD,
        &utterance(
            "customer",
            1.0,
            2.0,
            &format!("Well {} 洗濯機洗濯機洗濯機洗濯機洗濯機洗濯機", "a".repeat(70)),
        ),
    ];
    let account = account(&log(&text.join("\n")), 40);
    assert!(account.contains(&format!("\n         {}\n", "a".repeat(31))), "{account}");
    assert!(account.lines().all(|line| super::wrap::columns(line) <= 40), "{account}");
}

#[test]
fn nothing_in_a_log_steers_the_terminal() {
    let evil = "a\\u001b[31mb\\r\\u009b2Jc\\u0007\\nd\\u202ee";
    let all = format!("{}\n{SUMMARY}", events());
    // Into every value that is free text, and some practices.
    let mut text = all.clone();
    for harmless in [
        "demo-call",
        "pcm_mulaw",
        "base.en",
        "a03779",
        "Good",
        "Let them finish\"",
        "You started",
        "I see",
        "am looking",
        "apologise",
        "was lost",
        "so sorry",
        "show-listening\"]",
        "thank",
    ] {
        assert!(text.contains(harmless), "{harmless}");
        text = text.replace(harmless, &format!("{evil}{harmless}"));
    }
    let lines = log(&text);
    let live = lines.iter().filter_map(|line| LiveLines::default().tell(line));
    for shown in live.chain([styled(&lines, 80), styled(&lines, 40)]) {
        // The program's own styles, none of which is red.
        let own = ["0", "1", "2", "32", "33", "35", "36"].map(|code| format!("\u{1b}[{code}m"));
        let rest = own.iter().fold(shown, |rest, code| rest.replace(code, ""));
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!rest.contains(steers), "{rest:?}");
    }
    assert!(account(&lines, 80).contains("a\u{fffd}[31mb"));
}

#[test]
fn styles_are_the_parties_own() {
    let text =
        [HEAD, &utterance("agent", 1.0, 2.0, "Hello."), &utterance("customer", 3.0, 4.0, "Hi.")];
    let account = styled(&log(&text.join("\n")), 72);
    let agent = "\u{1b}[1m\u{1b}[36mAgent\u{1b}[0m     \u{1b}[36mHello.\u{1b}[0m\n";
    let customer = "\u{1b}[1m\u{1b}[35mCustomer\u{1b}[0m  \u{1b}[35mHi.\u{1b}[0m\n";
    assert!(account.contains(agent) && account.contains(customer), "{account:?}");
}

#[test]
fn lines_as_they_happen() {
    let lines = log(&format!("{}\n{SUMMARY}", events()));
    let live: Vec<String> = lines
        .iter()
        .filter_map(|line| LiveLines::default().tell(line))
        .map(|line| anstream::adapter::strip_str(&line).to_string())
        .collect();
    insta::assert_snapshot!(live.join("\n"), @r#"
    00:00.6  Agent     Good morning. How can I help?
    00:13.4  ▸ Let them finish – You started while the customer was speaking, and both have spoken for 0.8 s.
    00:12.6  ↔ Agent cut in (1.4 s); the customer gave way
    00:02.8  Customer  My washing machine came three weeks ago with a broken door. And every time I call, I am told to wait another day —
    00:12.6  Agent     Look, that is not our fault, sir. There is nothing I can do about the door.
    00:22.3  Customer  That is not true, I did report it!
    00:27.6  Customer  Nobody called and nobody came.
    00:44.0  ▸ Say what you are doing – “I am looking for your order.” – Nobody has spoken for 10 s.
    00:34.0  · 11.4 s silence
    00:45.6  ~ 0.4 s of the customer's audio missing: the computer could not keep up
    00:46.0  ! 0.4 s of the customer's audio was lost.
    00:47.2  Agent     Yes, I'm here, and I am so sorry.
    01:02.6  ↔ Agent gave a short signal (0.6 s)
    01:02.6  Agent     I see.
    00:59.6  Customer  Yes, that's right. I just want a machine that works.
    01:08.5  ↔ Both spoke at once (0.5 s)
    "#);
}
