//! The file with the rules for user agents, as the ua-parser project publishes it.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use ua_parser::{Extractor, Regexes};

use crate::error::{Error, Result};
use crate::ingest::external;
use crate::kernels::user_agent::{Agents, Part};

/// A larger file has not these rules: they take 200 KB.
const RULES_MAX_BYTES: usize = 4 << 20;

/// Reads the rules whole and compiles them.
pub fn open(path: &Path) -> Result<Arc<dyn Agents>> {
    Ok(Arc::new(Rules::read(&external::content(path)?)?))
}

struct Rules(Extractor<'static>);

impl Rules {
    fn read(text: &str) -> Result<Rules> {
        if text.len() > RULES_MAX_BYTES {
            return Err(Error::message("it is larger than 4 MB"));
        }
        let rules: Regexes<'static> =
            serde_saphyr::from_str(text).map_err(|error| Error::message(error.to_string()))?;
        let rules =
            Extractor::try_from(rules).map_err(|error| Error::message(format!("a rule is none: {error}")))?;
        Ok(Rules(rules))
    }
}

impl Agents for Rules {
    fn read(&self, user_agent: &str, part: Part) -> Option<Vec<String>> {
        fn or_empty<'t>(text: Option<impl Into<Cow<'t, str>>>) -> String {
            text.map(|text| text.into().into_owned()).unwrap_or_default()
        }
        Some(match part {
            Part::Browser => {
                let found = self.0.ua.extract(user_agent)?;
                vec![
                    found.family.into_owned(),
                    or_empty(found.major),
                    or_empty(found.minor),
                    or_empty(found.patch),
                ]
            }
            Part::System => {
                let found = self.0.os.extract(user_agent)?;
                vec![
                    found.os.into_owned(),
                    or_empty(found.major),
                    or_empty(found.minor),
                    or_empty(found.patch),
                    or_empty(found.patch_minor),
                ]
            }
            Part::Device => {
                let found = self.0.dev.extract(user_agent)?;
                vec![found.device.into_owned(), or_empty(found.brand), or_empty(found.model)]
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_none_is_refused() {
        for text in ["", "a: 1", "user_agent_parsers:\n  - regex: '('\nos_parsers: []\ndevice_parsers: []\n"]
        {
            assert!(Rules::read(text).is_err(), "{text}");
        }
    }
}
