//! How much of what one party said the other takes up in its own words: "so the parcel never
//! came" after "my parcels haven't come".
//!
//! Content words are compared, by their stems. Pronouns, auxiliaries and fillers carry no
//! content, so that "my" turned into "your" is neither here nor there, and a bare "I understand
//! what you mean" shares nothing. Nearness in meaning is [`embedding`](super::embedding)'s.

use super::closed_class::is_function_word;
use super::spoken;

/// Words that are no function words and yet say nothing of the matter.
const EMPTY: &str = "
    know mean thing things stuff say says said saying tell told telling understand understood hear
    heard hearing sound sounds see sorry thank thanks look like bit lot lots sir madam hello hi bye
    honest honestly literally obviously okay sure yep mate love let's want need think thought guess
    believe try tried trying make made way much more most many never always ever ago call calling
    called something anything one ones";

/// Forms that no ending tells, with the stem that they share.
const FORMS: &str = "
    came come,coming come,broke break,broken break,bought buy,brought bring,caught catch,chose
    choose,chosen choose,did do,drove drive,driven drive,fell fall,fallen fall,felt feel,flew fly,
    flown fly,payments pay,forgot forget,forgotten forget,found find,froze freeze,frozen freeze,gave give,given
    give,went go,gone go,goes go,grew grow,held hold,hid hide,hung hang,kept keep,lost lose,left
    leave,leaving leave,lit light,met meet,paid pay,payment pay,ran run,rang ring,rung ring,sat
    sit,sent send,shook shake,slept sleep,sold sell,spent spend,spoke speak,spoken speak,stole
    steal,stolen steal,stood stand,stuck stick,took take,taken take,taught teach,threw throw,
    thrown throw,tore tear,torn tear,wore wear,worn wear,woke wake,won win,wrote write,written
    write,delivery deliver,deliveries deliver,cancellation cancel,arrival arrive,children child,
    people person,men man,women woman,loss lose,fault faulty,complaint complain,complaints
    complain,billing bill,lying lie";

/// What a reply shares with a statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TakenUp {
    /// The content words of the reply that the statement has too, as the reply says them, each
    /// stem once, in the order of the reply.
    pub words: Vec<String>,
    /// The share of the statement's different content words that the reply takes up, 0 to 1; 0
    /// if the statement has none.
    pub share_of_statement: f32,
    /// The share of the reply's different content words that are the statement's, 0 to 1; 0 if
    /// the reply has none.
    pub share_of_reply: f32,
}

/// What `reply` takes up of `statement`. Several statements can be given as one text.
///
/// ```
/// use evenkeel::language::echo::taken_up;
/// let taken = taken_up("I was charged twice for the parcels", "So two charges for one parcel?");
/// assert_eq!(taken.words, ["charges", "parcel"]);
/// ```
pub fn taken_up(statement: &str, reply: &str) -> TakenUp {
    let statement = content(statement);
    let reply = content(reply);
    let shared: Vec<&Content> =
        reply.iter().filter(|word| statement.iter().any(|other| other.stem == word.stem)).collect();
    let share = |of: usize| if of == 0 { 0.0 } else { shared.len() as f32 / of as f32 };
    TakenUp {
        share_of_statement: share(statement.len()),
        share_of_reply: share(reply.len()),
        words: shared.into_iter().map(|word| word.word.clone()).collect(),
    }
}

/// Which of `words` (as [`spoken::words`] has them) are content words that occur in `statement` too.
pub fn echoed(words: &[String], statement: &str) -> Vec<bool> {
    let statement = content(statement);
    let is_in = |word: &String| {
        content_stem(word).is_some_and(|stem| statement.iter().any(|other| other.stem == stem))
    };
    words.iter().map(is_in).collect()
}

/// A word that says something of the matter.
struct Content {
    word: String,
    stem: String,
}

/// The content words of `text`, each stem once.
fn content(text: &str) -> Vec<Content> {
    let mut content: Vec<Content> = Vec::new();
    for word in spoken::words(text) {
        let Some(stem) = content_stem(&word) else { continue };
        if !content.iter().any(|other| other.stem == stem) {
            content.push(Content { stem, word });
        }
    }
    content
}

/// The stem of a content word; `None` for all other words.
fn content_stem(word: &str) -> Option<String> {
    let plain = word.strip_suffix("'s").unwrap_or(word);
    let empty = EMPTY.split_ascii_whitespace().any(|empty| empty == plain);
    (!empty && !is_function_word(word) && !is_function_word(plain)).then(|| stem(plain))
}

/// What the forms of a word have in common: "charg" of "charges", "charged" and "charge".
fn stem(word: &str) -> String {
    let forms = FORMS.split(',').filter_map(|form| form.trim().split_once(char::is_whitespace));
    let irregular = forms.into_iter().find(|(form, _)| *form == word).map(|(_, stem)| stem.trim());
    let word = irregular.unwrap_or(word);
    let mut stem = word.to_owned();
    // "ies" before "s", and never so much that no vowel is left: "thing", "red", "bus".
    for (ending, instead) in
        [("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("ss", "ss"), ("us", "us"), ("s", "")]
    {
        if let Some(rest) = word.strip_suffix(ending)
            && rest.len() >= 2
            && rest.contains(['a', 'e', 'i', 'o', 'u', 'y'])
        {
            stem = format!("{rest}{instead}");
            break;
        }
    }
    if stem.len() > 2 && stem.ends_with('e') {
        stem.pop();
    }
    // "stopped" and "stop", "bill" and "billed".
    let mut last = stem.chars().rev();
    if let (Some(a), Some(b)) = (last.next(), last.next())
        && a == b
        && a.is_alphabetic()
    {
        stem.pop();
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for forms in [
            "charge charges charged charging",
            "parcel parcels",
            "come came comes coming",
            "break broke broken breaks breaking",
            "stop stopped stopping stops",
            "bill bills billed billing",
            "deliver delivered delivery deliveries delivering",
            "pay paid payment payments pays",
            "cancel cancelled canceled cancellation cancelling",
            "go went gone goes going",
            "use used using uses",
            "box boxes",
            "apology apologies",
            "miss missed missing",
        ] {
            let stems: Vec<String> = forms.split(' ').map(stem).collect();
            assert!(stems.iter().all(|other| *other == stems[0]), "{forms}: {stems:?}");
        }
        for (one, other) in [("bus", "but"), ("bed", "bee"), ("ring", "rice"), ("order", "older")] {
            assert_ne!(stem(one), stem(other));
        }
    }

    #[test]
    fn shares_are_counted_on_either_side() {
        // parcel, come, week, late; parcel, come, address.
        let taken =
            taken_up("my parcels came weeks late", "so your parcel didn't come to the address");
        assert_eq!(taken.words, ["parcel", "come"]);
        assert_eq!(taken.share_of_statement, 2.0 / 4.0);
        assert_eq!(taken.share_of_reply, 2.0 / 3.0);
    }

    #[test]
    fn stock_phrases_take_up_nothing() {
        let statement = "I called you about my bill, you know, and I've been charged twice";
        for reply in ["I understand what you mean.", "Okay, I'm sorry about that.", "", "Mm-hmm"] {
            assert_eq!(taken_up(statement, reply).words, Vec::<String>::new(), "{reply}");
            assert_eq!(taken_up(statement, reply).share_of_statement, 0.0);
        }
        assert_eq!(taken_up("", "your bill"), TakenUp::default());
    }

    #[test]
    fn a_word_said_twice_counts_once() {
        let taken = taken_up("the screen, the screen is cracked", "screen screens cracked");
        assert_eq!(taken.words, ["screen", "cracked"]);
        assert_eq!((taken.share_of_statement, taken.share_of_reply), (1.0, 1.0));
    }
}
