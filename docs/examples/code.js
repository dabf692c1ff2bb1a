#!/usr/bin/env -S gjs -m
// Gets a one-time code from mfad, with GJS, as extensions of GNOME Shell do.
//
// Usage: code.js ACCOUNT [REASON]
//
// Prints the code. If that fails, says why and ends with 1.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';

const NAME = 'org.mfactl.Authenticator1';
const PATH = '/org/mfactl/Authenticator1';

// The user may have to unlock the keychain first, and then to answer.
const WAIT = 120_000; // milliseconds
const MAY_ASK = Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION;

// What to tell the user. Match the names of errors, never their texts.
const SAYINGS = {
    NotFound: 'Which account?',
    Ambiguous: 'Which account?',
    Locked: 'Unlock the accounts first:',
    AccessDenied: 'No code:',
    ConsentRequired: 'Nobody could be asked:',
};

// Connects to the daemon off the session bus, where any program could read the code.
function connect() {
    const bus = Gio.DBus.session; // the first call starts the daemon if need be
    const [address] = bus.call_sync(NAME, PATH, 'org.freedesktop.DBus.Properties', 'Get',
        new GLib.Variant('(ss)', [NAME, 'PrivateAddress']), new GLib.VariantType('(v)'),
        Gio.DBusCallFlags.NONE, -1, null).recursiveUnpack();
    return Gio.DBusConnection.new_for_address_sync(address,
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, null, null);
}

// Calls a method at the other end of a private connection, which has no name.
function call(connection, method, parameters, type) {
    return connection.call_sync(null, PATH, NAME, method, parameters, new GLib.VariantType(type), MAY_ASK, WAIT, null)
        .recursiveUnpack();
}

function getCode(connection, query, reason) {
    const [account] = call(connection, 'GetAccount', new GLib.Variant('(sa{sv})', [query, {}]), '(a{sv})');
    const options = {reason: new GLib.Variant('s', reason)};
    const [code] = call(connection, 'GetCode', new GLib.Variant('(sa{sv})', [account.id, options]), '(stt)');
    return code;
}

const [query, reason = 'example in JavaScript'] = ARGV;
if (query === undefined) {
    printerr('Usage: code.js ACCOUNT [REASON]');
    System.exit(2);
}
try {
    print(getCode(connect(), query, reason));
} catch (error) {
    const name = Gio.DBusError.get_remote_error(error)?.replace('org.mfactl.Error.', '');
    Gio.DBusError.strip_remote_error(error);
    printerr(`${SAYINGS[name] ?? 'mfad cannot do this:'} ${error.message}`);
    System.exit(1);
}
