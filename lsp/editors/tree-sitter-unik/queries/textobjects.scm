; What motions and selections take as a whole.

(device_item body: (device_block) @class.inner) @class.outer
(platform_item body: (platform_block) @class.inner) @class.outer
(enum_item body: (enum_cases) @class.inner) @class.outer

(let_item value: (_) @function.inner) @function.outer
(unikernel_item value: (_) @function.inner) @function.outer
(lambda body: (_) @function.inner) @function.outer

(parameter) @parameter.inner
(argument) @parameter.inner

[(comment) (doc_comment) (file_comment)] @comment.outer
