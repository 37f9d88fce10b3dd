//! The page of a call.

use askama::Template;

use super::frame::Frame;
use super::picture::{Picture, seconds};
use super::sound::Sound;
use crate::call::record::Line;
use crate::report::content::CallContent;
use crate::report::wrap::clean;

const SCRIPT: &str = include_str!("../../../templates/call.js");

/// What the page says.
#[derive(Template)]
#[template(path = "call.html")]
pub struct CallPage {
    frame: Frame,
    content: CallContent,
    secs: String,
    /// The way to the sound, where it is kept.
    audio: Option<String>,
    /// What is said of the sound.
    sound: String,
    picture: Option<Picture>,
}

impl CallPage {
    /// The page of the call in `lines`, which is in the folder `name`.
    pub fn of(lines: &[Line], name: &str, sound: &Sound) -> CallPage {
        let content = CallContent::of(lines, name);
        let (secs, mono) = (content.secs, content.mono);
        let picture = (secs > 0.0).then(|| Picture::of(lines, &content.moments, sound, secs, mono));
        CallPage {
            frame: Frame::new(SCRIPT),
            content,
            secs: seconds(secs),
            audio: match sound {
                Sound::Kept { link, .. } => Some(link.clone()),
                Sound::Missing | Sound::Unreadable(_) => None,
            },
            sound: said_of(sound, mono),
            picture,
        }
    }
}

fn said_of(sound: &Sound, mono: bool) -> String {
    match sound {
        Sound::Kept { .. } if mono => {
            "The waveform is that of the sound; both voices are in one channel.".into()
        }
        Sound::Kept { .. } => {
            "The waveforms are those of the sound, each against its own loudest part.".into()
        }
        Sound::Missing => {
            "There is no sound beside this page, so it can't be played; what is drawn \
                           is the speech in the log, with its level where it was measured. To have \
                           the sound, analyse the recording with --keep-audio."
                .into()
        }
        Sound::Unreadable(why) => format!(
            "The sound can't be played ({}); what is drawn is the speech in the log, with its level \
             where it was measured.",
            clean(why)
        ),
    }
}
