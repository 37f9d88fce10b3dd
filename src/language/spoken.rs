//! Text as a plain recogniser gives it: lower case, words only.
//!
//! Recognisers and corpora disagree on apostrophes ("don't", "dont", "don t"). Negation hangs on
//! them, so all three become the first, the one that the network was trained on.

/// Contractions that lose nothing but their apostrophe. Left out are those that are words of
/// their own: "well", "were", "ill", "its", "shell", "wed", "id".
const CONTRACTIONS: [&str; 54] = [
    "ain't",
    "aren't",
    "can't",
    "couldn't",
    "didn't",
    "doesn't",
    "don't",
    "hadn't",
    "hasn't",
    "haven't",
    "isn't",
    "mustn't",
    "needn't",
    "shouldn't",
    "wasn't",
    "weren't",
    "won't",
    "wouldn't",
    "i'm",
    "i've",
    "you're",
    "you've",
    "you'll",
    "you'd",
    "we've",
    "they're",
    "they've",
    "they'll",
    "they'd",
    "he's",
    "she's",
    "it'd",
    "it'll",
    "that's",
    "that'll",
    "there's",
    "what's",
    "where's",
    "who's",
    "how's",
    "here's",
    "let's",
    "could've",
    "should've",
    "would've",
    "might've",
    "must've",
    "y'all",
    "ma'am",
    "o'clock",
    "everyone's",
    "everything's",
    "nobody's",
    "something's",
];

/// What may follow an apostrophe.
const ENDINGS: [&str; 7] = ["t", "s", "m", "d", "re", "ve", "ll"];

/// Words after which a lone ending can only be the rest of a contraction.
const BEARERS: [&str; 23] = [
    "i", "you", "he", "she", "it", "we", "they", "that", "there", "what", "where", "who", "how",
    "here", "let", "this", "could", "should", "would", "might", "must", "everyone", "nobody",
];

/// The words of `text`: in lower case, without punctuation, accents and symbols; apostrophes
/// within words stay, and come back where a contraction has lost its own.
///
/// ```
/// use evenkeel::language::spoken::words;
/// assert_eq!(words("I DONT know - it's \"fine\"."), ["i", "don't", "know", "it's", "fine"]);
/// ```
pub fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        match c {
            // Typewriter, typographic, modifier letter, and the accents used in their place.
            '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '\u{b4}' | '`' if !word.is_empty() => {
                word.push('\'');
            }
            c if c.is_alphanumeric() => match plain(c) {
                Some(letters) => word.push_str(letters),
                None => word.extend(c.to_lowercase().filter(|c| c.is_alphanumeric())),
            },
            _ => take(&mut words, &mut word),
        }
    }
    words
}

/// How many words `phrase` has, if `words` begin with it; it is written with single spaces.
pub(super) fn begins(words: &[String], phrase: &str) -> Option<usize> {
    let mut rest = words.iter();
    phrase.split(' ').all(|p| rest.next().is_some_and(|w| w == p)).then(|| words.len() - rest.len())
}

/// Whether `word` is one of those in `list`, which are parted by blanks.
pub(super) fn listed(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|listed| listed == word)
}

/// The word at `at`, empty beyond the last.
pub(super) fn word(words: &[String], at: usize) -> &str {
    words.get(at).map_or("", String::as_str)
}

/// Ends `word`, if there is one.
fn take(words: &mut Vec<String>, word: &mut String) {
    let ended = std::mem::take(word);
    let ended = ended.trim_end_matches('\'');
    if ended.is_empty() {
        return;
    }
    if ENDINGS.contains(&ended)
        && let Some(bearer) = words.last_mut()
        && joins(bearer, ended)
    {
        bearer.push('\'');
        bearer.push_str(ended);
        return;
    }
    let whole = CONTRACTIONS.iter().find(|whole| equal_without_apostrophe(whole, ended));
    words.push(whole.map_or_else(|| ended.to_owned(), |whole| (*whole).to_owned()));
}

/// Whether "don" and "t" are one word that lost its apostrophe.
fn joins(bearer: &str, ending: &str) -> bool {
    match ending {
        "t" => CONTRACTIONS
            .iter()
            .any(|whole| whole.strip_suffix("'t").is_some_and(|stem| stem == bearer)),
        "m" => bearer == "i",
        _ => BEARERS.contains(&bearer),
    }
}

fn equal_without_apostrophe(whole: &str, word: &str) -> bool {
    whole.len() == word.len() + 1 && whole.bytes().filter(|b| *b != b'\'').eq(word.bytes())
}

/// The letters below a marked one: those of Western European languages, which the network's
/// vocabulary has only without marks.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' => "a",
        'ç' | 'Ç' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'È' | 'É' | 'Ê' | 'Ë' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'Ì' | 'Í' | 'Î' | 'Ï' => "i",
        'ñ' | 'Ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' => "o",
        'ù' | 'ú' | 'û' | 'ü' | 'Ù' | 'Ú' | 'Û' | 'Ü' => "u",
        'ý' | 'ÿ' | 'Ý' => "y",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(words(text).join(" "), expected, "{text}");
    }

    #[test]
    fn punctuation_and_case_go() {
        check("Well... I'd say: NO! (Really?) 3.5% off/on", "well i'd say no really 3 5 off on");
        check("  - -- 'quoted' rock 'n' roll' ", "quoted rock n roll");
        check("😂 … ''", "");
        check("Café naïve", "cafe naive");
    }

    #[test]
    fn contractions_are_the_same_however_they_are_written() {
        for text in [
            "I don't think it's what I've asked",
            "I don’t think it’s what I’ve asked",
            "i dont think it s what ive asked",
            "i don t think it s what i ve asked",
        ] {
            check(text, "i don't think it's what i've asked");
        }
        check("can t won t i m", "can't won't i'm");
    }

    #[test]
    fn words_that_only_look_like_contractions_stay() {
        check("well were ill its id wed", "well were ill its id wed");
        check("model t plan d vitamin s", "model t plan d vitamin s");
        check("t s", "t s");
    }
}
