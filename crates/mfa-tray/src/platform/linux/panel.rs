//! The icon in the panel, as a StatusNotifierItem with a dbusmenu, by the crate ksni.
//!
//! See <https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/>. A panel that is not
//! there yet, or comes back, is noticed by signals of the bus.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::StreamExt;
use ksni::menu::{CheckmarkItem, MenuItem, RadioGroup, RadioItem, StandardItem, SubMenu};
use ksni::{OfflineReason, ToolTip, Tray, TrayMethods};
use tokio::sync::watch;

use super::pictures;
use super::session::owners;
use crate::input::Inputs;
use crate::model::view::{Item, View};
use crate::model::{Choice, Msg};
use crate::port::Icon;

/// The name on the bus of whoever shows icons.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

type Shown = Option<View>;

/// The icon in the panel.
pub(crate) struct Panel(watch::Sender<Shown>);

impl Panel {
    /// Shows it from the first [`Icon::show`] on, as a task that lasts as long as the runtime.
    pub(crate) fn start(bus: zbus::Connection, inputs: Inputs) -> Self {
        let (sender, views) = watch::channel(None);
        tokio::spawn(async move {
            if let Err(error) = keep(&bus, views, inputs).await {
                tracing::error!(%error, "the icon cannot be shown");
            }
        });
        Self(sender)
    }
}

impl Icon for Panel {
    fn show(&mut self, view: View) {
        self.0.send_if_modified(|shown| {
            let is_new = shown.as_ref() != Some(&view);
            if is_new {
                *shown = Some(view);
            }
            is_new
        });
    }
}

async fn keep(
    bus: &zbus::Connection,
    mut views: watch::Receiver<Shown>,
    inputs: Inputs,
) -> zbus::Result<()> {
    let mut panels = owners(bus, WATCHER).await?;
    let handle = loop {
        let first = views.wait_for(Option::is_some).await;
        let Some(view) = first.ok().and_then(|shown| shown.clone()) else {
            return Ok(());
        };
        let item = StatusItem::new(view, inputs.clone());
        match item.assume_sni_available(true).spawn().await {
            Ok(handle) => break handle,
            // A panel that is just starting or ending; the next one is asked again.
            Err(error) => tracing::warn!(%error, "the panel does not take the icon"),
        }
        inputs.offer(Msg::Panel(false));
        if panels.next().await.is_none() {
            return Ok(());
        }
    };
    drop(panels);
    let there = |item: &mut StatusItem| !item.offline.load(Ordering::Relaxed);
    if handle.update(there).await == Some(true) {
        inputs.offer(Msg::Panel(true));
    }
    while views.changed().await.is_ok() {
        let Some(view) = views.borrow_and_update().clone() else {
            continue;
        };
        let shown = handle.update(|item| item.show(view)).await;
        if shown.is_none() {
            return Ok(());
        }
    }
    Ok(())
}

/// What the panel sees of us.
struct StatusItem {
    view: View,
    icon_name: String,
    pictures: Vec<ksni::Icon>,
    offline: AtomicBool,
    inputs: Inputs,
}

impl StatusItem {
    fn new(view: View, inputs: Inputs) -> Self {
        Self {
            icon_name: pictures::name(view.face, view.look),
            pictures: pictures::pixmaps(view.face, view.look),
            view,
            offline: AtomicBool::new(false),
            inputs,
        }
    }

    fn show(&mut self, view: View) {
        if (view.face, view.look) != (self.view.face, self.view.look) {
            self.icon_name = pictures::name(view.face, view.look);
            self.pictures = pictures::pixmaps(view.face, view.look);
        }
        self.view = view;
    }
}

impl Tray for StatusItem {
    // A click on the icon opens the menu, as the other button does.
    const MENU_ON_ACTIVATE: bool = true;

    fn id(&self) -> String {
        "mfactl".to_owned()
    }

    fn title(&self) -> String {
        "mfactl".to_owned()
    }

    fn icon_name(&self) -> String {
        self.icon_name.clone()
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        self.pictures.clone()
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: "One-time codes".to_owned(),
            description: self.view.hint.clone(),
            ..ToolTip::default()
        }
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        entries(&self.view.items)
    }

    fn menu_about_to_show(&mut self) {
        self.inputs.offer(Msg::MenuOpens);
    }

    fn watcher_online(&self) {
        self.offline.store(false, Ordering::Relaxed);
        self.inputs.offer(Msg::Panel(true));
    }

    fn watcher_offline(&self, _: OfflineReason) -> bool {
        self.offline.store(true, Ordering::Relaxed);
        self.inputs.offer(Msg::Panel(false));
        true
    }
}

fn entries(items: &[Item]) -> Vec<MenuItem<StatusItem>> {
    items.iter().map(entry).collect()
}

fn entry(item: &Item) -> MenuItem<StatusItem> {
    match item {
        Item::Line => MenuItem::Separator,
        Item::Text(label) => StandardItem {
            label: escape(label),
            enabled: false,
            ..StandardItem::default()
        }
        .into(),
        Item::Menu { label, items } => SubMenu {
            label: escape(label),
            submenu: entries(items),
            ..SubMenu::default()
        }
        .into(),
        Item::Action { label, choice } => StandardItem {
            label: escape(label),
            activate: choose(choice),
            ..StandardItem::default()
        }
        .into(),
        Item::Check {
            label,
            choice,
            is_on,
        } => CheckmarkItem {
            label: escape(label),
            checked: *is_on,
            activate: choose(choice),
            ..CheckmarkItem::default()
        }
        .into(),
        Item::OneOf { options, selected } => one_of(options, *selected).into(),
    }
}

fn one_of(options: &[(String, Choice)], selected: usize) -> RadioGroup<StatusItem> {
    let choices: Vec<_> = options.iter().map(|(_, choice)| choice.clone()).collect();
    let option = |(label, _): &(String, Choice)| RadioItem {
        label: escape(label),
        ..RadioItem::default()
    };
    RadioGroup {
        selected,
        select: Box::new(move |item: &mut StatusItem, chosen| {
            if let Some(choice) = choices.get(chosen) {
                item.inputs.offer(Msg::Chosen(choice.clone()));
            }
        }),
        options: options.iter().map(option).collect(),
    }
}

/// Tells that it was chosen.
fn choose(choice: &Choice) -> Box<dyn Fn(&mut StatusItem) + Send> {
    let choice = choice.clone();
    Box::new(move |item| item.inputs.offer(Msg::Chosen(choice.clone())))
}

/// An underscore marks the letter to press.
fn escape(label: &str) -> String {
    label.replace('_', "__")
}
