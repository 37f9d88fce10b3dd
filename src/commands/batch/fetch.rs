//! Recordings on object storage: each is fetched just before its analysis, into the archive's own
//! workshop, and deleted after it, so that a worker has one on the disk at a time.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::worker::Trouble;
use crate::archive::Job;
use crate::audio::source::CallFiles;
use crate::call::folder::{CallFolder, private_file};
use crate::cloud::{Bucket, CloudError, Object, ObjectUrl};

/// A worker's way to object storage: the buckets that it has opened, by their own URL.
#[derive(Debug, Default)]
pub struct Fetcher {
    buckets: BTreeMap<ObjectUrl, Bucket>,
}

/// What storage tells of a recording: of one file, or of the agent's and the customer's.
pub struct Found {
    pub objects: Vec<Object>,
}

/// A recording that was fetched, on the disk as long as this is kept.
pub struct Fetched {
    /// The call with its files here.
    pub job: Job,
    /// Where each is, and by what URL it is known.
    names: Vec<(PathBuf, ObjectUrl)>,
    folder: PathBuf,
}

impl Fetcher {
    /// Asks storage for the recording of `job`; `None` where it is on this machine.
    pub fn look(&mut self, job: &Job) -> Result<Option<Found>, Trouble> {
        let urls: Vec<Option<ObjectUrl>> = (job.paths().into_iter().map(ObjectUrl::of))
            .collect::<Result<_, _>>()
            .map_err(|why| Trouble::Recording(why.to_string()))?;
        if urls.iter().all(Option::is_none) {
            return Ok(None);
        }
        let urls: Option<Vec<ObjectUrl>> = urls.into_iter().collect();
        let urls = urls.ok_or_else(|| {
            let why = "one party's file is a URL, the other's is not; both must be in one place";
            Trouble::Recording(why.into())
        })?;
        let mut look = |url: &ObjectUrl| {
            let found = self.bucket(url).and_then(|bucket| bucket.look(url));
            match found {
                Ok(Some(object)) => Ok(object),
                Ok(None) => {
                    Err(Trouble::Recording(CloudError::Nothing { url: url.clone() }.to_string()))
                }
                // The next would wait for it as long, and get no further.
                Err(
                    why @ (CloudError::Storage { .. }
                    | CloudError::NotBuilt { .. }
                    | CloudError::Setup { .. }),
                ) => Err(Trouble::Archive(why.to_string())),
                Err(why) => Err(Trouble::Recording(why.to_string())),
            }
        };
        urls.iter().map(&mut look).collect::<Result<_, _>>().map(|objects| Some(Found { objects }))
    }

    /// Fetches what was `found` into a folder of its own in `workshop`.
    pub fn fetch(&mut self, job: &Job, found: &Found, workshop: &Path) -> Result<Fetched, Trouble> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let folder = workshop.join(format!("fetched-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
        CallFolder::create(&folder)?;
        let mut fetched = Fetched { job: job.clone(), names: Vec::new(), folder };
        fetched.job.listed_bytes = None;
        let (one, two) = match &mut fetched.job.files {
            CallFiles::One { path, .. } => (path, None),
            CallFiles::Two { agent, customer } => (agent, Some(customer)),
        };
        for (number, (path, object)) in
            [Some(one), two].into_iter().flatten().zip(&found.objects).enumerate()
        {
            // Not by its own name, which may be longer than file systems allow; but decoders look at the
            // ending.
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let ending: String = ending.chars().filter(char::is_ascii_alphanumeric).collect();
            let here = fetched.folder.join(format!("{number}.{ending}"));
            let disk =
                |why| Trouble::Archive(format!("{}: can't be written: {why}", here.display()));
            let mut file = private_file(&here).map_err(disk)?;
            let url = &object.url;
            match self.bucket(url).and_then(|bucket| bucket.fetch(url, &mut file)) {
                Ok(_) => {}
                Err(why @ CloudError::Here { .. }) => {
                    return Err(Trouble::Archive(why.to_string()));
                }
                Err(why) => return Err(Trouble::Recording(why.to_string())),
            }
            fetched.names.push((here.clone(), url.clone()));
            *path = here;
        }
        Ok(fetched)
    }

    fn bucket(&mut self, url: &ObjectUrl) -> Result<&Bucket, CloudError> {
        use std::collections::btree_map::Entry;
        match self.buckets.entry(url.top()) {
            Entry::Occupied(there) => Ok(there.into_mut()),
            Entry::Vacant(free) => Ok(free.insert(Bucket::open(url)?)),
        }
    }
}

impl Found {
    /// Size of all of it in bytes.
    pub fn bytes(&self) -> u64 {
        self.objects.iter().map(|object| object.bytes).sum()
    }

    /// Its URLs.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.objects.iter().map(|object| object.url.to_string())
    }
}

impl Fetched {
    /// What is said of the files here, said of their URLs.
    pub fn renamed(&self, mut said: String) -> String {
        for (path, url) in &self.names {
            said = said.replace(&path.display().to_string(), &url.to_string());
        }
        said
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        // What can't be removed now goes with the workshop.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
