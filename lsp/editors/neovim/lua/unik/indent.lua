-- Where a line of a `.unik` file begins, from the lines above it: as `unikc fmt` would, as far as those tell.

local level = 2

-- A line without its comment and its strings, and without the spaces around.
local function code(number)
  local line = vim.fn.getline(number):gsub('"([^"\\]|\\.)*"', '""'):gsub('"[^"]*"', '""'):gsub("//.*", "")
  return vim.trim(line)
end

-- The last line above that has code.
local function above(number)
  repeat
    number = number - 1
  until number <= 0 or code(number) ~= ""
  return number
end

-- Goes back from a line over brackets that close in it to the line where its phrase begins.
local function start(number)
  local depth = 0
  while number > 0 do
    local line = code(number)
    for at = #line, 1, -1 do
      local char = line:sub(at, at)
      if char:find("[%)%]}]") then
        depth = depth + 1
      elseif char:find("[%(%[{]") then
        depth = depth - 1
      end
    end
    if depth <= 0 then
      return number
    end
    number = number - 1
  end
  return 1
end

local items = {
  import = true, module = true, enum = true, key = true, configure = true, run = true, device = true, generative = true,
  let = true, require = true, unikernel = true, platform = true,
}

-- The line that has the innermost bracket that is open before a line; nil outside of all.
local function opener(number)
  local depth = 0
  while number > 1 do
    number = number - 1
    local line = code(number)
    for at = #line, 1, -1 do
      local char = line:sub(at, at)
      if char:find("[%)%]}]") then
        depth = depth + 1
      elseif char:find("[%(%[{]") then
        if depth == 0 then
          return number
        end
        depth = depth - 1
      end
    end
    -- Nothing is open where an item begins.
    if items[vim.fn.getline(number):match("^[%w_]+") or ""] then
      return nil
    end
  end
  return nil
end

local entries = {
  rust = true, after = true, exclusive = true, attach = true, features = true, targets = true, artifact = true, link = true,
  key = true, configure = true, run = true, let = true,
}

--- The column of a line, counted from 1, for 'indentexpr'.
return function(number)
  local line = code(number)
  local open = opener(number)
  local base = open and vim.fn.indent(open) + level or 0
  local before = above(number)
  if open and line:find("^[%)%]}]") then
    return base - level
  elseif before <= (open or 0) then
    return base
  end
  local last = code(before)
  if last:find("[,;]$") then
    return base
  -- Behind `=` and `=>` a definition goes on in the next line.
  elseif last:find("[^=!<>]=>?$") then
    return vim.fn.indent(start(before)) + level
  end
  local word = line:match("^[%w_]+") or ""
  if open then
    if entries[word] or line:find("^[%w_]+%s+=%s") then
      return base
    end
  elseif items[word] or line == "" then
    return 0
  end
  return vim.fn.indent(start(before))
end
