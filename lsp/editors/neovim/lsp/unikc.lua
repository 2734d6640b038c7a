-- The server, for `vim.lsp.enable("unikc")` of Neovim 0.11 and later.

return {
  cmd = { "unikc", "lsp" },
  filetypes = { "unik" },
  root_markers = { "Cargo.toml", ".git" },
  init_options = vim.empty_dict(),
}
