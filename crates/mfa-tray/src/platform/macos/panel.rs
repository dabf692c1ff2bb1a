//! The icon in the menu bar, by the crate tray-icon, on the main thread.

use std::cell::RefCell;

use dispatch2::DispatchQueue;
use tokio::sync::watch;
use tray_icon::{Icon as Pixels, TrayIcon, TrayIconBuilder};

use crate::config::Look;
use crate::input::Inputs;
use crate::model::view::{Face, View};
use crate::pictures;
use crate::platform::menu::{Choices, Made, hear_clicks};
use crate::port::Icon;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The width of the picture: an icon of 22 points, on a screen with two pixels for each.
const WIDTH: u32 = 48;

thread_local! {
    /// The icon, on the main thread.
    static TRAY: RefCell<Option<Tray>> = const { RefCell::new(None) };
}

/// The icon.
pub(crate) struct Panel {
    views: watch::Sender<Option<View>>,
    inputs: Inputs,
}

impl Panel {
    /// Shows the icon from the first [`Icon::show`] on.
    pub(super) fn new(inputs: Inputs) -> Self {
        hear_clicks(inputs.clone());
        Self {
            views: watch::Sender::new(None),
            inputs,
        }
    }
}

impl Icon for Panel {
    fn show(&mut self, view: View) {
        let is_new = self.views.send_if_modified(|shown| {
            let is_new = shown.as_ref() != Some(&view);
            if is_new {
                *shown = Some(view);
            }
            is_new
        });
        if is_new {
            let (views, inputs) = (self.views.subscribe(), self.inputs.clone());
            DispatchQueue::main().exec_async(move || look(&views, &inputs));
        }
    }
}

/// Shows the last view, on the main thread.
fn look(views: &watch::Receiver<Option<View>>, inputs: &Inputs) {
    let Some(view) = views.borrow().clone() else {
        return;
    };
    let shown = TRAY.with_borrow_mut(|tray| {
        let tray = match tray {
            Some(tray) => tray,
            None => tray.insert(Tray::new(inputs)?),
        };
        tray.show(&view)
    });
    if let Err(error) = shown {
        tracing::warn!(%error, "the menu bar does not accept the icon");
    }
}

struct Tray {
    icon: TrayIcon,
    choices: Choices,
    menu: Option<Made>,
    face: Option<(Face, Look)>,
}

impl Tray {
    fn new(inputs: &Inputs) -> Result<Self, Cause> {
        Ok(Self {
            icon: TrayIconBuilder::new()
                .with_tooltip("One-time codes")
                .build()?,
            choices: Choices::hear(inputs.clone()),
            menu: None,
            face: None,
        })
    }

    fn show(&mut self, view: &View) -> Result<(), Cause> {
        let is_said = self.menu.as_mut().is_some_and(|menu| menu.say(&view.items));
        if !is_said {
            let made = Made::new(&view.items, &self.choices)?;
            self.icon.set_menu(Some(Box::new(made.menu.clone())));
            self.menu = Some(made);
        }
        let face = Some((view.face, view.look));
        if self.face != face {
            let pixels = Some(pixels(view.face, view.look)?);
            // The menu bar colours a symbolic icon itself.
            if view.look == Look::Symbolic {
                self.icon.set_icon_templated(pixels)?;
            } else {
                self.icon.set_icon(pixels)?;
            }
            self.face = face;
        }
        self.icon
            .set_tooltip(Some(format!("One-time codes: {}", view.hint)))?;
        Ok(())
    }
}

fn pixels(face: Face, look: Look) -> Result<Pixels, Cause> {
    // A template is drawn by its opacity, so the colour of its pixels does not matter.
    let mut pictures = pictures::of(face, look);
    let at = pictures.iter().position(|picture| picture.width >= WIDTH);
    let picture = pictures.swap_remove(at.ok_or("there is no picture for it")?);
    Ok(Pixels::from_rgba(
        picture.pixels,
        picture.width,
        picture.height,
    )?)
}
