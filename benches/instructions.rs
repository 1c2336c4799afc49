//! Does one phase of the translation of one text a number of times, so that the instructions of one time can be
//! counted exactly: `benches/count` takes the difference of two runs.

#[path = "texts/mod.rs"]
mod texts;

use kqlhunt::compile::{Options, compile};
use kqlhunt::plan::{bind, prune};
use kqlhunt::syntax::{parse, tokens};
use std::hint::black_box;

/// `check` is what follows each typed letter: `compile`, with advice.
const PHASES: [&str; 7] = ["tokens", "parse", "bind", "prune", "sql", "compile", "check"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [text, phase, times] = arguments.as_slice() else {
        // `cargo bench` and `cargo test` start every bench without arguments.
        for (name, _) in texts::all() {
            println!("{name} {}", PHASES.join(" "));
        }
        return;
    };
    let (_, text) = texts::all().into_iter().find(|(name, _)| name == text).expect("a text of the list");
    let times = times.parse().expect("a number of times");
    run(&text, phase, times);
}

fn run(text: &str, phase: &str, times: usize) {
    let schema = kqlhunt::catalog::tables::schema();
    let options = Options { now: kqlhunt::ticks::UNIX_EPOCH, ..Options::default() };
    let advised = Options { advice: true, ..options.clone() };
    let (script, mistakes) = parse(text);
    assert_eq!(mistakes, []);
    let bound = bind(&script, text, &schema, &options, None);
    assert_eq!(bound.diagnostics, []);
    let plan = bound.plans.into_iter().next().expect("each text is a query");
    let mut pruned = plan.clone();
    prune(&mut pruned);
    let mut plans = if phase == "prune" { vec![plan; times] } else { Vec::new() };
    for _ in 0..times {
        match phase {
            "tokens" => drop(black_box(tokens(text))),
            "parse" => drop(black_box(parse(text))),
            "bind" => drop(black_box(bind(&script, text, &schema, &options, None))),
            "prune" => plans.pop().iter_mut().for_each(prune),
            "sql" => drop(black_box(kqlhunt::sql::write(&pruned, None))),
            "compile" => drop(black_box(compile(text, &schema, &options))),
            "check" => drop(black_box(compile(text, &schema, &advised))),
            _ => panic!("the phases are {}", PHASES.join(", ")),
        }
    }
}
