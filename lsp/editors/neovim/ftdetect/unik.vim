" Files that end with .unik.
autocmd BufRead,BufNewFile *.unik setfiletype unik
