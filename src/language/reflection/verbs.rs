//! Which words are verbs, and which of their forms they are.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::super::closed_class::{AUXILIARIES, is_function_word};

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
    stuck stung swore swept swung taught thought threw told took tore understood was went were woke won wore
    wrote rung sung been gone done given taken broken driven written chosen frozen seen shown torn
    worn forgotten fallen known grown thrown eaten spat spun wound undone hidden bitten stolen
    mistook misread withdrew withheld overcharged upset rebuilt resent reset overslept misheard
    stank stunk drew shrunk spelt knelt bred fed fled clung flung slung"
);

/// Third persons that are likelier a verb than a plural noun after a noun.
static THIRD_PERSONS: List = list!(
    "
    keeps has is does goes gets comes says makes takes leaks crashes freezes drops stops starts
    smells looks feels sounds needs wants works rings breaks fits shows turns runs cuts switches
    overheats tastes costs shakes rattles buzzes beeps hums flickers loads happens seems owes
    refuses falls blocks trips hurts jams sticks opens closes shuts disconnects itches burns gives
    knows cares tells answers calls picks wants listens replies helps thinks sends charges asks
    lets hangs leaves dies lasts pays"
);

/// Plain forms of common verbs. Some are nouns as well.
static PLAIN: List = list!(
    "
    accept accuse add admit advise afford agree allow annoy answer apologise apologize appear apply
    approve argue arrange arrive ask assume attach attend avoid bang bark be become beep begin
    behave believe bend bill bite blame bleed block blow book borrow bother bounce break bring
    brush bubble build bully bump burn burst buy buzz call cancel care carry catch cause chafe
    change charge chase chat check chew chip choose claim clean clear click clog close collapse
    collect come complain complete confirm confuse connect contact contain continue cook cool cope
    corrode cost cough cover crack crash crawl crease create creak crumble cry curl cut damage deal
    debit decide decline deduct delay delete deliver demand deny depend deserve destroy develop dial
    die dig dim disagree disappear disappoint disconnect discover dismiss display dispute disturb
    double doubt drag drain draw dribble drill drink drip drive drop dry dump earn eat email empty
    end enjoy enter escalate exceed expect expire explain explode fade fail faint fall feed feel
    fight fill find finish fit fix flag flap flash flicker flood fly follow forget forward freak
    freeze fry fumble fuse gain get give glitch go grab grind groan grow guarantee guess guide hand
    handle hang happen hate have heal hear heat help hide hire hit hold hope hum hurry hurt ignore
    improve include inform insist install interrupt invest issue itch jam jerk join jump keep kick
    kill knock know lag land last laugh lay lead leak lean learn leave lend let lie lift light like
    limp listen live load lock log look loop lose love lower mail make manage match matter mean
    measure melt mend mention mess mind mislead miss misplace move mumble need notice offer open
    order overcharge overcook overflow overheat overlook owe own pack park pass patch pause pay
    peel persuade phone pick pile place play plug point post pour prefer prepare press pressure
    pretend prevent print process promise protect prove provide pull pump punish push put puzzle rain snow
    query question quit quote raise ration rattle reach read realise receive reckon recognise
    record recover reduce reek refer refill refund refuse register reject rely remain remember remind
    remove renew rent repair repeat replace reply report request require rescue reset resolve
    respond rest retire return reverse ring rinse rip rise rock roll rub ruin run rush rust save
    say scare scrape scratch scream screech search see seem seize sell send separate serve set
    settle shake share shatter shine shout show shrink shut sign sit skip slam sleep slide slip
    slow smash smear smell smoke smoulder snag snap sneer sneeze soak solve sort sound spark speak speed
    spell spend spill spin spit splash split spoil spread squeak squeal stain stall stand start
    starve state stay steal steam stick sting stink stop store stretch strip struggle submit sue
    suffer suggest suit supply support suppose suspend swap swear sweat sweep swell switch take
    talk taste tear tell text thank think threaten throw tip torture touch trace track trail
    transfer trap travel treat trick trip trouble trust try turn twist understand unlock update
    upgrade upset use vanish verify vibrate visit vomit wait wake walk want warn warp wash waste
    watch water wear weigh wet whine whistle wipe wish wobble wonder work worry wrap wreck write
    yell"
);

/// Words that end with "ed" and are no past forms.
static NO_PASTS: List = list!(
    "need feed bed red speed indeed hundred shed seed weed wed breed bleed embed
    biased bed-and sacred naked exceed succeed proceed"
);

/// Adverbs that stand between subject and verb.
static ADVERBS: List = list!(
    "
    just still never always also already even now then ever almost once all both not either simply
    only often sometimes somehow"
);

/// Words that end with "ly" and are no adverbs.
static NO_ADVERBS: List = list!(
    "family reply supply apply fly july early daily weekly monthly yearly elderly friendly ally
    belly jelly bully rally assembly italy ugly silly lovely deadly unfriendly untimely comply rely
    likely unlikely"
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
fn is_verb_of_noun(word: &str) -> bool {
    is_auxiliary(word) || is_past(word) || THIRD_PERSONS.contains(word)
}

/// Whether it may be the verb of a clause as it stands.
pub(super) fn is_finite(word: &str) -> bool {
    is_auxiliary(word) || is_past(word) || is_third(word)
}

/// Whether a word can be the verb of a pronoun.
pub(super) fn is_verb(word: &str) -> bool {
    is_verb_of_noun(word) || is_plain(word) || is_third(word)
}

/// Whether a word is the plain form of a verb.
pub(super) fn is_plain(word: &str) -> bool {
    PLAIN.contains(word)
}

/// Whether a word is the third person of a verb.
pub(super) fn is_third(word: &str) -> bool {
    let bases = [word.strip_suffix('s'), word.strip_suffix("es")];
    bases.into_iter().flatten().any(is_plain)
        || word.strip_suffix("ies").is_some_and(|stem| is_plain(&format!("{stem}y")))
}

/// The third person of a plain form: "come" as "comes".
pub(super) fn third(plain: &str) -> String {
    match plain {
        "have" => "has".to_owned(),
        "do" | "go" => format!("{plain}es"),
        _ if plain.ends_with(['s', 'x']) || plain.ends_with("sh") || plain.ends_with("ch") => {
            format!("{plain}es")
        }
        _ => match plain.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
            _ => format!("{plain}s"),
        },
    }
}

pub(super) fn is_gerund(word: &str) -> bool {
    word.len() > 4
        && word.ends_with("ing")
        && !matches!(
            word,
            "thing"
                | "something"
                | "anything"
                | "everything"
                | "nothing"
                | "morning"
                | "evening"
                | "building"
                | "ceiling"
                | "during"
                | "string"
                | "spring"
                | "wedding"
        )
}

/// Whether it is likelier a noun than anything else.
pub(super) fn is_noun(word: &str) -> bool {
    !word.is_empty()
        && !is_function_word(word)
        && !is_auxiliary(word)
        && !is_verb(word)
        && !is_past(word)
        && !is_gerund(word)
        && !is_adverb(word)
}

pub(super) fn is_adverb(word: &str) -> bool {
    ADVERBS.contains(word) || (word.len() > 4 && word.ends_with("ly") && !NO_ADVERBS.contains(word))
}

/// Plain forms that a word may be a form of, the word itself among them.
pub(super) fn bases(word: &str) -> Vec<String> {
    let mut bases = vec![word.to_owned()];
    let mut push = |stem: &str| {
        bases.push(stem.to_owned());
        bases.push(format!("{stem}e"));
        if let Some(stem) = stem.strip_suffix('i') {
            bases.push(format!("{stem}y"));
        }
        // "dropped" of "drop".
        let mut last = stem.chars().rev();
        if let (Some(one), Some(two)) = (last.next(), last.next())
            && one == two
        {
            bases.push(stem[..stem.len() - one.len_utf8()].to_owned());
        }
    };
    for ending in ["s", "es", "ed", "ing"] {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() > 1) {
            push(stem);
        }
    }
    bases
}
