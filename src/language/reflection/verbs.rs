//! Which words are finite verbs: enough of them to tell a clause from a piece of one.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::super::closed_class::AUXILIARIES;

/// Words, split once.
type List = LazyLock<HashSet<&'static str>>;

macro_rules! list {
    ($words:literal) => {
        LazyLock::new(|| $words.split_ascii_whitespace().collect())
    };
}

/// Past forms that don't end with "ed".
static IRREGULAR_PASTS: List = list!(
    "
    ate became began bent bit bled blew bought bound broke brought built burst burnt came caught
    chose cost crept cut dealt did drank drove dug fell felt flew forgot fought found froze gave
    got grew had heard held hid hit hung hurt kept knew laid lay leapt learnt led left lent let
    lit lost made meant met paid put quit ran rang read rose said sank sat saw sent set shook shot
    shrank shut slept slid smelt sold spent spilt split spoilt spoke sprang stole stood struck
    stuck stung swore taught thought threw told took tore understood was went were woke won wore
    wrote rung sung been gone done given taken broken driven written chosen frozen seen shown torn
    worn forgotten fallen known grown thrown eaten"
);

/// Third persons that are likelier a verb than a plural noun after a noun.
static THIRD_PERSONS: List = list!("
    keeps has is does goes gets comes says makes takes leaks crashes freezes drops stops starts
    smells looks feels sounds needs wants works rings breaks fits shows turns runs cuts switches
    overheats tastes costs shakes rattles buzzes beeps hums flickers loads happens seems owes
    refuses falls blocks trips hurts jams sticks opens closes shuts disconnects itches burns gives knows cares tells answers
    calls picks wants listens replies helps thinks sends charges asks lets hangs");

/// Plain present forms after a pronoun.
static PRESENTS: List = list!("
    keep have get go come say make take leak crash freeze drop stop start smell look feel sound need
    want work ring break fit show turn run cut switch pay live call phone order know trust expect use
    rely depend owe hear see wait sit hold press open close try hope hate like love find spend
    think wish agree require suffer sleep send ask tell refuse charge");

/// Words that end with "ed" and are no past forms.
static NO_PASTS: List = list!(
    "need feed bed red speed indeed hundred shed seed weed wed breed bleed embed
    biased bed-and sacred naked"
);

/// Adverbs that stand between subject and verb.
static ADVERBS: List = list!(
    "
    just still never always only also already constantly even now then ever really nearly almost
    suddenly finally simply completely totally absolutely clearly often usually sometimes
    immediately literally actually recently once all both not either hardly barely repeatedly
    continually supposedly probably definitely certainly mostly partly"
);

pub(super) fn is_auxiliary(word: &str) -> bool {
    AUXILIARIES.contains(&word)
}

/// Whether a word is a past form or a participle.
pub(super) fn is_past(word: &str) -> bool {
    (word.len() > 3 && word.ends_with("ed") && !NO_PASTS.contains(word))
        || IRREGULAR_PASTS.contains(word)
}

/// Whether a word can be the verb of a noun: an auxiliary, a past form, a known third person.
pub(super) fn is_verb_of_noun(word: &str) -> bool {
    is_auxiliary(word) || is_past(word) || THIRD_PERSONS.contains(word)
}

/// Whether a word can be the verb of a pronoun.
pub(super) fn is_verb(word: &str) -> bool {
    is_verb_of_noun(word) || PRESENTS.contains(word)
}

pub(super) fn is_adverb(word: &str) -> bool {
    ADVERBS.contains(word)
}
