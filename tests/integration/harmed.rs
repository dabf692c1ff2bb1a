//! Vault files that are damaged, or that are none. `durability` has those that are being written when the daemon is killed.

use tests::{Desktop, run};

use crate::vault::{configure, passphrase_file, with_vault};

/// A file put in the place of the vault is not opened, and the daemon goes on serving.
#[test]
fn a_vault_that_is_none_harms_nobody() {
    let (desktop, vault) = with_vault();
    desktop.end_daemon("-TERM");
    let file = passphrase_file(&desktop);
    configure(&desktop, &vault, &file);
    let whole = desktop.folder().join("whole.kdbx");
    std::fs::rename(&vault, &whole).unwrap();
    let path = vault.display();
    make_greedy(&desktop);
    let folder = desktop.folder().display();
    for (make, said) in [
        (
            format!("ln -s /dev/zero {path}"),
            "it is not a regular file",
        ),
        (format!("mkfifo -m 600 {path}"), "it is not a regular file"),
        (
            format!("install -m 600 {folder}/greedy.kdbx {path}"),
            "more than 1 GiB of memory",
        ),
        (
            format!("install -m 666 {folder}/whole.kdbx {path}"),
            "run chmod 600 on it",
        ),
        (
            format!("install -m 600 -o nobody {folder}/whole.kdbx {path}"),
            "belongs to another user",
        ),
    ] {
        desktop.shell(&make).ok();
        // The first time, this starts the daemon.
        let _refused = desktop.mfactl(&["list"]).fails(7);
        let pid = desktop.daemon();
        for _ in 0..3 {
            let refused = desktop.mfactl(&["get", "aws"]).fails(7);
            assert!(refused.contains(said), "{make}: {refused}");
        }
        assert_eq!(desktop.daemon(), pid, "{make}: it has ended");
        std::fs::remove_file(&vault).unwrap();
    }
    std::fs::rename(&whole, &vault).unwrap();
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
}

/// Makes a vault whose header asks for 4 TiB of memory and has the right checksum.
fn make_greedy(desktop: &Desktop) {
    let program = r#"
import hashlib, struct
vault = bytearray(open("whole.kdbx", "rb").read())
memory = b"\x05\x01\0\0\0M\x08\0\0\0"
at = vault.index(memory) + len(memory)
vault[at:at + 8] = struct.pack("<Q", 4 << 40)
end = 12
while True:
    kind, size = struct.unpack_from("<BI", vault, end)
    end += 5 + size
    if kind == 0:
        break
vault[end:end + 32] = hashlib.sha256(vault[:end]).digest()
open("greedy.kdbx", "wb").write(vault)
"#;
    let mut python = desktop.command("/usr/bin/python3");
    python.args(["-c", program]).current_dir(desktop.folder());
    run(&mut python, "").ok();
}
