# The back end for GlobalShortcuts that a desktop has behind xdg-desktop-portal. It writes each call to a file, as a line of
# JSON, and its user does what is asked for on the bus.
#
# Usage: backend.py FOLDER. If there is a file FOLDER/refuse, the user refuses.
import json, os, sys

import dbus, dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

FOLDER = sys.argv[1]
NAME, PATH = "org.freedesktop.impl.portal.desktop.tests", "/org/freedesktop/portal/desktop"
SHORTCUTS, SESSION = "org.freedesktop.impl.portal.GlobalShortcuts", "org.freedesktop.impl.portal.Session"
USER = "org.mfactl.Tests"


def write(*words):
    with open(f"{FOLDER}/calls", "a") as file:
        file.write(json.dumps(words) + "\n")


def answer(code, **results):
    return dbus.UInt32(code), dbus.Dictionary(results, signature="sv")


class Session(dbus.service.Object):
    bound = {}

    def shortcuts(self):
        listed = [(name, dbus.Dictionary(its, signature="sv")) for name, its in self.bound.items()]
        return dbus.Array(listed, signature="(sa{sv})")

    @dbus.service.method(SESSION)
    def Close(self):
        write("Close", self.__dbus_object_path__)
        self.remove_from_connection()

    @dbus.service.signal(SESSION)
    def Closed(self):
        pass


class Backend(dbus.service.Object):
    sessions = {}

    @dbus.service.method("org.freedesktop.DBus.Properties", "ss", "v")
    def Get(self, interface, name):
        return dbus.UInt32(1)

    @dbus.service.method("org.freedesktop.DBus.Properties", "s", "a{sv}")
    def GetAll(self, interface):
        return {"version": dbus.UInt32(1)}

    @dbus.service.method(SHORTCUTS, "oosa{sv}", "ua{sv}")
    def CreateSession(self, handle, session, application, options):
        write("CreateSession", session)
        self.sessions[session] = Session(bus, session)
        return answer(0)

    @dbus.service.method(SHORTCUTS, "oo", "ua{sv}")
    def ListShortcuts(self, handle, session):
        write("ListShortcuts", session)
        return answer(0, shortcuts=self.sessions[session].shortcuts())

    @dbus.service.method(SHORTCUTS, "ooa(sa{sv})sa{sv}", "ua{sv}")
    def BindShortcuts(self, handle, session, shortcuts, parent, options):
        write("BindShortcuts", session, shortcuts)
        if os.path.exists(f"{FOLDER}/refuse"):
            return answer(1)
        self.sessions[session].bound = {
            name: {"description": its["description"], "trigger_description": "Press Ctrl+Alt+M"} for name, its in shortcuts
        }
        return answer(0, shortcuts=self.sessions[session].shortcuts())

    @dbus.service.signal(SHORTCUTS, "osta{sv}")
    def Activated(self, session, shortcut, time, options):
        pass

    @dbus.service.signal(SHORTCUTS, "osta{sv}")
    def Deactivated(self, session, shortcut, time, options):
        pass

    # The user presses the keys of a session, and releases them.
    @dbus.service.method(USER, "ss")
    def Press(self, session, token):
        options = dbus.Dictionary({"activation_token": token}, signature="sv")
        self.Activated(dbus.ObjectPath(session), "pick", dbus.UInt64(1), options)
        self.Deactivated(dbus.ObjectPath(session), "pick", dbus.UInt64(2), dbus.Dictionary({}, signature="sv"))

    # The user takes the shortcut away in the settings of the desktop.
    @dbus.service.method(USER, "s")
    def Take(self, session):
        self.sessions[session].Closed()
        self.sessions.pop(session).remove_from_connection()


DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
backend = Backend(bus, PATH)
name = dbus.service.BusName(NAME, bus, do_not_queue=True)
GLib.MainLoop().run()
