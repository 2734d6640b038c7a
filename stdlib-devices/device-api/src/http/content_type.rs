//! The media type of a file, by the extension of its name.
//!
//! A table in alphabetical order, which is searched by halves. What is not in it is a row of bytes.

/// The media type of a name. Texts are said to be UTF-8.
pub fn content_type(name: &str) -> &'static str {
    let name = name.as_bytes();
    match name.iter().rposition(|byte| matches!(byte, b'.' | b'/')) {
        // `.txt` is a hidden file without an extension.
        Some(dot) if dot > 0 && name[dot] == b'.' && name[dot - 1] != b'/' => of_extension(&name[dot + 1..]),
        _ => UNKNOWN,
    }
}

fn of_extension(extension: &[u8]) -> &'static str {
    // A zero is what the numbers are filled up with.
    if extension.len() > LONGEST || extension.contains(&0) {
        return UNKNOWN;
    }
    let mut key = [0; LONGEST];
    key[..extension.len()].copy_from_slice(extension);
    key.make_ascii_lowercase();
    match KEYS.binary_search(&u128::from_be_bytes(key)) {
        Ok(index) => TYPES[index].1,
        Err(_) => UNKNOWN,
    }
}

const UNKNOWN: &str = "application/octet-stream";
const LONGEST: usize = 16;

/// The extensions as numbers that are in the same order, so that a search compares numbers.
static KEYS: [u128; TYPES.len()] = {
    let (mut keys, mut index) = ([0; TYPES.len()], 0);
    while index < TYPES.len() {
        let (extension, mut at) = (TYPES[index].0.as_bytes(), 0);
        while at < extension.len() {
            keys[index] |= digit(extension[at], at);
            at += 1;
        }
        index += 1;
    }
    keys
};

const fn digit(byte: u8, at: usize) -> u128 {
    (byte as u128) << (8 * (LONGEST - 1 - at))
}

const TYPES: &[(&str, &str)] = &[
    ("7z", "application/x-7z-compressed"),
    ("aac", "audio/aac"),
    ("apng", "image/apng"),
    ("atom", "application/atom+xml"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("bz2", "application/x-bzip2"),
    ("c", "text/plain; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("h", "text/plain; charset=utf-8"),
    ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/vnd.microsoft.icon"),
    ("ics", "text/calendar; charset=utf-8"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("jsonld", "application/ld+json"),
    ("jxl", "image/jxl"),
    ("log", "text/plain; charset=utf-8"),
    ("m4a", "audio/mp4"),
    ("map", "application/json"),
    ("md", "text/markdown; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("ogv", "video/ogg"),
    ("opus", "audio/ogg"),
    ("otf", "font/otf"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("rs", "text/plain; charset=utf-8"),
    ("rss", "application/rss+xml"),
    ("rtf", "application/rtf"),
    ("sh", "text/x-shellscript; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("toml", "application/toml"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain; charset=utf-8"),
    ("vtt", "text/vtt; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webmanifest", "application/manifest+json"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xhtml", "application/xhtml+xml"),
    ("xml", "application/xml"),
    ("xz", "application/x-xz"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("zip", "application/zip"),
    ("zst", "application/zstd"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(content_type(name), expected, "{name}");
    }

    #[test]
    fn the_extension_decides() {
        check("index.html", "text/html; charset=utf-8");
        check("/a/b.c/INDEX.HTML", "text/html; charset=utf-8");
        check("logo.svg", "image/svg+xml");
        check("app.webmanifest", "application/manifest+json");
        check("archive.tar.gz", "application/gzip");
        check("a.woff2", "font/woff2");
    }

    #[test]
    fn what_is_unknown_is_a_row_of_bytes() {
        for name in [
            "",
            "/",
            "html",
            "a.html/b",
            ".html",
            "a.",
            "a.htmlx",
            "a.veryverylongextension",
            "a.html\0",
            "a.ht\u{fc}",
        ] {
            check(name, UNKNOWN);
        }
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(KEYS.is_sorted_by(|a, b| a < b));
        assert!(
            TYPES
                .iter()
                .all(|(extension, media_type)| content_type(&alloc::format!("a.{extension}")) == *media_type)
        );
    }
}
