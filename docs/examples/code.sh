#!/usr/bin/env bash
# Gets a one-time code from mfad, with busctl of systemd.
#
# Usage: code.sh ACCOUNT [REASON]
#
# Prints the code. If that fails, says why and ends with 1.
#
# In a script, `mfactl get ACCOUNT --reason REASON` is better: it is the script that the user is asked about. Here, busctl is
# the program that asks, so “always” would allow all scripts that use busctl. busctl also does not tell the name of an
# error, only its text, which is for people.
set -euo pipefail

name=org.mfactl.Authenticator1 path=/org/mfactl/Authenticator1
if [ $# = 0 ] || [ $# -gt 2 ]; then
  echo "Usage: code.sh ACCOUNT [REASON]" >&2
  exit 2
fi
account=$1 reason=${2:-example for a shell}

# The session bus only tells where the private connection is, since any program could read the code there. It also starts
# the daemon if need be. The answer is: s "unix:path=…"
address=$(busctl --user get-property "$name" "$path" "$name" PrivateAddress)
address=${address#s \"} address=${address%\"}

# The user may have to unlock the keychain first, and then to answer, so the reply may take long. GetCode looks for the account
# by itself. The answer is: stt "118420" 1795000000 1795000030
if ! said=$(busctl --address="$address" --timeout=120 --allow-interactive-authorization=yes \
  call "$name" "$path" "$name" GetCode 'sa{sv}' "$account" 1 reason s "$reason" 2>&1) || [[ $said != 'stt "'* ]]; then
  if [ "$(busctl --user get-property "$name" "$path" "$name" Locked)" = "b true" ]; then
    echo "Unlock the accounts first: ${said#Call failed: }" >&2
  else
    echo "No code: ${said#Call failed: }" >&2
  fi
  exit 1
fi
read -r _ code _ <<<"$said"
echo "${code//\"/}"
