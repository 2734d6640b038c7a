//! A folder of the host, resolved in one call and name by name: it keeps its promises, and nobody gets out of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{CWD, FileType, Mode};
use tempfile::TempDir;
use unik::kv::{ReadOnly, ReadWrite, Value};
use unik::{Error, ErrorKind};
use unik_conformance::{kv, virtual_time};

use super::{Direct, Root};

/// Runs a test with a fresh folder for each of the two ways.
fn check(test: impl AsyncFn(&Path, Direct)) {
    for by_name in [false, true] {
        let folder = TempDir::new().expect("the host has room");
        let path = folder.path();
        fs::create_dir(path.join("store")).expect("the folder is ours");
        let root = Root::open(path.join("store").to_str().expect("it is UTF-8")).expect("it exists");
        let root = if by_name { root.by_name() } else { root };
        virtual_time::run(async |_| test(path, Direct { root: root.into() }).await);
    }
}

async fn refused(store: &Direct, key: &str) -> Option<ErrorKind> {
    store.open(key).await.err().map(|error| error.kind())
}

#[test]
fn a_folder_is_a_store() {
    check(async |path, store| {
        for (key, bytes) in kv::SAMPLE {
            let file = path.join("store").join(key);
            fs::create_dir_all(file.parent().expect("it is in the folder")).expect("the folder is ours");
            fs::write(file, bytes).expect("the folder is ours");
        }
        kv::read_only(&store, kv::SAMPLE).await;
    });
    check(async |_, store| kv::read_write(&store).await);
}

#[test]
fn a_root_that_is_none_is_said() {
    virtual_time::run(async |_| {
        let error = Direct::new("/nowhere/to/be/found").await.expect_err("it does not exist");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let error = Direct::new("/dev/null").await.expect_err("it is no folder");
        assert_eq!(error.kind(), ErrorKind::Invalid);
    });
}

#[test]
fn no_link_is_followed() {
    check(async |path, store| {
        let inside = path.join("store");
        fs::write(path.join("secret"), "secret").expect("the folder is ours");
        fs::create_dir(path.join("outside")).expect("the folder is ours");
        fs::write(path.join("outside/secret"), "secret").expect("the folder is ours");
        fs::write(inside.join("file"), "file").expect("the folder is ours");
        symlink("../secret", inside.join("relative")).expect("the folder is ours");
        symlink(path.join("secret"), inside.join("absolute")).expect("the folder is ours");
        symlink("../outside", inside.join("folder")).expect("the folder is ours");
        symlink("file", inside.join("within")).expect("the folder is ours");
        symlink("loop", inside.join("loop")).expect("the folder is ours");
        symlink("/proc/self/root", inside.join("magic")).expect("the folder is ours");
        for key in ["relative", "absolute", "folder/secret", "within", "loop", "magic/etc/passwd"] {
            assert_eq!(refused(&store, key).await, Some(ErrorKind::Denied), "{key}");
            assert_eq!(store.exists(key).await, Ok(None), "{key}");
            assert!(store.set(key, b"mine").await.is_err(), "{key}");
            assert!(store.remove(key).await.is_err(), "{key}");
            assert!(store.rename(key, "x").await.is_err(), "{key}");
            assert!(store.rename("file", key).await.is_err(), "{key}");
        }
        assert!(store.list("folder").await.is_err());
        let names: Vec<_> =
            store.list("").await.expect("the root is listed").into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["file"]);
        for secret in ["secret", "outside/secret"] {
            assert_eq!(fs::read(path.join(secret)).expect("it is still there"), b"secret");
        }
    });
}

#[test]
fn what_is_no_file_is_refused_without_waiting() {
    check(async |path, store| {
        let inside = path.join("store");
        rustix::fs::mknodat(CWD, inside.join("pipe"), FileType::Fifo, Mode::RWXU, 0)
            .expect("the folder is ours");
        let _socket =
            std::os::unix::net::UnixListener::bind(inside.join("socket")).expect("the folder is ours");
        for key in ["pipe", "socket"] {
            assert_eq!(refused(&store, key).await, Some(ErrorKind::Denied), "{key}");
            assert_eq!(store.exists(key).await, Ok(None), "{key}");
            assert_eq!(
                store.set(key, b"").await.map_err(|error| error.kind()),
                Err(ErrorKind::Denied),
                "{key}"
            );
        }
        assert_eq!(store.list("").await, Ok(vec![]));
    });
}

#[test]
fn removing_a_folder_does_not_follow_links_out_of_it() {
    check(async |path, store| {
        fs::create_dir_all(path.join("outside")).expect("the folder is ours");
        fs::write(path.join("outside/kept"), "kept").expect("the folder is ours");
        fs::create_dir_all(path.join("store/d/e/f")).expect("the folder is ours");
        fs::write(path.join("store/d/e/file"), "").expect("the folder is ours");
        symlink("../../outside", path.join("store/d/link")).expect("the folder is ours");
        store.remove("d").await.expect("it is a dictionary");
        assert_eq!(store.exists("d").await, Ok(None));
        assert!(path.join("outside/kept").exists());
        assert_eq!(
            fs::read_dir(path.join("store")).expect("it is there").count(),
            0,
            "nothing is left behind"
        );
    });
}

#[test]
fn a_file_that_is_being_written_is_not_there() {
    check(async |path, store| {
        fs::write(path.join("store/.unik-1-2.tmp"), "half").expect("the folder is ours");
        assert_eq!(refused(&store, ".unik-1-2.tmp").await, Some(ErrorKind::NotFound));
        assert_eq!(store.exists(".unik-1-2.tmp").await, Ok(None));
        assert_eq!(store.list("").await, Ok(vec![]));
        assert!(store.set(".unik-1-2.tmp", b"").await.is_err());
    });
}

#[test]
fn an_open_value_is_read_on_when_another_takes_its_name() {
    check(async |_, store| {
        store.set("a", b"old").await.expect("the key is well-formed");
        let value = store.open("a").await.expect("it was set");
        store.set("a", b"new!").await.expect("the key is well-formed");
        assert_eq!(value.read(0, 10).await.expect("it is open"), b"old"[..]);
        assert_eq!(value.meta().size, 3);
    });
}

#[test]
fn a_file_that_shrinks_gives_what_is_left() {
    check(async |path, store| {
        store.set("a", &[b'a'; 1000]).await.expect("the key is well-formed");
        let value = store.open("a").await.expect("it was set");
        fs::write(path.join("store/a"), "b").expect("the folder is ours");
        assert_eq!(value.read(0, 1000).await.expect("it is open"), b"b"[..]);
        assert_eq!(value.read(500, 500).await.expect("it is open"), b""[..]);
    });
}

#[test]
fn nobody_gets_out_while_folders_turn_into_links() {
    check(async |path, store| {
        let inside = path.join("store");
        fs::create_dir(path.join("outside")).expect("the folder is ours");
        fs::write(path.join("outside/file"), "secret").expect("the folder is ours");
        fs::create_dir(inside.join("here")).expect("the folder is ours");
        fs::write(inside.join("here/file"), "public").expect("the folder is ours");
        symlink(path.join("outside"), inside.join("there")).expect("the folder is ours");
        let stop = Arc::new(AtomicBool::new(false));
        let turning = {
            let (stop, inside) = (stop.clone(), inside.clone());
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let flags = rustix::fs::RenameFlags::EXCHANGE;
                    let turned =
                        rustix::fs::renameat_with(CWD, inside.join("here"), CWD, inside.join("there"), flags);
                    turned.expect("the folder is ours");
                }
            })
        };
        let mut seen = 0;
        for _ in 0..20_000 {
            if let Ok(bytes) = store.get("here/file").await {
                assert_eq!(bytes, b"public"[..]);
                seen += 1;
            }
        }
        stop.store(true, Ordering::Relaxed);
        turning.join().expect("it does not panic");
        assert!(seen > 0, "half of the time the folder is there");
    });
}
