; Lines between brackets are indented, the closing bracket is not. What goes on without brackets `unikc fmt` indents.

[
  (imported_names)
  (enum_cases)
  (key_entries)
  (device_block)
  (platform_block)
  (parameters)
  (arguments)
  (features_entry)
  (list)
  (block)
  (match_arms)
  (parenthesized)
  (applied_type)
] @indent.begin

[")" "]" "}"] @indent.branch
