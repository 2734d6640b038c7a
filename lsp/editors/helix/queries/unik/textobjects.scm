; Written from tree-sitter-unik/queries/textobjects.scm: change that.
; What motions and selections take as a whole.

(device_item body: (device_block) @class.inside) @class.around
(platform_item body: (platform_block) @class.inside) @class.around
(enum_item body: (enum_cases) @class.inside) @class.around

(let_item value: (_) @function.inside) @function.around
(unikernel_item value: (_) @function.inside) @function.around
(lambda body: (_) @function.inside) @function.around

(parameter) @parameter.inside
(argument) @parameter.inside

[(comment) (doc_comment) (file_comment)] @comment.around
