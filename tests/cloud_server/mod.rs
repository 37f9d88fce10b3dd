//! A local server that speaks S3, and a program that works with it.

#![allow(dead_code)] // Each test program uses its own part.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

/// The server, with the bucket `calls`.
pub struct Server {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    port: String,
}

impl Server {
    /// Starts it; `None`, said aloud, where there is no Python with moto
    /// (`sh tests/cloud_server/run.sh` gets one).
    pub fn start() -> Option<Server> {
        let python = env::var("EVENKEEL_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
        let imports = ["-c", "import moto.moto_server.werkzeug_app, boto3"];
        let has = Command::new(&python).args(imports).stderr(Stdio::null()).status();
        if !has.is_ok_and(|status| status.success()) {
            eprintln!(
                "left out: {python} has no moto[server]; sh tests/cloud_server/run.sh gets it"
            );
            return None;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cloud_server/server.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = child.stdin.take().unwrap();
        let mut from = BufReader::new(child.stdout.take().unwrap());
        let mut port = String::new();
        from.read_line(&mut port).unwrap();
        Some(Server { child, to, from, port: port.trim().to_owned() })
    }

    fn ask(&mut self, wish: &Value) -> Value {
        writeln!(self.to, "{wish}").unwrap();
        let mut answer = String::new();
        self.from.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    pub fn put(&mut self, key: &str, file: &Path) {
        self.ask(&json!({"do": "put", "key": key, "file": file}));
    }

    pub fn remove(&mut self, key: &str) {
        self.ask(&json!({"do": "remove", "key": key}));
    }

    /// All objects below `prefix`, with what tells their content.
    pub fn objects(&mut self, prefix: &str) -> BTreeMap<String, Value> {
        let Value::Object(all) = self.ask(&json!({"do": "objects"})) else { panic!() };
        all.into_iter().filter(|(key, _)| key.starts_with(prefix)).collect()
    }

    pub fn read(&mut self, key: &str) -> Vec<u8> {
        let file = tempfile::NamedTempFile::new().unwrap();
        self.ask(&json!({"do": "read", "key": key, "file": file.path()}));
        fs::read(file.path()).unwrap()
    }

    /// How many requests of a method there were since it was last asked.
    pub fn requests(&mut self, method: &str) -> u64 {
        self.ask(&json!({"do": "requests"}))[method].as_u64().unwrap()
    }

    /// Runs `command` until it has made so many requests of a method and begins another; then kills it.
    /// What it had begun is then dropped by the server, or done. `false` where it ended before.
    pub fn kill_in_the_midst(
        &mut self,
        mut command: Command,
        method: &str,
        after: u64,
        drop: bool,
    ) -> bool {
        self.ask(&json!({"do": "hold", "method": method, "after": after}));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let held = loop {
            if self.ask(&json!({"do": "held"})) == json!(true) {
                break true;
            }
            if child.try_wait().unwrap().is_some() {
                break false;
            }
        };
        // SIGKILL: nothing of it can be cleared up by the program itself.
        child.kill().unwrap();
        child.wait().unwrap();
        self.ask(&json!({"do": "release", "drop": drop}));
        held
    }

    /// The program, which finds the server by its environment.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.args(arguments);
        command.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port));
        command.env("AWS_ALLOW_HTTP", "true").env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.program(arguments).output().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Each file of each call of an archive, by its path below `calls`.
pub fn calls(archive: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for call in fs::read_dir(archive.join("calls")).into_iter().flatten() {
        let call = call.unwrap().path();
        for file in fs::read_dir(&call).unwrap() {
            let path = file.unwrap().path();
            let name = path.strip_prefix(archive.join("calls")).unwrap().to_owned();
            files.insert(name, fs::read(path).unwrap());
        }
    }
    files
}
