use unik_source::{Anchor, FileId, Place, Span};
fn base() -> Place {
    Place { file: FileId(0), anchor: Anchor(0), span: Span::at(0) }
}
#[test]
fn smoke() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    for file in [
        "examples/file-server/app.unik",
        "stdlib-devices/kv/kv.unik",
        "stdlib-devices/net/net.unik",
        "stdlib-devices/http/http.unik",
        "stdlib-devices/log/log.unik",
        "platform-runtimes/unix/unix.unik",
        "stdlib-devices/clock/clock.unik",
        "stdlib-devices/random/random.unik",
    ] {
        let text = std::fs::read_to_string(format!("{root}/{file}")).unwrap();
        for item in unik_syntax::split(&text) {
            let t = &text[item.span.range()];
            let (tree, d) = unik_syntax::parse_item(t, base());
            println!("{} {:?} {:?}", item.keyword, item.name, tree.kind);
            assert!(d.is_empty(), "{t}\n{d:#?}");
        }
    }
}
