; Written from tree-sitter-unik/queries/tags.scm: change that.
; What a file declares, and what it applies.

(module_type_item name: (name) @name) @definition.interface
(enum_item name: (name) @name) @definition.type
(enum_case name: (name) @name) @definition.constant
(key_item name: (name) @name) @definition.constant
(device_item name: (name) @name) @definition.class
(let_item name: (name) @name !parameters) @definition.constant
(let_item name: (name) @name parameters: (parameters)) @definition.function
(unikernel_item name: (name) @name) @definition.function
(platform_item name: (name) @name) @definition.module

(application function: (identifier (name) @name)) @reference.call
(application function: (member name: (name) @name)) @reference.call
(named_type (path (name) @name .)) @reference.type
