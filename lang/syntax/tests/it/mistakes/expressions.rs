//! Types, expressions, conditions, matches and blocks that the grammar refuses.

use expect_test::expect;

use super::check;

#[test]
fn types() {
    check(
        "let a: List(T = b",
        expect![[r#"
        E0002 expected `)` to close the `(`
          `T`: expected `)` after this
          `(`: opened here
          help: put `)` there
        (let a : (List T) = b)"#]],
    );
    check(
        "let a: (T) = b",
        expect![[r#"
        E0001 expected `->`, found `=`
          `=`: expected `->`
        (let a : ((T) -> ERROR) = b)"#]],
    );
    check(
        "let a: 1 = b",
        expect![[r#"
        E0001 expected a type, found `1`
          `1`: expected a type
        (let a : ERROR = b)"#]],
    );
}

#[test]
fn expressions() {
    check(
        "let x = a +",
        expect![[r#"
        E0001 expected an expression, found the end of the item
          `+`: expected an expression after this
        (let x = ERROR)"#]],
    );
    check(
        "let x = a + if b then c else d",
        expect![[r#"
        E0001 expected an expression, found `if`
          `if`: expected an expression
          help: put the whole `if` in parentheses to use it as an operand
        (let x = ERROR)"#]],
    );
    check(
        "let x = a / b",
        expect![[r#"
        E0001 expected the end of the item, found `/`
          `/`: expected the end of the item
          note: there is no division
        (let x = ERROR)"#]],
    );
    check(
        "let x = a < b < c",
        expect![[r#"
        E0011 `<` cannot follow `<` without parentheses
          `<`: the second comparison
          `<`: the first one
          note: a comparison gives a `Bool`
          help: to compare `b` with both, write `a < b && b < c`
        (let x = (< (< a b) c))"#]],
    );
    check(
        "let x = f(a b)",
        expect![[r#"
        E0001 expected `,` between `a` and `b`
          `a`: expected `,` after this
          note: the elements of a list are separated by `,`
          help: put `,` there
        (let x = (f a b))"#]],
    );
    check(
        "let x = f(a; b)",
        expect![[r#"
        E0001 expected `,`, found `;`
          `;`: expected `,`
          note: the elements of a list are separated by `,`
          help: write `,`
        (let x = (f a b))"#]],
    );
    check(
        "let x = kv.",
        expect![[r#"
        E0001 expected a name, found the end of the item
          `.`: expected a name after this
        (let x = (. kv ))"#]],
    );
    check(
        "let x = f(kv., a)",
        expect![[r#"
        E0001 expected a name, found `,`
          `,`: expected a name
        (let x = (f (. kv ) a))"#]],
    );
    check(
        "let x = e as n",
        expect![[r#"
        E0001 expected a string, found `n`
          `n`: expected a string
        (let x = ERROR)"#]],
    );
    check(
        "let x = [1, , 2]",
        expect![[r#"
        E0001 expected an expression, found `,`
          `,`: expected an expression
          help: take out `,`
        (let x = [1 2])"#]],
    );
}

#[test]
fn conditions() {
    check(
        "let x = if a then b",
        expect![[r#"
        E0001 this `if` has no `else`
          `b`: expected `else` after this
          `if`: the `if`
          note: an `if` is an expression: it needs a value for either case
          help: add `else` and a value
        (let x = ERROR)"#]],
    );
    check(
        "let x = f(if a then b, c)",
        expect![[r#"
        E0001 this `if` has no `else`
          `b`: expected `else` after this
          `if`: the `if`
          note: an `if` is an expression: it needs a value for either case
          help: add `else` and a value
        (let x = (f ERROR c))"#]],
    );
    check(
        "let x = if a b else c",
        expect![[r#"
        E0001 expected `then` between `a` and `b`
          `a`: expected `then` after this
          help: put `then` there
        (let x = (if a b c))"#]],
    );
    check(
        "let x = if a = b then c else d",
        expect![[r#"
        E0001 expected `==`, found `=`
          `=`: expected `==`
          note: `=` gives a name its meaning; `==` compares
          help: write `==`
        (let x = (if (== a b) c d))"#]],
    );
}

#[test]
fn matches() {
    check(
        "let x = match e { a -> 1, b => 2 }",
        expect![[r#"
        E0001 expected `=>`, found `->`
          `->`: expected `=>`
          help: write `=>`
        (let x = (match e [a => 1] [b => 2]))"#]],
    );
    check(
        "let x = match e { a => 1 b => 2 }",
        expect![[r#"
        E0001 expected `,` between `1` and `b`
          `1`: expected `,` after this
          note: the elements of a list are separated by `,`
          help: put `,` there
        (let x = (match e [a => 1] [b => 2]))"#]],
    );
    check(
        "let x = match e { ok(y) => 1 }",
        expect![[r#"
        E0001 the pattern `ok` has nothing in parentheses
          `ok`: only `some` has
          help: write `ok` for the case of an enum, `some(x)` for an option
        (let x = (match e [ERROR => 1]))"#]],
    );
    check(
        "let x = match e { => 1, b => 2 }",
        expect![[r#"
        E0001 expected a pattern, found `=>`
          `=>`: expected a pattern
        (let x = (match e [ERROR => 1] [b => 2]))"#]],
    );
}

#[test]
fn blocks() {
    check(
        "let x = { let a = 1 a }",
        expect![[r#"
        E0001 expected `;` between `1` and `a`
          `1`: expected `;` after this
          note: the statements of a block end with `;`
          help: put `;` there
        (let x = {(let a = 1) a})"#]],
    );
    check(
        "let x = { let a = 1; }",
        expect![[r#"
        E0001 expected an expression, found `}`
          `}`: expected an expression
          note: the value of a block is the expression at its end
          help: put an expression before the `}`
        (let x = {(let a = 1) ERROR})"#]],
    );
    check(
        "let x = { a; b }",
        expect![[r#"
        E0001 expected `}`, found `;`
          `;`: expected `}`
          note: only `let` and `key` are statements; the expression at the end of a block has no `;`
        (let x = {b})"#]],
    );
    check(
        "let f(x: T) =\n  let y = 1;\n  y",
        expect![[r#"
            E0001 expected an expression, found `let`
              `let`: expected an expression
              help: put statements and the value behind them into braces: `{ let …; … }`
            (let f (x:T) = ERROR)"#]],
    );
}

#[test]
fn a_statement_without_its_let() {
    check(
        "let f(x: Int): Int = {\n  key k: Int = 1;\n  a = x + k;\n  let b = a;\n  b\n}",
        expect![[r#"
        E0001 expected `let` before `a`
          `a`: a name gets its meaning here
          help: write `let a = …`
        (let f (x:Int) : Int = {(key k : Int = 1) (let a = (+ x k)) (let b = a) b})"#]],
    );
    check(
        "let f(x: Int): Int = { a = x; a }",
        expect![[r#"
        E0001 expected `let` before `a`
          `a`: a name gets its meaning here
          help: write `let a = …`
        (let f (x:Int) : Int = {(let a = x) a})"#]],
    );
    check(
        "let f(x: Int): Bool = { x = 1 }",
        expect![[r#"
        E0001 expected `==`, found `=`
          `=`: expected `==`
          note: `=` gives a name its meaning; `==` compares
          help: write `==`
        (let f (x:Int) : Bool = {(== x 1)})"#]],
    );
}
