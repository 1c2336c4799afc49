//! Several values of one document, found in one pass over it.

use super::{first_key, get, key_is, members};

/// So many paths are followed in one pass over a document.
const TOGETHER_MAX: usize = 16;

/// Hands out what [`get`] gives for each path, in their order. One pass over the document finds sixteen of them: of
/// several properties with one name each path takes the first.
pub fn get_all<'a, 'p>(
    json: &'a str,
    mut paths: impl Iterator<Item = &'p str>,
    mut put: impl FnMut(Option<&'a str>),
) {
    loop {
        let mut open = [None; TOGETHER_MAX];
        let mut found = [None; TOGETHER_MAX];
        // The lengths of the keys that are looked for; the last bit is for all that are longer.
        let (mut count, mut left, mut lengths) = (0, 0, 0_u64);
        for path in paths.by_ref().take(TOGETHER_MAX) {
            open[count] = first_key(path);
            match open[count] {
                Some((key, _)) => {
                    lengths |= 1 << key.len().min(63);
                    left += 1;
                }
                None => found[count] = get(json, path),
            }
            count += 1;
        }
        for (key, value) in members(json) {
            if left == 0 {
                break;
            }
            // An escape is longer than what it stands for.
            if (lengths >> key.len().min(63)) & 1 == 0 && !key.contains('\\') {
                continue;
            }
            for (open, found) in open[..count].iter_mut().zip(&mut found) {
                if let Some((name, rest)) = *open
                    && key_is(key, name)
                {
                    *found = get(value, rest);
                    *open = None;
                    left -= 1;
                }
            }
        }
        found[..count].iter().for_each(|value| put(*value));
        if count < TOGETHER_MAX {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::json::tests::any_json;
    use crate::kernels::json::{Step, path_text};
    use proptest::prelude::*;

    fn any_path() -> impl Strategy<Value = String> {
        let key = "[a\\\\]{0,2}".prop_map(|key: String| path_text(&[Step::Key(&key)]));
        let step = prop_oneof![4 => key, 1 => (-2..3i64).prop_map(|at| path_text(&[Step::Index(at)]))];
        prop::collection::vec(step, 0..4).prop_map(|steps| steps.concat())
    }

    proptest! {
        #[test]
        fn together_they_are_what_each_is_alone(
            members in prop::collection::vec(("[a\\\\]{0,2}", any_json()), 0..6),
            nested in prop::collection::vec(("[a\\\\]{0,2}", any_json()), 0..6),
            paths in prop::collection::vec(any_path(), 0..40),
        ) {
            // Names may come twice, as no map has them.
            let member = |(key, value): &(String, serde_json::Value)| {
                format!("{}: {value}", serde_json::Value::from(key.as_str()))
            };
            let inner: Vec<String> = nested.iter().map(member).collect();
            let outer = members.iter().map(member).chain([format!("\"a\": {{{}}}", inner.join(","))]);
            let json = format!("{{{}}}", outer.collect::<Vec<_>>().join(", "));
            let mut together = Vec::new();
            get_all(&json, paths.iter().map(String::as_str), |value| together.push(value));
            let alone: Vec<_> = paths.iter().map(|path| get(&json, path)).collect();
            prop_assert_eq!(together, alone);
        }

        #[test]
        fn never_panics(text in "\\PC{0,40}", path in "[ki0-9:a\\-]{0,8}") {
            let mut together = Vec::new();
            get_all(&text, [path.as_str(), "k1:a"].into_iter(), |value| together.push(value));
            prop_assert_eq!(together, [get(&text, &path), get(&text, "k1:a")]);
        }
    }
}
