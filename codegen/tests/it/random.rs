//! Random expressions: what the compiled program computes is what they mean, and how it is written is how rustfmt
//! would write it.

use std::path::Path;
use std::process::Command;

use unik_codegen::generate;
use unik_graph::{Const, DeviceGraph, Expr, ExprId, Op, ValueType};

use crate::build::{App, Arg, Build, resolution};
use crate::generated::{cargo, succeeds};
use crate::graphs::option;

/// Expressions in the program.
const COUNT: usize = 60;
/// What the program is started with: `a`, `b`, `c`, `o`.
const STARTS: [(i64, i64, bool, Option<i64>); 4] =
    [(3, -5, true, None), (0, i64::MAX, false, Some(4)), (i64::MIN, 1, true, Some(0)), (7, 7, false, None)];

/// Numbers that look random, the same each time (an LCG by Knuth).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick(&mut self, from: &[ExprId]) -> ExprId {
        let index = self.roll(from.len() as u64);
        from[usize::try_from(index).unwrap()]
    }
}

/// The value of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    Bool(bool),
    Int(i64),
    Option(Option<i64>),
}

/// What an expression means; nothing if it fails.
fn meaning(graph: &DeviceGraph, id: ExprId, start: (i64, i64, bool, Option<i64>)) -> Option<Meaning> {
    use Meaning::{Bool, Int, Option as Maybe};
    let of = |id: ExprId| meaning(graph, id, start);
    let int = |id: ExprId| match of(id)? {
        Int(value) => Some(value),
        Bool(_) | Maybe(_) => panic!("no number"),
    };
    let bool = |id: ExprId| of(id).map(|value| value == Bool(true));
    Some(match graph.exprs.get(id).clone() {
        Expr::Const(Const::Int(value)) => Int(value),
        Expr::Const(Const::Bool(value)) => Bool(value),
        Expr::Key(key) => match key.0 {
            0 => Int(start.0),
            1 => Int(start.1),
            2 => Bool(start.2),
            _ => Maybe(start.3),
        },
        Expr::Not(of) => Bool(!bool(of)?),
        Expr::Negate(of) => Int(int(of)?.checked_neg()?),
        Expr::Binary(Op::Add, left, right) => Int(int(left)?.checked_add(int(right)?)?),
        Expr::Binary(Op::Subtract, left, right) => Int(int(left)?.checked_sub(int(right)?)?),
        Expr::Binary(Op::Multiply, left, right) => Int(int(left)?.checked_mul(int(right)?)?),
        Expr::Binary(Op::And, left, right) => Bool(bool(left)? && bool(right)?),
        Expr::Binary(Op::Or, left, right) => Bool(bool(left)? || bool(right)?),
        Expr::Binary(Op::Equal, left, right) => Bool(of(left)? == of(right)?),
        Expr::Binary(Op::Less, left, right) => Bool(int(left)? < int(right)?),
        Expr::Binary(Op::LessEqual, left, right) => Bool(int(left)? <= int(right)?),
        Expr::If(condition, then, otherwise) => of(if bool(condition)? { then } else { otherwise })?,
        Expr::Some(of) => Maybe(Some(int(of)?)),
        Expr::IsSome(option) => Bool(of(option)? != Maybe(None)),
        Expr::Unwrap(option) => match of(option)? {
            Maybe(value) => Int(value?),
            Bool(_) | Int(_) => panic!("no option"),
        },
        other => panic!("{other:?}"),
    })
}

/// Adds random expressions of all types, and gives the numbers among them.
fn grow(build: &mut Build, dice: &mut Dice) -> Vec<ExprId> {
    let off = build.value(Const::Bool(false), ValueType::Bool);
    let none = build.value(Const::None, option(ValueType::Int));
    let zero = build.int(0);
    let keys = [
        build.key("a", ValueType::Int, Some(zero)),
        build.key("a_key_with_a_long_name", ValueType::Int, Some(zero)),
    ];
    let debug = build.key("debug", ValueType::Bool, Some(off));
    let maybe = build.key("maybe", option(ValueType::Int), Some(none));
    let mut numbers = vec![keys[0], keys[1], build.int(2), build.int(i64::MAX), build.int(-1)];
    let mut bools = vec![debug];
    let mut options = vec![maybe];
    for _ in 0..700 {
        let (left, right) = (dice.pick(&numbers), dice.pick(&numbers));
        let (this, that) = (dice.pick(&bools), dice.pick(&bools));
        let some = dice.pick(&options);
        let exprs = &mut build.graph.exprs;
        match dice.roll(12) {
            0 => numbers.push(build.binary(Op::Add, left, right)),
            1 => numbers.push(build.binary(Op::Subtract, left, right)),
            2 => numbers.push(build.binary(Op::Multiply, left, right)),
            3 => numbers.push(exprs.add(Expr::Negate(left), ValueType::Int)),
            4 => bools.push(build.binary(Op::Less, left, right)),
            5 => bools.push(build.binary(Op::LessEqual, left, right)),
            6 => bools.push(build.binary(Op::Equal, left, right)),
            7 => bools.push(build.binary(if left < right { Op::And } else { Op::Or }, this, that)),
            8 => bools.push(build.not(this)),
            9 => options.push(exprs.add(Expr::Some(left), option(ValueType::Int))),
            10 => numbers.push(build.choose(this, left, right)),
            _ => {
                let is_some = exprs.add(Expr::IsSome(some), ValueType::Bool);
                let content = exprs.add(Expr::Unwrap(some), ValueType::Int);
                let sum = build.binary(Op::Add, content, left);
                let then = if this < that { content } else { sum };
                numbers.push(build.choose(is_some, then, right));
            }
        }
    }
    numbers
}

#[test]
fn random_expressions_mean_what_they_say() {
    let mut dice = Dice(7);
    let mut build = Build::new("random");
    let numbers = grow(&mut build, &mut dice);
    // Those that never fail as a whole; parts of them do, in branches that are not taken.
    let total = |id: &ExprId| STARTS.iter().all(|start| meaning(&build.graph, *id, *start).is_some());
    let chosen: Vec<ExprId> = numbers.iter().rev().copied().filter(total).take(COUNT).collect();
    assert_eq!(chosen.len(), COUNT);
    for number in &chosen {
        let id = format!("count_{}", build.graph.graph.node_count());
        build.device(&id, "count", None, vec![("number", Arg::Value(*number))]);
    }
    let graph = build.graph;
    let world = resolution(&graph, concat!(env!("CARGO_MANIFEST_DIR"), "/tests"));
    let generated = generate(&graph, &App, &world).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grown");
    std::fs::create_dir_all(folder.join("random/src")).unwrap();
    std::fs::write(folder.join("rustfmt.toml"), "").unwrap();
    for (path, content) in &generated.files {
        std::fs::write(folder.join("random").join(path), content.bytes()).unwrap();
    }
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--check", "--edition", "2024"]).arg(folder.join("random/src/main.rs"));
    succeeds("rustfmt", &rustfmt.output().unwrap());
    for start in STARTS {
        let (a, b, debug, maybe) = start;
        let mut arguments =
            vec![format!("--a={a}"), format!("--a-key-with-a-long-name={b}"), format!("--debug={debug}")];
        arguments.extend(maybe.map(|maybe| format!("--maybe={maybe}")));
        let arguments: Vec<&str> =
            ["run", "--"].into_iter().chain(arguments.iter().map(String::as_str)).collect();
        let output = cargo("random", &folder, &arguments);
        succeeds("run", &output);
        let text = String::from_utf8(output.stdout).unwrap();
        let expected = chosen.iter().map(|id| match meaning(&graph, *id, start) {
            Some(Meaning::Int(value)) => format!("count {value}\n"),
            other => panic!("{other:?}"),
        });
        assert_eq!(text, expected.collect::<String>(), "{start:?}");
    }
}
