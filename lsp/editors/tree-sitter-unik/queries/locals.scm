; Names that are known in a part of an item. Names of the file are the language server's affair: they may be used before
; their declaration, and in other files.

[(let_item) (let_statement) (device_item) (lambda) (block) (match_arm)] @local.scope

(parameter name: (name) @local.definition.parameter)
(some_pattern binding: (name) @local.definition.var)
(let_statement name: (name) @local.definition.var)
(key_statement name: (name) @local.definition.var)

(identifier) @local.reference
