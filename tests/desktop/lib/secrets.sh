# shellcheck shell=bash
# The keychain: who owns org.freedesktop.secrets.

# start_secrets KIND
start_secrets() {
  case $1 in
    gnome-keyring) ds-secrets start ;;
    gnome-keyring-locked) ds-secrets start && ds-secrets stop && ds-secrets start-locked ;;
    keepassxc) make_database && ds-secrets start ;;
  esac
}

# KeePassXC offers nothing without a group marked as exposed.
make_database() {
  mkdir "$XDG_CONFIG_HOME/keepassxc" "$XDG_CACHE_HOME/keepassxc" "$DS_DIR/keepassxc"
  cp "$(config keepassxc.ini)" "$XDG_CONFIG_HOME/keepassxc/"
  printf '%s\n%s\n' "$DS_PASSWORD" "$DS_PASSWORD" |
    QT_QPA_PLATFORM=offscreen keepassxc-cli import -p "$(config keepassxc.xml)" "$DS_DIR/test.kdbx" \
      >"$DS_LOG/keepassxc-import.log" 2>&1 || die "KeePassXC cannot create its database" keepassxc-import
}
