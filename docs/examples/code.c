/* Gets a one-time code from mfad, with sd-bus (Debian: libsystemd-dev).
 *
 * Usage: code ACCOUNT [REASON]
 * Build: cc -o code code.c $(pkg-config --cflags --libs libsystemd)
 *
 * Prints the code. If that fails, says why and ends with 1. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define NAME "org.mfactl.Authenticator1"
#define PATH "/org/mfactl/Authenticator1"
/* How long the reply may take: the user may have to unlock the keychain first, and then to answer. */
#define WAIT (120 * UINT64_C(1000000)) /* microseconds */

/* Says what went wrong. Match the names of errors, never their texts. */
static int failed(const sd_bus_error *error, int number) {
    static const struct {
        const char *name, *saying;
    } known[] = {
        {"org.mfactl.Error.NotFound", "Which account?"},
        {"org.mfactl.Error.Ambiguous", "Which account?"},
        {"org.mfactl.Error.Locked", "Unlock the accounts first:"},
        {"org.mfactl.Error.AccessDenied", "No code:"},
        {"org.mfactl.Error.ConsentRequired", "Nobody could be asked:"},
    };
    const char *saying = "mfad cannot do this:";
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (sd_bus_error_has_name(error, known[i].name))
            saying = known[i].saying;
    fprintf(stderr, "%s %s\n", saying, error->message ? error->message : strerror(-number));
    return EXIT_FAILURE;
}

/* Connects to the daemon off the session bus, where any program could read the code. */
static int connect_privately(sd_bus **daemon, sd_bus_error *error) {
    sd_bus *session = NULL;
    char *address = NULL;
    int r = sd_bus_default_user(&session);
    if (r >= 0) /* starts the daemon if need be */
        r = sd_bus_get_property_string(session, NAME, PATH, NAME, "PrivateAddress", error, &address);
    if (r >= 0)
        r = sd_bus_new(daemon);
    if (r >= 0)
        r = sd_bus_set_address(*daemon, address);
    if (r >= 0)
        r = sd_bus_start(*daemon);
    free(address);
    sd_bus_unref(session);
    return r;
}

/* Calls a method that takes a text and options: none, or the reason. */
static int call(sd_bus *daemon, const char *method, const char *text, const char *reason, sd_bus_error *error,
                sd_bus_message **reply) {
    sd_bus_message *request = NULL;
    /* The other end of a private connection has no name. */
    int r = sd_bus_message_new_method_call(daemon, &request, NULL, PATH, NAME, method);
    if (r >= 0)
        r = sd_bus_message_set_allow_interactive_authorization(request, 1);
    if (r >= 0 && reason)
        r = sd_bus_message_append(request, "sa{sv}", text, 1, "reason", "s", reason);
    else if (r >= 0)
        r = sd_bus_message_append(request, "sa{sv}", text, 0);
    if (r >= 0)
        r = sd_bus_call(daemon, request, WAIT, error, reply);
    sd_bus_message_unref(request);
    return r;
}

/* Finds the id in an account, which is a dictionary. */
static int read_id(sd_bus_message *account, const char **id) {
    int r = sd_bus_message_enter_container(account, 'a', "{sv}");
    while (r >= 0 && (r = sd_bus_message_enter_container(account, 'e', "sv")) > 0) {
        const char *field;
        r = sd_bus_message_read(account, "s", &field);
        if (r >= 0 && strcmp(field, "id") == 0)
            return sd_bus_message_read(account, "v", "s", id);
        if (r >= 0)
            r = sd_bus_message_skip(account, "v");
        if (r >= 0)
            r = sd_bus_message_exit_container(account);
    }
    return r < 0 ? r : -ENOENT;
}

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "Usage: code ACCOUNT [REASON]\n");
        return 2;
    }
    const char *reason = argc == 3 ? argv[2] : "example in C";
    const char *id, *code;
    sd_bus *daemon = NULL;
    sd_bus_message *account = NULL, *issued = NULL;
    sd_bus_error error = SD_BUS_ERROR_NULL;

    int r = connect_privately(&daemon, &error);
    if (r >= 0)
        r = call(daemon, "GetAccount", argv[1], NULL, &error, &account);
    if (r >= 0)
        r = read_id(account, &id);
    if (r >= 0)
        r = call(daemon, "GetCode", id, reason, &error, &issued);
    if (r >= 0)
        r = sd_bus_message_read(issued, "stt", &code, NULL, NULL);
    if (r >= 0)
        puts(code);
    else
        r = -failed(&error, r);

    sd_bus_error_free(&error);
    sd_bus_message_unref(issued);
    sd_bus_message_unref(account);
    sd_bus_unref(daemon);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
