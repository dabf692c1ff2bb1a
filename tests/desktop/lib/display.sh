# shellcheck shell=bash
# The display: Xvfb with a window manager, a headless sway, or a headless weston.

# start_display KIND SIZE XWAYLAND
start_display() {
  case $1 in
    x11) start_x11 "$2" ;;
    wayland) start_wayland "$2" "$3" ;;
    weston) start_weston "$2" ;;
  esac
}

start_x11() {
  start_ready xvfb Xvfb -displayfd 3 -screen 0 "$1x24" -nolisten tcp -noreset -dpi 96
  export DISPLAY=:$REPLY GDK_BACKEND=x11
  xsetroot -solid '#3a6ea5'
  # shellcheck disable=SC2016 # $DS_DIR is for the shell that openbox starts
  start_ready openbox openbox --sm-disable --config-file "$(config openbox.xml)" \
    --startup "sh -c 'echo ready >\"\$DS_DIR/openbox.ready\"'"
}

start_wayland() {
  export WLR_BACKENDS=headless WLR_HEADLESS_OUTPUTS=1 WLR_LIBINPUT_NO_DEVICES=1 WLR_RENDERER=pixman LIBSEAT_BACKEND=noop
  export XDG_CURRENT_DESKTOP=sway
  sed -e "s/@size@/$1/" -e "s/@xwayland@/$2/" "$(config sway.conf)" >"$DS_DIR/sway.conf"
  local as_user=()
  # sway refuses root, by checking that it cannot become it: give it a user namespace in which it is somebody else
  if [ "$(id -u)" = 0 ]; then as_user=(unshare --user --map-user=1000 --map-group=1000); fi
  start_ready sway "${as_user[@]}" sway --config "$DS_DIR/sway.conf" --unsupported-gpu
  read -r WAYLAND_DISPLAY SWAYSOCK <<<"$REPLY"
  export WAYLAND_DISPLAY SWAYSOCK
}

# A compositor that shares the clipboard only with the program that has the focus, and starts no X server.
start_weston() {
  export WAYLAND_DISPLAY=weston XDG_CURRENT_DESKTOP=weston
  start weston weston --backend=headless-backend.so --width="${1%x*}" --height="${1#*x}" --shell=kiosk-shell.so \
    --no-config --socket="$WAYLAND_DISPLAY"
  until_ok 20 test -S "$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY" || die "weston did not get ready" weston
}
