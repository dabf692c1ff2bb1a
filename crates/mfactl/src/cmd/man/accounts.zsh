# The names of the accounts, where one comes next.
functions[_mfactl_words]=$functions[_mfactl]
_mfactl() {
    local -a names
    if [[ $PREFIX != -* ]]; then
        names=(${(f)"$(command mfactl completions --accounts "${(@Q)words[2,CURRENT-1]}" 2>/dev/null)"})
        (( $#names )) && compadd -a names && return
    fi
    _mfactl_words "$@"
}
