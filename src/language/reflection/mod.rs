//! The sentence to reflect back with: from "I ordered it three weeks ago and it still hasn't
//! come" to "It sounds like your order still hasn't come."
//!
//! In this order: what was heard is cleaned of fillers, false starts and oaths (`heard`); it is
//! cut into clauses (`clause`); those that are rude, ironic, private, uncertain or not whole
//! are left; of the rest the one that says most of a problem is taken, by the weights in
//! `assets/reflections.toml`; "it" gives way to what it stands for (`subject`); and the
//! customer's person becomes the agent's (`person`). Where any of this is doubtful there is no
//! sentence: an agent is better off without one than with a wrong one.

mod clause;
mod heard;
mod person;
mod subject;
mod tables;
mod verbs;

use self::heard::Word;
use self::subject::{Kind, Subject};
use self::tables::Tables;
use super::redact::Redaction;

/// The most words that a suggestion has.
pub const MOST_WORDS: usize = 12;

/// From which weight on a clause states a problem.
const PROBLEM: f32 = 2.0;
/// The same where only "he" or "she" says who it is about: it must be grave.
const STRANGER: f32 = 3.0;
/// What a pronoun that stands for nothing named takes from a clause's weight.
const UNNAMED: f32 = 0.75;
/// Clauses of fewer words say little.
const SHORT: usize = 4;
/// What it takes from a clause's weight that the company did it: what came of it is the better
/// thing to say back.
const ADMITTED: f32 = 1.0;
/// How much of its weight a clause may lose when it is cut to length.
const LOSS: f32 = 0.6;

/// Turns what customers say into what agents can say back.
///
/// ```
/// use evenkeel::language::reflection::Reflection;
/// let reflection = Reflection::default();
/// assert_eq!(
///     reflection.suggestion("I ordered it three weeks ago and it still hasn't come").unwrap(),
///     "It sounds like your order still hasn't come."
/// );
/// assert_eq!(reflection.suggestion("Can you hear me?"), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Reflection {
    tables: Tables,
    redaction: Redaction,
}

/// A sentence that could be said.
struct Candidate {
    weight: f32,
    sentence: String,
}

impl Reflection {
    /// The sentence to say back to somebody who said `text` in one turn: at most [`MOST_WORDS`]
    /// words, without names and without numbers that identify, always the same for the same
    /// text. `None` if nothing in it states a problem, or none could be said back with certainty.
    pub fn suggestion(&self, text: &str) -> Option<String> {
        let words = heard::hear(text, &self.redaction);
        if self.tables.sarcastic.any(&words) {
            return None;
        }
        let words = heard::cleaned(words, &self.tables);
        let mut best: Option<Candidate> = None;
        for clause in clause::clauses(&words) {
            // The later of two equals: the story comes before the problem.
            if let Some(candidate) = self.candidate(&words[..clause.start], &words[clause.clone()])
                && best.as_ref().is_none_or(|best| candidate.weight >= best.weight)
            {
                best = Some(candidate);
            }
        }
        best.map(|best| best.sentence)
    }

    /// What could be said of one clause, with the words `before` it.
    fn candidate(&self, before: &[Word], clause: &[Word]) -> Option<Candidate> {
        let clause = self.core(clause);
        if self.tables.withhold.any(clause) {
            return None;
        }
        let subject = clause::stated(clause)?;
        let (clause, named) = self.named(before, clause, &subject)?;
        let weight = self.weight(&clause);
        let words = clause.len();
        let stranger = !named && subject.kind == Kind::Person;
        let least = if stranger { STRANGER } else { PROBLEM };
        if weight < least || (subject.kind == Kind::Company && words < SHORT) {
            return None;
        }
        let shorter = self.shorter(&clause, &subject);
        let sentence = std::iter::once(clause)
            .chain(shorter)
            .filter(|clause| {
                clause::is_whole(clause, &subject)
                    && self.weight(clause) >= (weight - LOSS).max(PROBLEM)
            })
            .find_map(|clause| self.sentence(&clause, subject.kind))?;
        let mut weight = weight;
        if !named || sentence.contains(" them ") {
            weight -= UNNAMED;
        }
        if subject.kind == Kind::Company {
            weight -= ADMITTED;
        }
        if words < SHORT {
            weight -= UNNAMED;
        }
        Some(Candidate { weight, sentence })
    }

    /// The clause without what leads into it and what trails behind.
    fn core<'a>(&self, mut clause: &'a [Word]) -> &'a [Word] {
        while let Some((len, ())) = self.tables.lead_ins.at(clause) {
            clause = &clause[len..];
        }
        while let Some(len) = self.tables.tails.at_end(clause) {
            clause = &clause[..clause.len() - len];
        }
        clause
    }

    fn weight(&self, clause: &[Word]) -> f32 {
        let mut weight = 0.0;
        let mut at = 0;
        while at < clause.len() {
            let (len, found) = self.tables.problem.at(&clause[at..]).unwrap_or((1, 0.0));
            weight += found;
            at += len;
        }
        weight
    }

    /// The clause with its thing in place of "it", "they", "he"; and whether its subject has a
    /// name now. `None` where "they" could be anybody.
    fn named(
        &self,
        before: &[Word],
        clause: &[Word],
        subject: &Subject,
    ) -> Option<(Vec<Word>, bool)> {
        let head = clause[0].text.as_str();
        // "half of it", "none of them".
        if let [_, of, pronoun, ..] = clause
            && of.text == "of"
            && matches!(pronoun.text.as_str(), "it" | "them")
        {
            let kind = if pronoun.text == "it" { Kind::It } else { Kind::They };
            let Some(thing) = subject::antecedent(before, kind, &self.tables) else {
                return Some((clause.to_vec(), false));
            };
            return Some(([&clause[..2], &thing[..], &clause[3..]].concat(), true));
        }
        if !matches!(subject.kind, Kind::It | Kind::They | Kind::Person) || !is_pronoun(head) {
            return Some((clause.to_vec(), true));
        }
        if subject.kind == Kind::They
            && let Some(passive) = passive(clause)
        {
            return Some((passive, true));
        }
        let impersonal = subject.kind == Kind::It && is_impersonal(clause);
        let thing = subject::antecedent(before, subject.kind, &self.tables).filter(|_| !impersonal);
        let Some(mut thing) = thing else {
            return (subject.kind != Kind::They).then(|| (clause.to_vec(), false));
        };
        let next = clause.get(1).map_or("", |word| word.text.as_str());
        match head.split_once('\'') {
            Some((_, "s"))
                if matches!(next, "been" | "got" | "gone" | "stopped" | "broken" | "had") =>
            {
                thing.push(Word::new(if next == "broken" { "is" } else { "has" }));
            }
            Some((_, "s")) => thing.push(Word::new("is")),
            Some((_, "re")) => thing.push(Word::new("are")),
            Some((_, "ve")) => thing.push(Word::new("have")),
            Some(_) => return None,
            None => {}
        }
        thing.extend_from_slice(&clause[1..]);
        Some((thing, true))
    }

    /// Shorter ways to say a clause, the longest first: without the clause within its subject,
    /// and without what hangs on at its end.
    fn shorter(&self, clause: &[Word], subject: &Subject) -> Vec<Vec<Word>> {
        let mut shorter = Vec::new();
        let mut whole = clause.to_vec();
        if let Some(relative) = subject.relative.clone().filter(|r| r.end < clause.len()) {
            whole.drain(relative);
            shorter.push(whole.clone());
        }
        let from = subject.verb + 2;
        for at in (from..whole.len()).rev() {
            let hangs = matches!(
                whole[at].text.as_str(),
                "and"
                    | "but"
                    | "because"
                    | "cos"
                    | "when"
                    | "while"
                    | "whenever"
                    | "since"
                    | "after"
                    | "before"
                    | "until"
                    | "with"
                    | "without"
                    | "which"
                    | "who"
                    | "on"
                    | "in"
                    | "at"
                    | "from"
                    | "for"
                    | "by"
                    | "during"
                    | "over"
                    | "so"
                    | "even"
                    | "ever"
                    | "just"
                    | "than"
                    | "through"
            );
            // "with my kids in the car" is one thing, "on monday and another on tuesday" too.
            let within = whole[at.saturating_sub(4)..at]
                .iter()
                .any(|word| matches!(word.text.as_str(), "with" | "without" | "and"));
            if hangs && !within && subject.relative.as_ref().is_none_or(|r| at > r.end) {
                shorter.push(whole[..at].to_vec());
            }
        }
        shorter
    }

    /// The sentence, with the opener that fits; `None` if it is too long or would not do.
    fn sentence(&self, clause: &[Word], kind: Kind) -> Option<String> {
        let turned = person::turned(clause)?;
        let count = turned.iter().map(|word| word.text.split(' ').count()).sum::<usize>();
        let long = if kind == Kind::Customer { "I hear that" } else { "It sounds like" };
        let opener = [long, "So"]
            .into_iter()
            .find(|opener| opener.split(' ').count() + count <= MOST_WORDS)?;
        let mut sentence = opener.to_owned();
        for word in &turned {
            sentence.push(' ');
            let spelling = self.tables.spelling.get(&word.text).or(word.shown.as_ref());
            sentence.push_str(spelling.unwrap_or(&word.text));
        }
        sentence.push('.');
        let said: Vec<&str> = sentence.split(' ').collect();
        let clean = !turned.iter().any(|word| is_first_person(&word.text))
            && self.redaction.find(&said).is_empty();
        clean.then_some(sentence)
    }
}

fn is_pronoun(word: &str) -> bool {
    let word = word.split('\'').next().unwrap_or_default();
    matches!(word, "it" | "they" | "he" | "she")
}

/// What the agent would say of themselves, and must not: it was the customer's.
fn is_first_person(word: &str) -> bool {
    matches!(
        word,
        "i" | "i'm" | "i've" | "i'd" | "i'll" | "me" | "my" | "mine" | "myself" | "ourselves"
    )
}

/// Whether "it" is the weather, the time or the matter at large.
fn is_impersonal(clause: &[Word]) -> bool {
    let next = clause.iter().skip(1).map(|word| word.text.as_str());
    let next: Vec<&str> =
        next.filter(|word| !matches!(*word, "just" | "only" | "already")).collect();
    match (clause[0].text.as_str(), next.first().copied().unwrap_or_default()) {
        ("it's", "been") => !next.get(1).is_some_and(|next| {
            next.ends_with("ed") || matches!(*next, "lost" | "broken" | "stuck" | "cut" | "leaking")
        }),
        ("it's", "a" | "an" | "the" | "that" | "like" | "my" | "your" | "our" | "not") => true,
        (
            _,
            "took" | "takes" | "says" | "said" | "feels" | "seems" | "depends" | "rings" | "keeps",
        ) => true,
        _ => false,
    }
}

/// "They sent me the wrong one" as "you were sent the wrong one", "they lost my bag" as "your bag
/// was lost": who "they" are is not the agent's to say.
fn passive(clause: &[Word]) -> Option<Vec<Word>> {
    let word = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let verb = if matches!(word(1), "just" | "then" | "only") { 2 } else { 1 };
    let participle = match (word(0), word(verb)) {
        ("they", "gave") => "given",
        ("they", "broke") => "broken",
        ("they", "took") => "taken",
        (
            "they",
            verb @ ("sent" | "lost" | "left" | "sold" | "told" | "charged" | "delivered"
            | "cancelled" | "damaged" | "promised" | "refused" | "overcharged" | "blocked"),
        ) => verb,
        _ => return None,
    };
    let participle = Word::new(participle);
    let object = verb + 1;
    if matches!(word(object), "me" | "us") {
        if !matches!(
            participle.text.as_str(),
            "given" | "sent" | "sold" | "told" | "charged" | "promised" | "refused" | "overcharged"
        ) {
            return None;
        }
        // "You" takes "were", whoever it is.
        let head = [Word::new("we"), Word::new("were"), participle];
        return Some([&head[..], &clause[object + 1..]].concat());
    }
    if !matches!(word(object), "my" | "our") || clause.len() < object + 2 {
        return None;
    }
    let thing = &clause[object..object + 2];
    let be = Word::new(if thing[1].text.ends_with('s') { "were" } else { "was" });
    Some([thing, &[be, participle], &clause[object + 2..]].concat())
}
