# shellcheck shell=bash
# The host for tray icons (StatusNotifierItem).

# start_tray KIND
start_tray() {
  case $1 in
    xfce4-panel) start_xfce4_panel ;;
    plasma) start_plasma ;;
    waybar) start waybar waybar --config "$(config waybar.json)" ;;
  esac
  wait_name org.kde.StatusNotifierWatcher || die "no tray" waybar xfce4-panel kded
  until_ok 10 tray_has_host || die "the tray shows no icons" waybar xfce4-panel plasmashell
}

start_xfce4_panel() {
  local channels=$XDG_CONFIG_HOME/xfce4/xfconf/xfce-perchannel-xml
  mkdir -p "$channels" "$XDG_CONFIG_HOME/gtk-3.0"
  cp "$(config xfce4-panel.xml)" "$channels/"
  printf '[Settings]\ngtk-icon-theme-name=Adwaita\n' >"$XDG_CONFIG_HOME/gtk-3.0/settings.ini"
  start xfce4-panel xfce4-panel --disable-wm-check
}

# kded says which icons there are, plasmashell shows them, and waits for the activities.
start_plasma() {
  command -v plasmashell >/dev/null || die "there is no plasmashell"
  local plasma=(env XDG_CURRENT_DESKTOP=KDE KDE_FULL_SESSION=true KDE_SESSION_VERSION=5 QT_QUICK_BACKEND=software)
  cp "$(config plasma.conf)" "$XDG_CONFIG_HOME/plasma-org.kde.plasma.desktop-appletsrc"
  start activities "${plasma[@]}" "$(sed -n 's/^Exec=//p' /usr/share/dbus-1/services/org.kde.ActivityManager.service)"
  start kded "${plasma[@]}" kded5
  wait_name org.kde.ActivityManager || die "no activities of Plasma" activities
  start plasmashell "${plasma[@]}" plasmashell --no-respawn
}

tray_has_host() {
  gdbus call --session -d org.kde.StatusNotifierWatcher -o /StatusNotifierWatcher -m org.freedesktop.DBus.Properties.Get \
    org.kde.StatusNotifierWatcher IsStatusNotifierHostRegistered | grep true
}
