//! Listens to a conversation, utterance by utterance, and says what was done by saying it: the
//! practices of the agent, what the customer said that matters, what their problem is, what was
//! promised, and what a coach would ask for now.
//!
//! What an utterance does is heard by the [`Detector`], from its words and those before. What it does in this
//! conversation is decided here: a reflection must take up what this customer said, a promise must
//! be one, and a complaint comes with a sentence that says it back.

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::sync::Arc;

use jiff::civil::Date;

use super::act::{Act, Heard};
use super::echo::taken_up;
use super::embedding::Embedding;
use super::model::{LanguageModel, Reading};
use super::practices::{Before, Detector};
use super::promise::promises;
use super::reflection::Reflection;
use super::spoken;
use crate::event::{Body, Practice, REMARKS, Remark, Word, evidence};
use crate::units::{CallSpan, CallTime, Party};

/// A reflection takes up what was said in so many of the customer's last utterances.
const STATEMENTS: usize = 4;
/// Of these words of the reply, so large a share must be the customer's …
const SHARED: f32 = 0.2;
/// … or its meaning be so near to theirs.
const NEAR: f32 = 0.45;
/// An utterance that follows so soon goes on with the one before. Seconds.
const GOES_ON_SECS: f64 = 3.0;
/// Words that the recogniser was less sure of than this tell nothing.
const MIN_CONFIDENCE: f32 = 0.4;
/// A promise that was found by its form is as sure as this.
const PROMISE_SCORE: f32 = 0.75;

/// These breaches take back …
const TAKE_BACK: [&str; 2] = ["not-defensive", "positive-words"];
/// … what was done in the same utterance.
const TAKEN_BACK: [&str; 4] = ["acknowledge", "empathise", "lighten", "show-listening"];

/// One utterance, as it came from the recogniser.
pub struct Said<'a> {
    /// Who spoke.
    pub party: Party,
    /// Where.
    pub span: CallSpan,
    /// The words as text.
    pub text: &'a str,
    /// The same one by one.
    pub words: &'a [Word],
    /// How sure the recogniser was, 0 to 1.
    pub confidence: f32,
}

/// What the customer said lately.
struct Statement {
    text: String,
    end: CallTime,
    reading: Reading,
    /// Made of it once the agent says something back.
    meaning: OnceCell<Embedding>,
}

/// What is needed to understand a conversation, shared by all of them.
pub struct Understanding {
    /// Reads.
    pub model: Arc<LanguageModel>,
    /// Hears what utterances do.
    pub detector: Detector,
    /// Says complaints back; `None` where nothing is to be suggested.
    pub reflection: Option<Reflection>,
}

/// Listens to one conversation.
pub struct Listener {
    understanding: Arc<Understanding>,
    /// The day of the call, by which due dates are told.
    day: Option<Date>,
    statements: VecDeque<Statement>,
    before: Before,
    /// How much the complaints speak for each kind of problem so far, and which was told last.
    issues: Vec<(&'static str, f32)>,
    issue: Option<&'static str>,
    /// When the agent ended saying it back, if that was the last thing said.
    said_back: Option<CallTime>,
}

impl Listener {
    /// At the beginning of a conversation that took place on `day`.
    pub fn new(understanding: Arc<Understanding>, day: Option<Date>) -> Self {
        Listener {
            understanding,
            day,
            statements: VecDeque::new(),
            before: Before::default(),
            issues: Vec::new(),
            issue: None,
            said_back: None,
        }
    }

    /// Takes the next utterance and its `reading`; says what was done by saying it.
    pub fn hear(&mut self, said: &Said<'_>, reading: &Reading) -> Vec<Body> {
        if said.confidence < MIN_CONFIDENCE {
            return Vec::new();
        }
        let detector = &self.understanding.detector;
        let heard = detector.hear_reading(said.party, reading, &self.before);
        let place = Place::new(said);
        let bodies = match said.party {
            Party::Customer => {
                self.said_back = None;
                self.customer(said, reading, heard, &place)
            }
            Party::Agent => self.agent(said, heard, &place),
        };
        self.before.push(said.party, reading);
        bodies
    }

    fn customer(
        &mut self,
        said: &Said<'_>,
        reading: &Reading,
        heard: Heard,
        place: &Place<'_>,
    ) -> Vec<Body> {
        let goes_on = self
            .statements
            .back()
            .filter(|last| said.span.start.secs_since(last.end) <= GOES_ON_SECS);
        let turn = goes_on
            .map_or_else(|| said.text.to_owned(), |last| format!("{} {}", last.text, said.text));
        let mut bodies = Vec::new();
        for act in &heard.acts {
            let (span, quote) = place.of(act);
            let complains = act.name == "complaint";
            let reflection = self.understanding.reflection.as_ref().filter(|_| complains);
            let suggestion = reflection.map(|reflection| {
                // What was said just now says it best; some begin a sentence earlier.
                reflection.suggestion(said.text).or_else(|| reflection.suggestion(&turn))
            });
            bodies.push(Body::Remark(Remark {
                name: act.name,
                party: Party::Customer,
                span,
                quote: quote.clone(),
                score: act.score,
                suggestion: suggestion.flatten(),
            }));
            if let Some((kind, likely)) = heard.issue.filter(|_| complains)
                && self.likelier_issue(kind, likely)
            {
                self.issue = Some(kind);
                bodies.push(Body::Issue { span, kind: kind.to_owned(), quote });
            }
        }
        // A "yes" in between puts nothing in the place of what was said before.
        if !taken_up(said.text, said.text).words.is_empty() {
            self.statements.push_back(Statement {
                text: said.text.to_owned(),
                end: said.span.end,
                reading: reading.clone(),
                meaning: OnceCell::new(),
            });
        }
        if self.statements.len() > STATEMENTS {
            self.statements.pop_front();
        }
        bodies
    }

    /// Whether this complaint makes its kind of problem the likeliest of the call, and that is news.
    fn likelier_issue(&mut self, kind: &'static str, likely: f32) -> bool {
        match self.issues.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, sum)) => *sum += likely,
            None => self.issues.push((kind, likely)),
        }
        let sum_of = |wanted: &str| {
            self.issues.iter().find(|(known, _)| *known == wanted).map_or(0.0, |(_, sum)| *sum)
        };
        self.issue.is_none_or(|told| told != kind && sum_of(kind) > sum_of(told))
    }

    fn agent(&mut self, said: &Said<'_>, heard: Heard, place: &Place<'_>) -> Vec<Body> {
        let mut bodies = Vec::new();
        let mut follows_up = false;
        let does = |name: &str| heard.acts.iter().any(|act| act.name == name && !act.broken);
        let breaches = |act: &Act| act.broken && TAKE_BACK.contains(&act.name);
        // "I'll see to it, somebody will ring" says what comes next all the same.
        let leaves_open = |act: &Act| act.name == "say-next-step" && act.broken;
        let open = heard.acts.iter().any(leaves_open) && !does("say-next-step");
        let undone = heard.acts.iter().any(breaches) && !does("apologise");
        let checks = self.said_back.take().is_some_and(|end| {
            said.span.start.secs_since(end) <= GOES_ON_SECS && said.text.contains('?')
        });
        for act in &heard.acts {
            // "I understand, but that's our policy" takes back what it began with.
            if undone && TAKEN_BACK.contains(&act.name) && !act.broken {
                continue;
            }
            if leaves_open(act) && !open {
                continue;
            }
            let (span, quote) = place.of(act);
            if REMARKS.contains(&act.name) {
                let (name, party, score) = (act.name, Party::Agent, act.score);
                bodies.push(Body::Remark(Remark {
                    name,
                    party,
                    span,
                    quote,
                    score,
                    suggestion: None,
                }));
                continue;
            }
            let mut numbers = evidence([("certainty", round(act.score))]);
            if act.name == "reflect-back" {
                let Some((shared, near)) = self.takes_up(&quote) else { continue };
                self.said_back = Some(said.span.end);
                numbers.extend(evidence([("shared", round(shared)), ("near", round(near))]));
            }
            follows_up |= act.name == "promise-follow-up";
            let score = if act.broken { 1.0 - act.score } else { act.score };
            // "Is that right?" to what the other says is a listener's; to one's own words it asks.
            let name = match act.name {
                "show-listening" if checks => "check-understanding",
                name => name,
            };
            let (party, evidence) = (Party::Agent, numbers);
            bodies.push(Body::Practice(Practice { name, party, span, quote, score, evidence }));
        }
        for promise in promises(said.text, self.day) {
            let span = place.span(&promise.words);
            let (quote, due) = (promise.quote, promise.due.map(|due| due.to_string()));
            if promise.contact && !follows_up && !open {
                follows_up = true;
                bodies.push(Body::Practice(Practice {
                    name: "promise-follow-up",
                    party: Party::Agent,
                    span,
                    quote: quote.clone(),
                    score: PROMISE_SCORE,
                    evidence: evidence([("certainty", PROMISE_SCORE.into())]),
                }));
            }
            bodies.push(Body::Promise { span, quote, due });
        }
        bodies
    }

    /// How far an agent's words take up what the customer said: the share of their content words
    /// that are the customer's, and how near they are in meaning. `None` where they don't.
    fn takes_up(&self, text: &str) -> Option<(f32, f32)> {
        let model = &self.understanding.model;
        let meaning = Embedding::of(model, &model.read(text));
        let statements = self.statements.iter();
        let (shared, near) = statements.fold((0.0, -1.0), |(shared, near): (f32, f32), said| {
            let taken = taken_up(&said.text, text).share_of_reply;
            let theirs = said.meaning.get_or_init(|| Embedding::of(model, &said.reading));
            (shared.max(taken), near.max(meaning.similarity(theirs)))
        });
        (shared >= SHARED || near >= NEAR).then_some((shared, near))
    }
}

fn round(value: f32) -> f64 {
    (f64::from(value) * 1_000.0).round() / 1_000.0
}

/// Where the words of an utterance lie.
struct Place<'a> {
    said: &'a Said<'a>,
    /// Of each word as [`spoken::words`] has it, which of the recogniser's it belongs to.
    word_of: Vec<usize>,
}

impl<'a> Place<'a> {
    fn new(said: &'a Said<'a>) -> Place<'a> {
        let own = |(at, word): (usize, &Word)| vec![at; spoken::words(&word.text).len()];
        let word_of = said.words.iter().enumerate().flat_map(own).collect();
        Place { said, word_of }
    }

    /// The recogniser's words in which these lie.
    fn words(&self, spoken: &std::ops::Range<usize>) -> Option<std::ops::RangeInclusive<usize>> {
        let last = self.word_of.len().checked_sub(1)?;
        let at = |place: usize| self.word_of[place.min(last)];
        Some(at(spoken.start)..=at(spoken.end.saturating_sub(1).max(spoken.start)))
    }

    fn span(&self, spoken: &std::ops::Range<usize>) -> CallSpan {
        self.words(spoken).map_or(self.said.span, |words| self.between(&words))
    }

    fn between(&self, words: &std::ops::RangeInclusive<usize>) -> CallSpan {
        let (first, last) = (&self.said.words[*words.start()], &self.said.words[*words.end()]);
        CallSpan::new(first.span.start, last.span.end.max(first.span.start))
    }

    /// The sentence in which an act lies: where, and its words.
    fn of(&self, act: &Act) -> (CallSpan, String) {
        let Some(words) = self.words(&act.words) else {
            return (self.said.span, self.said.text.trim().to_owned());
        };
        let all = self.said.words;
        let ends = |word: &Word| word.text.trim_end().ends_with(['.', '?', '!']);
        let before = all[..*words.start()].iter().rposition(ends);
        let after = all[*words.end()..].iter().position(ends);
        let start = before.map_or(0, |before| before + 1);
        let end = after.map_or(all.len() - 1, |after| *words.end() + after);
        let quote: Vec<&str> = all[start..=end].iter().map(|word| word.text.trim()).collect();
        (self.between(&(start..=end)), quote.join(" "))
    }
}
