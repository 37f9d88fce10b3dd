//! `evenkeel archive send` and `fetch`: an archive and its copy on object storage.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;

use crate::archive::Index;
use crate::archive::copy::{self, CopyError, Done, Wish};
use crate::cloud::ObjectUrl;
use crate::report::page::write_index_page;

/// How often it is said how far the work is.
const SAY_EVERY: Duration = Duration::from_secs(10);

/// What to send, and where.
#[derive(Args)]
pub struct SendArgs {
    /// The archive's folder
    archive: PathBuf,

    /// Where its copy is to be: s3://bucket/name, gs://… (Google Cloud) or az://… (Azure). Calls that are
    /// missing or have changed are sent; those that were purged here are removed there
    url: ObjectUrl,

    #[command(flatten)]
    how: How,
}

/// What to fetch, and where to.
#[derive(Args)]
pub struct FetchArgs {
    /// Where the copy is: s3://bucket/name, gs://… (Google Cloud) or az://… (Azure)
    url: ObjectUrl,

    /// The archive's folder; made where it isn't there. Calls that are missing or have changed are fetched
    archive: PathBuf,

    #[command(flatten)]
    how: How,
}

#[derive(Args)]
struct How {
    /// Write over calls that were changed in the other place, which are else left alone and told
    #[arg(long)]
    over: bool,

    /// Write nothing but errors
    #[arg(long, short)]
    quiet: bool,
}

/// Sends; returns the exit code: 1 when something could not be done.
pub fn send(args: &SendArgs) -> anyhow::Result<u8> {
    let SendArgs { archive, url, how } = args;
    let done = copy::send(Wish { root: archive, url, over: how.over }, progress(how.quiet))?;
    let newer = format!("are newer there (`evenkeel archive fetch {url} {}`)", archive.display());
    Ok(tell(&done, "sent", ["were there already", &newer, "were taken out there"], how.quiet))
}

/// Fetches; returns the exit code: 1 when something could not be done.
pub fn fetch(args: &FetchArgs) -> anyhow::Result<u8> {
    let FetchArgs { url, archive, how } = args;
    let done = copy::fetch(Wish { root: archive, url, over: how.over }, progress(how.quiet));
    let done = done.map_err(|why: CopyError| anyhow::Error::from(why))?;
    if done.copied > 0 {
        // A cache: what goes wrong with it costs no call.
        match Index::open(archive) {
            Ok((index, _)) => {
                if let Err(why) = write_index_page(archive, &index) {
                    anstream::eprintln!("evenkeel: {why}");
                }
            }
            Err(why) => anstream::eprintln!("evenkeel: {why}"),
        }
    }
    let newer = format!("are newer here (`evenkeel archive send {} {url}`)", archive.display());
    Ok(tell(&done, "fetched", ["were here already", &newer, "were purged here"], how.quiet))
}

fn progress(quiet: bool) -> impl FnMut(usize, usize) {
    let mut told = Instant::now();
    move |count, all| {
        if !quiet && told.elapsed() >= SAY_EVERY {
            told = Instant::now();
            anstream::eprintln!("{count} of {all} calls");
        }
    }
}

/// Says what was done; `ways` are what is said of those that were the same, changed in the other place, and
/// taken out.
fn tell(done: &Done, copied: &str, ways: [&str; 3], quiet: bool) -> u8 {
    for trouble in &done.troubles {
        anstream::eprintln!("evenkeel: {trouble}");
    }
    if !quiet {
        let [same, newer, gone] = ways;
        let more = [
            (done.same, same),
            (done.newer, newer),
            (done.gone, gone),
            (done.twice, "of the same recordings as others left out"),
        ];
        let megabytes = done.bytes as f64 / 1e6;
        let calls = if done.copied == 1 { "call" } else { "calls" };
        let mut text = format!("{} {calls} {copied}, {megabytes:.1} MB", done.copied);
        for (count, what) in more.iter().filter(|(count, _)| *count > 0) {
            text += &format!("; {count} {what}");
        }
        if done.removed > 0 {
            text += &format!("; {} that were purged here were removed there", done.removed);
        }
        anstream::println!("{text}.");
    }
    u8::from(!done.troubles.is_empty())
}
