//! Stored functions: files of KQL whose names are callable. A mistake in one is told with its file and
//! place, at the call. And `invoke`, which hands a table to a function.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use super::Rel;
use super::check::{Binder, Checked, Stop};
use super::env::{Binding, Env, StoredText, UserFunction};
use crate::catalog::views::{self, VIEWS, View};
use crate::catalog::{self, outside};
use crate::diag::{Diagnostic, code};
use crate::facts::FunctionFile;
use crate::span::{Span, line_column};
use crate::syntax;
use crate::syntax::ast::{
    Arg, Expr, ExprKind as Ast, Function, Let, LetValue, Name, ParamType, Script, StatementKind,
};

/// What the piped table is called on its way into a function; no query can write it.
const PIPED: &str = "$piped";

impl Binder<'_> {
    /// The function that a call means: one of the query, else a stored one that no built-in hides.
    pub fn callable(&mut self, name: &Name, env: &Env) -> Checked<Option<Rc<UserFunction>>> {
        match env.get(&name.text) {
            Some(Binding::Function(function)) => Ok(Some(function.clone())),
            Some(Binding::Wrong) => Err(Stop),
            Some(Binding::Scalar(_) | Binding::OfRow { .. } | Binding::Table(_) | Binding::Pattern(_)) => {
                Ok(None)
            }
            None if catalog::function(&name.text).is_some() || catalog::aggregate(&name.text).is_some() => {
                Ok(None)
            }
            None => self.stored_function(name),
        }
    }

    fn stored_function(&mut self, name: &Name) -> Checked<Option<Rc<UserFunction>>> {
        if let Some(known) = self.stored.get(&name.text) {
            return Ok(Some(known.clone()));
        }
        let options = self.options;
        let function = match (options.outside.functions.get(&name.text), self.view(&name.text)) {
            (Some(file), _) => self.function_of(file, name)?,
            (None, Some(view)) => match shipped(view) {
                Some(function) => function,
                None => return Ok(None),
            },
            (None, None) => return Ok(None),
        };
        let function = Rc::new(function);
        self.stored.insert(name.text.clone(), function.clone());
        Ok(Some(function))
    }

    /// The function that a file of the user's defines.
    fn function_of(&mut self, file: &FunctionFile, name: &Name) -> Checked<UserFunction> {
        let (text, shift) = match &file.text {
            Ok(text) => whole(&name.text, text),
            Err(why) => {
                let message = format!("the function file {} cannot be read: {why}", file.path);
                self.error(code::OUTSIDE, name.span, message, "Correct the file.");
                return Err(Stop);
            }
        };
        let (script, problems) = syntax::parse(&text);
        let own = file.text.clone().unwrap_or_default();
        let stored = StoredText { path: file.path.clone(), text: own, shift, shipped: false };
        let broken = problems.iter().any(Diagnostic::is_error);
        self.diagnostics.extend(problems.into_iter().map(|found| stored.moved(found, name.span)));
        if broken {
            return Err(Stop);
        }
        let Some((function, lets)) = split(script, &name.text) else {
            let message = format!("{} defines no function '{}'", file.path, name.text);
            let help = format!("Write let {} = (parameters) {{ body }}; or the body alone.", name.text);
            self.error(code::OUTSIDE, name.span, message, help);
            return Err(Stop);
        };
        let function = of_text(function, Arc::new(stored));
        let env = self.inside_of(&function, name, |binder| {
            lets.iter().try_fold(Env::default(), |env, item| binder.bind_let(item, &env))
        })?;
        Ok(UserFunction { env, ..function })
    }

    /// The table of this name that is computed from one that is there.
    fn view(&self, name: &str) -> Option<&'static View> {
        views::of(self.schema).find(|view| view.name == name)
    }

    /// Whether a function, or a computed table, is kept under this name.
    pub fn is_kept(&self, name: &str) -> bool {
        self.options.outside.functions.contains_key(name) || self.view(name).is_some()
    }

    /// Does `work` on the text of a stored function: what it says is told at the call, with the place in the
    /// file. Functions that call each other in a circle are refused.
    pub fn inside_of<T>(
        &mut self,
        function: &UserFunction,
        name: &Name,
        work: impl FnOnce(&mut Self) -> Checked<T>,
    ) -> Checked<T> {
        let Some(file) = &function.file else { return work(self) };
        if self.stored_calls.contains(&name.text) {
            let circle = format!("{}, {}", self.stored_calls.join(", "), name.text);
            let message = format!("stored functions call each other in a circle: {circle}");
            self.error(code::LIMIT, name.span, message, "KQL functions cannot call themselves.");
            return Err(Stop);
        }
        let (diagnostics, inputs) = (self.diagnostics.len(), self.inputs.len());
        self.stored_calls.push(name.text.clone());
        let result = work(self);
        self.stored_calls.pop();
        let mut told = self.diagnostics.split_off(diagnostics);
        if file.shipped {
            told.retain(Diagnostic::is_error);
            if let Some(view) = views::find(&name.text) {
                self.advise_extension(&format!("the table {}", view.name), view.instead, name.span);
            }
        }
        self.diagnostics.extend(told.into_iter().map(|found| file.moved(found, name.span)));
        self.inputs[inputs..].iter_mut().for_each(|input| input.span = name.span);
        result
    }

    /// `T | invoke f(x)` is `f(T, x)`.
    pub fn invoke(&mut self, call: &Expr, input: Rel, env: &Env) -> Checked<Rel> {
        let Ast::Call { name, args } = &call.kind else {
            let help = "Call one function by its name alone: invoke f(x).";
            self.refuse(call.span, "invoke with more than a call", help);
            return Err(Stop);
        };
        let Some(function) = self.callable(name, env)? else {
            self.unknown_tabular(name, env);
            return Err(Stop);
        };
        if !matches!(function.function.params.first().map(|param| &param.ty), Some(ParamType::Table(_))) {
            let message = format!("the first parameter of '{}' is no table", name.text);
            self.error(code::TYPE, name.span, message, "invoke hands its table to the first parameter.");
            return Err(Stop);
        }
        let piped = Name { text: PIPED.into(), span: call.span };
        let index = self.add_let(PIPED, input, false);
        let env = env.with(PIPED, Binding::Table(index));
        let first = Arg { name: None, expr: Expr { kind: Ast::Name(piped), span: call.span } };
        let args: Vec<Arg> = std::iter::once(first).chain(args.iter().cloned()).collect();
        self.table_of_call(&function, name, &args, &env, call.span)
    }

    /// A name that is called and that nothing has: what to supply, where it is known.
    pub fn unknown_stored(&mut self, name: &Name) -> bool {
        let Some(row) = outside::stored(&name.text) else { return false };
        let message = format!("the stored function '{}' is not here", name.text);
        let help =
            format!("{} Put its KQL into {}.kql, in the folder that --functions names.", row.doc, name.text);
        self.error(code::UNKNOWN_FUNCTION, name.span, message, help);
        true
    }
}

impl StoredText {
    /// A remark on this text, as one on the call.
    fn moved(&self, found: Diagnostic, call: Span) -> Diagnostic {
        let place = (i64::from(found.span.start) - self.shift).clamp(0, i64::from(u32::MAX));
        let (line, column) = line_column(&self.text, place as u32);
        let message = format!("{}:{line}:{column}: {}", self.path, found.message);
        // A change is of the file, not of the query.
        Diagnostic { message, span: call, fix: None, ..found }
    }
}

/// A function that sees no names but its own parameters.
fn of_text(function: Arc<Function>, file: Arc<StoredText>) -> UserFunction {
    UserFunction { function, env: Env::default(), file: Some(file), once: RefCell::default() }
}

/// A function without parameters, and its text.
type Shipped = (Arc<Function>, Arc<StoredText>);

/// The computed tables by their names.
static SHIPPED: LazyLock<HashMap<&str, Shipped>> =
    LazyLock::new(|| VIEWS.iter().filter_map(|view| Some((view.name, parsed(view)?))).collect());

fn parsed(view: &View) -> Option<Shipped> {
    let (text, shift) = with_body(view.name, "", view.query);
    let (function, _) = split(syntax::parse(&text).0, view.name)?;
    let path = format!("the table {}", view.name);
    Some((function, Arc::new(StoredText { path, text: view.query.to_owned(), shift, shipped: true })))
}

/// A computed table as a function. What it means depends on the tables and the clock of each query; what it
/// says is part of the program, and read once.
fn shipped(view: &View) -> Option<UserFunction> {
    let (function, file) = SHIPPED.get(view.name)?;
    Some(of_text(function.clone(), file.clone()))
}

/// The file's text as one that defines the function, and how much further its places stand there.
fn whole(name: &str, text: &str) -> (String, i64) {
    if let Some(cut) = command(name, text) {
        let head = format!("let {name} = ");
        return (format!("{head}{}", &text[cut..]), head.len() as i64 - cut as i64);
    }
    if defines(text, name) {
        return (text.to_owned(), 0);
    }
    with_body(name, parameters(text), text)
}

fn with_body(name: &str, parameters: &str, body: &str) -> (String, i64) {
    let head = format!("let {name} = ({parameters}) {{\n");
    (format!("{head}{body}\n}}"), head.len() as i64)
}

/// Where the parameters begin in `.create-or-alter function with (folder="x") Name(a:long) { body }`, the
/// command that others keep a function as.
fn command(name: &str, text: &str) -> Option<usize> {
    let mut rest = text;
    while let Some(comment) = rest.trim_start().strip_prefix("//") {
        rest = comment.split_once('\n')?.1;
    }
    let rest = rest.trim_start();
    let rest = [".create-or-alter", ".create", ".alter"].iter().find_map(|word| rest.strip_prefix(word))?;
    let rest = rest.trim_start().strip_prefix("function")?.trim_start();
    let rest = rest.strip_prefix("ifnotexists").unwrap_or(rest).trim_start();
    let rest = match rest.strip_prefix("with") {
        Some(with) => closed(with.trim_start())?.trim_start(),
        None => rest,
    };
    let rest = rest.strip_prefix(name)?.trim_start();
    rest.starts_with('(').then(|| text.len() - rest.len())
}

/// What stands behind the bracket that closes the one at the start; brackets in quotes do not count.
fn closed(text: &str) -> Option<&str> {
    let (mut depth, mut quote) = (0_u32, None);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') if depth == 1 => return Some(&text[at + 1..]),
            (None, ')') => depth = depth.checked_sub(1)?,
            (None, _) if depth == 0 => return None,
            (None, _) => {}
        }
    }
    None
}

/// Whether the text's last statement is the `let` of this function: else it is a body.
fn defines(text: &str, name: &str) -> bool {
    let (script, _) = syntax::parse(text);
    let last = script.statements.last().map(|last| &last.kind);
    matches!(last, Some(StatementKind::Let(item))
        if item.name.text == name && matches!(item.value, LetValue::Function(_)))
}

/// `// parameters: a:string, b:long = 5` in the comments that the text begins with.
fn parameters(text: &str) -> &str {
    let comments = text.lines().map(str::trim).take_while(|line| line.is_empty() || line.starts_with("//"));
    let mut said = comments.filter_map(|line| {
        let (word, rest) = line.trim_start_matches('/').split_once(':')?;
        word.trim().eq_ignore_ascii_case("parameters").then_some(rest.trim())
    });
    said.next().unwrap_or("")
}

/// The function and the `let` statements before it.
fn split(script: Script, name: &str) -> Option<(Arc<Function>, Vec<Let>)> {
    let mut lets = Vec::new();
    for statement in script.statements {
        match statement.kind {
            StatementKind::Let(item) => lets.push(item),
            _ => return None,
        }
    }
    let last = lets.pop().filter(|last| last.name.text == name)?;
    match last.value {
        LetValue::Function(function) => Some((function, lets)),
        LetValue::Expr(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_cut_to_its_function() {
        let text = "// x\n.create-or-alter function with (folder = 'a)b', docstring=\"(\") F(a:long) { a }";
        assert_eq!(whole("F", text).0, "let F = (a:long) { a }");
        assert_eq!(whole("F", ".create function ifnotexists F () { 1 }").0, "let F = () { 1 }");
        for other in
            [".create table F(a:long)", ".create function with (F(a:long) { a }", ".alter function G() { 1 }"]
        {
            assert_eq!(command("F", other), None, "{other}");
        }
    }

    #[test]
    fn a_body_has_its_parameters_in_a_comment() {
        let text = "// What it does\n// Parameters: a:long, b:string = 'x'\nprint a";
        assert_eq!(whole("F", text).0, format!("let F = (a:long, b:string = 'x') {{\n{text}\n}}"));
        assert_eq!(whole("F", "let F = () { 1 };").1, 0);
    }
}
