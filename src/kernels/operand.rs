//! Dynamics beside the operators + - * / and %: the number that one holds, or the end of the query.

use super::convert::{Scalar, scalar};
use super::{Cell, Kernel, Phys, fail, strict};

pub const KERNELS: &[Kernel] = &[
    strict("kql_operand_whole", &[Phys::Text, Phys::Text], Phys::Long, |args, out| match scalar(args[0]) {
        Scalar::Long(value) => Cell::Long(value),
        Scalar::Null if is_null(args[0]) => Cell::Null,
        _ => wrong(args, "whole number", "tolong() or toreal()", out),
    }),
    strict("kql_operand_real", &[Phys::Text, Phys::Text], Phys::Real, |args, out| match scalar(args[0]) {
        Scalar::Long(value) => Cell::Real(value as f64),
        Scalar::Real(value) => Cell::Real(value),
        Scalar::Null if is_null(args[0]) => Cell::Null,
        _ => wrong(args, "number", "toreal()", out),
    }),
];

fn is_null(json: Cell<'_>) -> bool {
    json.text().is_none_or(|json| matches!(json.trim(), "" | "null"))
}

/// The second argument is what the query writes.
fn wrong<'a>(args: &[Cell<'a>], what: &str, help: &str, out: &'a mut String) -> Cell<'a> {
    let shown: String = args[0].text().unwrap_or("").chars().take(40).collect();
    let operand = args[1].text().unwrap_or("");
    fail(
        out,
        format_args!("'{operand}' is computed with, and holds no {what} but {shown} (put {help} around it)"),
    )
}

#[cfg(test)]
mod tests {
    use crate::kernels::testing::texts;

    #[test]
    fn numbers_only() {
        assert_eq!(texts("kql_operand_whole", &["-7", "a"]), "-7");
        assert_eq!(texts("kql_operand_whole", &["null", "a"]), "NULL");
        assert_eq!(texts("kql_operand_real", &["7", "a"]), "7.0");
        assert_eq!(texts("kql_operand_real", &["2.5", "a"]), "2.5");
        for json in ["2.5", "\"7\"", "true", "[7]"] {
            let answer = texts("kql_operand_whole", &[json, "a.b"]);
            assert!(answer.starts_with("error: 'a.b' is computed with, and holds no"), "{json}: {answer}");
        }
        assert!(texts("kql_operand_real", &["\"7\"", "a"]).starts_with("error: 'a' is computed"));
    }
}
