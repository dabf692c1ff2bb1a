//! Which script or program is found behind an interpreter, the loader of Linux, and programs with many names.

use super::*;

#[test]
fn more_interpreters_are_named_with_their_script() {
    let (php, java, lua) = ("/usr/bin/php8.2", "/usr/bin/java", "/usr/bin/lua5.4");
    let (node, deno, bun) = ("/usr/bin/node", "/opt/deno", "/opt/bun");
    let gjs = "/usr/bin/gjs-console";
    for (path, arguments, script) in [
        (gjs, &["gjs", "-m", "job.js", "-c", "x"][..], "job.js"),
        (gjs, &["gjs", "-I", "/lib", "job.js"], "job.js"),
        (php, &["php", "-d", "x=1", "job.php", "a"], "job.php"),
        (php, &["php", "-f", "job.php", "--", "-r"], "job.php"),
        (java, &["java", "-Xmx1g", "-jar", "app.jar"], "app.jar"),
        (
            java,
            &["java", "-cp", "lib/*", "-jar", "app.jar", "x"],
            "app.jar",
        ),
        (java, &["java", "--source", "21", "Main.java"], "Main.java"),
        (lua, &["lua", "-l", "socket", "job.lua"], "job.lua"),
        (
            "/usr/bin/luajit-2.1.0-beta3",
            &["luajit", "-O3", "job.lua"],
            "job.lua",
        ),
        (deno, &["deno", "run", "-A", "job.ts"], "job.ts"),
        (
            deno,
            &["deno", "run", "--config", "a.json", "job.ts"],
            "job.ts",
        ),
        (deno, &["deno", "job.ts"], "job.ts"),
        (bun, &["bun", "run", "job.ts"], "job.ts"),
        (bun, &["bun", "-r", "./first.ts", "job.ts"], "job.ts"),
        (node, &["node", "--require", "a.js", "job.js"], "job.js"),
        (node, &["node", "--import", "a.mjs", "job.js"], "job.js"),
        (node, &["node", "--loader", "a.mjs", "job.js"], "job.js"),
        (node, &["node", "--import=a.mjs", "job.js"], "job.js"),
        (node, &["node", "--env-file", ".env", "job.js"], "job.js"),
        ("/usr/bin/ksh", &["ksh", "job.ksh"], "job.ksh"),
        ("/usr/bin/mksh", &["mksh", "-e", "job.sh"], "job.sh"),
    ] {
        let script = format!("/srv/{script}");
        assert_eq!(
            role(path, arguments, true),
            program(path, Some(&script)),
            "{arguments:?}"
        );
    }
    for (path, arguments) in [
        (gjs, &["gjs", "-c", "x()", "job.js"][..]),
        (gjs, &["gjs", "-mc", "x()", "job.js"]),
        (gjs, &["gjs", "--command=x()", "job.js"]),
        (node, &["node", "--eval=x()", "job.js"]),
        (php, &["php", "-r", "echo 1;"]),
        (php, &["php", "-fjob.php", "x"]),
        (php, &["php", "-S", "localhost:80", "job.php"]),
        (java, &["java", "-cp", "app.jar", "com.example.Main"]),
        (java, &["java", "-m", "app/com.example.Main"]),
        (java, &["java", "@options"]),
        (lua, &["lua", "-e", "x()", "job.lua"]),
        (deno, &["deno", "eval", "x()"]),
        (deno, &["deno", "task", "job"]),
        (deno, &["deno", "run", "https://example.com/job.ts"]),
        (bun, &["bun", "run", "job"]),
        (bun, &["bun", "-e", "x()"]),
        (bun, &["bun", "x", "job"]),
        (node, &["node", "-pe", "x()"]),
    ] {
        let Role::End(who) = role(path, arguments, true) else {
            panic!("it is a step")
        };
        assert_eq!(Role::End(who.clone()), program(path, None), "{arguments:?}");
        assert!(!who.is_recognisable(), "{arguments:?}");
    }
}

#[test]
fn a_program_that_the_loader_runs_is_named_with_it() {
    for name in [
        "ld-linux-x86-64.so.2",
        "ld-linux.so.2",
        "ld-musl-x86_64.so.1",
        "ld-2.36.so",
        "ld.so",
        "ld64.so.2",
    ] {
        let loader = &*format!("/usr/lib/{name}");
        for (arguments, script) in [
            (
                &["ld.so", "/opt/terraform", "apply"][..],
                Some("/opt/terraform"),
            ),
            (
                &["ld.so", "--argv0", "bash", "./terraform"],
                Some("/srv/terraform"),
            ),
            // These run anything.
            (&["ld.so", "/bin/bash", "-c", "x"], None),
            (&["ld.so", "/usr/bin/python3", "job.py"], None),
            (&["ld.so", "/usr/bin/env", "x"], None),
            (&["ld.so", "/bin/busybox", "sh"], None),
            (&["ld.so", "/lib/ld.so", "x"], None),
            (&["ld.so", "--preload", "x.so", "/opt/terraform"], None),
            (&["ld.so", "--library-path", "/tmp", "/opt/terraform"], None),
            (&["ld.so", "terraform"], None),
            (&["ld.so"], None),
        ] {
            let found = role(loader, arguments, true);
            assert_eq!(found, program(loader, script), "{arguments:?}");
            let Role::End(who) = found else { panic!() };
            assert_eq!(who.is_recognisable(), script.is_some(), "{arguments:?}");
        }
    }
    for name in ["ld", "ld.gold", "ld-linux", "ld.so.conf", "build.so"] {
        let path = format!("/usr/bin/{name}");
        let Role::End(who) = role(&path, &[name], true) else {
            panic!("it is a step")
        };
        assert!(who.is_recognisable(), "{name}");
    }
}

#[test]
fn busybox_is_what_it_was_started_as() {
    let busybox = "/bin/busybox";
    for arguments in [
        &["sh"][..],
        &["-sh"],
        &["busybox", "sh"],
        &["/bin/ash", "-i"],
    ] {
        let person = Role::End(Who::Person);
        assert_eq!(role(busybox, arguments, true), person, "{arguments:?}");
    }
    for arguments in [
        &["sh", "-c", "x"][..],
        &["busybox", "sh", "-c", "x"],
        &["env", "mfactl"],
        &["busybox", "timeout", "5", "mfactl"],
    ] {
        assert_eq!(role(busybox, arguments, true), Role::Step, "{arguments:?}");
    }
    assert_eq!(
        role(busybox, &["busybox", "sh", "-e", "job.sh"], true),
        program(busybox, Some("/srv/job.sh"))
    );
    for arguments in [&["busybox"][..], &["awk", "x"], &["busybox", "wget"], &[]] {
        let Role::End(who) = role(busybox, arguments, true) else {
            panic!("it is a step")
        };
        assert!(!who.is_recognisable(), "{arguments:?}");
    }
}

#[test]
fn the_bash_of_windows_is_that_of_any_linux() {
    for path in ["/Windows/System32/bash.exe", "/windows/SYSTEM32/Bash.EXE"] {
        for arguments in [&["bash"][..], &["bash", "-c", "x"], &["bash", "job.sh"]] {
            let found = role(path, arguments, true);
            assert_eq!(found, program(path, None), "{arguments:?}");
            let Role::End(who) = found else { panic!() };
            assert!(!who.is_recognisable());
        }
    }
    // That of Git is a shell of Windows.
    let git = "/Program Files/Git/bin/bash.exe";
    assert_eq!(role(git, &["bash"], true), Role::End(Who::Person));
}
