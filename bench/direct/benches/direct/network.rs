//! A network of the benchmark's own: it runs itself again in a network namespace, with a tap interface.

use std::process::Command;

use crate::Result;

/// The interface that the direct stack has the other end of.
pub(crate) const INTERFACE: &str = "bench0";
/// The host's end.
const HOST: &str = "10.77.0.1/24";
/// Says that this is the run inside.
const INSIDE: &str = "UNIK_BENCH_INSIDE";

/// Whether this is the run inside. The run outside starts it and waits for it.
pub(crate) fn enter() -> Result<bool> {
    if std::env::var_os(INSIDE).is_some() {
        run("ip", "link set lo up")?;
        run("ip", &format!("tuntap add dev {INTERFACE} mode tap"))?;
        run("ip", &format!("addr add {HOST} dev {INTERFACE}"))?;
        run("ip", &format!("link set {INTERFACE} up"))?;
        return Ok(true);
    }
    let mut command = Command::new("unshare");
    command.arg("--net").arg(std::env::current_exe()?).args(std::env::args_os().skip(1));
    let status = command.env(INSIDE, "1").status().map_err(|error| format!("unshare: {error}"))?;
    if status.success() { Ok(false) } else { Err(format!("inside the network: {status}").into()) }
}

fn run(program: &str, words: &str) -> Result<()> {
    let status = Command::new(program).args(words.split(' ')).status();
    let status = status.map_err(|error| format!("{program}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} {words}: {status}").into()) }
}
