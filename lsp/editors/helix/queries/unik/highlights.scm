; Written from tree-sitter-unik/queries/highlights.scm: change that.
; Colours, by the names that Neovim and the tree-sitter tools use. A node has one capture, and of two that cover a text the inner
; one counts, so no editor depends on the order of the patterns.

(comment) @comment.line
[(doc_comment) (file_comment)] @comment.line.documentation

; Words

["module" "type" "enum" "key" "device" "let" "require" "unikernel" "platform"] @keyword
["configure" "run" "generative"] @keyword.storage.modifier
["import" "crate"] @keyword.control.import
["if" "then" "else" "match"] @keyword.control.conditional
["as" "rust" "trait" "after" "exclusive" "attach" "features" "targets" "artifact" "link" "short"] @keyword

; Literals

(number) @constant.numeric
(negative_number) @constant.numeric
(boolean) @constant.builtin.boolean
(string) @string
(escape_sequence) @constant.character.escape
(library_path) @string.special.path
(relative_path) @string.special.path
(crate_path name: (name) @namespace)
(rust_path) @string.special.symbol

; Declarations

(import_item alias: (name) @namespace)
(imported_name) @variable
(module_type_item name: (name) @type)
(module_type_item includes: (path) @type)
(enum_item name: (name) @type)
(enum_case) @constant
(key_item name: (name) @variable)
(key_entry name: (name) @variable)
(key_statement name: (name) @variable)
(key_entries short: (name) @constant)
(device_item name: (name) @function)
(let_item name: (name) @variable !parameters)
(let_item name: (name) @function parameters: (parameters))
(let_statement name: (name) @variable !parameters)
(let_statement name: (name) @function parameters: (parameters))
(unikernel_item name: (name) @function)
(platform_item name: (name) @namespace)
(role_entry name: (name) @variable.other.member)
(parameter name: (name) @variable.parameter)
(exclusive_entry (name) @variable.parameter)
(attach_entry parameter: (name) @variable.parameter)
(targets_entry (name) @namespace)

; Types

(named_type) @type
(applied_type type: (path) @type)
((path (name) @namespace . ".")
  (#match? @namespace "^[^A-Z]"))
((path (name) @type . ".")
  (#match? @type "^[A-Z]"))
((path . (name) @type.builtin .)
  (#any-of? @type.builtin
    "Bool" "Cidr" "Duration" "Files" "Int" "Ip" "Ipv4" "Ipv6" "Job" "List" "Mac" "Option" "Path" "Port" "Size" "Str"))

; Expressions

(identifier) @variable
((identifier (name) @variable.builtin)
  (#eq? @variable.builtin "target"))
((identifier (name) @constant.builtin)
  (#eq? @constant.builtin "none"))
((application function: (identifier (name) @function.builtin))
  (#any-of? @function.builtin "some" "files"))
((application function: (identifier (name) @function))
  (#not-any-of? @function "some" "files" "none" "target"))
(application function: (member name: (name) @function))
(member) @variable.other.member
((member of: (identifier (name) @namespace))
  (#match? @namespace "^[^A-Z]")
  (#not-eq? @namespace "target"))
((member of: (identifier (name) @type))
  (#match? @type "^[A-Z]"))
(argument name: (name) @variable.parameter)

; Patterns

(wildcard) @constant.character
(case_pattern (path) @constant)
(some_pattern "some" @function.builtin)
(some_pattern binding: (name) @variable)

; Signs

["!" "-" "||" "&&" "==" "!=" "<" "<=" ">" ">=" "++" "+" "*" "=" "=>" "->" "|"] @operator
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," ";" ":" "::" "." "/"] @punctuation.delimiter
