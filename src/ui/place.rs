//! Where the overlay was and how large, kept in a small file of its own.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::overlay::OverlaySize;

/// Where the window was. Without a position the system chooses one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Its size.
    pub size: OverlaySize,
    /// Its left edge, in points.
    pub x: Option<f32>,
    /// Its upper edge.
    pub y: Option<f32>,
}

impl Place {
    /// Reads the file. One that is not there, or can't be understood, is no reason to bother
    /// anybody: the window opens where the system puts it.
    pub fn load(path: &Path) -> Place {
        let text = fs::read_to_string(path).unwrap_or_default();
        toml::from_str(&text).unwrap_or_default()
    }

    /// Writes the file, and its folder where that is missing.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, toml::to_string(self).map_err(io::Error::other)?)
    }

    /// The same size without a position, unless a window of `width` there would have some of
    /// its upper edge on one of the screens, given as left, top, width and height: one that was
    /// unplugged must not take the overlay with it.
    pub fn on_screen(self, width: f32, screens: &[[f32; 4]]) -> Place {
        let (Some(x), Some(y)) = (self.x, self.y) else { return self };
        let seen = screens.iter().any(|[left, top, wide, high]| {
            let (right, bottom) = (left + wide, top + high);
            x + width - 80.0 > *left && x + 80.0 < right && y >= *top && y + 30.0 < bottom
        });
        if seen { self } else { Place { x: None, y: None, ..self } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/overlay.toml");
        assert_eq!(Place::load(&path), Place::default());
        let place = Place { size: OverlaySize::Line, x: Some(-12.5), y: Some(40.0) };
        place.save(&path).unwrap();
        assert_eq!(Place::load(&path), place);
        fs::write(&path, "size = 'vast'").unwrap();
        assert_eq!(Place::load(&path), Place::default());
    }

    #[test]
    fn a_window_on_a_screen_that_is_gone_comes_back() {
        let screens = [[0.0, 0.0, 1920.0, 1080.0]];
        let at = |x, y| Place { size: OverlaySize::Full, x: Some(x), y: Some(y) };
        assert_eq!(at(1700.0, 20.0).on_screen(340.0, &screens), at(1700.0, 20.0));
        let lost = Place { size: OverlaySize::Full, x: None, y: None };
        assert_eq!(at(2400.0, 20.0).on_screen(340.0, &screens), lost);
        assert_eq!(at(100.0, 1079.0).on_screen(340.0, &screens), lost);
    }
}
