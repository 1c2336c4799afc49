//! Every script of tests/screens at more sizes than are written there: what holds of all screens.

use std::fs;

use crate::screens::played;

/// The least, the usual one, a large one.
const SIZES: [(u16, u16); 3] = [(40, 10), (80, 24), (200, 60)];

/// The scripts by their names.
fn scripts() -> Vec<(String, String)> {
    let folder = crate::project("tests/screens");
    let mut scripts = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let script = text.split("\n--- ").next().unwrap().trim_end().to_string();
        scripts.push((path.file_stem().unwrap().to_string_lossy().into_owned(), script));
    }
    scripts.sort();
    scripts
}

#[test]
fn ascii_screens_are_ascii() {
    for (name, script) in scripts() {
        for size in SIZES {
            let stage = played(&format!("ascii\n{script}"), size);
            let (buffer, _) = stage.buffer();
            for y in 0..size.1.min(stage.app.size.1) {
                for x in 0..size.0.min(stage.app.size.0) {
                    let symbol = buffer[(x, y)].symbol();
                    assert!(
                        symbol.is_ascii(),
                        "{name} at {size:?}: {symbol:?} at {x},{y}\n{}",
                        stage.screen()
                    );
                }
            }
        }
    }
}

#[test]
fn another_size_and_back_loses_nothing() {
    let mut wrong = Vec::new();
    for (name, script) in scripts() {
        for size in [(80, 24), (200, 60)] {
            let mut stage = played(&script, size);
            let own = stage.app.size;
            // Reading may have left more out of view than there is need to.
            stage.line(&format!("resize {}x{}", own.0, own.1));
            let before = stage.screen();
            for other in [(200, 60), (80, 24), (60, 16), (40, 10), (20, 5), (40, 10), (120, 40)] {
                stage.line(&format!("resize {}x{}", other.0, other.1));
                stage.screen();
            }
            stage.line(&format!("resize {}x{}", own.0, own.1));
            let after = stage.screen();
            if before != after {
                wrong.push(format!("{name} at {size:?}\n{before}\n{after}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}
