//! Object storage of a program that was built without it: no bucket can be opened, and so none can be
//! used.

use std::io::{Read, Write};

use super::{CloudError, Object, ObjectUrl, Over, Version};

/// A bucket. There is none.
#[derive(Debug)]
pub enum Bucket {}

impl Bucket {
    /// # Errors
    /// [`CloudError::NotBuilt`], always.
    pub fn open(url: &ObjectUrl) -> Result<Bucket, CloudError> {
        Err(CloudError::NotBuilt { url: url.clone() })
    }

    /// All objects below a name.
    pub fn list(&self, _: &ObjectUrl) -> Result<Vec<Object>, CloudError> {
        match *self {}
    }

    /// What is told of an object.
    pub fn look(&self, _: &ObjectUrl) -> Result<Option<Object>, CloudError> {
        match *self {}
    }

    /// A small object.
    pub fn get(&self, _: &ObjectUrl) -> Result<Option<(Vec<u8>, Version)>, CloudError> {
        match *self {}
    }

    /// An object of any size.
    pub fn fetch(&self, _: &ObjectUrl, _: &mut dyn Write) -> Result<u64, CloudError> {
        match *self {}
    }

    /// Writes a small object.
    pub fn put(&self, _: &ObjectUrl, _: Vec<u8>, _: Over) -> Result<(), CloudError> {
        match *self {}
    }

    /// Writes an object of any size.
    pub fn send(&self, _: &ObjectUrl, _: &mut dyn Read) -> Result<(), CloudError> {
        match *self {}
    }

    /// Removes an object.
    pub fn remove(&self, _: &ObjectUrl) -> Result<(), CloudError> {
        match *self {}
    }
}
