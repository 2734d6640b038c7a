;;; test.el --- What a person does in Emacs, through the commands that their keys call -*- lexical-binding: t -*-

;;; Code:

(require 'ert)
(require 'cl-lib)
(require 'eglot)
(require 'flymake)
(require 'unik-mode)

(setq unik-program (getenv "UNIKC")
      eglot-sync-connect 30
      eglot-confirm-server-initiated-edits nil
      eglot-send-changes-idle-time 0.05
      make-backup-files nil
      create-lockfiles nil)

(defun test-until (condition)
  "Wait until CONDITION gives something, and give that."
  (let ((until (+ (float-time) 30)) result)
    (while (and (not (setq result (funcall condition))) (< (float-time) until))
      (accept-process-output nil 0.02)
      ;; What Emacs does when it waits for a key; in batch mode it never does.
      (when eglot--managed-mode (eglot--signal-textDocument/didChange)))
    (should result)
    result))

(defun test-visit ()
  "Open the application as it is in the repository, the server attached."
  (when-let ((buffer (get-file-buffer (test-file))))
    (with-current-buffer buffer (set-buffer-modified-p nil))
    (kill-buffer buffer))
  (switch-to-buffer (find-file-noselect (test-file)))
  (unless eglot--managed-mode
    (let ((noninteractive nil)) (eglot-ensure) (run-hooks 'post-command-hook)))
  (test-until (lambda () eglot--managed-mode))
  (goto-char (point-min)))

(defun test-file ()
  (expand-file-name "app.unik" (getenv "PROJECT")))

(defun test-at (text &optional offset)
  "Put point OFFSET behind the start of the next TEXT."
  (goto-char (point-min))
  (search-forward text)
  (goto-char (+ (match-beginning 0) (or offset 0))))

(defun test-replace (from into)
  (test-at from)
  (delete-char (length from))
  (insert into)
  (eglot--signal-textDocument/didChange))

(defun test-diagnostics ()
  (flymake-start)
  (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))

(defun test-has (text) (string-search text (buffer-string)))

(ert-deftest unik-colours ()
  (test-visit)
  (font-lock-ensure)
  (pcase-dolist (`(,text ,offset ,face)
                 '(("enum Store" 0 font-lock-keyword-face)
                   ("enum Store" 5 font-lock-type-face)
                   ("/// Where" 4 font-lock-doc-face)
                   ("//! A modular" 4 font-lock-doc-face)
                   ("rust start" 2 font-lock-keyword-face)
                   ("8080" 0 font-lock-constant-face)
                   ("files(dir)" 0 font-lock-builtin-face)
                   ("device file_server" 7 font-lock-function-name-face)
                   ("let default_store" 4 font-lock-function-name-face)
                   ("let default_network" 4 font-lock-variable-name-face)
                   ("\"data/\"" 1 font-lock-string-face)))
    (test-at text offset)
    (should (equal (list text face) (list text (get-text-property (point) 'face))))))

(ert-deftest unik-comments ()
  (with-temp-buffer
    (unik-mode)
    (insert "let a = 1\n")
    (comment-region (point-min) (point-max))
    (should (equal (buffer-string) "// let a = 1\n"))
    (uncomment-region (point-min) (point-max))
    (should (equal (buffer-string) "let a = 1\n"))))

(ert-deftest unik-items ()
  (test-visit)
  (test-at "kv.crunch(")
  (beginning-of-defun)
  (should (looking-at "let default_store"))
  (end-of-defun)
  (should (looking-back "  }\n?" (- (point) 5))))

(defun test-misplaced (name)
  "The lines of this buffer, called NAME, that do not stand where the mode would put them."
  (unik-mode)
  (goto-char (point-min))
  (let (wrong)
    (while (not (eobp))
      (back-to-indentation)
      (unless (or (eolp) (= (current-column) (unik--indentation)))
        (push (format "%s:%d: %d, not %d" name (line-number-at-pos) (unik--indentation) (current-column)) wrong))
      (forward-line))
    wrong))

(ert-deftest unik-indentation ()
  "Every line of every file of the tree stands where the mode would put it."
  (let ((files (process-lines "git" "-C" (getenv "TREE") "ls-files" "*.unik")) (fences 0) wrong)
    (should (> (length files) 20))
    (dolist (file files)
      (with-temp-buffer
        (insert-file-contents (expand-file-name file (getenv "TREE")))
        (setq wrong (append wrong (test-misplaced file)))))
    (with-temp-buffer
      (insert-file-contents (expand-file-name "spec/style.md" (getenv "TREE")))
      (while (re-search-forward "^```unik\n\\(\\(?:.*\n\\)*?\\)```$" nil t)
        (setq fences (1+ fences))
        (let ((fence (match-string 1)))
          (with-temp-buffer
            (insert fence)
            (setq wrong (append wrong (test-misplaced (format "fence %d of spec/style.md" fences))))))))
    (should (> fences 4))
    (should (equal wrong nil))))

(ert-deftest unik-indentation-while-typing ()
  (with-temp-buffer
    (unik-mode)
    (electric-indent-local-mode 1)
    (dolist (char (string-to-list "device d(\na: T,\n): U {\nrust D::new\n}\n\nlet a =\nmatch b {\nc => [\n1,\n],\n}\n\nlet d = 1"))
      (let ((last-command-event char))
        (if (eq char ?\n) (newline nil t) (self-insert-command 1 char))))
    (should (equal (buffer-string)
                   "device d(\n  a: T,\n): U {\n  rust D::new\n}\n\nlet a =\n  match b {\n    c => [\n      1,\n    ],\n  }\n\nlet d = 1"))))

(ert-deftest unik-diagnostics ()
  (test-visit)
  (should (equal (test-diagnostics) nil))
  (test-replace "kv.crunch(files" "kv.crnch(files")
  (should (string-search "crnch" (car (test-until #'test-diagnostics))))
  (test-replace "kv.crnch(files" "kv.crunch(files")
  (test-until (lambda () (not (test-diagnostics)))))

(ert-deftest unik-hover ()
  (test-visit)
  (test-at "kv.crunch(" 3)
  (let (text)
    (eglot-hover-eldoc-function (lambda (said &rest _) (setq text said)))
    (should (string-search "device crunch" (test-until (lambda () text))))))

(ert-deftest unik-definition ()
  (test-visit)
  (test-at "kv.crunch(" 3)
  (call-interactively #'xref-find-definitions)
  (should (string-suffix-p "kv.unik" (buffer-file-name)))
  (should (looking-at "crunch")))

(ert-deftest unik-references ()
  (test-visit)
  (test-at "default_network")
  (let ((found (xref-backend-references 'eglot "LSP identifier at point.")))
    (should (equal (mapcar (lambda (one) (xref-location-line (xref-item-location one))) found) '(24 32)))))

(ert-deftest unik-symbols ()
  (test-visit)
  (let ((found (imenu--make-index-alist t)))
    (should (cl-search "file_server" (format "%S" found)))))

(ert-deftest unik-completion ()
  (test-visit)
  (test-at "kv.direct(" 3)
  (pcase-let ((`(,from ,to ,table . ,_) (eglot-completion-at-point)))
    (should (equal (buffer-substring from to) "direct"))
    (let ((names (mapcar #'substring-no-properties (all-completions "" table))))
      (should (cl-some (lambda (name) (string-prefix-p "direct" name)) names)))))

(ert-deftest unik-rename ()
  (test-visit)
  (test-at "port: Port")
  (eglot-rename "entry")
  (should (test-has "key entry: Port = 8080 { short p }"))
  (should (test-has "http.server(net.tcp(entry)) else net.tcp(entry)")))

(ert-deftest unik-actions ()
  (test-visit)
  (test-replace "kv.crunch(files" "kv.crnch(files")
  (test-until #'test-diagnostics)
  (test-at "crnch")
  (let ((actions (eglot-code-actions (point) (point))))
    (should actions)
    (let ((action (cl-find-if (lambda (one) (string-search "crunch" (plist-get one :title))) actions)))
      (should action)
      (if (fboundp 'eglot-execute)
          (eglot-execute (eglot-current-server) action)
        (eglot--apply-workspace-edit (plist-get action :edit)))))
  (should (test-has "kv.crunch(files")))

(ert-deftest unik-format ()
  (test-visit)
  (let ((before (buffer-string)))
    (test-replace "enum Store { crunch, direct }" "enum   Store{crunch,direct}")
    (eglot-format-buffer)
    (should (equal (buffer-string) before))))

(ert-deftest unik-configuration ()
  (test-visit)
  (cl-flet ((shown ()
              (test-at "port == 80 ||")
              (format "%S" (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams)))))
    (should-not (string-search "9191" (shown)))
    (unik-configure nil '(("port" . "9191")))
    (test-until (lambda () (string-search "9191" (shown))))
    (unik-configure nil nil)))

(ert-deftest unik-check-leads-to-mistakes ()
  (test-visit)
  (test-replace "kv.crunch(files" "kv.crnch(files")
  (save-buffer)
  (unwind-protect
      (progn
        (let ((compilation-ask-about-save nil)) (unik-check))
        (with-current-buffer "*unikc check*"
          ;; In batch mode Emacs may not notice for long that the process has ended.
          (test-until (lambda ()
                        (accept-process-output (get-buffer-process (current-buffer)) 0.02)
                        (test-has "1 error")))
          (when-let ((process (get-buffer-process (current-buffer)))) (delete-process process))
          (goto-char (point-min))
          (compilation-next-error 1)
          (let ((place (compilation--message->loc (get-text-property (point) 'compilation-message))))
            (should (string-suffix-p "app.unik" (caar (compilation--loc->file-struct place))))
            (should (= (compilation--loc->line place) 19)))))
    (test-replace "kv.crnch(files" "kv.crunch(files")
    (save-buffer)))

(ert-deftest unik-z-server-ends ()
  (test-visit)
  (let* ((server (eglot-current-server)) (process (jsonrpc--process server)))
    (eglot-shutdown server)
    (test-until (lambda () (not (process-live-p process))))))

;;; test.el ends here
