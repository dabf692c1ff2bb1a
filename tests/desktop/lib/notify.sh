# shellcheck shell=bash
# The notification daemon: who owns org.freedesktop.Notifications.

# start_notify KIND
start_notify() {
  case $1 in
    dunst) start dunst dunst -config "$(config dunstrc)" ;;
    mako) start mako mako ;;
    none) return ;;
  esac
  wait_name org.freedesktop.Notifications || die "no notification daemon" "$1"
}
