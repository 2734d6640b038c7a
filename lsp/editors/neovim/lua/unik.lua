-- Neovim and `unikc lsp`: it starts the server, colours by tree-sitter, and carries out what code lenses ask for.
--
-- What a file means, the server decides; `spec/editors.md` says what it speaks besides the protocol.

local M = {}

local config = { cmd = { "unikc", "lsp" } }

-- The folder that belongs together: that of the crate, or of the repository.
local function root(path)
  local folder = vim.fn.fnamemodify(path, ":p:h")
  for _, marker in ipairs({ "Cargo.toml", ".git" }) do
    local found = marker == ".git" and vim.fn.finddir(marker, folder .. ";") or vim.fn.findfile(marker, folder .. ";")
    if found ~= "" then
      return vim.fn.fnamemodify(found, marker == ".git" and ":p:h:h" or ":p:h")
    end
  end
  return folder
end

-- Servers by folder, for a Neovim that does not keep them itself.
local servers = {}

local function attach(buffer)
  local path = vim.api.nvim_buf_get_name(buffer)
  local settings = {
    name = "unikc",
    cmd = config.cmd,
    root_dir = root(path),
    init_options = { target = config.target, keys = config.keys or vim.empty_dict() },
    on_attach = config.on_attach,
  }
  if vim.lsp.start then
    vim.lsp.start(settings, { bufnr = buffer })
    return
  end
  local id = servers[settings.root_dir]
  if not id or vim.lsp.client_is_stopped(id) then
    id = vim.lsp.start_client(settings)
    servers[settings.root_dir] = id
  end
  vim.lsp.buf_attach_client(buffer, id)
end

-- Colours by tree-sitter, if the parser is built: a `parser/unik.so` on the runtime path.
function M.highlight(buffer)
  if buffer == 0 then
    buffer = vim.api.nvim_get_current_buf()
  end
  if #vim.api.nvim_get_runtime_file("parser/unik.so", false) == 0 then
    return
  end
  if vim.treesitter.start then
    vim.treesitter.start(buffer, "unik")
  else
    require("vim.treesitter.highlighter").new(vim.treesitter.get_parser(buffer, "unik"))
  end
end

-- Runs `unikc` in a terminal below.
local function terminal(command, about)
  local words = vim.list_extend({ config.cmd[1] }, command)
  table.insert(words, vim.uri_to_fname(about.uri))
  local function option(name, value)
    if value and value ~= vim.NIL then
      vim.list_extend(words, { "--" .. name, value })
    end
  end
  option("unikernel", about.unikernel)
  option("target", about.target)
  vim.cmd("botright new")
  vim.fn.termopen(words)
end

-- What the lenses above declarations do. The server's arguments are those of `spec/editors.md`.
local commands = {
  ["unik.run"] = function(command)
    terminal({ "run" }, command.arguments[1])
  end,
  ["unik.build"] = function(command)
    terminal({ "build" }, command.arguments[1])
  end,
  -- The page in a browser that follows the file, until the terminal is closed.
  ["unik.showGraph"] = function(command)
    terminal({ "preview", "--browser" }, command.arguments[1])
  end,
  ["unik.showReferences"] = function(command, context)
    local client = vim.lsp.get_client_by_id(context.client_id)
    local items = vim.lsp.util.locations_to_items(command.arguments[3], client.offset_encoding)
    vim.fn.setqflist({}, " ", { title = "uses", items = items })
    vim.cmd("botright copen")
  end,
}

-- `target=virtio port=9000`: values for the folder of this file, until the server ends.
function M.configure(words)
  local configuration = { keys = vim.empty_dict() }
  for _, word in ipairs(words) do
    local name, value = word:match("^([^=]+)=(.*)$")
    if not name then
      vim.notify("unik: expected NAME=VALUE, found " .. word, vim.log.levels.ERROR)
      return
    elseif name == "target" then
      configuration.target = value
    else
      configuration.keys[name] = value
    end
  end
  local params = { textDocument = vim.lsp.util.make_text_document_params(), configuration = configuration }
  vim.lsp.buf_request(0, "unik/configure", params, function(error)
    if error then
      vim.notify("unik: " .. error.message, vim.log.levels.ERROR)
    end
  end)
end

--- Starts the server for `.unik` files.
---
--- `cmd`: the program and its arguments; `target`, `keys`: values for hovers and hints; `on_attach(client, buffer)`: maps.
function M.setup(options)
  config = vim.tbl_extend("force", config, options or {})
  for name, act in pairs(commands) do
    vim.lsp.commands[name] = act
  end
  vim.api.nvim_create_user_command("UnikConfigure", function(command)
    M.configure(command.fargs)
  end, { nargs = "*", desc = "Values of keys, and the target, that the editor assumes" })
  vim.api.nvim_create_autocmd("FileType", {
    pattern = "unik",
    group = vim.api.nvim_create_augroup("unik", {}),
    callback = function(event)
      attach(event.buf)
    end,
  })
end

return M
