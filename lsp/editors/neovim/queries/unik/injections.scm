; Written from tree-sitter-unik/queries/injections.scm: change that.
; Notes such as TODO in comments.

([(comment) (doc_comment) (file_comment)] @injection.content
  (#set! injection.language "comment"))
