// The grammar of `.unik` files for editors: it colours, folds, indents and selects. It accepts what `lang/syntax` accepts, token for
// token; what a file means, and what is wrong with it, the language server says.
//
// After a change, `cargo run` in `lsp/editors/tests/tree-sitter` writes `src/` and the editors' queries anew.

// Names of nothing that a file declares. That they are read as what they are where the grammar does not expect them, too, keeps a
// broken item from swallowing the next; so `src/scanner.c` reads all words, in this order.
const RESERVED = [
  "as", "configure", "device", "else", "enum", "false", "generative", "if", "import", "key", "let", "match", "module",
  "platform", "require", "run", "then", "true", "type", "unikernel",
];

// Words of a device's block, of a platform's, and of other places. Elsewhere they are names.
const DEVICE_WORDS = ["rust", "after", "exclusive", "attach", "features", "targets"];
const PLATFORM_WORDS = ["rust", "attach", "artifact", "link"];
const WORDS = [...DEVICE_WORDS, "artifact", "link", "crate", "short", "some", "std", "trait"];

const HEX = "[0-9a-fA-F]";

// The numbers of characters, in at most six digits: neither a surrogate nor beyond the last.
const CODE_POINT = (() => {
  const four = `([0-9a-cA-CeEfF]${HEX}{3}|[dD][0-7]${HEX}{2})`;
  const five = `([1-9a-fA-F]${HEX}{4}|0${four})`;
  return `(${HEX}{1,3}|${four}|${five}|10${HEX}{4}|0${five})`;
})();

const list = (rule) => optional(list1(rule));
const list1 = (rule) => seq(rule, repeat(seq(",", rule)), optional(","));
const some = (rule) => seq(rule, repeat(seq(",", rule)));

module.exports = grammar({
  name: "unik",

  externals: ($) => [$.name, ...RESERVED, ...WORDS],

  extras: ($) => [/[ \t\r\n\f]+/, $.comment, $.doc_comment, $.file_comment],

  supertypes: ($) => [$.item, $.expression, $.type, $.pattern],

  inline: ($) => [$._separator],

  // Behind a `,` in a device's block, a word like `rust` is a name or the next entry; what follows it tells.
  conflicts: ($) => [[$.after_entry], [$.exclusive_entry], [$.targets_entry]],

  rules: {
    source_file: ($) => repeat($.item),

    item: ($) =>
      choice(
        $.import_item,
        $.module_type_item,
        $.enum_item,
        $.key_item,
        $.device_item,
        $.let_item,
        $.require_item,
        $.unikernel_item,
        $.platform_item,
      ),

    // Items

    import_item: ($) =>
      seq(
        "import",
        field("path", choice($.library_path, $.relative_path, $.crate_path)),
        optional(seq("as", field("alias", $.name))),
        optional(field("names", $.imported_names)),
      ),

    library_path: ($) => seq("std", repeat1(seq("/", $._path_segment))),
    // Files may be called like reserved words.
    _path_segment: ($) => choice($.path_segment, alias(choice(...RESERVED), $.path_segment)),
    path_segment: ($) => $.name,
    // Two slashes begin a comment.
    relative_path: () => choice(
      token(/\.\.?\//),
      seq(token(/\.\.?(\/[A-Za-z0-9_.-]+)+/), optional(token.immediate('/'))),
    ),
    crate_path: ($) => seq("crate", field("name", $.name)),

    imported_names: ($) => seq("{", list($.imported_name), "}"),
    imported_name: ($) => seq(field("name", $.name), optional(seq("as", field("alias", $.name)))),

    module_type_item: ($) =>
      seq(
        "module",
        "type",
        field("name", $.name),
        optional(seq(":", some(field("includes", $.path)))),
        "=",
        "trait",
        field("trait", $.rust_path),
      ),

    rust_path: ($) => seq($._rust_segment, repeat(seq("::", $._rust_segment))),
    // Rust reserves other words.
    _rust_segment: ($) => choice($.rust_segment, alias(choice(...RESERVED), $.rust_segment)),
    rust_segment: ($) => $.name,

    enum_item: ($) => seq("enum", field("name", $.name), field("body", $.enum_cases)),
    enum_cases: ($) => seq("{", list($.enum_case), "}"),
    enum_case: ($) => field("name", $.name),

    key_item: ($) => $._key,
    _key: ($) =>
      seq(
        optional(field("stage", choice("configure", "run"))),
        "key",
        field("name", $.name),
        ":",
        field("type", $.type),
        optional(seq("=", field("default", $.expression))),
        optional(field("entries", $.key_entries)),
      ),
    key_entries: ($) => seq("{", optional(seq("short", field("short", $.name), optional(choice(",", ";")))), "}"),

    device_item: ($) =>
      seq(
        optional("generative"),
        "device",
        field("name", $.name),
        optional(field("parameters", $.parameters)),
        ":",
        field("result", $.type),
        field("body", $.device_block),
      ),

    // Some entries are lists themselves, so the separator belongs to the entry.
    device_block: ($) =>
      seq(
        "{",
        repeat(
          choice(
            $.rust_entry,
            $.after_entry,
            $.exclusive_entry,
            $.attach_entry,
            $.features_entry,
            $.targets_entry,
            $.key_entry,
          ),
        ),
        "}",
      ),

    rust_entry: ($) => seq("rust", field("path", $.rust_path), optional($._separator)),
    after_entry: ($) => seq("after", some($.expression), optional($._separator)),
    exclusive_entry: ($) =>
      seq("exclusive", some($._any_name), optional(seq("as", field("resource", $.string))), optional($._separator)),
    attach_entry: ($) =>
      seq("attach", field("parameter", $.name), "as", field("kind", $.string), optional($._separator)),
    features_entry: ($) => seq("features", "[", list($.string), "]", optional($._separator)),
    targets_entry: ($) => seq("targets", some($._any_name), optional($._separator)),
    key_entry: ($) => seq($._key, optional($._separator)),

    // A name where an expression could stand, so that the words of devices are possible there.
    _any_name: ($) => choice($.name, alias(choice(...DEVICE_WORDS), $.name)),
    _separator: () => choice(",", ";"),

    let_item: ($) => $._let,
    _let: ($) =>
      seq(
        "let",
        field("name", $.name),
        optional(field("parameters", $.parameters)),
        optional(seq(":", field("type", $.type))),
        "=",
        field("value", $.expression),
      ),

    parameters: ($) => seq("(", list($.parameter), ")"),
    parameter: ($) =>
      seq(field("name", $._any_name), ":", field("type", $.type), optional(seq("=", field("default", $.expression)))),

    require_item: ($) =>
      seq("require", field("condition", $.expression), optional(seq(",", field("message", $.string))), optional(",")),

    unikernel_item: ($) => seq("unikernel", field("name", $.name), "=", field("value", $.expression)),

    platform_item: ($) => seq("platform", field("name", $.name), field("body", $.platform_block)),
    platform_block: ($) =>
      seq(
        "{",
        repeat(
          choice(
            alias($.platform_rust_entry, $.rust_entry),
            $.artifact_entry,
            $.link_entry,
            $.limit_entry,
            $.role_entry,
          ),
        ),
        "}",
      ),
    platform_rust_entry: ($) => seq("rust", field("path", $.rust_path), optional($._separator)),
    artifact_entry: ($) => seq("artifact", field("extension", $.string), optional($._separator)),
    link_entry: ($) => seq("link", field("script", $.string), optional($._separator)),
    limit_entry: ($) => seq("attach", field("kind", $.string), field("most", $.number), optional($._separator)),
    role_entry: ($) =>
      seq(
        field("name", choice($.name, alias(choice(...PLATFORM_WORDS), $.name))),
        "=",
        field("value", $.expression),
        optional($._separator),
      ),

    // Names and types


    path: ($) => seq($.name, repeat(seq(".", $.name))),

    type: ($) => choice($.named_type, $.applied_type, $.function_type),
    named_type: ($) => $.path,
    applied_type: ($) => seq(field("type", $.path), "(", list($.type), ")"),
    function_type: ($) => seq("(", list($.type), ")", "->", field("result", $.type)),

    // Expressions, from the loosest to the tightest

    expression: ($) => choice($.lambda, $.if_expression, $.match_expression, $._operand),

    lambda: ($) => seq("(", list($.parameter), ")", "=>", field("body", $.expression)),
    if_expression: ($) =>
      seq(
        "if",
        field("condition", $.expression),
        "then",
        field("consequence", $.expression),
        "else",
        field("alternative", $.expression),
      ),
    match_expression: ($) => seq("match", field("value", $.expression), field("body", $.match_arms)),
    match_arms: ($) => seq("{", list($.match_arm), "}"),
    match_arm: ($) => seq($.pattern, repeat(seq("|", $.pattern)), "=>", field("value", $.expression)),

    _operand: ($) => choice($._calculation, alias($._comparison, $.binary_expression), alias($._logic, $.binary_expression)),

    _logic: ($) =>
      choice(
        prec.left(1, seq(field("left", $._operand), field("operator", "||"), field("right", $._operand))),
        prec.left(2, seq(field("left", $._operand), field("operator", "&&"), field("right", $._operand))),
      ),
    // They do not chain.
    _comparison: ($) =>
      prec(
        3,
        seq(
          field("left", $._calculation),
          field("operator", choice("==", "!=", "<", "<=", ">", ">=")),
          field("right", $._calculation),
        ),
      ),
    _calculation: ($) => choice($.binary_expression, $.unary_expression, $._postfix),
    binary_expression: ($) =>
      choice(
        prec.left(4, seq(field("left", $._calculation), field("operator", "++"), field("right", $._calculation))),
        prec.left(
          5,
          seq(field("left", $._calculation), field("operator", choice("+", "-")), field("right", $._calculation)),
        ),
        prec.left(6, seq(field("left", $._calculation), field("operator", "*"), field("right", $._calculation))),
      ),
    unary_expression: ($) =>
      prec(7, seq(field("operator", choice("!", "-")), field("operand", choice($.unary_expression, $._postfix)))),

    _postfix: ($) =>
      choice(
        $.identifier,
        $.boolean,
        $.number,
        $.string,
        $.member,
        $.application,
        $.scoped,
        $.parenthesized,
        $.list,
        $.block,
      ),
    identifier: ($) => $._any_name,
    member: ($) => prec(8, seq(field("of", $._postfix), ".", field("name", $.name))),
    application: ($) => prec(8, seq(field("function", $._postfix), field("arguments", $.arguments))),
    arguments: ($) => seq("(", list($.argument), ")"),
    argument: ($) => seq(optional(seq(field("name", $._any_name), ":")), field("value", $.expression)),
    scoped: ($) => prec(8, seq(field("of", $._postfix), "as", field("scope", $.string))),
    parenthesized: ($) => seq("(", $.expression, ")"),
    list: ($) => seq("[", list($.expression), "]"),
    block: ($) => seq("{", repeat(choice($.let_statement, $.key_statement)), field("value", $.expression), "}"),
    let_statement: ($) => seq($._let, ";"),
    key_statement: ($) => seq($._key, ";"),

    // Patterns

    pattern: ($) =>
      choice($.wildcard, $.case_pattern, $.some_pattern, $.boolean, $.number, $.negative_number, $.string),
    wildcard: () => "_",
    case_pattern: ($) => choice($.path, alias($._path_from_some, $.path)),
    _path_from_some: ($) => seq(alias("some", $.name), repeat(seq(".", $.name))),
    some_pattern: ($) => seq("some", "(", choice(field("binding", $.name), $.wildcard), ")"),
    negative_number: ($) => seq("-", $.number),

    // Literals

    boolean: () => choice("true", "false"),
    number: () => /[0-9][0-9_]*[A-Za-z]*/,
    string: ($) =>
      seq(
        '"',
        repeat(choice(alias($._string_content, $.string_content), $.escape_sequence)),
        token.immediate('"'),
      ),
    _string_content: () => token.immediate(prec(1, /[^"\\\r\n]+/)),
    escape_sequence: () => token.immediate(new RegExp(`\\\\(["\\\\nrt0]|u\\{${CODE_POINT}\\})`)),

    // Comments

    comment: () => token(choice(/\/\/([^\/!\n][^\n]*)?/, /\/\/\/\/[^\n]*/)),
    doc_comment: () => token(/\/\/\/([^\/\n][^\n]*)?/),
    file_comment: () => token(/\/\/![^\n]*/),
  },
});
