//! The AST as a compact s-expression, for golden cases. Bare names stand as they are, strings in quotes,
//! other literals with their type: `1l 2i 1.5r 3t(ticks)`.

use kqlhunt::syntax::ast::*;
use kqlhunt::syntax::{BINARY_OPS, LIST_OPS};

pub fn script(script: &Script) -> String {
    script.statements.iter().map(|it| statement(&it.kind) + "\n").collect()
}

fn statement(kind: &StatementKind) -> String {
    match kind {
        StatementKind::Let(it) => let_(it),
        StatementKind::Set { name, value } => {
            list("set", [name.text.clone()].into_iter().chain(value.iter().map(expr)))
        }
        StatementKind::Parameters(params) => list("parameters", params.iter().map(param)),
        StatementKind::Pattern(it) => {
            let cases = it.cases.iter().map(|case| {
                list("case", case.values.iter().chain(&case.path).chain([&*case.body.body]).map(expr))
            });
            list(
                "pattern",
                [it.name.text.clone()].into_iter().chain(it.params.iter().map(param)).chain(cases),
            )
        }
        StatementKind::Query(it) => pipe(it),
        StatementKind::Other(name) => format!("(other {name})"),
        StatementKind::Error => "(error)".into(),
    }
}

fn let_(it: &Let) -> String {
    let value = match &it.value {
        LetValue::Expr(it) => expr(it),
        LetValue::Function(it) => {
            let head = if it.view { "view" } else { "function" };
            let lets = it.lets.iter().map(let_);
            list(
                head,
                [list("", it.params.iter().map(param))].into_iter().chain(lets).chain([expr(&it.body)]),
            )
        }
    };
    format!("(let {} {value})", it.name.text)
}

fn param(it: &Param) -> String {
    let ty = match &it.ty {
        ParamType::Scalar(ty, _) => ty.name().to_owned(),
        ParamType::Table(columns) => list("table", columns.iter().map(column)),
    };
    let default = it.default.as_ref().map_or_else(String::new, |value| format!("={}", expr(value)));
    format!("{}:{ty}{default}", it.name.text)
}

fn column(it: &ColumnDecl) -> String {
    format!("{}:{}", it.name.text, it.ty.name())
}

fn list(head: &str, items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    match (head, items.is_empty()) {
        ("", _) => format!("({})", items.join(" ")),
        (_, true) => format!("({head})"),
        (_, false) => format!("({head} {})", items.join(" ")),
    }
}

fn pipe(it: &Pipe) -> String {
    let source = it.source.iter().map(|source| expr(source));
    let ops: Vec<String> = source.chain(it.ops.iter().map(op)).collect();
    if ops.len() == 1 { ops[0].clone() } else { list("pipe", ops) }
}

fn exprs(items: &[Expr]) -> impl Iterator<Item = String> + '_ {
    items.iter().map(expr)
}

fn nameds(items: &[Named]) -> impl Iterator<Item = String> + '_ {
    items.iter().map(named)
}

fn named(it: &Named) -> String {
    let names: Vec<&str> = it.names.iter().map(|name| name.text.as_str()).collect();
    match names.as_slice() {
        [] => expr(&it.expr),
        [name] => format!("{name}={}", expr(&it.expr)),
        names => format!("({})={}", names.join(" "), expr(&it.expr)),
    }
}

fn params(items: &[OpParam]) -> impl Iterator<Item = String> + '_ {
    items.iter().map(|it| format!("[{}={}]", it.name.text, expr(&it.value)))
}

fn patterns(items: &[ColumnPattern]) -> impl Iterator<Item = String> + '_ {
    items.iter().map(|it| {
        let star = if it.pattern.is_pattern() { "~" } else { "" };
        let order = match it.order {
            ReorderOrder::None => "",
            ReorderOrder::Asc => ":asc",
            ReorderOrder::Desc => ":desc",
            ReorderOrder::GrannyAsc => ":granny-asc",
            ReorderOrder::GrannyDesc => ":granny-desc",
        };
        format!("{star}{}{order}", it.pattern.text)
    })
}

fn key(it: &SortKey) -> String {
    let order = it.ascending.map_or("", |asc| if asc { ":asc" } else { ":desc" });
    let nulls = it.nulls_first.map_or("", |first| if first { ":nulls-first" } else { ":nulls-last" });
    format!("{}{order}{nulls}", expr(&it.expr))
}

fn optional(head: &str, it: &Option<Expr>) -> Option<String> {
    it.as_ref().map(|it| format!("({head} {})", expr(it)))
}

fn by(items: &[Named]) -> Option<String> {
    (!items.is_empty()).then(|| list("by", nameds(items)))
}

fn expands(items: &[Expand]) -> impl Iterator<Item = String> + '_ {
    items.iter().map(|it| {
        let ty = it.to.as_ref().map_or(String::new(), |(ty, _)| format!(":{}", ty.name()));
        format!("{}{ty}", named(&it.item))
    })
}

fn op(it: &Op) -> String {
    let name = it.name.text.as_str();
    match &it.kind {
        OpKind::Print(items) | OpKind::Distinct(items) | OpKind::Serialize(items) => {
            list(name, nameds(items))
        }
        OpKind::Extend(items) | OpKind::Project(items) => list(name, nameds(items)),
        OpKind::Range { name: column, from, to, step } => {
            format!("(range {} {} {} {})", column.text, expr(from), expr(to), expr(step))
        }
        OpKind::Datatable { columns, values } => {
            list(name, [list("", columns.iter().map(column_of))].into_iter().chain(exprs(values)))
        }
        OpKind::Externaldata { columns, uris, params: with } => list(
            name,
            [list("", columns.iter().map(column_of))].into_iter().chain(exprs(uris)).chain(params(with)),
        ),
        OpKind::Union { params: with, tables } => list(name, params(with).chain(exprs(tables))),
        OpKind::Search { params: with, tables, predicate } => {
            let tables = (!tables.is_empty()).then(|| list("in", exprs(tables)));
            list(name, params(with).chain(tables).chain([expr(predicate)]))
        }
        OpKind::Find { params: with, tables, predicate, project, project_away, project_smart } => {
            let tables = (!tables.is_empty()).then(|| list("in", exprs(tables)));
            let project = (!project.is_empty()).then(|| list("project", nameds(project)));
            let away = (!project_away.is_empty()).then(|| list("project-away", patterns(project_away)));
            let smart = project_smart.then(|| "project-smart".to_owned());
            let head = params(with).chain(tables).chain([expr(predicate)]);
            list(name, head.chain(project).chain(away).chain(smart))
        }
        OpKind::Where(it) | OpKind::Take(it) | OpKind::Sample(it) | OpKind::Invoke(it) => {
            list(name, [expr(it)])
        }
        OpKind::Top { count, by, params: with } => list(name, params(with).chain([expr(count), key(by)])),
        OpKind::Sort { keys, params: with } => list(name, params(with).chain(keys.iter().map(key))),
        OpKind::Fork(branches) => list(
            name,
            branches.iter().map(|(named, branch)| match named {
                Some(named) => format!("(= {} {})", named.text, pipe(branch)),
                None => pipe(branch),
            }),
        ),
        OpKind::Facet(by, with) => {
            list(name, by.iter().map(|name| name.text.clone()).chain(with.iter().map(|with| pipe(with))))
        }
        OpKind::Count(Some(called)) => list(name, [called.text.clone()]),
        OpKind::Count(None) | OpKind::Getschema | OpKind::Consume => format!("({name})"),
        OpKind::SampleDistinct { count, of } => list(name, [expr(count), expr(of)]),
        OpKind::ProjectAway(items) | OpKind::ProjectKeep(items) | OpKind::ProjectReorder(items) => {
            list(name, patterns(items))
        }
        OpKind::ProjectRename(items) => {
            list(name, items.iter().map(|(new, old)| format!("{}={}", new.text, old.text)))
        }
        OpKind::ProjectByNames(items) => list(name, exprs(items)),
        OpKind::Parse { params: with, expr: it, steps, only_matches } => {
            assert_eq!(*only_matches, name == "parse-where");
            list(name, params(with).chain([expr(it)]).chain(steps.iter().map(step)))
        }
        OpKind::Reduce { params: with, by } => list(name, params(with).chain([expr(by)])),
        OpKind::AssertSchema(columns) => list(name, columns.iter().map(column_of)),
        OpKind::ParseKv { expr: it, columns, params: with } => {
            let columns = list("", columns.iter().map(column_of));
            list(name, [expr(it), columns].into_iter().chain(params(with)))
        }
        OpKind::Summarize { aggs, by: groups, params: with } => {
            list(name, params(with).chain(nameds(aggs)).chain(by(groups)))
        }
        OpKind::MakeSeries { aggs, axis, from, to, step, in_range, by: groups, params: with } => {
            let aggs = aggs.iter().map(|(agg, default)| {
                let default = default.as_ref().map_or(String::new(), |it| format!(" default {}", expr(it)));
                format!("{}{default}", named(agg))
            });
            let range = in_range.then(|| "in-range".to_owned());
            let bounds = optional("from", from).into_iter().chain(optional("to", to));
            let rest = [format!("(step {})", expr(step))].into_iter().chain(by(groups));
            let axis = format!("(on {})", named(axis));
            list(name, params(with).chain(aggs).chain([axis]).chain(range).chain(bounds).chain(rest))
        }
        OpKind::Scan(it) => scan(name, it),
        OpKind::TopHitters { count, of, by } => {
            list(name, [expr(count), expr(of)].into_iter().chain(optional("by", by)))
        }
        OpKind::TopNested(levels) => list(
            name,
            levels.iter().map(|it| {
                let head = it.count.iter().map(expr).chain([format!("(of {})", named(&it.of))]);
                let order = if it.ascending { ":asc" } else { "" };
                let by = format!("(by {}{order})", named(&it.by));
                list("", head.chain(optional("others", &it.others)).chain([by]))
            }),
        ),
        OpKind::Join { params: with, right, on } | OpKind::Lookup { params: with, right, on } => {
            list(name, params(with).chain([expr(right), list("on", exprs(on))]))
        }
        OpKind::MvExpand { params: with, items, limit } => {
            list(name, params(with).chain(expands(items)).chain(optional("limit", limit)))
        }
        OpKind::MvApply { params: with, items, limit, body } => {
            let tail = optional("limit", limit).into_iter().chain([pipe(body)]);
            list(name, params(with).chain(expands(items)).chain(tail))
        }
        OpKind::Evaluate { params: with, call, schema, keeps_input } => {
            let star = keeps_input.then(|| "*".to_owned());
            let columns = schema.as_deref().unwrap_or(&[]).iter().map(column_of);
            let schema = schema.as_ref().map(|_| list("schema", star.into_iter().chain(columns)));
            list(name, params(with).chain([expr(call)]).chain(schema))
        }
        OpKind::Partition { params: with, by, body } => {
            list(name, params(with).chain([expr(by), pipe(body)]))
        }
        OpKind::As { name: given, params: with } => list(name, params(with).chain([given.text.clone()])),
        OpKind::Render { kind, by, properties } => {
            let names = by.iter().map(|name| format!("by:{}", name.text));
            list(name, [kind.text.clone()].into_iter().chain(names).chain(params(properties)))
        }
        OpKind::Other(it) => format!("(other {it})"),
        OpKind::Error => format!("(error {name})"),
    }
}

fn scan(name: &str, it: &Scan) -> String {
    let match_id = it.match_id.iter().map(|id| format!("[with_match_id={}]", id.text));
    let variables = it.variables.iter().map(|it| {
        let default = it.default.as_ref().map_or(String::new(), |it| format!("={}", expr(it)));
        format!("{}{default}", column(&it.column))
    });
    let steps = it.steps.iter().map(|it| {
        let silent = (it.output == ScanOutput::None).then(|| "silent".to_owned());
        let set = it.assignments.iter().map(|(name, value)| format!("{}={}", name.text, expr(value)));
        list(&format!("step {}", it.name.text), silent.into_iter().chain([expr(&it.condition)]).chain(set))
    });
    list(name, match_id.chain(variables).chain(steps))
}

fn column_of(it: &ColumnDecl) -> String {
    column(it)
}

fn step(it: &ParseStep) -> String {
    match it {
        ParseStep::Text(text, _) => format!("{text:?}"),
        ParseStep::Skip(_) => "*".into(),
        ParseStep::Column { name, ty } => {
            format!("{}{}", name.text, ty.as_ref().map_or(String::new(), |(ty, _)| format!(":{}", ty.name())))
        }
    }
}

pub fn expr(it: &Expr) -> String {
    match &it.kind {
        ExprKind::Literal(it) => literal(it),
        ExprKind::Name(it) if it.is_pattern() => format!("~{}", it.text),
        ExprKind::Name(it) => it.text.clone(),
        ExprKind::Star => "*".into(),
        ExprKind::Path(left, name) => format!("{}.{}", expr(left), name.text),
        ExprKind::PathCall(left, call) => format!("{}.{}", expr(left), expr(call)),
        ExprKind::Index(left, index) => format!("{}[{}]", expr(left), expr(index)),
        ExprKind::Call { name, args } => list(
            &format!("{}!", name.text),
            args.iter().map(|arg| {
                let name = arg.name.as_ref().map_or(String::new(), |name| format!("{}=", name.text));
                format!("{name}{}", expr(&arg.expr))
            }),
        ),
        ExprKind::Sign { negative, expr: it } => {
            format!("({} {})", if *negative { "neg" } else { "pos" }, expr(it))
        }
        ExprKind::Binary { op, left, right, .. } => {
            format!("({} {} {})", spelled(*op), expr(left), expr(right))
        }
        ExprKind::Chain { first, rest } => {
            let links = rest.iter().map(|link| format!("{} {}", spelled(link.op), expr(&link.right)));
            list("chain", [expr(first)].into_iter().chain(links))
        }
        ExprKind::Between { negated, expr: it, low, high, .. } => {
            let head = if *negated { "!between" } else { "between" };
            format!("({head} {} {} {})", expr(it), expr(low), expr(high))
        }
        ExprKind::In { op, expr: it, list: items, .. } => {
            let head = LIST_OPS.iter().find(|row| row.1 == *op).unwrap().0;
            list(head, [expr(it)].into_iter().chain(exprs(items)))
        }
        ExprKind::Pipe(it) => pipe(it),
        ExprKind::TypeLiteral(ty) => format!("<{}>", ty.name()),
        ExprKind::List(items) => list("list", exprs(items)),
        ExprKind::Error => "(error)".into(),
    }
}

fn spelled(op: BinaryOp) -> &'static str {
    BINARY_OPS.iter().find(|row| row.1 == op).unwrap().0
}

fn literal(it: &Literal) -> String {
    match it {
        Literal::Bool(it) => it.to_string(),
        Literal::Int(it) => format!("{it}i"),
        Literal::Long(it) => format!("{it}l"),
        Literal::Real(it) => format!("{it:?}r"),
        Literal::Decimal(it) => format!("{it}m"),
        Literal::String(it) => format!("{it:?}"),
        Literal::Datetime(it) => kqlhunt::ticks::iso(*it),
        Literal::Timespan(it) => kqlhunt::ticks::timespan_text(*it),
        Literal::Guid(it) => format!("guid:{it}"),
        Literal::Dynamic(it) => format!("json:{it}"),
        Literal::Null(ty) => format!("{}:null", ty.name()),
    }
}
