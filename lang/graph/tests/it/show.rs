//! Values and expressions in text.

use expect_test::{Expect, expect};
use unik_graph::{Cidr, Const, Expr, ExprId, HostPath, Op, Stage, ValueType};

use crate::build::{Build, store};

#[test]
fn values_as_literals_and_as_options() {
    use Const::{Bool, Case, Duration, Files, Int, Ip, List, Mac, None, Path, Port, Size, Some, Str};
    let path = HostPath { folder: "x".into(), written: "data/".into() };
    let ports = ValueType::List(Box::new(ValueType::Port));
    let stores = ValueType::Option(Box::new(ValueType::List(Box::new(store()))));
    let mut out = String::new();
    for (value, ty) in [
        (Bool(true), ValueType::Bool),
        (Int(i64::MIN), ValueType::Int),
        (Str("a \"b\" \\ \n\t\u{7f} 字😀".into()), ValueType::Str),
        (Path(path.clone()), ValueType::Path),
        (Files(path), ValueType::Files),
        (Port(65535), ValueType::Port),
        (Ip("::1".parse().unwrap()), ValueType::Ip),
        (Const::Cidr(Cidr { address: "10.0.0.2".parse().unwrap(), prefix: 24 }), ValueType::Cidr),
        (Mac([0, 1, 0xab, 3, 4, 255]), ValueType::Mac),
        (Duration(0), ValueType::Duration),
        (Duration(90_000_000_000), ValueType::Duration),
        (Duration(7_200_000_000_000), ValueType::Duration),
        (Duration(1_500_000), ValueType::Duration),
        (Duration(u64::MAX), ValueType::Duration),
        (Size(0), ValueType::Size),
        (Size(64 << 10), ValueType::Size),
        (Size((1 << 20) + 1), ValueType::Size),
        (List(vec![Port(80), Port(8080)]), ports),
        (Some(Box::new(List(vec![Case(1), Case(0)]))), stores.clone()),
        (None, stores),
        (Case(9), store()),
    ] {
        let option = value.option(&ty);
        out += &format!("{} | {option}\n", value.literal(&ty));
        // What an option shows can be given as one.
        if value != Case(9) {
            assert_eq!(ty.parse(&option).unwrap().in_folder(&"x".into()), value);
        }
    }
    expect![[r#"
        true | true
        -9223372036854775808 | -9223372036854775808
        "a \"b\" \\ \n\t\u{7f} 字😀" | a "b" \ 
        	 字😀
        "data/" | data/
        files("data/") | data/
        65535 | 65535
        "::1" | ::1
        "10.0.0.2/24" | 10.0.0.2/24
        "00:01:ab:03:04:ff" | 00:01:ab:03:04:ff
        0s | 0s
        90s | 90s
        2h | 2h
        1500us | 1500us
        18446744073709551615ns | 18446744073709551615ns
        0B | 0B
        64KiB | 64KiB
        1048577B | 1048577B
        [80, 8080] | [80, 8080]
        some([direct, crunch]) | [direct, crunch]
        none | none
        Store.9 | Store.9
    "#]]
    .assert_eq(&out);
}

/// Builds expressions over the keys `a`, `b`, `c` (`Int`), `p`, `q` (`Bool`) and `o` (`Option(Int)`).
struct Make {
    b: Build,
    keys: Vec<ExprId>,
}

impl Make {
    fn new() -> Self {
        let mut b = Build::new();
        let option = ValueType::Option(Box::new(ValueType::Int));
        let int = ["a", "b", "c"].map(|name| (name, ValueType::Int));
        let bool = ["p", "q"].map(|name| (name, ValueType::Bool));
        let all = int.into_iter().chain(bool).chain([("o", option)]);
        let keys = all.map(|(name, ty)| b.key(name, Stage::Run, ty, None)).collect();
        Self { b, keys }
    }

    fn key(&self, name: char) -> ExprId {
        self.keys["abcpqo".find(name).unwrap()]
    }

    fn add(&mut self, expr: Expr) -> ExprId {
        self.b.0.exprs.add(expr, ValueType::Int)
    }

    fn two(&mut self, op: Op, left: ExprId, right: ExprId) -> ExprId {
        self.add(Expr::Binary(op, left, right))
    }
}

fn check(make: impl FnOnce(&mut Make) -> ExprId, expect: Expect) {
    let mut m = Make::new();
    let id = make(&mut m);
    expect.assert_eq(&m.b.0.exprs.text(id, &m.b.0.keys));
}

#[test]
fn expressions_have_the_parentheses_they_need() {
    use Op::{Add, And, Equal, Less, Multiply, Or, Subtract};
    check(
        |m| {
            let (a, b, c) = (m.key('a'), m.key('b'), m.key('c'));
            let difference = m.two(Subtract, b, c);
            let right = m.two(Subtract, a, difference);
            let left = m.two(Subtract, right, c);
            let product = m.two(Multiply, left, a);
            m.two(Add, product, b)
        },
        expect!["(a - (b - c) - c) * a + b"],
    );
    check(
        |m| {
            let (p, q, a, b) = (m.key('p'), m.key('q'), m.key('a'), m.key('b'));
            let less = m.two(Less, a, b);
            let not_less = m.add(Expr::Not(less));
            let either = m.two(Or, p, q);
            let both = m.two(And, either, not_less);
            let not_both = m.add(Expr::Not(both));
            let same = m.two(Equal, not_both, p);
            m.two(Or, same, q)
        },
        expect!["!((p || q) && a >= b) == p || q"],
    );
    check(
        |m| {
            let (p, a, o) = (m.key('p'), m.key('a'), m.key('o'));
            let is = m.add(Expr::IsSome(o));
            let inner = m.add(Expr::Unwrap(o));
            let minus = m.add(Expr::Negate(inner));
            let chosen = m.add(Expr::If(p, minus, a));
            let sum = m.two(Add, chosen, a);
            let isnt = m.add(Expr::Not(is));
            let list = m.add(Expr::List(vec![chosen, isnt]));
            let some = m.add(Expr::Some(list));
            m.add(Expr::If(is, sum, some))
        },
        expect![
            "if o != none then (if p then -o.value else a) + a else some([if p then -o.value else a, o == none])"
        ],
    );
}

#[test]
fn a_number_below_zero_is_no_operand_of_a_sign() {
    check(
        |m| {
            let one = m.b.constant(Const::Int(-1), ValueType::Int);
            let minus = m.add(Expr::Negate(one));
            let a = m.key('a');
            m.two(Op::Subtract, a, minus)
        },
        expect!["a - -(-1)"],
    );
}

#[test]
fn what_would_be_exponential_is_cut() {
    let mut m = Make::new();
    let mut id = m.key('a');
    for _ in 0..1000 {
        id = m.two(Op::Add, id, id);
    }
    let text = m.b.0.exprs.text(id, &m.b.0.keys);
    assert!(text.contains('…') && text.len() < 3000, "{}", text.len());
}
