//! Kinds of join ("join operator" in the Kusto reference). Data only.

use super::{Construct, row};

macro_rules! joined {
    ($kind:literal, $rest:literal) => {
        concat!(
            "let L = datatable(k:long, v:string)[1, 'a', 1, 'b', 2, 'c']; ",
            "let R = datatable(k:long, w:string)[1, 'x', 3, 'y']; ",
            "L | join kind=",
            $kind,
            " R on k | ",
            $rest
        )
    };
}

pub static ROWS: &[Construct] = &[
    row(
        "innerunique",
        "One row of each key on the left, with each row of that key on the right.",
        (joined!("innerunique", "count"), "1"),
    )
    .note("The default; which row of a key is kept is Kusto's choice, and here the first."),
    row("inner", "Each pair of rows with the same key.", (joined!("inner", "count"), "2")),
    row("leftouter", "Each pair, and the rest of the left.", (joined!("leftouter", "count"), "3"))
        .note("Strings of the side that is missing are empty, all else is null."),
    row("rightouter", "Each pair, and the rest of the right.", (joined!("rightouter", "count"), "3")),
    row("fullouter", "Each pair, and the rest of both.", (joined!("fullouter", "count"), "4")),
    row("leftsemi", "Rows of the left whose key is on the right.", (joined!("leftsemi", "count"), "2")),
    row("rightsemi", "Rows of the right whose key is on the left.", (joined!("rightsemi", "count"), "1")),
    row(
        "leftanti",
        "Rows of the left whose key is not on the right.",
        (joined!("leftanti", "project v"), "c"),
    )
    .also(&["anti", "leftantisemi"]),
    row(
        "rightanti",
        "Rows of the right whose key is not on the left.",
        (joined!("rightanti", "project w"), "y"),
    )
    .also(&["rightantisemi"]),
];
