//! Trees as short s-expressions, for snapshots. Spans are left out.

use unik_syntax::tree::*;

fn list<T>(all: &[T], one: impl Fn(&T) -> String) -> String {
    all.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn maybe<T>(value: &Option<T>, one: impl Fn(&T) -> String) -> String {
    value.as_ref().map_or(String::new(), |value| format!(" {}", one(value)))
}

fn named(name: &Name) -> String {
    name.text.to_string()
}

fn documented(doc: &str) -> String {
    if doc.is_empty() { String::new() } else { format!(" doc={doc:?}") }
}

pub(crate) fn item(item: &Item) -> String {
    let doc = documented(&item.doc);
    let text = match &item.kind {
        ItemKind::Import(import) => {
            let path = match &import.path {
                ImportPath::Std(path) => list(path, named),
                ImportPath::Relative(path) => format!("relative {}", path.text),
                ImportPath::Crate(name) => format!("crate {}", name.text),
            };
            let one = |name: &ImportedName| {
                format!("{}{}", name.name.text, maybe(&name.alias, |alias| format!("as {}", alias.text)))
            };
            let names = maybe(&import.names, |names| format!("{{{}}}", list(names, one)));
            format!("import ({path}){}{names}", maybe(&import.alias, |alias| format!("as {}", alias.text)))
        }
        ItemKind::ModuleType(of) => {
            format!(
                "module-type {} ({}){}",
                of.name.text,
                list(&of.includes, path),
                maybe(&of.rust_trait, |path| path.text.to_string())
            )
        }
        ItemKind::Enum(of) => format!(
            "enum {} {}",
            of.name.text,
            list(&of.cases, |case| format!("{}{}", case.name.text, documented(&case.doc)))
        ),
        ItemKind::Key(of) => key(of),
        ItemKind::Device(of) => {
            let generative = if of.generative { "generative " } else { "" };
            format!(
                "{generative}device {}{} : {} {{{}}}",
                of.name.text,
                maybe(&of.params, |all| params(all)),
                ty(&of.result),
                list(&of.entries, entry)
            )
        }
        ItemKind::Let(of) => binding(of),
        ItemKind::Require(of) => format!(
            "require {}{}",
            expr(&of.condition),
            maybe(&of.message, |text| format!("{:?}", text.value))
        ),
        ItemKind::Unikernel(of) => format!("unikernel {} {}", of.name.text, expr(&of.body)),
        ItemKind::Platform(of) => {
            let entry = |entry: &PlatformEntry| match entry {
                PlatformEntry::Rust(path) => format!("(rust {})", path.text),
                PlatformEntry::Artifact(name) => format!("(artifact {:?})", name.value),
                PlatformEntry::Link(script) => format!("(link {:?})", script.value),
                PlatformEntry::Attach(kind, most) => {
                    format!("(attach {:?} {})", kind.value, literal(&most.number))
                }
                PlatformEntry::Role(name, device) => format!("(role {} {})", name.text, expr(device)),
            };
            format!("platform {} {{{}}}", of.name.text, list(&of.entries, entry))
        }
        ItemKind::Broken(of) => format!("broken {:?}{}", of.keyword.as_str(), maybe(&of.name, named)),
    };
    format!("({text}{doc})")
}

fn binding(of: &Let) -> String {
    let result = maybe(&of.result, |result| format!(": {}", ty(result)));
    format!("let {}{}{result} = {}", of.name.text, maybe(&of.params, |all| params(all)), expr(&of.body))
}

fn key(of: &Key) -> String {
    let stage = match of.stage {
        KeyStage::Configure => "configure-key",
        KeyStage::Both => "key",
        KeyStage::Run => "run-key",
    };
    let short = maybe(&of.short, |short| format!("short={}", short.text));
    format!(
        "{stage} {} : {}{}{short}{}",
        of.name.text,
        ty(&of.ty),
        maybe(&of.default, |value| format!("= {}", expr(value))),
        documented(&of.doc)
    )
}

fn entry(entry: &DeviceEntry) -> String {
    match entry {
        DeviceEntry::Rust(path) => format!("(rust {})", path.text),
        DeviceEntry::After(devices) => format!("(after {})", list(devices, expr)),
        DeviceEntry::Exclusive(of) => {
            format!(
                "(exclusive {}{})",
                list(&of.params, named),
                maybe(&of.resource, |name| format!("{:?}", name.value))
            )
        }
        DeviceEntry::Attach(of) => format!("(attach {} {:?})", of.param.text, of.kind.value),
        DeviceEntry::Features(names) => {
            format!("(features {})", list(names, |name| format!("{:?}", name.value)))
        }
        DeviceEntry::Targets(names) => format!("(targets {})", list(names, named)),
        DeviceEntry::Key(of) => format!("({})", key(of)),
    }
}

fn params(all: &[Param]) -> String {
    let one = |param: &Param| {
        format!(
            "{}:{}{}",
            param.name.text,
            ty(&param.ty),
            maybe(&param.default, |value| format!("= {}", expr(value)))
        )
    };
    format!("({})", all.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn path(path: &Path) -> String {
    path.segments.iter().map(named).collect::<Vec<_>>().join(".")
}

fn ty(of: &Type) -> String {
    match &of.kind {
        TypeKind::Path(of) => path(of),
        TypeKind::Apply(of, args) => format!("({} {})", path(of), list(args, ty)),
        TypeKind::Function(params, result) => format!("(({}) -> {})", list(params, ty), ty(result)),
        TypeKind::Error => "ERROR".into(),
    }
}

fn literal(of: &Literal) -> String {
    match of {
        Literal::Bool(of) => of.to_string(),
        Literal::Number { digits, unit } if unit.is_empty() => digits.to_string(),
        Literal::Number { digits, unit } => format!("{digits}'{unit}"),
        Literal::Str(text) => format!("{text:?}"),
    }
}

fn expr(of: &Expr) -> String {
    match &of.kind {
        ExprKind::Literal(of) => literal(of),
        ExprKind::Name(name) => named(name),
        ExprKind::Member(of, name) => format!("(. {} {})", expr(of), name.text),
        ExprKind::Apply(of, args) => {
            let arg = |arg: &Arg| {
                format!(
                    " {}{}",
                    arg.name.as_ref().map_or(String::new(), |name| format!("{}:", name.text)),
                    expr(&arg.value)
                )
            };
            format!("({}{})", expr(of), args.iter().map(arg).collect::<String>())
        }
        ExprKind::Lambda(all, body) => format!("(fn {} {})", params(all), expr(body)),
        ExprKind::If(condition, then, other) => {
            format!("(if {} {} {})", expr(condition), expr(then), expr(other))
        }
        ExprKind::Match(of, arms) => {
            let arm = |arm: &Arm| {
                format!(
                    "[{} => {}]",
                    arm.patterns.iter().map(pattern).collect::<Vec<_>>().join("|"),
                    expr(&arm.body)
                )
            };
            format!("(match {} {})", expr(of), list(arms, arm))
        }
        ExprKind::Block(statements, value) => {
            let statement = |statement: &Statement| match statement {
                Statement::Let(of) => format!("({}) ", binding(of)),
                Statement::Key(of) => format!("({}) ", key(of)),
            };
            format!("{{{}{}}}", statements.iter().map(statement).collect::<String>(), expr(value))
        }
        ExprKind::List(elements) => format!("[{}]", list(elements, expr)),
        ExprKind::Unary(UnaryOp::Not, of) => format!("(! {})", expr(of)),
        ExprKind::Unary(UnaryOp::Negate, of) => format!("(neg {})", expr(of)),
        ExprKind::Binary(op, _, a, b) => format!("({} {} {})", op.symbol(), expr(a), expr(b)),
        ExprKind::As(of, name) => format!("(as {} {:?})", expr(of), name.value),
        ExprKind::Paren(of) => format!("(paren {})", expr(of)),
        ExprKind::Error => "ERROR".into(),
    }
}

fn pattern(of: &Pattern) -> String {
    match &of.kind {
        PatternKind::Wildcard => "_".into(),
        PatternKind::Case(of) => path(of),
        PatternKind::Literal(of) => literal(of),
        PatternKind::Some(name) => format!("some({})", name.as_ref().map_or("_".into(), named)),
        PatternKind::None => "none".into(),
        PatternKind::Error => "ERROR".into(),
    }
}
