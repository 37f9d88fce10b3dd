//! The model files: what there is, where it is, and whether it is whole.
//!
//! The program never fetches anything. Models lie in folders beside a `manifest.toml`
//! ([`manifest`]) that says what each file is, where it came from, under which licence, and
//! its hash. [`ModelStore`] gathers the manifests of all folders in a fixed order, [`verify`]
//! compares a file with its manifest, [`add()`] takes a file the user brought into the user's
//! own folder. Whisper files are looked through by [`ggml`] before whisper.cpp sees them:
//! its loader believes what it reads, and may end the process when that is wrong.

pub mod ggml;
pub mod manifest;

mod add;
mod dirs;
mod entry;
mod error;
#[cfg(test)]
mod fixture;
mod foreign;
mod hash;
mod published;
mod shape;
mod store;
mod tensor;
#[cfg(feature = "ctranslate2")]
mod weights;

pub use add::{AddOutcome, add};
pub use dirs::{FOLDER_VARIABLE, ModelDirs};
pub use entry::{ModelEntry, verify};
pub use error::ModelError;
pub use foreign::Foreign;
pub use hash::{Sha256Sum, of_file as sha256_of_file};
pub use manifest::ModelKind;
pub use store::ModelStore;
pub use tensor::TensorType;
#[cfg(feature = "ctranslate2")]
pub use weights::{WeightsError, WhisperWeights};
