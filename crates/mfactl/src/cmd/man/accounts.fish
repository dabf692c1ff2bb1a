
# The names of the accounts, where one comes next.
function __fish_mfactl_accounts
    string match -q -- '-*' (commandline -ct)
    and return 1
    set -g __fish_mfactl_names (mfactl completions --accounts (commandline -opc)[2..-1] 2>/dev/null)
    set -q __fish_mfactl_names[1]
end
complete -c mfactl -n __fish_mfactl_accounts -f -a '$__fish_mfactl_names'
