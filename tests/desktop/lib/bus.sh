# shellcheck shell=bash
# The session bus, and the system bus where it is asked for.

# name_buses SESSION-BUS SYSTEM-BUS — puts their addresses into the environment. One where nobody listens stands for “no
# bus”: without any, programs go looking for the real one.
name_buses() {
  local nowhere=unix:path=$XDG_RUNTIME_DIR/no-bus
  export DBUS_SESSION_BUS_ADDRESS=$nowhere DBUS_SYSTEM_BUS_ADDRESS=$nowhere
  [ "$1" = no ] || DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/bus
  [ "$2" = no ] || DBUS_SYSTEM_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/system-bus
}

# start_session_bus PROMPTER PORTAL — only the services named here may be started by it, so that `--secrets none` really
# means none.
start_session_bus() {
  local allowed=(ca.desrt.dconf org.xfce.Xfconf) name file services=$DS_DIR/session-bus/services
  [ "$1" = no ] || allowed+=(org.gnome.keyring.SystemPrompter org.gnome.keyring.PrivatePrompter)
  [ "$2" = no ] || allowed+=(org.freedesktop.portal.Documents org.freedesktop.impl.portal.PermissionStore)
  mkdir -p "$services" "$XDG_DATA_HOME/dbus-1/services" "$XDG_RUNTIME_DIR/dbus-1/services"
  for name in "${allowed[@]}"; do
    file=/usr/share/dbus-1/services/$name.service
    [ ! -e "$file" ] || cp "$file" "$services/"
  done
  cp "$(config bus.conf)" "$DS_DIR/session-bus/"
  start_bus session-bus "$DBUS_SESSION_BUS_ADDRESS"
}

# It starts no services at all: a test may play one, org.freedesktop.login1 for example. Some run as users of their own.
start_system_bus() {
  mkdir "$DS_DIR/system-bus"
  sed '/servicedir/d; s|<allow own="\*"/>|&<allow user="*"/>|' "$(config bus.conf)" >"$DS_DIR/system-bus/bus.conf"
  start_bus system-bus "$DBUS_SYSTEM_BUS_ADDRESS"
}

# start_bus NAME ADDRESS
start_bus() {
  start_ready "$1" dbus-daemon --config-file="$DS_DIR/$1/bus.conf" --address="$2" --print-address=3 \
    --nofork --nopidfile --nosyslog
}
