//! Paths as text: joining and tidying, without asking the disk.

use smol_str::SmolStr;

/// `path` seen from `folder`, with `.`, `..` and doubled slashes taken out as far as they can be.
pub fn join(folder: &str, path: &str) -> SmolStr {
    match path.starts_with('/') || folder.is_empty() {
        true => tidy(path),
        false => tidy(&format!("{folder}/{path}")),
    }
}

/// The folder of a file; empty for a file of the working directory.
pub fn folder(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => "",
    }
}

/// The last name of a path.
pub fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn tidy(path: &str) -> SmolStr {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match absolute {
        true => SmolStr::new(format!("/{joined}")),
        false => SmolStr::new(joined),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_tidied() {
        let check = |folder, path, expected| assert_eq!(join(folder, path), expected, "{folder} + {path}");
        check("", "./app.unik", "app.unik");
        check("a/b", "../c.unik", "a/c.unik");
        check("", "../c.unik", "../c.unik");
        check("..", "../c.unik", "../../c.unik");
        check("/", "../c.unik", "/c.unik");
        check("a", "/x//y/./z", "/x/y/z");
        check("a", "data/", "a/data");
        check("a", ".", "a");
        assert_eq!((folder("a/b.unik"), folder("b.unik"), folder("/b")), ("a", "", "/"));
        assert_eq!((name("a/b.unik"), name("b")), ("b.unik", "b"));
    }
}
