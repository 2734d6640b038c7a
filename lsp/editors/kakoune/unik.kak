# .unik files in Kakoune: what they are, their colours and indentation, and how kakoune-lsp starts `unikc lsp`.
#
# What depends on meaning, the server says; `lsp-semantic-tokens` colours by it.

hook global BufCreate .*[.]unik %{
    set-option buffer filetype unik
}

hook global WinSetOption filetype=unik %<
    require-module unik
    set-option window comment_line '//'
    set-option window indentwidth 2
    hook window InsertChar \n -group unik-indent unik-indent-on-new-line
    hook window InsertChar [)\]}] -group unik-indent unik-indent-on-closing
    hook window ModeChange pop:insert:.* -group unik-trim-indent unik-trim-indent
    hook -once -always window WinSetOption filetype=.* %{ remove-hooks window unik-.+ }
>

hook -group unik-highlight global WinSetOption filetype=unik %{
    require-module unik
    add-highlighter window/unik ref unik
    hook -once -always window WinSetOption filetype=.* %{ remove-highlighter window/unik }
}

# Of kakoune-lsp from 17; without it this is an option that nobody has.
hook -group lsp-filetype-unik global BufSetOption filetype=unik %{
    try %{
        set-option buffer lsp_servers %{
            [unikc]
            args = ["lsp"]
            root_globs = ["Cargo.toml", ".git"]
            settings_section = "unik"
            [unikc.settings.unik]
            # target = "virtio"
            # keys = { port = "9000" }
        }
    }
}

provide-module unik %§

add-highlighter shared/unik regions
add-highlighter shared/unik/code default-region group
add-highlighter shared/unik/documentation region '//(?:!|/(?!/))' '$' fill documentation
add-highlighter shared/unik/comment region '//' '$' fill comment
add-highlighter shared/unik/string region '"' '(?<!\\)(?:\\\\)*"|$' group
add-highlighter shared/unik/string/ fill string
add-highlighter shared/unik/string/ regex '\\(?:["\\nrt0]|u\{[0-9a-fA-F]{1,6}\})' 0:meta

add-highlighter shared/unik/code/ regex '\b(?:as|configure|device|enum|generative|key|let|module|platform|require|run|type|unikernel)\b' 0:keyword
add-highlighter shared/unik/code/ regex '\b(?:if|then|else|match)\b' 0:keyword
add-highlighter shared/unik/code/ regex '\bimport\b' 0:meta
add-highlighter shared/unik/code/ regex '^\h+(rust|after|exclusive|attach|features|targets|artifact|link)\h+(?!=)' 1:keyword
add-highlighter shared/unik/code/ regex '=\h*(trait)\b' 1:keyword
add-highlighter shared/unik/code/ regex '\b(?:true|false|none)\b' 0:value
add-highlighter shared/unik/code/ regex '\b[0-9][0-9_]*[A-Za-z]*\b' 0:value
add-highlighter shared/unik/code/ regex '\b(?:some|files|target)\b' 0:builtin
add-highlighter shared/unik/code/ regex '\b[A-Z]\w*\b' 0:type
add-highlighter shared/unik/code/ regex '\b(?:device|unikernel|let)\h+(\w+)' 1:function
add-highlighter shared/unik/code/ regex '(?:=>|->|\+\+|&&|\|\||[=!<>]=|[=<>+*!|-])' 0:operator

define-command -hidden unik-trim-indent %{
    evaluate-commands -draft -itersel %{
        execute-keys x
        try %{ execute-keys -draft s\h+$<ret>d }
    }
}

# A comment goes on; a line is a level further in behind an opening bracket, and behind `=` and `=>`.
define-command -hidden unik-indent-on-new-line %¶
    evaluate-commands -draft -itersel %·
        try %{ execute-keys -draft <semicolon> K <a-&> }
        try %{ execute-keys -draft k x s ^\h*\K//[/!]?\h* <ret> y j gi P }
        try %` execute-keys -draft k x <a-k> (?:[(\[{]|[^=!<lt><gt>]=<gt>?)$ <ret> j <a-gt> `
    ·
¶

# A closing bracket stands below the line that opens it.
define-command -hidden unik-indent-on-closing %¶
    evaluate-commands -draft -itersel %·
        try %` execute-keys -draft <a-h> <a-k> ^\h+[)\]}]$ <ret> h m <a-S> 1<a-&> `
    ·
¶

§
