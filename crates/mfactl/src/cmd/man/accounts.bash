# shellcheck shell=bash
# The names of the accounts, where one comes next. They are compared as they are written, so nothing that was typed is run.
_mfactl_accounts() {
    local name written word=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    [[ $word != -* ]] || return 1
    while IFS= read -r name; do
        case $word in
            \"*)
                # Nothing keeps an exclamation mark from recalling a command there.
                [[ $name != *'!'* ]] || continue
                written=${name//\\/\\\\} written=${written//\"/\\\"}
                written=${written//\$/\\\$} written=${written//\`/\\\`}
                [[ $written != "${word:1}"* ]] || COMPREPLY+=("$written")
                ;;
            \'*)
                written=${name//\'/\'\\\'\'}
                [[ $written != "${word:1}"* ]] || COMPREPLY+=("$written")
                ;;
            *)
                printf -v written %q "$name"
                # At these, readline would begin a new word.
                written=${written//:/\\:} written=${written//=/\\=} written=${written//@/\\@}
                [[ $written != "$word"* ]] || COMPREPLY+=("$written")
                ;;
        esac
    done < <(mfactl completions --accounts "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
    ((${#COMPREPLY[@]} > 0))
}

_mfactl_or_accounts() {
    _mfactl_accounts || _mfactl "$@"
}

complete -F _mfactl_or_accounts -o bashdefault -o default mfactl
