;;; unik-mode.el --- Editing .unik files, with unikc's language server -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; Keywords: languages
;; URL: https://github.com/unikc/unikc
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Comments, colours, indentation, and how Eglot starts `unikc lsp`.  What a file means, the server says: diagnostics, completion,
;; definitions, renaming, formatting come from it.
;;
;;   (require 'unik-mode)
;;   (add-hook 'unik-mode-hook #'eglot-ensure)
;;
;; The layout of files is that of `unikc fmt', which `eglot-format-buffer' asks for; indentation here follows it while one types.

;;; Code:

(require 'compile)
(require 'subr-x)

(defgroup unik nil
  "Unikernels composed in a language."
  :group 'languages)

(defcustom unik-program "unikc"
  "The program unikc."
  :type 'string)

(defcustom unik-target nil
  "The platform that hovers and hints assume, or nil for the default."
  :type '(choice (const :tag "Default" nil) string))

(defcustom unik-keys nil
  "Values of keys that hovers and hints assume.
Options without dashes, and what would stand behind them."
  :type '(alist :key-type string :value-type string))

(defconst unik--level 2
  "Spaces of a level.")

(defconst unik--item
  (rx bol (* space)
      (group (? (or "configure" "run" "generative") (+ space))
             (or "import" "module" "enum" "key" "device" "let" "require" "unikernel" "platform")
             symbol-end))
  "The start of an item.")

(defconst unik--entry
  (rx (or (seq (or "rust" "after" "exclusive" "attach" "features" "targets" "artifact" "link" "key" "configure" "run" "let")
               symbol-end)
          (seq (+ (any alnum "_")) (+ space) "=" space)))
  "The start of an entry of a block, or of a statement.")

(defvar unik-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (dolist (sign '(?! ?& ?| ?= ?< ?> ?+ ?- ?* ?. ?: ?, ?\;))
      (modify-syntax-entry sign "." table))
    table))

(defvar unik-font-lock-keywords
  `((,(rx symbol-start
          (or "as" "configure" "device" "else" "enum" "generative" "if" "import" "key" "let" "match" "module" "platform"
              "require" "run" "then" "type" "unikernel")
          symbol-end)
     . font-lock-keyword-face)
    (,(rx bol (+ space)
          (group (or "rust" "after" "exclusive" "attach" "features" "targets" "artifact" "link")) symbol-end (+ space) (not (any "=")))
     1 font-lock-keyword-face)
    (,(rx "=" (* space) (group "trait") symbol-end) 1 font-lock-keyword-face)
    (,(rx symbol-start (or "device" "unikernel") (+ space) (group (+ (any alnum "_")))) 1 font-lock-function-name-face)
    (,(rx symbol-start "let" (+ space) (group (+ (any alnum "_"))) (* space) "(") 1 font-lock-function-name-face)
    (,(rx symbol-start (or "let" "key") (+ space) (group (+ (any alnum "_")))) 1 font-lock-variable-name-face)
    (,(rx symbol-start (or "true" "false" "none") symbol-end) . font-lock-constant-face)
    (,(rx symbol-start (or "some" "files" "target") symbol-end) . font-lock-builtin-face)
    (,(rx symbol-start (+ digit) (* (any digit "_")) (* alpha) symbol-end) . font-lock-constant-face)
    (,(rx symbol-start upper (* (any alnum "_")) symbol-end) . font-lock-type-face))
  "Colours of words.  Those that depend on meaning are not here.")

(defun unik--syntactic-face (state)
  "The face of the comment or string that STATE is in."
  (cond
   ((nth 3 state) font-lock-string-face)
   ((save-excursion (goto-char (nth 8 state)) (looking-at "//\\(/[^/\n]\\|/$\\|!\\)")) font-lock-doc-face)
   (t font-lock-comment-face)))

;;; Indentation

(defun unik--line-of (position open)
  "Indentation of the line where the phrase at POSITION begins.
OPEN is the bracket in which it stands, or nil."
  (save-excursion
    (goto-char position)
    (back-to-indentation)
    (let (deeper)
      (while (and (setq deeper (nth 1 (syntax-ppss))) (not (eql deeper open)) (> deeper (or open 0)))
        (goto-char deeper)
        (back-to-indentation)))
    (current-column)))

(defun unik--indentation ()
  "Where the line at point begins."
  (save-excursion
    (back-to-indentation)
    (let* ((here (point))
           (open (nth 1 (syntax-ppss)))
           (base (if open (+ unik--level (save-excursion (goto-char open) (current-indentation))) 0))
           (before (save-excursion (forward-comment (- (point))) (point))))
      (cond
       ((and open (looking-at "[])}]")) (- base unik--level))
       ;; Nothing stands before it in its bracket.
       ((<= before (if open (1+ open) (point-min))) base)
       ((memq (char-before before) '(?, ?\;)) base)
       ;; Behind `=' and `=>' on the line before, a definition goes on.
       ((save-excursion (goto-char before) (looking-back "\\(^\\|[^=!<>]\\)=>?" (max (point-min) (- before 3))))
        (+ unik--level (unik--line-of before open)))
       ((and open (looking-at unik--entry)) base)
       ((and (not open) (save-excursion (goto-char here) (beginning-of-line) (or (looking-at unik--item) (looking-at "\\s-*\\(//\\|$\\)"))))
        0)
       (t (unik--line-of before open))))))

(defun unik-indent-line ()
  "Indent the line as `unikc fmt' would, as far as the lines above tell."
  (interactive)
  (let ((indentation (unik--indentation)))
    (if (<= (current-column) (current-indentation))
        (indent-line-to indentation)
      (save-excursion (indent-line-to indentation)))))

;;; The mode

;;;###autoload
(define-derived-mode unik-mode prog-mode "Unik"
  "Files in which unikernels are composed."
  (setq-local comment-start "// "
              comment-start-skip "//[/!]?[ \t]*"
              comment-end ""
              indent-tabs-mode nil
              tab-width unik--level
              indent-line-function #'unik-indent-line
              electric-indent-chars (append "}])" electric-indent-chars)
              beginning-of-defun-function #'unik-beginning-of-defun
              end-of-defun-function #'unik-end-of-defun
              font-lock-defaults
              '(unik-font-lock-keywords nil nil nil (font-lock-syntactic-face-function . unik--syntactic-face))))

(defun unik-beginning-of-defun (&optional count)
  "Go to the start of the COUNTth item before."
  (re-search-backward "^\\(?:\\w\\|\\s_\\)" nil 'move (or count 1)))

(defun unik-end-of-defun ()
  "Go to the end of the item at point, which begins there."
  (forward-line)
  (when (re-search-forward "^\\(?:\\w\\|\\s_\\|///\\)" nil 'move)
    (beginning-of-line))
  (forward-comment (- (point))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.unik\\'" . unik-mode))

;;; What unikc does with a file

(defun unik--compile (command &rest options)
  "Run COMMAND of unikc on this file with OPTIONS, in a buffer of its own.
The target and the keys that are chosen go with it."
  (let ((words (append (list unik-program command (buffer-file-name)) options))
        ;; The buffer colours what it finds by itself.
        (compilation-environment (cons "NO_COLOR=1" compilation-environment)))
    (when unik-target
      (setq words (append words (list "--target" unik-target))))
    (pcase-dolist (`(,name . ,value) unik-keys)
      (setq words (append words (list (concat "--" name) value))))
    (save-some-buffers (not compilation-ask-about-save) (lambda () (derived-mode-p 'unik-mode)))
    (compilation-start (mapconcat #'shell-quote-argument words " ") nil (lambda (_) (format "*unikc %s*" command)))))

(defun unik-run () "Build the image of this file and start it." (interactive) (unik--compile "run"))
(defun unik-build () "Build the image of this file." (interactive) (unik--compile "build"))
(defun unik-check () "Say what is wrong with this file." (interactive) (unik--compile "check"))
(defun unik-preview ()
  "Show the device graph of this file in the browser.
It follows the file until its buffer is killed."
  (interactive)
  (unik--compile "preview" "--browser"))

(add-to-list 'compilation-error-regexp-alist-alist
             '(unik "^ *╭─\\[ \\([^:\n]+\\):\\([0-9]+\\):\\([0-9]+\\) \\]" 1 2 3))
(add-to-list 'compilation-error-regexp-alist 'unik)

;;; Eglot

(defvar eglot-server-programs)
(declare-function eglot-current-server "eglot")
(declare-function eglot--TextDocumentIdentifier "eglot")
(declare-function jsonrpc-request "jsonrpc")

(defun unik--configuration ()
  "The target and the keys as the server wants them."
  (let ((keys (make-hash-table :test #'equal)))
    (pcase-dolist (`(,name . ,value) unik-keys)
      (puthash name value keys))
    (list :target unik-target :keys keys)))

(defun unik--contact (&optional _interactive)
  "How the server is started."
  (list unik-program "lsp" :initializationOptions (unik--configuration)))

(defun unik-configure (target keys)
  "Assume TARGET and the values of KEYS for the folder of this file.
Hovers and hints follow."
  (interactive
   (list (let ((target (read-string "Target (empty for the default): ")))
           (unless (string-empty-p target) target))
         (mapcar (lambda (word)
                   (if (string-match "\\`\\([^=]+\\)=\\(.*\\)\\'" word)
                       (cons (match-string 1 word) (match-string 2 word))
                     (user-error "Expected NAME=VALUE, found %s" word)))
                 (split-string (read-string "Keys (NAME=VALUE …): ")))))
  (setq unik-target target unik-keys keys)
  (jsonrpc-request (eglot-current-server) 'unik/configure
                   `(:textDocument ,(eglot--TextDocumentIdentifier) :configuration ,(unik--configuration))))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(unik-mode . unik--contact)))

(provide 'unik-mode)
;;; unik-mode.el ends here
