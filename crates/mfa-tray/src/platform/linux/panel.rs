//! The icon in the panel, as a StatusNotifierItem with a dbusmenu, by the crate ksni.
//!
//! See <https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/>. Signals of the bus report a
//! panel that starts later or comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use ksni::menu::{CheckmarkItem, MenuItem, RadioGroup, RadioItem, StandardItem, SubMenu};
use ksni::{OfflineReason, ToolTip, Tray, TrayMethods};
use tokio::sync::{Notify, watch};

use super::owners::owners;
use super::pictures;
use super::tiles;
use crate::input::{Input, Inputs};
use crate::model::view::{Item, View};
use crate::model::{Choice, Msg};
use crate::port::Icon;

/// The bus name of the program that shows icons.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// The shortest time between two reports that the menu opens.
const BETWEEN_OPENINGS: Duration = Duration::from_millis(100);

type Shown = Option<View>;

/// The icon in the panel.
pub(crate) struct Panel(watch::Sender<Shown>);

impl Panel {
    /// Starts the task that shows the icon from the first [`Icon::show`] on. It lasts as long as the runtime.
    pub(crate) fn start(bus: zbus::Connection, inputs: Inputs) -> Self {
        let (sender, views) = watch::channel(None);
        tokio::spawn(async move {
            if let Err(error) = keep(&bus, views, inputs).await {
                tracing::error!(%error, "cannot show the icon");
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
    let opens = Arc::new(Notify::new());
    tokio::spawn(tell_opening(Arc::clone(&opens), inputs.clone()));
    let mut panels = owners(bus, WATCHER).await?;
    let handle = loop {
        let first = views.wait_for(Option::is_some).await;
        let Some(view) = first.ok().and_then(|shown| shown.clone()) else {
            return Ok(());
        };
        let item = StatusItem::new(view, Arc::clone(&opens), inputs.clone());
        match item.assume_sni_available(true).spawn().await {
            Ok(handle) => break handle,
            // The panel may be starting or ending. The next one is asked again.
            Err(error) => tracing::warn!(%error, "the panel does not accept the icon"),
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

/// The icon, as the panel sees it.
struct StatusItem {
    view: View,
    icon_name: String,
    pictures: Vec<ksni::Icon>,
    offline: AtomicBool,
    opens: Arc<Notify>,
    inputs: Inputs,
}

/// Reports that the menu opens: at once, and then at most once in each interval, however often the panel
/// reports it.
async fn tell_opening(opens: Arc<Notify>, inputs: Inputs) {
    loop {
        opens.notified().await;
        inputs.send(Input::Msg(Msg::MenuOpens)).await;
        tokio::time::sleep(BETWEEN_OPENINGS).await;
    }
}

impl StatusItem {
    fn new(view: View, opens: Arc<Notify>, inputs: Inputs) -> Self {
        Self {
            opens,
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
    // A click on the icon opens the menu, as a click with the other button does.
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
        self.opens.notify_one();
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
        Item::Action {
            label,
            choice,
            tile,
        } => StandardItem {
            label: escape(label),
            icon_data: tile.map(tiles::png).unwrap_or_default(),
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
    let choices: Vec<_> = options.iter().map(|(_, choice)| *choice).collect();
    let option = |(label, _): &(String, Choice)| RadioItem {
        label: escape(label),
        ..RadioItem::default()
    };
    RadioGroup {
        selected,
        select: Box::new(move |item: &mut StatusItem, chosen| {
            if let Some(choice) = choices.get(chosen) {
                item.inputs.offer(Msg::Chosen(*choice));
            }
        }),
        options: options.iter().map(option).collect(),
    }
}

/// Returns a callback that reports the choice.
fn choose(choice: &Choice) -> Box<dyn Fn(&mut StatusItem) + Send> {
    let choice = *choice;
    Box::new(move |item| item.inputs.offer(Msg::Chosen(choice)))
}

/// Escapes underscores, because an underscore marks the letter to press.
fn escape(label: &str) -> String {
    label.replace('_', "__")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_panel_that_says_it_all_the_time_is_heard_now_and_then() {
        let (inputs, mut heard) = Inputs::channel();
        let opens = Arc::new(Notify::new());
        tokio::spawn(tell_opening(Arc::clone(&opens), inputs));
        let mut count = 0;
        for _ in 0..1000 {
            opens.notify_one();
            // The clock is paused, so this takes no time.
            tokio::time::sleep(Duration::from_millis(1)).await;
            while heard.try_recv().is_ok() {
                count += 1;
            }
        }
        assert!((8..=11).contains(&count), "{count} times in a second");
        opens.notify_one();
        let last = tokio::time::timeout(Duration::from_secs(1), heard.recv());
        assert!(last.await.unwrap().is_some(), "the last one is lost");
    }
}
