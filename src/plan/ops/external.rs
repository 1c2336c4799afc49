//! `externaldata`: columns that the query declares, over files that its URLs stand for.

use serde_json::{Map, Value as Json};

use super::{param_word, word};
use crate::catalog::outside::FORMATS;
use crate::diag::{Diagnostic, code, nearest};
use crate::facts::{CellSource, FileFormat, FileLayout, InputSource};
use crate::kernels::json::{Step, path_text};
use crate::plan::Rel;
use crate::plan::check::{Binder, Checked, Stop};
use crate::plan::env::Env;
use crate::span::Span;
use crate::syntax::ast::{self, ColumnDecl, ExprKind as Ast, Literal, OpParam};
use crate::types::ColumnType;
use crate::value::Value;

/// Kusto's properties of the operator; `zipPattern` chooses files inside of an archive, which are files here.
const PROPERTIES: [&str; 4] = ["format", "ignorefirstrecord", "ingestionmapping", "zippattern"];

impl Binder<'_> {
    pub fn externaldata(
        &mut self,
        columns: &[ColumnDecl],
        uris: &[ast::Expr],
        params: &[OpParam],
        env: &Env,
        span: Span,
    ) -> Checked<Rel> {
        let columns = self.declared(columns)?;
        let mut names = Vec::new();
        for uri in uris {
            let bound = self.scalar(uri, env, &[])?;
            match bound.literal() {
                Some(Value::String(text)) => names.push(text.clone()),
                Some(_) | None => {
                    let help = "Write the URL as a string, or as a let that holds one.";
                    self.error(
                        code::TYPE,
                        uri.span,
                        "externaldata wants URLs that are constant strings",
                        help,
                    );
                    return Err(Stop);
                }
            }
        }
        let Some(first) = names.first() else {
            self.error(code::SYNTAX, span, "externaldata names no file", "Put a URL between the brackets.");
            return Err(Stop);
        };
        let layout = self.layout(first, &columns, params)?;
        Ok(self.input(InputSource::Files { uris: names, layout }, columns, span))
    }

    fn declared(&mut self, columns: &[ColumnDecl]) -> Checked<Vec<ColumnType>> {
        self.declared_once(columns, code::TAKEN)?;
        Ok(columns.iter().map(|column| ColumnType::new(column.name.text.clone(), column.ty)).collect())
    }

    fn layout(&mut self, uri: &str, columns: &[ColumnType], params: &[OpParam]) -> Checked<FileLayout> {
        let property = |wanted: &str| {
            let param = params.iter().find(|param| param.name.text.eq_ignore_ascii_case(wanted))?;
            param_word(params, &param.name.text)
        };
        for param in params {
            let none = format!("this is no value of '{}'", param.name.text);
            match (word(&param.value), &param.value.kind) {
                (Some(_), _) => {}
                // Kusto's parser takes it.
                (None, Ast::Literal(Literal::Datetime(_))) => {
                    self.warn(code::SUSPICIOUS, param.value.span, none, "It changes nothing.");
                }
                (None, _) => {
                    let help = "Write a name, a string, a number or a bool.";
                    self.error(code::SYNTAX, param.value.span, none, help);
                    return Err(Stop);
                }
            }
            if !PROPERTIES.iter().any(|known| param.name.text.eq_ignore_ascii_case(known)) {
                let message = format!("'{}' is no property of externaldata", param.name.text);
                let help = "It changes nothing; Kusto knows format, ignoreFirstRecord and ingestionMapping.";
                self.warn(code::SUSPICIOUS, param.name.span, message, help);
            }
        }
        let format = match property("format") {
            Some((word, span)) => self.format(&word, span)?,
            None => by_ending(uri),
        };
        let skip_first =
            property("ignoreFirstRecord").is_some_and(|(word, _)| word.eq_ignore_ascii_case("true"));
        let mapping = match property("ingestionMapping") {
            Some((text, span)) => Some(self.mapping(&text, columns, span)?),
            None => None,
        };
        Ok(FileLayout { format, skip_first, mapping })
    }

    fn format(&mut self, word: &str, span: Span) -> Checked<FileFormat> {
        let known = FORMATS.iter().find(|row| row.name.eq_ignore_ascii_case(word));
        if let Some(format) = known.and_then(|row| row.format) {
            return Ok(format);
        }
        let names: Vec<&str> =
            FORMATS.iter().filter(|row| row.format.is_some()).map(|row| row.name).collect();
        let help = format!("Convert the file; what is read is {}.", names.join(", "));
        match known {
            Some(_) => self.refuse(span, &format!("externaldata of the format '{word}'"), &help),
            None => {
                let error =
                    Diagnostic::error(code::UNKNOWN_NAME, span, format!("no format is called '{word}'"));
                self.diagnostics.push(error.mean(nearest(word, names.iter().copied()), help));
            }
        }
        Err(Stop)
    }

    /// `[{"Column":"a","Properties":{"Path":"$.x"}}]`, or the older `[{"column":"a","path":"$.x"}]`.
    fn mapping(&mut self, text: &str, columns: &[ColumnType], span: Span) -> Checked<Vec<CellSource>> {
        mapping(text, columns).map_err(|message| {
            let help = "Each entry has a Column and in its Properties a Path, an Ordinal or a ConstValue.";
            self.error(code::SYNTAX, span, format!("the ingestion mapping: {message}"), help);
            Stop
        })
    }
}

/// By the file's ending, without `.gz`; CSV if that says nothing.
fn by_ending(uri: &str) -> FileFormat {
    let path = uri.split(['?', '#', ';']).next().unwrap_or(uri).to_ascii_lowercase();
    let path = path.strip_suffix(".gz").unwrap_or(&path);
    let ending = path.rsplit(['/', '.']).next().unwrap_or("");
    let known = FORMATS.iter().find(|row| row.name == ending).and_then(|row| row.format);
    known.unwrap_or(FileFormat::Delimited(b','))
}

fn mapping(text: &str, columns: &[ColumnType]) -> Result<Vec<CellSource>, String> {
    let entries: Vec<Map<String, Json>> =
        serde_json::from_str(text).map_err(|error| format!("it is not a JSON array of objects: {error}"))?;
    let mut sources = vec![CellSource::Nothing; columns.len()];
    for entry in &entries {
        let Some(name) = field(entry, "column").and_then(Json::as_str) else {
            return Err("an entry names no column".into());
        };
        let Some(at) = columns.iter().position(|column| column.name == name) else {
            return Err(format!("'{name}' is not among the declared columns"));
        };
        let inner = field(entry, "properties").and_then(Json::as_object).unwrap_or(entry);
        if field(inner, "transform").is_some() {
            return Err(format!("a transformation of '{name}' is not supported"));
        }
        sources[at] = if let Some(path) = field(inner, "path").and_then(Json::as_str) {
            CellSource::Path(path_of(path).ok_or_else(|| format!("the path '{path}' is not supported"))?)
        } else if let Some(ordinal) = field(inner, "ordinal") {
            CellSource::Ordinal(ordinal_of(ordinal).ok_or("an ordinal is not a number")?)
        } else if let Some(value) = field(inner, "constvalue") {
            CellSource::Constant(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        } else {
            return Err(format!("'{name}' has no source"));
        };
    }
    Ok(sources)
}

fn field<'j>(entry: &'j Map<String, Json>, name: &str) -> Option<&'j Json> {
    entry.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn ordinal_of(value: &Json) -> Option<usize> {
    value.as_str().map_or_else(|| usize::try_from(value.as_u64()?).ok(), |text| text.parse().ok())
}

/// `$`, `$.a.b`, `$['a'][0]`, in the encoding of `kernels::json`.
fn path_of(path: &str) -> Option<String> {
    let mut rest = path.trim().strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@');
            if end == 0 || !after[..end].chars().all(plain) {
                return None;
            }
            steps.push(Step::Key(&after[..end]));
            rest = &after[end..];
        } else {
            let inside = rest.strip_prefix('[')?;
            let quote = inside.chars().next().filter(|c| matches!(c, '\'' | '"'));
            let (step, after) = match quote {
                Some(quote) => {
                    let (key, after) = inside[1..].split_once(quote)?;
                    (Step::Key(key), after.strip_prefix(']')?)
                }
                None => {
                    let (index, after) = inside.split_once(']')?;
                    (Step::Index(index.parse::<u32>().ok()?.into()), after)
                }
            };
            steps.push(step);
            rest = after;
        }
    }
    Some(path_text(&steps))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Type;

    #[test]
    fn the_ending_says_the_format() {
        assert_eq!(by_ending("https://a.example/x.csv?sas=1.txt"), FileFormat::Delimited(b','));
        assert_eq!(by_ending("https://a.example/list.TXT"), FileFormat::Lines);
        assert_eq!(by_ending("https://a.example/feed.json.gz"), FileFormat::Json);
        assert_eq!(by_ending("https://a.example/feed/"), FileFormat::Delimited(b','));
    }

    #[test]
    fn mappings_of_both_forms() {
        let columns = ["a", "b", "c"].map(|name| ColumnType::new(name, Type::String));
        let text = r#"[{"Column":"b","Properties":{"Path":"$.x['y z'][2]"}},{"column":"a","ordinal":"3"}]"#;
        let path = CellSource::Path("k1:xk3:y zi2:".into());
        assert_eq!(mapping(text, &columns), Ok(vec![CellSource::Ordinal(3), path, CellSource::Nothing]));
        for wrong in ["", "{}", "[1]", r#"[{"Column":"z","Path":"$"}]"#, r#"[{"Column":"a","Path":"$..x"}]"#]
        {
            assert!(mapping(wrong, &columns).is_err(), "{wrong}");
        }
    }
}
