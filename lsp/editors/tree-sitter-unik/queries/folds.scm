; What can be folded: what stands between brackets over several lines.

[
  (imported_names)
  (enum_cases)
  (key_entries)
  (device_block)
  (platform_block)
  (parameters)
  (arguments)
  (list)
  (block)
  (match_arms)
  (parenthesized)
] @fold
