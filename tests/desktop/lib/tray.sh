# shellcheck shell=bash
# The host for tray icons (StatusNotifierItem).

# start_tray DISPLAY
start_tray() {
  case $1 in
    x11) start_xfce4_panel ;;
    wayland) start waybar waybar --config "$(config waybar.json)" ;;
  esac
  wait_name org.kde.StatusNotifierWatcher || die "no tray" waybar xfce4-panel
  until_ok 10 tray_has_host || die "the tray shows no icons" waybar xfce4-panel
}

start_xfce4_panel() {
  local channels=$XDG_CONFIG_HOME/xfce4/xfconf/xfce-perchannel-xml
  mkdir -p "$channels" "$XDG_CONFIG_HOME/gtk-3.0"
  cp "$(config xfce4-panel.xml)" "$channels/"
  printf '[Settings]\ngtk-icon-theme-name=Adwaita\n' >"$XDG_CONFIG_HOME/gtk-3.0/settings.ini"
  start xfce4-panel xfce4-panel --disable-wm-check
}

tray_has_host() {
  gdbus call --session -d org.kde.StatusNotifierWatcher -o /StatusNotifierWatcher -m org.freedesktop.DBus.Properties.Get \
    org.kde.StatusNotifierWatcher IsStatusNotifierHostRegistered | grep true
}
