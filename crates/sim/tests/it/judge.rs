//! Judged by `openwebifpy`, the client of Home Assistant, in a virtual environment below the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sim;

const PACKAGE: &str = "openwebifpy==4.3.1";

/// A Python with the package, made once; fails with what to install.
fn python() -> PathBuf {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/judges/openwebifpy");
    let python = home.join("bin/python");
    let works = |python: &Path| {
        let check = Command::new(python).args(["-c", "import openwebif.api"]).output();
        check.is_ok_and(|output| output.status.success())
    };
    if works(&python) {
        return python;
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&home), "apt-get install python3-venv");
    let hint = "a network on which pip reaches a package index";
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", PACKAGE]), hint);
    assert!(works(&python), "{PACKAGE} is installed but does not load");
    python
}

fn run(command: &mut Command, needed: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; needed: {needed}"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed; needed: {needed}\n{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn home_assistants_client_is_content() {
    let sim = sim(&[3], |config| config.auth = Some(("root".to_owned(), "dream".to_owned()))).await;
    assert!(sim.watch(Some(&sim.reference(3).unwrap())));
    let address = sim.web_addr();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judge_openwebif.py");
    let judged = tokio::task::spawn_blocking(move || {
        Command::new(python())
            .arg(script)
            .args([address.ip().to_string(), address.port().to_string()])
            .output()
            .expect("python runs")
    });
    let output = judged.await.unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("content:"), "{out}\n{err}");
    sim.shutdown().await;
}
