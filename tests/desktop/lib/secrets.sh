# shellcheck shell=bash
# The keychain: who owns org.freedesktop.secrets.

# start_secrets KIND DISPLAY
start_secrets() {
  case $1 in
    gnome-keyring) ds-secrets start ;;
    gnome-keyring-locked) ds-secrets start && ds-secrets stop && ds-secrets start-locked ;;
    keepassxc) start_keepassxc "$2" ;;
  esac
}

# start_keepassxc DISPLAY
start_keepassxc() {
  local config=$XDG_CONFIG_HOME/keepassxc database=$DS_DIR/test.kdbx platform=offscreen
  [ "$1" != x11 ] || platform=xcb
  # It is single-instance through a lock file in its TMPDIR, and offers nothing without a group marked as exposed.
  mkdir "$config" "$XDG_CACHE_HOME/keepassxc" "$DS_DIR/keepassxc"
  cp "$(config keepassxc.ini)" "$config/"
  printf '%s\n%s\n' "$DS_PASSWORD" "$DS_PASSWORD" |
    QT_QPA_PLATFORM=offscreen keepassxc-cli import -p "$(config keepassxc.xml)" "$database" \
      >"$DS_LOG/keepassxc-import.log" 2>&1 || die "KeePassXC cannot create its database" keepassxc-import

  input=$DS_DIR/password start keepassxc env TMPDIR="$DS_DIR/keepassxc" QT_QPA_PLATFORM="$platform" \
    keepassxc --config "$config/keepassxc.ini" --localconfig "$config/local.ini" --pw-stdin "$database"
  wait_name org.freedesktop.secrets || die "KeePassXC offers no keychain" keepassxc
  until_ok 20 keepassxc_has_collection || die "KeePassXC offers no collection" keepassxc
}

# It offers its collection before the database is open, and a search in between makes version 2.7.4 crash.
keepassxc_has_collection() {
  gdbus call --session -d org.freedesktop.secrets -o /org/freedesktop/secrets/collection/test \
    -m org.freedesktop.DBus.Properties.Get org.freedesktop.Secret.Collection Locked | grep false
}
