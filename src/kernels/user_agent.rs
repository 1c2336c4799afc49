//! What user agents name: `parse_user_agent` by rules that the user supplies. One file of rules serves the whole
//! process.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Cell, Kernel, Phys, fail, json, strict};

/// One of the things that a user agent names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Browser,
    System,
    Device,
}

impl Part {
    fn of(word: &str) -> Option<Part> {
        match word {
            "browser" => Some(Part::Browser),
            "os" => Some(Part::System),
            "device" => Some(Part::Device),
            _ => None,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Part::Browser => "Browser",
            Part::System => "OperatingSystem",
            Part::Device => "Device",
        }
    }

    /// The names of its fields, the family first.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Part::Browser => &["Family", "MajorVersion", "MinorVersion", "Patch"],
            Part::System => &["Family", "MajorVersion", "MinorVersion", "Patch", "PatchMinor"],
            Part::Device => &["Family", "Brand", "Model"],
        }
    }
}

/// Knows user agents.
pub trait Agents: Send + Sync {
    /// The values of a part's fields, in their order; none for what no rule knows.
    fn read(&self, user_agent: &str, part: Part) -> Option<Vec<String>>;
}

/// No rule knows anything.
pub struct NoRules;

impl Agents for NoRules {
    fn read(&self, _: &str, _: Part) -> Option<Vec<String>> {
        None
    }
}

pub static KERNELS: &[Kernel] =
    &[strict("kql_user_agent", &[Phys::Text, Phys::Text], Phys::Text, parse).late()];

static SOURCE: RwLock<Option<Arc<dyn Agents>>> = RwLock::new(None);

/// From here on user agents are read by these rules.
pub fn set(agents: Arc<dyn Agents>) {
    *SOURCE.write().unwrap_or_else(PoisonError::into_inner) = Some(agents);
}

/// A bag with a bag for each part; the second argument is the name of one, or an array of names.
fn parse<'a>(args: &[Cell<'a>], out: &'a mut String) -> Cell<'a> {
    let (user_agent, wanted) = (args[0].text().unwrap_or(""), args[1].text().unwrap_or(""));
    let Some(parts) = parts(wanted) else {
        return fail(out, "parse_user_agent() looks for 'browser', 'os' and 'device'");
    };
    let source = SOURCE.read().unwrap_or_else(PoisonError::into_inner).clone();
    let source = match source {
        Some(source) => source,
        // No rule is asked what nothing names.
        None if user_agent.is_empty() => Arc::new(NoRules),
        None => {
            return fail(
                out,
                "no file has the rules for user agents; put regexes.yaml into the folder of --files",
            );
        }
    };
    out.push('{');
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        json::quote(part.key(), out);
        out.push_str(":{");
        let values = source.read(user_agent, part).unwrap_or_else(|| vec!["Other".to_owned()]);
        for (at, field) in part.fields().iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            json::quote(field, out);
            out.push(':');
            json::quote(values.get(at).map_or("", String::as_str), out);
        }
        out.push('}');
    }
    out.push('}');
    Cell::Text(out)
}

/// The parts in the order of the result, each once.
fn parts(wanted: &str) -> Option<Vec<Part>> {
    let mut parts = match Part::of(wanted) {
        Some(part) => vec![part],
        None => json::elements(wanted)
            .map(|element| json::string_inside(element).and_then(Part::of))
            .collect::<Option<Vec<Part>>>()
            .filter(|parts| !parts.is_empty())?,
    };
    parts.sort_unstable();
    parts.dedup();
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_or_an_array_of_them() {
        assert_eq!(parts("os"), Some(vec![Part::System]));
        assert_eq!(parts(r#"["device","browser","device"]"#), Some(vec![Part::Browser, Part::Device]));
        for wrong in ["", "Browser", "[]", r#"["browser","x"]"#, "[1]", "{}"] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }
}
