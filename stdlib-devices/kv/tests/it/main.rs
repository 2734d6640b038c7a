//! The stores in memory keep what `unik::kv` promises. The folder of the host is tested beside its code, with both of its ways.

use unik::clock::Timestamp;
use unik::http::Site;
use unik::kv::{File, Files, ReadOnly, Tag, Value};
use unik_conformance::{http, kv, virtual_time};
use unik_kv::{Crunch, Mem};

const fn file(path: &'static str, data: &'static [u8]) -> File {
    File { path, data, tag: Tag::of(data), modified: Some(Timestamp { seconds: 7, nanoseconds: 0 }) }
}

static NONE: Files = Files::new(&[]);

fn crunched(content: &'static [(&'static str, &'static [u8])]) -> &'static Files {
    let mut files: Vec<File> = content.iter().map(|(path, data)| file(path, data)).collect();
    files.sort_by_key(|file| file.path);
    Box::leak(Box::new(Files::new(files.leak())))
}

#[test]
fn crunched_files_are_a_store() {
    virtual_time::run(async |_| {
        let Ok(store) = Crunch::new(crunched(kv::SAMPLE)).await;
        kv::read_only(&store, kv::SAMPLE).await;
        let Ok(empty) = Crunch::new(&NONE).await;
        kv::read_only(&empty, &[]).await;
    });
}

#[test]
fn a_site_of_crunched_files_is_a_handler() {
    virtual_time::run(async |_| {
        let Ok(store) = Crunch::new(crunched(kv::SAMPLE)).await;
        http::handler(&Site::new(store), "/d/file").await;
    });
}

#[test]
fn crunched_files_are_not_copied() {
    virtual_time::run(async |_| {
        let Ok(store) = Crunch::new(crunched(kv::SAMPLE)).await;
        let (key, data) = kv::SAMPLE[0];
        let value = store.open(key).await.expect("it is in the sample");
        assert_eq!(value.read(1, 5).await.expect("it is in memory").as_ptr(), data[1..].as_ptr());
        assert_eq!(value.meta().modified.map(|modified| modified.seconds), Some(7));
    });
}

#[test]
fn memory_is_a_store() {
    virtual_time::run(async |_| {
        let Ok(store) = Mem::new().await;
        kv::read_only(&store, &[]).await;
        kv::read_write(&store).await;
    });
}

#[test]
fn clones_of_memory_are_the_same_store() {
    virtual_time::run(async |_| {
        let Ok(store) = Mem::new().await;
        kv::read_write(&store.clone()).await;
        unik::kv::ReadWrite::set(&store.clone(), "a", b"b").await.expect("the key is well-formed");
        kv::read_only(&store, &[("a", b"b")]).await;
    });
}
