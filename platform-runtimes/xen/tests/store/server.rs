//! A server of XenStore over a page: one domain, transactions, watches, and misbehaviour on demand.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use unik_driver::Memory;
use unik_driver::space::Piece;

pub type Tree = BTreeMap<String, Vec<u8>>;

/// The folder of the domain.
pub const HOME: &str = "/local/domain/7/";

struct Open {
    tree: Tree,
    seen: u64,
}

pub struct Server {
    pub page: Rc<Piece>,
    pub notified: Cell<bool>,
    pub tree: RefCell<Tree>,
    version: Cell<u64>,
    open: RefCell<BTreeMap<u32, Open>>,
    next: Cell<u32>,
    watches: RefCell<Vec<(String, String)>>,
    input: RefCell<Vec<u8>>,
    pub output: RefCell<VecDeque<u8>>,
    /// How many bytes it moves at a time.
    pub step: Cell<usize>,
    /// How many commits it still refuses with EAGAIN.
    pub again: Cell<usize>,
    /// Answers are turned round: the last request first.
    pub backwards: Cell<bool>,
    /// Requests of these kinds are not answered.
    pub silent: RefCell<Vec<u32>>,
    /// Requests as they came: kind and words.
    pub seen: RefCell<Vec<(u32, String)>>,
}

fn absolute(path: &str) -> String {
    match path.strip_prefix('/') {
        Some(_) => path.trim_end_matches('/').into(),
        None => format!("{HOME}{path}"),
    }
}

impl Server {
    pub fn new(page: Rc<Piece>, tree: &[(&str, &str)]) -> Self {
        let server = Self {
            page,
            notified: Cell::new(false),
            tree: RefCell::default(),
            version: Cell::new(0),
            open: RefCell::default(),
            next: Cell::new(1),
            watches: RefCell::default(),
            input: RefCell::default(),
            output: RefCell::default(),
            step: Cell::new(usize::MAX),
            again: Cell::new(0),
            backwards: Cell::new(false),
            silent: RefCell::default(),
            seen: RefCell::default(),
        };
        server.tree.borrow_mut().insert(String::new(), Vec::new());
        for (path, value) in tree {
            server.set(path, value.as_bytes());
        }
        server
    }

    /// What the tools write.
    pub fn set(&self, path: &str, value: &[u8]) {
        insert(&mut self.tree.borrow_mut(), &absolute(path), value);
        self.changed(&[absolute(path)]);
    }

    pub fn remove(&self, path: &str) {
        let path = absolute(path);
        self.tree.borrow_mut().retain(|key, _| !below(key, &path));
        self.changed(&[path]);
    }

    pub fn get(&self, path: &str) -> Option<String> {
        let tree = self.tree.borrow();
        tree.get(&absolute(path)).map(|value| String::from_utf8_lossy(value).into_owned())
    }

    pub fn watches(&self) -> usize {
        self.watches.borrow().len()
    }

    pub fn transactions(&self) -> usize {
        self.open.borrow().len()
    }

    fn changed(&self, paths: &[String]) {
        self.version.set(self.version.get() + 1);
        for path in paths {
            for (watched, token) in &*self.watches.borrow() {
                let absolute = absolute(watched);
                // A removed folder tells those who watch below it too.
                let event = if below(path, &absolute) {
                    if watched.starts_with('/') { path.clone() } else { path.replacen(HOME, "", 1) }
                } else if below(&absolute, path) {
                    watched.clone()
                } else {
                    continue;
                };
                self.send(15, 0, 0, format!("{event}\0{token}\0").as_bytes());
            }
        }
    }

    /// Sends a message.
    pub fn send(&self, kind: u32, request: u32, transaction: u32, message: &[u8]) {
        let mut output = self.output.borrow_mut();
        for number in [kind, request, transaction, message.len() as u32] {
            output.extend(number.to_le_bytes());
        }
        output.extend(message);
    }

    /// Forgets the connection, and says that it is there again.
    pub fn start_anew(&self) {
        self.input.borrow_mut().clear();
        self.output.borrow_mut().clear();
        self.watches.borrow_mut().clear();
        self.open.borrow_mut().clear();
        for offset in [2048, 2052, 2056, 2060, 2068] {
            self.page.store32(offset, 0);
        }
    }

    /// Looks at the ring, if it was told to; whether anything has moved.
    pub fn work(&self) -> bool {
        if self.page.load32(2064) & 1 != 0 && self.page.load32(2068) == 1 {
            self.start_anew();
            return true;
        }
        let mut moved = false;
        if self.notified.replace(false) {
            let (consumed, produced) = (self.page.load32(2048), self.page.load32(2052));
            let there = produced.wrapping_sub(consumed);
            assert!(there <= 1024, "the client overruns the ring");
            let count = (there as usize).min(self.step.get()) as u32;
            for at in 0..count {
                let byte = self.page.load8((consumed.wrapping_add(at) % 1024) as usize);
                self.input.borrow_mut().push(byte);
            }
            self.page.store32(2048, consumed.wrapping_add(count));
            // What is left it remembers; so it does with a full ring of answers.
            self.notified.set(count < there || !self.output.borrow().is_empty());
            moved |= count > 0;
            self.serve();
        }
        moved | self.flush()
    }

    fn flush(&self) -> bool {
        let (consumed, produced) = (self.page.load32(2056), self.page.load32(2060));
        let room = 1024_u32.wrapping_sub(produced.wrapping_sub(consumed)) as usize;
        let mut output = self.output.borrow_mut();
        let count = room.min(output.len()).min(self.step.get());
        for (at, byte) in output.drain(..count).enumerate() {
            let offset = 1024 + (produced.wrapping_add(at as u32) % 1024) as usize;
            self.page.store8(offset, byte);
        }
        self.page.store32(2060, produced.wrapping_add(count as u32));
        count > 0
    }

    fn serve(&self) {
        let mut requests = Vec::new();
        loop {
            let mut input = self.input.borrow_mut();
            let Some(header) = input.get(..16) else { break };
            let number = |at: usize| u32::from_le_bytes(header[4 * at..][..4].try_into().expect("four"));
            let (kind, request, transaction, length) = (number(0), number(1), number(2), number(3) as usize);
            assert!(length <= 4096, "the client sends too long a message");
            if input.len() < 16 + length {
                break;
            }
            let rest = input.split_off(16 + length);
            let message = std::mem::replace(&mut *input, rest).split_off(16);
            requests.push((kind, request, transaction, message));
        }
        if self.backwards.get() {
            requests.reverse();
        }
        for (kind, request, transaction, message) in requests {
            self.seen.borrow_mut().push((kind, String::from_utf8_lossy(&message).into_owned()));
            if self.silent.borrow().contains(&kind) {
                continue;
            }
            match self.answer(kind, transaction, &message) {
                Ok(answer) => self.send(kind, request, transaction, &answer),
                Err(word) => self.send(16, request, transaction, format!("{word}\0").as_bytes()),
            }
            if kind == 4 {
                let text = String::from_utf8_lossy(&message).into_owned();
                self.send(15, 0, 0, text.as_bytes());
            }
        }
    }

    fn answer(&self, kind: u32, transaction: u32, message: &[u8]) -> Result<Vec<u8>, &'static str> {
        let words: Vec<&[u8]> = message.splitn(2, |byte| *byte == 0).collect();
        let path = String::from_utf8(words[0].to_vec()).map_err(|_| "EINVAL")?;
        let rest = words.get(1).copied().unwrap_or_default();
        let ok = b"OK\0".to_vec();
        match kind {
            4 | 5 => {
                let token = String::from_utf8_lossy(rest).trim_end_matches('\0').to_owned();
                let mut watches = self.watches.borrow_mut();
                let known = watches.iter().position(|watch| *watch == (path.clone(), token.clone()));
                match (kind, known) {
                    (4, None) => watches.push((path, token)),
                    (4, Some(_)) => return Err("EEXIST"),
                    (_, Some(at)) => drop(watches.remove(at)),
                    (_, None) => return Err("ENOENT"),
                }
                return Ok(ok);
            }
            6 => {
                let number = self.next.replace(self.next.get() + 1);
                let open = Open { tree: self.tree.borrow().clone(), seen: self.version.get() };
                self.open.borrow_mut().insert(number, open);
                return Ok(format!("{number}\0").into_bytes());
            }
            7 => return self.end(transaction, &path).map(|()| ok),
            10 => return Ok(format!("/local/domain/{path}\0").into_bytes()),
            _ => {}
        }
        let path = absolute(&path);
        if transaction != 0 {
            let mut open = self.open.borrow_mut();
            let open = open.get_mut(&transaction).ok_or("ENOENT")?;
            return node(&mut open.tree, kind, &path, rest);
        }
        let answer = node(&mut self.tree.borrow_mut(), kind, &path, rest)?;
        if matches!(kind, 11..=14) {
            self.changed(&[path]);
        }
        Ok(answer)
    }

    fn end(&self, transaction: u32, commit: &str) -> Result<(), &'static str> {
        let open = self.open.borrow_mut().remove(&transaction).ok_or("ENOENT")?;
        if commit != "T" {
            return Ok(());
        }
        let refused = self.again.get() > 0;
        self.again.set(self.again.get().saturating_sub(1));
        if refused || open.seen != self.version.get() {
            return Err("EAGAIN");
        }
        let old = self.tree.replace(open.tree);
        let new = self.tree.borrow().clone();
        let differs = |path: &&String| old.get(*path) != new.get(*path);
        let paths: Vec<String> = new.keys().chain(old.keys()).filter(differs).cloned().collect();
        self.changed(&paths);
        Ok(())
    }
}

fn below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn insert(tree: &mut Tree, path: &str, value: &[u8]) {
    for (end, _) in path.match_indices('/') {
        tree.entry(path[..end].into()).or_default();
    }
    tree.insert(path.into(), value.into());
}

fn node(tree: &mut Tree, kind: u32, path: &str, rest: &[u8]) -> Result<Vec<u8>, &'static str> {
    let names = || -> Vec<u8> {
        let prefix = format!("{path}/");
        let below = tree.keys().filter_map(|key| key.strip_prefix(&prefix));
        below.filter(|name| !name.contains('/')).flat_map(|name| format!("{name}\0").into_bytes()).collect()
    };
    let there = tree.contains_key(path);
    match kind {
        // Nobody is told what there is not where he may not look.
        1 | 2 | 3 | 14 | 22 if !there => Err(if path.starts_with(HOME) { "ENOENT" } else { "EACCES" }),
        1 if names().len() > 4096 => Err("E2BIG"),
        1 => Ok(names()),
        22 => {
            let offset: usize =
                String::from_utf8_lossy(rest).trim_end_matches('\0').parse().map_err(|_| "EINVAL")?;
            let mut all = names();
            all.push(0);
            let part = &all[offset.min(all.len())..];
            Ok([b"17\0", &part[..part.len().min(4000)]].concat())
        }
        2 => Ok(tree[path].clone()),
        3 => Ok(b"n7\0r0\0".to_vec()),
        11 if rest.len() > 2048 => Err("ENOSPC"),
        11 => {
            insert(tree, path, rest);
            Ok(b"OK\0".to_vec())
        }
        12 => {
            if !there {
                insert(tree, path, b"");
            }
            Ok(b"OK\0".to_vec())
        }
        13 => {
            tree.retain(|key, _| !below(key, path));
            Ok(b"OK\0".to_vec())
        }
        14 => Ok(b"OK\0".to_vec()),
        _ => Err("ENOSYS"),
    }
}
