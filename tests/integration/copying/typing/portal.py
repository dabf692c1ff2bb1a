# The portal for RemoteDesktop, as GNOME's and KDE's answer. It writes each call to a file, as a line of JSON.
#
# Usage: portal.py FOLDER. If there is a file FOLDER/refuse, the user refuses. Each permission has a token of its own.
import json, os, sys

import dbus, dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

FOLDER = sys.argv[1]
NAME, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
REMOTE, SESSION = "org.freedesktop.portal.RemoteDesktop", "org.freedesktop.portal.Session"


def write(name, *arguments):
    with open(f"{FOLDER}/calls", "a") as file:
        file.write(json.dumps([name, *arguments]) + "\n")


class Request(dbus.service.Object):
    @dbus.service.signal("org.freedesktop.portal.Request", signature="ua{sv}")
    def Response(self, code, results):
        pass


class Session(dbus.service.Object):
    @dbus.service.method(SESSION)
    def Close(self):
        write("Close")
        self.remove_from_connection()


class Portal(dbus.service.Object):
    tokens = 0

    def answer(self, sender, options, code, results):
        path = f"{PATH}/request/{sender[1:].replace('.', '_')}/{options['handle_token']}"
        request = Request(bus, path)

        def respond():
            request.Response(dbus.UInt32(code), dbus.Dictionary(results, signature="sv"))
            request.remove_from_connection()

        GLib.idle_add(respond)
        return dbus.ObjectPath(path)

    @dbus.service.method("org.freedesktop.host.portal.Registry", "sa{sv}")
    def Register(self, application, options):
        write("Register", application)

    @dbus.service.method("org.freedesktop.DBus.Properties", "ss", "v")
    def Get(self, interface, name):
        return dbus.UInt32({"AvailableDeviceTypes": 3, "version": 2}[name])

    @dbus.service.method("org.freedesktop.DBus.Properties", "s", "a{sv}")
    def GetAll(self, interface):
        return {"AvailableDeviceTypes": dbus.UInt32(3), "version": dbus.UInt32(2)}

    @dbus.service.method(REMOTE, "a{sv}", "o", sender_keyword="sender")
    def CreateSession(self, options, sender):
        write("CreateSession")
        path = f"{PATH}/session/{sender[1:].replace('.', '_')}/{options['session_handle_token']}"
        Session(bus, path)
        return self.answer(sender, options, 0, {"session_handle": path})

    @dbus.service.method(REMOTE, "oa{sv}", "o", sender_keyword="sender")
    def SelectDevices(self, session, options, sender):
        names = ("types", "persist_mode", "restore_token")
        write("SelectDevices", {name: options[name] for name in names if name in options})
        return self.answer(sender, options, 0, {})

    @dbus.service.method(REMOTE, "osa{sv}", "o", sender_keyword="sender")
    def Start(self, session, parent, options, sender):
        write("Start")
        if os.path.exists(f"{FOLDER}/refuse"):
            return self.answer(sender, options, 1, {})
        self.tokens += 1
        token = f"token-{self.tokens}"
        return self.answer(sender, options, 0, {"devices": dbus.UInt32(1), "restore_token": token})

    @dbus.service.method(REMOTE, "oa{sv}iu")
    def NotifyKeyboardKeysym(self, session, options, symbol, state):
        write("Key", int(symbol), int(state))


DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
portal = Portal(bus, PATH)
name = dbus.service.BusName(NAME, bus, do_not_queue=True)
GLib.MainLoop().run()
