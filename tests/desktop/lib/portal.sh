# shellcheck shell=bash
# xdg-desktop-portal with its back ends.

# start_portals DISPLAY
start_portals() {
  [ "$1" != wayland ] || start_wlr
  start portal-gtk /usr/libexec/xdg-desktop-portal-gtk
  wait_name org.freedesktop.impl.portal.desktop.gtk || die "no gtk portal" portal-gtk
  start portal /usr/libexec/xdg-desktop-portal --verbose
  wait_name org.freedesktop.portal.Desktop || die "no portal" portal
}

# It needs PipeWire even for a screenshot, and writes every screenshot to /tmp/out.png: one such session at a time.
start_wlr() {
  local lock # stays open, and so locked, as long as the session lasts
  exec {lock}<"${BASH_SOURCE[0]}"
  flock "$lock"
  start pipewire pipewire
  until_ok 10 test -S "$XDG_RUNTIME_DIR/pipewire-0" || die "no PipeWire" pipewire
  start portal-wlr /usr/libexec/xdg-desktop-portal-wlr --loglevel=INFO
  wait_name org.freedesktop.impl.portal.desktop.wlr || die "no wlr portal" portal-wlr
}
