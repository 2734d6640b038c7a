//! What a completion writes beyond its word, with places to fill in: the shape of an item, the arguments of an application, the arms of
//! a `match`.

use smol_str::SmolStr;
use unik_check::core::Param;

/// A piece of what is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it is.
    Text(SmolStr),
    /// A place to fill in, with what stands there until then.
    Place(SmolStr),
}

/// The shape of what a word begins: of an item, an entry, an expression. Nothing if there is none that most of them have.
pub(crate) fn shape(word: &str) -> Vec<Piece> {
    pieces(match word {
        "module type" => "module type «Name» = trait «Name»",
        "enum" => "enum «Name» { «first», «second» }",
        "key" => "key «name»: «Int» = «0»",
        "configure key" => "configure key «name»: «Int» = «0»",
        "run key" => "run key «name»: «Int» = «0»",
        "device" => "device «name»(«parameter»: «Type»): «Job» {\n  rust «start»\n}",
        "generative device" => {
            "generative device «name»(«parameter»: «Type»): «Job» {\n  rust «Name::new»\n}"
        }
        "let" => "let «name» = «value»",
        "require" => "require «condition», \"«what must hold»\"",
        "unikernel" => "unikernel «name» = «job»",
        "platform" => "platform «name» {\n  rust «crate_name»\n  «role» = «implementation»\n}",
        "rust" => "rust «start»",
        "artifact" => "artifact \"«extension»\"",
        "link" => "link \"«script.x»\"",
        "if" => "if «condition» then «this» else «that»",
        "match" => "match «value» {\n  «pattern» => «result»,\n}",
        "files" => "files(\"«data/»\")",
        "some" => "some(«value»)",
        _ => "",
    })
}

/// An application with the arguments that it must have. Without any the place between the parentheses is left.
pub(crate) fn application(name: &str, params: &[Param]) -> Vec<Piece> {
    let needed: Vec<String> = params
        .iter()
        .filter(|param| param.default.is_none())
        .map(|param| format!("«{}»", param.name))
        .collect();
    match needed.is_empty() {
        true => pieces(&format!("{name}(«»)")),
        false => pieces(&format!("{name}({})", needed.join(", "))),
    }
}

/// An arm for each of these patterns, on lines of their own.
pub(crate) fn arms(patterns: &[SmolStr]) -> Vec<Piece> {
    let arms: Vec<String> = patterns.iter().map(|pattern| format!("{pattern} => «value»,")).collect();
    pieces(&arms.join("\n  "))
}

/// `match on { … }` with an arm for each of these patterns.
pub(crate) fn match_on(on: &str, patterns: &[SmolStr]) -> Vec<Piece> {
    let mut all = pieces(&format!("match {on} {{\n  "));
    all.extend(arms(patterns));
    all.extend(pieces("\n}"));
    all
}

/// A text in which places to fill in stand between `«` and `»`.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, (place, after))) =
        rest.split_once('«').and_then(|(before, rest)| Some((before, rest.split_once('»')?)))
    {
        if !before.is_empty() {
            pieces.push(Piece::Text(SmolStr::new(before)));
        }
        pieces.push(Piece::Place(SmolStr::new(place)));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(SmolStr::new(rest)));
    }
    pieces
}
