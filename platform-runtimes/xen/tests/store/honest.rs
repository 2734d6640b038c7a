//! A server that keeps to the protocol: nodes, transactions, watches, many tasks at once, and the store as a device.

use std::time::Duration;

use unik::concurrent::{join_all, race};
use unik::kv::{Kind, ReadOnly, ReadWrite};
use unik_xen::store::{Error, Nodes, Refusal, Values, Watch, transaction};

use crate::bench::run;

#[test]
fn nodes_are_read_written_and_removed() {
    run(&[("/tool", "x"), ("name", "guest")], async |server, store, _| {
        assert_eq!(store.read("name").await, Ok(b"guest".to_vec()));
        assert_eq!(store.text("nothing").await, Ok(None));
        assert_eq!(store.read("nothing").await, Err(Error::Refused(Refusal::NotFound)));
        assert_eq!(store.write("data/a/b", b"\0\xff").await, Ok(()));
        assert_eq!(store.read("data/a/b").await, Ok(b"\0\xff".to_vec()));
        assert_eq!(store.make("data/c").await, Ok(()));
        assert_eq!(store.directory("data").await, Ok(vec!["a".into(), "c".into()]));
        assert_eq!(store.directory("/").await, Ok(vec!["local".into(), "tool".into()]));
        assert_eq!(store.remove("data/a").await, Ok(()));
        assert_eq!(store.directory("data").await, Ok(vec!["c".into()]));
        assert_eq!(store.permissions("data").await, Ok(vec!["n7".into(), "r0".into()]));
        assert_eq!(store.set_permissions("data", &["n7", "b0"]).await, Ok(()));
        assert_eq!(store.domain_path(0).await.as_deref(), Ok("/local/domain/0"));
        assert_eq!(server.get("data/a/b"), None);
    });
}

#[test]
fn what_cannot_be_sent_is_not_sent() {
    run(&[], async |server, store, _| {
        assert_eq!(store.read("a b").await, Err(Error::Path("a b".into())));
        assert_eq!(store.write("a", &[b'x'; 4095]).await, Err(Error::TooLong { bytes: 4097 }));
        assert_eq!(store.set_permissions("a", &["n\0"]).await, Err(Error::Zero));
        assert!(server.seen.borrow().is_empty());
        // The longest that can be sent is the server's affair.
        assert_eq!(store.write("a", &[b'x'; 4094]).await, Err(Error::Refused(Refusal::Space)));
    });
}

#[test]
fn long_lists_come_in_parts() {
    run(&[], async |server, store, _| {
        let names: Vec<String> = (0..2000).map(|number| format!("name-{number:04}")).collect();
        for name in &names {
            server.set(&format!("many/{name}"), b"");
        }
        assert_eq!(store.directory("many").await, Ok(names));
    });
}

#[test]
fn many_tasks_share_one_ring() {
    for (step, backwards) in [(usize::MAX, false), (usize::MAX, true), (1, false), (37, true), (1023, true)] {
        run(&[], async |server, store, _| {
            server.step.set(step);
            server.backwards.set(backwards);
            let tasks = (0..100_usize).map(|number| {
                let store = store.clone();
                async move {
                    let (path, value) = (format!("t/{number}"), vec![number as u8; number * 20]);
                    assert_eq!(store.write(&path, &value).await, Ok(()));
                    assert_eq!(store.read(&path).await, Ok(value));
                }
            });
            join_all(tasks).await;
            assert_eq!(server.seen.borrow().len(), 200);
        });
    }
}

#[test]
fn a_task_that_goes_away_takes_nothing_with_it() {
    run(&[("a", "1")], async |server, store, executor| {
        server.silent.borrow_mut().push(2);
        // More than there are places, so that some have not even been sent.
        let gone = join_all((0..40).map(|_| store.read("a")));
        let late = executor.sleep(Duration::from_secs(1));
        race(async { drop(gone.await) }, late).await;
        server.silent.borrow_mut().clear();
        assert_eq!(store.read("a").await, Ok(b"1".to_vec()));

        // A transaction whose starter has gone is ended all the same.
        let started = transaction(&store, async |_| {
            executor.sleep(Duration::from_secs(60)).await;
            Ok(())
        });
        race(async { drop(started.await) }, executor.sleep(Duration::from_secs(1))).await;
        assert_eq!(store.read("a").await, Ok(b"1".to_vec()));
        assert_eq!(server.transactions(), 0);
    });
}

#[test]
fn transactions_are_tried_until_nobody_interferes() {
    run(&[("count", "0")], async |server, store, _| {
        server.again.set(5);
        let add = async || {
            transaction(&store, async |open| {
                let count = open.text("count").await?.and_then(|text| text.parse::<u32>().ok());
                open.write("count", (count.unwrap_or(0) + 1).to_string().as_bytes()).await
            })
            .await
        };
        let tasks: Vec<_> = (0..8).map(|_| add()).collect();
        assert!(join_all(tasks).await.iter().all(Result::is_ok));
        assert_eq!(server.get("count").as_deref(), Some("8"));

        // One that fails has never been.
        let failed = transaction(&store, async |open| {
            open.write("count", b"lost").await?;
            open.read("nothing").await
        });
        assert_eq!(failed.await, Err(Error::Refused(Refusal::NotFound)));
        assert_eq!(store.read("count").await, Ok(b"8".to_vec()));
        assert_eq!(server.transactions(), 0);

        server.again.set(usize::MAX);
        assert_eq!(add().await, Err(Error::Contended));
    });
}

#[test]
fn watches_tell_of_what_changes() {
    run(&[("a/b", "1")], async |server, store, _| {
        let mut watch = Watch::new(&store, "a").await.expect("it is watched");
        let mut other = Watch::new(&store, "/tool").await.expect("it is watched");
        assert_eq!(watch.next().await.as_deref(), Ok("a"));
        assert_eq!(other.next().await.as_deref(), Ok("/tool"));
        server.set("a/b", b"2");
        server.set("a/b", b"3");
        server.set("a/c", b"4");
        assert_eq!(watch.next().await.as_deref(), Ok("a/b"));
        assert_eq!(store.read("a/c").await, Ok(b"4".to_vec()));
        assert_eq!(watch.next().await.as_deref(), Ok("a/c"));
        // More than anybody keeps count of.
        for number in 0..1000 {
            server.set(&format!("a/{number}"), b"");
        }
        assert_eq!(store.text("a/999").await, Ok(Some(String::new())));
        let mut told = Vec::new();
        while told.last().is_none_or(|path| path != "a/999") {
            told.push(watch.next().await.expect("the server is there"));
        }
        assert!(told.len() <= 32 && told.iter().any(|path| path == "a"), "{told:?}");
        drop((watch, other));
        assert_eq!(store.text("a/c").await.map(|text| text.is_some()), Ok(true));
        assert_eq!(server.watches(), 0);
    });
}

#[test]
fn a_folder_is_a_store_of_values() {
    run(&[("data", "")], async |server, store, _| {
        let values = Values::new(store.clone(), "data").expect("it is a path");
        unik_conformance::kv::read_write(&values).await;
        assert_eq!(server.get("data").as_deref(), Some(""), "the folder itself stays");
        values.set("a/b.c", b"1").await.expect("it can be written");
        assert_eq!(server.get("data/a/b@2ec").as_deref(), Some("1"));
        assert_eq!(values.exists("a").await, Ok(Some(Kind::Dictionary)));
        values.remove("a/b.c").await.expect("it is there");
        assert_eq!(values.exists("a").await, Ok(None), "an empty folder goes");
        // A folder that is not there is empty; the root has folders.
        let nowhere = Values::new(store.clone(), "nowhere").expect("it is a path");
        assert_eq!(nowhere.list("").await, Ok(Vec::new()));
        let root = Values::new(store.clone(), "/").expect("it is a path");
        assert_eq!(root.exists("local/domain").await, Ok(Some(Kind::Dictionary)));
        assert_eq!(root.list("").await.map(|entries| entries.len()), Ok(1));
        assert!(Values::new(store, "a.b").is_err());
    });
}
