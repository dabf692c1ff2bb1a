//! The icon in the notification area, by the crate tray-icon, on its own thread.
//!
//! The next view is in a shared place. The thread reads it when a message to the window of the icon
//! wakes it. Such a message is handled even while the menu is open.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use mfa_sys::tray::{self, Event, Waker, Window};
use tokio::sync::watch;
use tray_icon::{Icon as Pixels, TrayIcon, TrayIconBuilder};

use super::notifications::{self, Notifications};
use crate::config::Look;
use crate::input::Inputs;
use crate::model::notice::{Kind, Notice};
use crate::model::view::{Face, View};
use crate::model::{Choice, Msg};
use crate::pictures;
use crate::platform::menu::{Choices, Made, hear_clicks};
use crate::port::Icon;
use crate::run::Error;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An order for the thread.
#[derive(Clone, PartialEq)]
enum Order {
    /// Wait.
    Wait,
    /// Show this view.
    Show(View),
    /// Remove the icon.
    End,
}

/// The icon.
pub(crate) struct Panel {
    orders: watch::Sender<Order>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Panel {
    fn order(&self, order: Order) {
        let is_new = self.orders.send_if_modified(|last| {
            let is_new = *last != order;
            *last = order;
            is_new
        });
        if is_new {
            self.waker.wake();
        }
    }
}

impl Icon for Panel {
    fn show(&mut self, view: View) {
        self.order(Order::Show(view));
    }
}

impl Drop for Panel {
    /// Waits until the icon is removed. Otherwise it would stay until the user points at it.
    fn drop(&mut self) {
        self.order(Order::End);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// Shows the icon. The first [`Icon::show`] sets its contents.
pub(super) fn start(inputs: Inputs) -> Result<(Panel, Notifications), Error> {
    let (orders, order) = watch::channel(Order::Wait);
    let (notices, notice) = sync_channel(notifications::QUEUE);
    let (ready, made) = sync_channel(1);
    let heard = inputs.clone();
    let work = move || {
        let tray = Tray::new(order, notice, inputs);
        if let Err(error) = tray.and_then(|tray| tray.work(&ready)) {
            // The creator waits for this, unless the icon is shown already.
            drop(ready.send(Err(error)));
        }
    };
    let thread = std::thread::Builder::new().name("panel".into());
    let thread = thread.spawn(work)?;
    let waker = made.recv().map_err(|error| Error::NoIcon(error.into()))?;
    let waker = waker.map_err(Error::NoIcon)?;
    let panel = Panel {
        orders,
        waker: waker.clone(),
        thread: Some(thread),
    };
    Ok((panel, Notifications::new(notices, waker, heard)))
}

/// The state of the thread.
struct Tray {
    icon: RefCell<Option<TrayIcon>>,
    window: RefCell<Option<Window>>,
    orders: RefCell<watch::Receiver<Order>>,
    notices: Receiver<Notice>,
    inputs: Inputs,
    choices: Choices,
    menu: RefCell<Option<Made>>,
    face: Cell<Option<(Face, Look)>>,
    is_open: Cell<bool>,
    /// Whether the icon is being changed, and whether another view came meanwhile: the system hands over messages while
    /// it changes an icon.
    is_changing: Cell<bool>,
    is_outdated: Cell<bool>,
    /// The choice for a click on the balloon.
    button: Cell<Option<Choice>>,
}

impl Tray {
    fn new(
        orders: watch::Receiver<Order>,
        notices: Receiver<Notice>,
        inputs: Inputs,
    ) -> Result<Self, Cause> {
        hear_clicks(inputs.clone());
        let icon = TrayIconBuilder::new()
            .with_icon(pixels(Face::Locked, Look::Colour)?)
            .with_tooltip("One-time codes")
            .build()?;
        Ok(Self {
            icon: RefCell::new(Some(icon)),
            window: RefCell::new(None),
            orders: RefCell::new(orders),
            notices,
            choices: Choices::hear(inputs.clone()),
            inputs,
            menu: RefCell::new(None),
            face: Cell::new(None),
            is_open: Cell::new(false),
            is_changing: Cell::new(false),
            is_outdated: Cell::new(false),
            button: Cell::new(None),
        })
    }

    /// Handles messages until the icon must be removed.
    fn work(self, ready: &SyncSender<Result<Waker, Cause>>) -> Result<(), Cause> {
        let tray = Rc::new(self);
        let window = tray.icon.borrow().as_ref().map(TrayIcon::window_handle);
        let window = window.ok_or("there is no icon")?.addr();
        let hears = Rc::clone(&tray);
        let window = Window::listen(window, move |event| hears.hear(event))?;
        let waker = window.waker();
        *tray.window.borrow_mut() = Some(window);
        // The creator of the thread waits for this.
        drop(ready.send(Ok(waker)));
        tray::take_messages();
        // The icon goes last: its window must not be destroyed while the thread handles its
        // messages.
        drop(tray.icon.take());
        Ok(())
    }

    fn hear(&self, event: Event) {
        match event {
            Event::Woken => self.look(),
            Event::MenuOpened => {
                self.is_open.set(true);
                if let Some(menu) = &*self.menu.borrow() {
                    menu.check();
                }
            }
            Event::MenuClosed => {
                self.is_open.set(false);
                if let Some(window) = &*self.window.borrow() {
                    window.waker().wake();
                }
            }
            Event::BalloonClicked => {
                if let Some(choice) = self.button.take() {
                    self.inputs.offer(Msg::Chosen(choice));
                }
            }
            // The code is removed from the clipboard if there is time for that.
            Event::SessionEnds => self.inputs.offer(Msg::Chosen(Choice::Quit)),
        }
    }

    /// Carries out the current order.
    fn look(&self) {
        let order = self.orders.borrow_mut().borrow_and_update().clone();
        match order {
            Order::Wait => {}
            Order::Show(view) => {
                if let Err(error) = self.show(&view) {
                    tracing::warn!(%error, "the panel does not accept the icon");
                }
            }
            Order::End => tray::end(),
        }
        while let Ok(notice) = self.notices.try_recv() {
            self.say(notice);
        }
    }

    fn show(&self, view: &View) -> Result<(), Cause> {
        self.change_menu(view)?;
        if self.is_changing.get() {
            self.is_outdated.set(true);
            return Ok(());
        }
        self.is_changing.set(true);
        let mut result = self.change_icon(view);
        while self.is_outdated.take() {
            let order = self.orders.borrow().borrow().clone();
            if let Order::Show(view) = order {
                result = self.change_icon(&view);
            }
        }
        self.is_changing.set(false);
        result
    }

    /// Changes the menu. Hands over no messages meanwhile: one of them could open the menu.
    fn change_menu(&self, view: &View) -> Result<(), Cause> {
        let icon = self.icon.borrow();
        let Some(icon) = &*icon else { return Ok(()) };
        let mut menu = self.menu.borrow_mut();
        let is_said = menu.as_mut().is_some_and(|menu| menu.say(&view.items));
        // An open menu stays as it is. Its closing wakes the thread.
        if !is_said && !self.is_open.get() {
            let made = Made::new(&view.items, &self.choices)?;
            icon.set_menu(Some(Box::new(made.menu.clone())));
            *menu = Some(made);
        }
        Ok(())
    }

    fn change_icon(&self, view: &View) -> Result<(), Cause> {
        let icon = self.icon.borrow();
        let Some(icon) = &*icon else { return Ok(()) };
        let face = Some((view.face, view.look));
        if self.face.get() != face {
            icon.set_icon(Some(pixels(view.face, view.look)?))?;
            self.face.set(face);
        }
        icon.set_tooltip(Some(format!("One-time codes: {}", view.hint)))?;
        Ok(())
    }

    fn say(&self, notice: Notice) {
        let (title, text) = notifications::balloon(&notice);
        let balloon = |window: &Window| window.balloon(&title, &text, notice.kind == Kind::Problem);
        let result = self.window.borrow().as_ref().map(balloon);
        if let Some(Err(error)) = &result {
            tracing::warn!(%error, "the desktop does not accept notifications");
        }
        if notice.kind == Kind::Question {
            self.inputs.offer(Msg::Asked(matches!(result, Some(Ok(_)))));
        }
        let first = notice.actions.into_iter().next();
        self.button.set(first.map(|(_, choice)| choice));
    }
}

/// Returns the picture in the shown size, or the next larger one.
fn pixels(face: Face, look: Look) -> Result<Pixels, Cause> {
    let width = tray::icon_width();
    let mut pictures = pictures::of(face, look);
    let at = pictures.iter().position(|picture| picture.width >= width);
    let picture = match at {
        Some(at) => Some(pictures.swap_remove(at)),
        None => pictures.pop(),
    };
    let picture = picture.ok_or("there is no picture for it")?;
    Ok(Pixels::from_rgba(
        picture.pixels,
        picture.width,
        picture.height,
    )?)
}
