-- What a person does in Neovim, through the functions that their keys call. Ends Neovim, with 1 if something is wrong.

local project = vim.env.PROJECT
local failures = 0

-- Waits until `condition` gives something, and gives that.
local function eventually(what, condition)
  local result
  vim.wait(20000, function()
    result = condition()
    return result
  end, 5)
  if not result then
    error("this never happened: " .. what, 2)
  end
  return result
end

local function equal(what, found, expected)
  if not vim.deep_equal(found, expected) then
    error(("%s: expected %s, found %s"):format(what, vim.inspect(expected), vim.inspect(found)), 2)
  end
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

-- Opens the application as it is in the repository, the server attached and done with it.
local function open()
  vim.cmd("silent! only!")
  vim.cmd("edit! " .. project .. "/app.unik")
  eventually("the server is attached", function()
    return vim.lsp.buf_get_clients(0)[1] or next(vim.lsp.buf_get_clients(0))
  end)
  eventually("the server knows the file", function()
    local symbols = vim.lsp.buf_request_sync(0, "textDocument/documentSymbol", {
      textDocument = vim.lsp.util.make_text_document_params(),
    }, 10000)
    local _, answer = next(symbols or {})
    return answer and answer.result and #answer.result > 0
  end)
end

-- The cursor onto the `nth` occurrence of `text`, `offset` bytes into it.
local function to(text, nth, offset)
  for number, line in ipairs(lines()) do
    local from = 1
    while true do
      local at = line:find(text, from, true)
      if not at then
        break
      end
      nth = (nth or 1) - 1
      if nth == 0 then
        vim.api.nvim_win_set_cursor(0, { number, at - 1 + (offset or 0) })
        return
      end
      from = at + 1
    end
  end
  error("there is no " .. text, 2)
end

local function replace(from, into)
  to(from)
  local row = vim.api.nvim_win_get_cursor(0)[1]
  local line = vim.api.nvim_get_current_line()
  local at = line:find(from, 1, true)
  vim.api.nvim_buf_set_lines(0, row - 1, row, false, { line:sub(1, at - 1) .. into .. line:sub(at + #from) })
end

local function diagnostics()
  return vim.tbl_map(function(one)
    return one.code or vim.tbl_get(one, "user_data", "lsp", "code")
  end, vim.diagnostic.get(0))
end

local function quickfix()
  return vim.tbl_map(function(item)
    return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(item.bufnr), ":t") .. ":" .. item.lnum
  end, vim.fn.getqflist())
end

local tests = {}
local function test(name, run)
  table.insert(tests, { name = name, run = run })
end

test("a file of the language is known as one", function()
  equal("filetype", vim.bo.filetype, "unik")
  equal("comments", vim.bo.commentstring, "// %s")
  equal("root", vim.lsp.get_client_by_id(next(vim.lsp.buf_get_clients(0))).config.root_dir, project)
end)

test("tree-sitter colours it", function()
  local buffer = vim.api.nvim_get_current_buf()
  assert(vim.treesitter.highlighter.active[buffer], "no highlighter is active")
  local root = vim.treesitter.get_parser(buffer, "unik"):parse()[1]:root()
  assert(not root:has_error(), "the example has no errors")
  local get = vim.treesitter.query and vim.treesitter.query.get or require("vim.treesitter.query").get_query
  local colours = {}
  for id, node in get("unik", "highlights"):iter_captures(root, buffer, 7, 8) do
    local _, from, _, to_column = node:range()
    colours[lines()[8]:sub(from + 1, to_column)] = get("unik", "highlights").captures[id]
  end
  equal("colours of line 8", { colours.enum, colours.Store, colours.crunch }, { "keyword", "type", "constant" })
  for _, kind in ipairs({ "folds", "indents", "locals", "injections", "textobjects" }) do
    assert(get("unik", kind), "the query " .. kind .. " is found and fits")
  end
end)

test("every line of the tree is indented as it is", function()
  local indent = require("unik.indent")
  local files = vim.fn.systemlist({ "git", "-C", vim.env.TREE, "ls-files", "*.unik" })
  assert(#files > 20, "the files are found")
  local wrong = {}
  vim.cmd("new")
  for _, file in ipairs(files) do
    local text = vim.fn.readfile(vim.env.TREE .. "/" .. file)
    vim.api.nvim_buf_set_lines(0, 0, -1, false, text)
    for number, line in ipairs(text) do
      if line ~= "" and vim.fn.indent(number) ~= indent(number) then
        table.insert(wrong, ("%s:%d: %d, not %d"):format(file, number, indent(number), vim.fn.indent(number)))
      end
    end
  end
  vim.cmd("bwipeout!")
  equal("lines elsewhere", wrong, {})
end)

test("lines are indented as they are typed", function()
  vim.cmd("new")
  vim.bo.filetype = "unik"
  local typed = "idevice d(\na: T,\n): U {\nrust D::new\n}\n\nlet a =\nmatch b {\nc => [\n1,\n],\n}\n\nlet d = 1"
  vim.api.nvim_feedkeys(typed:gsub("\n", "\r") .. vim.api.nvim_replace_termcodes("<Esc>", true, false, true), "tx", false)
  equal("text", lines(), {
    "device d(", "  a: T,", "): U {", "  rust D::new", "}", "", "let a =", "  match b {", "    c => [", "      1,", "    ],", "  }", "",
    "let d = 1",
  })
  vim.cmd("bwipeout!")
end)

test("a mistake is shown, and goes when it is mended", function()
  equal("the example is right", diagnostics(), {})
  replace("kv.crunch(files", "kv.crnch(files")
  eventually("there is a diagnostic", function()
    return vim.tbl_contains(diagnostics(), "E0101")
  end)
  vim.cmd("undo")
  eventually("there is none", function()
    return #diagnostics() == 0
  end)
end)

test("hover tells what a name is", function()
  to("kv.crunch", 1, 3)
  vim.lsp.buf.hover()
  local text = eventually("a window with the documentation", function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= "" then
        return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\n")
      end
    end
  end)
  assert(text:find("device crunch", 1, true), text)
end)

test("definition leads within the file and into the library", function()
  to("default_store(", 2)
  vim.lsp.buf.definition()
  eventually("the declaration", function()
    return vim.api.nvim_get_current_line():find("^let default_store")
  end)
  open()
  to("kv.crunch", 1, 3)
  vim.lsp.buf.definition()
  eventually("the library", function()
    return vim.api.nvim_get_current_line():find("device crunch", 1, true)
  end)
  assert(vim.api.nvim_buf_get_name(0):find("kv.unik$"), vim.api.nvim_buf_get_name(0))
end)

test("completion offers what fits", function()
  to("kv.direct(dir)", 1, 3)
  local column = vim.api.nvim_win_get_cursor(0)[2]
  vim.bo.omnifunc = "v:lua.vim.lsp.omnifunc"
  local result = vim.lsp.buf_request_sync(0, "textDocument/completion", vim.lsp.util.make_position_params(), 10000)
  local _, answer = next(result)
  local labels = vim.tbl_map(function(item)
    return item.label
  end, answer.result.items or answer.result)
  assert(column > 0 and vim.tbl_contains(labels, "crunch") and vim.tbl_contains(labels, "direct"), vim.inspect(labels))
end)

test("rename changes every use", function()
  to("port: Port")
  vim.lsp.buf.rename("entry")
  eventually("the new name", function()
    return table.concat(lines(), "\n"):find("net.tcp(entry)", 1, true)
  end)
  local text = table.concat(lines(), "\n")
  local left = text:gsub("//[^\n]*", "")
  assert(text:find("key entry: Port", 1, true) and not left:find("%f[%w]port%f[%W]"), text)
end)

test("references and symbols are listed", function()
  to("default_network")
  vim.lsp.buf.references()
  eventually("the declaration and the use", function()
    return vim.deep_equal(quickfix(), { "app.unik:24", "app.unik:32" })
  end)
  vim.cmd("cclose")
  vim.fn.setqflist({}, "r")
  vim.lsp.buf.document_symbol()
  eventually("the declarations", function()
    return #quickfix() >= 7
  end)
  vim.cmd("cclose")
end)

test("a code action mends a mistake", function()
  replace("kv.crunch(files", "kv.crnch(files")
  eventually("there is a diagnostic", function()
    return vim.tbl_contains(diagnostics(), "E0101")
  end)
  to("crnch")
  local offered
  vim.ui.select = function(items, _, choose)
    offered = items
    for _, item in ipairs(items) do
      local action = item[2] or item.action
      if action.title:find("crunch", 1, true) then
        choose(item)
        return
      end
    end
    choose(nil)
  end
  vim.lsp.buf.code_action()
  eventually("the name is mended", function()
    return table.concat(lines(), "\n"):find("kv.crunch(files", 1, true)
  end)
  assert(offered and #offered > 0)
end)

test("formatting lays the file out", function()
  local before = lines()
  replace("enum Store { crunch, direct }", "enum   Store{crunch,direct}")
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ async = false, timeout_ms = 10000 })
  else
    vim.lsp.buf.formatting_sync({}, 10000)
  end
  equal("the text", lines(), before)
end)

test("a lens lists the uses of a declaration", function()
  vim.lsp.codelens.refresh()
  local row = eventually("all lenses with their commands", function()
    local found
    for _, lens in ipairs(vim.lsp.codelens.get(0)) do
      if not lens.command then
        return nil
      elseif lens.command.command == "unik.showReferences" and lens.command.title == "4 uses" then
        found = lens.range.start.line + 1
      end
    end
    return found
  end)
  vim.fn.setqflist({}, "r")
  vim.api.nvim_win_set_cursor(0, { row, 0 })
  vim.ui.select = function(items, _, choose)
    choose(items[#items], #items)
  end
  vim.lsp.codelens.run()
  eventually("four uses", function()
    return #quickfix() == 4
  end)
  vim.cmd("cclose")
end)

test("a lens shows the graph in a browser", function()
  vim.lsp.codelens.refresh()
  local lens = eventually("all lenses with their commands", function()
    local found
    for _, lens in ipairs(vim.lsp.codelens.get(0)) do
      if not lens.command then
        return nil
      elseif lens.command.command == "unik.showGraph" then
        found = lens
      end
    end
    return found
  end)
  vim.lsp.commands["unik.showGraph"](lens.command, { client_id = next(vim.lsp.buf_get_clients(0)) })
  local job = vim.b.terminal_job_id
  eventually("a browser is started with the page", function()
    return vim.fn.filereadable(project .. "/shown") == 1 and vim.fn.readfile(project .. "/shown")[1]:find("^http://127%.0%.0%.1:%d+/")
  end)
  vim.fn.jobstop(job)
  vim.cmd("bwipeout!")
end)

test("other values of keys change what hover says", function()
  local function shown()
    to("port == 80 ||")
    local result = vim.lsp.buf_request_sync(0, "textDocument/hover", vim.lsp.util.make_position_params(), 10000)
    local _, answer = next(result)
    return answer.result and answer.result.contents.value or ""
  end
  assert(not shown():find("9191", 1, true), shown())
  vim.cmd("UnikConfigure port=9191")
  eventually("the value", function()
    return shown():find("9191", 1, true)
  end)
end)

if vim.lsp.inlay_hint then
  test("hints tell types, arguments and the branch that the settings take", function()
    vim.lsp.inlay_hint.enable(true, { bufnr = 0 })
    local function shown()
      local hints = {}
      for _, hint in ipairs(vim.lsp.inlay_hint.get({ bufnr = 0 })) do
        local label = hint.inlay_hint.label
        if type(label) == "table" then
          label = table.concat(vim.tbl_map(function(part)
            return part.value
          end, label))
        end
        hints[hint.inlay_hint.position.line + 1 .. ":" .. vim.trim(label)] = true
      end
      return hints
    end
    eventually("the hints", function()
      local hints = shown()
      return hints["24:: net.Network"] and hints["20:root:"] and hints["19:✓ taken"]
    end)
    assert(not shown()["20:✓ taken"], "one branch is taken")
    vim.lsp.inlay_hint.enable(false, { bufnr = 0 })
  end)
end

if vim.lsp.semantic_tokens then
  test("the server colours it by meaning", function()
    local function kinds(text, nth, offset)
      to(text, nth, offset)
      local row, column = unpack(vim.api.nvim_win_get_cursor(0))
      return vim.tbl_map(function(token)
        return token.type
      end, vim.lsp.semantic_tokens.get_at_pos(0, row - 1, column) or {})
    end
    eventually("the tokens", function()
      return #kinds("kv.crunch", 1, 3) > 0
    end)
    equal("what is a device, a module, a parameter", {
      kinds("kv.crunch", 1, 3),
      kinds("kv.crunch", 1, 0),
      kinds("files(dir)", 1, 6),
    }, { { "class" }, { "namespace" }, { "parameter" } })
  end)
end

test("the settings for 0.11 name the server and the language", function()
  local settings = dofile(vim.api.nvim_get_runtime_file("lsp/unikc.lua", false)[1])
  equal("settings", { settings.cmd, settings.filetypes }, { { "unikc", "lsp" }, { "unik" } })
end)

test("the server ends with Neovim's request", function()
  local id = next(vim.lsp.buf_get_clients(0))
  vim.lsp.stop_client(id)
  eventually("it has stopped", function()
    return vim.lsp.client_is_stopped(id)
  end)
end)

require("unik").setup({ cmd = { vim.env.UNIKC, "lsp" } })
for _, one in ipairs(tests) do
  local fine, why = pcall(function()
    open()
    one.run()
  end)
  io.stdout:write((fine and "ok      " or "FAILED  ") .. one.name .. "\n")
  if not fine then
    failures = failures + 1
    io.stdout:write(tostring(why) .. "\n")
  end
end
vim.cmd(failures == 0 and "quitall!" or "cquit 1")
