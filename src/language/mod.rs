//! What the words say: the sentiment of an utterance, and how near in meaning sentences are.
//!
//! Text comes as a recogniser gives it, so nothing here relies on punctuation or case:
//! [`spoken`] takes both away. [`wordpiece`] cuts words into the pieces that the network knows,
//! [`encoder`] runs the network, on whole numbers ([`matrix`]), and [`sentiment`] and
//! [`embedding`] read its result. [`idioms`] knows those that no general text teaches.
//! [`promise`] finds what an agent undertakes to do, [`due`] by when.
//! [`practices`] tells what an utterance does ([`act`]): apologises, offers, asks, complains.
//!
//! [`redact`] finds what must never stand on the screen, numbers that identify and names.
//! [`reflection`] makes of what a customer said the sentence to say back. [`echo`] tells how much
//! of it a reply takes up. The [`listener`] puts all of it together, utterance by utterance.
//!
//! Everything is a function of the text: no threads, files or clocks, and the same bits on
//! every processor.

pub mod act;
mod closed_class;
pub mod due;
pub mod echo;
pub mod embedding;
pub mod encoder;
pub mod idioms;
pub mod listener;
pub mod matrix;
pub mod model;
mod phrases;
pub mod practices;
pub mod promise;
pub mod redact;
pub mod reflection;
pub mod sentiment;
pub mod spoken;
pub mod wordpiece;
