//! Images on a host with Xen, run by the script that lies beside each, as an operator would in dom0.

use crate::image::Image;
use crate::xen::Host;

impl Host {
    /// Starts an image by its launcher. `options` are the launcher's, `boot` are boot arguments. One at a time.
    #[track_caller]
    pub fn launch(&mut self, image: &Image, options: &[&str], boot: &[&str]) {
        let name = image.path.file_name().expect("an image is a file").to_string_lossy().into_owned();
        self.put(&format!("/guest/{name}"), &image.path);
        self.put(&format!("/guest/{name}.sh"), &image.launcher);
        let mut command = format!("sh /guest/{name}.sh");
        for word in options.iter().chain(&["--"]).chain(boot) {
            command += &format!(" '{}'", word.replace('\'', r"'\''"));
        }
        self.sh(&format!(
            "{{ {command} >/run/console 2>&1 & echo $! >/run/launcher; wait $!; echo \"=== exit code $?\" >/run/console; }} \
             </dev/null >/dev/null 2>&1 &
            until [ -s /run/launcher ]; do usleep 10000; done"
        ));
    }

    /// Waits for the end of the launcher: the exit code, and everything that was said since the host runs.
    #[track_caller]
    pub fn end(&mut self) -> (i32, String) {
        let line = self.says("=== exit code ");
        self.sh("rm /run/launcher");
        let code = line.rsplit(' ').next().and_then(|code| code.parse().ok());
        (code.expect("it is a number"), self.console.said().join("\n"))
    }

    /// Waits for its end, which must have this code, and some line these words.
    #[track_caller]
    pub fn exits(&mut self, code: i32, words: &str) {
        let (found, said) = self.end();
        assert_eq!(found, code, "the exit code");
        assert!(said.contains(words), "it has not said `{words}`");
    }

    /// Asks it to stop, as an operator would; it must do so cleanly.
    #[track_caller]
    pub fn stops(&mut self) {
        self.sh("kill -TERM $(cat /run/launcher)");
        let (code, _) = self.end();
        assert_eq!(code, 0, "the exit code after it was asked to stop");
    }
}
