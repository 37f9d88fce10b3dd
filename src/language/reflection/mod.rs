//! The sentence to reflect back with: from "I ordered it three weeks ago and it still hasn't
//! come" to "It sounds like your order still hasn't come."
//!
//! In this order: what was heard is cleaned of fillers, false starts and oaths (`heard`); it is
//! cut into clauses (`clause`); each is cast so that it can be said back: a question as what it
//! takes for granted (`question`), a report as what the customer was told (`recast`), what "they"
//! did as what was done (`they`); those that are rude, ironic, private, uncertain or not whole
//! are left (`statement`); of the rest the one that says most of a problem is taken, by the words
//! in `assets/reflections.toml` or by its grammar (`grievance`); "it" gives way to what it stands
//! for (`subject`); what is too long is cut where something hangs on (`shorten`); and the
//! customer's person becomes the agent's (`person`). Where any of this is doubtful there is no
//! sentence: an agent is better off without one than with a wrong one.

mod clause;
mod doubt;
mod grievance;
mod heard;
mod person;
mod question;
mod recast;
mod shorten;
mod statement;
mod subject;
mod tables;
mod they;
mod verbs;

use std::ops::Range;

use self::grievance::PROBLEM;
use self::heard::Word;
use self::recast::Form;
use self::subject::{Kind, Subject};
use self::tables::Tables;
use super::redact::Redaction;

/// The most words that a suggestion has.
pub const MOST_WORDS: usize = 12;

/// What a pronoun that stands for nothing named takes from a clause's weight.
const UNNAMED: f32 = 0.75;
/// What it adds that what was expected and what came of it are said together.
const TOGETHER: f32 = 0.5;
/// What it takes from a clause's weight that it only tells why.
const CAUSE: f32 = 1.0;
/// What a wish or a question weighs, less than a problem that is told.
const FRAMED: f32 = 1.75;
/// Clauses of fewer words say little.
const SHORT: usize = 4;
/// What it takes from a clause's weight that the company did it: what came of it is the better
/// thing to say back.
const ADMITTED: f32 = 1.0;

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
        let clauses = clause::clauses(&words);
        for clause in &clauses {
            // The later of two equals: the story comes before the problem.
            if let Some(candidate) = self.candidate(&words[..clause.start], &words[clause.clone()])
                && best.as_ref().is_none_or(|best| candidate.weight >= best.weight)
            {
                best = Some(candidate);
            }
        }
        for two in clauses.windows(2) {
            if let Some(candidate) = self.pair(&words, &two[0], &two[1])
                && best.as_ref().is_none_or(|best| candidate.weight >= best.weight)
            {
                best = Some(candidate);
            }
        }
        best.map(|best| best.sentence)
    }

    /// What could be said of one clause, with the words `before` it: the first of the ways to say
    /// it that will do.
    fn candidate(&self, before: &[Word], clause: &[Word]) -> Option<Candidate> {
        let forms = recast::forms(self.core(clause));
        let mut found = forms.into_iter().find_map(|form| self.of_form(before, form))?;
        if before.last().is_some_and(|word| matches!(word.text.as_str(), "because" | "cos")) {
            found.weight -= CAUSE;
        }
        Some(found)
    }

    fn of_form(&self, before: &[Word], form: Form) -> Option<Candidate> {
        if form.framed {
            return self.framed(&form.words);
        }
        let clause = &form.words[..];
        if self.tables.withhold.any(clause) {
            return None;
        }
        let subject = statement::stated(clause)?;
        let (clause, named) = self.named(before, clause, &subject)?;
        let subject = match subject::subject(&clause) {
            Some(now) => Subject { kind: subject.kind, ..now },
            None => subject,
        };
        let words = clause.len();
        let weight = grievance::weight(&clause, &subject, &self.tables);
        let stranger = !named && subject.kind == Kind::Person;
        if weight < PROBLEM || (subject.kind == Kind::Company && words < SHORT) {
            return None;
        }
        if (stranger && doubt::is_their_own(&clause))
            || doubt::is_hearsay(&clause, &subject)
            || doubt::is_broken(&clause, &subject)
        {
            return None;
        }
        let shorter = shorten::shorter(&clause, &subject);
        let sentence = std::iter::once(clause)
            .chain(shorter)
            .filter(|clause| {
                statement::is_whole(clause, &subject)
                    && grievance::weight(clause, &subject, &self.tables) >= PROBLEM
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

    /// Two clauses together, where the first tells what should have been: "you were told it was
    /// covered and now you've got a bill".
    fn pair(&self, words: &[Word], one: &Range<usize>, two: &Range<usize>) -> Option<Candidate> {
        let joint = words.get(one.end..two.start)?;
        let [joint] = joint else { return None };
        if !matches!(joint.text.as_str(), "and" | "but") {
            return None;
        }
        let part = |range: &Range<usize>| {
            let words = recast::forms(self.core(&words[range.clone()])).pop()?.words;
            let subject = statement::stated(&words)?;
            let sound = !self.tables.withhold.any(&words) && statement::is_whole(&words, &subject);
            sound.then_some((words, subject))
        };
        let (one, expected) = part(one)?;
        let (mut two, subject) = part(two)?;
        if !recast::expects(&one) || !matches!(expected.kind, Kind::Customer | Kind::Noun) {
            return None;
        }
        // "I ordered charcoal and one of them hasn't got any": two things, of which one was lost.
        if two.iter().take(3).any(|word| word.text == "them") {
            return None;
        }
        let weight = grievance::weight(&two, &subject, &self.tables);
        let first = grievance::weight(&one, &expected, &self.tables);
        if weight.max(first) < PROBLEM {
            return None;
        }
        // "You were told it was in stock and now it isn't."
        if recast::begins(&one, "i was told").is_some()
            && let Some(len) = recast::begins(&two, "i'm being told")
            && two.get(len).is_some_and(|word| word.text != "to")
        {
            two.splice(..len, [Word::new("now")]);
        }
        let said = [person::turned(&one)?, vec![Word::new(&joint.text)], person::turned(&two)?];
        let sentence = self.spoken(&said.concat(), Kind::Customer)?;
        Some(Candidate { weight: weight.max(first) + TOGETHER, sentence })
    }

    /// What is known to be sound as a whole is said as it is, or not at all.
    fn framed(&self, clause: &[Word]) -> Option<Candidate> {
        if self.tables.rude.any(clause) {
            return None;
        }
        let head = Subject { kind: Kind::Customer, verb: 3, relative: None };
        let shorter = shorten::shorter(clause, &head);
        let sentence = std::iter::once(clause.to_vec())
            .chain(shorter)
            .filter(|clause| statement::can_be_shown(clause))
            .find_map(|clause| self.sentence(&clause, Kind::Customer))?;
        Some(Candidate { weight: FRAMED, sentence })
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
        let impersonal = subject.kind == Kind::It && is_impersonal(clause);
        let thing = subject::antecedent(before, subject.kind, &self.tables).filter(|_| !impersonal);
        let Some(mut thing) = thing else {
            return Some((clause.to_vec(), false));
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

    /// The sentence, with the opener that fits; `None` if it is too long or would not do.
    fn sentence(&self, clause: &[Word], kind: Kind) -> Option<String> {
        self.spoken(&person::turned(clause)?, kind)
    }

    fn spoken(&self, turned: &[Word], kind: Kind) -> Option<String> {
        let count = turned.iter().map(|word| word.text.split(' ').count()).sum::<usize>();
        let long = if kind == Kind::Customer { "I hear that" } else { "It sounds like" };
        let opener = [long, "So"]
            .into_iter()
            .find(|opener| opener.split(' ').count() + count <= MOST_WORDS)?;
        let mut sentence = opener.to_owned();
        for word in turned {
            sentence.push(' ');
            let spelling = self.tables.spelling.get(&word.text).or(word.shown.as_ref());
            sentence.push_str(spelling.unwrap_or(&word.text));
        }
        sentence.push('.');
        let said: Vec<&str> = sentence.split(' ').collect();
        let clean = !turned.iter().any(|word| is_first_person(word.text.trim_end_matches("'s")))
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
        "i" | "am"
            | "i'm"
            | "i've"
            | "i'd"
            | "i'll"
            | "me"
            | "my"
            | "mine"
            | "myself"
            | "ourselves"
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
        ("it", "was") => matches!(
            next.get(1).copied().unwrap_or_default(),
            "a" | "an" | "the" | "my" | "your" | "our" | "like" | "not"
        ),
        ("it's", "a" | "an" | "the" | "that" | "like" | "my" | "your" | "our" | "not") => true,
        (
            _,
            "took" | "takes" | "says" | "said" | "feels" | "seems" | "depends" | "rings" | "keeps",
        ) => true,
        _ => false,
    }
}
