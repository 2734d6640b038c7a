// Words: whether one is reserved, has a meaning where it stands, or is a name.
//
// A reserved word is always told as one, wanted or not, so that the parser knows where the next item begins. Tree-sitter's own way, which
// knows a word only where the grammar wants it, would let `let a =` swallow the keyword behind it.

#include "tree_sitter/parser.h"

#include <string.h>

// What `externals` of grammar.js lists, in that order.
static const char *const WORDS[] = {
    "a name",
    // reserved
    "as", "configure", "device", "else", "enum", "false", "generative", "if", "import", "key", "let", "match", "module",
    "platform", "require", "run", "then", "true", "type", "unikernel",
    // others
    "rust", "after", "exclusive", "attach", "features", "targets", "artifact", "link", "crate", "short", "some", "std", "trait",
};

// Among them the reserved ones; those that follow are names where they mean nothing.
enum { NAME = 0, FIRST_RESERVED = 1, FIRST_OTHER = 21, SYMBOLS = sizeof(WORDS) / sizeof(WORDS[0]) };

// No word that means something is longer.
enum { LONGEST = 16 };

static bool is_letter(int32_t character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character == '_';
}

static bool is_digit(int32_t character) { return character >= '0' && character <= '9'; }

static bool is_space(int32_t character) {
  return character == ' ' || character == '\t' || character == '\r' || character == '\n' || character == '\f';
}

void *tree_sitter_unik_external_scanner_create(void) { return NULL; }
void tree_sitter_unik_external_scanner_destroy(void *payload) { (void)payload; }

unsigned tree_sitter_unik_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}

void tree_sitter_unik_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

bool tree_sitter_unik_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
  (void)payload;
  while (is_space(lexer->lookahead)) lexer->advance(lexer, true);
  if (!is_letter(lexer->lookahead)) return false;

  char word[LONGEST + 1];
  unsigned length = 0;
  while (is_letter(lexer->lookahead) || is_digit(lexer->lookahead)) {
    if (length < LONGEST) word[length] = (char)lexer->lookahead;
    length++;
    lexer->advance(lexer, false);
  }
  word[length < LONGEST ? length : LONGEST] = '\0';
  // A sign, not a name.
  if (strcmp(word, "_") == 0) return false;
  lexer->mark_end(lexer);
  lexer->result_symbol = NAME;
  if (length > LONGEST) return true;
  for (unsigned symbol = FIRST_RESERVED; symbol < SYMBOLS; symbol++) {
    if ((symbol < FIRST_OTHER || valid_symbols[symbol]) && strcmp(word, WORDS[symbol]) == 0) {
      lexer->result_symbol = (TSSymbol)symbol;
    }
  }
  return true;
}
