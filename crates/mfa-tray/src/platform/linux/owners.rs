//! The owners of bus names: the panel and the daemon.

/// Returns the changes of the owner of a bus name.
pub(super) async fn owners(
    bus: &zbus::Connection,
    name: &'static str,
) -> zbus::Result<zbus::fdo::NameOwnerChangedStream> {
    let proxy = zbus::fdo::DBusProxy::new(bus).await?;
    proxy
        .receive_name_owner_changed_with_args(&[(0, name)])
        .await
}
