//! Numbers in words, written in digits: "two hundred and five dollars" → "$205".
//!
//! Follows the number rules of Whisper's English normaliser: digits said one by one are strung
//! together ("one oh one" → "101"), "and" is dropped after hundred, thousand and so on, currency
//! and percent become signs, ordinals and plurals keep their endings.

/// What a word means inside a number.
#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    Zero,
    /// 1 to 19, with the ending that makes it an ordinal or plural and ends the number.
    Unit(u128, &'static str),
    /// 20, 30 to 90, with the ending.
    Ten(u128, &'static str),
    /// 100, 1000 and so on, with the ending.
    Times(u128, &'static str),
    Sign(char),
    Currency(char),
    Percent,
    Per,
    And,
    /// "double", "triple": how often the next digit is meant.
    Repeat(usize),
    Point,
}

impl Meaning {
    fn is_digit_or_unit(self) -> bool {
        matches!(self, Meaning::Zero | Meaning::Unit(_, ""))
    }

    /// Whether it may follow "point", or take a half.
    fn is_decimal(self) -> bool {
        self.is_digit_or_unit() || matches!(self, Meaning::Ten(_, ""))
    }
}

const UNITS: &str = "one two three four five six seven eight nine ten eleven twelve \
    thirteen fourteen fifteen sixteen seventeen eighteen nineteen";

/// Without their "y".
const TENS: [&str; 8] = ["twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet"];

const MULTIPLIERS: [(&str, u128); 6] = [
    ("hundred", 100),
    ("thousand", 1_000),
    ("million", 1_000_000),
    ("billion", 1_000_000_000),
    ("trillion", 1_000_000_000_000),
    ("quadrillion", 1_000_000_000_000_000),
];

fn meaning(word: &str) -> Option<Meaning> {
    Some(match word {
        "o" | "oh" | "zero" => Meaning::Zero,
        "minus" | "negative" => Meaning::Sign('-'),
        "plus" | "positive" => Meaning::Sign('+'),
        "pound" | "pounds" => Meaning::Currency('£'),
        "euro" | "euros" => Meaning::Currency('€'),
        "dollar" | "dollars" => Meaning::Currency('$'),
        "cent" | "cents" => Meaning::Currency('¢'),
        "percent" => Meaning::Percent,
        "per" => Meaning::Per,
        "and" => Meaning::And,
        "double" => Meaning::Repeat(2),
        "triple" => Meaning::Repeat(3),
        "point" => Meaning::Point,
        _ => return unit(word).or_else(|| ten(word)).or_else(|| multiplier(word)),
    })
}

fn unit(word: &str) -> Option<Meaning> {
    let irregular = match word {
        "zeroth" => Some((0, "th")),
        "first" => Some((1, "st")),
        "second" => Some((2, "nd")),
        "third" => Some((3, "rd")),
        "fifth" => Some((5, "th")),
        "eighth" => Some((8, "th")),
        "twelfth" => Some((12, "th")),
        "sixes" => Some((6, "s")),
        "fiveth" | "eightth" | "twelveth" | "sixs" => return None,
        _ => None,
    };
    let (value, ending) = irregular.or_else(|| {
        (1..).zip(UNITS.split(' ')).find_map(|(value, name)| match word.strip_prefix(name)? {
            "" => Some((value, "")),
            "s" => Some((value, "s")),
            "th" if value > 3 => Some((value, "th")),
            _ => None,
        })
    })?;
    Some(Meaning::Unit(value, ending))
}

fn ten(word: &str) -> Option<Meaning> {
    (2..).zip(TENS).find_map(|(tens, stem)| {
        let ending = match word.strip_prefix(stem)? {
            "y" => "",
            "ies" => "s",
            "ieth" => "th",
            _ => return None,
        };
        Some(Meaning::Ten(tens * 10, ending))
    })
}

fn multiplier(word: &str) -> Option<Meaning> {
    MULTIPLIERS.iter().find_map(|(name, value)| {
        let ending = match word.strip_prefix(name)? {
            "" => "",
            "s" => "s",
            "th" => "th",
            _ => return None,
        };
        Some(Meaning::Times(*value, ending))
    })
}

/// "12" or "12.5".
fn is_numeral(word: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match word.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(word),
    }
}

/// A number while it is being read.
#[derive(Clone, PartialEq)]
enum Number {
    /// One that more words can add to or multiply.
    Whole(u128),
    /// Digits to which more are only appended; may hold points.
    Strung(String),
}

impl Number {
    fn text(&self) -> String {
        match self {
            Number::Whole(value) => value.to_string(),
            Number::Strung(digits) => digits.clone(),
        }
    }
}

/// Adds a unit or ten to what was read before: "twenty" + 1 → 21, but "one" + 20 → 120.
fn joined(before: Option<&Number>, value: u128, previous: Option<Meaning>) -> Number {
    let room = if value < 10 { 10 } else { 100 };
    match before {
        None => Number::Whole(value),
        Some(Number::Whole(sum))
            if sum.is_multiple_of(room) && !matches!(previous, Some(Meaning::Unit(1.., ""))) =>
        {
            Number::Whole(sum.saturating_add(value))
        }
        Some(Number::Strung(digits))
            if value < 10 && matches!(previous, Some(Meaning::Ten(_, ""))) =>
        {
            Number::Strung(format!("{}{value}", &digits[..digits.len() - 1]))
        }
        Some(number) => Number::Strung(number.text() + &value.to_string()),
    }
}

/// What was read before, times a hundred, thousand and so on; nothing when that is no integer.
fn multiplied(before: &Number, times: u128) -> Option<u128> {
    match before {
        Number::Whole(sum) if *sum > 0 => {
            (sum % 1_000).checked_mul(times)?.checked_add(sum / 1_000 * 1_000)
        }
        Number::Whole(_) => Some(0),
        Number::Strung(digits) => {
            let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
            let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
            let product = format!("{whole}{fraction}").parse::<u128>().ok()?.checked_mul(times)?;
            product.is_multiple_of(scale).then_some(product / scale)
        }
    }
}

/// Reads words from left to right, holding the number that is not yet complete.
#[derive(Default)]
struct Reader {
    written: Vec<String>,
    number: Option<Number>,
    /// The sign or currency that goes before what is written next.
    sign: Option<char>,
}

impl Reader {
    fn write(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.written.push(match self.sign.take() {
            Some(sign) => format!("{sign}{text}"),
            None => text,
        });
        self.number = None;
    }

    fn finish_number(&mut self) {
        if let Some(number) = self.number.take() {
            self.write(number.text());
        }
    }

    /// Goes on with `number`, or writes it when an ending completes it.
    fn hold(&mut self, number: Number, ending: &str) {
        match ending {
            "" => self.number = Some(number),
            ending => self.write(number.text() + ending),
        }
    }

    fn append(&mut self, digits: &str) {
        let before = match self.number.take() {
            None | Some(Number::Whole(0)) => String::new(),
            Some(number) => number.text(),
        };
        self.number = Some(Number::Strung(before + digits));
    }

    fn numeral(&mut self, word: &str, sign: Option<char>, digits: &str) {
        if let Some(Number::Strung(before)) = &mut self.number
            && before.ends_with('.')
        {
            before.push_str(word);
            return;
        }
        self.finish_number();
        self.sign = sign.or(self.sign);
        let whole = match digits.split_once('.') {
            Some((whole, fraction)) if fraction.bytes().all(|b| b == b'0') => whole,
            _ => digits,
        };
        let value = whole.parse().map_or_else(|_| Number::Strung(digits.into()), Number::Whole);
        self.number = Some(value);
    }

    fn multiplier(&mut self, times: u128, ending: &str) {
        let product = match &self.number {
            None => Some(times),
            Some(before) => multiplied(before, times),
        };
        if product.is_none() {
            self.finish_number();
        }
        self.hold(Number::Whole(product.unwrap_or(times)), ending);
    }

    fn plain(&mut self, word: &str) {
        self.finish_number();
        self.write(word);
    }
}

/// The words of `text`, with numbers in digits.
pub fn in_digits(text: &str) -> Vec<String> {
    let words = prepared(text);
    let mut reader = Reader::default();
    let mut at = 0;
    while at < words.len() {
        let word = words[at].as_str();
        let next = words.get(at + 1).map(String::as_str);
        let previous = at.checked_sub(1).and_then(|before| meaning(&words[before]));
        let next_meaning = next.and_then(meaning);
        let next_is_numeral = next.is_some_and(is_numeral);
        at += 1;

        let sign = word.chars().next().filter(|c| "-+£€$¢".contains(*c));
        let digits = &word[sign.map_or(0, char::len_utf8)..];
        if is_numeral(digits) {
            reader.numeral(word, sign, digits);
            continue;
        }
        let Some(this) = meaning(word) else {
            reader.plain(word);
            continue;
        };
        let goes_on = next_meaning.is_some() || next_is_numeral;
        match this {
            Meaning::Zero => reader.append("0"),
            Meaning::Unit(value, ending) | Meaning::Ten(value, ending) => {
                reader.hold(joined(reader.number.as_ref(), value, previous), ending);
            }
            Meaning::Times(times, ending) => reader.multiplier(times, ending),
            Meaning::Sign(sign) => {
                reader.finish_number();
                if goes_on {
                    reader.sign = Some(sign);
                } else {
                    reader.write(word);
                }
            }
            Meaning::Currency(currency) if reader.number.is_some() => {
                reader.sign = Some(currency);
                reader.finish_number();
            }
            Meaning::Percent if reader.number.is_some() => {
                reader.append("%");
                reader.finish_number();
            }
            Meaning::Per if reader.number.is_some() && next == Some("cent") => {
                reader.append("%");
                reader.finish_number();
                at += 1;
            }
            Meaning::And if matches!(previous, Some(Meaning::Times(_, ""))) && goes_on => {}
            Meaning::Repeat(times) if next_meaning.is_some_and(Meaning::is_digit_or_unit) => {
                let digit = match next_meaning {
                    Some(Meaning::Unit(value, _)) => value,
                    _ => 0,
                };
                reader.append(&digit.to_string().repeat(times));
                at += 1;
            }
            Meaning::Point if goes_on => {
                if next_is_numeral || next_meaning.is_some_and(Meaning::is_decimal) {
                    reader.append(".");
                }
            }
            Meaning::Currency(_)
            | Meaning::Percent
            | Meaning::Per
            | Meaning::And
            | Meaning::Repeat(_)
            | Meaning::Point => reader.plain(word),
        }
    }
    reader.finish_number();
    with_cents(&reader.written)
}

/// Splits text where letters and digits meet ("b2" → "b 2", but "2nd" stays), and says "and a
/// half" as "point five" after a number in words.
fn prepared(text: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut before = ' ';
    for c in text.chars() {
        let meet = (before.is_ascii_lowercase() && c.is_ascii_digit())
            || (before.is_ascii_digit() && c.is_ascii_lowercase());
        if meet {
            spaced.push(' ');
        }
        spaced.push(c);
        before = c;
    }
    let mut words: Vec<String> = Vec::new();
    for word in spaced.split_whitespace() {
        match words.last_mut() {
            Some(number)
                if number.ends_with(|c: char| c.is_ascii_digit())
                    && ["st", "nd", "rd", "th", "s"].contains(&word) =>
            {
                number.push_str(word);
            }
            _ => words.push(word.into()),
        }
        if words.ends_with(&["and".into(), "a".into(), "half".into()])
            && let Some(halved) = words.len().checked_sub(4).and_then(|i| meaning(&words[i]))
            && (halved.is_decimal() || matches!(halved, Meaning::Times(_, "")))
        {
            words.truncate(words.len() - 3);
            words.extend(["point".into(), "five".into()]);
        }
    }
    words
}

/// "$2 and ¢7" → "$2.07", "$0.50" → "¢50".
fn with_cents(words: &[String]) -> Vec<String> {
    let cents = |word: &String| -> Option<u8> {
        word.strip_prefix('¢').filter(|c| c.len() <= 2)?.parse().ok()
    };
    let is_whole_amount = |word: &str| {
        word.strip_prefix(['€', '£', '$'])
            .is_some_and(|amount| is_numeral(amount) && !amount.contains('.'))
    };
    let mut merged = Vec::new();
    let mut rest = words;
    while let [word, after @ ..] = rest {
        let skip = usize::from(after.first().is_some_and(|next| next == "and"));
        let small = after.get(skip).and_then(cents).filter(|_| is_whole_amount(word));
        let word = match small {
            Some(small) => format!("{word}.{small:02}"),
            None => word.clone(),
        };
        rest = if small.is_some() { &after[skip + 1..] } else { after };
        let below_one = word.strip_prefix(['€', '£', '$']).and_then(|w| w.strip_prefix("0."));
        merged.push(match below_one.map(|digits| (digits.len(), digits.parse::<u8>())) {
            Some((..=2, Ok(small))) => format!("¢{small}"),
            _ => word,
        });
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(in_digits(text).join(" "), *expected, "{text}");
        }
    }

    #[test]
    fn cardinals_add_up() {
        check(&[
            ("twenty one", "21"),
            ("two hundred and five", "205"),
            ("one million two hundred thousand thirty four", "1200034"),
            ("nineteen eighty four", "1984"),
            ("this and that", "this and that"),
        ]);
    }

    #[test]
    fn digits_said_one_by_one_are_strung_together() {
        check(&[
            ("five five five one two", "55512"),
            ("one oh one", "101"),
            ("double oh seven", "007"),
            ("triple two", "222"),
            ("one twenty", "120"),
            ("oh twenty one", "021"),
        ]);
    }

    #[test]
    fn ordinals_and_plurals_keep_their_endings() {
        check(&[
            ("twenty first", "21st"),
            ("the nineteen eighties", "the 1980s"),
            ("two hundredth", "200th"),
            ("2 nd of 1990 s", "2nd of 1990s"),
            ("ninth", "ninth"),
        ]);
    }

    #[test]
    fn points_and_halves() {
        check(&[
            ("three point one four", "3.14"),
            ("two and a half", "2.5"),
            ("3.5 million", "3500000"),
            ("one point two thousand", "1200"),
            ("the point is", "the point is"),
            ("me and a half", "me and a half"),
        ]);
    }

    #[test]
    fn signs_currencies_and_percent() {
        check(&[
            ("minus ten", "-10"),
            ("a big plus", "a big plus"),
            ("twenty dollars", "$20"),
            ("the pound key", "the pound key"),
            ("two dollars and seven cents", "$2.07"),
            ("$0.50", "¢50"),
            ("fifty percent", "50%"),
            ("fifty per cent off", "50% off"),
            ("$3 million", "$3000000"),
        ]);
    }

    #[test]
    fn letters_and_digits_part() {
        check(&[("h323", "h 323"), ("90s", "90s"), ("4242", "4242"), ("007", "7")]);
    }
}
