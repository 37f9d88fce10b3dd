//! Sentence embeddings: texts of like meaning lie near each other.
//!
//! all-MiniLM-L6-v2 (Reimers and Gurevych, 2019; the sentence-transformers project): the mean of
//! the vectors of all pieces, brought to length 1.

use super::encoder::{WIDTH, sum_of_products};
use super::model::{LanguageModel, Reading};

/// Where a text lies: [`WIDTH`] numbers of length 1, or all 0 for a text without words.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding(Vec<f32>);

impl Embedding {
    /// Where the text of `reading` lies.
    pub fn of(model: &LanguageModel, reading: &Reading) -> Embedding {
        let mut sum = vec![0.0; WIDTH];
        for part in &reading.parts {
            for vector in part.through(&model.meaning).chunks_exact(WIDTH) {
                sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
            }
        }
        let length = sum_of_products(&sum, &sum).sqrt();
        if length > 0.0 {
            sum.iter_mut().for_each(|x| *x /= length);
        }
        Embedding(sum)
    }

    /// How near two texts are in meaning: the cosine of their angle, 1 for the same text; 0 and
    /// less for unrelated ones.
    pub fn similarity(&self, other: &Embedding) -> f32 {
        sum_of_products(&self.0, &other.0)
    }
}
