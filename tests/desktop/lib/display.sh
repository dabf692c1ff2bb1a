# shellcheck shell=bash
# The display: Xvfb with a window manager, or a headless sway.

# start_display KIND SIZE XWAYLAND
start_display() {
  case $1 in
    x11) start_x11 "$2" ;;
    wayland) start_wayland "$2" "$3" ;;
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
