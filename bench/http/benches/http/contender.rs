//! Servers that are compared: how each is started on the first core, asked once, weighed and ended.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Result;

/// A program and how it is told its port.
pub(crate) struct Contender {
    name: &'static str,
    port: u16,
    command: Command,
}

impl Contender {
    /// On a free port, or on one that the program insists on.
    pub(crate) fn file_server(program: &Path, port: Option<u16>) -> Result<Contender> {
        let port = port.map_or_else(free_port, Ok)?;
        let mut command = pinned(program);
        command.arg("--port").arg(port.to_string());
        Ok(Contender { name: "file server", port, command })
    }

    pub(crate) fn bare_loop(program: &Path, length: usize) -> Result<Contender> {
        let port = free_port()?;
        let mut command = pinned(program);
        command.arg(port.to_string()).arg(length.to_string());
        Ok(Contender { name: "bare loop", port, command })
    }

    /// nginx with one worker, without a log, and with all that makes it faster on one small file.
    pub(crate) fn nginx(folder: &Path, page: &str) -> Result<Contender> {
        let port = free_port()?;
        let at = folder.display();
        // A worker of another user must be able to read it.
        let site = folder.join("site");
        std::fs::create_dir(&site)?;
        std::fs::write(site.join("index.html"), page)?;
        for open in [folder, &site] {
            std::fs::set_permissions(open, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        }
        let config = format!(
            "worker_processes 1; daemon off; pid {at}/pid; error_log {at}/error.log;\n\
             events {{ worker_connections 4096; }}\n\
             http {{\n\
               types {{ text/html html; }}\n\
               access_log off; etag on; server_tokens off;\n\
               keepalive_requests 1000000000; open_file_cache max=16 inactive=600s;\n\
               client_body_temp_path {at}/a; proxy_temp_path {at}/b; fastcgi_temp_path {at}/c;\n\
               uwsgi_temp_path {at}/d; scgi_temp_path {at}/e;\n\
               server {{ listen 127.0.0.1:{port} backlog=4096; root {at}/site; }}\n\
             }}\n"
        );
        let path = folder.join("nginx.conf");
        std::fs::write(&path, config)?;
        let mut command = pinned(Path::new("nginx"));
        command.arg("-p").arg(folder).arg("-e").arg(folder.join("error.log")).arg("-c").arg(path);
        Ok(Contender { name: "nginx", port, command })
    }

    /// Starts it and waits until it listens.
    pub(crate) fn start(mut self) -> Result<Running> {
        let started = self.command.stdout(Stdio::null()).spawn();
        let child = started.map_err(|error| format!("{}: {error}", self.name))?;
        let mut running = Running { name: self.name, port: self.port, child };
        for _ in 0..200 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return Ok(running);
            }
            if let Some(status) = running.child.try_wait()? {
                return Err(format!("{} ended with {status}", running.name).into());
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        Err(format!("{} does not listen", running.name).into())
    }
}

/// A server that runs until it is dropped.
pub(crate) struct Running {
    pub(crate) name: &'static str,
    pub(crate) port: u16,
    child: Child,
}

impl Running {
    /// Asks for the page: whoever serves something else is not to be compared.
    pub(crate) fn check(&self, page: &str) -> Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        while !answer.windows(4).any(|window| window == b"\r\n\r\n") || answer.len() < page.len() {
            match stream.read(&mut buffer)? {
                0 => break,
                count => answer.extend_from_slice(&buffer[..count]),
            }
        }
        let ok = answer.starts_with(b"HTTP/1.1 200 OK\r\n") && content_length(&answer) == Some(page.len());
        if ok { Ok(()) } else { Err(format!("{}: {}", self.name, String::from_utf8_lossy(&answer)).into()) }
    }

    /// The process that answers: nginx does so in a child of the one that was started.
    fn serves(&self) -> String {
        let id = self.child.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        children.split_whitespace().next().map_or(id.to_string(), str::to_owned)
    }

    /// How long it has been on a processor, in microseconds.
    pub(crate) fn busy(&self) -> Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/schedstat", self.serves()))?;
        let nanoseconds: f64 = text.split_whitespace().next().ok_or("an empty schedstat")?.parse()?;
        Ok(nanoseconds / 1000.0)
    }

    /// The resident memory in kilobytes, now and at most: of the process that serves.
    pub(crate) fn memory(&self) -> Result<(u64, u64)> {
        let serves = self.serves();
        let status = std::fs::read_to_string(format!("/proc/{serves}/status"))?;
        let figure = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        Ok((figure("VmRSS:").ok_or("no VmRSS")?, figure("VmHWM:").ok_or("no VmHWM")?))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // By its id, with the signal on which nginx ends its worker too.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").arg(&id).status();
        let _ = self.child.wait();
    }
}

fn content_length(answer: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(answer);
    text.lines().find_map(|line| line.strip_prefix("Content-Length: "))?.trim().parse().ok()
}

fn pinned(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "0"]).arg(program);
    command
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
