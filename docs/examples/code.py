#!/usr/bin/env python3
"""Gets a one-time code from mfad, with dasbus (Debian: python3-dasbus).

Usage: code.py ACCOUNT [REASON]

Prints the code. If that fails, says why and ends with 1.
"""

import sys

from dasbus.connection import AddressedMessageBus, SessionMessageBus
from dasbus.error import DBusError, ErrorMapper, get_error_decorator
from dasbus.typing import get_variant
from gi.repository import Gio, GLib

NAME, PATH = "org.mfactl.Authenticator1", "/org/mfactl/Authenticator1"

# dasbus makes exceptions of the names of errors. Match these names, never the texts.
ERRORS = ErrorMapper()
dbus_error = get_error_decorator(ERRORS)


@dbus_error("org.mfactl.Error.NotFound")
class NotFound(DBusError):
    """No account matches."""


@dbus_error("org.mfactl.Error.Ambiguous")
class Ambiguous(DBusError):
    """Several accounts match."""


@dbus_error("org.mfactl.Error.Locked")
class Locked(DBusError):
    """The accounts are locked, and the user did not unlock them."""


@dbus_error("org.mfactl.Error.AccessDenied")
class AccessDenied(DBusError):
    """The user, or a rule, has denied this."""


@dbus_error("org.mfactl.Error.ConsentRequired")
class ConsentRequired(DBusError):
    """The user would have to be asked, and cannot be."""


def connect():
    """Connects to the daemon off the session bus, where any program could read the code."""
    public = SessionMessageBus().get_proxy(NAME, PATH, NAME)  # starts the daemon if need be
    private = AddressedMessageBus(public.PrivateAddress, error_mapper=ERRORS)
    return private.get_proxy(NAME, PATH, NAME)


# How long the reply may take, in milliseconds: the user may have to unlock the keychain first, and then to answer.
WAIT = {"flags": Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION, "timeout": 120_000}


def get_code(daemon, query, reason):
    """Returns a code of the one account that the query matches."""
    account = daemon.GetAccount(query, {}, **WAIT)
    identity = account["id"].unpack()
    code, _valid_from, _valid_until = daemon.GetCode(identity, {"reason": get_variant("s", reason)}, **WAIT)
    return code


def main():
    """Prints the code of the account in the arguments."""
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    query, reason = sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else "example in Python"
    try:
        print(get_code(connect(), query, reason))
    except (NotFound, Ambiguous) as error:
        sys.exit(f"Which account? {error}")
    except Locked as error:
        sys.exit(f"Unlock the accounts first: {error}")
    except AccessDenied as error:
        sys.exit(f"No code: {error}")
    except ConsentRequired as error:
        sys.exit(f"Nobody could be asked: {error}")
    except DBusError as error:
        sys.exit(f"mfad cannot do this: {error}")
    except GLib.Error as error:
        sys.exit(f"mfad cannot be reached: {error.message}")


main()
