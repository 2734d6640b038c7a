-- How `.unik` files are edited, whatever else is installed; their colours if the parser is built.

vim.bo.comments = ":///,://!,://"
vim.bo.commentstring = "// %s"
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.indentexpr = "v:lua.require'unik.indent'(v:lnum)"
vim.bo.indentkeys = "0),0],0},o,O,!^F,=else"
vim.b.undo_ftplugin = "setlocal comments< commentstring< expandtab< shiftwidth< softtabstop< indentexpr< indentkeys<"

require("unik").highlight(0)
