//! Where in a statement the words lie that are to be said back: a network points at them.
//!
//! It reads with the language model's pieces and six layers of its own, which `train-reflections` has trained on
//! statements (`models/README.md`). Of each word it says how likely it begins or ends the stretch
//! to say back, and the name of what that stretch calls "it", and how well two words fit as the two; or that
//! there is no such stretch or name (Devlin et al., 2019, as for questions without an answer).

use std::ops::Range;

use super::super::encoder::{Layer, WIDTH, softmax, sum_of_products};
use super::super::model::{File, LanguageError, LanguageModel, through, wrong};
use super::super::practices::weights::sample;
use super::super::redact::Redaction;
use super::super::spoken;
use super::heard::{self, Mark, Word};
use super::tables::Tables;

/// A thing is named if its name is at least so likely.
const SURE_NAME: f32 = 0.5;
/// Layers above the language model's pieces.
const LAYERS: usize = 6;
/// Of longer turns these last words are read.
const MOST_READ: usize = 90;
/// Numbers by which the beginning of a stretch and its end find each other.
pub const RANK: usize = 32;
/// Numbers that the head holds for what is pointed at: a row for its beginning, one for its end, and
/// [`RANK`] for how the two find each other.
const TARGET: usize = (2 + 2 * RANK) * WIDTH;
/// Numbers of the whole head: of both targets, [`RANK`] for how a pronoun and the end of its name find
/// each other, and a row for words to leave out.
pub const HEAD: usize = 2 * TARGET + 2 * RANK * WIDTH + WIDTH;
/// Where a pronoun's numbers lie in the head, and those of what it stands for.
pub const PRONOUN: [Range<usize>; 2] =
    [2 * TARGET..2 * TARGET + RANK * WIDTH, 2 * TARGET + RANK * WIDTH..HEAD - WIDTH];

/// What is pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The words to say back.
    Stretch,
    /// The name of what they call "it".
    Thing,
}

impl Target {
    /// Both.
    pub const ALL: [Target; 2] = [Target::Stretch, Target::Thing];

    /// The most words.
    pub fn longest(self) -> usize {
        match self {
            Target::Stretch => 18,
            Target::Thing => 7,
        }
    }

    /// Where its numbers lie in the head: the row of the beginning, that of the end, the queries and
    /// the keys.
    pub fn parts(self) -> [Range<usize>; 4] {
        let from = if self == Target::Stretch { 0 } else { TARGET };
        let keys = from + (2 + RANK) * WIDTH;
        [
            from..from + WIDTH,
            from + WIDTH..from + 2 * WIDTH,
            from + 2 * WIDTH..keys,
            keys..keys + RANK * WIDTH,
        ]
    }
}

/// The row of words to leave out, in the head.
pub const LEFT_OUT: Range<usize> = HEAD - WIDTH..HEAD;

/// How likely it is each stretch of words that is pointed at.
pub struct Chances {
    /// First and last word, and how likely it is they, 0 to 1.
    pub pairs: Vec<(usize, usize, f32)>,
    /// How likely there is none.
    pub none: f32,
    /// For each word its [`RANK`] numbers as a beginning.
    pub queries: Vec<f32>,
    /// The same as an end.
    pub keys: Vec<f32>,
    /// What a pronoun asks for …
    pub asked: Vec<f32>,
    /// … and what nothing and each word answers, as the end of a name.
    pub answers: Vec<f32>,
}

/// `factor` times the numbers by which a beginning or an end finds the other.
fn found_by(matrix: &[f32], vectors: &[f32], pieces: &[usize], factor: f32) -> Vec<f32> {
    let mut found = Vec::with_capacity(pieces.len() * RANK);
    for piece in pieces {
        let vector = &vectors[piece * WIDTH..(piece + 1) * WIDTH];
        let rows = matrix.chunks_exact(WIDTH);
        found.extend(rows.map(|row| sum_of_products(row, vector) * factor));
    }
    found
}

/// Whether a clause begins with a pronoun in place of the name of its thing: "it", "half of them".
pub fn names_nothing(clause: &[impl AsRef<str>]) -> bool {
    let word = |at: usize| clause.get(at).map_or("", AsRef::as_ref);
    let pronoun = word(0).split('\'').next().unwrap_or_default();
    matches!(pronoun, "it" | "they" | "he" | "she" | "this" | "that" | "these" | "those")
        || (word(1) == "of" && matches!(word(2).split('\'').next(), Some("it" | "them")))
}

/// What queries are divided by, as in attention.
pub fn scale() -> f32 {
    1.0 / (RANK as f32).sqrt()
}

impl Chances {
    /// Of the words to say back, by the numbers of a `head`, from the `vectors` of a statement's pieces above
    /// the trained layers, of which `first` and `last` are those of each word.
    pub fn of_stretch(head: &[f32], vectors: &[f32], first: &[usize], last: &[usize]) -> Chances {
        Chances::of(head, Target::Stretch, vectors, (first, last), None)
    }

    /// Of the name of the thing that the word at `pronoun` stands for, among the words before it.
    pub fn of_thing(
        head: &[f32],
        vectors: &[f32],
        first: &[usize],
        last: &[usize],
        pronoun: usize,
    ) -> Chances {
        let before = (&first[..pronoun], &last[..pronoun]);
        Chances::of(head, Target::Thing, vectors, before, Some(first[pronoun]))
    }

    fn of(
        head: &[f32],
        target: Target,
        vectors: &[f32],
        (first, last): (&[usize], &[usize]),
        pronoun: Option<usize>,
    ) -> Chances {
        let [begin, end, queries, keys] = target.parts().map(|part| &head[part]);
        let score = |row: &[f32], piece: usize| {
            sum_of_products(row, &vectors[piece * WIDTH..(piece + 1) * WIDTH])
        };
        let begins: Vec<f32> = first.iter().map(|piece| score(begin, *piece)).collect();
        let ends: Vec<f32> = last.iter().map(|piece| score(end, *piece)).collect();
        let queries = found_by(queries, vectors, first, scale());
        let keys = found_by(keys, vectors, last, 1.0);
        let [ask, answer] = PRONOUN.map(|part| &head[part]);
        // The mark at the beginning stands for nothing to point at.
        let nothing_and_ends: Vec<usize> = [0].into_iter().chain(last.iter().copied()).collect();
        let (mut asked, mut answers) = (Vec::new(), Vec::new());
        if let Some(pronoun) = pronoun {
            asked = found_by(ask, vectors, &[pronoun], scale());
            answers = found_by(answer, vectors, &nothing_and_ends, 1.0);
        }
        let meant = |place: usize| match answers.get(place * RANK..(place + 1) * RANK) {
            Some(answer) => sum_of_products(&asked, answer),
            None => 0.0,
        };
        let mut scores = vec![score(begin, 0) + score(end, 0) + meant(0)];
        let mut pairs = Vec::new();
        for (a, begin) in begins.iter().enumerate() {
            let query = &queries[a * RANK..(a + 1) * RANK];
            for (b, end) in ends.iter().enumerate().skip(a).take(target.longest()) {
                // The end of a very long turn is not read.
                if first[a] == 0 || last[b] == 0 {
                    continue;
                }
                let key = &keys[b * RANK..(b + 1) * RANK];
                scores.push(begin + end + sum_of_products(query, key) + meant(b + 1));
                pairs.push((a, b, 0.0));
            }
        }
        softmax(&mut scores);
        pairs.iter_mut().zip(&scores[1..]).for_each(|(pair, score)| pair.2 = *score);
        Chances { pairs, none: scores[0], queries, keys, asked, answers }
    }

    /// The likeliest words, unless there is likelier nothing to point at.
    pub fn best(&self) -> Option<(usize, usize)> {
        self.surest(self.none)
    }

    /// The likeliest words, if they are likelier than `least`.
    pub fn surest(&self, least: f32) -> Option<(usize, usize)> {
        let best = self.pairs.iter().max_by(|a, b| a.2.total_cmp(&b.2))?;
        (best.2 > least).then_some((best.0, best.1))
    }
}

/// The weights, read from their file.
pub struct PointerWeights {
    layers: Vec<Layer>,
    head: Vec<f32>,
    sample: Vec<f32>,
}

impl PointerWeights {
    /// Reads the file.
    ///
    /// # Errors
    /// [`LanguageError`] when it is another file, or not whole.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, LanguageError> {
        let file = File::new(bytes)?;
        let layers = file.stack("reflections")?;
        if layers.len() != LAYERS {
            return Err(wrong("reflections", "six layers above the pieces; train it again"));
        }
        Ok(PointerWeights {
            layers,
            head: file.numbers("reflections.head.weight", HEAD)?,
            sample: file.numbers("reflections.sample", WIDTH)?,
        })
    }

    /// Whether they were made for this language model.
    pub(super) fn check(&self, model: &LanguageModel) -> Result<(), LanguageError> {
        match sample(model) == self.sample {
            true => Ok(()),
            false => Err(wrong("reflections.sample", "made for the language model beside it")),
        }
    }

    /// Points at words of a statement.
    pub(super) fn point(&self, told: Told) -> Pointed<'_> {
        let Told { mut vectors, first, last, .. } = told;
        through(&mut vectors, &self.layers);
        let stretch = Chances::of_stretch(&self.head, &vectors, &first, &last);
        Pointed { stretch, head: &self.head, vectors, first, last }
    }
}

/// What is pointed at in a statement.
pub(super) struct Pointed<'a> {
    /// Where what is to be said back may lie.
    pub stretch: Chances,
    head: &'a [f32],
    vectors: Vec<f32>,
    first: Vec<usize>,
    last: Vec<usize>,
}

impl Pointed<'_> {
    /// Where the thing is named that the word at `pronoun` stands for.
    pub fn thing(&self, pronoun: usize) -> Option<Range<usize>> {
        let Pointed { head, vectors, first, last, .. } = self;
        let (first, last) =
            Chances::of_thing(head, vectors, first, last, pronoun).surest(SURE_NAME)?;
        Some(first..last + 1)
    }

    /// Whether a word of the stretch is better left out.
    pub fn is_left_out(&self, word: usize) -> bool {
        let vector = &self.vectors[self.last[word] * WIDTH..(self.last[word] + 1) * WIDTH];
        sum_of_products(&self.head[LEFT_OUT], vector) > 0.0
    }
}

/// A statement as the network reads it.
#[derive(Clone)]
pub struct Told {
    /// Its words without fillers, false starts and oaths that only add force.
    pub words: Vec<String>,
    /// Of its pieces and the marks at both ends, [`WIDTH`] numbers each.
    pub vectors: Vec<f32>,
    /// The first piece of each word; 0 for those that are not read.
    pub first: Vec<usize>,
    /// And the last.
    pub last: Vec<usize>,
}

impl Told {
    /// Reads a text, as training and measurements do; `None` of one without words.
    pub fn of(model: &LanguageModel, text: &str) -> Option<Told> {
        let words = heard::hear(text, &Redaction::default());
        let words = heard::cleaned(words, &Tables::default());
        Told::of_words(model, latest(&words))
    }

    pub(super) fn of_words(model: &LanguageModel, words: &[Word]) -> Option<Told> {
        let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let mut reading = model.pieces(&text.join(" "));
        if reading.parts.is_empty() {
            return None;
        }
        let part = reading.parts.swap_remove(0);
        // Of each word as it is read, which it was heard as.
        let heard_as: Vec<usize> = (0..words.len())
            .flat_map(|at| std::iter::repeat_n(at, spoken::words(&words[at].text).len()))
            .collect();
        let mut told = Told {
            words: text.into_iter().map(str::to_owned).collect(),
            vectors: part.vectors,
            first: vec![0; words.len()],
            last: vec![0; words.len()],
        };
        for (piece, read) in part.word_of.iter().enumerate() {
            let word = heard_as.get(*read).copied().unwrap_or(words.len() - 1);
            if told.first[word] == 0 {
                told.first[word] = piece + 1;
            }
            told.last[word] = piece + 1;
        }
        for (word, last) in words.iter().zip(&told.last).filter(|(_, last)| **last > 0) {
            // What the layers make of the marks, they learn.
            let shift: fn(usize) -> f32 = match word.mark {
                Mark::None => continue,
                Mark::Comma => |i| if i % 2 == 0 { 0.2 } else { -0.2 },
                Mark::Stop => |i| if i % 4 < 2 { 0.25 } else { -0.25 },
                Mark::Question => |i| if i % 8 < 4 { 0.25 } else { -0.25 },
            };
            let vector = &mut told.vectors[last * WIDTH..(last + 1) * WIDTH];
            vector.iter_mut().enumerate().for_each(|(i, x)| *x += shift(i));
        }
        Some(told)
    }
}

/// The last words of a turn, as many as are read.
pub(super) fn latest(words: &[Word]) -> &[Word] {
    &words[words.len().saturating_sub(MOST_READ)..]
}
