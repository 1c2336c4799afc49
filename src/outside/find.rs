//! Where the rows of an input stand, or what to supply.

use std::path::{Path, PathBuf};

use super::{Folders, USER_AGENTS, WATCHLISTS, path};
use crate::compile::Compiled;
use crate::diag::{Diagnostic, Severity, code};
use crate::error::Error;
use crate::facts::{Input, InputSource};

/// An input that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Lower case, no full stop.
    pub what: String,
    /// What to supply: one sentence.
    pub help: String,
}

impl From<Missing> for Error {
    fn from(missing: Missing) -> Error {
        Error::message(format!("{} ({})", missing.what, missing.help))
    }
}

impl Folders {
    /// A warning for each input that a run would lack: for who only checks a query.
    pub fn missing(&self, results: &[Compiled]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for input in results.iter().flat_map(|result| &result.inputs) {
            let Err(missing) = self.find(input) else { continue };
            let warning = Diagnostic::warning(code::OUTSIDE, input.span, missing.what).help(missing.help);
            if !found.contains(&warning) {
                found.push(warning);
            }
        }
        found
    }

    /// The same as errors: with one of them nothing may run.
    pub fn refusals(&self, results: &[Compiled]) -> Vec<Diagnostic> {
        let refusal = |warning| Diagnostic { severity: Severity::Error, ..warning };
        self.missing(results).into_iter().map(refusal).collect()
    }

    /// The names of the inputs that a run would lack, each once.
    pub fn lacking(&self, results: &[Compiled]) -> Vec<String> {
        let inputs = results.iter().flat_map(|result| &result.inputs);
        let mut names: Vec<String> =
            inputs.filter(|input| self.find(input).is_err()).map(|input| input.source.to_string()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The files of an input, links followed.
    pub fn find(&self, input: &Input) -> Result<Vec<PathBuf>, Missing> {
        match &input.source {
            InputSource::Files { uris, .. } => uris.iter().map(|uri| self.file(uri)).collect(),
            InputSource::Watchlist { alias } => self.watchlist(alias).map(|path| vec![path]),
            InputSource::Watchlists => {
                let what = "no folder with watchlists is named".to_owned();
                Err(Missing {
                    what,
                    help: format!("Name one with --files DIR; they are in its {WATCHLISTS}."),
                })
            }
            InputSource::Places => self.places().map(|path| vec![path]),
            InputSource::UserAgents => self.user_agents().map(|path| vec![path]),
        }
    }

    fn file(&self, uri: &str) -> Result<PathBuf, Missing> {
        let refused = |why: String| Missing {
            what: format!("'{uri}' cannot be read: {why}"),
            help: "Only files in the folder that --files names are read.".into(),
        };
        let places = path::places(uri).map_err(refused)?;
        let shown = |root: &Path| {
            let at = |parts: &Vec<String>| root.join(parts.join("/")).display().to_string();
            places.iter().map(at).collect::<Vec<_>>().join(" or ")
        };
        let Some(root) = &self.files else {
            let what = format!("'{uri}' is not supplied; kqlhunt never connects");
            let help =
                format!("Save it as {} and name the folder with --files DIR.", shown(Path::new("DIR")));
            return Err(Missing { what, help });
        };
        for place in &places {
            match path::inside(root, place).map_err(refused)? {
                Some(real) if real.is_file() => return Ok(real),
                Some(_) | None => {}
            }
        }
        let what = format!("'{uri}' is not supplied; kqlhunt never connects");
        Err(Missing { what, help: format!("Save it as {}.", shown(root)) })
    }

    fn watchlist(&self, alias: &str) -> Result<PathBuf, Missing> {
        let what = format!("the watchlist '{alias}' is not supplied");
        let help = |root: &Path| {
            let file = root.join(WATCHLISTS).join(format!("{alias}.csv"));
            format!("Export it from Sentinel to {}, a CSV file with a header", file.display())
        };
        if alias.is_empty() || alias.starts_with('.') || alias.contains(['/', '\\', '\0']) {
            let help = "Only files in the folder that --files names are read.".to_owned();
            return Err(Missing { what: format!("'{alias}' is no alias of a watchlist"), help });
        }
        let Some(root) = &self.files else {
            let help = format!("{}, and name the folder with --files DIR.", help(Path::new("DIR")));
            return Err(Missing { what, help });
        };
        match path::inside(root, &[WATCHLISTS.to_owned(), format!("{alias}.csv")]) {
            Ok(Some(real)) if real.is_file() => Ok(real),
            Ok(_) => Err(Missing { what, help: format!("{}.", help(root)) }),
            Err(why) => Err(Missing { what: format!("{what}: {why}"), help: format!("{}.", help(root)) }),
        }
    }

    fn user_agents(&self) -> Result<PathBuf, Missing> {
        if let Some(root) = &self.files
            && let Ok(Some(real)) = path::inside(root, &[USER_AGENTS.to_owned()])
            && real.is_file()
        {
            return Ok(real);
        }
        let what = "no file has the rules for user agents".to_owned();
        let root = self.files.as_deref().unwrap_or(Path::new("DIR"));
        let file = root.join(USER_AGENTS);
        let option = if self.files.is_none() { " and name the folder with --files DIR" } else { "" };
        let help = format!("Put the {USER_AGENTS} of ua-parser's uap-core to {}{option}.", file.display());
        Err(Missing { what, help })
    }

    fn places(&self) -> Result<PathBuf, Missing> {
        let what = "no file says where addresses are".to_owned();
        if let Some(path) = &self.geo {
            let there = path.is_file().then(|| path.clone());
            let help = format!("Put the file to {}.", path.display());
            return there.ok_or(Missing { what, help });
        }
        for name in ["geo.mmdb", "geo.csv"] {
            let Some(root) = &self.files else { break };
            if let Ok(Some(real)) = path::inside(root, &[name.to_owned()])
                && real.is_file()
            {
                return Ok(real);
            }
        }
        let help = "Name a GeoLite2 City database or a CSV file of networks with --geo FILE, \
            or drop geo_info_from_ip_address() from the query.";
        Err(Missing { what, help: help.into() })
    }
}
